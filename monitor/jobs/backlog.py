"""Bodies in hand: no more are asked for while many wait to be read and stored."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from monitor.model import Fetched

MOST = 20
"""So many fetched bodies may wait; one can be of `poll.max_body`."""


class Backlog:
    """Counts the polls that hold a body."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._holders: set[int] = set()
        self._room = asyncio.Event()

    def note(self, feed_id: int, fetched: Fetched) -> None:
        """Note that the poll of a feed holds what was fetched."""
        if fetched.body:
            self._holders.add(feed_id)

    @contextmanager
    def ends(self, feed_id: int) -> Iterator[None]:
        """Let what the poll of a feed holds be given up at the end."""
        try:
            yield
        finally:
            self._holders.discard(feed_id)
            self._room.set()

    async def room(self) -> None:
        """Wait until there is room for one more body."""
        while len(self._holders) >= self._most:
            self._room.clear()
            await self._room.wait()
