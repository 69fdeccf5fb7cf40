"""What the daemon does about hubs: asks those that are due, takes in what they push."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from monitor.daemon.troubles import Troubles, Work
from monitor.jobs.pushes import PushJob
from monitor.jobs.websub import WebSubJob
from monitor.model import Push, Subscription

_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class HubParts:
    """The jobs about hubs; `stop_listening` closes the door that hubs push to."""

    websub: WebSubJob
    pushes: PushJob
    stop_listening: Work


class HubWork:
    """The work about hubs that is under way; `alerted` is called after an alert."""

    def __init__(
        self,
        parts: HubParts,
        troubles: Troubles,
        alerted: Callable[[], Awaitable[None]],
    ) -> None:
        self._parts = parts
        self._troubles = troubles
        self._alerted = alerted
        self._asking: dict[int, asyncio.Task[None]] = {}
        self._taking: dict[str, asyncio.Task[None]] = {}
        self._listening: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Take in what is pushed, from now on."""
        self._listening = asyncio.create_task(self._listen())

    async def tick(self) -> None:
        """Ask the hubs that are due, each beside the others."""
        free = _AT_ONCE - len(self._asking)
        if free > 0:
            for sub in await self._parts.websub.due(free):
                # One that waits long for its host is due again: not twice.
                if sub.id not in self._asking:
                    self._asking[sub.id] = asyncio.create_task(self._ask(sub))

    async def end(self) -> Iterable[asyncio.Task[None]]:
        """Let nothing more begin; return what is under way."""
        await self._troubles.guarded("hubs", self._parts.stop_listening)()
        if self._listening is not None:
            self._listening.cancel()
        return [*self._asking.values(), *self._taking.values()]

    async def _ask(self, sub: Subscription) -> None:
        async def ask() -> None:
            await self._parts.websub.ask(sub)

        await self._troubles.guarded(f"hub of {sub.feed}", ask)()
        del self._asking[sub.id]

    async def _listen(self) -> None:
        while True:
            push = await self._parts.pushes.next()
            before = self._taking.get(push.token)
            self._taking[push.token] = asyncio.create_task(self._take(push, before))

    async def _take(self, push: Push, before: asyncio.Task[None] | None) -> None:
        """Take in a push, after the one that came before it at the same callback."""

        async def take() -> None:
            result = await self._parts.pushes.take(push)
            if result is not None and result.alerts:
                await self._alerted()

        if before is not None:
            await asyncio.wait([before])
        await self._troubles.guarded("push", take)()
        if self._taking[push.token] is asyncio.current_task():
            del self._taking[push.token]
