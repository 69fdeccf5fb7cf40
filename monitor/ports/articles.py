"""What reads the articles behind entries."""

from __future__ import annotations

from typing import Protocol

from monitor.model import Article, FetchedArticle


class PageReader(Protocol):
    """Pages to articles, off the event loop, bounded in time and memory."""

    async def read(self, body: bytes, *, content_type: str, url: str) -> Article:
        """Return the article of a page, or why there is none; nothing is raised."""


class ArticleSource(Protocol):
    """Articles, fetched with manners."""

    async def read(
        self, link: str | None, *, key: str, feed_url: str
    ) -> FetchedArticle:
        """Return what came of an article; what a site does never raises.

        `key` is the same for all links to one article, `feed_url` that of the feed
        which names it, without secrets.
        """
