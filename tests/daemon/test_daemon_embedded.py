"""The daemon in one process: ticks, sweeps, reloads, drains."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from house import HIT, NEWS, FullDisk, House
from typing_extensions import override

from monitor.clock import SystemClock
from monitor.daemon.embedded import Embedded, Parts
from monitor.daemon.systemd import Notifier
from monitor.errors import StoreError
from monitor.jobs.indexing import IndexJob
from monitor.jobs.retain import RetainJob
from monitor.model import (
    Feed,
    Fetched,
    FetchRequest,
    Lane,
    Message,
    PollPolicy,
    SendResult,
)
from monitor.testing import FakeChannels, FakeFetcher

PATIENCE = 20.0


@dataclass
class Signalling(FakeChannels):
    """Channels that say when something arrived; `gate` closed, sending hangs."""

    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(
        self,
        lane: Lane,
        message: Message,
        *,
        created_at: datetime,
        maybe_sent: bool,
        bare: bool,
        key: str = "",
        answers: str = "",
    ) -> SendResult:
        self.begun.set()
        await self.gate.wait()
        result = await super().send(
            lane,
            message,
            created_at=created_at,
            maybe_sent=maybe_sent,
            bare=bare,
            key=key,
            answers=answers,
        )
        self.arrived.set()
        return result


@dataclass
class Counted(FakeFetcher):
    """A web that says when it was asked for the n-th time."""

    wanted: int = 1
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def fetch(self, request: FetchRequest) -> Fetched:
        fetched = await super().fetch(request)
        if len(self.requests) >= self.wanted:
            self.asked.set()
        return fetched


class Lively(House):
    """The house with a real clock: the scheduler has its own anyway."""

    def __post_init__(self) -> None:
        self.clock = SystemClock()  # type: ignore[assignment]
        self.web = Counted()
        self.feeds = (Feed("news", NEWS, timedelta(seconds=1)),)
        self.policy = PollPolicy(floor=timedelta(0))
        self.reloads = 0
        self.reloaded = asyncio.Event()
        self.indexed = asyncio.Event()
        super().__post_init__()
        self.index_job = IndexJob(self.store)
        self.places = Signalling(self.channels)
        self.places.gate.set()

    async def reload(self) -> None:
        self.reloads += 1
        self.reloaded.set()

    async def index(self) -> None:
        await self.index_job.run()
        if not self.store.run(lambda tx: list(tx.entries_with(["tiflis"]))):
            self.indexed.set()

    def parts(self, watched: Iterable[Path] = ()) -> Parts:
        return Parts(
            store=self.store,
            poll=self.poll_job,
            deliver=self.deliver_job,
            clock=self.clock,
            journal=self.journal,
            notifier=Notifier({}),
            watchdog=timedelta(seconds=1),
            reload=self.reload,
            watched=lambda: watched,
            concurrency=lambda: 5,
            index=self.index,
        )


@pytest.fixture
async def lively(tmp_path: Path) -> AsyncIterator[Lively]:
    made = Lively(tmp_path)
    made.publish()
    (state,) = await made.poll_job.claim_due(5)
    await made.poll_job.poll(state)
    yield made
    made.store.close()


@asynccontextmanager
async def daemon(parts: Parts) -> AsyncIterator[asyncio.Event]:
    """Run the daemon in the background; lend the event that asks for a reload."""
    stop, reload = asyncio.Event(), asyncio.Event()
    running = asyncio.create_task(Embedded(parts).run(stop, reload))
    try:
        yield reload
    finally:
        stop.set()
        await asyncio.wait_for(running, PATIENCE)


async def soon(event: asyncio.Event) -> None:
    await asyncio.wait_for(event.wait(), PATIENCE)


async def test_new_entry_arrives_by_itself(lively: Lively) -> None:
    lively.publish(HIT)
    async with daemon(lively.parts()):
        await soon(lively.places.arrived)
    assert lively.titles() == [HIT]
    assert lively.counts() == {"sent": 1}


async def test_words_of_what_is_stored_are_indexed(lively: Lively) -> None:
    lively.publish(HIT)
    (state,) = await lively.poll_job.claim_now(["news"])
    await lively.poll_job.poll(state)
    async with daemon(lively.parts()):
        await soon(lively.indexed)


async def test_feed_is_polled_again_and_again(lively: Lively) -> None:
    assert isinstance(lively.web, Counted)
    lively.web.wanted = 3
    async with daemon(lively.parts()):
        await soon(lively.web.asked)


@dataclass(frozen=True, slots=True)
class Endless(RetainJob):
    """Work that does not end by itself."""

    begun: asyncio.Event = field(default_factory=asyncio.Event)

    @override
    async def run_if_due(self) -> None:
        self.begun.set()
        await asyncio.Event().wait()


async def test_work_that_the_end_cuts_short_is_no_defect(
    lively: Lively, caplog: pytest.LogCaptureFixture
) -> None:
    endless = Endless(
        lively.store, lively.clock, lively.journal, lambda: lively.in_force
    )
    async with daemon(replace(lively.parts(), retain=endless)):
        await soon(endless.begun)
    assert [r for r in caplog.records if r.levelno >= logging.ERROR] == []


async def test_delivery_under_way_is_finished_at_the_end(lively: Lively) -> None:
    lively.publish(HIT)
    lively.places.gate.clear()
    async with daemon(lively.parts()):
        await soon(lively.places.begun)
        asyncio.get_running_loop().call_later(0.2, lively.places.gate.set)
    assert lively.counts() == {"sent": 1}


async def test_delivery_that_hangs_stays_leased(lively: Lively) -> None:
    lively.publish(HIT)
    lively.places.gate.clear()
    async with daemon(lively.parts()):
        await soon(lively.places.begun)
    assert lively.counts() == {"leased": 1}
    assert lively.store.run(lambda tx: tx.free_leases()) == 1


async def test_edited_file_is_read_again(lively: Lively, tmp_path: Path) -> None:
    rules = tmp_path / "a.yaml"
    rules.write_text("rules: {}")
    async with daemon(lively.parts([rules])):
        rules.write_text("rules: {a: Baku}")
        await soon(lively.reloaded)
    assert lively.reloads == 1


async def test_reload_can_be_asked_for(lively: Lively) -> None:
    async with daemon(lively.parts()) as reload:
        reload.set()
        await soon(lively.reloaded)


class Broken:
    """A store whose disk is full."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()

    async def transact(self, _: object) -> object:
        self.asked.set()
        raise StoreError("the disk is full")


async def test_full_disk_stops_neither_loop_nor_watchdog(lively: Lively) -> None:
    broken = Broken()
    parts = lively.parts()
    parts = replace(
        parts,
        store=broken,  # type: ignore[arg-type]
        poll=replace(parts.poll, store=broken),  # type: ignore[arg-type]
    )
    async with daemon(parts):
        await soon(broken.asked)
    assert lively.journal.named("trouble")[0]["error"] == "the disk is full"


class Wrong(SystemClock):
    """A clock of which somebody finds out that it is an hour ahead."""

    ahead = timedelta(hours=1)

    def now(self) -> datetime:
        return super().now() + self.ahead


async def test_clock_that_is_set_back_delays_no_poll(tmp_path: Path) -> None:
    made = Lively(tmp_path)
    clock = Wrong()
    made.clock = clock  # type: ignore[assignment]
    made.poll_job = replace(made.poll_job, clock=clock)
    made.publish()
    (state,) = await made.poll_job.claim_due(5)
    await made.poll_job.poll(state)
    assert isinstance(made.web, Counted)
    made.web.wanted, made.web.asked = 2, asyncio.Event()
    parts = made.parts()
    failing = FullDisk(made.store, 2)
    async with daemon(replace(parts, store=failing, poll=made.poll_job)):  # type: ignore[arg-type]
        clock.ahead = timedelta(0)
        await soon(made.web.asked)
    assert failing.failures == 0, "a full disk only delays it"
    assert made.journal.named("clock_jumped")
    made.store.close()
