"""Lists of feeds as OPML, the form in which readers exchange them.

Read by listparser, which forgives much, after the text was found to be whole XML: half
a file must not pass for a list. It is only ever given bytes; a text that is an address
would be fetched. Format: http://opml.org/spec2.opml
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.parsers import expat

import listparser
from lxml import etree

from monitor.errors import FeedError
from monitor.feeds.encoding import decode
from monitor.text import plain_text

_PROLOG = re.compile(r"^\s*(?:<\?xml[^>]*\?>\s*)?")
_AMPERSAND = re.compile(
    r"&(?:(#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{0,31});)?"
)
_OF_XML = frozenset({"amp", "lt", "gt", "quot", "apos"})
_SEPARATED = re.compile(r"[^\w.]+")
_LONGEST = 60
_DEEPEST = 20


@dataclass(frozen=True, slots=True)
class Outline:
    """A feed of a list, as its writer called it; `tags` are its folders, as slugs."""

    url: str
    title: str = ""
    tags: tuple[str, ...] = ()


def read_opml(body: bytes) -> tuple[Outline, ...]:
    """Return the feeds of a list, each address once, in its order.

    Raises:
        FeedError: it is no OPML, or broken; the text says where.
    """
    text = _AMPERSAND.sub(_mended, _PROLOG.sub("", decode(body), count=1))
    _require_whole(text)
    # ASCII, for listparser's HTML parser has its own idea of an encoding.
    found = listparser.parse(text.encode("ascii", "xmlcharrefreplace"))
    if not str(found.version).startswith("opml"):
        raise FeedError("this is no OPML: its root is not <opml>")
    return tuple(
        Outline(str(feed.url), plain_text(str(feed.title)), _tags(feed.categories))
        for feed in found.feeds
    )


def _mended(found: re.Match[str]) -> str:
    """Return a reference as XML knows it; a bare ampersand stands for itself."""
    return found[0] if found[1] in _OF_XML else html.escape(html.unescape(found[0]))


def _require_whole(text: str) -> None:
    """Let text pass that is well-formed, without a DTD and not too deep.

    Raises:
        FeedError: it is something else.
    """
    depth = 0

    def begin(_name: str, _attributes: object) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise FeedError("folders inside each other, too many levels")

    def end(_name: str) -> None:
        nonlocal depth
        depth -= 1

    def refuse(*_: object) -> None:
        raise FeedError("it declares entities of its own (a DTD), which is not read")

    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)  # noqa: FBT003
    except expat.ExpatError as error:
        what = expat.ErrorString(error.code)
        raise FeedError(f"line {error.lineno}: broken XML: {what}") from error


def _tags(categories: Iterable[Sequence[str]]) -> tuple[str, ...]:
    slugs = (slug(folder) for path in categories for folder in path)
    return tuple(dict.fromkeys(tag for tag in slugs if tag))


def slug(text: str) -> str:
    """Return a name that can be typed: lower case, hyphens between words."""
    return _SEPARATED.sub("-", text.lower())[:_LONGEST].strip("-._")


def write_opml(feeds: Iterable[Outline], *, title: str) -> str:
    """Return a list as OPML 2.0: a folder for each first tag, all tags as categories.

    `Outline.title` is written as ``text``; what XML cannot hold becomes ``?``.
    """
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = title
    body = etree.SubElement(root, "body")
    folders: dict[str, etree._Element] = {}
    for feed in feeds:
        parent = body
        if feed.tags:
            first = feed.tags[0]
            if first not in folders:
                folders[first] = etree.SubElement(body, "outline", text=_sound(first))
            parent = folders[first]
        said = {"type": "rss", "text": feed.title, "title": feed.title}
        said |= {"xmlUrl": feed.url}
        said |= {"category": ",".join(f"/{t}" for t in feed.tags)} if feed.tags else {}
        etree.SubElement(
            parent, "outline", {name: _sound(value) for name, value in said.items()}
        )
    etree.indent(root)
    return str(etree.tostring(root, encoding="unicode"))


def _sound(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text)
