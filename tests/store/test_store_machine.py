"""The outbox against a plain model, crashing wherever it can: nothing is ever lost."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
)
from sqlalchemy import Row, select
from store_values import (
    BUSY,
    DAY,
    HOUR,
    LEASE,
    MINUTE,
    NOW,
    REFUSED,
    SENT,
    TIMEOUT,
    UNAUTHORIZED,
    report,
    told,
)

from monitor.alerts.outcome import PROBE_AFTER, settle
from monitor.model import Delivery, DeliveryState, Lane, SendOutcome, SendResult
from monitor.store.database import Database
from monitor.store.tables import deliveries
from monitor.store.transaction import SqlStore

LANES = (Lane("desk", 0), Lane("desk", 1), Lane("chief", 0))
RESULTS = (SENT, SENT, BUSY, TIMEOUT, REFUSED, UNAUTHORIZED)
LONG_AGO = datetime.min.replace(tzinfo=UTC)
PENDING, LEASED, HELD, SENT_STATE, DEAD = DeliveryState

_lanes = st.sampled_from(LANES)


class PowerCutError(Exception):
    """The process dies before its transaction ends."""


@cache
def empty_database() -> Path:
    """Return a migrated database to be copied: migrating takes its time."""
    folder = Path(tempfile.mkdtemp())
    Database.open(f"sqlite:///{folder}/empty.db").close()
    return folder / "empty.db"


@dataclass
class Known:
    """What the model knows of a delivery."""

    lane: Lane
    state: DeliveryState = PENDING
    is_broken: bool = False  # held because its lane is
    is_orphan: bool = False
    attempts: int = 0
    may_have_arrived: bool = False
    try_at: datetime = LONG_AGO


@dataclass
class Model:
    """What ought to be in the database."""

    known: dict[int, Known] = field(default_factory=dict)
    probe_at: dict[Lane, datetime] = field(default_factory=dict)
    configured: set[Lane] = field(default_factory=lambda: set(LANES))

    def of(self, lane: Lane, *states: DeliveryState) -> list[int]:
        """Return the deliveries of a lane that are in one of the states, in order."""
        return sorted(
            id_
            for id_, one in self.known.items()
            if one.lane == lane and one.state in states
        )

    def wait(self, one: Known) -> None:
        """Let a delivery wait for its turn."""
        one.is_orphan = False
        one.is_broken = one.lane in self.probe_at
        one.state = HELD if one.is_broken else PENDING

    def head(self, lane: Lane, now: datetime) -> int | None:
        """Return what may be tried now."""
        waiting = [
            id_ for id_ in self.of(lane, PENDING, HELD) if not self.known[id_].is_orphan
        ]
        is_resting = self.probe_at.get(lane, LONG_AGO) > now
        if self.of(lane, LEASED) or not waiting or is_resting:
            return None
        return waiting[0] if self.known[waiting[0]].try_at <= now else None

    def mend(self, lane: Lane) -> None:
        """Let a broken lane's deliveries go."""
        self.probe_at.pop(lane, None)
        for id_ in self.of(lane, HELD):
            if self.known[id_].is_broken:
                self.wait(self.known[id_])
                self.known[id_].try_at = LONG_AGO


class Outbox(RuleBasedStateMachine):
    """Publishes, delivers, breaks, mends, orphans and crashes in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        shutil.copy(empty_database(), self.folder / "monitor.db")
        self.store = SqlStore(Database.open(f"sqlite:///{self.folder}/monitor.db"))
        self.now = NOW
        self.model = Model()
        self.flying: list[Delivery] = []
        self.published = 0

    def teardown(self) -> None:
        try:
            self.all_arrives_in_the_end()
        finally:
            self.store.close()
            shutil.rmtree(self.folder)

    # what happens

    @rule()
    def publish(self) -> None:
        self.published += 1
        key = f"g:{self.published}"
        self.store.run(lambda tx: told(tx, key, places=2))
        self.store.run(lambda tx: tx.enqueue("chief", report(key), 1, self.now))
        self._learn()

    @rule()
    def crash_while_publishing(self) -> None:
        def publish(tx: object) -> None:
            told(tx, "g:lost")
            raise PowerCutError

        try:
            self.store.run(publish)
        except PowerCutError:
            return

    @rule(lane=_lanes)
    def lease(self, lane: Lane) -> None:
        expected = self.model.head(lane, self.now)
        until = self.now + LEASE

        found = self.store.run(lambda tx: tx.lease(lane, self.now, until=until))

        assert (found and found.id) == expected
        if found is not None:
            known = self.model.known[found.id]
            assert found.maybe_sent or not known.may_have_arrived
            known.state, known.is_broken = LEASED, False
            known.attempts = found.attempts
            if lane in self.model.probe_at:
                self.model.probe_at[lane] = self.now + PROBE_AFTER
            self.flying.append(found)

    @precondition(lambda self: self.flying)
    @rule(result=st.sampled_from(RESULTS), data=st.data())
    def end(self, result: SendResult, data: st.DataObject) -> None:
        delivery = data.draw(st.sampled_from(self.flying))
        self.flying.remove(delivery)
        settled = settle(delivery, result, now=self.now, jitter=1.0)

        self.store.run(lambda tx: tx.settle(delivery, settled, result, self.now))

        known = self.model.known[delivery.id]
        is_newest = known.attempts == delivery.attempts
        if result.outcome is SendOutcome.SENT:
            self._arrives(known)
        elif is_newest and known.state in (LEASED, PENDING):
            self._fails(known, delivery, result)

    def _arrives(self, known: Known) -> None:
        known.state, known.is_orphan, known.is_broken = SENT_STATE, False, False
        self.model.mend(known.lane)

    def _fails(self, known: Known, delivery: Delivery, result: SendResult) -> None:
        settled = settle(delivery, result, now=self.now, jitter=1.0)
        is_unsure = result.outcome is SendOutcome.UNKNOWN
        known.may_have_arrived = delivery.maybe_sent or is_unsure
        known.try_at = settled.next_attempt_at or LONG_AGO
        if settled.state is DEAD:
            known.state = DEAD
            return
        if settled.breaks_lane:
            rests = self.now + PROBE_AFTER
            self.model.probe_at.setdefault(delivery.lane, rests)
            for id_ in self.model.of(delivery.lane, PENDING):
                self.model.wait(self.model.known[id_])
        self.model.wait(known)

    @rule()
    def crash(self) -> None:
        """Kill the process: what was in flight may have arrived; another takes over."""
        self.store.run(lambda tx: tx.free_leases())
        for delivery in self.flying:
            known = self.model.known[delivery.id]
            known.may_have_arrived = True
            if known.state is LEASED:
                self.model.wait(known)
        self.flying = []

    @rule(lane=_lanes)
    def mend(self, lane: Lane) -> None:
        was_broken = lane in self.model.probe_at

        assert self.store.run(lambda tx: tx.mend(lane)) == was_broken

        self.model.mend(lane)

    @rule()
    def edit_files(self) -> None:
        self.store.run(lambda tx: tx.probe_broken(self.now))
        self.model.probe_at = dict.fromkeys(self.model.probe_at, self.now)

    @rule(lanes=st.sets(_lanes, min_size=1))
    def configure(self, lanes: set[Lane]) -> None:
        self.model.configured = lanes

        count = self.store.run(lambda tx: tx.sync_outbox(lanes, ["waffen"]))

        for known in self.model.known.values():
            if known.state in (SENT_STATE, DEAD):
                continue
            if known.lane not in lanes:
                known.may_have_arrived |= known.state is LEASED
                known.state, known.is_orphan, known.is_broken = HELD, True, False
            elif known.is_orphan:
                self.model.wait(known)
                known.try_at = LONG_AGO
        assert count == sum(one.is_orphan for one in self.model.known.values())

    @rule()
    def retry_dead(self) -> None:
        self.store.run(lambda tx: tx.retry_dead([], self.now))
        for known in self.model.known.values():
            if known.state is DEAD:
                self.model.wait(known)
                known.try_at = LONG_AGO

    @rule(duration=st.sampled_from((MINUTE, PROBE_AFTER, 2 * HOUR)))
    def time_passes(self, duration: timedelta) -> None:
        self.now += duration
        self._sweep()

    @rule()
    def the_clock_goes_back(self) -> None:
        """By so much that every due time, lease and rest counts as past."""
        self.now -= 30 * DAY
        for known in self.model.known.values():
            known.try_at = LONG_AGO
        self.model.probe_at = dict.fromkeys(self.model.probe_at, self.now)
        self._sweep(are_all_leases_over=True)

    def _sweep(self, *, are_all_leases_over: bool = False) -> None:
        """Do as the sweep does each second; leases that ran out are freed."""
        due = self.store.run(lambda tx: tx.due_lanes(self.now))
        leased_at = {
            id_: one for id_, one in self.model.known.items() if one.state is LEASED
        }
        states = {row.id: row.state for row in self._stored()}
        for id_, known in leased_at.items():
            if states[id_] != LEASED:
                known.may_have_arrived = True
                self.model.wait(known)
            else:
                assert not are_all_leases_over
        heads = {lane for lane in LANES if self.model.head(lane, self.now) is not None}
        assert set(due) == heads
        assert len(due) == len(heads)

    # what must always be so

    @invariant()
    def nothing_is_lost(self) -> None:
        rows = self._stored()
        found = {row.id: (row.state, row.reason == "orphaned") for row in rows}
        assert found == {
            id_: (one.state, one.is_orphan) for id_, one in self.model.known.items()
        }
        in_flight = [(row.channel, row.place) for row in rows if row.state == LEASED]
        assert len(in_flight) == len(set(in_flight)), "two in flight in one lane"
        doubtful = {row.id for row in rows if row.maybe_sent}
        unsure = [
            id_
            for id_, one in self.model.known.items()
            if one.may_have_arrived and one.state is not SENT_STATE
        ]
        assert doubtful.issuperset(unsure), "a possible repeat that is not marked"

    def all_arrives_in_the_end(self) -> None:
        """Repair everything, deliver: nothing is left over, order is kept."""
        self.crash()
        self.configure(set(LANES))
        self.retry_dead()
        for lane in LANES:
            self.mend(lane)
            self.now += 2 * HOUR
            while self.model.head(lane, self.now) is not None:
                self.lease(lane)
                delivery = self.flying.pop()
                settled = settle(delivery, SENT, now=self.now, jitter=1.0)
                self.store.run(
                    lambda tx, d=delivery, s=settled: tx.settle(d, s, SENT, self.now)
                )
                self._arrives(self.model.known[delivery.id])
        assert {one.state for one in self.model.known.values()} <= {SENT_STATE}
        self.nothing_is_lost()

    def _stored(self) -> Sequence[Row[Any]]:
        with self.store._database.read() as connection:
            return connection.execute(select(deliveries)).all()

    def _learn(self) -> None:
        for row in self._stored():
            if row.id not in self.model.known:
                known = Known(Lane(row.channel, row.place))
                self.model.known[row.id] = known
                self.model.wait(known)


Outbox.TestCase.settings = settings(
    max_examples=25,
    stateful_step_count=30,
    deadline=None,
    phases=[Phase.generate],  # a failure is short enough; to shrink it takes minutes
    report_multiple_bugs=False,
)
test_nothing_is_lost_and_order_is_kept = Outbox.TestCase
