"""Where on a page the article stands, as far as the page's own marks tell."""

from __future__ import annotations

from collections.abc import Iterable

from lxml.html import HtmlElement

from monitor.articles.measures import Measures

_MAIN_ROLES = frozenset({"main", "article"})
_LEAST = 200
_AHEAD = 2
_LITTLE_ELSE = 1.5


def core_of(root: HtmlElement, measures: Measures) -> HtmlElement | None:
    """Return the element that holds the article, None if no mark tells.

    It is what is marked as the body of the article; an ``<article>`` that has the
    page's heading or much more text than all others; ``<main>``.
    """
    bodies = [e for e in root.iter() if "articlebody" in _itemprop(e)]
    marked = _largest(bodies, measures)
    if marked is not None:
        return _with_its_lead(marked, measures)
    articles = [a for a in root.iter("article") if not _is_within(a, "article")]
    headed = [a for a in articles if next(a.iter("h1"), None) is not None]
    if len(headed) == 1 and measures.prose(headed[0]) >= _LEAST:
        return headed[0]
    found = _far_ahead(articles, measures)
    if found is not None:
        return found
    mains = [e for e in root.iter() if _is_main(e)]
    return _largest(mains, measures)


def _with_its_lead(body: HtmlElement, measures: Measures) -> HtmlElement:
    """Return the ``<article>`` around a body, if it has little else."""
    around = next(body.iterancestors("article"), None)
    most = _LITTLE_ELSE * measures.prose(body)
    return body if around is None or measures.prose(around) > most else around


def _itemprop(element: HtmlElement) -> list[str]:
    return (element.get("itemprop") or "").lower().split()


def _is_within(element: HtmlElement, tag: str) -> bool:
    return next(element.iterancestors(tag), None) is not None


def _is_main(element: HtmlElement) -> bool:
    return element.tag == "main" or element.get("role") in _MAIN_ROLES


def _largest(found: Iterable[HtmlElement], measures: Measures) -> HtmlElement | None:
    enough = [each for each in found if measures.prose(each) >= _LEAST]
    return max(enough, key=measures.prose, default=None)


def _far_ahead(found: list[HtmlElement], measures: Measures) -> HtmlElement | None:
    """Return the one with more text than twice all others together."""
    first = _largest(found, measures)
    if first is None:
        return None
    others = sum(map(measures.prose, found)) - measures.prose(first)
    return first if measures.prose(first) >= _AHEAD * others else None
