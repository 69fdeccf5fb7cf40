"""Lanes inside a transaction: which fail or are broken, and what waits in them.

One rule holds everywhere: in a broken lane nothing is pending. What would be is held
as ``channel_broken`` until the lane is well again. In a lane whose circuit is open
what waits stays pending, and nothing of it is tried before the lane's next probe.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert as upsert

from monitor.alerts.outcome import PROBE_AFTER
from monitor.model import Backlog, DeliveryState, HoldReason, Lane, LaneChange, Settled
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
            lanes.c.broken_since.is_not(None),
        )
        .correlate(deliveries)
    )
    return {
        "state": case((is_broken, DeliveryState.HELD), else_=DeliveryState.PENDING),
        "reason": case((is_broken, BROKEN), else_=reason),
        "leased_until": None,
    }


def may_probe(lane: Row[Any] | None, now: datetime) -> bool:
    """Return whether a lane (its row, None if it is well) may be tried now.

    A probe that is further away than it can be was set before the clock went back.
    """
    if lane is None or (lane.broken_since is None and lane.open_since is None):
        return True
    longest = LONGEST_WAIT if lane.broken_since is None else PROBE_AFTER
    at = lane.probe_at
    return at is not None and (at <= now or at > now + longest)


class LaneRows:
    """The part of a transaction that breaks, probes and mends lanes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def mend(self, lane: Lane) -> bool:
        """Let a broken or resting lane's deliveries go; say whether it was either."""
        row = self._lane(lane)
        if row is None:
            return False
        self._connection.execute(delete(lanes).where(is_lane(lane)))
        if row.broken_since is not None:
            self._let_go(and_(in_lane(lane), deliveries.c.reason == BROKEN))
        return row.broken_since is not None or row.open_since is not None

    def probe_broken(self, now: datetime) -> None:
        """Let every lane that rests or is broken be probed at the next sweep."""
        self._connection.execute(update(lanes).values(probe_at=now))

    def backlog(self, lane: Lane) -> Backlog:
        """Return what waits in a lane, whether it is held there or not."""
        waits = (DeliveryState.PENDING, DeliveryState.LEASED)
        is_held = and_(
            deliveries.c.state == DeliveryState.HELD, deliveries.c.reason == BROKEN
        )
        query = select(func.count(), func.min(deliveries.c.created_at)).where(
            in_lane(lane), or_(deliveries.c.state.in_(waits), is_held)
        )
        return Backlog(*self._connection.execute(query).one())

    def _insert(
        self,
        message_id: int,
        lane: Lane,
        created_at: datetime,
        *,
        released: bool = False,
        maybe_sent: bool = False,
    ) -> int:
        is_broken = _is_broken(self._lane(lane))
        made = self._connection.execute(
            insert(deliveries)
            .values(
                message_id=message_id,
                channel=lane.channel,
                place=lane.place,
                state=DeliveryState.HELD if is_broken else DeliveryState.PENDING,
                reason=BROKEN if is_broken else "",
                attempts=0,
                maybe_sent=maybe_sent,
                bare=False,
                released=released,
                created_at=created_at,
            )
            .returning(deliveries.c.id)
        )
        return int(made.scalar_one())

    def _lane(self, lane: Lane) -> Row[Any] | None:
        """Return the row of a lane that failed last, None if it is well."""
        return self._connection.execute(select(lanes).where(is_lane(lane))).first()

    def _is_busy(self, lane: Lane) -> bool:
        """Say whether a delivery of the lane is in flight."""
        leased = deliveries.c.state == DeliveryState.LEASED
        query = select(deliveries.c.id).where(leased, in_lane(lane)).limit(1)
        return self._connection.execute(query).first() is not None

    def _change_lane(self, lane: Lane, **values: object) -> None:
        statement = upsert(lanes).values(
            **{"channel": lane.channel, "place": lane.place}
            | {"failures": 0, "doubts": False}
            | values
        )
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["channel", "place"], set_=values
            )
        )

    def _break(
        self, lane: Lane, detail: str, now: datetime, probe_at: datetime | None
    ) -> LaneChange | None:
        """Hold what is pending in the lane; say so if it was well before."""
        if _is_broken(self._lane(lane)):
            self._change_lane(lane, probe_at=probe_at)
            return None
        values = {"broken_since": now, "probe_at": probe_at, "detail": detail}
        self._change_lane(lane, open_since=None, failures=0, **values)
        pending = deliveries.c.state == DeliveryState.PENDING
        held = update(deliveries).where(in_lane(lane), pending)
        self._connection.execute(held.values(**waiting()))
        return LaneChange.BROKEN

    def _count_failure(
        self, lane: Lane, settled: Settled, detail: str, now: datetime
    ) -> LaneChange | None:
        """Note how often the lane failed in a row; say so if that opens its circuit.

        A message that was refused was answered, and ends the row.
        """
        row = self._lane(lane)
        if _is_broken(row):
            if settled.probe_at is None:
                self._change_lane(lane, probe_at=None)
            return None
        if not settled.failures:
            return LaneChange.MENDED if self.mend(lane) else None
        values = {
            "failures": settled.failures,
            "doubts": settled.doubts,
            "detail": detail,
        }
        if not settled.opens_lane:
            self._change_lane(lane, **values)
            return None
        is_open = row is not None and row.open_since is not None
        since = row.open_since if row is not None and is_open else now
        probe_at = settled.probe_at
        self._change_lane(lane, open_since=since, probe_at=probe_at, **values)
        return None if is_open else LaneChange.OPENED

    def _due_probes(self, now: datetime) -> list[Lane]:
        broken = select(lanes).where(lanes.c.broken_since.is_not(None))
        found = self._connection.execute(broken).all()
        due = [Lane(row.channel, row.place) for row in found if may_probe(row, now)]
        return [lane for lane in due if self._probe(lane, now) is not None]

    def _resting(self, now: datetime) -> set[Lane]:
        """Return the lanes whose circuit is open and that are not to be tried yet."""
        is_open = select(lanes).where(lanes.c.open_since.is_not(None))
        found = self._connection.execute(is_open).all()
        return {Lane(r.channel, r.place) for r in found if not may_probe(r, now)}

    def _probe(self, lane: Lane, now: datetime) -> int | None:
        """Return the delivery that tries whether a broken lane is well again."""
        is_held = (
            deliveries.c.state == DeliveryState.HELD,
            deliveries.c.reason == BROKEN,
        )
        return self._oldest(lane, now, *is_held)

    def _head(self, lane: Lane, row: Row[Any] | None, now: datetime) -> int | None:
        """Return what is next in a lane; what was overtaken does not block it.

        Where there are doubts whether it is the lane or its oldest delivery, the next
        probe is the one behind it.
        """
        pending = deliveries.c.state == DeliveryState.PENDING
        which = (pending, or_(deliveries.c.overtaken.is_(False), may_try(now)))
        if row is not None and row.doubts:
            witness = self._oldest(lane, now, *which, skipped=1)
            if witness is not None:
                return witness
        return self._oldest(lane, now, *which)

    def _oldest(
        self, lane: Lane, now: datetime, *which: ColumnElement[bool], skipped: int = 0
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
            .offset(skipped)
        )
        head = self._connection.execute(query).first()
        return None if head is None or not head.may_try else int(head.id)

    def _overtake(self, lane: Lane, delivery_id: int) -> None:
        """Note that older deliveries failed where this one arrived."""
        older = and_(
            deliveries.c.state == DeliveryState.PENDING,
            in_lane(lane),
            deliveries.c.id < delivery_id,
        )
        self._connection.execute(update(deliveries).where(older).values(overtaken=True))

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
                overtaken=False,
                told_by=None,
                **values,
            )
        )
        return self._connection.execute(statement).rowcount


def _is_broken(lane: Row[Any] | None) -> bool:
    return lane is not None and lane.broken_since is not None
