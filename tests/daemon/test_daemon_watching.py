"""The daemon does the watch's work, and one piece that fails holds up no other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from house import House
from watched_house import MINUTE, Watched

from monitor.daemon.troubles import SCHEDULER, Troubles
from monitor.daemon.watching import WatchParts, WatchWork
from monitor.errors import StoreError
from monitor.model import HeartbeatSpec, RunName
from monitor.ports import Transaction

T = TypeVar("T")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.store.close()


@pytest.fixture
async def watched(house: House) -> Watched:
    house.publish()
    await house.poll()
    made = Watched(house)
    made.ask_for(heartbeat=HeartbeatSpec("https://hc.example.org/x"))
    return made


@pytest.fixture
def troubles(house: House) -> Troubles:
    return Troubles(house.clock, house.journal)


def work(watched: Watched, troubles: Troubles) -> WatchWork:
    parts = WatchParts(watched.watch, watched.canary, watched.weekly, watched.heartbeat)
    return WatchWork(parts, troubles, lambda: timedelta(seconds=1))


async def beats(working: WatchWork) -> None:
    """Let a heartbeat begin if it may, and wait until it has ended."""
    await working.beat()
    for task in working.end():
        await task


async def test_there_is_no_heartbeat_before_the_first_look(
    watched: Watched, troubles: Troubles
) -> None:
    working = work(watched, troubles)
    await beats(working)
    assert watched.pinger.heard == []
    await working.look()
    await beats(working)
    await beats(working)
    assert len(watched.pinger.heard) == 1


class Failing:
    """A store that cannot be written."""

    async def transact(self, work: Callable[[Transaction], T]) -> T:
        raise StoreError(f"the disk is full: {work}")


async def test_what_fails_holds_up_nothing_else(
    watched: Watched, troubles: Troubles
) -> None:
    watched.canary = replace(watched.canary, store=Failing())
    watched.disk.free = 0
    await work(watched, troubles).look()
    assert await watched.heard() == [
        "the disk is nearly full",
        "the monitor has errors of its own",
    ]
    assert "canary. The last error: the disk is full" in watched.text()


async def test_a_job_that_is_busy_is_no_error(
    watched: Watched, troubles: Troubles
) -> None:
    working = work(watched, troubles)
    troubles.note(SCHEDULER, "tick: event 65536")
    await working.look()
    assert await watched.heard() == []


async def test_a_heartbeat_that_hangs_is_not_sent_twice(
    watched: Watched, troubles: Troubles
) -> None:
    working = work(watched, troubles)
    await working.look()
    await working.beat()
    watched.house.clock.advance(10 * MINUTE)
    await working.beat()  # the first has had no turn yet
    (task,) = working.end()
    await task
    assert len(watched.pinger.heard) == 1
    assert watched.run(RunName.HEARTBEAT).detail == ""
