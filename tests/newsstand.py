"""Feeds with links to articles, for the tests of the second stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

from house import DESK, NEWS, House, rule

from monitor.model import (
    Article,
    ArticleReason,
    Feed,
    FetchedArticle,
    Message,
)
from monitor.ports import Transaction

MINUTE = timedelta(minutes=1)
SITE = "https://news.example.org"
OTHER = "https://other.example.net/feed"
OTHER_FEED = Feed("other", OTHER, 10 * MINUTE)
LINK = f"{SITE}/1"
TITLE = "Aserbaidschan kauft ein"
TEXT = "Der Minister nannte die Waffen beim Namen."
BOTH = rule("beide", "Aserbaidschan AND Waffen")


@dataclass(frozen=True)
class Item:
    """An entry of a feed as its publisher writes it."""

    title: str = TITLE
    guid: str = "1"
    link: str | None = LINK
    text: str = ""
    at: datetime | None = None

    def xml(self) -> str:
        link = "" if self.link is None else f"<link>{self.link}</link>"
        date = (
            "" if self.at is None else f"<pubDate>{format_datetime(self.at)}</pubDate>"
        )
        return (
            f"<item><title>{self.title}</title><guid isPermaLink='false'>{self.guid}"
            f"</guid>{link}{date}<description>{self.text}</description></item>"
        )


def publish(house: House, *items: Item, url: str = NEWS) -> None:
    """Let the feed at `url` hold these entries, and no others."""
    of_items = "".join(item.xml() for item in items)
    house.web.pages[url] = (
        f'<rss version="2.0"><channel><title>N</title>{of_items}</channel></rss>'
    ).encode()


async def polled(house: House, *items: Item, name: str = "news") -> int:
    """Let a feed hold these entries and be polled; return how many alerts that made."""
    publish(house, *items, url=house.in_force.feeds[name].url)
    return (await house.poll(name)).alerts


def failed(
    reason: ArticleReason = ArticleReason.NOT_FETCHED, **more: Any
) -> FetchedArticle:
    """Return an attempt that brought no text and may be made again."""
    made = {"url": LINK, "again": True, "status": 503, **more}
    return FetchedArticle(Article(reason, detail="the server is busy"), **made)


def read(text: str = TEXT, url: str = LINK, **more: Any) -> FetchedArticle:
    """Return an attempt that brought an article."""
    article = {"reason": ArticleReason.READ, "text": text, **more}
    return FetchedArticle(Article(**article), url, status=200)


def rows(house: House, query: str) -> Sequence[tuple[Any, ...]]:
    """Return what the database answers."""
    with house.store._database.read() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query)]


def states(house: House) -> list[str]:
    """Return how far it is with the article of each entry."""
    return [s for (s,) in rows(house, "SELECT state FROM article_wishes ORDER BY 1")]


def articles(house: House) -> list[tuple[str, str, int]]:
    """Return state, reason and attempts of each article."""
    return [
        (state, reason, attempts)
        for state, reason, attempts in rows(
            house, "SELECT state, reason, attempts FROM articles ORDER BY id"
        )
    ]


async def messages(house: House) -> list[Message]:
    """Return what the desk was told, all of it."""
    await house.deliver()
    return [message for lane, message, _ in house.places.sent if lane == DESK]


def free(house: House) -> None:
    """Do as a start does: whoever claimed something is gone."""

    def begin(tx: Transaction) -> None:
        tx.free_leases()

    house.store.run(begin)
