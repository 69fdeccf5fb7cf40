"""The daemon in one process: APScheduler drives the jobs until it is told to stop.

::

    tick    every second: claims as many due feeds as there are free slots
    sweep   every second, and after a poll with alerts: one worker for each due lane
    index   every second: begins to index the words of new entries
    article every second: begins to read articles that can change the answer
    hubs    every second: asks the hubs of subscriptions that are due
    retain  every hour: texts of articles keep within their room; once a day, all else
            that is over long enough is forgotten
    look    every half second: edited files are read again once they are at rest
    watch   on the loop's own clock: re-arms the jobs after a jump of the wall clock,
            and feeds systemd's watchdog while tick and writer live
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, timedelta
from pathlib import Path

from apscheduler.events import (
    EVENT_JOB_ERROR,
    EVENT_JOB_MAX_INSTANCES,
    EVENT_JOB_MISSED,
    JobEvent,
)
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitor.daemon.articles import ArticleWork
from monitor.daemon.files import FileWatch
from monitor.daemon.hubs import HubParts, HubWork
from monitor.daemon.systemd import Notifier
from monitor.daemon.ticker import ClockWatch, EveryFewSeconds, re_arm
from monitor.daemon.troubles import SCHEDULER, Troubles, Work
from monitor.daemon.watching import WATCH, WatchParts, WatchWork
from monitor.errors import StoreError
from monitor.jobs.articles import ArticleJob
from monitor.jobs.deliver import DeliverJob
from monitor.jobs.poll import PollJob
from monitor.jobs.retain import RetainJob
from monitor.model import FeedState, Lane
from monitor.ports import Clock, Journal, Store

TICK = timedelta(seconds=1)
_LOOK = timedelta(seconds=0.5)
_ASK_RETAIN = timedelta(hours=1)
_TICK_AGE = timedelta(seconds=30)
"""A tick that is older than this means that the loop or the scheduler is stuck."""

_POLLS_DRAIN = 4.0
_LANES_DRAIN = 4.0
"""Seconds for what is under way at the end; together below the promised ten."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the daemon drives; `reload` reads the files again.

    `index` makes words be found that were not when it was called last.
    """

    store: Store
    poll: PollJob
    deliver: DeliverJob
    clock: Clock
    journal: Journal
    notifier: Notifier
    watchdog: timedelta | None
    reload: Work
    watched: Callable[[], Iterable[Path]]
    concurrency: Callable[[], int]
    hubs: HubParts | None = None
    retain: RetainJob | None = None
    watching: WatchParts | None = None
    index: Work | None = None
    articles: ArticleJob | None = None


class Embedded:
    """Runs the jobs in this process."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._polls: dict[int, asyncio.Task[None]] = {}
        self._lanes: dict[Lane, asyncio.Task[None]] = {}
        self._files = FileWatch(parts.watched)
        self._clock_watch = ClockWatch(parts.clock, parts.journal)
        self._troubles = Troubles(parts.clock, parts.journal)
        self._hubs = (
            None
            if parts.hubs is None
            else HubWork(parts.hubs, self._troubles, self._sweep)
        )
        self._watching = (
            None
            if parts.watching is None
            else WatchWork(parts.watching, self._troubles, self._tick_age)
        )
        self._articles = (
            None
            if parts.articles is None
            else ArticleWork(parts.articles, self._troubles, self._sweep)
        )
        self._indexing: asyncio.Task[None] | None = None
        self._ticked = parts.clock.monotonic()
        self._fed = self._ticked
        self._back = timedelta(0)  # by how much stored waits are still to be set back
        self._reloading: asyncio.Task[None] | None = None
        self._is_stopping = False

    async def run(self, stop: asyncio.Event, reload: asyncio.Event) -> None:
        """Work until `stop` is set; each time `reload` is set, read the files again."""
        self._start()
        self._parts.notifier.ready("polling")
        watching = asyncio.create_task(self._watch(reload))
        await stop.wait()
        self._parts.notifier.stopping()
        watching.cancel()
        await self._drain()

    def _start(self) -> None:
        self._scheduler.add_listener(
            self._heard, EVENT_JOB_ERROR | EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES
        )
        self._add("tick", self._tick, TICK)
        self._add("sweep", self._sweep, TICK)
        self._add("look", self._look, _LOOK)
        if self._parts.retain is not None:
            self._add("retain", self._retain, _ASK_RETAIN)
        self._add("index", self._index, TICK)
        if self._articles is not None:
            self._add("articles", self._articles.tick, TICK)
        if self._hubs is not None:
            self._add("hubs", self._hubs.tick, TICK)
            self._hubs.begin()
        if self._watching is not None:
            self._add("watch", self._watching.look, WATCH)
            self._add("heartbeat", self._watching.beat, TICK)
        self._scheduler.start()

    def _add(self, name: str, work: Work, interval: timedelta) -> None:
        self._scheduler.add_job(
            _endable(self._troubles.guarded(name, work)),
            EveryFewSeconds(interval),
            id=name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )

    def _tick_age(self) -> timedelta:
        return timedelta(seconds=self._parts.clock.monotonic() - self._ticked)

    def _heard(self, event: JobEvent) -> None:
        self._troubles.note(SCHEDULER, f"{event.job_id}: event {event.code}")

    # what the scheduler calls

    async def _tick(self) -> None:
        free = self._parts.concurrency() - len(self._polls)
        if free > 0:
            for state in await self._parts.poll.claim_due(free):
                # One that waits long for its host outlives its claim: not twice.
                if state.id not in self._polls:
                    self._polls[state.id] = asyncio.create_task(self._poll(state))
        self._ticked = self._parts.clock.monotonic()

    async def _poll(self, state: FeedState) -> None:
        async def poll() -> None:
            counts = await self._parts.poll.poll(state)
            if counts.alerts:
                await self._sweep()

        await self._troubles.guarded(f"poll of {state.name}", poll)()
        del self._polls[state.id]

    async def _sweep(self) -> None:
        if self._is_stopping:
            return
        for lane in await self._parts.deliver.due_lanes():
            if lane not in self._lanes:
                self._lanes[lane] = asyncio.create_task(self._deliver(lane))

    async def _deliver(self, lane: Lane) -> None:
        async def deliver() -> None:
            await self._parts.deliver.deliver_lane(lane, self._goes_on)

        name = f"delivery to {lane.channel}"
        await self._troubles.guarded(name, deliver)()
        del self._lanes[lane]

    def _goes_on(self) -> bool:
        return not self._is_stopping

    async def _retain(self) -> None:
        if self._parts.retain is not None and not self._is_stopping:
            await self._parts.retain.run_if_due()

    async def _index(self) -> None:
        index = self._parts.index
        if index is not None and (self._indexing is None or self._indexing.done()):
            work = self._troubles.guarded("index", index)
            self._indexing = asyncio.create_task(work())

    async def _look(self) -> None:
        if self._files.has_changed():
            self._begin_reload()

    def _begin_reload(self) -> None:
        """Read the files again, after what is under way; new words take seconds."""
        self._reloading = asyncio.create_task(self._reload(self._reloading))

    async def _reload(self, before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await before
        self._parts.notifier.reloading()
        await self._troubles.guarded("reload", self._parts.reload)()
        self._parts.notifier.ready("polling")

    # what stands beside the scheduler

    async def _watch(self, reload: asyncio.Event) -> None:
        async def look() -> None:
            if reload.is_set():
                reload.clear()
                self._begin_reload()
            await self._feed_watchdog()
            await self._follow_clock()  # last: a full disk fails it

        while True:
            await asyncio.sleep(TICK.total_seconds() / 4)
            await self._troubles.guarded("watch", look)()

    async def _follow_clock(self) -> None:
        jump = self._clock_watch.jump()
        if jump:
            re_arm(self._scheduler, self._parts.clock.now)
        if jump < timedelta(0):
            # Ahead may be a sleep of the machine: then what is due is due.
            self._back -= jump
        if self._back:
            by, now = self._back, self._parts.clock.now()
            await self._parts.store.transact(lambda tx: tx.set_back(by, now))
            self._back -= by

    async def _feed_watchdog(self) -> None:
        interval, now = self._parts.watchdog, self._parts.clock.monotonic()
        if interval is None or now - self._fed < interval.total_seconds() / 3:
            return
        if now - self._ticked > _TICK_AGE.total_seconds():
            self._troubles.note("watchdog", "the tick has not run: not fed")
            return
        try:
            # A transaction without work: the writer answers, or it does not.
            await self._parts.store.transact(lambda _: None)
        except StoreError as error:
            self._troubles.note("watchdog", str(error))
        self._parts.notifier.watchdog()
        self._fed = now

    async def _drain(self) -> None:
        """Finish what is under way; what cannot be finished stays leased."""
        self._is_stopping = True
        self._scheduler.shutdown(wait=False)
        beside = [task for task in (self._reloading, self._indexing) if task]
        await _finish(beside, 0.0)
        hubs = await self._hubs.end() if self._hubs is not None else ()
        beat = self._watching.end() if self._watching is not None else ()
        read = self._articles.end() if self._articles is not None else ()
        await _finish([*self._polls.values(), *hubs, *beat, *read], _POLLS_DRAIN)
        await _finish(self._lanes.values(), _LANES_DRAIN)


def _endable(work: Work) -> Work:
    """Return `work` that takes its end quietly.

    What is under way when the scheduler stops is cut short, which APScheduler would
    log as a defect of ours, with a traceback.
    """

    async def run() -> None:
        with suppress(asyncio.CancelledError):
            await work()

    return run


async def _finish(tasks: Iterable[asyncio.Task[None]], seconds: float) -> None:
    under_way = set(tasks)
    if not under_way:
        return
    _, late = await asyncio.wait(under_way, timeout=seconds)
    for task in late:
        task.cancel()
    if late:
        await asyncio.wait(late, timeout=1)
