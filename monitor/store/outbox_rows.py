"""The outbox inside a transaction: enqueue, lease, settle, hold and let go."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
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
from monitor.alerts.outcome import PROBE_AFTER
from monitor.model import (
    Delivery,
    DeliveryState,
    Lane,
    Message,
    SendResult,
    Settled,
)
from monitor.store.feed_rows import free_claims
from monitor.store.lane_rows import is_lane, may_try, waiting
from monitor.store.repair_rows import RepairRows
from monitor.store.tables import (
    Utc,
    attempts,
    deliveries,
    lanes,
    message_alerts,
    messages,
)

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
        values = {"channel": channel, "entry_id": entry_id, "created_at": now}
        statement = insert(messages).values(body=codec.to_json(message), **values)
        made = self._connection.execute(statement.returning(messages.c.id))
        message_id = int(made.scalar_one())
        for alert_id in message.alerts:
            told = {"message_id": message_id, "alert_id": alert_id}
            self._connection.execute(insert(message_alerts).values(**told))
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
        due = of_lane.where(deliveries.c.id.in_(_heads()), may_try(now))
        heads = [Lane(*row) for row in self._connection.execute(due)]
        return [lane for lane in heads if lane not in busy]

    def lease(self, lane: Lane, now: datetime, *, until: datetime) -> Delivery | None:
        """Claim the head of the lane, None if nothing is to be tried now."""
        is_broken = self._is_broken(lane)
        head = self._probe(lane, now) if is_broken else self._head(lane, now)
        if head is None:
            return None
        if is_broken:
            later = {"probe_at": now + PROBE_AFTER}
            self._connection.execute(update(lanes).where(is_lane(lane)).values(**later))
        self._connection.execute(
            update(deliveries)
            .where(deliveries.c.id == head)
            .values(
                state=DeliveryState.LEASED,
                leased_until=until,
                attempts=deliveries.c.attempts + 1,
                first_attempt_at=_age_from(now),
            )
        )
        return self._delivery(head)

    def _delivery(self, delivery_id: int) -> Delivery:
        joined = deliveries.join(messages)
        row = self._connection.execute(
            select(deliveries, messages.c.body)
            .select_from(joined)
            .where(deliveries.c.id == delivery_id)
        ).one()
        return Delivery(
            id=row.id,
            lane=Lane(row.channel, row.place),
            message=codec.from_json(row.body),
            created_at=row.created_at,
            attempts=row.attempts,
            first_attempt_at=row.first_attempt_at,
            maybe_sent=row.maybe_sent,
            bare=row.bare,
        )

    def settle(
        self, delivery: Delivery, settled: Settled, result: SendResult, now: datetime
    ) -> bool:
        """Record an attempt and what follows; say whether the lane changed state."""
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
        counts = update(deliveries).where(_still_counts(delivery, settled))
        if not self._connection.execute(counts.values(**values)).rowcount:
            return False
        if settled.breaks_lane:
            return self._break(delivery.lane, result.detail, now)
        return settled.mends_lane and self.mend(delivery.lane)

    def free_leases(self) -> int:
        """End all leases and claims (their owner is gone); return how many leases."""
        free_claims(self._connection)
        return self._free()

    def next_attempt_at(self) -> datetime | None:
        """Return when the next waiting delivery may be tried, None without any."""
        at = func.coalesce(deliveries.c.next_attempt_at, deliveries.c.created_at)
        query = select(func.min(at)).where(deliveries.c.id.in_(_heads()))
        found: datetime | None = self._connection.execute(query).scalar_one()
        return found

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


def _heads() -> Select[tuple[int]]:
    """Return the query for the oldest pending delivery of each lane."""
    return (
        select(func.min(deliveries.c.id))
        .where(deliveries.c.state == DeliveryState.PENDING)
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
