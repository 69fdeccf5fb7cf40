"""A heartbeat is sent only while the whole way works."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from house import DESK, HIT, House
from watched_house import DAY, HOUR, MINUTE, Watched

from monitor.errors import StoreError
from monitor.model import (
    CanarySpec,
    Feed,
    HeartbeatSpec,
    Run,
    RunName,
    SendOutcome,
)

URL = "https://hc.example.org/1234"
FEED = Feed("old", "https://old.example.org/feed", DAY)
SECOND = timedelta(seconds=1)


@pytest.fixture
async def watched(primed: House) -> Watched:
    """The watch of a house in which all is well, and a heartbeat is wanted."""
    made = Watched(primed)
    made.ask_for(heartbeat=HeartbeatSpec(URL))
    await made.canary.run()
    return made


async def beat(watched: Watched, tick_age: timedelta = SECOND) -> str:
    """Send a heartbeat if it may be; return why it may not."""
    await watched.heartbeat.run(tick_age)
    return watched.run(RunName.HEARTBEAT).detail


async def test_it_is_sent_while_all_is_well(watched: Watched) -> None:
    assert await beat(watched) == ""
    assert watched.pinger.heard == [URL]
    now = watched.house.clock.now()
    assert watched.run(RunName.HEARTBEAT) == Run(RunName.HEARTBEAT, now, now)
    assert watched.house.journal.named("heartbeat") == []


async def test_it_is_due_at_its_times(watched: Watched) -> None:
    assert watched.heartbeat.is_due()
    await beat(watched)
    assert not watched.heartbeat.is_due()
    watched.house.clock.advance(5 * MINUTE)
    assert watched.heartbeat.is_due()


async def test_without_a_url_none_is_due(watched: Watched) -> None:
    watched.ask_for()
    assert not watched.heartbeat.is_due()
    await watched.heartbeat.run(SECOND)
    assert watched.pinger.heard == []


async def test_one_that_nobody_heard_is_sent_again_soon(watched: Watched) -> None:
    await beat(watched)
    good_at = watched.house.clock.now()
    watched.pinger.error = "answered 503 Service Unavailable"
    for _ in range(3):
        watched.house.clock.advance(MINUTE)
        assert await beat(watched) == watched.pinger.error
        assert not watched.heartbeat.is_due()
    assert watched.run(RunName.HEARTBEAT).good_at == good_at
    watched.house.clock.advance(MINUTE)
    assert watched.heartbeat.is_due()
    watched.pinger.error = ""
    assert await beat(watched) == ""
    errors = [each["error"] for each in watched.house.journal.named("heartbeat")]
    assert errors == ["answered 503 Service Unavailable", ""]


async def test_it_is_not_sent_if_the_daemon_does_not_tick(watched: Watched) -> None:
    assert await beat(watched, 2 * MINUTE) == "not sent: the tick has not run"
    assert watched.pinger.heard == []
    assert watched.house.journal.named("heartbeat")[0]["reason"] == "no_tick"


@contextmanager
def no_file_grows() -> Iterator[None]:
    """Let the machine refuse whatever this process wants to write to a file."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def test_it_is_not_sent_if_the_database_can_only_be_read(
    watched: Watched,
) -> None:
    with no_file_grows(), pytest.raises(StoreError):
        await watched.heartbeat.run(SECOND)
    assert watched.pinger.heard == []
    assert await beat(watched) == ""
    assert watched.pinger.heard == [URL]


async def test_it_is_not_sent_if_nothing_is_polled(watched: Watched) -> None:
    watched.house.clock.advance(15 * MINUTE)
    assert await beat(watched) == ""
    watched.house.clock.advance(30 * MINUTE)
    assert await beat(watched) == "not sent: feeds wait to be polled"
    await watched.house.poll()
    assert await beat(watched) == ""


async def test_it_is_sent_while_some_wait_and_others_are_polled(
    watched: Watched,
) -> None:
    state = watched.house.state()
    early = watched.house.clock.now() - HOUR
    watched.house.store.run(lambda tx: tx.lend_feed(FEED, early))
    assert state.polled_at is not None
    assert await beat(watched) == ""


async def test_a_monitor_without_feeds_has_none_to_poll(house: House) -> None:
    house.feeds = ()
    house.configure()
    watched = Watched(house)
    watched.ask_for(heartbeat=HeartbeatSpec(URL), canary=CanarySpec(None))
    assert await beat(watched) == ""


async def test_feeds_that_were_never_polled_wait_too(house: House) -> None:
    watched = Watched(house)
    watched.ask_for(heartbeat=HeartbeatSpec(URL), canary=CanarySpec(None))
    assert await beat(watched) == ""
    house.clock.advance(31 * MINUTE)
    assert await beat(watched) == "not sent: feeds wait to be polled"


@pytest.mark.parametrize("how", [SendOutcome.RETRY, SendOutcome.CHANNEL_BROKEN])
async def test_it_is_not_sent_if_messages_wait(
    watched: Watched, how: SendOutcome
) -> None:
    house = watched.house
    house.publish(HIT)
    await house.poll()
    house.answer(DESK, how)
    await house.deliver()
    house.clock.advance(30 * MINUTE)
    assert await beat(watched) == ""
    house.clock.advance(SECOND)
    assert await beat(watched) == "not sent: messages wait to be delivered"
    await house.deliver()
    assert await beat(watched) == ""


async def test_it_is_not_sent_if_the_canary_is_missing(watched: Watched) -> None:
    watched.house.clock.advance(DAY + HOUR)
    await watched.house.poll()
    late = "not sent: the canary has not arrived in time"
    assert await beat(watched) == late
    watched.ask_for(heartbeat=HeartbeatSpec(URL), canary=CanarySpec(None))
    assert await beat(watched) == ""


async def test_it_is_not_sent_if_there_never_was_one(primed: House) -> None:
    watched = Watched(primed)
    watched.ask_for(heartbeat=HeartbeatSpec(URL))
    assert "the canary has not arrived" in await beat(watched)


async def test_it_is_not_sent_if_the_canary_fell(watched: Watched) -> None:
    now = watched.house.clock.now()
    fallen = Run(RunName.CANARY, now, None, "match: 0 matches, 1 expected")
    watched.house.store.run(lambda tx: tx.save_run(fallen))
    assert await beat(watched) == "not sent: the canary failed"
