"""The store: one writer thread, and transactions that run whole or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from monitor.ports import Transaction
from monitor.store.alert_rows import AlertRows
from monitor.store.database import Database
from monitor.store.feed_rows import FeedRows
from monitor.store.lexicon_rows import LexiconRows
from monitor.store.outbox_rows import OutboxRows
from monitor.store.search_rows import SearchRows

T = TypeVar("T")


class SqlTransaction(FeedRows, AlertRows, OutboxRows, SearchRows, LexiconRows):
    """Everything that a job may read and write, on one connection."""


class SqlStore:
    """The jobs' store: their transactions, one after the other, off the loop."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="store")

    async def transact(self, work: Callable[[Transaction], T]) -> T:
        """Run `work` in one immediate transaction and return what it returns.

        Raises:
            StoreError: nothing was written.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._writer, self.run, work)

    def run(self, work: Callable[[Transaction], T]) -> T:
        """Do the same from a thread without a loop (the commands)."""
        with self._database.write() as connection:
            return work(SqlTransaction(connection))

    def close(self) -> None:
        """Finish what is under way and close the database."""
        self._writer.shutdown()
        self._database.close()
