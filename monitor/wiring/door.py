"""The door for hubs, as the configuration in force wants it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.errors import ListenError
from monitor.jobs.in_force import InForce
from monitor.jobs.pushes import PushJob
from monitor.jobs.report import tell_ops
from monitor.model import WebSub
from monitor.ports import Store, Transaction
from monitor.wiring.surroundings import Surroundings

if TYPE_CHECKING:
    from monitor.serve.callbacks import CallbackServer

_FAREWELL = timedelta(minutes=1)
"""Hubs that are told that we leave ask back; so long the door stays open for them."""

_REPORT = "websub"


class Door:
    """Opens, moves and closes the callback server; only `monitor run` opens it."""

    def __init__(
        self,
        around: Surroundings,
        store: Store,
        pushes: PushJob,
        in_force: Callable[[], InForce],
    ) -> None:
        self._around = around
        self._store = store
        self._pushes = pushes
        self._in_force = in_force
        self._server: CallbackServer | None = None
        self._closing: asyncio.Task[None] | None = None

    @property
    def is_open(self) -> bool:
        """Say whether hubs can reach us."""
        return self._server is not None

    async def open(self) -> None:
        """Listen where the configuration says, if it does.

        Raises:
            ListenError: the address cannot be listened at.
        """
        websub = self._in_force().settings.websub
        if websub is None:
            return
        # aiohttp's server is slow to import, and most are no place that hubs push to.
        from monitor.serve.callbacks import CallbackServer  # noqa: PLC0415

        server = CallbackServer(websub, self._pushes, self._note)
        await server.open()
        self._server = server
        self._around.journal.event("listening", host=websub.host, port=websub.port)

    async def follow(self) -> None:
        """Do what an edited configuration says; a trouble is told to `ops`."""
        self._stay_open()
        wanted = self._in_force().settings.websub
        if wanted is None:
            if self._server is not None:
                self._closing = asyncio.create_task(self._close_later())
            await self._report("")
            return
        if self._server is None or not _is_same_place(self._server.websub, wanted):
            await self._shut()
            try:
                await self.open()
            except ListenError as error:
                await self._report(str(error))
                return
        await self._report("")

    async def close(self) -> None:
        """Listen no more."""
        self._stay_open()
        await self._shut()

    async def _shut(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            await server.close()

    async def _close_later(self) -> None:
        await self._around.clock.sleep(_FAREWELL)
        self._closing = None
        await self._shut()

    def _stay_open(self) -> None:
        if self._closing is not None:
            self._closing.cancel()
            self._closing = None

    def _note(self, error: str) -> None:
        self._around.journal.event("trouble", level="error", where="hubs", error=error)

    async def _report(self, error: str) -> None:
        now, in_force = self._around.clock.now(), self._in_force()

        def report(tx: Transaction) -> None:
            if not error:
                if tx.close_report(_REPORT):
                    title = "hubs can push again"
                    text = "They are listened to."
                    tell_ops(tx, in_force, title, text, now, is_calm=True)
            elif tx.open_report(_REPORT, error, now):
                text = f"{error}\n{_UNTIL_THEN}"
                tell_ops(tx, in_force, "hubs cannot push", text, now)

        if error:
            self._note(error)
        await self._store.transact(report)


_UNTIL_THEN = (
    "All feeds are polled. Save the file once more, or type `systemctl reload`, to "
    "try again."
)


def _is_same_place(one: WebSub, other: WebSub) -> bool:
    return (one.host, one.port) == (other.host, other.port)
