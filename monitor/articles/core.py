"""Where on a page the article stands, as far as the page's own marks tell."""

from __future__ import annotations

from collections.abc import Iterable

from lxml.html import HtmlElement

from monitor.articles.measures import Measures, text_of

_MAIN_ROLES = frozenset({"main", "article"})
_WHOLE = frozenset({"html", "body"})
_LEAST = 200
_AHEAD = 2
_LITTLE_ELSE = 1.5


def core_of(root: HtmlElement, measures: Measures) -> HtmlElement | None:
    """Return the element that holds the article, None if no mark tells.

    It is what is marked as the body of the article; an ``<article>`` that has the
    page's heading or much more text than all others; ``<main>``. A heading and lead
    that stand around it belong to it.
    """
    core = _marked(root, measures)
    return None if core is None else _with_its_lead(core, measures)


def _marked(root: HtmlElement, measures: Measures) -> HtmlElement | None:
    bodies = [e for e in root.iter() if "articlebody" in _itemprop(e)]
    marked = _largest(bodies, measures)
    if marked is not None:
        return marked
    articles = [a for a in root.iter("article") if not _is_within(a, "article")]
    headed = [a for a in articles if _has_heading(a)]
    if len(headed) > 1:  # the next ones follow on the same page
        headed = [each for each in headed if _heads_the_page(each, root)]
    if len(headed) == 1 and measures.prose(headed[0]) >= _LEAST:
        return headed[0]
    found = _far_ahead(articles, measures)
    if found is not None:
        return found
    mains = [e for e in root.iter() if _is_main(e)]
    return _largest(mains, measures)


def home_of(root: HtmlElement, measures: Measures) -> HtmlElement:
    """Return what holds the heading of a page and enough text to be the article.

    It is the whole page where there is no heading.
    """
    heading = next(root.iter("h1"), root)
    homes = (e for e in heading.iterancestors() if measures.prose(e) >= _LEAST)
    return next(homes, root)


def _with_its_lead(core: HtmlElement, measures: Measures) -> HtmlElement:
    """Return what has the heading as well, if it has little else."""
    if _has_heading(core):
        return core
    around = next(filter(_has_heading, core.iterancestors()), core)
    has_more = measures.prose(around) > _LITTLE_ELSE * measures.prose(core)
    return core if has_more or around.tag in _WHOLE else around


def _has_heading(element: HtmlElement) -> bool:
    return next(element.iter("h1"), None) is not None


def _heads_the_page(element: HtmlElement, root: HtmlElement) -> bool:
    """Say whether the heading of an element stands in the title of the page."""
    title = " ".join(text_of(each) for each in root.iter("title"))
    heading = text_of(next(element.iter("h1")))
    return bool(heading) and heading.casefold() in title.casefold()


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
