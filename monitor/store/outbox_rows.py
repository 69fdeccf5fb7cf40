"""The outbox inside a transaction: enqueue, lease, settle, hold and let go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, insert, or_, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

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
from monitor.store.repair_rows import BROKEN, RepairRows, in_lane, is_lane
from monitor.store.tables import (
    attempts,
    deliveries,
    feeds,
    lanes,
    message_alerts,
    messages,
)

LONGEST_LEASE = timedelta(hours=1)
"""A lease that ends later than this from now was made before the clock went back."""

LONGEST_WAIT = timedelta(days=7)
"""Likewise for a wait: no backoff is longer, and no Retry-After is heard longer."""

_WAITING = (DeliveryState.PENDING, DeliveryState.LEASED)


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
    ) -> None:
        """Put a message into the outbox, one delivery for each place."""
        values = {"channel": channel, "entry_id": entry_id, "created_at": now}
        statement = insert(messages).values(body=codec.to_json(message), **values)
        made = self._connection.execute(statement.returning(messages.c.id))
        message_id = made.scalar_one()
        for alert_id in message.alerts:
            told = {"message_id": message_id, "alert_id": alert_id}
            self._connection.execute(insert(message_alerts).values(**told))
        for place in range(places):
            self._insert(message_id, Lane(channel, place), now)

    def _insert(self, message_id: int, lane: Lane, now: datetime) -> None:
        broken = self._broken(lane)
        self._connection.execute(
            insert(deliveries).values(
                message_id=message_id,
                channel=lane.channel,
                place=lane.place,
                state=DeliveryState.HELD if broken else DeliveryState.PENDING,
                reason=BROKEN if broken else "",
                attempts=0,
                maybe_sent=False,
                bare=False,
                created_at=now,
            )
        )

    def _broken(self, lane: Lane) -> bool:
        query = select(lanes.c.place).where(is_lane(lane))
        return self._connection.execute(query).first() is not None

    def due_lanes(self, now: datetime) -> tuple[Lane, ...]:
        """Return the lanes with something to try now; expired leases are freed."""
        self._expire(now)
        return tuple(dict.fromkeys([*self._due_heads(now), *self._due_probes(now)]))

    def _expire(self, now: datetime) -> None:
        until = deliveries.c.leased_until
        is_over = or_(until < now, until > now + LONGEST_LEASE)
        self._free(and_(deliveries.c.state == DeliveryState.LEASED, is_over))

    def _free(self, which: ColumnElement[bool]) -> int:
        # Its owner may have sent it and died before it could say so.
        values = {"state": DeliveryState.PENDING, "maybe_sent": True}
        statement = update(deliveries).where(which).values(**values)
        return self._connection.execute(statement).rowcount

    def _due_heads(self, now: datetime) -> Iterator[Lane]:
        heads = (
            select(func.min(deliveries.c.id))
            .where(deliveries.c.state.in_(_WAITING))
            .group_by(deliveries.c.channel, deliveries.c.place)
        )
        query = select(deliveries.c.channel, deliveries.c.place).where(
            deliveries.c.id.in_(heads),
            deliveries.c.state == DeliveryState.PENDING,
            _may_try(now),
        )
        for row in self._connection.execute(query):
            yield Lane(row.channel, row.place)

    def _due_probes(self, now: datetime) -> Iterator[Lane]:
        horizon = now + PROBE_AFTER
        due = or_(lanes.c.probe_at <= now, lanes.c.probe_at > horizon)
        query = (
            select(lanes.c.channel, lanes.c.place)
            .join(
                deliveries,
                and_(
                    deliveries.c.channel == lanes.c.channel,
                    deliveries.c.place == lanes.c.place,
                ),
            )
            .where(due, _probable())
            .distinct()
        )
        for row in self._connection.execute(query):
            yield Lane(row.channel, row.place)

    def lease(self, lane: Lane, now: datetime, *, until: datetime) -> Delivery | None:
        """Claim the head of the lane, None if nothing is to be tried now."""
        head = self._probe(lane, now) if self._broken(lane) else self._head(lane, now)
        if head is None:
            return None
        values = {
            "state": DeliveryState.LEASED,
            "leased_until": until,
            "attempts": deliveries.c.attempts + 1,
            "first_attempt_at": func.coalesce(deliveries.c.first_attempt_at, now),
        }
        this = deliveries.c.id == head
        self._connection.execute(update(deliveries).where(this).values(**values))
        return self._delivery(head)

    def _head(self, lane: Lane, now: datetime) -> int | None:
        query = (
            select(deliveries.c.id, deliveries.c.state, _may_try(now).label("may_try"))
            .where(in_lane(lane), deliveries.c.state.in_(_WAITING))
            .order_by(deliveries.c.id)
            .limit(1)
        )
        head = self._connection.execute(query).first()
        # The head blocks its lane, in flight or waiting: that keeps the order.
        if head is None or head.state == DeliveryState.LEASED or not head.may_try:
            return None
        return int(head.id)

    def _probe(self, lane: Lane, now: datetime) -> int | None:
        row = self._connection.execute(select(lanes).where(is_lane(lane))).one()
        if now < row.probe_at <= now + PROBE_AFTER:
            return None
        later = update(lanes).where(is_lane(lane)).values(probe_at=now + PROBE_AFTER)
        self._connection.execute(later)
        query = select(func.min(deliveries.c.id)).where(in_lane(lane), _probable())
        return self._connection.execute(query).scalar_one_or_none()

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
        is_sent = settled.state is DeliveryState.SENT
        self._connection.execute(
            update(deliveries)
            .where(deliveries.c.id == delivery.id)
            .values(
                state=settled.state,
                reason=settled.reason,
                next_attempt_at=settled.next_attempt_at,
                leased_until=None,
                maybe_sent=settled.maybe_sent or delivery.maybe_sent,
                bare=settled.bare or delivery.bare,
                sent_at=now if is_sent else None,
            )
        )
        if settled.breaks_lane:
            return self._break(delivery.lane, result.detail, now)
        return settled.mends_lane and self.mend(delivery.lane)

    def _break(self, lane: Lane, detail: str, now: datetime) -> bool:
        values = {"broken_since": now, "probe_at": now + PROBE_AFTER, "detail": detail}
        statement = upsert(lanes).values(
            channel=lane.channel, place=lane.place, **values
        )
        is_new = self._connection.execute(statement.on_conflict_do_nothing()).rowcount
        self._connection.execute(
            update(deliveries)
            .where(in_lane(lane), deliveries.c.state == DeliveryState.PENDING)
            .values(state=DeliveryState.HELD, reason=BROKEN)
        )
        return bool(is_new)

    def free_leases(self) -> int:
        """End all leases and claims (their owner is gone); return how many leases."""
        self._connection.execute(update(feeds).values(claimed_until=None))
        return self._free(deliveries.c.state == DeliveryState.LEASED)

    def next_attempt_at(self) -> datetime | None:
        """Return when the next waiting delivery may be tried, None without any."""
        query = select(
            func.min(
                func.coalesce(deliveries.c.next_attempt_at, deliveries.c.created_at)
            )
        ).where(deliveries.c.state.in_(_WAITING))
        found: datetime | None = self._connection.execute(query).scalar_one()
        return found

    def delivery_counts(self) -> Mapping[str, int]:
        """Return how many deliveries are in each state."""
        query = select(deliveries.c.state, func.count()).group_by(deliveries.c.state)
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


def _probable() -> ColumnElement[bool]:
    """Return whether a delivery could try whether its broken lane is well again."""
    held = and_(deliveries.c.state == DeliveryState.HELD, deliveries.c.reason == BROKEN)
    return or_(held, deliveries.c.state == DeliveryState.PENDING)


def _may_try(now: datetime) -> ColumnElement[bool]:
    """Return whether the wait is over, or of a clock that was set back since."""
    at = deliveries.c.next_attempt_at
    return or_(at.is_(None), at <= now, at > now + LONGEST_WAIT)
