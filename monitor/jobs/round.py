"""One round, for those who drive the monitor by cron: poll once, deliver once."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import (
    Callable,
    Collection,
    Coroutine,
    Iterable,
    Mapping,
    Sequence,
)
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from monitor.errors import StoreError
from monitor.jobs.articles import AT_ONCE, ArticleJob
from monitor.jobs.deliver import DeliverJob
from monitor.jobs.hosts import host_of
from monitor.jobs.poll import PollJob
from monitor.jobs.reading import ArticleResult
from monitor.model import (
    DeliveryState,
    FeedState,
    HoldReason,
    PollCounts,
)
from monitor.ports import Clock, Store

_SHORTEST = timedelta(seconds=0.05)
_LONGEST = timedelta(minutes=2)
"""So long a round begins to read articles: the next round goes on, and is to come."""


async def article_round(job: ArticleJob) -> ArticleResult:
    """Read the articles that are wanted and due; return what came of it.

    Raises:
        StoreError: the database could not be written.
    """
    total, clock = await job.decide(), job.clock
    end = clock.monotonic() + _LONGEST.total_seconds()

    async def read() -> None:
        while clock.monotonic() < end and (claimed := await job.claim_due(1)):
            total.add(await job.read(claimed[0]))

    await _together(read() for _ in range(AT_ONCE))
    return total


async def _together(work: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Do all of it at once.

    Raises:
        StoreError: the database could not be written; the rest was cancelled.
    """
    failed: StoreError | None = None
    try:
        async with asyncio.TaskGroup() as group:
            for one in work:
                group.create_task(one)
    except* StoreError as errors:
        failed = StoreError(str(errors.exceptions[0]))
    if failed is not None:  # raised up there, it would come out in a group again
        raise failed


@dataclass(slots=True)
class DeliveryCounts:
    """How a round of deliveries ended; the reports to `ops` are no alerts.

    `pending`, `reports_waiting` and `held` are what the outbox has at the end.
    """

    sent: int = 0
    dead: int = 0
    pending: int = 0
    reports_waiting: int = 0
    held: dict[str, int] | None = None

    def add(self, later: DeliveryCounts) -> None:
        """Add what another round sent; what waits is what it left."""
        self.sent += later.sent
        self.dead += later.dead
        self.pending, self.held = later.pending, later.held
        self.reports_waiting = later.reports_waiting

    @property
    def is_clean(self) -> bool:
        """Say whether nothing failed that should have gone out."""
        broken = (self.held or {}).get(HoldReason.CHANNEL_BROKEN, 0)
        return not (self.dead or self.pending or self.reports_waiting or broken)


async def poll_round(
    job: PollJob,
    claimed: Sequence[FeedState],
    done: Callable[[FeedState], None],
) -> PollCounts:
    """Poll the claimed feeds, each host's one after the other; return the sum.

    No host waits for another: a host has as many turns at once as it may have
    connections, and it is the fetcher that limits how many requests there are in
    all. `done` hears of each feed when it is finished.

    Raises:
        StoreError: the database could not be written.
    """
    total = PollCounts()
    turns = job.in_force().settings.poll.host_connections

    async def poll(line: deque[FeedState]) -> None:
        while line:
            state = line.popleft()
            total.add(await job.poll(state))
            done(state)

    await _together(
        poll(line) for line in _by_host(claimed) for _ in range(min(turns, len(line)))
    )
    return total


def _by_host(states: Sequence[FeedState]) -> Collection[deque[FeedState]]:
    lines: dict[str, deque[FeedState]] = defaultdict(deque)
    for state in states:
        lines[host_of(state.url)].append(state)
    return lines.values()


async def deliver_round(
    job: DeliverJob, store: Store, clock: Clock, wait: timedelta
) -> DeliveryCounts:
    """Deliver what is due and what comes due within `wait`; return how it ended.

    Raises:
        StoreError: the database could not be written.
    """
    counts = DeliveryCounts()
    deadline = clock.monotonic() + wait.total_seconds()
    while True:
        await _deliver_due(job, counts)
        pause = await job.pause()
        if pause is None or clock.monotonic() + pause.total_seconds() > deadline:
            break
        await clock.sleep(max(pause, _SHORTEST))
    found = await store.transact(
        lambda tx: (
            tx.delivery_counts(of_alerts=True),
            tx.delivery_counts(),
            tx.held_delivery_counts(),
        )
    )
    alerts, everything, held = found
    counts.pending = _waiting(alerts)
    counts.reports_waiting = _waiting(everything) - counts.pending
    counts.held = dict(held)
    return counts


def _waiting(states: Mapping[str, int]) -> int:
    return states[DeliveryState.PENDING] + states[DeliveryState.LEASED]


async def _deliver_due(job: DeliverJob, counts: DeliveryCounts) -> None:
    lanes = await job.due_lanes()
    for ends in await asyncio.gather(*(job.deliver_lane(lane) for lane in lanes)):
        states = [end.state for end in ends if end.kind.tells_alerts]
        counts.sent += states.count(DeliveryState.SENT)
        counts.dead += states.count(DeliveryState.DEAD)
