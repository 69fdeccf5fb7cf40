"""What a web page links to, as far as it could be a feed.

The page is read by lxml's HTML parser, which forgives what browsers forgive; nothing
but the tags is looked at, and nothing is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from monitor.feeds.encoding import decode_page
from monitor.feeds.links import web_link
from monitor.text import plain_text

_LARGEST = 5_000_000
"""Bytes of a page that are looked at."""
_MOST = 20_000
"""Links that are kept of one page."""
_LONGEST_TITLE = 200
_FEED_SCHEME = re.compile(r"^feed:(?://)?(?=https?:)|^feed:(?=//)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Link:
    """An address that a page names: absolute, without its fragment.

    `relation` and `kind` are ``rel`` and ``type`` of a ``<link>`` in lower case, both
    empty for an ``<a>``. `title` is its title, or the words that are clicked.
    """

    url: str
    title: str = ""
    relation: frozenset[str] = frozenset()
    kind: str = ""


@dataclass(frozen=True, slots=True)
class PageLinks:
    """The links of a page in its order; `heads` are ``<link>``, `anchors` ``<a>``."""

    heads: tuple[Link, ...] = ()
    anchors: tuple[Link, ...] = ()


def page_links(body: bytes, *, content_type: str, url: str) -> PageLinks:
    """Return what the page at `url` links to; of any bytes, without failing."""
    body = body[:_LARGEST]
    reader = _Reader()
    target: Any = reader  # lxml calls what is there; its types ask for every method
    parser = etree.HTMLParser(
        target=target, encoding="utf-8", recover=True, no_network=True
    )
    parser.feed(decode_page(body, content_type).encode("utf-8", "replace"))
    parser.close()
    return reader.links(url)


@dataclass
class _Reader:
    """Takes the parser's events; the base may stand behind what it applies to."""

    base: str | None = None
    found: list[tuple[str, Mapping[str, str], list[str]]] = field(default_factory=list)
    words: list[str] | None = None

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Take a start tag."""
        if "href" not in attributes or len(self.found) >= _MOST:
            return
        if tag == "base" and self.base is None:
            self.base = attributes["href"]
        elif tag in ("link", "a", "area"):
            words = list[str]()
            self.found.append((tag, dict(attributes), words))
            self.words = words if tag == "a" else self.words

    def end(self, tag: str) -> None:
        """Take an end tag."""
        if tag == "a":
            self.words = None

    def data(self, text: str) -> None:
        """Take a text."""
        if self.words is not None:
            self.words.append(text)

    def close(self) -> None:
        """Take the end."""

    def links(self, url: str) -> PageLinks:
        """Return the links of the page, which stands at `url`."""
        base = web_link(literal(self.base or ""), url) or url
        heads, anchors = list[Link](), list[Link]()
        for tag, attributes, words in self.found:
            href = _FEED_SCHEME.sub(_unwrapped, attributes["href"].strip())
            address = web_link(literal(href), base)
            if address is None:
                continue
            title = attributes.get("title", "") or "".join(words)
            link = Link(
                address.partition("#")[0],
                plain_text(title)[:_LONGEST_TITLE],
                frozenset(attributes.get("rel", "").lower().split()),
                attributes.get("type", "").partition(";")[0].strip().lower(),
            )
            (heads if tag == "link" else anchors).append(link)
        return PageLinks(tuple(heads), tuple(anchors))


def literal(address: str) -> str:
    """Return an address in which nothing is a reference to a secret of ours."""
    return address.replace("{", "%7B").replace("}", "%7D")


def _unwrapped(found: re.Match[str]) -> str:
    """Return what ``feed:`` stands for: nothing before an address, else http."""
    return "http:" if found.string.startswith("//", found.end()) else ""
