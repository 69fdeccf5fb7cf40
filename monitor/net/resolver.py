"""Names to addresses, in threads of their own.

A name server that does not answer blocks a thread for many seconds. Among the
event loop's own few threads it would stop everybody else's work, and like every
thread of a pool it would hold up the end of the process.
"""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from threading import Thread
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult
from typing_extensions import override

_NUMERIC = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV

_Found = list[tuple[Any, ...]]


class ThreadsResolver(AbstractResolver):
    """The system's resolver; at most `threads` names are looked up at once."""

    def __init__(self, threads: int) -> None:
        self._places = asyncio.Semaphore(threads)

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the addresses of `host`.

        Raises:
            OSError: it has none, or no name server answered.
            UnicodeError: it cannot be a name.
        """
        return [
            ResolveResult(
                hostname=host,
                host=str(target[0]),
                port=int(target[1]),
                family=kind,
                proto=protocol,
                flags=_NUMERIC,
            )
            for kind, _, protocol, _, target in await self._found(host, port, family)
        ]

    async def _found(self, host: str, port: int, family: int) -> _Found:
        loop = asyncio.get_running_loop()
        await self._places.acquire()
        answer: asyncio.Future[_Found] = loop.create_future()

        def look_up() -> None:
            found, error = _system_look_up(host, port, family)
            with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(settle, found, error)

        def settle(found: _Found, error: Exception | None) -> None:
            self._places.release()  # only now: the thread outlives a cancelled wait
            if answer.done():
                return
            if error is None:
                answer.set_result(found)
            else:
                answer.set_exception(error)

        Thread(target=look_up, name=f"dns {host}", daemon=True).start()
        return await answer

    @override
    async def close(self) -> None:
        """Do nothing: a look-up that is under way is not waited for."""


def _system_look_up(
    host: str, port: int, family: int
) -> tuple[_Found, Exception | None]:
    try:
        found = socket.getaddrinfo(
            host, port, family, socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG
        )
    except (OSError, UnicodeError) as error:
        return [], error
    return list(found), None
