"""A house that can die at every moment between a poll and its record.

A *moment* is just before and just after the commit of any transaction, and just before
and just after a receiver takes a message. At the moment that was chosen the files are
copied as they lie there, as a power cut would leave them, and the next house is built
on the copy: nothing is closed, rolled back or folded in.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from house import House

from monitor.model import (
    Fetched,
    FetchRequest,
    Lane,
    Message,
    SendOutcome,
    SendResult,
)
from monitor.ports import Transaction
from monitor.store.database import Database
from monitor.store.transaction import SqlStore
from monitor.testing import FakeChannels, FakeFetcher

T = TypeVar("T")

_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own within
_FAST = _SHARED_MEMORY if _SHARED_MEMORY.is_dir() else None
"""Where a commit waits for no disk; of power cuts at the disk SQLite takes care."""


class PowerCutError(BaseException):
    """The process is no more; nothing in it may catch this."""


class Answer(Enum):
    """How a receiver takes a message: what the sender learns, whether it has it."""

    GOOD = (SendOutcome.SENT, 200, True)
    LATE = (SendOutcome.UNKNOWN, None, True)
    SILENT = (SendOutcome.UNKNOWN, None, False)
    DROPPED_AFTER = (SendOutcome.UNKNOWN, 504, True)
    TOO_MANY = (SendOutcome.RETRY, 429, False)
    SERVER_ERROR = (SendOutcome.RETRY, 500, False)
    REFUSED = (SendOutcome.MESSAGE_REFUSED, 400, False)
    NOT_FOUND = (SendOutcome.CHANNEL_BROKEN, 404, False)

    @property
    def result(self) -> SendResult:
        outcome, status, _ = self.value
        wait = timedelta(minutes=2) if self is Answer.TOO_MANY else None
        return SendResult(outcome, status, wait, detail=self.name)

    @property
    def accepts(self) -> bool:
        return self.value[2]


@dataclass(frozen=True)
class Arrival:
    """A message that a receiver took."""

    lane: Lane
    message: Message
    maybe_sent: bool


@dataclass
class Fuse:
    """Burns down by one at each moment; at its end the power is cut."""

    left: int | None = None
    cut: Callable[[], None] = lambda: None

    def burn(self) -> None:
        if self.left is None:
            return
        self.left -= 1
        if self.left < 0:
            self.left = None
            self.cut()
            raise PowerCutError


class FragileStore:
    """The real store, which may die before and after each commit."""

    def __init__(self, store: SqlStore, fuse: Fuse) -> None:
        self._store = store
        self._fuse = fuse

    async def transact(self, work: Callable[[Transaction], T]) -> T:
        def dying(tx: Transaction) -> T:
            result = work(tx)
            self._fuse.burn()
            return result

        result = await self._store.transact(dying)
        self._fuse.burn()
        return result


@dataclass
class FragileWeb(FakeFetcher):
    """A web during whose answer the process may die."""

    fuse: Fuse = field(default_factory=Fuse)

    async def fetch(self, request: FetchRequest) -> Fetched:
        fetched = await super().fetch(request)
        self.fuse.burn()
        return fetched


@dataclass
class Receivers(FakeChannels):
    """Receivers that answer as they were told, then well; they outlive every crash."""

    fuse: Fuse = field(default_factory=Fuse)
    answers: deque[Answer] = field(default_factory=deque)
    took: list[Arrival] = field(default_factory=list)

    async def send(
        self,
        lane: Lane,
        message: Message,
        *,
        created_at: datetime,  # noqa: ARG002 - the port's words
        maybe_sent: bool,
        bare: bool,  # noqa: ARG002
        key: str = "",  # noqa: ARG002
        answers: str = "",  # noqa: ARG002
    ) -> SendResult:
        self.fuse.burn()
        answer = self.answers.popleft() if self.answers else Answer.GOOD
        if answer.accepts:
            self.took.append(Arrival(lane, message, maybe_sent))
        self.fuse.burn()
        return answer.result


@cache
def empty_database() -> Path:
    """Return a migrated database to be copied: migrating takes its time."""
    folder = Path(tempfile.mkdtemp())
    Database.open(f"sqlite:///{folder}/monitor.db").close()
    return folder / "monitor.db"


class Mortal:
    """A house, its deaths, and the houses that take over."""

    def __init__(self, **parts: Any) -> None:
        self._root = Path(tempfile.mkdtemp(dir=_FAST))
        self._deaths = 0
        self._runner = asyncio.Runner()
        self.fuse = Fuse()
        self.receivers = Receivers({}, fuse=self.fuse)
        web = FragileWeb(fuse=self.fuse)
        self._enter(House(self._copy_of(empty_database()), web=web, **parts))

    def _enter(self, house: House) -> None:
        self.house = house
        self.fuse.cut = self._take_image
        house.places = self.receivers
        fragile = FragileStore(house.store, self.fuse)
        house.poll_job = replace(house.poll_job, store=fragile)
        house.deliver_job = replace(house.deliver_job, store=fragile)

    def _copy_of(self, database: Path) -> Path:
        folder = self._root / str(self._deaths)
        folder.mkdir()
        for file in database.parent.glob("monitor.db*"):
            if not file.name.endswith("-shm"):
                shutil.copy(file, folder / f"monitor.db{file.name[10:]}")
        return folder

    def _take_image(self) -> None:
        self._deaths += 1
        self._image = self._copy_of(self.house.folder / "monitor.db")

    def dies(self, work: Coroutine[Any, Any, object], moments: int | None) -> bool:
        """Run `work` until it dies at that moment, or ends; say whether it died."""
        self.fuse.left = moments
        try:
            self._runner.run(work)
        except PowerCutError:
            self._take_over()
            return True
        finally:
            self.fuse.left = None
        return False

    def crash(self) -> None:
        """Cut the power while nothing is under way."""
        self._take_image()
        self._take_over()

    def _take_over(self) -> None:
        old = self.house
        old.store.close()
        parts = {n: getattr(old, n) for n in ("feeds", "rules", "channels", "clock")}
        self._enter(House(self._image, web=old.web, **parts))
        shutil.rmtree(old.folder)
        self.house.store.run(lambda tx: tx.free_leases())
        self.settle_in()

    def settle_in(self) -> None:
        """Let the database follow the configuration, as every start and reload does."""
        house, now = self.house, self.house.clock.now()
        house.configure()
        in_force = house.in_force

        def follow(tx: Transaction) -> None:
            tx.sync_outbox(in_force.lanes, in_force.rules)
            tx.probe_broken(now)

        house.store.run(follow)

    def close(self) -> None:
        self.house.store.close()
        self._runner.close()
        shutil.rmtree(self._root)

    def rows(self, query: str) -> list[Mapping[str, Any]]:
        """Return what the database answers."""
        with self.house.store._database.read() as connection:
            found = connection.exec_driver_sql(query).mappings().all()
        return [dict(row) for row in found]
