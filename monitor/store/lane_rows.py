"""Lanes inside a transaction: which are broken, and what waits in them.

One rule holds everywhere: in a broken lane nothing is pending. What would be is held
as ``channel_broken`` until the lane is well again.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    case,
    delete,
    exists,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert as upsert

from monitor.alerts.outcome import PROBE_AFTER
from monitor.model import DeliveryState, HoldReason, Lane
from monitor.store.tables import deliveries, lanes

BROKEN = HoldReason.CHANNEL_BROKEN.value

LONGEST_WAIT = timedelta(days=7)
"""A wait that ends later than this from now was made before the clock went back: no
backoff is longer, and no Retry-After is heard longer."""


def in_lane(lane: Lane) -> ColumnElement[bool]:
    """Return the condition that a delivery is of the lane."""
    return and_(deliveries.c.channel == lane.channel, deliveries.c.place == lane.place)


def is_lane(lane: Lane) -> ColumnElement[bool]:
    """Return the condition that a row of ``lanes`` is the lane's."""
    return and_(lanes.c.channel == lane.channel, lanes.c.place == lane.place)


def may_try(now: datetime) -> ColumnElement[bool]:
    """Return whether the wait is over, or of a clock that was set back since."""
    at = deliveries.c.next_attempt_at
    return or_(at.is_(None), at <= now, at > now + LONGEST_WAIT)


def waiting(reason: str = "") -> dict[str, object]:
    """Return the values of a delivery that waits for its turn in its lane."""
    is_broken = (
        exists()
        .where(
            lanes.c.channel == deliveries.c.channel,
            lanes.c.place == deliveries.c.place,
        )
        .correlate(deliveries)
    )
    return {
        "state": case((is_broken, DeliveryState.HELD), else_=DeliveryState.PENDING),
        "reason": case((is_broken, BROKEN), else_=reason),
        "leased_until": None,
    }


class LaneRows:
    """The part of a transaction that breaks, probes and mends lanes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def mend(self, lane: Lane) -> bool:
        """Let a broken lane's deliveries go; say whether it was broken."""
        ended = self._connection.execute(delete(lanes).where(is_lane(lane)))
        self._let_go(and_(in_lane(lane), deliveries.c.reason == BROKEN))
        return bool(ended.rowcount)

    def probe_broken(self, now: datetime) -> None:
        """Let every broken lane be probed at the next sweep."""
        self._connection.execute(update(lanes).values(probe_at=now))

    def _insert(
        self,
        message_id: int,
        lane: Lane,
        created_at: datetime,
        *,
        released: bool = False,
    ) -> None:
        is_broken = self._is_broken(lane)
        self._connection.execute(
            insert(deliveries).values(
                message_id=message_id,
                channel=lane.channel,
                place=lane.place,
                state=DeliveryState.HELD if is_broken else DeliveryState.PENDING,
                reason=BROKEN if is_broken else "",
                attempts=0,
                maybe_sent=False,
                bare=False,
                released=released,
                created_at=created_at,
            )
        )

    def _is_broken(self, lane: Lane) -> bool:
        query = select(lanes.c.place).where(is_lane(lane))
        return self._connection.execute(query).first() is not None

    def _is_busy(self, lane: Lane) -> bool:
        """Say whether a delivery of the lane is in flight."""
        leased = deliveries.c.state == DeliveryState.LEASED
        query = select(deliveries.c.id).where(leased, in_lane(lane)).limit(1)
        return self._connection.execute(query).first() is not None

    def _break(self, lane: Lane, detail: str, now: datetime) -> bool:
        """Hold what is pending in the lane; say whether it was well before."""
        values = {"broken_since": now, "probe_at": now + PROBE_AFTER, "detail": detail}
        statement = upsert(lanes).values(
            channel=lane.channel, place=lane.place, **values
        )
        is_new = self._connection.execute(statement.on_conflict_do_nothing()).rowcount
        pending = deliveries.c.state == DeliveryState.PENDING
        held = update(deliveries).where(in_lane(lane), pending)
        self._connection.execute(held.values(**waiting()))
        return bool(is_new)

    def _due_probes(self, now: datetime) -> list[Lane]:
        due = or_(lanes.c.probe_at <= now, lanes.c.probe_at > now + PROBE_AFTER)
        found = self._connection.execute(select(lanes).where(due)).all()
        broken = [Lane(row.channel, row.place) for row in found]
        return [lane for lane in broken if self._probe(lane, now) is not None]

    def _probe(self, lane: Lane, now: datetime) -> int | None:
        """Return the delivery that tries whether a broken lane is well again."""
        row = self._connection.execute(select(lanes).where(is_lane(lane))).one()
        if now < row.probe_at <= now + PROBE_AFTER:
            return None
        is_held = (
            deliveries.c.state == DeliveryState.HELD,
            deliveries.c.reason == BROKEN,
        )
        return self._oldest(lane, now, *is_held)

    def _head(self, lane: Lane, now: datetime) -> int | None:
        return self._oldest(lane, now, deliveries.c.state == DeliveryState.PENDING)

    def _oldest(
        self, lane: Lane, now: datetime, *which: ColumnElement[bool]
    ) -> int | None:
        """Return the oldest of these deliveries of a lane, if it may be tried now.

        What is in flight, or waits at the head, blocks its lane: that keeps the order.
        """
        if self._is_busy(lane):
            return None
        query = (
            select(deliveries.c.id, may_try(now).label("may_try"))
            .where(in_lane(lane), *which)
            .order_by(deliveries.c.id)
            .limit(1)
        )
        head = self._connection.execute(query).first()
        return None if head is None or not head.may_try else int(head.id)

    def _let_go(self, which: ColumnElement[bool], **values: object) -> int:
        """Let held deliveries wait for their turn; return how many there are."""
        held = deliveries.c.state == DeliveryState.HELD
        return self._wait_again(and_(which, held), **values)

    def _wait_again(self, which: ColumnElement[bool], **values: object) -> int:
        statement = (
            update(deliveries)
            .where(which)
            .values(
                **waiting(),
                next_attempt_at=None,
                first_attempt_at=None,  # its age counts anew
                **values,
            )
        )
        return self._connection.execute(statement).rowcount
