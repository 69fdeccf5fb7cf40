"""What the daemon does about itself: watches, sends canary, report and heartbeat."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from monitor.daemon.troubles import SCHEDULER, Troubles
from monitor.jobs.canary import CanaryJob
from monitor.jobs.heartbeat import HeartbeatJob
from monitor.jobs.watching import WatchJob
from monitor.jobs.weekly import WeeklyJob

WATCH = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class WatchParts:
    """The jobs of the watch."""

    watch: WatchJob
    canary: CanaryJob
    weekly: WeeklyJob
    heartbeat: HeartbeatJob


class WatchWork:
    """The watch's work that is under way; `tick_age` is how long ago we ticked."""

    def __init__(
        self,
        parts: WatchParts,
        troubles: Troubles,
        tick_age: Callable[[], timedelta],
    ) -> None:
        self._parts = parts
        self._troubles = troubles
        self._tick_age = tick_age
        self._beat: asyncio.Task[None] | None = None
        self._has_looked = False
        troubles.listener = self._heard

    async def look(self) -> None:
        """Do what is to be done each minute; one that fails holds up no other."""
        jobs = (self._parts.canary.run, self._parts.watch.run, self._parts.weekly.run)
        for name, job in zip(("canary", "watch", "report"), jobs, strict=True):
            await self._troubles.guarded(name, job)()
        self._has_looked = True

    def _heard(self, where: str, text: str) -> None:
        # That a job is still busy when it is due again is no error of anybody's.
        if where != SCHEDULER:
            self._parts.watch.note_error(where, text)

    async def beat(self) -> None:
        """Send a heartbeat if it is time, beside everything else.

        Before the first look there is nothing to say.
        """
        is_busy = self._beat is not None and not self._beat.done()
        if self._has_looked and not is_busy and self._parts.heartbeat.is_due():
            work = self._troubles.guarded("heartbeat", self._send)
            self._beat = asyncio.create_task(work())

    async def _send(self) -> None:
        await self._parts.heartbeat.run(self._tick_age())

    def end(self) -> Iterable[asyncio.Task[None]]:
        """Return what is under way."""
        return () if self._beat is None else (self._beat,)
