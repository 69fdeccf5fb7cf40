"""The elements of an entry to its fields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from monitor.feeds.dates import parse_date
from monitor.feeds.elements import Children, Element, Names, attribute, lang_of, markup
from monitor.feeds.links import web_link
from monitor.feeds.people import joined, name_in
from monitor.feeds.strict_links import Bases, address, alternate_link, hrefs
from monitor.model import Entry
from monitor.text import plain_text

_TITLES = ("title", "dc:title", "itunes:title")
_SUMMARIES = (
    "description",
    "summary",
    "abstract",
    "dc:description",
    "dcterms:abstract",
    "itunes:summary",
)
_CONTENTS = ("content", "content:encoded", "fullitem", "body", "xhtml:body")
_PUBLISHED = ("published", "pubdate", "issued", "dcterms:issued")
_CREATED = ("created", "dcterms:created")
_UPDATED = ("updated", "modified", "lastbuilddate", "dc:date", "dcterms:modified")
_AUTHORS = ("author", "dc:creator", "dc:author", "itunes:author")
_CATEGORIES = ("category", "dc:subject", "media:category")
_KEYWORDS = ("keywords", "media:keywords", "itunes:keywords")
_MEDIA = ("media:group", "media:content")
_NOT_TEXT = ("image/", "audio/", "video/")
_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an entry takes from its document.

    `language` and `author` are what it inherits; `has_languages` says whether any
    element has an ``xml:lang``: most documents have none, and need not be searched.
    """

    names: Names
    bases: Bases
    language: str
    author: str
    is_atom: bool
    has_languages: bool


def entry_of(element: Element, around: Surroundings) -> Entry:
    """Return the entry, still without a key."""
    parts = around.names.children(element)
    published = _date(parts, _PUBLISHED) or _date(parts, _CREATED)
    updated = _date(parts, _UPDATED) or parse_date(attribute(element, "lastmod"))
    if not around.is_atom:  # dc:date is all that many RSS feeds have
        published = published or updated
    guid, is_link = _guid(element, parts)
    summary, content = _texts(parts, around.names)
    return Entry(
        key="",
        title=_title(parts, around.names),
        summary=summary,
        content=content,
        guid=guid or None,
        link=_link(parts, around.bases) or (web_link(guid) if is_link else None),
        enclosure=_enclosure(parts, around.bases),
        author=_author(parts, around),
        published_at=published,
        updated_at=updated,
        categories=_categories(parts),
        language=_language(element, parts, around),
    )


def first_text(parts: Children, *names: str) -> str:
    """Return the first text that is there, by the order of the names."""
    for name in names:
        for element in parts.get(name, ()):
            if (text := markup(element)) and not text.isspace():
                return text
    return ""


def authors(parts: Children, names: Names) -> str:
    """Return the names of the authors, or an address where no name is given."""
    return joined(
        _person(one, names) for name in _AUTHORS for one in parts.get(name, ())
    )


def _written(parts: Children, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        for element in parts.get(name, ()):
            yield markup(element)


def _person(element: Element, names: Names) -> str:
    if len(element) == 0:
        return name_in(element.text or "")
    return first_text(names.children(element), "name", "itunes:name", "email")


def _author(parts: Children, around: Surroundings) -> str:
    own = authors(parts, around.names)
    if own or not around.is_atom:
        return own
    sources = (around.names.children(one) for one in parts.get("source", ()))
    return next(
        filter(None, (authors(s, around.names) for s in sources)), around.author
    )


def _title(parts: Children, names: Names) -> str:
    title = plain_text(first_text(parts, *_TITLES))
    return title or _of_a_picture(parts, "title", names)


def _of_a_picture(parts: Children, name: str, names: Names) -> str:
    """Return the title or description of a picture or film that the entry shows."""
    wanted = f"media:{name}"
    texts = [markup(one) for one in parts.get(wanted, ())]
    for holder in (one for media in _MEDIA for one in parts.get(media, ())):
        found = holder.iter("{*}" + name)
        texts += (markup(one) for one in found if names.of(one) == wanted)
    return next(filter(None, map(plain_text, texts)), "")


def _texts(parts: Children, names: Names) -> tuple[str, str]:
    """Return summary and content; what describes an entry a second time is content."""
    told = [text for text in map(plain_text, _written(parts, _SUMMARIES)) if text]
    summary = told[0] if told else _of_a_picture(parts, "description", names)
    contents = (
        plain_text(markup(one))
        for name in _CONTENTS
        for one in parts.get(name, ())
        if not attribute(one, "type").lower().startswith(_NOT_TEXT)
    )
    more = (text for text in told if text != summary)
    return summary, " ".join(dict.fromkeys(filter(None, (*contents, *more))))


def _guid(element: Element, parts: Children) -> tuple[str, bool]:
    """Return the publisher's id verbatim, and whether it may be a link."""
    for one in (*parts.get("guid", ()), *parts.get("id", ())):
        if text := (one.text or "").strip():
            return text, attribute(one, "ispermalink").strip().lower() in {"", "true"}
    return (element.get(_ABOUT) or "").strip(), True


def _link(parts: Children, bases: Bases) -> str | None:
    """Return FeedBurner's original, else the page that stands for the entry."""
    original = web_link(first_text(parts, "feedburner:origlink"))
    return original or alternate_link(parts, bases)


def _enclosure(parts: Children, bases: Bases) -> str | None:
    links = hrefs(parts, "enclosure", bases)
    files = (web_link(address(e), bases.at(e)) for e in parts.get("enclosure", ()))
    return next(filter(None, (*files, *links)), None)


def _date(parts: Children, names: Iterable[str]) -> datetime | None:
    """Return the first date by the order of the names; of equal names the last."""
    for name in names:
        for one in reversed(parts.get(name, ())):
            if found := parse_date(markup(one)):
                return found
    return None


def _categories(parts: Children) -> tuple[str, ...]:
    texts = map(plain_text, (*_terms(parts), *_keywords(parts)))
    return tuple(dict.fromkeys(text for text in texts if text))


def _terms(parts: Children) -> Iterator[str]:
    for name in _CATEGORIES:
        for one in parts.get(name, ()):
            if one.keys():
                yield attribute(one, "label") or attribute(one, "term")
            if text := markup(one):
                yield text
    for one in parts.get("itunes:category", ()):
        yield attribute(one, "text")


def _keywords(parts: Children) -> Iterator[str]:
    for text in _written(parts, _KEYWORDS):
        yield from text.split(",")


def _language(element: Element, parts: Children, around: Surroundings) -> str:
    own = first_text(parts, "language", "dc:language").strip()
    if not own and around.has_languages:
        texts = (
            one
            for name in ("title", "summary", "content")
            for one in parts.get(name, ())
        )
        own = next(filter(None, map(lang_of, (*texts, element))), "")
    return own or around.language
