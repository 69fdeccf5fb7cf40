"""An entry as a query sees it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from monitor.matching.fields import READ_BY_DEFAULT
from monitor.matching.patterns import Words
from monitor.model import Because, Entry, Feed


@dataclass(frozen=True, slots=True)
class Document:
    """The fields of one entry; every text is plain text.

    `tags` are those of its feed in the configuration, `categories` the publisher's.
    """

    title: str = ""
    summary: str = ""
    content: str = ""
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
            author=entry.author,
            language=entry.language,
            url=entry.link or "",
            feed=feed.name,
            tags=feed.tags,
            categories=entry.categories,
        )


class View:
    """A document whose words are split once, however many rules look at them.

    `answers` remembers what was asked of it, for conditions that rules share.
    """

    def __init__(self, document: Document) -> None:
        self._texts = {
            "title": document.title,
            "summary": document.summary,
            "content": document.content,
            "author": document.author,
        }
        self._values = {
            "feed": (document.feed,),
            "tag": document.tags,
            "category": document.categories,
            "lang": (document.language,),
            "url": (document.url,),
            "site": (document.url,),
        }
        self._words: dict[str, Words] = {}
        self.answers: dict[object, tuple[Because, ...] | None] = {}

    def words(self, field: str) -> Words:
        """Return the words of title, summary, content or author."""
        words = self._words.get(field)
        if words is None:
            words = self._words[field] = Words.of(self._texts[field])
        return words

    def values(self, field: str) -> tuple[str, ...]:
        """Return the values of any other field."""
        return self._values[field]

    def known_keys(self) -> Iterator[str]:
        """Yield the keys of all words of the document, some more than once."""
        for field in (*READ_BY_DEFAULT, "author"):
            yield from self.words(field).found
