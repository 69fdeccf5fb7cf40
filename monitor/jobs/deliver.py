"""Deliver: lease -> send -> record, one worker for each lane.

::

    pace       its service takes only so much: what is to wait is not claimed yet
    lease      the head of the lane is claimed, or nothing is to be done now
    send       through the channel; what a service does is an outcome, no error
    settle     the outcome decides: sent, again later, held, dead
    record     in one transaction with what follows for the lane and the report
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from monitor.alerts.outcome import settle
from monitor.alerts.threads import delivery_key
from monitor.jobs.dead import tell_of_dead
from monitor.jobs.digests import let_go
from monitor.jobs.falling_back import fall_back
from monitor.jobs.health import tell_troubles
from monitor.jobs.in_force import InForce
from monitor.jobs.lane_reports import report_lane
from monitor.jobs.storing import store_with_patience
from monitor.model import (
    Delivery,
    DeliveryState,
    Lane,
    MessageKind,
    SendResult,
    Settled,
)
from monitor.ports import Channels, Clock, Journal, Store, Transaction

LEASE = timedelta(minutes=5)
"""Longer than any attempt; after a crash the next owner frees it at once."""

_RECORD_TRIES = 60

_SHORT = timedelta(seconds=2)
"""A pause between two messages that a worker waits for; a longer one ends its work,
and the sweep begins it again."""


class Ended(NamedTuple):
    """How one attempt ended, and what was to be told."""

    kind: MessageKind
    state: DeliveryState


@dataclass(frozen=True, slots=True)
class DeliverJob:
    """Delivers what is due in a lane."""

    store: Store
    channels: Callable[[], Channels]
    clock: Clock
    journal: Journal
    in_force: Callable[[], InForce]

    async def due_lanes(self) -> tuple[Lane, ...]:
        """Return the lanes with something to try now.

        What waited until now and the reports on feeds are put into the outbox first.
        """
        now, in_force = self.clock.now(), self.in_force()

        def due(tx: Transaction) -> tuple[int, tuple[Lane, ...]]:
            let_go(tx, in_force, now)
            tell_troubles(tx, in_force, now)
            return fall_back(tx, in_force, now), tx.due_lanes(now)

        fell_back, lanes = await self.store.transact(due)
        if fell_back:
            self.journal.event("fallback", level="warning", deliveries=fell_back)
        pause = self.channels().pause
        return tuple(lane for lane in lanes if pause(lane) <= _SHORT)

    async def pause(self) -> timedelta | None:
        """Return how long there is nothing to try, None if nothing waits."""
        now, pause = self.clock.now(), self.channels().pause
        at = await self.store.transact(lambda tx: tx.next_attempts(now))
        return min((max(at[lane] - now, pause(lane)) for lane in at), default=None)

    async def deliver_lane(
        self, lane: Lane, goes_on: Callable[[], bool] = lambda: True
    ) -> list[Ended]:
        """Deliver until nothing is to be tried now; return how each attempt ended.

        `goes_on` is asked before each: at shutdown nothing new is begun.

        Raises:
            StoreError: the database cannot be written; nothing was sent that could
                not be claimed first.
        """
        ends = []
        while await self._has_room(lane) and goes_on():
            delivery = await self._lease(lane)
            if delivery is None:
                break
            state = await self._attempt(delivery)
            ends.append(Ended(delivery.message.kind, state))
        return ends

    async def _has_room(self, lane: Lane) -> bool:
        """Wait until the lane takes one more; say if that takes too long."""
        pause = self.channels().pause(lane)
        if timedelta(0) < pause <= _SHORT:
            await self.clock.sleep(pause)
        return pause <= _SHORT

    async def _lease(self, lane: Lane) -> Delivery | None:
        now = self.clock.now()
        until = now + LEASE
        return await self.store.transact(lambda tx: tx.lease(lane, now, until=until))

    async def _attempt(self, delivery: Delivery) -> DeliveryState:
        begun = self.clock.monotonic()
        result = await self.channels().send(
            delivery.lane,
            delivery.message,
            created_at=delivery.created_at,
            maybe_sent=delivery.maybe_sent,
            bare=delivery.bare,
            key=delivery_key(delivery.id, delivery.lane, delivery.created_at),
            answers=delivery.answers,
        )
        now, jitter = self.clock.now(), self.clock.jitter()
        spec = self.in_force().channel(delivery.lane.channel)
        probes = spec is None or spec.probe
        settled = settle(delivery, result, now=now, jitter=jitter, probes=probes)
        await self._record(delivery, settled, result, now)
        self.journal.event(
            "delivery",
            level="info" if settled.state is DeliveryState.SENT else "warning",
            delivery=delivery.id,
            channel=delivery.lane.channel,
            place=delivery.lane.place,
            alerts=list(delivery.message.alerts),
            outcome=result.outcome,
            state=settled.state,
            reason=settled.reason,
            status=result.status,
            detail=result.detail,
            attempt=delivery.attempts,
            possible_repeat=delivery.maybe_sent,
            next_attempt_at=settled.next_attempt_at,
            late_seconds=round((now - delivery.created_at).total_seconds(), 1),
            seconds=round(self.clock.monotonic() - begun, 3),
        )
        return settled.state

    async def _record(
        self, delivery: Delivery, settled: Settled, result: SendResult, now: datetime
    ) -> None:
        """Record the attempt; a full disk is waited for, or it would be sent twice."""

        def record(tx: Transaction) -> None:
            in_force = self.in_force()
            change = tx.settle(delivery, settled, result, now)
            if change is not None:
                lane = delivery.lane
                report_lane(tx, in_force, lane, change, result=result, now=now)
            tell_of_dead(tx, in_force, delivery, settled, now)

        await store_with_patience(
            self.store,
            record,
            tries=_RECORD_TRIES,
            clock=self.clock,
            journal=self.journal,
        )
