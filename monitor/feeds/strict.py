"""A sound XML text to a feed: what the best feeds need, and the fastest way."""

from __future__ import annotations

from datetime import timedelta

from monitor.feeds.elements import (
    Children,
    Element,
    Names,
    attribute,
    lang_of,
    markup,
    xml_root,
)
from monitor.feeds.links import web_link
from monitor.feeds.schedule import days_in, hours_in, min_interval
from monitor.feeds.strict_entry import (
    Surroundings,
    authors,
    entry_of,
    first_text,
)
from monitor.feeds.strict_links import Bases, alternate_link
from monitor.model import Entry, ParsedFeed, Tier
from monitor.text import plain_text

_ENTRIES = frozenset({"item", "entry"})
_SPELLINGS = [f"{{*}}{name}" for name in ("item", "entry", "Item", "ITEM", "ENTRY")]
_HEADS = frozenset({"channel", "feed"})


def read_strict(text: str, tier: Tier, *, url: str) -> ParsedFeed:
    """Return the feed in an XML text that begins with its root; no entry has a key.

    `url` is where the document came from.

    Raises:
        FeedError: the text is not well-formed.
    """
    root = xml_root(text)
    names = Names()
    head = _head(root, names)
    parts = names.children(head)
    bases = Bases(url, "xml:base" in text)
    home = alternate_link(parts, bases) or web_link(attribute(head, "href"), url)
    is_atom = names.of(head) == "feed"
    around = Surroundings(
        names=names,
        bases=Bases(home or url, bases.are_written),
        language=_language(parts, head, root),
        author=authors(parts, names) if is_atom else "",
        is_atom=is_atom,
        has_languages="xml:lang" in text,
    )
    return ParsedFeed(
        tier=tier,
        title=plain_text(first_text(parts, "title", "dc:title")),
        link=home,
        language=around.language,
        entries=_entries(root, around),
        min_interval=_min_interval(parts),
        skip_hours=hours_in(_listed(parts, "skiphours", "hour", names)),
        skip_days=days_in(_listed(parts, "skipdays", "day", names)),
    )


def _head(root: Element, names: Names) -> Element:
    """Return the element that speaks of the feed itself."""
    inside = (each for each in root if names.of(each) in _HEADS)
    return root if names.of(root) in _HEADS else next(inside, root)


def _language(parts: Children, head: Element, root: Element) -> str:
    own = first_text(parts, "language", "dc:language").strip()
    return own or lang_of(head) or lang_of(root)


def _entries(root: Element, around: Surroundings) -> tuple[Entry, ...]:
    found = root.iter(*_SPELLINGS)
    return tuple(entry_of(e, around) for e in found if around.names.of(e) in _ENTRIES)


def _min_interval(parts: Children) -> timedelta | None:
    return min_interval(
        first_text(parts, "ttl"),
        first_text(parts, "sy:updateperiod"),
        first_text(parts, "sy:updatefrequency"),
    )


def _listed(parts: Children, name: str, each: str, names: Names) -> list[str]:
    lists = parts.get(name, [])[:1]
    return [
        markup(one) for found in lists for one in names.children(found).get(each, [])
    ]
