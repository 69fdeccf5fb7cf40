"""What the daemon does about articles: decides which are wanted, and reads them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from monitor.daemon.troubles import Troubles
from monitor.jobs.articles import AT_ONCE, ArticleJob
from monitor.model import ArticleClaim


class ArticleWork:
    """The work about articles that is under way; `alerted` is called after an alert."""

    def __init__(
        self,
        job: ArticleJob,
        troubles: Troubles,
        alerted: Callable[[], Awaitable[None]],
    ) -> None:
        self._job = job
        self._troubles = troubles
        self._alerted = alerted
        self._deciding: asyncio.Task[None] | None = None
        self._reading: dict[int, asyncio.Task[None]] = {}

    async def tick(self) -> None:
        """Begin to decide what is undecided, and to read what is due."""
        if self._deciding is None or self._deciding.done():
            work = self._troubles.guarded("choice of articles", self._decide)
            self._deciding = asyncio.create_task(work())
        free = AT_ONCE - len(self._reading)
        if free > 0:
            for claim in await self._job.claim_due(free):
                self._reading[claim.id] = asyncio.create_task(self._read(claim))

    async def _decide(self) -> None:
        result = await self._job.decide()
        if result.alerts:
            await self._alerted()

    async def _read(self, claim: ArticleClaim) -> None:
        async def read() -> None:
            result = await self._job.read(claim)
            if result.alerts:
                await self._alerted()

        await self._troubles.guarded(f"article at {claim.host}", read)()
        del self._reading[claim.id]

    def end(self) -> Iterable[asyncio.Task[None]]:
        """Return what is under way."""
        deciding = [] if self._deciding is None else [self._deciding]
        return [*deciding, *self._reading.values()]
