"""What reads the articles behind entries."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Protocol

from monitor.model import (
    Article,
    ArticleClaim,
    ArticleWish,
    Awaiting,
    FetchedArticle,
    HoldReason,
    StoredArticle,
    WishState,
)


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
        which names it, as it is configured.
        """


class ArticleTransaction(Protocol):
    """What a job may do about articles inside one transaction."""

    def ask_for_articles(
        self, wanting: Iterable[tuple[int, HoldReason | None]]
    ) -> None:
        """Let it be decided whether the articles of entries are wanted.

        With each entry goes why its alerts wait, None when they may go out.
        """

    def undecided(self, limit: int) -> tuple[Awaiting, ...]:
        """Return entries of which it is not decided whether their articles are wanted.

        At most `limit`, the oldest first.
        """

    def awaiting(self, article_id: int) -> tuple[Awaiting, ...]:
        """Return the entries that wait for an article, the oldest first."""

    def decide_article(
        self,
        entry_id: int,
        state: WishState,
        now: datetime,
        *,
        wish: ArticleWish | None = None,
        article_id: int | None = None,
    ) -> None:
        """Note what becomes of the article of an entry: without `wish`, nothing.

        One that was read before the entry was edited is kept then.
        """

    def end_wish(self, entry_id: int, state: WishState) -> None:
        """Note how it ended to wait for the article of an entry."""

    def article_for(
        self, key: str, link: str, host: str, now: datetime
    ) -> StoredArticle:
        """Return the article of that key, which waits from now on if it is new.

        It may have been read under another link, whose page calls this its own. One
        whose text is forgotten is new.
        """

    def claim_articles(
        self, now: datetime, *, until: datetime, limit: int, busy: Collection[str]
    ) -> tuple[ArticleClaim, ...]:
        """Claim at most `limit` articles that are due now, one of a host.

        None of the hosts that are `busy`.
        """

    def put_off_article(
        self, article_id: int, at: datetime, found: FetchedArticle | None = None
    ) -> None:
        """Let an article be tried again then; `found` is what came of this attempt."""

    def drop_article(self, article_id: int) -> None:
        """Forget an article that nobody wants any more."""

    def end_article(
        self,
        article_id: int,
        found: FetchedArticle,
        now: datetime,
        *,
        canonical: str | None,
    ) -> None:
        """Store what was read of an article, or that it is given up."""

    def note_article(self, entry_id: int, article: Article, label: str) -> None:
        """Let an entry be found by its article, and have what its feed did not say.

        With its date it gets its `label`.
        """

    def article_text(self, entry_id: int) -> str:
        """Return the text of the article of an entry, "" if there is none."""

    def leave_articles_alone(self, hosts: Collection[str], until: datetime) -> None:
        """Let no article of the hosts be asked for before `until` (they said so)."""
