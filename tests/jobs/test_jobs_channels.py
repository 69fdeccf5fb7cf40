"""Channels that fail: the circuit, the fallback, the pace, and who hears of it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from house import DESK, HIT, OPS, House, rule

from monitor.alerts.outcome import FAILURES_TO_DOUBT, FAILURES_TO_OPEN
from monitor.jobs.lane_reports import mend_lane, report_lane
from monitor.jobs.round import deliver_round
from monitor.model import (
    DeliveryState,
    Lane,
    LaneChange,
    Message,
    SendOutcome,
    SendResult,
)
from monitor.testing import FakeChannels

CHIEF = Lane("chief", 0)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DOWN, BROKEN = SendOutcome.RETRY, SendOutcome.CHANNEL_BROKEN


async def told(house: House, *titles: str) -> None:
    house.publish(*titles)
    await house.poll()


async def pass_time(house: House, span: timedelta, step: timedelta = MINUTE) -> None:
    """Let time pass, with a sweep at each step."""
    for _ in range(round(span / step)):
        house.clock.advance(step)
        await house.deliver()


async def fail_often(house: House, lane: Lane, count: int) -> None:
    """Let the head of a lane fail so often in a row."""
    house.answer(lane, *[DOWN] * count)
    while house.places.script[lane]:
        house.clock.advance(MINUTE)
        await house.deliver()


def with_fallback(house: House, **fallbacks: str) -> None:
    """Let channels have fallbacks."""
    settings = house.in_force.settings
    specs = tuple(
        replace(spec, fallback=fallbacks.get(spec.name, ""))
        for spec in settings.channels
    )
    house.reform(channels=specs)


# --- the circuit ----------------------------------------------------------------------


async def test_five_failures_in_a_row_are_told_once_with_the_backlog(
    primed: House,
) -> None:
    await told(primed, f"{HIT} eins", f"{HIT} zwei")
    await fail_often(primed, DESK, FAILURES_TO_OPEN - 1)
    assert primed.titles(OPS) == []
    await fail_often(primed, DESK, 3)
    await primed.deliver()
    assert primed.titles(OPS) == ["channel desk does not answer"]
    assert "Waiting: 2, the oldest since 5 Jan 2026, 12:" in primed.texts(OPS)[0]
    await pass_time(primed, HOUR)
    assert primed.titles(DESK) == [f"{HIT} eins", f"{HIT} zwei"]
    assert primed.titles(OPS)[1:] == ["channel desk works again"]


async def test_success_between_failures_keeps_the_circuit_closed(
    primed: House,
) -> None:
    for count in range(3):
        await told(primed, f"{HIT} {count}")
        await fail_often(primed, DESK, FAILURES_TO_OPEN - 1)
        await pass_time(primed, 3 * MINUTE)
    assert len(primed.titles(DESK)) == 3
    assert primed.titles(OPS) == []


async def test_open_circuit_spends_one_attempt_at_a_time_with_growing_pauses(
    primed: House,
) -> None:
    await told(primed, f"{HIT} eins", f"{HIT} zwei", f"{HIT} drei")
    primed.answer(DESK, *[DOWN] * 1000)
    await pass_time(primed, DAY, 10 * MINUTE)
    (first, *others) = primed.attempts()
    assert others == [0, 0], "the others wait untried"
    assert 20 < first < 60, "about one an hour, at half of the dice"


async def test_time_with_the_circuit_open_does_not_age_a_delivery(
    primed: House,
) -> None:
    await told(primed, HIT)
    primed.answer(DESK, *[DOWN] * 10_000)
    await pass_time(primed, 20 * DAY, 4 * HOUR)
    assert primed.counts()["pending"] == 1
    primed.answer(DESK)
    await pass_time(primed, 2 * HOUR, HOUR)
    assert primed.titles(DESK) == [HIT]


async def test_what_is_known_of_a_lane_outlives_a_restart(primed: House) -> None:
    await told(primed, HIT)
    await fail_often(primed, DESK, FAILURES_TO_OPEN)
    primed.reopen()
    assert await primed.deliver() == [DeliveryState.SENT], "the report to ops"
    primed.answer(DESK, DOWN)
    await pass_time(primed, 10 * MINUTE)
    await pass_time(primed, HOUR)
    assert primed.titles(OPS) == [
        "channel desk does not answer",
        "channel desk works again",
    ]


async def test_answer_that_refuses_the_message_closes_the_circuit(
    primed: House,
) -> None:
    await told(primed, HIT)
    await fail_often(primed, DESK, FAILURES_TO_OPEN)
    primed.answer(DESK, SendOutcome.MESSAGE_REFUSED)
    await pass_time(primed, HOUR)
    assert primed.titles(DESK) == [HIT]
    assert primed.titles(OPS)[-1] == "channel desk works again"


async def test_service_that_is_wrong_after_all_breaks_the_open_lane(
    primed: House,
) -> None:
    await told(primed, HIT)
    await fail_often(primed, DESK, FAILURES_TO_OPEN)
    primed.answer(DESK, BROKEN)
    await pass_time(primed, 5 * MINUTE)
    assert primed.titles(OPS) == [
        "channel desk does not answer",
        "channel desk is broken",
    ]
    await pass_time(primed, 20 * MINUTE)
    assert primed.titles(DESK) == [HIT]


async def test_edit_lets_an_open_circuit_be_tried_at_once_but_for_retry_after(
    primed: House,
) -> None:
    await told(primed, HIT)
    await fail_often(primed, DESK, FAILURES_TO_OPEN + 6)
    now = primed.clock.now()
    primed.answer(DESK, SendResult(DOWN, 429, retry_after=HOUR))
    primed.store.run(lambda tx: tx.probe_broken(now))
    assert DeliveryState.PENDING in await primed.deliver()
    primed.store.run(lambda tx: tx.probe_broken(now))
    assert await primed.deliver() == []
    primed.clock.advance(HOUR)
    assert DeliveryState.SENT in await primed.deliver()


async def test_one_message_that_a_service_fails_at_is_overtaken_in_the_end(
    primed: House,
) -> None:
    """A server that crashes over one message says 500 for ever, and takes all else."""
    await told(primed, f"{HIT} eins", f"{HIT} zwei", f"{HIT} drei")
    primed.places = Choosy(primed.channels, fails_at=f"{HIT} eins")
    await pass_time(primed, DAY, 10 * MINUTE)
    assert primed.titles(DESK) == [f"{HIT} zwei", f"{HIT} drei"]
    assert primed.counts()["pending"] == 1
    assert primed.attempts()[0] > FAILURES_TO_DOUBT
    await told(primed, f"{HIT} vier")
    await primed.deliver()
    assert primed.titles(DESK)[-1] == f"{HIT} vier", "it blocks nobody any more"
    await pass_time(primed, 8 * DAY, 4 * HOUR)
    assert primed.counts()["dead"] == 1
    assert primed.titles(OPS)[-1] == "an alert did not reach channel desk"


class Choosy(FakeChannels):
    """Fails at one message, whatever else it takes."""

    def __init__(self, places: dict[str, int], fails_at: str) -> None:
        super().__init__(places)
        self.fails_at = fails_at

    async def send(self, lane: Lane, message: Message, **more: object) -> SendResult:
        if message.title == self.fails_at:
            return SendResult(DOWN, 500, detail="HTTP 500")
        return await super().send(lane, message, **more)  # type: ignore[arg-type]


# --- the probe ------------------------------------------------------------------------


async def test_broken_channel_that_may_not_be_probed_waits_for_a_person(
    primed: House,
) -> None:
    specs = primed.in_force.settings.channels
    primed.reform(channels=tuple(replace(spec, probe=False) for spec in specs))
    await told(primed, HIT)
    primed.answer(DESK, BROKEN, DOWN)
    await primed.deliver()
    await pass_time(primed, DAY, 10 * MINUTE)
    assert primed.attempts() == [1]
    assert "none is tried" in primed.texts(OPS)[0]
    now = primed.clock.now()
    primed.store.run(lambda tx: tx.probe_broken(now))
    await primed.deliver()
    await pass_time(primed, DAY, 10 * MINUTE)
    assert primed.attempts() == [2], "an edit lets it be tried once"
    assert primed.store.run(lambda tx: mend_lane(tx, primed.in_force, DESK, now))
    assert not primed.store.run(lambda tx: mend_lane(tx, primed.in_force, DESK, now))
    await primed.deliver()
    assert primed.titles(DESK) == [HIT]
    assert primed.titles(OPS)[1:] == ["channel desk works again"]


async def test_where_nobody_is_to_hear_of_troubles_nobody_does(primed: House) -> None:
    primed.reform(ops=())
    await told(primed, HIT)
    primed.answer(DESK, BROKEN)
    await primed.deliver()
    assert primed.attempts() == [1]
    assert primed.titles(OPS) == []


# --- the fallback ---------------------------------------------------------------------


@pytest.fixture
async def covered(primed: House) -> House:
    """The house with a channel `chief` that stands in for `desk`."""
    primed.channels = {"desk": 1, "ops": 1, "chief": 1}
    primed.configure()
    primed.places = FakeChannels(primed.channels)
    with_fallback(primed, desk="chief")
    return primed


async def test_what_a_broken_channel_holds_goes_through_its_fallback(
    covered: House,
) -> None:
    await told(covered, f"{HIT} eins", f"{HIT} zwei")
    covered.answer(DESK, *[BROKEN] * 3)
    await covered.deliver()
    await covered.deliver()
    await told(covered, f"{HIT} drei")
    await covered.deliver()
    assert covered.titles(CHIEF) == [f"{HIT} eins", f"{HIT} zwei", f"{HIT} drei"]
    labels = {message.labels for at, message, _ in covered.places.sent if at == CHIEF}
    assert labels == {("desk is broken: sent here instead",)}
    assert "sent to channel chief instead" in covered.texts(OPS)[0]
    await pass_time(covered, HOUR, 5 * MINUTE)
    assert covered.titles(DESK) == ["channel desk works again"], "and nothing twice"
    held = covered.store.run(lambda tx: tx.held_delivery_counts())
    assert held == {"told_elsewhere": 3}
    await told(covered, f"{HIT} vier")
    await covered.deliver()
    assert covered.titles(DESK)[-1] == f"{HIT} vier"
    assert len(covered.titles(CHIEF)) == 3


async def test_open_circuit_falls_back_after_five_minutes(covered: House) -> None:
    await told(covered, HIT)
    covered.answer(DESK, *[DOWN] * 100)
    await pass_time(covered, 3 * MINUTE, 10 * SECOND)
    assert covered.titles(CHIEF) == []
    await pass_time(covered, 7 * MINUTE, 10 * SECOND)
    assert covered.titles(CHIEF) == [HIT]
    covered.answer(DESK)
    await pass_time(covered, HOUR)
    assert covered.titles(DESK) == ["channel desk works again"]


async def test_channel_that_is_told_anyhow_is_not_told_twice(covered: House) -> None:
    covered.rules = (rule(channels=("desk", "chief")),)
    covered.configure()
    with_fallback(covered, desk="chief")
    await told(covered, HIT)
    covered.answer(DESK, BROKEN)
    await covered.deliver()
    await covered.deliver()
    assert covered.titles(CHIEF) == [HIT]


async def test_first_that_works_tells_it_and_the_other_does_not(
    covered: House,
) -> None:
    await told(covered, HIT)
    covered.answer(DESK, BROKEN)
    covered.answer(CHIEF, BROKEN)
    await covered.deliver()
    await covered.deliver()
    assert covered.titles(CHIEF) == covered.titles(DESK) == []
    assert covered.store.run(lambda tx: tx.mend(DESK))
    await covered.deliver()
    assert covered.titles(DESK) == [HIT, "channel desk works again"]
    covered.store.run(lambda tx: tx.mend(CHIEF))
    await covered.deliver()
    assert HIT not in covered.titles(CHIEF), "the copy was withdrawn"


async def test_copy_that_dies_gives_the_original_back(covered: House) -> None:
    await told(covered, HIT)
    covered.answer(DESK, *[BROKEN] * 2)
    refused = SendOutcome.MESSAGE_REFUSED
    covered.answer(CHIEF, refused, refused)
    for _ in range(3):
        await covered.deliver()
    held = covered.store.run(lambda tx: tx.held_delivery_counts())
    assert held == {"channel_broken": 2}, "the alert, and the note"
    await pass_time(covered, HOUR, 10 * MINUTE)
    assert HIT in covered.titles(DESK)
    assert HIT not in covered.titles(CHIEF)


async def test_fallbacks_form_a_chain(covered: House) -> None:
    with_fallback(covered, desk="chief", chief="ops")
    await told(covered, HIT)
    covered.answer(DESK, *[BROKEN] * 9)
    covered.answer(CHIEF, *[BROKEN] * 9)
    for _ in range(4):
        await covered.deliver()
    assert covered.titles(OPS).count(HIT) == 1
    (message,) = [m for at, m, _ in covered.places.sent if m.title == HIT]
    assert message.labels == (
        "desk is broken: sent here instead",
        "chief is broken: sent here instead",
    )
    assert covered.store.run(lambda tx: tx.mend(DESK))
    await covered.deliver()
    assert HIT not in covered.titles(DESK), "told through two fallbacks is told"


async def test_chain_that_told_nobody_is_taken_back_whole(covered: House) -> None:
    with_fallback(covered, desk="chief", chief="ops")
    await told(covered, HIT)
    for lane in (DESK, CHIEF, OPS):
        covered.answer(lane, *[BROKEN] * 9)
    for _ in range(5):
        await covered.deliver()
    covered.answer(DESK)
    covered.store.run(lambda tx: tx.mend(DESK))
    await covered.deliver()
    assert covered.titles(DESK).count(HIT) == 1
    for lane in (CHIEF, OPS):
        covered.answer(lane)
        covered.store.run(lambda tx, lane=lane: tx.mend(lane))
    await covered.deliver()
    assert HIT not in covered.titles(CHIEF) + covered.titles(OPS)


async def test_two_urls_of_one_channel_share_one_copy(covered: House) -> None:
    covered.channels = {"desk": 2, "ops": 1, "chief": 1}
    covered.configure()
    with_fallback(covered, desk="chief")
    await told(covered, HIT)
    second = Lane("desk", 1)
    for lane in (DESK, second):
        covered.answer(lane, BROKEN)
    await covered.deliver()
    await covered.deliver()
    assert covered.titles(CHIEF) == [HIT]
    assert covered.titles(OPS) == [
        "channel desk (URL 1 of 2) is broken",
        "channel desk (URL 2 of 2) is broken",
    ]


async def test_report_in_a_broken_channel_takes_its_fallback_once(
    covered: House,
) -> None:
    covered.ops = ("ops", "chief")
    covered.configure()
    with_fallback(covered, ops="chief")
    await told(covered, HIT)
    covered.answer(DESK, BROKEN)
    covered.answer(OPS, *[BROKEN] * 3)
    for _ in range(4):
        await covered.deliver()
    about = [t for t in covered.titles(CHIEF) if t == "channel desk is broken"]
    assert len(about) == 1


async def test_lane_of_a_channel_that_left_has_no_fallback(covered: House) -> None:
    await told(covered, HIT)
    covered.answer(DESK, BROKEN)
    await covered.deliver()
    covered.channels = {"ops": 1, "chief": 1}
    covered.configure()
    await covered.deliver()
    assert covered.titles(CHIEF) == []
    message = SendResult(BROKEN, detail="HTTP 404")
    now = covered.clock.now()
    covered.store.run(
        lambda tx: report_lane(
            tx, covered.in_force, OPS, LaneChange.BROKEN, result=message, now=now
        )
    )
    await covered.deliver()
    assert "Nothing waits." in covered.texts(CHIEF)[-1]


async def test_what_was_told_elsewhere_is_no_orphan(covered: House) -> None:
    await told(covered, HIT)
    covered.answer(DESK, BROKEN)
    await covered.deliver()
    await covered.deliver()
    lanes = covered.in_force.lanes
    assert covered.store.run(lambda tx: tx.sync_outbox(lanes, [])) == 0


# --- the pace -------------------------------------------------------------------------


async def test_short_pause_is_waited_for_without_a_lease(primed: House) -> None:
    await told(primed, f"{HIT} eins", f"{HIT} zwei")
    primed.places.pauses[DESK] = SECOND
    before = primed.clock.monotonic()
    await primed.deliver()
    assert primed.titles(DESK) == [f"{HIT} eins", f"{HIT} zwei"]
    assert primed.clock.monotonic() - before == 3, "also before it finds nothing"


async def test_long_pause_holds_no_lease_no_worker_and_no_other(
    primed: House,
) -> None:
    primed.rules = (rule(channels=("desk", "ops")),)
    primed.configure()
    await told(primed, HIT)
    primed.places.pauses[DESK] = MINUTE
    assert DESK not in await primed.deliver_job.due_lanes()
    assert await primed.deliver_job.deliver_lane(DESK) == []
    await primed.deliver()
    assert (primed.titles(DESK), primed.titles(OPS)) == ([], [HIT])
    assert primed.counts() == {"pending": 1, "sent": 1}
    assert await primed.deliver_job.pause() == MINUTE
    primed.places.pauses.clear()
    await primed.deliver()
    assert primed.titles(DESK) == [HIT]


async def test_round_waits_for_a_pace_within_its_patience(primed: House) -> None:
    await told(primed, HIT)
    primed.places.pauses[DESK] = MINUTE
    counts = await deliver_round(
        primed.deliver_job, primed.store, primed.clock, timedelta(seconds=10)
    )
    assert (counts.sent, counts.pending) == (0, 1)


# --- each for itself ------------------------------------------------------------------


class Hanging(FakeChannels):
    """Places that do not answer until they are let go."""

    def __init__(self, places: dict[str, int], hang: set[str]) -> None:
        super().__init__(places)
        self.hang = hang
        self.hanging: set[str] = set()
        self.all_hang = asyncio.Event()
        self.let_go = asyncio.Event()

    async def send(self, lane: Lane, message: Message, **more: object) -> SendResult:
        if lane.channel in self.hang:
            self.hanging.add(lane.channel)
            if self.hanging == self.hang:
                self.all_hang.set()
            await self.let_go.wait()
        return await super().send(lane, message, **more)  # type: ignore[arg-type]


async def test_six_hanging_channels_and_the_seventh_delivers(primed: House) -> None:
    six = {f"slow{n}" for n in range(6)}
    primed.channels = {**dict.fromkeys(six, 1), "desk": 1, "ops": 1}
    primed.rules = (rule(channels=(*sorted(six), "desk")),)
    primed.configure()
    primed.places = Hanging(primed.channels, six)
    await told(primed, HIT)
    before = primed.clock.monotonic()
    tasks = [
        asyncio.create_task(primed.deliver_job.deliver_lane(lane))
        for lane in await primed.deliver_job.due_lanes()
    ]
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    assert [ended.result()[0].state for ended in done] == [DeliveryState.SENT]
    assert primed.titles(DESK) == [HIT]
    await primed.places.all_hang.wait()
    assert primed.clock.monotonic() - before < 1
    primed.places.let_go.set()
    await asyncio.gather(*tasks)
    assert primed.counts() == {"sent": 7}
