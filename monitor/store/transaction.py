"""The store: one writer thread, and transactions that run whole or not at all.

Those that wait for the writer at one time are committed together, for the disk has to
be waited for at each commit. Each still stands alone: a savepoint undoes the one that
fails, and where SQLite gave the whole commit up, they run again one by one.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Connection

from monitor.errors import StoreError
from monitor.ports import Transaction
from monitor.store.alert_rows import AlertRows
from monitor.store.article_rows import ArticleRows
from monitor.store.clock_rows import ClockRows
from monitor.store.database import Database
from monitor.store.entry_rows import EntryRows
from monitor.store.forgetting_rows import ForgettingRows
from monitor.store.history_rows import HistoryRows
from monitor.store.lexicon_rows import LexiconRows
from monitor.store.outbox_rows import OutboxRows
from monitor.store.prepared import driver
from monitor.store.renaming_rows import RenamingRows
from monitor.store.route_rows import RouteRows
from monitor.store.search_rows import SearchRows
from monitor.store.story_rows import StoryRows
from monitor.store.trouble_rows import TroubleRows
from monitor.store.watch_rows import WatchRows
from monitor.store.websub_rows import WebSubRows

T = TypeVar("T")

_TOGETHER = 50
"""So many at most: nobody beside us, a command, should wait long for its turn."""


class SqlTransaction(
    EntryRows,
    AlertRows,
    RouteRows,
    OutboxRows,
    SearchRows,
    LexiconRows,
    TroubleRows,
    WebSubRows,
    HistoryRows,
    ForgettingRows,
    WatchRows,
    StoryRows,
    RenamingRows,
    ClockRows,
    ArticleRows,
):
    """Everything that a job may read and write, on one connection."""


@dataclass(slots=True)
class _Wish:
    """A transaction that waits; `answer` is told what came of it, on its loop."""

    work: Callable[[Transaction], Any]
    answer: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = field(default=None)

    def tell(self) -> None:
        """Tell who waits."""
        if self.answer.done():  # nobody waits any more
            return
        if self.error is None:
            self.answer.set_result(self.result)
        else:
            self.answer.set_exception(self.error)


class SqlStore:
    """The jobs' store: their transactions, one after the other, off the loop."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._waiting: deque[_Wish] = deque()
        self._is_called = False

    async def transact(self, work: Callable[[Transaction], T]) -> T:
        """Run `work` in an immediate transaction and return what it returns.

        What it returns is durable. It may be run twice, the first time undone.

        Raises:
            StoreError: nothing was written.
        """
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Wish(work, answer))
        if not self._is_called:
            self._is_called = True
            self._writer.submit(self._write_waiting)
        return await answer

    def _write_waiting(self) -> None:
        """Run what waits, and what comes to wait meanwhile."""
        self._is_called = False  # first: what comes from here on calls again
        while self._waiting:
            self._write_some()

    def _write_some(self) -> None:
        some = [wish for wish in self._taken() if not wish.answer.cancelled()]
        if not some:
            return
        if len(some) == 1 or not self._run_together(some):
            for wish in some:
                self._run_alone(wish)
        with suppress(RuntimeError):  # the loop is closed: nobody waits
            some[0].answer.get_loop().call_soon_threadsafe(_tell, some)

    def _taken(self) -> list[_Wish]:
        count = min(len(self._waiting), _TOGETHER)
        return [self._waiting.popleft() for _ in range(count)]

    def _run_together(self, some: Sequence[_Wish]) -> bool:
        """Run them in one transaction; say whether that was committed."""
        try:
            with self._database.write() as connection:
                for wish in some:
                    self._run_within(connection, wish)
        except StoreError:
            return False
        return True

    def _run_within(self, connection: Connection, wish: _Wish) -> None:
        """Run one of them between savepoints.

        Raises:
            StoreError: the whole transaction is undone.
        """
        raw = driver(connection)
        raw.execute("SAVEPOINT one")
        wish.error = None
        try:
            with self._database.translated():
                wish.result = wish.work(SqlTransaction(connection))
        except Exception as error:
            if not raw.in_transaction:  # SQLite undid all of them (a full disk)
                raise StoreError(str(error)) from error
            raw.execute("ROLLBACK TO one")
            wish.error = error
        raw.execute("RELEASE one")

    def _run_alone(self, wish: _Wish) -> None:
        wish.error = None
        try:
            wish.result = self.run(wish.work)
        except BaseException as error:  # noqa: BLE001 - it is told to who asked
            wish.error = error

    def run(self, work: Callable[[Transaction], T]) -> T:
        """Do the same from a thread without a loop (the commands)."""
        with self._database.write() as connection:
            return work(SqlTransaction(connection))

    async def look(self, work: Callable[[Transaction], T]) -> T:
        """Return what `work` reads, of one state; it writes nothing, no writer waits.

        Raises:
            StoreError: it could not be read.
        """
        return await asyncio.to_thread(self._look, work)

    def _look(self, work: Callable[[Transaction], T]) -> T:
        with self._database.read() as connection:
            return work(SqlTransaction(connection))

    def close(self) -> None:
        """Finish what is under way and close the database."""
        self._writer.shutdown()
        self._database.close()


def _tell(some: Sequence[_Wish]) -> None:
    for wish in some:
        wish.tell()
