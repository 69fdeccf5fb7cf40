"""Retention: once a day, what is over long enough is forgotten.

The texts of articles are looked at each time, so that they keep within their room.

A few rows at a time, each time in a transaction of its own: polls and deliveries have
their turn between. A run that is broken off goes on with the next one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Protocol

from monitor.jobs.in_force import InForce
from monitor.model import Forgotten
from monitor.ports import Clock, Journal, Store, Transaction

WORK: Final = "retain"
"""Under this name it is stored when it ran last."""

EVERY: Final = timedelta(days=1)


class _Step(Protocol):
    def __call__(self, tx: Transaction, *, after: int, limit: int) -> Forgotten: ...


@dataclass(slots=True)
class RetainCounts:
    """How many alerts, reports, entries, texts of articles, and records were deleted.

    `history` counts days and versions of rules.
    """

    alerts: int = 0
    reports: int = 0
    entries: int = 0
    articles: int = 0
    history: int = 0


@dataclass(frozen=True, slots=True)
class RetainJob:
    """Forgets what the configuration does not want kept any longer.

    So many rows are looked at in one transaction: `at_once`.
    """

    store: Store
    clock: Clock
    journal: Journal
    in_force: Callable[[], InForce]
    at_once: int = 50

    async def run_if_due(self) -> RetainCounts | None:
        """Return what was deleted, None if there was nothing to do.

        But for articles that is so where the last run is not a day ago. One in the
        future (the clock went back) counts as long ago.

        Raises:
            StoreError: the rest is deleted by the next run.
        """
        now = self.clock.now()
        counts = RetainCounts(articles=await self._forget_texts(now))
        last = await self.store.transact(lambda tx: tx.done_at(WORK))
        if last is None or not timedelta(0) <= now - last < EVERY:
            await self._run(now, counts)
            await self.store.transact(lambda tx: tx.note_done(WORK, now))
        elif not counts.articles:
            return None
        self.journal.event("retain", **asdict(counts))
        return counts

    async def _forget_texts(self, now: datetime) -> int:
        """Forget the texts of articles that are too old or too many; count them."""
        retain, count = self.in_force().settings.retain, 0
        before = None if retain.articles is None else now - retain.articles
        while True:
            forgotten = await self.store.transact(
                lambda tx: tx.forget_article_texts(
                    before, retain.article_space, limit=self.at_once
                )
            )
            count += forgotten
            if forgotten < self.at_once:
                return count

    async def _run(self, now: datetime, counts: RetainCounts) -> None:
        retain = self.in_force().settings.retain
        if retain.alerts is not None:
            before = now - retain.alerts
            counts.alerts = await self._in_steps(partial(_forget_alerts, before=before))
            counts.reports = await self._in_steps(
                partial(_forget_messages, before=before)
            )
            counts.history = await self.store.transact(
                lambda tx: tx.forget_history(before)
            )
        if retain.entries is not None:  # after the alerts: their entries may go, too
            counts.entries = await self._in_steps(
                partial(_forget_entries, before=now - retain.entries)
            )
        await self._in_steps(_forget_articles)  # after the entries that wanted them

    async def _in_steps(self, step: _Step) -> int:
        place: int | None = 0
        count = 0
        while place is not None:
            forgotten: Forgotten = await self.store.transact(
                partial(step, after=place, limit=self.at_once)
            )
            place = forgotten.place
            count += forgotten.count
        return count


def _forget_alerts(
    tx: Transaction, *, before: datetime, after: int, limit: int
) -> Forgotten:
    return tx.forget_alerts(before, after=after, limit=limit)


def _forget_messages(
    tx: Transaction, *, before: datetime, after: int, limit: int
) -> Forgotten:
    return tx.forget_messages(before, after=after, limit=limit)


def _forget_entries(
    tx: Transaction, *, before: datetime, after: int, limit: int
) -> Forgotten:
    return tx.forget_entries(before, after=after, limit=limit)


def _forget_articles(tx: Transaction, *, after: int, limit: int) -> Forgotten:
    return tx.forget_articles(after=after, limit=limit)
