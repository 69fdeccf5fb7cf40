"""Bytes to entries: the one way in.

::

    decode        our own: a mark, UTF-8, what is declared, windows-1252
    sniff         JSON, XML with the root of a feed, or something else (an error)
    read          strictly, repaired and strictly, or by feedparser: by the first that
                  loses no entry, else by the best
    identify      each entry gets its key and canonical link

The witness of every tier is the number of entry tags in the text. What a strict
reader accepts it reads whole, so no character is lost without an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial

from monitor.errors import FeedError
from monitor.feeds.document import read_document
from monitor.feeds.encoding import decode
from monitor.feeds.identity import identify
from monitor.feeds.json_feed import read_json_feed
from monitor.feeds.not_a_feed import is_html, served_instead
from monitor.feeds.repair import complete_entries, repaired
from monitor.feeds.sitemap import read_sitemap
from monitor.feeds.strict import read_strict
from monitor.feeds.websub import document_links
from monitor.feeds.xml_text import FeedText, feed_text, most_entries, sitemap_text
from monitor.model import FeedKind, ParsedFeed, Tier

_HEAD = 10_000
Reading = Callable[[], ParsedFeed]


def parse_feed(
    body: bytes,
    *,
    content_type: str = "",
    url: str = "",
    encoding: str = "",
    kind: FeedKind = FeedKind.FEED,
) -> ParsedFeed:
    """Return the feed and its entries, with keys, in the order of the document.

    `content_type` is the HTTP header; `url`, where the body came from, resolves
    relative links. `encoding` and `kind` are what the user says of the feed.
    Nothing but the body is read.

    Raises:
        FeedError: the body is not a feed of that kind; the text says what it is
            instead.
    """
    text = decode(body, content_type, encoding)
    if not text.strip("\0 \t\r\n"):
        raise FeedError("the answer is empty")
    read = _read_sitemap if kind is FeedKind.SITEMAP else _read
    return _identified(read(body, text, url), text, url)


def parse_sound(
    body: bytes,
    *,
    content_type: str = "",
    url: str = "",
    encoding: str = "",
    kind: FeedKind = FeedKind.FEED,
) -> ParsedFeed | None:
    """Return the same as `parse_feed` if the strict tier reads the body whole.

    Else None: it is broken, or no feed of that kind, and `parse_feed` says what.
    """
    text = decode(body, content_type, encoding)
    is_sitemap = kind is FeedKind.SITEMAP
    document = _document(text, sitemap_text if is_sitemap else feed_text)
    if document is None or not document.clean:
        return None
    read = read_sitemap if is_sitemap else read_strict
    try:
        parsed = read(document.text, Tier.STRICT, url=url)
    except FeedError:
        return None
    if not _is_complete(parsed, document):
        return None
    return _identified(parsed, text, url)


def _identified(parsed: ParsedFeed, text: str, url: str) -> ParsedFeed:
    hub, self_link = document_links(text, url=url)
    return replace(
        parsed,
        entries=identify(parsed.entries, home=parsed.link),
        hub=hub,
        self_link=self_link,
    )


def likely_kind(body: bytes) -> FeedKind:
    """Return what a body is by its beginning: a sitemap, or anything else, a feed."""
    text = decode(body[:_HEAD])
    is_sitemap = _document(text, sitemap_text) and not feed_text(text)
    return FeedKind.SITEMAP if is_sitemap else FeedKind.FEED


def _document(text: str, rooted: Callable[[str], FeedText | None]) -> FeedText | None:
    """Return the document that `rooted` finds in a text, None if that is a page."""
    return None if is_html(text) else rooted(text)


def _read(body: bytes, text: str, url: str) -> ParsedFeed:
    if text.lstrip().startswith(("{", "[")):
        return read_json_feed(text, url=url)
    document = _document(text, feed_text)
    if document is None:
        raise FeedError(served_instead(body, text, url=url))
    return _read_best(document, _tiers(document, url))


def _read_sitemap(body: bytes, text: str, url: str) -> ParsedFeed:
    document = _document(text, sitemap_text)
    if document is None:
        if _document(text, feed_text):
            raise FeedError("a feed, not a sitemap: leave out `kind: sitemap`")
        raise FeedError(served_instead(body, text, url=url))
    return _read_best(document, _sitemap_tiers(document, url))


def _read_best(document: FeedText, readings: Iterable[Reading]) -> ParsedFeed:
    """Return the first reading that is complete, else the one with most entries."""
    best: ParsedFeed | None = None
    problem = FeedError("the feed cannot be read")
    for read in readings:
        try:
            parsed = read()
        except FeedError as error:
            problem = error
            continue
        if _is_complete(parsed, document):
            return parsed
        if best is None or len(parsed.entries) > len(best.entries):
            best = parsed
    if best is None:
        raise problem
    return replace(best, missing=complete_entries(document) - len(best.entries))


def _is_complete(parsed: ParsedFeed, document: FeedText) -> bool:
    found = len(parsed.entries)
    return found >= most_entries(document) or found >= complete_entries(document)


def _tiers(document: FeedText, url: str) -> Iterator[Reading]:
    """Yield the ways to read a feed, each dearer or looser than the one before."""
    if document.clean:
        yield partial(read_strict, document.text, Tier.STRICT, url=url)
    mended = repaired(document)
    yield partial(read_strict, mended, Tier.REPAIRED, url=url)
    yield partial(read_document, mended, Tier.FEEDPARSER, url=url)
    yield partial(read_document, document.text, Tier.FEEDPARSER, url=url)


def _sitemap_tiers(document: FeedText, url: str) -> Iterator[Reading]:
    if document.clean:
        yield partial(read_sitemap, document.text, Tier.STRICT, url=url)
    yield partial(read_sitemap, repaired(document), Tier.REPAIRED, url=url)
