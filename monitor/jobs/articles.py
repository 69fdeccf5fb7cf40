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

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from monitor.feeds.story_index import StoryIndex
from monitor.jobs.hosts import Pauses, host_of
from monitor.jobs.in_force import InForce
from monitor.jobs.network import Network
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

_LONGEST_WAIT: Final = timedelta(days=1)
"""For a host that wants to be left alone for longer no article waits."""

_OLDEST: Final = timedelta(days=7)
"""What is older is tried once: after days in which nobody could try, it still is."""


@dataclass(frozen=True, slots=True)
class ArticleJob:
    """Reads articles where that can change the answer.

    `tries` is how many seconds a record waits for a full disk. `pauses` tells the
    polls that are under way which hosts ask to be left alone; `network` is what the
    polls know of our own.
    """

    store: Store
    source: ArticleSource
    clock: Clock
    journal: Journal
    in_force: Callable[[], InForce]
    tries: int = 1
    pauses: Pauses = field(default_factory=Pauses)
    network: Network = field(default_factory=Network)
    stories: StoryIndex = field(default_factory=StoryIndex)
    _busy: set[str] = field(default_factory=set)
    _claiming: asyncio.Lock = field(default_factory=asyncio.Lock)

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
        async with self._claiming:  # a host is busy from its claim on
            found = True
            wanted: tuple[ArticleClaim, ...] = ()
            while found and not wanted:  # behind what is dropped others wait
                found, wanted = await self._claim_some(limit)
            self._busy.update(one.host for one in wanted)
        return wanted

    async def _claim_some(self, limit: int) -> tuple[bool, tuple[ArticleClaim, ...]]:
        """Say whether something was due, and return what of it is wanted still."""
        busy = frozenset(self._busy)

        def claim(tx: Transaction) -> tuple[bool, tuple[ArticleClaim, ...]]:
            reading = self._reading(tx)
            until = reading.now + LEASE
            due = tx.claim_articles(reading.now, until=until, limit=limit, busy=busy)
            wanted = [reading.still_wanted(one) for one in due]
            return bool(due), tuple(one for one in wanted if one is not None)

        return await self.store.transact(claim)

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
        named_by = [feeds[name].url for name in claim.feeds if name in feeds]
        if not named_by:  # they left the configuration since it was claimed
            now = self.clock.now()
            await self.store.transact(lambda tx: tx.put_off_article(claim.id, now))
            return ArticleResult()
        # A feed of the same site: if it is within our network, so is its article.
        feed_url = min(named_by, key=lambda url: host_of(url) != claim.host)
        found = await self.source.read(claim.link, key=claim.key, feed_url=feed_url)
        now, is_ours = self.clock.now(), self._is_our_network(found)
        again_at = now + _WAITS[0] if is_ours else _again_at(claim, found, now)
        pause = _pause(found, now)

        def record(tx: Transaction) -> ArticleResult:
            reading = self._reading(tx)
            if _is_silent(found):
                tx.leave_articles_alone({claim.host}, now + _WAITS[0])
            if pause is not None:
                _leave_alone(tx, claim, found, reading.in_force.feeds, until=pause)
            if again_at is not None:
                attempt = None if is_ours else found
                tx.put_off_article(claim.id, again_at, attempt)
                return reading.result
            return reading.record(claim, found)

        result = await store_with_patience(
            self.store, record, tries=self.tries, clock=self.clock, journal=self.journal
        )
        for url in (claim.link, found.url):
            self.pauses.note(url, pause)
        self._log(claim, found, result, again_at)
        return result

    def _is_our_network(self, found: FetchedArticle) -> bool:
        """Say whether nobody answers us, so that this says nothing of the article."""
        is_unanswered = found.again and found.status is None
        return is_unanswered and self.network.is_down(self.in_force().feeds)

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
    wait = max(_WAITS[claim.attempts], found.retry_after or timedelta(0))
    is_old = now + wait - claim.wanted_at > _OLDEST
    return None if is_old or wait > _LONGEST_WAIT else now + wait


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
    hosts = {claim.host, host_of(found.url)} - {""}
    there = [name for name, feed in feeds.items() if host_of(feed.url) in hosts]
    tx.leave_alone(there, until)
    tx.leave_articles_alone(hosts, until)
