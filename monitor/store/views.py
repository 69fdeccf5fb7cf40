"""What the commands show: read-only queries, one dataclass for each kind of line.

Nothing here takes the writer's turn: a view reads one state of the database while
the daemon goes on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, func, select

from monitor.model import (
    DeliveryState,
    FeedState,
    FeedTrouble,
    HeldQuery,
    HoldReason,
    Lane,
    PushState,
    Silence,
    StoredAlert,
    StoredMatch,
)
from monitor.store import rows
from monitor.store.alert_conditions import in_state, told_in_one_message
from monitor.store.alert_rows import AlertRows, alerts_with_entries
from monitor.store.article_views import ArticleViews
from monitor.store.day_rows import entries_per_day
from monitor.store.feed_rows import FeedRows
from monitor.store.lane_views import LaneView, ill_lanes, lane_views
from monitor.store.outbox_rows import OutboxRows
from monitor.store.route_rows import RouteRows
from monitor.store.route_views import RouteView, routes_of
from monitor.store.tables import (
    alerts,
    attempts,
    deliveries,
    entries,
    feeds,
    matches,
    message_alerts,
    websub,
)
from monitor.store.trouble_rows import TroubleRows


@dataclass(frozen=True, slots=True)
class AttemptView:
    """One try of a delivery."""

    ended_at: datetime
    outcome: str
    status: int | None
    detail: str


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """A delivery of an alert, with its attempts, oldest first."""

    id: int
    channel: str
    place: int
    state: str
    reason: str
    attempts: int
    created_at: datetime
    next_attempt_at: datetime | None
    sent_at: datetime | None
    maybe_sent: bool
    tries: tuple[AttemptView, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleView:
    """When a rule was last true, and how often in 7 and 30 days."""

    matched_at: datetime | None = None
    matches_7_days: int = 0
    matches_30_days: int = 0


@dataclass(frozen=True, slots=True)
class PushView:
    """Whether a feed that names a hub is pushed, and why not; the counts are totals.

    `missed` counts polls in a row that found what no push had brought: from one on
    the feed is polled as often as without a hub.
    """

    state: str
    reason: str
    detail: str
    hub: str
    lease_ends_at: datetime | None
    pushed_at: datetime | None
    pushes: int
    refused: int
    missed: int


@dataclass(frozen=True, slots=True)
class StatusView:
    """The whole database in figures.

    `articles` are those that wait, and what became of others in 24 hours.
    """

    entries: int = 0
    matches: int = 0
    alerts: int = 0
    alerts_held: Mapping[str, int] | None = None
    deliveries: Mapping[str, int] | None = None
    deliveries_held: Mapping[str, int] | None = None
    oldest_pending_at: datetime | None = None
    ill_lanes: Mapping[Lane, str] | None = None
    articles: Mapping[str, int] | None = None


_ALL = 1_000_000


class Views:
    """Read-only queries on one connection."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def feeds(self) -> Mapping[str, FeedState]:
        """Return the state of every configured feed, by its name."""
        return {state.name: state for state in FeedRows(self.connection).feed_states()}

    def feed_troubles(self) -> tuple[FeedTrouble, ...]:
        """Return the troubles of all feeds, also those that ended within a day."""
        return TroubleRows(self.connection).feed_troubles()

    def entries_per_day(self, now: datetime, days: int) -> Mapping[str, list[int]]:
        """Return how many entries each feed had in each of the last days."""
        return entries_per_day(self.connection, now, days)

    def pushes(self) -> Mapping[str, PushView]:
        """Return where the subscription of each configured feed stands, by its name.

        Only feeds that name a hub have one.
        """
        stays = websub.c.state != PushState.LEAVING
        shown = [websub.c[field.name] for field in fields(PushView)]
        query = select(feeds.c.name, *shown).select_from(websub.join(feeds))
        found = self.connection.execute(query.where(stays, feeds.c.active))
        return {name: PushView(*values) for name, *values in found}

    def rule_files(self) -> Mapping[str, str]:
        """Return the last good text of each rule file, by its name."""
        return AlertRows(self.connection).rule_files()

    def alerts(
        self,
        *,
        rule: str = "",
        feed: str = "",
        state: str = "",
        told_with: int = 0,
        since: datetime | None = None,
        limit: int = 50,
    ) -> tuple[StoredAlert, ...]:
        """Return the newest alerts first; `state` is held or a delivery's state.

        `told_with` is an alert: only those that one message told together with it.
        """
        query = alerts_with_entries()
        if told_with:
            query = query.where(alerts.c.id.in_(told_in_one_message(told_with)))
        if rule:
            query = query.where(alerts.c.rule == rule)
        if feed:
            query = query.where(feeds.c.name == feed)
        if state:
            query = query.where(in_state(state))
        if since is not None:
            query = query.where(alerts.c.created_at >= since)
        found = self.connection.execute(query.order_by(alerts.c.id.desc()).limit(limit))
        return tuple(rows.stored_alert(row) for row in found.mappings())

    def routes(self, alert_ids: Sequence[int]) -> dict[int, list[RouteView]]:
        """Return the ways of each alert to its channels."""
        return routes_of(self.connection, alert_ids)

    def silences(self) -> tuple[Silence, ...]:
        """Return every silence that ever was, the oldest first."""
        return RouteRows(self.connection).silences()

    def silenced_counts(self) -> Mapping[int, int]:
        """Return how many alerts each silence holds still."""
        return RouteRows(self.connection).silenced_counts()

    def alert(self, alert_id: int) -> StoredAlert | None:
        """Return one alert, None if there is none with this id."""
        query = alerts_with_entries().where(alerts.c.id == alert_id)
        row = self.connection.execute(query).mappings().one_or_none()
        return None if row is None else rows.stored_alert(row)

    def orphaned_alerts(self, query: HeldQuery) -> tuple[int, ...]:
        """Return the ids of the alerts meant that have orphaned deliveries.

        Where what was told elsewhere is meant, and by its reason, of those that have.
        """
        reason = query.reason or HoldReason.ORPHANED
        if reason not in (HoldReason.ORPHANED, HoldReason.TOLD_ELSEWHERE):
            return ()
        held = self.alerts(
            rule=query.rule, feed=query.feed, state=DeliveryState.HELD, limit=_ALL
        )
        wanted = [a.id for a in held if not query.ids or a.id in query.ids]
        told = self.deliveries(wanted)
        return tuple(
            alert_id
            for alert_id in wanted
            if any(d.reason == reason for d in told[alert_id])
        )

    def deliveries(self, alert_ids: Sequence[int]) -> dict[int, list[DeliveryView]]:
        """Return the deliveries of each alert, without their attempts."""
        told = message_alerts.c.message_id == deliveries.c.message_id
        query = (
            select(message_alerts.c.alert_id, deliveries)
            .select_from(deliveries.join(message_alerts, told))
            .order_by(deliveries.c.id)
        )
        found: dict[int, list[DeliveryView]] = {alert_id: [] for alert_id in alert_ids}
        for some in rows.batches(alert_ids):
            of_some = query.where(message_alerts.c.alert_id.in_(some))
            for row in self.connection.execute(of_some).mappings():
                found[row["alert_id"]].append(_delivery(row))
        return found

    def tries(self, delivery_id: int) -> tuple[AttemptView, ...]:
        """Return the attempts of a delivery, oldest first."""
        query = (
            select(
                attempts.c.ended_at,
                attempts.c.outcome,
                attempts.c.status,
                attempts.c.detail,
            )
            .where(attempts.c.delivery_id == delivery_id)
            .order_by(attempts.c.id)
        )
        return tuple(AttemptView(*row) for row in self.connection.execute(query))

    def lanes(self) -> dict[Lane, LaneView]:
        """Return what the outbox knows of each URL of a channel that it has met."""
        return lane_views(self.connection)

    def rules(self, now: datetime) -> dict[str, RuleView]:
        """Return how often each rule that ever matched did."""

        def within(days: int) -> ColumnElement[int]:
            since = now - timedelta(days=days)
            return func.count().filter(matches.c.matched_at >= since)

        query = select(
            matches.c.rule, func.max(matches.c.matched_at), within(7), within(30)
        ).group_by(matches.c.rule)
        return {row[0]: RuleView(*row[1:]) for row in self.connection.execute(query)}

    def matches(self, since: datetime | None) -> Iterator[StoredMatch]:
        """Yield the matches since then, oldest first."""
        query = select(matches).order_by(matches.c.id)
        if since is not None:
            query = query.where(matches.c.matched_at >= since)
        for row in self.connection.execute(query):
            places = rows.because_of(row.because)
            yield StoredMatch(
                rule=row.rule,
                entry_id=row.entry_id,
                alert_id=row.alert_id,
                terms=frozenset(place.term for place in places),
                suppressed=row.suppressed or "",
            )

    def status(self, now: datetime) -> StatusView:
        """Return the database in figures."""
        held = select(alerts.c.hold, func.count()).where(alerts.c.hold.is_not(None))
        oldest = select(func.min(deliveries.c.created_at)).where(
            deliveries.c.state.in_((DeliveryState.PENDING, DeliveryState.LEASED))
        )
        outbox = OutboxRows(self.connection)
        return StatusView(
            entries=self._count(entries.c.id),
            matches=self._count(matches.c.id),
            alerts=self._count(alerts.c.id),
            alerts_held={
                row[0]: int(row[1])
                for row in self.connection.execute(held.group_by(alerts.c.hold))
            }
            | dict(RouteRows(self.connection).waiting_counts()),
            deliveries=outbox.delivery_counts(),
            deliveries_held=outbox.held_delivery_counts(),
            oldest_pending_at=self.connection.execute(oldest).scalar_one(),
            ill_lanes=ill_lanes(self.connection),
            articles=ArticleViews(self.connection).day(now),
        )

    def _count(self, column: ColumnElement[int]) -> int:
        return int(self.connection.execute(select(func.count(column))).scalar_one())


def _delivery(row: rows.Row) -> DeliveryView:
    names = [name for name in DeliveryView.__dataclass_fields__ if name != "tries"]
    return DeliveryView(**{name: row[name] for name in names})
