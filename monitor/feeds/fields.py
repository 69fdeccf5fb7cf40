"""feedparser's dictionaries to the fields of an entry."""

from __future__ import annotations

from typing import Any

from monitor.feeds.dates import parse_date
from monitor.feeds.links import HTML_TYPES, web_link
from monitor.feeds.people import joined, name_in
from monitor.model import Entry
from monitor.text import plain_text

Parts = dict[str, Any]
"""A dictionary of feedparser's. Its own `get` warns and maps names: use `field`."""


def entry_of(
    parts: Parts, *, base: str, language: str, author: str, is_atom: bool
) -> Entry:
    """Return the entry, still without a key.

    `base` resolves relative links; `language` and `author` are what it inherits.
    """
    published = parse_date(field(parts, "published") or field(parts, "created"))
    updated = parse_date(field(parts, "updated"))
    if not is_atom:  # dc:date is all that many RSS feeds have
        published = published or updated
    return Entry(
        key="",
        title=plain_text(field(parts, "title") or field(parts, "media_picturetitle")),
        summary=_summary(parts),
        content=_content(parts),
        guid=field(parts, "id") or None,
        link=_link(parts, base),
        enclosure=next((web_link(a, base) for a in _hrefs(parts, "enclosure")), None),
        author=author_of(parts) or author,
        published_at=published,
        updated_at=updated,
        categories=_categories(parts),
        language=_language(parts) or language,
    )


def field(parts: Parts, name: str) -> str:
    """Return a text as feedparser found it, "" if it found none."""
    value = dict.get(parts, name)
    return value if isinstance(value, str) else ""


def author_of(parts: Parts) -> str:
    """Return the names of the authors, or an address where no name is given."""
    names = [field(one, "name") for one in _dicts(parts, "authors")]
    if len(names) <= 1:  # as written: feedparser takes addresses apart badly
        names = [name_in(field(parts, "author"))]
    return joined(names)


def alternate_link(parts: Parts, base: str) -> str | None:
    """Return the page that stands for an entry or a feed, the first if several do."""
    links = [web_link(address, base) for address in _hrefs(parts, "alternate")]
    return next((link for link in links if link), None)


def _link(parts: Parts, base: str) -> str | None:
    """Return FeedBurner's original, else the link, else a guid that is one."""
    original = web_link(field(parts, "feedburner_origlink"))
    link = original or alternate_link(parts, base)
    # beside a link, even a useless one, feedparser does not tell what the guid is
    is_link = dict.get(parts, "guidislink") or "links" in parts
    return link or (web_link(field(parts, "id")) if is_link else None)


def _hrefs(parts: Parts, rel: str) -> list[str]:
    """Return the addresses of the links of that relation, pages first."""
    links = [link for link in _dicts(parts, "links") if field(link, "rel") == rel]
    links.sort(key=lambda link: field(link, "type") not in HTML_TYPES)
    return [field(link, "href") for link in links]


def _summary(parts: Parts) -> str:
    # feedparser copies the content into a summary that is missing, without a detail
    own = field(parts, "summary") if "summary_detail" in parts else ""
    return plain_text(own or field(parts, "media_picturedescription"))


def _content(parts: Parts) -> str:
    texts = [
        plain_text(field(part, "value"))
        for part in _dicts(parts, "content")
        if _is_text(field(part, "type"))
    ]
    return " ".join(dict.fromkeys(text for text in texts if text))


def _is_text(media_type: str) -> bool:
    return not media_type.startswith(("image/", "audio/", "video/"))


def _categories(parts: Parts) -> tuple[str, ...]:
    names = (field(tag, "label") or field(tag, "term") for tag in _dicts(parts, "tags"))
    texts = (plain_text(name) for name in names)
    return tuple(dict.fromkeys(text for text in texts if text))


def _language(parts: Parts) -> str:
    details = (dict.get(parts, name) for name in ("title_detail", "summary_detail"))
    held = [detail for detail in details if isinstance(detail, dict)]
    held += _dicts(parts, "content")
    tags = [field(parts, "language"), *(field(detail, "language") for detail in held)]
    return next((tag.strip() for tag in tags if tag.strip()), "")


def _dicts(parts: Parts, name: str) -> list[Parts]:
    found = dict.get(parts, name)
    return [one for one in found if isinstance(one, dict)] if found else []
