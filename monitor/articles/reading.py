"""The way from a page to its article.

decode -> parse -> read the head and the data for machines -> note walls -> take away
what is not the article -> find the main text -> keep its own lines -> judge.
"""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from monitor.articles.head import Head
from monitor.articles.linked_data import LinkedArticle, linked_article
from monitor.articles.main_text import main_text
from monitor.articles.page import TooLargeError, parse_page
from monitor.articles.paragraphs import agreed, lead, own_lines, prose, runs
from monitor.articles.pruning import prune
from monitor.articles.walls import Seen, verdict
from monitor.feeds.encoding import decode_page
from monitor.feeds.not_a_feed import binary_kind, is_html
from monitor.model import Article, ArticleReason

LONGEST = 500_000
"""Characters of an article that are kept."""

_PART_OF_A_PAGE = re.compile(
    r"<(?:p|div|article|main|h1|body|html)[\s>]", re.IGNORECASE
)
_BEGINNING = 20_000
_TOO_LITTLE = 0.7
_WITH_TEXT = frozenset({ArticleReason.READ, ArticleReason.PAYWALL})


def read_article(body: bytes, *, content_type: str, url: str) -> Article:
    """Return the article of the page that was served at `url`; nothing raises."""
    if kind := binary_kind(body.lstrip()):
        return Article(ArticleReason.NOT_HTML, detail=f"{kind}, not a page")
    source = decode_page(body, content_type)
    if not is_html(source) and not _PART_OF_A_PAGE.search(source[:_BEGINNING]):
        return Article(_none(source), detail="this is not an HTML page")
    try:
        root = parse_page(source)
    except TooLargeError as error:
        return Article(ArticleReason.TOO_LARGE, detail=str(error))
    if root is None:
        return Article(ArticleReason.EMPTY, detail="the page is empty")
    return _read(root, source, url)


def _none(source: str) -> ArticleReason:
    return ArticleReason.NOT_HTML if source.strip() else ArticleReason.EMPTY


def _read(root: HtmlElement, source: str, url: str) -> Article:
    head = Head(root)
    linked = linked_article(root, head.all_titles)
    seen = Seen(root, source, url)
    title = (linked.headline if linked else "") or head.title
    lines = (line for line in _lines(root, linked) if line != title)
    text = "\n".join(lines)[:LONGEST]
    reason, detail = verdict(text, seen, head, linked)
    return Article(
        reason,
        text if reason in _WITH_TEXT else "",
        title=title,
        language=head.language(linked),
        published_at=head.published_at(linked),
        canonical_url=head.canonical_url(url, linked),
        leads_to=head.leads_to(url),
        detail=detail,
    )


def _lines(root: HtmlElement, linked: LinkedArticle | None) -> list[str]:
    """Return the lines of the article, as far as it is free to read."""
    sold = linked.sold_parts if linked else ()
    core = prune(root, sold)
    lines = _found(root if core is None else core, is_marked=core is not None)
    if linked is None or linked.is_sold:
        return lines
    return agreed(lines, own_lines(linked.body.splitlines()))


def _found(element: HtmlElement, *, is_marked: bool) -> list[str]:
    """Return the main text; where the page marks it, what is there of sentences.

    What trafilatura leaves out of a part that the page itself calls the article is
    more often the article's than not; what it leaves out at the beginning is the lead.
    """
    found = main_text(element)
    lines = own_lines(found or ())
    if found is not None and not is_marked:
        return lines
    there = own_lines(prose(runs(element)))
    is_enough = sum(map(len, lines)) >= _TOO_LITTLE * sum(map(len, there))
    return [*lead(there, lines), *lines] if is_enough else there
