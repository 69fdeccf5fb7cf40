"""Inside a transaction: alerts on their way to channels, and silences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    bindparam,
    func,
    or_,
    select,
    union,
    update,
)
from sqlalchemy.dialects.sqlite import insert

from monitor.model import (
    EVERYTHING,
    HeldQuery,
    Hold,
    HoldReason,
    Priority,
    Route,
    RouteWait,
    Silence,
    StoredAlert,
)
from monitor.store import rows
from monitor.store.alert_rows import alerts_with_entries, held_whole
from monitor.store.prepared import Prepared, stored_time
from monitor.store.route_tables import routes, silences
from monitor.store.tables import alerts, entries, feeds

_CLOCK_WENT_BACK: Final = timedelta(hours=1)
"""A wait that began so much later than now was set before the clock went back."""

_STATE = ("reason", "since", "until", "told_at", "message_id")
_INSERT = insert(routes)
_ADD = Prepared(
    # What was released and held once more is on its way anew.
    _INSERT.on_conflict_do_update(
        index_elements=[routes.c.alert_id, routes.c.channel],
        set_={name: _INSERT.excluded[name] for name in _STATE},
    ),
    ["alert_id", "channel", "rule", "waits", *_STATE],
)
_WAITS_UNTIL = Prepared(
    select(routes.c.until)
    .where(
        routes.c.until.is_not(None),
        routes.c.rule == bindparam("rule"),
        routes.c.channel == bindparam("channel"),
        routes.c.reason == bindparam("reason"),
    )
    .order_by(routes.c.until)
    .limit(1)
)
_TOLD = Prepared(
    select(func.max(routes.c.told_at).label("at"))
    .where(
        routes.c.rule == bindparam("rule"),
        routes.c.channel == bindparam("channel"),
        routes.c.told_at > bindparam("since", type_=routes.c.told_at.type),
    )
    .group_by(routes.c.message_id)
    .order_by(func.max(routes.c.told_at).desc())
    .limit(bindparam("most"))
)


class RouteRows:
    """The part of a transaction that reads and writes routes and silences."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_route(
        self,
        alert: StoredAlert,
        channel: str,
        now: datetime,
        *,
        hold: Hold | None = None,
        message_id: int | None = None,
    ) -> None:
        """Note that the alert waits for a channel, or is told to it in a message."""
        _ADD.run(
            self._connection,
            alert_id=alert.id,
            channel=channel,
            rule=alert.rule,
            reason=hold and hold.reason,
            since=now,
            until=hold and hold.until,
            waits=[],
            told_at=None if message_id is None else now,
            message_id=message_id,
        ).close()

    def told_at(
        self, rule: str, channel: str, since: datetime, most: int
    ) -> tuple[datetime, ...]:
        """Return when the rule told the channel after `since`, the newest first."""
        found = _TOLD.run(
            self._connection, rule=rule, channel=channel, since=since, most=most
        )
        return tuple(rows.time_of(row[0]) for row in found)

    def waits_until(
        self, rule: str, channel: str, reason: HoldReason
    ) -> datetime | None:
        """Return until when the rule's alerts wait for the channel, None if none do."""
        found = _WAITS_UNTIL.first(
            self._connection, rule=rule, channel=channel, reason=reason
        )
        return None if found is None else rows.time_of(found[0])

    def note_told(
        self, alert_ids: Sequence[int], channel: str, message_id: int, now: datetime
    ) -> None:
        """Note that a message tells the channel of the alerts; they wait no longer."""
        of_channel = routes.c.channel == channel
        for some in rows.batches(alert_ids):
            these = and_(of_channel, routes.c.alert_id.in_(some))
            self._end_waits(these, now)
            told = {"told_at": now, "message_id": message_id}
            self._connection.execute(update(routes).where(these).values(**told))

    def _end_waits(self, which: ColumnElement[bool], now: datetime) -> None:
        ended = func.json_array(routes.c.reason, routes.c.since, stored_time(now))
        self._connection.execute(
            update(routes)
            .where(which, routes.c.until.is_not(None))
            .values(
                waits=func.json_insert(routes.c.waits, "$[#]", ended),
                reason=None,
                until=None,
            )
        )

    def postpone(self, route_ids: Sequence[int], hold: Hold, now: datetime) -> None:
        """Let routes wait on, for another reason or until another time."""
        values = {"reason": hold.reason, "until": hold.until, "since": now}
        for some in rows.batches(route_ids):
            these = routes.c.id.in_(some)
            is_other = routes.c.reason != hold.reason
            self._end_waits(and_(these, is_other), now)
            fresh = update(routes).where(these, routes.c.reason.is_(None))
            self._connection.execute(fresh.values(**values))
            later = update(routes).where(these).values(until=hold.until)
            self._connection.execute(later)

    def waits(self) -> tuple[RouteWait, ...]:
        """Return everything that waits, the oldest first."""
        return self._waits()

    def waits_over(self, now: datetime) -> tuple[RouteWait, ...]:
        """Return the waits that are over, the oldest first."""
        went_back = routes.c.since > now + _CLOCK_WENT_BACK
        return self._waits(or_(routes.c.until <= now, went_back))

    def _waits(self, *which: ColumnElement[bool]) -> tuple[RouteWait, ...]:
        query = (
            select(*(routes.c[name] for name in _OF_A_WAIT), alerts.c.priority)
            .select_from(routes.join(alerts))
            .where(routes.c.until.is_not(None), *which)
        )
        found = map(_wait, self._connection.execute(query).mappings())
        # Asked for in this order, SQLite would read all routes that ever were.
        return tuple(sorted(found, key=lambda wait: wait.id))

    def routes(self, route_ids: Sequence[int]) -> tuple[Route, ...]:
        """Return these routes, which wait, the oldest first."""
        return tuple(
            route
            for some in rows.batches(route_ids)
            for route in self._routes(routes.c.id.in_(some))
        )

    def held_ids(self, query: HeldQuery) -> tuple[int, ...]:
        """Return the ids of the alerts meant that are held, whole or for a channel."""
        whole = select(alerts.c.id).select_from(alerts.join(entries).join(feeds))
        found = union(
            whole.where(held_whole(query)),
            select(routes.c.alert_id)
            .select_from(routes.join(alerts).join(entries).join(feeds))
            .where(_meant(query)),
        )
        return tuple(sorted(self._connection.execute(found).scalars()))

    def waiting_routes(self, query: HeldQuery) -> tuple[Route, ...]:
        """Return the routes that wait, of the alerts that are meant."""
        return tuple(self._routes(_meant(query)))

    def _routes(self, which: ColumnElement[bool]) -> list[Route]:
        shown = [routes.c[n].label(f"route_{n}") for n in _SHOWN]
        query = (
            alerts_with_entries()
            .add_columns(*shown)
            .join(routes, routes.c.alert_id == alerts.c.id)
            .where(which)
        )
        found = map(_route, self._connection.execute(query).mappings())
        return sorted(found, key=lambda route: route.id)

    def waiting_counts(self, query: HeldQuery = EVERYTHING) -> Mapping[str, int]:
        """Return how many of the alerts meant wait for a channel, by reason."""
        meant = (
            select(routes.c.reason, func.count(routes.c.alert_id.distinct()))
            .select_from(routes.join(alerts).join(entries).join(feeds))
            .where(_meant(query))
            .group_by(routes.c.reason)
        )
        return {row[0]: int(row[1]) for row in self._connection.execute(meant)}

    # silences

    def add_silence(self, silence: Silence) -> int:
        """Store a silence; return its id."""
        values = {k: v for k, v in asdict(silence).items() if k != "id"}
        made = insert(silences).values(**values).returning(silences.c.id)
        return int(self._connection.execute(made).scalar_one())

    def silences(self, now: datetime | None = None) -> tuple[Silence, ...]:
        """Return the silences in force at `now`, all that ever were without it."""
        query = select(silences).order_by(silences.c.id)
        if now is not None:
            in_force = and_(silences.c.ended_at.is_(None), silences.c.until > now)
            query = query.where(silences.c.told_at.is_(None), in_force)
        return tuple(map(_silence, self._connection.execute(query)))

    def end_silence(self, silence_id: int, now: datetime) -> bool:
        """End a silence; say whether it was in force."""
        this = and_(
            silences.c.id == silence_id,
            silences.c.ended_at.is_(None),
            silences.c.until > now,
        )
        ended = update(silences).where(this).values(ended_at=now)
        return bool(self._connection.execute(ended).rowcount)

    def ended_silences(self, now: datetime) -> tuple[Silence, ...]:
        """Return the silences that ended and were not told of; they count as told."""
        is_over = or_(silences.c.ended_at.is_not(None), silences.c.until <= now)
        this = and_(silences.c.told_at.is_(None), is_over)
        query = select(silences).where(this).order_by(silences.c.id)
        found = tuple(map(_silence, self._connection.execute(query)))
        if found:
            self._connection.execute(update(silences).where(this).values(told_at=now))
        return found

    def silenced_counts(self) -> Mapping[int, int]:
        """Return how many alerts each silence holds still."""
        held = alerts.c.hold == HoldReason.SILENCED
        query = (
            select(alerts.c.silence_id, func.count())
            .where(held)
            .group_by(alerts.c.silence_id)
        )
        return {row[0]: int(row[1]) for row in self._connection.execute(query)}


def _meant(query: HeldQuery) -> ColumnElement[bool]:
    """Return which routes wait, of the alerts that are meant."""
    narrowed = (
        (query.ids, routes.c.alert_id.in_(query.ids)),
        (query.reason, routes.c.reason == query.reason),
        (query.feed, feeds.c.name == query.feed),
        (query.rule, alerts.c.rule == query.rule),
        (query.silence, alerts.c.silence_id == query.silence),
    )
    return and_(
        routes.c.until.is_not(None), *(which for given, which in narrowed if given)
    )


_SHOWN = ("id", "channel", "reason", "since", "until")
_OF_A_WAIT = ("id", "rule", "channel", "reason", "until")


def _route(row: rows.Row) -> Route:
    return Route(
        id=row["route_id"],
        alert=rows.stored_alert(row),
        channel=row["route_channel"],
        hold=Hold(HoldReason(row["route_reason"]), row["route_until"]),
        since=row["route_since"],
    )


def _wait(row: rows.Row) -> RouteWait:
    return RouteWait(
        id=row["id"],
        rule=row["rule"],
        channel=row["channel"],
        priority=Priority(row["priority"]),
        hold=Hold(HoldReason(row["reason"]), row["until"]),
    )


def stored_silence(connection: Connection, silence_id: int | None) -> Silence | None:
    """Return a silence that ever was, None if there is none."""
    this = select(silences).where(silences.c.id == silence_id)
    row = None if silence_id is None else connection.execute(this).first()
    return None if row is None else _silence(row)


def _silence(row: Row[Any]) -> Silence:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's own public name
    values.pop("told_at")
    return Silence(**values)
