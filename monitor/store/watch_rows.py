"""How the monitor is doing, inside a transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, delete, func, or_, select
from sqlalchemy.dialects.sqlite import insert

from monitor.model import (
    DeliveryState,
    Feed,
    FeedState,
    FeedStatus,
    HoldReason,
    LaneQueue,
    OpenReport,
    Overdue,
    Run,
    RunName,
    Week,
)
from monitor.store import rows
from monitor.store.tables import (
    attempts,
    deliveries,
    feeds,
    lanes,
    message_alerts,
    messages,
    reports,
)
from monitor.store.watch_tables import runs
from monitor.store.week_rows import week

_IN_TURN = (DeliveryState.PENDING, DeliveryState.LEASED)


def stored_runs(connection: Connection) -> Mapping[RunName, Run]:
    """Return when each thing that recurs ran last."""
    found = connection.execute(select(runs)).mappings()
    return {
        RunName(row["name"]): Run(**{**row, "name": RunName(row["name"])})
        for row in found
    }


class WatchRows:
    """The part of a transaction that tells how the monitor is doing."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def runs(self) -> Mapping[RunName, Run]:
        """Return when each thing that recurs ran last."""
        return stored_runs(self._connection)

    def save_run(self, run: Run) -> None:
        """Note that something ran."""
        values = asdict(run)
        kept = insert(runs).values(**values)
        self._connection.execute(
            kept.on_conflict_do_update(index_elements=[runs.c.name], set_=values)
        )

    def open_reports(self, prefix: str) -> tuple[OpenReport, ...]:
        """Return the troubles that `ops` knows of, by key, with such keys."""
        query = select(reports).where(reports.c.key.startswith(prefix, autoescape=True))
        found = self._connection.execute(query.order_by(reports.c.key)).mappings()
        return tuple(OpenReport(**row) for row in found)

    def waiting(self) -> tuple[LaneQueue, ...]:
        """Return for each channel what waits for its turn, nothing that is held.

        Nor what waits for a place that does not answer: that was told.
        """
        is_silent = (
            select(lanes.c.place)
            .where(
                lanes.c.channel == deliveries.c.channel,
                lanes.c.place == deliveries.c.place,
                lanes.c.open_since.is_not(None),
            )
            .exists()
        )
        query = (
            select(
                deliveries.c.channel,
                func.count(),
                func.min(deliveries.c.created_at),
            )
            .where(deliveries.c.state.in_(_IN_TURN), ~is_silent)
            .group_by(deliveries.c.channel)
            .order_by(deliveries.c.channel)
        )
        return tuple(LaneQueue(*row) for row in self._connection.execute(query))

    def overdue(self, now: datetime) -> Overdue:
        """Return what should have been done by now."""
        is_broken = and_(
            deliveries.c.state == DeliveryState.HELD,
            deliveries.c.reason == HoldReason.CHANNEL_BROKEN,
        )
        unsent = select(func.min(deliveries.c.created_at)).where(
            or_(deliveries.c.state.in_(_IN_TURN), is_broken)
        )
        delivery_at = self._connection.execute(unsent).scalar_one()
        return Overdue(self._overdue_poll(now), delivery_at)

    def _overdue_poll(self, now: datetime) -> datetime | None:
        asked = (feeds.c.active, feeds.c.status != FeedStatus.GONE)
        due = select(func.min(feeds.c.next_poll_at)).where(
            *asked, feeds.c.next_poll_at <= now
        )
        at: datetime | None = self._connection.execute(due).scalar_one()
        if at is None:
            return None
        polled = select(func.max(feeds.c.polled_at)).where(feeds.c.polled_at <= now)
        last: datetime | None = self._connection.execute(polled).scalar_one()
        return at if last is None else max(at, last)

    def dead_since(self, channel: str, since: datetime) -> tuple[int, ...]:
        """Return the alerts whose delivery to a channel died since then."""
        tried = (
            attempts.c.delivery_id == deliveries.c.id,
            attempts.c.ended_at >= since,
        )
        died = select(attempts.c.id).where(*tried).exists()
        query = (
            select(message_alerts.c.alert_id)
            .join(deliveries, deliveries.c.message_id == message_alerts.c.message_id)
            .where(
                deliveries.c.state == DeliveryState.DEAD,
                deliveries.c.channel == channel,
                died,
            )
        )
        found = self._connection.execute(query.distinct()).scalars()
        return tuple(sorted(found))

    def lend_feed(self, feed: Feed, now: datetime) -> FeedState:
        """Store a feed that is in no configuration; return its state."""
        values = {**rows.feed_values(FeedState(0, feed.name, feed.url)), "active": True}
        values |= {"polled_at": now, "succeeded_at": now, "next_poll_at": now}
        made = insert(feeds).values(name=feed.name, url=feed.url, **values)
        row = self._connection.execute(made.returning(feeds)).mappings().one()
        return rows.feed_state(row)

    def canary_states(
        self, at: datetime
    ) -> Mapping[str, tuple[tuple[DeliveryState, str], ...]]:
        """Return state and reason of each delivery of the canary, by channel."""
        query = (
            select(messages.c.channel, deliveries.c.state, deliveries.c.reason)
            .join(messages, messages.c.id == deliveries.c.message_id)
            .where(_is_canary(at))
        )
        found = defaultdict(list)
        for channel, state, reason in self._connection.execute(query):
            found[channel].append((DeliveryState(state), reason))
        return {channel: tuple(states) for channel, states in found.items()}

    def drop_canary(self, at: datetime) -> None:
        """Delete the messages of the canary of `at`, but for what is in flight."""
        of_canary = select(messages.c.id).where(_is_canary(at))
        these = deliveries.c.message_id.in_(of_canary)
        dropped = and_(these, deliveries.c.state != DeliveryState.LEASED)
        tried = select(deliveries.c.id).where(dropped)
        left = select(deliveries.c.message_id).where(these)
        for statement in (
            delete(attempts).where(attempts.c.delivery_id.in_(tried)),
            delete(deliveries).where(dropped),
            delete(messages).where(_is_canary(at), messages.c.id.not_in(left)),
        ):
            self._connection.execute(statement)

    def week(self, since: datetime, until: datetime) -> Week:
        """Return what was stored and sent between the two."""
        return week(self._connection, since, until)


def _is_canary(at: datetime) -> ColumnElement[bool]:
    """Return whether a message is the canary's: a test of that very moment."""
    return and_(
        messages.c.created_at == at,
        messages.c.entry_id.is_(None),
        messages.c.body.contains('"kind": "test"'),
    )
