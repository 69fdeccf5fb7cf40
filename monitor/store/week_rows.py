"""What was stored and sent in a span of time, as figures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, select

from monitor.model import ChannelWeek, DeliveryState, FeedStatus, Week
from monitor.store.tables import (
    alerts,
    attempts,
    deliveries,
    entries,
    feeds,
    matches,
    message_alerts,
)

LATE = timedelta(minutes=5)
"""A message that needed longer from the outbox to its service came late."""

_MOST = 5


def week(connection: Connection, since: datetime, until: datetime) -> Week:
    """Return what was stored and sent between the two; what waits is as it is now."""
    of_week = alerts.c.created_at.between(since, until)
    by_rule = select(alerts.c.rule, func.count()).where(of_week)
    by_reason = select(alerts.c.hold, func.count()).where(alerts.c.hold.is_not(None))
    by_feed = (
        select(feeds.c.name, func.count())
        .select_from(alerts.join(entries).join(feeds))
        .where(of_week)
        .group_by(feeds.c.name)
        .order_by(func.count().desc(), feeds.c.name)
        .limit(_MOST)
    )
    by_status = select(feeds.c.status, func.count()).where(feeds.c.active)
    failing = select(feeds.c.name).where(
        feeds.c.active, feeds.c.status != FeedStatus.OK
    )
    return Week(
        since=since,
        until=until,
        entries=_count(connection, entries.c.first_seen_at.between(since, until)),
        matches=_count(connection, matches.c.matched_at.between(since, until)),
        alerts=_counts(connection, by_rule.group_by(alerts.c.rule)),
        held=_counts(connection, by_reason.group_by(alerts.c.hold)),
        noisy=_counts(connection, by_feed),
        channels=_channels(connection, since, until),
        feeds=_counts(connection, by_status.group_by(feeds.c.status)),
        failing=tuple(connection.execute(failing.order_by(feeds.c.name)).scalars()),
    )


def _count(connection: Connection, which: ColumnElement[bool]) -> int:
    return int(connection.execute(select(func.count()).where(which)).scalar_one())


def _counts(connection: Connection, query: Select[Any]) -> Mapping[str, int]:
    return {row[0]: int(row[1]) for row in connection.execute(query)}


def _channels(
    connection: Connection, since: datetime, until: datetime
) -> tuple[ChannelWeek, ...]:
    tells = deliveries.c.message_id.in_(select(message_alerts.c.message_id))
    sent = select(
        deliveries.c.channel, deliveries.c.sent_at, deliveries.c.created_at
    ).where(tells, deliveries.c.sent_at.between(since, until))
    delays = defaultdict(list)
    for channel, sent_at, created_at in connection.execute(sent):
        delays[channel].append(max(sent_at - created_at, timedelta(0)))
    died = select(attempts.c.delivery_id).where(
        attempts.c.ended_at.between(since, until)
    )
    dead = and_(
        tells,
        deliveries.c.state == DeliveryState.DEAD,
        deliveries.c.id.in_(died),
    )
    by_channel = select(deliveries.c.channel, func.count()).where(dead)
    lost = _counts(connection, by_channel.group_by(deliveries.c.channel))
    return tuple(
        _channel(name, sorted(delays[name]), lost.get(name, 0))
        for name in sorted({*delays, *lost})
    )


def _channel(name: str, delays: list[timedelta], dead: int) -> ChannelWeek:
    return ChannelWeek(
        channel=name,
        sent=len(delays),
        late=sum(delay > LATE for delay in delays),
        dead=dead,
        median=_quantile(delays, 0.5),
        p95=_quantile(delays, 0.95),
    )


def _quantile(delays: list[timedelta], share: float) -> timedelta | None:
    """Return the smallest delay that so many are not above (the nearest rank)."""
    return delays[ceil(share * len(delays)) - 1] if delays else None
