"""The watch tells each trouble of the monitor once, and once that it ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

import pytest
from house import DESK, HIT, OPS, House
from watched_house import DAY, GB, HOUR, MINUTE, Watched

from monitor.jobs.watching import WatchJob
from monitor.model import (
    ChannelSpec,
    DeliveryState,
    Lane,
    Message,
    MessageKind,
    SendOutcome,
    SendResult,
    Settled,
)
from monitor.ports import Transaction

T = TypeVar("T")


@pytest.fixture
def watched(house: House) -> Watched:
    return Watched(house)


def fill(watched: Watched, channel: str, count: int = 1) -> None:
    """Put messages into the outbox."""
    now = watched.house.clock.now()

    def enqueue(tx: Transaction) -> None:
        for n in range(count):
            tx.enqueue(channel, Message(MessageKind.TEST, f"message {n}"), 1, now)

    watched.house.store.run(enqueue)


async def test_where_all_is_well_nothing_is_said(watched: Watched) -> None:
    assert await watched.looks(10) == []


# disk


async def test_a_disk_that_fills_is_told_once_and_that_it_has_room(
    watched: Watched,
) -> None:
    watched.disk.free = 4 * GB
    assert await watched.looks(3) == ["the disk is nearly full"]
    assert "4.0 GB of 100.0 GB are free (4.0 %)" in watched.text()
    assert watched.disk.folder in watched.text()
    watched.disk.free = 6 * GB  # above 5 %, but not by a quarter
    assert await watched.looks(3) == []
    watched.disk.free = 7 * GB
    assert await watched.looks(3) == ["the disk has room again"]


async def test_a_disk_that_cannot_be_asked_is_no_news(watched: Watched) -> None:
    watched.disk.free = None
    assert await watched.looks() == []


# backlog


def hang(watched: Watched, lane: Lane) -> None:
    """Let the head of a lane be in flight for an hour."""
    now = watched.house.clock.now()
    watched.house.store.run(lambda tx: tx.lease(lane, now, until=now + HOUR))


async def test_a_channel_that_falls_behind_is_told_elsewhere(watched: Watched) -> None:
    fill(watched, "desk", 3)
    hang(watched, DESK)
    assert await watched.looks(20) == []
    assert await watched.looks(1) == ["channel desk falls behind"]
    assert "3 messages wait, the oldest for 21 minutes" in watched.text()
    assert await watched.looks(5) == []
    watched.house.clock.advance(HOUR)
    assert await watched.looks(2) == ["channel desk has caught up"]


async def test_a_channel_that_catches_up_by_itself_is_not_told(
    watched: Watched,
) -> None:
    fill(watched, "desk", 12)
    watched.house.clock.advance(20 * MINUTE)
    for _ in range(11):  # it takes one a minute
        now = watched.house.clock.now()
        watched.house.store.run(lambda tx, now=now: _take(tx, now))  # type: ignore[misc]
        watched.house.clock.advance(MINUTE)
        await watched.watch.run()
    assert await watched.heard() == []


def _take(tx: Transaction, now: datetime) -> None:
    delivery = tx.lease(DESK, now, until=now + HOUR)
    assert delivery is not None
    sent = SendResult(SendOutcome.SENT)
    tx.settle(delivery, Settled(DeliveryState.SENT), sent, now)


async def test_that_ops_falls_behind_is_told_by_another(watched: Watched) -> None:
    fill(watched, "ops")
    hang(watched, OPS)
    await watched.looks(22)
    assert watched.house.titles(DESK) == ["channel ops falls behind"]
    watched.house.clock.advance(HOUR)
    await watched.looks(2)
    assert watched.house.titles(DESK)[1:] == ["channel ops has caught up"]


async def test_a_channel_that_does_not_answer_is_told_once(watched: Watched) -> None:
    fill(watched, "desk", 2)
    watched.house.answer(DESK, *[SendOutcome.RETRY] * 100)
    assert await watched.looks(60) == ["channel desk does not answer"]


async def test_a_broken_channel_does_not_fall_behind(watched: Watched) -> None:
    fill(watched, "desk", 2)
    watched.house.answer(DESK, *[SendOutcome.CHANNEL_BROKEN] * 100)
    assert await watched.looks(40) == ["channel desk is broken"]


# errors, clock, database


async def test_errors_of_its_own_are_told_together(watched: Watched) -> None:
    watched.watch.note_error("tick", "KeyError('x')")
    watched.watch.note_error("poll of news", "ValueError('y')")
    assert await watched.looks() == ["the monitor has errors of its own"]
    assert "tick, poll of news. The last error: ValueError('y')." in watched.text()
    watched.watch.note_error("tick", "KeyError('x')")
    assert await watched.looks(14) == []
    assert await watched.looks(2) == ["the monitor's own errors have ended"]
    assert await watched.looks(2) == []


async def test_of_many_places_five_are_named(watched: Watched) -> None:
    for n in range(7):
        watched.watch.note_error(f"poll of feed{n}", "KeyError('x')")
    await watched.looks()
    assert "feed4 and 2 more. The last error" in watched.text()


@pytest.mark.parametrize(
    ("jump", "says"),
    [
        (HOUR, "60m ahead"),
        (-HOUR, "60m back"),
        (365 * DAY, "365d ahead"),
    ],
)
async def test_a_clock_that_jumps_is_told_once_a_day(
    watched: Watched, jump: timedelta, says: str
) -> None:
    await watched.looks()
    watched.house.clock.jump(jump)
    assert await watched.looks(3) == ["the clock jumped"]
    assert says in watched.text()
    watched.house.clock.jump(MINUTE)
    assert await watched.looks(3) == []
    watched.house.clock.jump(DAY)
    assert await watched.looks(3) == ["the clock jumped"]


class Slow:
    """A store that takes its time."""

    def __init__(self, watched: Watched) -> None:
        self.house = watched.house
        self.takes = timedelta(0)

    async def transact(self, work: Callable[[Transaction], T]) -> T:
        self.house.clock.advance(self.takes)
        return await self.house.store.transact(work)


async def test_a_slow_database_is_told(watched: Watched) -> None:
    store, house = Slow(watched), watched.house
    watched.watch = WatchJob(store, house.clock, watched.disk, lambda: house.in_force)
    store.takes = timedelta(seconds=12)
    assert await watched.looks(3) == ["the database is slow"]
    assert "12 seconds for hardly anything" in watched.text()
    store.takes = timedelta(seconds=5)  # neither slow nor well
    assert await watched.looks(3) == []
    store.takes = timedelta(0)
    assert await watched.looks(3) == ["the database is quick again"]


# what is dead


@pytest.fixture
async def refusing(primed: House) -> Watched:
    """The watch of a house whose desk refuses every message."""
    primed.answer(DESK, *[SendOutcome.MESSAGE_REFUSED] * 100)
    return Watched(primed)


async def die(watched: Watched, *titles: str) -> None:
    """Let an alert of each title die."""
    watched.house.publish(*titles)
    await watched.house.poll()
    await watched.house.deliver()


async def test_alerts_that_die_together_are_told_together(refusing: Watched) -> None:
    await die(refusing, *[f"{HIT} {n}" for n in range(14)])
    assert refusing.house.counts() == {"dead": 14, "pending": 1}
    assert await refusing.heard() == ["an alert did not reach channel desk"]
    assert await refusing.looks(59) == []
    assert await refusing.looks(1) == ["13 more alerts did not reach channel desk"]
    assert await refusing.looks(120) == []


async def test_those_that_die_after_it_are_told_an_hour_later(
    refusing: Watched,
) -> None:
    await die(refusing, f"{HIT} eins")
    await die(refusing, f"{HIT} zwei")
    await die(refusing, *[f"{HIT} {n}" for n in range(12)])
    assert await refusing.heard() == ["an alert did not reach channel desk"]
    assert await refusing.looks(39) == []
    assert await refusing.looks(1) == ["13 more alerts did not reach channel desk"]
    assert "monitor alerts retry 2 3 4 5 6 7 8 9 10 11 (and 3 more;" in refusing.text()
    assert await refusing.looks(61) == []
    await die(refusing, f"{HIT} spät")
    assert await refusing.heard() == ["an alert did not reach channel desk"]


async def test_without_the_watch_the_next_death_tells_of_the_others(
    refusing: Watched,
) -> None:
    await die(refusing, f"{HIT} eins")
    await die(refusing, f"{HIT} zwei")
    refusing.house.clock.advance(HOUR)
    await die(refusing, f"{HIT} drei")
    assert await refusing.heard() == [
        "an alert did not reach channel desk",
        "2 more alerts did not reach channel desk",
    ]


async def test_a_channel_alone_has_nobody_to_tell(watched: Watched) -> None:
    house = watched.house
    house.channels, house.ops = {"ops": 1}, ("ops",)
    house.configure()
    assert house.in_force.settings.channels == (ChannelSpec("ops", ("x://",)),)
    fill(watched, "ops")
    hang(watched, OPS)
    assert await watched.looks(30) == []
