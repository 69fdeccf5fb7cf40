"""Where a site's feeds may be: candidates in the order in which they are worth asking.

::

    by site       known patterns of the address itself (`sites`)
    by page       <link rel=alternate>, then <a> that look like feeds
    by habit      well-known paths, when nothing else is found
    by robots     the news sitemaps that robots.txt names
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urljoin, urlsplit

from monitor.feeds.links import web_link
from monitor.feeds.page_links import Link, PageLinks, literal
from monitor.feeds.sites import site_feeds
from monitor.model import FeedKind


class Why(StrEnum):
    """Why an address is thought to be a feed."""

    ITSELF = "itself"  # the address that was given
    SITE = "site"  # this is where such a site keeps it
    LINK = "link"  # the page declares it
    ANCHOR = "anchor"  # the page links to it, and it looks like one
    WELL_KNOWN = "well_known"  # many sites keep it there
    ROBOTS = "robots"  # robots.txt names it


@dataclass(frozen=True, slots=True)
class Candidate:
    """An address that may be a feed; `title` is what the page or pattern calls it."""

    url: str
    why: Why
    title: str = ""
    kind: FeedKind = FeedKind.FEED


_FEED_TYPES = frozenset(
    f"application/{name}"
    for name in ("rss+xml", "atom+xml", "rdf+xml", "feed+json", "x.atom+xml",
                 "x-atom+xml", "x-rss+xml", "rss", "atom")
)  # fmt: skip
_LOOSE_TYPES = frozenset({"application/json", "application/xml", "text/xml"})
"""Types that feeds have, and other things too."""
_NAMED = re.compile(
    r"(?:^|[/._?&=-])(?:rss2?|atom|rdf|feeds?|syndication|newsfeed)(?:[/._?&=-]|$)"
    r"|(?:rss|atom|rdf|feed)\.(?:xml|php|aspx?|json|cfm|jsp)|~rss",
    re.IGNORECASE,
)
_HOST = re.compile(r"(?:rss|feeds?|newsfeeds?)\.", re.IGNORECASE)
_WORDS = re.compile(
    r"\b(?:rss|atom|xml|web)[ -]?(?:feeds?)?\b|\bfeeds?\b", re.IGNORECASE
)
_NO_FEED = re.compile(
    r"\.(?:png|jpe?g|gif|svg|webp|ico|css|js|pdf|zip|mp[34]|woff2?)$", re.IGNORECASE
)
_ELSEWHERE = re.compile(
    r"(?:^|\.)(?:feedly\.com|inoreader\.com|newsblur\.com|netvibes\.com|bloglovin\.com"
    r"|my\.yahoo\.com|add\.my\.yahoo\.com|theoldreader\.com|feedspot\.com"
    r"|facebook\.com|twitter\.com|x\.com|linkedin\.com|wikipedia\.org)$",
    re.IGNORECASE,
)
"""Hosts of buttons: readers, and places where a link is shared or explained."""

_PATHS = (
    "feed", "rss", "rss.xml", "atom.xml", "feed.xml", "index.xml", "feed.json",
    "index.rdf", "feeds/posts/default",
)  # fmt: skip
_DEEP_PATHS = ("feed", "rss", "rss.xml", "feed.xml", "atom.xml", "index.xml")
_SITEMAP_LINE = re.compile(
    r"^[ \t]*sitemap[ \t]*:[ \t]*(\S+)", re.IGNORECASE | re.MULTILINE
)
_NEWS = re.compile(
    r"news|nachricht|noticia|notizi|actu|artic|recent|latest|aktuell|48h", re.IGNORECASE
)
_COMMENTS = re.compile(r"(?:^|\W)(?:comments|kommentare|commentaires)\b", re.IGNORECASE)
_MOST_SITEMAPS = 4


def from_site(url: str) -> tuple[Candidate, ...]:
    """Return what the address alone tells, by the patterns of known sites."""
    return tuple(Candidate(u, Why.SITE, title) for title, u in site_feeds(url))


def from_page(links: PageLinks, url: str) -> tuple[Candidate, ...]:
    """Return what the page at `url` offers: declared feeds first, then likely links."""
    host = urlsplit(url).hostname or ""
    found = [
        *(Candidate(k.url, Why.LINK, k.title) for k in _declared(links.heads)),
        *(Candidate(k.url, Why.ANCHOR, k.title) for k in _likely(links.anchors, host)),
    ]
    return distinct(c for c in found if c.url != url)


def _declared(heads: Iterable[Link]) -> Iterator[Link]:
    """Yield the declared feeds, those of a certain type first."""
    offered = [k for k in heads if k.relation & {"alternate", "feed"}]
    loose = [k for k in offered if k.kind not in _FEED_TYPES]
    yield from (k for k in offered if k.kind in _FEED_TYPES)
    yield from (k for k in loose if k.kind in _LOOSE_TYPES or "feed" in k.relation)
    yield from (k for k in loose if not k.kind and _is_named(k.url))


def _likely(anchors: Iterable[Link], host: str) -> Iterator[Link]:
    """Yield the links that look like feeds; those that only say so last."""
    possible = [k for k in anchors if _may_be_feed(k.url)]
    named = [k for k in possible if k.kind in _FEED_TYPES or _is_named(k.url)]
    yield from (k for k in named if _is_near(k.url, host))
    yield from (k for k in named if not _is_near(k.url, host))
    yield from (k for k in possible if _WORDS.search(k.title) and len(k.title) <= 40)  # noqa: PLR2004 - a label, no headline


def _may_be_feed(url: str) -> bool:
    parts = urlsplit(url)
    return not _NO_FEED.search(parts.path) and not _ELSEWHERE.search(
        parts.hostname or ""
    )


def _is_named(url: str) -> bool:
    parts = urlsplit(url)
    return bool(
        _NAMED.search(f"{parts.path}?{parts.query}") or _HOST.match(parts.netloc)
    )


def _is_near(url: str, host: str) -> bool:
    """Say whether an address is of the same site as `host`, by its last two labels."""
    other = (urlsplit(url).hostname or "").split(".")
    return other[-2:] == host.split(".")[-2:]


def from_habit(url: str) -> tuple[Candidate, ...]:
    """Return the well-known places: below the page's own path, then at the top."""
    folder = urlsplit(url).path.rstrip("/")
    deep = [] if not folder else [f"{folder}/{name}" for name in _DEEP_PATHS]
    paths = [*deep, *(f"/{name}" for name in _PATHS)]
    return distinct(Candidate(urljoin(url, path), Why.WELL_KNOWN) for path in paths)


def from_robots(text: str, url: str) -> tuple[Candidate, ...]:
    """Return the news sitemaps that the text of a robots.txt at `url` names."""
    named = (web_link(literal(line[1]), url) for line in _SITEMAP_LINE.finditer(text))
    found = (
        Candidate(address, Why.ROBOTS, kind=FeedKind.SITEMAP)
        for address in named
        if address and _NEWS.search(urlsplit(address).path)
    )
    return distinct(found)[:_MOST_SITEMAPS]


def looks_like_feed(url: str) -> bool:
    """Say whether the address itself names a feed, as ``/rss.xml`` does."""
    return _is_named(url)


def is_of_comments(url: str, title: str) -> bool:
    """Say whether a feed holds what readers write, as WordPress has one."""
    return bool(_COMMENTS.search(urlsplit(url).path) or _COMMENTS.match(title))


def distinct(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """Return the candidates with each address once, where it stands first."""
    first: dict[str, Candidate] = {}
    for candidate in candidates:
        first.setdefault(candidate.url, candidate)
    return tuple(first.values())
