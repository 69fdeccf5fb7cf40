"""What follows a start or a reload and must not hold it up: one after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import TypeVar

from monitor.errors import StoreError
from monitor.feeds.story_index import StoryIndex
from monitor.jobs.catch_up import CatchUpJob
from monitor.jobs.edits import EditReport
from monitor.jobs.in_force import InForce
from monitor.ports import Clock, Journal, Store

T = TypeVar("T")

_PAUSE = timedelta(seconds=10)


class Aftermath:
    """Catches up, and reports the edit, off the way."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        journal: Journal,
        in_force: Callable[[], InForce],
        *,
        tries: int,
        stories: StoryIndex,
    ) -> None:
        self._clock = clock
        self._tries = tries
        self._journal = journal
        self._in_force = in_force
        self._catch_up = CatchUpJob(store, clock, journal, in_force, stories=stories)
        self._edits = EditReport(store, clock)
        self._task: asyncio.Task[None] | None = None

    def begin(self, old: InForce | None = None) -> None:
        """Let it begin, after what is under way; `old` is what an edit replaced."""
        self._task = asyncio.create_task(self._all(self._task, old, self._in_force()))

    async def settled(self) -> None:
        """Wait until all of it is done."""
        if self._task is not None:
            await self._task

    async def end(self) -> None:
        """Stop; what is not done is done at the next start."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _all(
        self, before: asyncio.Task[None] | None, old: InForce | None, new: InForce
    ) -> None:
        if before is not None:
            await asyncio.wait([before])
        await self._patiently(self._catch_up.run)
        if old is not None:
            line = await self._patiently(partial(self._edits.run, old, new))
            if line:
                self._journal.event("edit", summary=line)

    async def _patiently(self, work: Callable[[], Awaitable[T]]) -> T | None:
        """Return what `work` does, again and again while the disk is full or so."""
        for left in reversed(range(self._tries)):
            try:
                return await work()
            except StoreError as error:
                self._journal.event("aftermath", level="error", error=str(error))
                await self._clock.sleep(_PAUSE if left else timedelta(0))
        return None
