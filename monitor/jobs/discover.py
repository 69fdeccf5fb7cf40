"""Find the feeds of a site: ask where they may be, and keep what is a feed.

::

    the address is of a known site   ask where such a site keeps its feeds
    else ask for the address         it is a feed; or a page that names some
    nothing found yet                look into the pages that its links led to
    nothing found yet                ask at the well-known places
    robots.txt                       the news sitemaps it names, last

Who is told to come back later, or cannot reach the host, asks no more of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import urljoin

from monitor.errors import FeedError
from monitor.feeds import likely_kind
from monitor.feeds.discovery import (
    Candidate,
    Why,
    distinct,
    from_habit,
    from_page,
    from_robots,
    from_site,
    is_of_comments,
    looks_like_feed,
)
from monitor.feeds.page_links import literal, page_links
from monitor.model import FeedKind, Fetched, FetchOutcome, FetchRequest, ParsedFeed
from monitor.ports import Fetcher, Parser

MOST = 40
"""Addresses that are asked for at most, unless told otherwise."""

_MOST_PAGES = 3
_LATER = frozenset({429, 503})


@dataclass(frozen=True, slots=True)
class FoundFeed:
    """A feed that is really there: `url` is to be subscribed.

    `twin` is the address of another found feed with the same entries, None if there
    is none before it.
    """

    url: str
    title: str
    kind: FeedKind
    why: Why
    tier: str
    entries: int
    newest_at: datetime | None
    twin: str | None = None


@dataclass(frozen=True, slots=True)
class Tried:
    """An address that is no feed, and what is there instead, in plain words."""

    url: str
    why: Why
    problem: str


@dataclass(frozen=True, slots=True)
class Discovered:
    """What was found, in the order of trust; `left` counts what was not asked for."""

    found: tuple[FoundFeed, ...]
    tried: tuple[Tried, ...]
    left: int = 0


async def discover(
    url: str, fetcher: Fetcher, parser: Parser, *, most: int = MOST
) -> Discovered:
    """Return the feeds of the site at `url`, after at most about `most` requests."""
    search = _Search(url, fetcher, parser, most)
    await search.run()
    found = tuple(_with_twins(search.found))
    return Discovered(found, tuple(search.tried), search.left)


def worth_choosing(found: Iterable[FoundFeed]) -> tuple[FoundFeed, ...]:
    """Return the feeds between which only a person can choose.

    Twins and feeds of comments are left out, and sitemaps where there is a feed.
    """
    single = [f for f in found if f.twin is None]
    kept = [f for f in single if not is_of_comments(f.url, f.title)] or single
    feeds = [f for f in kept if f.kind is FeedKind.FEED]
    return tuple(feeds or kept)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What an address answered; `feed` is None where it is none."""

    candidate: Candidate
    fetched: Fetched
    feed: tuple[FoundFeed, frozenset[str]] | None = None
    problem: str = ""

    @property
    def is_page(self) -> bool:
        """Say whether there was something that may have links."""
        return self.fetched.outcome is FetchOutcome.OK and self.feed is None

    @property
    def home(self) -> str:
        """Return where it came from; what a server named holds no reference."""
        at = self.fetched.url
        return literal(at) if self.fetched.redirects else at

    def links(self) -> tuple[Candidate, ...]:
        """Return what the page offers."""
        at = self.home
        kind = self.fetched.content_type
        return from_page(page_links(self.fetched.body, content_type=kind, url=at), at)


@dataclass
class _Search:
    url: str
    fetcher: Fetcher
    parser: Parser
    most: int
    found: list[tuple[FoundFeed, frozenset[str]]] = field(default_factory=list)
    tried: list[Tried] = field(default_factory=list)
    left: int = 0
    _asked: set[str] = field(default_factory=set)
    _homes: set[str] = field(default_factory=set)

    async def run(self) -> None:
        """Ask, from what is sure to what is a guess."""
        if not looks_like_feed(self.url):
            await self._ask(from_site(self.url))
        if self.found:
            return
        (first,) = await self._ask([Candidate(self.url, Why.ITSELF)])
        if self.found or not _goes_on(first):
            return
        answers = await self._ask(first.links()) if first.is_page else ()
        if not self.found:
            pages = [answer for answer in answers if answer.is_page][:_MOST_PAGES]
            await self._ask(c for page in pages for c in page.links())
        home = first.home
        if not self.found:
            await self._ask(from_habit(home))
        await self._ask(await self._sitemaps(home))

    async def _sitemaps(self, home: str) -> tuple[Candidate, ...]:
        at = urljoin(home, "/robots.txt")
        fetched = await self.fetcher.fetch(FetchRequest(at))
        if fetched.outcome is not FetchOutcome.OK:
            return ()
        return from_robots(fetched.body.decode("utf-8", "replace"), fetched.url)

    async def _ask(self, candidates: Iterable[Candidate]) -> tuple[_Answer, ...]:
        """Return the answers of those that were not asked for yet, and note them."""
        new = [c for c in distinct(candidates) if c.url not in self._asked]
        room = max(self.most - len(self._asked), 0)
        self.left += len(new[room:])
        new = new[:room]
        self._asked.update(candidate.url for candidate in new)
        answers = await asyncio.gather(*map(self._answer, new))
        for answer in answers:
            self._note(answer)
        return tuple(answers)

    def _note(self, answer: _Answer) -> None:
        if answer.feed is None:
            at = answer.candidate
            self.tried.append(Tried(at.url, at.why, answer.problem))
        elif answer.fetched.url not in self._homes:
            self._homes.add(answer.fetched.url)
            self.found.append(answer.feed)

    async def _answer(self, candidate: Candidate) -> _Answer:
        fetched = await self.fetcher.fetch(FetchRequest(candidate.url))
        if fetched.outcome is not FetchOutcome.OK:
            return _Answer(candidate, fetched, problem=fetched.detail)
        kind = likely_kind(fetched.body)
        try:
            parsed = await self.parser.parse(
                fetched.body,
                content_type=fetched.content_type,
                url=fetched.url,
                kind=kind,
            )
        except FeedError as error:
            return _Answer(candidate, fetched, problem=str(error))
        if kind is FeedKind.SITEMAP and not parsed.entries:
            return _Answer(candidate, fetched, problem="a sitemap without pages")
        return _Answer(candidate, fetched, _as_feed(candidate, parsed, kind))


def _goes_on(first: _Answer) -> bool:
    """Say whether the host may be asked more: it answers, and not with "later"."""
    status = first.fetched.status
    return status is not None and status not in _LATER


def _as_feed(
    candidate: Candidate, parsed: ParsedFeed, kind: FeedKind
) -> tuple[FoundFeed, frozenset[str]]:
    """Return the feed, and what its entries are known by."""
    dates = [e.published_at or e.updated_at for e in parsed.entries]
    links = (entry.canonical_link for entry in parsed.entries)
    found = FoundFeed(
        url=candidate.url,
        title=parsed.title or candidate.title,
        kind=kind,
        why=candidate.why,
        tier=parsed.tier,
        entries=len(parsed.entries),
        newest_at=max((date for date in dates if date), default=None),
    )
    return found, frozenset(link for link in links if link)


def _with_twins(
    found: Iterable[tuple[FoundFeed, frozenset[str]]],
) -> Iterable[FoundFeed]:
    """Yield the feeds, each with the first one that has the same entries."""
    first: dict[frozenset[str], str] = {}
    for feed, links in found:
        twin = first.setdefault(links, feed.url) if links else feed.url
        yield replace(feed, twin=None if twin == feed.url else twin)
