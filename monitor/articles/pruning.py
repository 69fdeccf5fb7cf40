"""Taking away what is on the page of an article and is not the article.

Nothing is taken that holds the article itself, or the most of it: names mislead, and
a page whose body is called ``with-sidebar`` must not end up empty.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice, takewhile
from typing import Final

from lxml.html import HtmlElement

from monitor.articles.core import core_of, home_of
from monitor.articles.measures import Measures, remove, text_of, upwards
from monitor.articles.wording import (
    BOX,
    CARD,
    COMMENTS_HEADING,
    LABEL_EDGES,
    PAYWALL,
    RELATED_HEADING,
    marks_of,
    offers_the_rest,
)

_NEVER: Final = frozenset({"html", "body", "head", "main"})
_UNSEEN: Final = (
    *("script", "style", "noscript", "template", "iframe", "object", "embed", "svg"),
    *("button", "select", "input", "textarea", "canvas", "video", "audio", "map"),
    *("amp-sidebar", "amp-consent", "amp-ad", "amp-embed", "amp-user-notification"),
)
_APART: Final = frozenset({"nav", "footer", "aside", "dialog", "menu", "form"})
_ROLE_NAMES: Final = (
    "navigation complementary contentinfo dialog alertdialog search menu menubar"
    " banner toolbar form"
)
_ROLES: Final = frozenset(_ROLE_NAMES.split())
_HIDDEN: Final = re.compile(r"display\s*:\s*none")
"""``visibility: hidden`` is what fades in as one scrolls."""

_NAMES: Final = (
    *("class", "id", "aria-label", "data-component", "data-testid", "data-module"),
    *("data-area", "data-link-name", "data-type", "itemtype"),
)
_COMMENT_TYPE: Final = re.compile(r"schema\.org/(?:user)?comment", re.IGNORECASE)
_HEADINGS: Final = ("h2", "h3", "h4", "h5", "h6")
_TITLE_LIKE: Final = (
    *_HEADINGS,
    "p",
    "div",
    "span",
    "strong",
    "b",
    "summary",
    "header",
)
_LISTS: Final = frozenset(
    {"ul", "ol", "dl", "nav", "aside", "section", "div", "figure", "td"}
)
_BLOCKS: Final = ("article", "div", "section", "p", *_HEADINGS)
_LONGEST_HEADING: Final = 90
_LONG_PROSE: Final = 80
_LONGEST_CARD: Final = 500
_CARD_TAGS: Final = frozenset({"div", "li", "section", "article"})
_SHORTEST_TITLE: Final = 20
_FEW_LINKS: Final = 10
_ROW: Final = 3
_MOST_EMPTY: Final = 20
_ENOUGH: Final = 250
_MOSTLY: Final = 0.5
_SOME: Final = 0.25
_ALMOST_ALL: Final = 0.8
_FEW_WORDS: Final = 4


def prune(root: HtmlElement, sold_parts: Sequence[str] = ()) -> HtmlElement | None:
    """Take away what is not the article; return what holds it, None if unmarked.

    `sold_parts` are CSS selectors of what only subscribers may read.
    """
    for element in list(root.iter(*_UNSEEN)):
        remove(element)
    if sold_parts:
        _remove_sold(root, sold_parts)
    return _Pruning(root).run()


def _remove_sold(root: HtmlElement, selectors: Iterable[str]) -> None:
    """Take away what is named by ``.class`` or ``#id``; more no publisher writes."""
    names = {one.strip() for each in selectors for one in each.split(",")}
    for element in list(root.iter()):
        own = {f".{name}" for name in (element.get("class") or "").split()}
        if not names.isdisjoint({*own, f"#{element.get('id')}"}):
            remove(element)


class _Pruning:
    """One page that is being pruned."""

    def __init__(self, root: HtmlElement) -> None:
        self._root = root
        self._measures = Measures(root)
        self._core = core_of(root, self._measures)
        core = self._core
        self._home = home_of(root, self._measures) if core is None else core
        self._around = set(upwards(self._home))

    def run(self) -> HtmlElement | None:
        """Take everything away, in an order in which each step helps the next."""
        self._remove_where(_is_box, is_sure=True)
        self._remove_where(self._is_card, is_sure=False)
        self._measures = Measures(self._root)
        self._remove_headed()
        self._remove_linked_headings()
        self._remove_cards()
        self._remove_links()
        self._remove_hints()
        for element in self._root.iter():
            element.attrib.pop("style", None)
        return self._core

    def _remove_where(
        self, is_meant: Callable[[HtmlElement], bool], *, is_sure: bool
    ) -> None:
        for element in self._elements():
            if not is_meant(element):
                continue
            if self._may_go(element, is_sure=is_sure):
                remove(element)
            elif is_sure:
                _forget_names(element)

    def _elements(self) -> Iterator[HtmlElement]:
        """Yield the elements that are still there, from the outer to the inner."""
        waiting = [self._root]
        while waiting:
            element = waiting.pop()
            if element is self._root or element.getparent() is not None:
                yield element
            if element is self._root or element.getparent() is not None:
                waiting.extend(reversed(element))

    def _may_go(self, element: HtmlElement, *, is_sure: bool) -> bool:
        """Say whether the article is still there without an element.

        Where it is sure that an element is something else, enough must be left.
        """
        if element in self._around or element.tag in _NEVER:
            return False
        home = self._home
        if home not in element.iterancestors():
            if self._core is not None:
                return True
            home = self._root
        whole, part = self._measures.prose(home), self._measures.prose(element)
        return part <= _MOSTLY * whole or (is_sure and whole - part >= _ENOUGH)

    def _is_card(self, element: HtmlElement) -> bool:
        """Say whether an element is one of those that lead to other articles."""
        if not self._measures.links(element):
            return False
        share = self._measures.share_of_links(element)
        if element.tag == "article":
            return share > _SOME or _leads_elsewhere(element)
        return share > _SOME and CARD.search(_marks(element)) is not None

    def _remove_headed(self) -> None:
        """Take away what stands under headings like "Read also"."""
        for element in self._elements():
            if element.tag not in _TITLE_LIKE or len(element) > _FEW_WORDS:
                continue
            if self._measures.size(element) > _LONGEST_HEADING:
                continue
            text = text_of(element).strip(LABEL_EDGES)
            if COMMENTS_HEADING.fullmatch(text) and self._is_behind(element):
                self._remove_box(element, to_the_end=True)
            elif not text.endswith(".") and RELATED_HEADING.fullmatch(text):
                self._remove_box(element, to_the_end=False)

    def _is_behind(self, element: HtmlElement) -> bool:
        """Say whether an article may stand before an element."""
        home = self._root if self._core is None else self._core
        return self._measures.before(element) - self._measures.before(home) >= _ENOUGH

    def _remove_box(self, heading: HtmlElement, *, to_the_end: bool) -> None:
        """Take away a box by its heading; without a box, what follows it."""
        box = heading
        for above in heading.iterancestors():
            if not self._may_go(above, is_sure=True) or not _begins_with(above, box):
                break
            box = above
        sibling = box.getnext()
        while sibling is not None and (to_the_end or self._is_links(sibling)):
            following = sibling.getnext()
            self._remove_if_free(sibling, is_sure=True)
            sibling = following
        self._remove_if_free(box, is_sure=True)

    def _is_links(self, element: HtmlElement) -> bool:
        """Say whether an element is part of a list of links."""
        size = self._measures.size(element)
        if not self._measures.links(element):
            return size == 0
        if element.tag in _HEADINGS or element.tag in _LISTS:
            return self._measures.share_of_links(element) > _SOME
        return self._measures.share_of_links(element) > _MOSTLY

    def _remove_linked_headings(self) -> None:
        """Take away what stands under a heading that is a link: it tells of another."""
        for element in self._elements():
            if element.tag in _HEADINGS and _leads_away(element):
                self._remove_card(element)

    def _remove_card(self, heading: HtmlElement) -> None:
        """Take away a heading with the little that stands in its box."""
        boxes = takewhile(self._is_card_around, heading.iterancestors())
        self._remove_if_free([heading, *boxes][-1])

    def _is_card_around(self, box: HtmlElement) -> bool:
        if self._measures.prose(box) > _LONGEST_CARD:
            return False
        has_more = next(islice(box.iter(*_HEADINGS), 1, 2), None) is not None
        return not has_more and self._may_go(box, is_sure=False)

    def _remove_cards(self) -> None:
        """Take away rows of boxes, each with a title that is a link, and a summary."""
        for element in self._elements():
            cards = [each for each in element if self._is_linked_card(each)]
            for card in cards if len(cards) >= _ROW else ():
                self._remove_if_free(card)

    def _is_linked_card(self, box: HtmlElement) -> bool:
        if box.tag not in _CARD_TAGS or self._measures.prose(box) > _LONGEST_CARD:
            return False
        links = islice(box.iter("a"), _FEW_LINKS)
        return any(
            self._measures.size(link) >= _SHORTEST_TITLE
            and _stands_alone(link)
            and _leads_away(link)
            for link in links
        )

    def _remove_links(self) -> None:
        """Take away lists of links, and blocks that are a link to elsewhere."""
        for element in self._elements():
            share = self._measures.share_of_links(element)
            if element.tag == "a" and next(element.iter(*_BLOCKS), None) is not None:
                self._remove_if_free(element)
            if share < _ALMOST_ALL or element.tag == "a":
                continue
            words = len(text_of(element).split())
            is_list = element.tag in _LISTS and self._measures.links(element) > 1
            is_lone = element.tag in {"p", "li", "div", *_HEADINGS}
            if is_list or (is_lone and words >= _FEW_WORDS):
                self._remove_if_free(element)

    def _remove_if_free(self, element: HtmlElement, *, is_sure: bool = False) -> None:
        if self._may_go(element, is_sure=is_sure):
            remove(element)

    def _remove_hints(self) -> None:
        """Take away lines that begin as such headings do, and end in a link."""
        for element in self._elements():
            if element.tag not in {"p", "div", "li", "strong", "em", "blockquote"}:
                continue
            links, size = self._measures.links(element), self._measures.size(element)
            if links == 0 or size > 3 * _LONG_PROSE:
                continue
            text = text_of(element)
            share = self._measures.share_of_links(element)
            is_hint = share > _SOME and RELATED_HEADING.match(text)
            if is_hint or offers_the_rest(text):
                self._remove_if_free(element)


def _marks(element: HtmlElement) -> str:
    return marks_of(*map(element.get, _NAMES))


def _forget_names(element: HtmlElement) -> None:
    """Let nobody else take an element for what its name says, as we did not."""
    for name in (*_NAMES, "role", "hidden"):
        element.attrib.pop(name, None)


def _is_box(element: HtmlElement) -> bool:
    """Say whether an element is, by its kind or its name, beside the article."""
    marks = _marks(element)
    return (
        element.tag in _APART
        or element.get("role") in _ROLES
        or element.get("hidden") is not None
        or _HIDDEN.search(element.get("style") or "") is not None
        or _COMMENT_TYPE.search(element.get("itemtype") or "") is not None
        or BOX.search(marks) is not None
        or (PAYWALL.search(marks) is not None and offers_the_rest(text_of(element)))
    )


def _leads_elsewhere(article: HtmlElement) -> bool:
    """Say whether the heading of an ``<article>`` is a link: to the whole of it."""
    return any(
        next(heading.iter("a"), None) is not None
        or next(heading.iterancestors("a"), None) is not None
        for heading in article.iter(*_HEADINGS)
    )


def _leads_away(heading: HtmlElement) -> bool:
    """Say whether a heading is a link, or in one, to another page."""
    around = next(heading.iterancestors("a"), None)
    links = [*heading.iter("a")] if around is None else [around]
    addresses = [link.get("href") or "#" for link in links]
    if not addresses or any(address.startswith("#") for address in addresses):
        return False
    linked = sum(len(text_of(link)) for link in links)
    return linked >= _ALMOST_ALL * len(text_of(heading))


def _stands_alone(link: HtmlElement) -> bool:
    """Say whether there is no text right before a link and right behind it."""
    before = link.getprevious()
    texts = (
        [before.tail]
        if before is not None
        else [p.text for p in link.iterancestors()][:1]
    )
    return not any((text or "").strip() for text in (*texts, link.tail))


def _begins_with(element: HtmlElement, child: HtmlElement) -> bool:
    """Say whether a child is the first thing to read in an element."""
    siblings = list(islice(child.itersiblings(preceding=True), _MOST_EMPTY + 1))
    if len(siblings) > _MOST_EMPTY:
        return False
    before = [element.text, *map(_with_tail, siblings)]
    return not any((text or "").strip() for text in before)


def _with_tail(element: HtmlElement) -> str:
    return text_of(element) + (element.tail or "")
