"""What was stored and sent in a span of time, as figures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, select

from monitor.model import ChannelWeek, DeliveryState, FeedStatus, HoldReason, Week
from monitor.store.history_tables import feed_days
from monitor.store.route_rows import RouteRows
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
    polls, failed, gaps = _polls(connection, since, until)
    return Week(
        since=since,
        until=until,
        polls=polls,
        failed=failed,
        gaps=gaps,
        entries=_count(connection, entries.c.first_seen_at.between(since, until)),
        matches=_count(connection, matches.c.matched_at.between(since, until)),
        alerts=_counts(connection, by_rule.group_by(alerts.c.rule)),
        held=_held(connection),
        stuck=_stuck(connection),
        noisy=_counts(connection, by_feed),
        channels=_channels(connection, since, until),
        feeds=_counts(connection, by_status.group_by(feeds.c.status)),
        failing=tuple(connection.execute(failing.order_by(feeds.c.name)).scalars()),
    )


def _polls(
    connection: Connection, since: datetime, until: datetime
) -> tuple[int, int, int]:
    """Return how many polls there were, how many failed, and how many had a gap."""
    names = ("polls", "failed", "gap_events")
    columns = [func.coalesce(func.sum(feed_days.c[name]), 0) for name in names]
    of_week = feed_days.c.day.between(since.date(), until.date())
    polls, failed, gaps = connection.execute(select(*columns).where(of_week)).one()
    return polls, failed, gaps


def _held(connection: Connection) -> Mapping[str, int]:
    """Return how many alerts wait, for all channels or for one, by reason."""
    held = select(alerts.c.hold, func.count()).where(alerts.c.hold.is_not(None))
    on_their_way = RouteRows(connection).waiting_counts()
    return {**_counts(connection, held.group_by(alerts.c.hold)), **on_their_way}


def _stuck(connection: Connection) -> Mapping[str, int]:
    """Return how many messages wait for a channel that is broken or gone."""
    stuck = select(deliveries.c.reason, func.count()).where(
        deliveries.c.state == DeliveryState.HELD,
        deliveries.c.reason != HoldReason.TOLD_ELSEWHERE,
    )
    return _counts(connection, stuck.group_by(deliveries.c.reason))


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
    tried = (
        attempts.c.delivery_id == deliveries.c.id,
        attempts.c.ended_at.between(since, until),
    )
    died = select(attempts.c.id).where(*tried).exists()
    dead = and_(tells, deliveries.c.state == DeliveryState.DEAD, died)
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
