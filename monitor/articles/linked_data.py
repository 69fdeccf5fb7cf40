"""What a page says of its article for machines, as JSON-LD of schema.org."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lxml.html import HtmlElement

from monitor.text import plain_text

_TYPES = ("article", "posting", "report")
_WITHIN = ("@graph", "mainEntity", "mainEntityOfPage")
_DEEPEST = 4
_MOST = 500
_LARGEST = 2_000_000
_NO = frozenset({"false", "0", "no", "http://schema.org/false"})


@dataclass(frozen=True, slots=True)
class LinkedArticle:
    """An article as its publisher describes it; whatever is not said is empty.

    `body` is its text, one paragraph a line. `is_sold` says that it is not free to
    read, `sold_parts` are the CSS selectors of what is not.
    """

    headline: str = ""
    body: str = ""
    language: str = ""
    published: str = ""
    url: str = ""
    is_sold: bool = False
    sold_parts: tuple[str, ...] = ()


def linked_article(root: HtmlElement, title: str) -> LinkedArticle | None:
    """Return the article that a page describes as its own, None if that is unclear.

    Of several it is the one with the headline that stands in the page's `title`.
    """
    found = [_article(node) for node in _nodes(root)]
    if len(found) > 1:
        fitting = [each for each in found if _same(each.headline, title)]
        found = fitting or [each for each in found if not each.headline]
    return max(found, key=lambda each: len(each.body), default=None)


def _same(headline: str, title: str) -> bool:
    return bool(headline) and headline.casefold() in title.casefold()


def _nodes(root: HtmlElement) -> Iterator[dict[str, object]]:
    for script in root.iter("script"):
        kind = (script.get("type") or "").partition(";")[0].strip().lower()
        text = script.text or ""
        if kind == "application/ld+json" and len(text) <= _LARGEST:
            yield from _articles_in(_loaded(text), _DEEPEST)


def _loaded(text: str) -> object:
    try:
        return json.loads(text.strip().rstrip(";"), strict=False)
    except (ValueError, RecursionError):
        return None


def _articles_in(value: object, depth: int) -> Iterator[dict[str, object]]:
    if isinstance(value, list) and depth:
        for each in value[:_MOST]:
            yield from _articles_in(each, depth - 1)
    elif isinstance(value, dict):
        if any(name.lower().endswith(_TYPES) for name in _words(value.get("@type"))):
            yield value
        for key in _WITHIN if depth else ():
            yield from _articles_in(value.get(key), depth - 1)


def _words(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, str)]


def _article(node: dict[str, object]) -> LinkedArticle:
    parts = _parts(node.get("hasPart"))
    sold = [part for part in parts if _is_sold(part)]
    return LinkedArticle(
        headline=_text(node, "headline") or _text(node, "name"),
        body=_body(node),
        language=_language(node.get("inLanguage")),
        published=_text(node, "datePublished") or _text(node, "dateCreated"),
        url=_text(node, "url"),
        is_sold=_is_sold(node) or bool(sold),
        sold_parts=tuple(s for part in sold for s in _words(part.get("cssSelector"))),
    )


def _is_sold(node: dict[str, object]) -> bool:
    value = node.get("isAccessibleForFree")
    return value is not None and str(value).strip().lower() in _NO


def _parts(value: object) -> list[dict[str, object]]:
    values = value if isinstance(value, list) else [value]
    return [each for each in values[:_MOST] if isinstance(each, dict)]


def _body(node: dict[str, object]) -> str:
    updates = _parts(node.get("liveBlogUpdate"))
    texts = [_raw(node, "articleBody")]
    for update in updates:
        texts += [_raw(update, "headline"), _raw(update, "articleBody")]
    return "\n".join(_paragraphs(texts))


def _paragraphs(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        lines = text.replace("</p>", "\n").replace("<br", "\n<br").splitlines()
        yield from filter(None, map(plain_text, lines))


def _raw(node: dict[str, object], key: str) -> str:
    value = node.get(key)
    return value if isinstance(value, str) else ""


def _text(node: dict[str, object], key: str) -> str:
    return plain_text(_raw(node, key))


def _language(value: object) -> str:
    if isinstance(value, dict):
        value = value.get("alternateName") or value.get("name")
    return next(iter(_words(value)), "")
