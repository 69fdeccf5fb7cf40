"""The outbox inside a transaction: enqueue, lease, settle, hold and let go."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    case,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from monitor.alerts import codec
from monitor.alerts.outcome import FAILURES_TO_DOUBT, PROBE_AFTER
from monitor.model import (
    Delivery,
    DeliveryState,
    Lane,
    LaneChange,
    Message,
    SendResult,
    Settled,
)
from monitor.store.article_rows import free_articles
from monitor.store.feed_rows import free_claims
from monitor.store.lane_rows import may_probe, may_try, waiting
from monitor.store.repair_rows import RepairRows
from monitor.store.tables import (
    attempts,
    deliveries,
    lanes,
    message_alerts,
    messages,
)
from monitor.store.thread_rows import first_receipt
from monitor.store.utc import Utc

LONGEST_LEASE = timedelta(hours=1)
"""A lease that ends later than this from now was made before the clock went back."""


class OutboxRows(RepairRows):
    """The part of a transaction that reads and writes the outbox."""

    def enqueue(
        self,
        channel: str,
        message: Message,
        places: int,
        now: datetime,
        *,
        entry_id: int | None = None,
    ) -> int:
        """Put a message into the outbox, one delivery for each place; return its id."""
        message_id = self._insert_message(channel, message, now, entry_id)
        for place in range(places):
            self._insert(message_id, Lane(channel, place), now)
        return message_id

    def due_lanes(self, now: datetime) -> tuple[Lane, ...]:
        """Return the lanes with something to try now; expired leases are freed."""
        self._expire(now)
        return (*self._due_heads(now), *self._due_probes(now))

    def _expire(self, now: datetime) -> None:
        until = deliveries.c.leased_until
        self._free(or_(until < now, until > now + LONGEST_LEASE))

    def _free(self, *which: ColumnElement[bool]) -> int:
        leased = deliveries.c.state == DeliveryState.LEASED
        # Its owner may have sent it and died before it could say so.
        freed = update(deliveries).where(leased, *which)
        statement = freed.values(maybe_sent=True, **waiting())
        return self._connection.execute(statement).rowcount

    def _due_heads(self, now: datetime) -> list[Lane]:
        of_lane = select(deliveries.c.channel, deliveries.c.place)
        leased = of_lane.where(deliveries.c.state == DeliveryState.LEASED)
        busy = {Lane(*row) for row in self._connection.execute(leased)}
        due = of_lane.where(deliveries.c.id.in_(_heads(now)), may_try(now))
        heads = [Lane(*row) for row in self._connection.execute(due)]
        resting = self._resting(now)
        return [lane for lane in heads if lane not in busy and lane not in resting]

    def lease(self, lane: Lane, now: datetime, *, until: datetime) -> Delivery | None:
        """Claim the head of the lane, None if nothing is to be tried now."""
        row = self._lane(lane)
        head = self._next(lane, row, now)
        if head is None:
            return None
        age_from = _age_from(now)
        if row is not None and (row.broken_since or row.open_since):
            self._change_lane(lane, probe_at=now + PROBE_AFTER)
            age_from = literal(now, Utc())
        self._connection.execute(
            update(deliveries)
            .where(deliveries.c.id == head)
            .values(
                state=DeliveryState.LEASED,
                leased_until=until,
                attempts=deliveries.c.attempts + 1,
                first_attempt_at=age_from,
            )
        )
        return self._delivery(head, row)

    def _next(self, lane: Lane, row: Row[Any] | None, now: datetime) -> int | None:
        if not may_probe(row, now):
            return None
        is_broken = row is not None and row.broken_since is not None
        return self._probe(lane, now) if is_broken else self._head(lane, row, now)

    def _delivery(self, delivery_id: int, state: Row[Any] | None) -> Delivery:
        joined = deliveries.join(messages)
        row = self._connection.execute(
            select(deliveries, messages.c.body)
            .select_from(joined)
            .where(deliveries.c.id == delivery_id)
        ).one()
        lane, message = Lane(row.channel, row.place), codec.from_json(row.body)
        return Delivery(
            id=row.id,
            lane=lane,
            message=message,
            created_at=row.created_at,
            attempts=row.attempts,
            first_attempt_at=row.first_attempt_at,
            maybe_sent=row.maybe_sent,
            bare=row.bare,
            failures=0 if state is None else state.failures,
            lane_is_broken=state is not None and state.broken_since is not None,
            overtaken=row.overtaken,
            answers=first_receipt(self._connection, lane, message),
            failed=self._failed(delivery_id),
        )

    def _failed(self, delivery_id: int) -> int:
        ended = attempts.c.delivery_id == delivery_id
        query = select(func.count()).select_from(attempts).where(ended)
        return int(self._connection.execute(query).scalar_one())

    def settle(
        self, delivery: Delivery, settled: Settled, result: SendResult, now: datetime
    ) -> LaneChange | None:
        """Record an attempt and what follows; say how the lane changed, if it did."""
        self._connection.execute(
            insert(attempts).values(
                delivery_id=delivery.id,
                ended_at=now,
                outcome=result.outcome,
                status=result.status,
                detail=result.detail,
            )
        )
        values: dict[str, object] = {
            "state": settled.state,
            "reason": settled.reason,
            "leased_until": None,
            "next_attempt_at": settled.next_attempt_at,
            "maybe_sent": settled.maybe_sent or delivery.maybe_sent,
            "bare": settled.bare or delivery.bare,
            "sent_at": now if settled.state is DeliveryState.SENT else None,
        }
        if settled.state is DeliveryState.PENDING:
            values |= waiting(settled.reason)
        if result.receipt:
            values["receipt"] = result.receipt
        counts = update(deliveries).where(_still_counts(delivery, settled))
        if not self._connection.execute(counts.values(**values)).rowcount:
            return None
        if settled.state is DeliveryState.DEAD:
            self._give_back(delivery.id)
        return self._follow(delivery, settled, result, now)

    def _follow(
        self, delivery: Delivery, settled: Settled, result: SendResult, now: datetime
    ) -> LaneChange | None:
        """Let the lane be what the end of an attempt makes of it."""
        lane, detail = delivery.lane, result.detail
        if settled.breaks_lane:
            return self._break(lane, detail, now, settled.probe_at)
        if not settled.mends_lane:
            return self._count_failure(lane, settled, detail, now)
        if delivery.failures >= FAILURES_TO_DOUBT:
            self._overtake(lane, delivery.id)
        return LaneChange.MENDED if self.mend(lane) else None

    def free_leases(self) -> int:
        """End all leases and claims (their owner is gone); return how many leases."""
        free_claims(self._connection)
        free_articles(self._connection)
        return self._free()

    def next_attempts(self, now: datetime) -> Mapping[Lane, datetime]:
        """Return when each lane has something to try next; without it are absent."""
        at = func.coalesce(deliveries.c.next_attempt_at, deliveries.c.created_at)
        same = and_(
            lanes.c.channel == deliveries.c.channel, lanes.c.place == deliveries.c.place
        )
        query = (
            select(deliveries.c.channel, deliveries.c.place, at, lanes.c.probe_at)
            .select_from(deliveries.outerjoin(lanes, same))
            .where(deliveries.c.id.in_(_heads(now)))
        )
        return {
            Lane(channel, place): max(at, probe_at or at)
            for channel, place, at, probe_at in self._connection.execute(query)
        }

    def delivery_counts(self, *, of_alerts: bool = False) -> Mapping[str, int]:
        """Return how many deliveries are in each state; of alerts alone if asked."""
        query = select(deliveries.c.state, func.count()).group_by(deliveries.c.state)
        if of_alerts:
            tells = message_alerts.c.message_id == deliveries.c.message_id
            query = query.where(exists().where(tells))
        counted = {row[0]: int(row[1]) for row in self._connection.execute(query)}
        return {state.value: counted.get(state, 0) for state in DeliveryState}

    def held_delivery_counts(self) -> Mapping[str, int]:
        """Return how many deliveries are held, for each reason."""
        held = deliveries.c.state == DeliveryState.HELD
        query = (
            select(deliveries.c.reason, func.count())
            .where(held)
            .group_by(deliveries.c.reason)
        )
        return {row[0]: int(row[1]) for row in self._connection.execute(query)}


def _heads(now: datetime) -> Select[tuple[int]]:
    """Return the query for the oldest pending delivery of each lane.

    What was overtaken counts only when it may be tried: it blocks nobody.
    """
    is_next = or_(deliveries.c.overtaken.is_(False), may_try(now))
    return (
        select(func.min(deliveries.c.id))
        .where(deliveries.c.state == DeliveryState.PENDING, is_next)
        .group_by(deliveries.c.channel, deliveries.c.place)
    )


def _age_from(now: datetime) -> ColumnElement[datetime]:
    """Return from when on a delivery's age counts: what was held was not tried."""
    was_held = deliveries.c.state == DeliveryState.HELD
    first, this = deliveries.c.first_attempt_at, literal(now, Utc())
    return case((was_held, this), else_=func.coalesce(first, this))


def _still_counts(delivery: Delivery, settled: Settled) -> ColumnElement[bool]:
    """Return whether the end of an attempt says anything about its delivery.

    Its lease may have ended before it did. Then it may be in flight once more, and
    that attempt decides; but what has arrived has arrived.
    """
    this = deliveries.c.id == delivery.id
    if settled.state is DeliveryState.SENT:
        return this
    open_states = (DeliveryState.LEASED, DeliveryState.PENDING)
    is_newest = deliveries.c.attempts == delivery.attempts
    return and_(this, is_newest, deliveries.c.state.in_(open_states))
