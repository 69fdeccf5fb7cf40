"""The second stage: articles that can change the answer, from the wish to the alert.

::

    decide    each new or edited entry: does a rule become true by its article?
    claim     one article of a host at a time, due now
    read      one fetch with manners, its page read in a process of its own
    record    the text, what the rules are true of now, their alerts: one transaction

What a poll stored waits undecided, what is claimed stays wanted until it is recorded:
a crash between two steps does the step again. What the feed's own text made true was
told by the poll.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from monitor.feeds.story_index import StoryIndex
from monitor.jobs.hosts import Pauses, host_of
from monitor.jobs.in_force import InForce
from monitor.jobs.reading import ArticleResult, Reading
from monitor.jobs.storing import store_with_patience
from monitor.model import ArticleClaim, ArticleReason, Feed, FetchedArticle
from monitor.ports import Clock, Journal, Store, Transaction
from monitor.ports.articles import ArticleSource

LEASE: Final = timedelta(minutes=10)
"""How long an article that is claimed is let be, should nobody record it."""

AT_ONCE: Final = 8
"""So many articles are read at the same time, each of another host."""

_DECIDED_AT_ONCE: Final = 50
_WAITS: Final = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120))
"""After each attempt that failed; after the last there is none."""

_OLDEST: Final = timedelta(days=1)
"""What could not be read for so long is given up."""


@dataclass(frozen=True, slots=True)
class ArticleJob:
    """Reads articles where that can change the answer.

    `tries` is how many seconds a record waits for a full disk. `pauses` are the hosts
    that asked to be left alone.
    """

    store: Store
    source: ArticleSource
    clock: Clock
    journal: Journal
    in_force: Callable[[], InForce]
    tries: int = 1
    pauses: Pauses = field(default_factory=Pauses)
    stories: StoryIndex = field(default_factory=StoryIndex)
    _busy: set[str] = field(default_factory=set)

    async def decide(self) -> ArticleResult:
        """Decide for all entries that are undecided; return what came of it at once.

        Where an article was read before, for another entry, that is at once.

        Raises:
            StoreError: the rest is decided by the next run.
        """
        total = ArticleResult()
        while True:
            some = await self.store.transact(self._decide_some)
            total.add(some)
            if some.decided < _DECIDED_AT_ONCE:
                return total

    def _decide_some(self, tx: Transaction) -> ArticleResult:
        return self._reading(tx).decide(_DECIDED_AT_ONCE)

    def _reading(self, tx: Transaction) -> Reading:
        return Reading(tx, self.in_force(), self.clock.now(), self.stories)

    async def claim_due(self, limit: int = AT_ONCE) -> tuple[ArticleClaim, ...]:
        """Claim at most `limit` articles that are due, of hosts that are not busy.

        What no rule in force wants any more is none of them.

        Raises:
            StoreError: nothing was claimed.
        """

        def claim(tx: Transaction) -> list[ArticleClaim]:
            reading = self._reading(tx)
            until = reading.now + LEASE
            found = tx.claim_articles(
                reading.now, until=until, limit=limit, busy=self._busy
            )
            wanted = [w for one in found if (w := reading.still_wanted(one))]
            return [one for one in wanted if not self._rests(tx, one, reading.now)]

        claimed = await self.store.transact(claim)
        self._busy.update(one.host for one in claimed)
        return tuple(claimed)

    def _rests(self, tx: Transaction, claim: ArticleClaim, now: datetime) -> bool:
        """Put off an article whose host asked to be left alone; say whether it did."""
        until = self.pauses.until(claim.link, now)
        if until is not None:
            tx.put_off_article(claim.id, until)
        return until is not None

    async def read(self, claim: ArticleClaim) -> ArticleResult:
        """Read one claimed article and record what came of it.

        Raises:
            StoreError: nothing was recorded; the claim ends by itself.
        """
        try:
            return await self._read(claim)
        finally:
            self._busy.discard(claim.host)

    async def _read(self, claim: ArticleClaim) -> ArticleResult:
        feeds = self.in_force().feeds
        named_by = next((feeds[name].url for name in claim.feeds if name in feeds), "")
        found = await self.source.read(claim.link, key=claim.key, feed_url=named_by)
        now = self.clock.now()
        again_at, pause = _again_at(claim, found, now), _pause(found, now)

        def record(tx: Transaction) -> ArticleResult:
            reading = self._reading(tx)
            if _is_silent(found):
                tx.leave_articles_alone({claim.host}, now + _WAITS[0])
            if pause is not None:
                _leave_alone(tx, claim, found, reading.in_force.feeds, until=pause)
            if again_at is not None:
                tx.put_off_article(claim.id, again_at, found)
                return reading.result
            return reading.record(claim, found)

        result = await store_with_patience(
            self.store, record, tries=self.tries, clock=self.clock, journal=self.journal
        )
        for url in (claim.link, found.url):
            self.pauses.note(url, pause)
        self._log(claim, found, result, again_at)
        return result

    def _log(
        self,
        claim: ArticleClaim,
        found: FetchedArticle,
        result: ArticleResult,
        again_at: datetime | None,
    ) -> None:
        article = found.article
        self.journal.event(
            "article",
            level="info" if article.text else "warning",
            url=found.url or claim.link,
            feeds=list(claim.feeds),
            outcome=article.reason,
            status=found.status,
            characters=len(article.text),
            detail=article.detail,
            entries=result.read + result.given_up,
            matches=result.matches,
            alerts=result.alerts,
            held=dict(result.held),
            attempt=claim.attempts + 1,
            next_attempt_at=again_at,
        )


def _again_at(
    claim: ArticleClaim, found: FetchedArticle, now: datetime
) -> datetime | None:
    """Return when an article is tried again, None if this was the last attempt."""
    if not found.again or claim.attempts >= len(_WAITS):
        return None
    at = now + max(_WAITS[claim.attempts], found.retry_after or timedelta(0))
    return at if at - claim.wanted_at <= _OLDEST else None


def _pause(found: FetchedArticle, now: datetime) -> datetime | None:
    """Return until when the host asks to be left alone, None if it does not."""
    is_of_us = found.article.reason is ArticleReason.ROBOTS_UNKNOWN
    wait = None if is_of_us else found.retry_after
    return None if wait is None else now + wait


def _is_silent(found: FetchedArticle) -> bool:
    """Say whether a host did not answer: then one article waits for it, not each."""
    is_known = found.article.reason is ArticleReason.NOT_FETCHED
    return is_known and found.again and found.status is None


def _leave_alone(
    tx: Transaction,
    claim: ArticleClaim,
    found: FetchedArticle,
    feeds: Mapping[str, Feed],
    *,
    until: datetime,
) -> None:
    """Let nothing of a host be asked for before `until`, article or feed."""
    hosts = {claim.host, host_of(found.url)}
    there = [name for name, feed in feeds.items() if host_of(feed.url) in hosts]
    tx.leave_alone(there, until)
    tx.leave_articles_alone(hosts, until)
