"""A database that cannot be written for a while: said plainly, and nothing lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from house import DESK, HIT, House

from monitor.errors import StoreError
from monitor.model import DeliveryState, Lane, Message, SendResult
from monitor.testing import FakeChannels, FakeClock

READ_ONLY = ("PRAGMA query_only = ON", "PRAGMA query_only = OFF")
FULL = ("PRAGMA max_page_count = 1", "PRAGMA max_page_count = 1000000")
LONG = "Text " * 4000
MINUTE = timedelta(minutes=1)


def switch(house: House, pragma: str) -> None:
    """Let SQLite itself refuse to write, or write again, with its own errors."""
    with house.store._database._engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        raw.rollback()
        raw.execute(pragma)


class Repaired(FakeClock):
    """A clock whose sleepers find the disk repaired after some seconds."""

    def __init__(self, seconds: int, repair: Callable[[], None]) -> None:
        super().__init__()
        self.left = seconds
        self.repair = repair

    async def sleep(self, duration: timedelta) -> None:
        await super().sleep(duration)
        self.left -= 1
        if self.left == 0:
            self.repair()


class Breaking(FakeChannels):
    """Channels during whose sending the disk goes bad."""

    def __init__(self, house: House, pragma: str) -> None:
        super().__init__(house.channels)
        self.house, self.pragma = house, pragma

    async def send(self, lane: Lane, message: Message, **more: object) -> SendResult:
        result = await super().send(lane, message, **more)  # type: ignore[arg-type]
        switch(self.house, self.pragma)
        return result


@pytest.mark.parametrize(("bad", "good"), [READ_ONLY, FULL], ids=["read-only", "full"])
async def test_poll_waits_for_the_disk_and_loses_nothing(
    primed: House, bad: str, good: str
) -> None:
    primed.clock = Repaired(30, lambda: switch(primed, good))
    primed.poll_job = replace(primed.poll_job, clock=primed.clock, tries=60)
    primed.deliver_job = replace(primed.deliver_job, clock=primed.clock)
    primed.publish(*(f"{HIT} {n}" for n in range(20)), text=LONG)
    primed.clock.advance(11 * MINUTE)
    (state,) = await primed.poll_job.claim_now(["news"])
    switch(primed, bad)
    counts = await primed.poll_job.poll(state)
    assert counts.alerts == 20
    assert len(primed.web.requests) == 2, "the publisher is not asked again"
    (said,) = primed.journal.named("store")
    assert "monitor.db: " in str(said["error"])
    await primed.deliver()
    assert len(primed.titles()) == 20


@pytest.mark.parametrize(
    ("pragmas", "says"),
    [
        (READ_ONLY, "attempt to write a readonly database"),
        (FULL, "database or disk is full; free some space"),
    ],
    ids=["read-only", "full"],
)
async def test_poll_that_cannot_be_stored_is_done_again(
    primed: House, pragmas: tuple[str, str], says: str
) -> None:
    bad, good = pragmas
    primed.publish(*(f"{HIT} {n}" for n in range(20)), text=LONG)
    primed.clock.advance(11 * MINUTE)
    (state,) = await primed.poll_job.claim_now(["news"])
    switch(primed, bad)
    with pytest.raises(StoreError, match=rf"monitor\.db: {says}"):
        await primed.poll_job.poll(state)
    switch(primed, good)
    assert primed.counts() == {}, "a poll is stored whole or not at all"
    primed.clock.advance(11 * MINUTE)
    (state,) = await primed.poll_job.claim_now(["news"])
    assert (await primed.poll_job.poll(state)).alerts == 20
    await primed.deliver()
    assert len(primed.titles()) == 20


async def test_nothing_is_sent_that_cannot_be_claimed(primed: House) -> None:
    primed.publish(HIT)
    await primed.poll()
    switch(primed, READ_ONLY[0])
    with pytest.raises(StoreError, match="readonly"):
        await primed.deliver_job.deliver_lane(DESK)
    assert primed.titles() == []
    switch(primed, READ_ONLY[1])
    assert await primed.deliver() == [DeliveryState.SENT]


async def test_what_was_sent_is_recorded_when_the_disk_is_back(primed: House) -> None:
    primed.publish(HIT)
    await primed.poll()
    places = Breaking(primed, READ_ONLY[0])
    clock = Repaired(40, lambda: switch(primed, READ_ONLY[1]))
    primed.deliver_job = replace(
        primed.deliver_job, channels=lambda: places, clock=clock
    )
    assert await primed.deliver_job.deliver_lane(DESK) != []
    assert len(places.sent) == 1
    assert primed.counts() == {"sent": 1}


async def test_what_could_not_be_recorded_comes_again_and_says_so(
    primed: House,
) -> None:
    primed.publish(HIT)
    await primed.poll()
    places = Breaking(primed, READ_ONLY[0])
    primed.deliver_job = replace(primed.deliver_job, channels=lambda: places)
    with pytest.raises(StoreError, match="readonly"):
        await primed.deliver_job.deliver_lane(DESK)
    switch(primed, READ_ONLY[1])
    assert primed.counts() == {"leased": 1}
    places.pragma = READ_ONLY[1]
    primed.clock.advance(6 * MINUTE)
    assert await primed.deliver() == [DeliveryState.SENT]
    assert [maybe for _, _, maybe in places.sent] == [False, True]
