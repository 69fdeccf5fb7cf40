"""What is shown of lanes: how they are, what waits in them, what they ran into."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, or_, select

from monitor.model import DeliveryState, HoldReason, Lane, SendOutcome
from monitor.store.lane_rows import in_lane
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
    held, found = _held(connection), {}
    for row in connection.execute(_COUNTS):
        lane = Lane(row.channel, row.place)
        error, error_at = _newest_error(connection, lane)
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


def _newest_error(connection: Connection, lane: Lane) -> tuple[str, datetime | None]:
    """Return what the newest attempt ran into, and when; empty if it arrived."""
    query = (
        select(attempts.c.detail, attempts.c.outcome, attempts.c.ended_at)
        .join(deliveries, deliveries.c.id == attempts.c.delivery_id)
        .where(in_lane(lane))
        .order_by(attempts.c.id.desc())
        .limit(1)
    )
    newest = connection.execute(query).first()
    if newest is None or newest.outcome == SendOutcome.SENT:
        return "", None
    return newest.detail or newest.outcome, newest.ended_at
