"""The door to trafilatura, which finds the main text of a page.

Its import takes half a second and 20 MB: it belongs into a process of its own.
"""

from __future__ import annotations

from copy import deepcopy

from lxml.html import HtmlElement
from lxml.html.builder import E as HTML
from trafilatura import bare_extraction

_MOST = 10_000
"""Elements: a page of many more takes seconds."""


def main_text(element: HtmlElement) -> list[str] | None:
    """Return the lines of what an element of a page has as its main text.

    The element stays as it is. Of one with very many parts it is None: unknown.
    """
    if sum(1 for _ in element.iter()) > _MOST:
        return None
    page = deepcopy(element)
    page.tail = None
    if page.tag != "html":
        around = HTML.html(HTML.body())
        around[0].append(page)
        page = around
    found = bare_extraction(
        page,
        favor_precision=True,
        include_comments=False,
        include_tables=True,
        include_formatting=False,
    )
    text = getattr(found, "text", None) or ""
    return [line.strip() for line in text.splitlines() if line.strip()]
