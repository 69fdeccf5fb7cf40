"""What APScheduler cannot do by itself: tick on, whatever the wall clock does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from apscheduler.job import Job
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from typing_extensions import override

from monitor.ports import Clock, Journal

JUMP = timedelta(seconds=30)
"""Wall and monotonic time that part by more than this: somebody set the clock."""


class EveryFewSeconds(BaseTrigger):  # type: ignore[misc]  # APScheduler is untyped
    """Fires an interval after *now*, so that a jump leaves no missed runs behind.

    The stock interval trigger counts on from the last run: after a jump of a year
    ahead it lists every second of that year.
    """

    def __init__(self, interval: timedelta) -> None:
        self._interval = interval

    @override
    def get_next_fire_time(
        self, previous_fire_time: datetime | None, now: datetime
    ) -> datetime:
        """Return the next time: at once the first time, then an interval from now."""
        return now if previous_fire_time is None else now + self._interval


class ClockWatch:
    """Compares wall and monotonic time, and notes how they part."""

    def __init__(self, clock: Clock, journal: Journal) -> None:
        self._clock = clock
        self._journal = journal
        self._offset = self._measure()

    def _measure(self) -> float:
        # Where the monotonic clock's zero lies on the wall clock, in seconds.
        return self._clock.now().timestamp() - self._clock.monotonic()

    def jump(self) -> timedelta:
        """Return by how much the clock was set since the last call, nothing if not."""
        offset = self._measure()
        jump, self._offset = offset - self._offset, offset
        if abs(jump) <= JUMP.total_seconds():
            return timedelta(0)
        self._journal.event("clock_jumped", level="warning", seconds=round(jump))
        return timedelta(seconds=jump)


def re_arm(scheduler: AsyncIOScheduler, now: Callable[[], datetime]) -> None:
    """Let every job's next run follow from the time it is now."""
    for job in scheduler.get_jobs():
        _re_arm(job, now())


def _re_arm(job: Job, now: datetime) -> None:
    job.modify(next_run_time=job.trigger.get_next_fire_time(None, now))
