"""An entry as a query sees it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from monitor.matching.fields import READ_BY_DEFAULT
from monitor.matching.fieldtext import FieldText, clipped
from monitor.matching.index import UnitIndex
from monitor.matching.look import Look
from monitor.matching.presence import Presence
from monitor.model import Because, Entry, Feed


@dataclass(frozen=True, slots=True)
class Document:
    """The fields of one entry; every text is plain text.

    `tags` are those of its feed in the configuration, `categories` the publisher's.
    """

    title: str = ""
    summary: str = ""
    content: str = ""
    article: str = ""
    author: str = ""
    language: str = ""
    url: str = ""
    feed: str = ""
    tags: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()

    @classmethod
    def of(cls, entry: Entry, feed: Feed) -> Document:
        """Return an entry of a feed as queries see it."""
        return cls(
            title=entry.title,
            summary=entry.summary,
            content=entry.content,
            article=entry.article,
            author=entry.author,
            language=entry.language,
            url=entry.link or "",
            feed=feed.name,
            tags=feed.tags,
            categories=entry.categories,
        )


class View:
    """A document whose words are looked at once, however many rules look at them.

    `answers` remembers what was asked of it, for conditions that rules share.
    """

    def __init__(
        self, document: Document, index: UnitIndex, look: Look | None = None
    ) -> None:
        self.document = document
        self.answers: dict[object, tuple[Because, ...] | None] = {}
        self._index = index
        self._look = look
        self._fields: dict[str, FieldText] = {}

    def field(self, name: str) -> FieldText:
        """Return the words of title, summary, content, article or author."""
        field = self._fields.get(name)
        if field is None:
            text = clipped(getattr(self.document, name))
            is_main = name in READ_BY_DEFAULT
            look = self.presence.look if is_main else Look(text, self._index)
            field = self._fields[name] = FieldText(text, look)
        return field

    @cached_property
    def presence(self) -> Presence:
        """Which signals it has: a quick answer before an exact one."""
        return Presence(self.document, self._index, self._look)

    def values(self, field: str) -> tuple[str, ...]:
        """Return the values of any other field."""
        document = self.document
        match field:
            case "tag":
                return document.tags
            case "category":
                return document.categories
            case "feed":
                return (document.feed,)
            case "lang":
                return (document.language,)
            case _:
                return (document.url,)
