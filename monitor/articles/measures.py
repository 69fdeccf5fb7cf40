"""How much text the parts of a page hold, and how much of it is links."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from lxml.html import HtmlElement


class Measures:
    """The lengths of the texts in all elements of a page, read once.

    They are in characters, runs of white space counted as they stand. What is taken
    away later still counts in what it stood in.
    """

    def __init__(self, root: HtmlElement) -> None:
        self._all: dict[HtmlElement, int] = defaultdict(int)
        self._linked: dict[HtmlElement, int] = defaultdict(int)
        self._links: dict[HtmlElement, int] = defaultdict(int)
        elements = list(root.iter())
        for element in reversed(elements):
            self._add(element)
        self._before: dict[HtmlElement, int] = {root: 0}
        for element in elements:
            self._place(element)

    def _add(self, element: HtmlElement) -> None:
        size = self._all[element] + _length(element.text)
        self._all[element] = size
        if element.tag == "a":
            self._linked[element], self._links[element] = size, 1
        above = element.getparent()
        if above is not None:
            self._all[above] += size + _length(element.tail)
            self._linked[above] += self._linked[element]
            self._links[above] += self._links[element]

    def _place(self, element: HtmlElement) -> None:
        """Note for the children of an element how much text stands before them."""
        before = self._before[element] + _length(element.text)
        for child in element:
            self._before[child] = before
            before += self.prose(child) + _length(child.tail)

    def before(self, element: HtmlElement) -> int:
        """Return how much text that is no link stands before an element."""
        return self._before[element]

    def size(self, element: HtmlElement) -> int:
        """Return how much text there is in an element."""
        return self._all[element]

    def prose(self, element: HtmlElement) -> int:
        """Return how much of it is no link."""
        return self._all[element] - self._linked[element]

    def links(self, element: HtmlElement) -> int:
        """Return how many links there are in it."""
        return self._links[element]

    def share_of_links(self, element: HtmlElement) -> float:
        """Return how much of its text is links, from 0 to 1."""
        return self._linked[element] / (self._all[element] or 1)


def _length(text: str | None) -> int:
    return len(text.strip()) if text else 0


def text_of(element: HtmlElement) -> str:
    """Return the text of an element on one line."""
    return " ".join(str(element.text_content()).split())


def remove(element: HtmlElement) -> None:
    """Take an element away that is not gone yet; what stands behind it stays."""
    if element.getparent() is not None:
        element.drop_tree()


def upwards(element: HtmlElement) -> Iterator[HtmlElement]:
    """Yield an element and all that it stands in."""
    yield element
    yield from element.iterancestors()
