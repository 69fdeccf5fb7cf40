"""Articles, fetched with the manners of the poller: once, and only where it is welcome.

The way of an article: (ask robots.txt -> GET -> follow a redirect)* -> read the page in
its process -> where the page only leads on, once more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Self
from urllib.parse import urlsplit

from yarl import URL

from monitor.feeds.backoff import busy_until
from monitor.feeds.links import web_link
from monitor.model import (
    Article,
    ArticleReason,
    Fetched,
    FetchedArticle,
    FetchOutcome,
)
from monitor.net.errands import PAGE
from monitor.net.fetcher import HttpFetcher
from monitor.net.robots import RefusedByRobots, Robots, RobotsUnknown
from monitor.ports import Clock
from monitor.ports.articles import PageReader

_MOST_LEADS = 2
_PASSING = frozenset({FetchOutcome.NETWORK, FetchOutcome.TIMEOUT, FetchOutcome.SECRET})
_PASSING_STATUSES = frozenset({404, 408, 425, 429})
"""404: a feed may be ahead of its site by a moment."""

_SERVER_ERROR = 500
_PAYMENT_REQUIRED = 402
_OUR_FAULTS = frozenset({ArticleReason.SLOW, ArticleReason.NO_READER})
_REASONS = {
    FetchOutcome.NOT_TAKEN: ArticleReason.NOT_HTML,
    FetchOutcome.TOO_LARGE: ArticleReason.TOO_LARGE,
    FetchOutcome.EMPTY: ArticleReason.EMPTY,
}


class Articles:
    """Fetches and reads articles; each is asked for once at a time, whoever wants it.

    What `fetcher` returns and `reader` are open already. It is left to end what is
    under way.
    """

    def __init__(
        self, fetcher: Callable[[], HttpFetcher], reader: PageReader, clock: Clock
    ) -> None:
        self._fetcher = fetcher
        self._reader = reader
        self._clock = clock
        self._robots = Robots(fetcher, clock)
        self._under_way: dict[str, asyncio.Task[FetchedArticle]] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in list(self._under_way.values()):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def read(
        self, link: str | None, *, key: str, feed_url: str
    ) -> FetchedArticle:
        """Return what came of the article at `link`; what a site does never raises.

        `key` is the same for all links to one article: its canonical link. It may live
        in an allowed network if the feed does that names it.
        """
        address = web_link(link) if link else None
        if address is None:
            detail = "the entry has no link to a page"
            return FetchedArticle(Article(ArticleReason.NO_LINK, detail=detail), "")
        task = self._under_way.get(key)
        if task is None:
            task = asyncio.create_task(self._read(address, feed_url))
            self._under_way[key] = task
            task.add_done_callback(lambda _: self._under_way.pop(key, None))
        return await asyncio.shield(task)

    async def _read(self, address: str, feed_url: str) -> FetchedArticle:
        found = await self._read_one(address, feed_url)
        for _ in range(_MOST_LEADS):
            article = found.article
            if article.reason is not ArticleReason.EMPTY or not article.leads_to:
                break
            found = await self._read_one(article.leads_to, feed_url)
        return found

    async def _read_one(self, address: str, feed_url: str) -> FetchedArticle:
        async def may_go(url: URL) -> None:
            await self._robots.check(url, named_by=feed_url)

        try:
            fetched = await self._fetcher().fetch_outside(
                address, PAGE, named_by=feed_url, may_go=may_go
            )
        except RefusedByRobots as error:
            return _unread(ArticleReason.ROBOTS, str(error), address)
        except RobotsUnknown as error:
            wait = error.until - self._clock.now()
            reason = ArticleReason.ROBOTS_UNKNOWN
            return _unread(reason, error.detail, address, again=True, wait=wait)
        if fetched.outcome is not FetchOutcome.OK:
            return not_fetched(fetched, self._clock.now())
        if _is_front(fetched.url) and not _is_front(address):
            detail = "the link leads to the front page of the site"
            return _unread(ArticleReason.EMPTY, detail, fetched.url)
        article = await self._reader.read(
            fetched.body, content_type=fetched.content_type, url=fetched.url
        )
        is_ours = article.reason in _OUR_FAULTS
        return FetchedArticle(article, fetched.url, is_ours, status=fetched.status)


def not_fetched(fetched: Fetched, now: datetime) -> FetchedArticle:
    """Return what a fetch that failed means for the article."""
    status = fetched.status or 0
    is_passing = status in _PASSING_STATUSES or status >= _SERVER_ERROR
    busy = busy_until(fetched, now)
    reason = _REASONS.get(fetched.outcome, ArticleReason.NOT_FETCHED)
    if status == _PAYMENT_REQUIRED:
        reason = ArticleReason.PAYWALL
    return FetchedArticle(
        Article(reason, detail=fetched.detail),
        fetched.url,
        again=fetched.outcome in _PASSING or is_passing,
        retry_after=busy - now if busy else None,
        status=fetched.status,
    )


def _unread(
    reason: ArticleReason,
    detail: str,
    url: str,
    *,
    again: bool = False,
    wait: timedelta | None = None,
) -> FetchedArticle:
    return FetchedArticle(Article(reason, detail=detail), url, again, wait)


def _is_front(url: str) -> bool:
    parts = urlsplit(url)
    return parts.path in {"", "/"} and not parts.query
