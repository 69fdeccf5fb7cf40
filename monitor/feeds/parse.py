"""Bytes to entries: the one way in.

::

    decode        our own: a mark, UTF-8, what is declared, windows-1252
    sniff         JSON, XML with the root of a feed, or something else (an error)
    read          by the first tier that loses no entry, else by the best
    identify      each entry gets its key and canonical link

The witness of every tier is the number of entry tags in the text. A strict tier
would be the first of `_tiers`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from monitor.errors import FeedError
from monitor.feeds.document import read_document
from monitor.feeds.encoding import decode
from monitor.feeds.identity import identify
from monitor.feeds.json_feed import read_json_feed
from monitor.feeds.not_a_feed import is_html, served_instead
from monitor.feeds.repair import complete_entries, repaired
from monitor.feeds.xml_text import FeedText, feed_text, is_well_formed
from monitor.model import ParsedFeed, Tier


def parse_feed(body: bytes, *, content_type: str = "", url: str = "") -> ParsedFeed:
    """Return the feed and its entries, with keys, in the order of the document.

    `content_type` is the HTTP header; `url`, where the body came from, resolves
    relative links. Nothing but the body is read.

    Raises:
        FeedError: the body is not a feed; the text says what it is instead.
    """
    text = decode(body, content_type)
    if not text.strip("\0 \t\r\n"):
        raise FeedError("the answer is empty")
    parsed = _read(body, text, url)
    return replace(parsed, entries=identify(parsed.entries, home=parsed.link))


def _read(body: bytes, text: str, url: str) -> ParsedFeed:
    if text.lstrip().startswith(("{", "[")):
        return read_json_feed(text, url=url)
    document = None if is_html(text) else feed_text(text)
    if document is None:
        raise FeedError(served_instead(body, text, url=url))
    return _read_best(document, url)


def _read_best(document: FeedText, url: str) -> ParsedFeed:
    """Return the first reading that is complete, else the one with most entries."""
    expected = complete_entries(document)
    best: ParsedFeed | None = None
    problem = FeedError("the feed cannot be read")
    for tier, text in _tiers(document):
        try:
            parsed = read_document(text, tier, url=url)
        except FeedError as error:
            problem = error
            continue
        if len(parsed.entries) >= expected:
            return parsed
        if best is None or len(parsed.entries) > len(best.entries):
            best = parsed
    if best is None:
        raise problem
    return replace(best, missing=expected - len(best.entries))


def _tiers(document: FeedText) -> Iterator[tuple[Tier, str]]:
    """Yield what to read: the text as served if it is sound, repaired, as served."""
    sound = document.clean and is_well_formed(document.text)
    if sound:
        yield Tier.FEEDPARSER, document.text
    yield Tier.REPAIRED, repaired(document)
    if not sound:
        yield Tier.FEEDPARSER, document.text
