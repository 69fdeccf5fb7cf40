"""JSON Feed 1.0 and 1.1."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from monitor.errors import FeedError
from monitor.feeds.dates import parse_date
from monitor.feeds.links import web_link
from monitor.model import Entry, ParsedFeed, Tier
from monitor.text import plain_text, tidy

Item = Mapping[str, Any]


def read_json_feed(text: str, *, url: str) -> ParsedFeed:
    """Return the feed; no entry has a key. What has the wrong type counts as absent.

    Raises:
        FeedError: it is no JSON, or JSON of another kind.
    """
    data = _loaded(text)
    if not isinstance(data, dict) or "jsonfeed.org/version/" not in _text(
        data, "version"
    ):
        raise FeedError(f"JSON, but not a JSON Feed{_shape(data)}")
    if not isinstance(data.get("items"), list):
        raise FeedError("a JSON Feed without a list of items")
    return _feed(data, url)


def _loaded(text: str) -> object:
    try:
        return json.loads(text, strict=False)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise FeedError(f"broken JSON, not a feed: {place}: {error.msg}") from error
    except RecursionError:
        raise FeedError("JSON that is nested too deeply, not a feed") from None
    except ValueError:  # int() refuses to read thousands of digits
        raise FeedError("JSON with a number that is too long, not a feed") from None


def _feed(data: Item, url: str) -> ParsedFeed:
    home = web_link(data.get("home_page_url"), url)
    language = _text(data, "language").strip()
    author = _author(data)
    return ParsedFeed(
        tier=Tier.JSON,
        title=plain_text(_text(data, "title")),
        link=home,
        language=language,
        entries=tuple(
            _entry(item, base=home or url, language=language, author=author)
            for item in _items(data["items"])
        ),
        missing=len(data["items"]) - len(_items(data["items"])),
    )


def _entry(item: Item, *, base: str, language: str, author: str) -> Entry:
    link = web_link(item.get("url"), base) or web_link(item.get("external_url"), base)
    guid = _guid(item.get("id"))
    return Entry(
        key="",
        title=plain_text(_text(item, "title")),
        summary=plain_text(_text(item, "summary")),
        content=plain_text(_text(item, "content_html"))
        or tidy(_text(item, "content_text")),
        guid=guid,
        link=link or web_link(guid),
        enclosure=next(
            (web_link(one.get("url"), base) for one in _items(item.get("attachments"))),
            None,
        ),
        author=_author(item) or author,
        published_at=parse_date(_text(item, "date_published")),
        updated_at=parse_date(_text(item, "date_modified")),
        categories=_tags(item.get("tags")),
        language=_text(item, "language").strip() or language,
    )


def _guid(value: object) -> str | None:
    """Return the id verbatim; publishers write numbers too."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value).encode("utf-8", "replace").decode() or None


def _author(item: Item) -> str:
    """Return the names: `authors` of 1.1, else `author` of 1.0."""
    people = _items(item.get("authors")) or _items([item.get("author")])
    names = (tidy(_text(person, "name")) for person in people)
    return ", ".join(dict.fromkeys(name for name in names if name))


def _tags(value: object) -> tuple[str, ...]:
    tags = value if isinstance(value, list) else []
    texts = (tidy(tag) for tag in tags if isinstance(tag, str))
    return tuple(dict.fromkeys(text for text in texts if text))


def _items(value: object) -> Sequence[Item]:
    found = value if isinstance(value, list) else []
    return [one for one in found if isinstance(one, dict)]


def _text(item: Item, name: str) -> str:
    value = item.get(name)
    return value if isinstance(value, str) else ""


def _shape(data: object) -> str:
    if not isinstance(data, dict):
        return ""
    names = [tidy(str(name))[:30] for name in list(data)[:5]]
    return f": an object with {', '.join(names)}" if names else ": an empty object"
