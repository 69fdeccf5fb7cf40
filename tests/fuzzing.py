"""Feeds made to break the parser, and what must hold of whatever it makes of them.

Used by a short test and by the longer runs in ``fuzz/``.
"""

from __future__ import annotations

import re
import time
from functools import cache
from pathlib import Path

from hypothesis import strategies as st

from monitor.errors import FeedError
from monitor.feeds import parse_feed
from monitor.feeds.encoding import decode
from monitor.feeds.repair import complete_entries, repaired
from monitor.feeds.strict import read_strict
from monitor.feeds.xml_text import feed_text, sitemap_text
from monitor.model import FeedKind, ParsedFeed, Tier

GOLDEN = Path(__file__).parent / "golden"
_SUFFIXES = {".xml", ".jsonfeed", ".sitemap"}
_MOST_SECONDS = 2.0
_SECONDS_PER_BYTE = 50e-6
"""Of the processor: far more than is needed, far less than what is not linear takes."""


@cache
def seeds() -> tuple[bytes, ...]:
    """Return our own feeds, sound and broken ones."""
    paths = sorted(path for path in GOLDEN.iterdir() if path.suffix in _SUFFIXES)
    return tuple(path.read_bytes() for path in paths)


def check(body: bytes, kind: FeedKind = FeedKind.FEED) -> None:
    """Check one body.

    Raises:
        AssertionError: an entry was lost unnoticed, two entries have one key, sound
            and mended texts are read differently, or it took too long.
    """
    started = time.process_time()
    try:
        parsed = parse_feed(body, url="https://o.example/feed", kind=kind)
    except FeedError:
        parsed = None
    if parsed is not None:
        _check_parsed(parsed, body, kind)
    seconds = time.process_time() - started
    assert seconds < _MOST_SECONDS + _SECONDS_PER_BYTE * len(body), seconds


def _check_parsed(parsed: ParsedFeed, body: bytes, kind: FeedKind) -> None:
    keys = [entry.key for entry in parsed.entries]
    assert all(keys)
    assert len(set(keys)) == len(keys)
    if parsed.tier is Tier.JSON:
        return
    find = sitemap_text if kind is FeedKind.SITEMAP else feed_text
    document = find(decode(body))
    assert document is not None
    assert len(keys) + parsed.missing >= complete_entries(document)
    if parsed.tier is Tier.STRICT and kind is FeedKind.FEED:
        sound = read_strict(document.text, Tier.STRICT, url="https://o.example/")
        mended = read_strict(repaired(document), Tier.STRICT, url="https://o.example/")
        assert mended == sound


# --- bodies ---------------------------------------------------------------------

_TOKENS = re.compile(rb"<[^<>]{0,200}>|&[^;&<>]{0,20};|[^<&]{1,40}|[<&]")
_SCRAPS = (
    b"<item>", b"</item>", b"<entry>", b"</entry>", b"<title>", b"</title>", b"</rss>",
    b"<![CDATA[", b"]]>", b"<!--", b"-->", b"&", b"<", b">", b"&nbsp;", b"&#0;", b"]]",
    b"&#x1F;", b"&#146;", b"&a;", b"\0", b"\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80",
    b"<?xml version='1.0'?>", b'<!DOCTYPE a [<!ENTITY a "b&a;">]>', b"<item/>",
    b"</channel>", b"<rss>", b"<dc:date>", b"<x:y z:w='1'>", b"<content type='xhtml'>",
    b"<media:title>", b"<?x <item> ?>", b"<svg><title>", b"<link href='", b"\x1b$B",
    b"xml:base='mailto:x'", b"<a b='1' b='2'>", b"<guid isPermaLink='false'>", b"\x0c",
    b"<skipHours><hour>", b"<description><item>", b"+ADw-", b"\xe2\x80\xae",
    b"<urlset>", b"<url>",
)  # fmt: skip

_POSITION = st.integers(min_value=0, max_value=1_000_000)
_CHANGE = st.tuples(
    st.sampled_from(["drop", "double", "swap", "insert", "cut", "flip"]),
    _POSITION,
    _POSITION,
    st.sampled_from(_SCRAPS) | st.binary(max_size=4),
)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """Draw one of our own feeds with some of its tags and texts changed."""
    tokens = _TOKENS.findall(draw(st.sampled_from(seeds())))
    for how, at, to, scrap in draw(st.lists(_CHANGE, min_size=1, max_size=12)):
        _change(tokens, how, at % (len(tokens) or 1), to % (len(tokens) or 1), scrap)
    return b"".join(tokens)


def _change(tokens: list[bytes], how: str, at: int, to: int, scrap: bytes) -> None:
    if how == "drop":
        del tokens[at : at + 1]
    elif how == "double":
        tokens[at:at] = tokens[to : to + 5]
    elif how == "swap" and tokens:
        tokens[at], tokens[to] = tokens[to], tokens[at]
    elif how == "insert":
        tokens.insert(at, scrap)
    elif how == "cut":
        del tokens[max(at, 1) :]
    elif tokens:
        tokens[at] = tokens[at][: to % 5] + scrap + tokens[at][to % 5 :]


_NAMES = st.sampled_from(
    ["title", "link", "guid", "description", "pubDate", "content:encoded", "dc:creator",
     "dc:date", "category", "author", "enclosure", "media:content", "media:title",
     "itunes:summary", "summary", "content", "id", "updated", "published", "source",
     "image", "textInput", "item", "entry", "b", "svg"]
)  # fmt: skip
_ATTRIBUTES = st.sampled_from(
    ["", ' type="html"', ' type="xhtml"', ' href="/x"', ' isPermaLink="false"',
     " broken", ' xml:base="y/"', ' xml:lang="de"', ' mode="base64"', ' rel="self"',
     " a='<'"]
)  # fmt: skip
_TEXTS = st.text(max_size=20) | st.sampled_from(
    ["a &amp; b", "a & b", "&lt;b&gt;x&lt;/b&gt;", "<![CDATA[<p>x</p>]]>", "&uuml;",
     "Mo, 23 Nov 2026 10:00:00 MEZ", "https://x.example/1", "<!-- <item> -->", "VGFn"]
)  # fmt: skip
_ELEMENTS = st.recursive(
    _TEXTS,
    lambda inside: st.builds(
        "<{0}{1}>{2}</{0}>".format,
        _NAMES,
        _ATTRIBUTES,
        st.lists(inside, max_size=4).map("".join),
    ),
    max_leaves=15,
)
_FRAMES = st.sampled_from(
    ["<rss><channel>{}</channel></rss>", "<rss>{}</rss>", "<channel>{}</channel>",
     '<feed xmlns="http://www.w3.org/2005/Atom">{}</feed>', "<rdf:RDF>{}</rdf:RDF>",
     '<rss xmlns="http://backend.userland.com/rss2"><channel>{}</channel>']
)  # fmt: skip
_NAMESPACES = (
    '<rss xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"'
    ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    ' xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
)


@st.composite
def generated(draw: st.DrawFn) -> bytes:
    """Draw a feed of elements in any order and depth, mostly well-formed."""
    items = draw(st.lists(st.lists(_ELEMENTS, max_size=5).map("".join), max_size=4))
    name = draw(st.sampled_from(["item", "entry"]))
    inside = "".join(f"<{name}>{one}</{name}>" for one in items)
    text = draw(_FRAMES).replace("{}", inside)
    if draw(st.booleans()):
        text = text.replace("<rss", _NAMESPACES, 1)
    encoding = draw(st.sampled_from(["utf-8", "utf-8", "utf-16", "cp1252"]))
    return text.encode(encoding, "replace")
