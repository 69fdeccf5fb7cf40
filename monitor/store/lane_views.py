"""What is shown of lanes: how they are, what waits in them, what they ran into."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, or_, select

from monitor.model import DeliveryState, HoldReason, Lane, SendOutcome
from monitor.store.tables import attempts, deliveries, lanes


@dataclass(frozen=True, slots=True)
class LaneView:
    """What the outbox knows of one URL of a channel.

    `held` counts by reason; `oldest_at` is since when the oldest waits that is for
    this place alone to deliver. `failures` is how often in a row it failed.
    `error` is what the newest attempt ran into, at `error_at`; empty if it arrived.
    """

    waiting: int = 0
    dead: int = 0
    sent_at: datetime | None = None
    oldest_at: datetime | None = None
    held: Mapping[str, int] = field(default_factory=dict)
    error: str = ""
    error_at: datetime | None = None
    failures: int = 0
    open_since: datetime | None = None
    broken_since: datetime | None = None
    probe_at: datetime | None = None

    @property
    def state(self) -> str:
        """Return in a word how it is: ok, failing, open or broken."""
        if self.broken_since is not None:
            return "broken"
        if self.open_since is not None:
            return "open"
        return "failing" if self.failures else "ok"


def lane_views(connection: Connection) -> dict[Lane, LaneView]:
    """Return what the outbox knows of each lane that it has met."""
    ill = {Lane(row.channel, row.place): row for row in connection.execute(_LANES)}
    held, errors, found = _held(connection), _newest_errors(connection), {}
    for row in connection.execute(_COUNTS):
        lane = Lane(row.channel, row.place)
        error, error_at = errors.get(lane, ("", None))
        found[lane] = LaneView(
            waiting=row.waiting,
            dead=row.dead,
            sent_at=row.sent_at,
            oldest_at=row.oldest_at,
            held=held[lane],
            error=error,
            error_at=error_at,
            **_illness(ill.get(lane)),
        )
    return found


def _illness(row: Row[Any] | None) -> dict[str, Any]:
    names = ("failures", "open_since", "broken_since", "probe_at")
    return {} if row is None else {name: getattr(row, name) for name in names}


def _how_many(*states: DeliveryState) -> ColumnElement[int]:
    return func.count().filter(deliveries.c.state.in_(states))


_LANES = select(lanes)
_WAITS = or_(
    deliveries.c.state.in_((DeliveryState.PENDING, DeliveryState.LEASED)),
    deliveries.c.reason == HoldReason.CHANNEL_BROKEN,
)
_COUNTS = select(
    deliveries.c.channel,
    deliveries.c.place,
    _how_many(DeliveryState.PENDING, DeliveryState.LEASED).label("waiting"),
    _how_many(DeliveryState.DEAD).label("dead"),
    func.max(deliveries.c.sent_at).label("sent_at"),
    func.min(deliveries.c.created_at).filter(_WAITS).label("oldest_at"),
).group_by(deliveries.c.channel, deliveries.c.place)


def _held(connection: Connection) -> Mapping[Lane, Mapping[str, int]]:
    columns = (deliveries.c.channel, deliveries.c.place, deliveries.c.reason)
    query = (
        select(*columns, func.count())
        .where(deliveries.c.state == DeliveryState.HELD)
        .group_by(*columns)
    )
    held: defaultdict[Lane, dict[str, int]] = defaultdict(dict)
    for channel, place, reason, count in connection.execute(query):
        held[Lane(channel, place)][reason] = count
    return held


_PLACE = (deliveries.c.channel, deliveries.c.place)
_NEWEST = (
    select(*_PLACE, func.max(attempts.c.id).label("attempt_id"))
    .join(attempts, attempts.c.delivery_id == deliveries.c.id)
    .group_by(*_PLACE)
    .subquery()
)
_ERRORS = (
    select(
        _NEWEST.c.channel,
        _NEWEST.c.place,
        attempts.c.detail,
        attempts.c.outcome,
        attempts.c.ended_at,
    )
    .join(attempts, attempts.c.id == _NEWEST.c.attempt_id)
    .where(attempts.c.outcome != SendOutcome.SENT)
)


def _newest_errors(connection: Connection) -> dict[Lane, tuple[str, datetime]]:
    """Return what the newest attempt of each lane ran into, and when.

    Nothing of those whose newest attempt arrived.
    """
    return {
        Lane(row.channel, row.place): (row.detail or row.outcome, row.ended_at)
        for row in connection.execute(_ERRORS)
    }


def ill_lanes(connection: Connection) -> Mapping[Lane, str]:
    """Return the lanes that do not deliver, each with its state: broken or open."""
    is_ill = or_(lanes.c.broken_since.is_not(None), lanes.c.open_since.is_not(None))
    query = _LANES.where(is_ill).order_by(lanes.c.channel, lanes.c.place)
    return {
        Lane(row.channel, row.place): LaneView(**_illness(row)).state
        for row in connection.execute(query)
    }
