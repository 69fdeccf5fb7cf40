"""How many requests at once, and how far apart: for each host, and in all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from monitor.ports import Clock

Host = tuple[str, int]
MayBegin = Callable[[], Awaitable[object]]

_MANY_HOSTS = 4096


async def at_once() -> None:
    """Let a request begin without a further condition."""


@dataclass(slots=True)
class _Gate:
    connections: asyncio.Semaphore
    starting: asyncio.Lock = field(default_factory=asyncio.Lock)
    free_at: float = 0.0
    users: int = 0


class RequestLimits:
    """Lets a request begin when its host and the whole may bear one more.

    A request that waits for its host holds no place of the whole, so that a slow
    host delays nobody else. `connections` and `spacing` are for each host.
    None begins before `may_begin` has returned. What the hosts have borne by the
    limits `after` which these come counts on.
    """

    def __init__(
        self,
        *,
        connections: int,
        spacing: timedelta,
        total: int,
        clock: Clock,
        may_begin: MayBegin = at_once,
        after: RequestLimits | None = None,
    ) -> None:
        self._connections = connections
        self._spacing = spacing.total_seconds()
        self._total = asyncio.Semaphore(total)
        self._clock = clock
        self._may_begin = may_begin
        self._gates: dict[Host, _Gate] = {}
        for host, free_at in after.free_at() if after else ():
            self._gate(host).free_at = free_at

    def free_at(self) -> list[tuple[Host, float]]:
        """Return from when on each host may be asked again, on the monotonic clock."""
        return [(host, gate.free_at) for host, gate in self._gates.items()]

    @asynccontextmanager
    async def slot(self, host: Host) -> AsyncIterator[None]:
        """Wait for a place, and hold it."""
        gate = self._gate(host)
        gate.users += 1
        try:
            async with gate.connections:
                await self._start(gate)
                try:
                    yield
                finally:
                    self._total.release()
        finally:
            gate.users -= 1

    async def _start(self, gate: _Gate) -> None:
        async with gate.starting:
            wait = gate.free_at - self._clock.monotonic()
            if wait > 0:
                await self._clock.sleep(timedelta(seconds=wait))
            await self._may_begin()
            await self._total.acquire()
            gate.free_at = self._clock.monotonic() + self._spacing

    def _gate(self, host: Host) -> _Gate:
        gate = self._gates.get(host)
        if gate is None:
            if len(self._gates) >= _MANY_HOSTS:
                self._forget_idle()
            free_at = self._clock.monotonic()
            gate = _Gate(asyncio.Semaphore(self._connections), free_at=free_at)
            self._gates[host] = gate
        return gate

    def _forget_idle(self) -> None:
        now = self._clock.monotonic()
        self._gates = {
            host: gate
            for host, gate in self._gates.items()
            if gate.users or gate.free_at > now
        }
