"""The links of a feed or an entry, from its elements."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from monitor.feeds.elements import Children, Element, attribute, bases_of
from monitor.feeds.links import HTML_TYPES, web_link


@dataclass(frozen=True, slots=True)
class Bases:
    """What relative links in a document are relative to.

    `start` is the address of the document or its home; `are_written` says whether
    any element has an ``xml:base``.
    """

    start: str
    are_written: bool

    def at(self, element: Element) -> str:
        """Return what a link in that element is relative to."""
        base = self.start
        for each in bases_of(element) if self.are_written else ():
            base = web_link(each, base) or base
        return base


def alternate_link(parts: Children, bases: Bases) -> str | None:
    """Return the page that stands for an entry or a feed, the first if several do."""
    return next(hrefs(parts, "alternate", bases), None)


def hrefs(parts: Children, rel: str, bases: Bases) -> Iterator[str]:
    """Yield the usable addresses of the links of that relation, pages first."""
    links = parts.get("link", [])
    if len(links) > 1:
        links = sorted(links, key=_is_no_page)
    for link in links:
        if (attribute(link, "rel").strip().lower() or "alternate") == rel:
            found = web_link(address(link), bases.at(link))
            if found:
                yield found


def address(element: Element) -> str:
    """Return what an element points to, as written: an attribute or its text."""
    for name in ("href", "url", "uri") if element.keys() else ():
        if value := attribute(element, name):
            return value
    return (element.text or "").replace("&amp;", "&")


def _is_no_page(link: Element) -> bool:
    return attribute(link, "type").lower() not in HTML_TYPES
