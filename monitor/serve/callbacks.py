"""The door for hubs: one path for each subscription, and nothing else.

It is meant to stand behind a web server that speaks TLS. What comes in is bounded all
the same: lines, headers, bodies, connections and time. Who asked for what is not
logged here, for the path is the secret; what came of it is, by the jobs.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import Final

from aiohttp import web

from monitor.errors import ListenError, StoreError
from monitor.jobs.pushes import Accepted, PushJob
from monitor.model import Push, WebSub

_LINE_BYTES: Final = 8_190
_HEADERS: Final = 64
_READ_SECONDS: Final = 30.0
_IDLE_SECONDS: Final = 15.0
_CONNECTIONS: Final = 200
_END_SECONDS: Final = 2.0
_BUSY_SECONDS: Final = 60

_READERS: Final = 8  # bodies that are read at the same time

_PACKED: Final = b"\x1f\x8b"
"""How gzip begins. The header is not asked: hubs pass on that of the publisher, and
unpack all the same."""

_STATUS: Final = {
    Accepted.UNKNOWN: 404,
    Accepted.ENDED: 410,  # a hub may then forget the subscription
}


class CallbackServer:
    """Listens at one address and hands what hubs send to the job.

    `noted` hears of what went wrong in the store; the hub tries again.
    """

    def __init__(
        self, websub: WebSub, pushes: PushJob, noted: Callable[[str], None]
    ) -> None:
        self.websub = websub
        self._pushes = pushes
        self._noted = noted
        self._readers = asyncio.Semaphore(_READERS)
        self._runner: web.AppRunner | None = None
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Begin to listen.

        Raises:
            ListenError: the address is taken, or not ours.
        """
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(
            app,
            access_log=None,
            handle_signals=False,
            auto_decompress=False,  # the signature is over what was sent
            max_line_size=_LINE_BYTES,
            max_field_size=_LINE_BYTES,
            max_headers=_HEADERS,
            keepalive_timeout=_IDLE_SECONDS,
            lingering_time=_END_SECONDS,
            shutdown_timeout=_END_SECONDS,
        )
        await self._runner.setup()
        loop = asyncio.get_running_loop()
        host, port = self.websub.host, self.websub.port
        try:
            self._server = await loop.create_server(self._connection, host, port)
        except OSError as error:
            await self.close()
            reason = os.strerror(error.errno) if error.errno else str(error)
            raise ListenError(
                f"websub.listen: {host} port {port} cannot be listened at: {reason}"
            ) from error

    async def close(self) -> None:
        """Listen no more; what is being answered gets its answer."""
        if self._server is not None:
            self._server.close()
            self._server = None
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def _connection(self) -> asyncio.Protocol:
        """Return what speaks on a new connection; too many end the oldest one."""
        assert self._runner is not None  # noqa: S101 - it listens
        server = self._runner.server
        assert server is not None  # noqa: S101
        if len(server.connections) >= _CONNECTIONS:
            server.connections[0].force_close()
        return server()

    async def _answer(self, request: web.Request) -> web.Response:
        token = request.path.rpartition("/")[2]
        try:
            if request.method == "GET":
                return await self._confirmed(token, request)
            if request.method == "POST":
                return await self._accepted(token, request)
        except StoreError as error:
            self._noted(str(error))
            return _try_later()
        return web.Response(status=404)

    async def _confirmed(self, token: str, request: web.Request) -> web.Response:
        challenge = await self._pushes.confirm(token, request.query)
        if challenge is None:
            return web.Response(status=404)
        sniffed = {"X-Content-Type-Options": "nosniff"}
        return web.Response(text=challenge, headers=sniffed)

    async def _accepted(self, token: str, request: web.Request) -> web.Response:
        expected = await self._pushes.expects(token)
        if expected is Accepted.BUSY or self._readers.locked():
            return _try_later()
        if expected is not Accepted.TAKEN:
            return web.Response(status=_STATUS[expected])
        try:
            async with self._readers, asyncio.timeout(_READ_SECONDS):
                bounded = request.clone(client_max_size=self._pushes.largest)
                body = await bounded.read()
        except TimeoutError:
            return web.Response(status=408)
        if body.startswith(_PACKED):
            return web.Response(status=415)
        headers = request.headers
        push = Push(
            token,
            body,
            content_type=headers.get("Content-Type", ""),
            signature=headers.get("X-Hub-Signature", ""),
        )
        return web.Response(status=202) if self._pushes.accept(push) else _try_later()


def _try_later() -> web.Response:
    return web.Response(status=503, headers={"Retry-After": str(_BUSY_SECONDS)})
