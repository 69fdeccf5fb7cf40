"""What can be said of an XML text without a parser: its root, its entries, its parts.

All of it is linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_HIDDEN = re.compile(r"<!--|<!\[CDATA\[")
_ROOT = re.compile(
    r"<((?:[a-z_][\w.-]*:)?(?:rss|feed|rdf|channel))(?=[\s/>])", re.IGNORECASE
)
_SITEMAP_ROOT = re.compile(
    r"<((?:[a-z_][\w.-]*:)?(?:urlset|sitemapindex))(?=[\s/>])", re.IGNORECASE
)
_ENTRY_NAMES = {"urlset": "url", "sitemapindex": "sitemap"}
_PROLOG = re.compile(r"<[!?][^<>]*>?|[\s\[\]>]+")
_ENTITY = re.compile(
    r"<!ENTITY\s+([\w.-]{1,40})\s+(?:\"((?:[^\"&<%]|&#\w{1,8};){0,40})\""
    r"|'((?:[^'&<%]|&#\w{1,8};){0,40})')\s*>"
)


@dataclass(frozen=True, slots=True)
class FeedText:
    """A document from its root on.

    `root` is the name of the first element as written. `entities` are those that
    the document declares and that stand for a short text. `clean` says that nothing
    stood before the root but what XML allows there.
    """

    text: str
    root: str
    entities: dict[str, str]
    clean: bool


def feed_text(text: str) -> FeedText | None:
    """Return the document from its root on, None if it has no root of a feed."""
    return _from_root(text, _ROOT)


def sitemap_text(text: str) -> FeedText | None:
    """Return the document from its root on, None if it has no root of a sitemap."""
    return _from_root(text, _SITEMAP_ROOT)


def _from_root(text: str, roots: re.Pattern[str]) -> FeedText | None:
    offset = 0
    prolog = ""
    for part, hidden in parts(text):
        root = None if hidden else roots.search(part)
        if root:
            start = offset + root.start()
            prolog += part[: root.start()]
            clean = _is_clean(text[:start], prolog)
            return FeedText(text[start:], root[1], _entities(prolog), clean)
        prolog += "" if hidden else part
        offset += len(part)
    return None


def parts(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the text in pieces, each with whether it is a comment or CDATA section.

    One that has no end hides the rest.
    """
    position = 0
    while start := _HIDDEN.search(text, position):
        closer = "-->" if start[0] == "<!--" else "]]>"
        found = text.find(closer, start.end())
        end = len(text) if found < 0 else found + len(closer)
        yield text[position : start.start()], False
        yield text[start.start() : end], True
        position = end
    yield text[position:], False


def visible(text: str) -> str:
    """Return the text without comments and CDATA sections."""
    return "".join(part for part, hidden in parts(text) if not hidden)


def entry_tags(root: str) -> re.Pattern[str]:
    """Return a pattern of the start and end tags of entries; group 1 is ``/``."""
    prefix, colon, local = root.rpartition(":")
    names = _ENTRY_NAMES.get(local.lower(), "item|entry")
    # Spelled out, for a pattern that ignores case looks at each character.
    before = f"(?:{_any_case(re.escape(prefix + colon))})?" if prefix else ""
    return re.compile(rf"<(/?){before}(?:{_any_case(names)})(?=[\s/>])")


def _any_case(text: str) -> str:
    return re.sub(
        "[a-zA-Z]", lambda found: f"[{found[0].lower()}{found[0].upper()}]", text
    )


def most_entries(document: FeedText) -> int:
    """Return how many entries the document holds at most, hidden tags among them."""
    return entry_tags(document.root).findall(document.text).count("")


def _is_clean(before: str, prolog: str) -> bool:
    declared_late = "<?xml " in before and not before.startswith("<?xml ")
    return not declared_late and not _PROLOG.sub("", prolog)


def _entities(prolog: str) -> dict[str, str]:
    return {name: double or single for name, double, single in _ENTITY.findall(prolog)}
