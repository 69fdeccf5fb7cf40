"""Deliver: lease -> send -> record, one worker for each lane.

::

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
from monitor.jobs.digests import let_go
from monitor.jobs.health import tell_troubles
from monitor.jobs.in_force import InForce
from monitor.jobs.report import tell_ops
from monitor.jobs.storing import store_with_patience
from monitor.model import (
    Delivery,
    DeliveryState,
    HoldReason,
    Lane,
    MessageKind,
    SendResult,
    Settled,
)
from monitor.ports import Channels, Clock, Journal, Store, Transaction

LEASE = timedelta(minutes=5)
"""Longer than any attempt; after a crash the next owner frees it at once."""

_RECORD_TRIES = 60


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

        def due(tx: Transaction) -> tuple[Lane, ...]:
            let_go(tx, in_force, now)
            tell_troubles(tx, in_force, now)
            return tx.due_lanes(now)

        return await self.store.transact(due)

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
        while goes_on() and (delivery := await self._lease(lane)) is not None:
            state = await self._attempt(delivery)
            ends.append(Ended(delivery.message.kind, state))
        return ends

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
        )
        now, jitter = self.clock.now(), self.clock.jitter()
        settled = settle(delivery, result, now=now, jitter=jitter)
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
            has_changed = tx.settle(delivery, settled, result, now)
            if has_changed:
                self._report_lane(tx, delivery, settled, result, now)
            if tells_of_dead(delivery, settled):
                self._report_dead(tx, delivery, settled, now)

        await store_with_patience(
            self.store,
            record,
            tries=_RECORD_TRIES,
            clock=self.clock,
            journal=self.journal,
        )

    def _report_dead(
        self, tx: Transaction, delivery: Delivery, settled: Settled, now: datetime
    ) -> None:
        name = delivery.lane.channel
        ids = " ".join(str(alert) for alert in delivery.message.alerts)
        title = f"an alert did not reach channel {name}"
        text = (
            f"{delivery.message.title}: {settled.reason}. "
            f"To try again: monitor alerts retry {ids}"
        )
        tell_ops(tx, self.in_force(), title, text, now, without=name)

    def _report_lane(
        self,
        tx: Transaction,
        delivery: Delivery,
        settled: Settled,
        result: SendResult,
        now: datetime,
    ) -> None:
        name = delivery.lane.channel
        if not settled.breaks_lane:
            title = f"channel {name} works again"
            tell_ops(tx, self.in_force(), title, "What was held goes out now.", now)
            return
        text = (
            f"{result.detail}. Its deliveries are held ({HoldReason.CHANNEL_BROKEN}) "
            f"and one is tried every 15 minutes. Repair the channel's URL, or look: "
            f"monitor channels test {name}"
        )
        tell_ops(
            tx, self.in_force(), f"channel {name} is broken", text, now, without=name
        )


def tells_of_dead(delivery: Delivery, settled: Settled) -> bool:
    """Say whether a death is worth a report: an alert's, not a report's own."""
    is_alert = delivery.message.kind is MessageKind.ALERT
    return is_alert and settled.state is DeliveryState.DEAD
