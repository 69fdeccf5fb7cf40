"""A message on its way into a dialect: its title and the paragraphs of its body."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo
from typing import NamedTuple

from monitor.alerts.dialects import Dialect, Wrap
from monitor.alerts.excerpts import shortened
from monitor.alerts.listing import (
    grouped,
    ids,
    item_change,
    item_facts,
    listed,
    rest,
    silencing,
)
from monitor.alerts.wording import at_local_time, cut, legible, lines, one_line
from monitor.model import DigestItem, Excerpt, Message

LEAST_ROOM = 40
LONGEST_LINK = 800
_MOST_IDS = 20
_UNTITLED = "(without a title)"


class _Paragraph(NamedTuple):
    wrap: Wrap
    lines: list[str]


@dataclass(frozen=True, slots=True)
class Page:
    """A message in a dialect, each text cut to `room` characters.

    Of a digest the first `shown` items are told, and how many more there are. An own
    title (not escaped yet) or body (escaped) takes the place of the built-in one.
    """

    message: Message
    dialect: Dialect
    zone: tzinfo
    remarks: tuple[str, ...]
    room: int
    shown: int
    own_title: str = ""
    own_body: str = ""

    @property
    def size(self) -> int:
        """Return how much of what the service takes it needs."""
        return self.dialect.size(self.title) + self.dialect.size(self.body)

    @property
    def title(self) -> str:
        """Return the title: the rules, then what the entry calls itself."""
        return self.dialect.title_escape(self._title)

    @property
    def _title(self) -> str:
        name = cut(one_line(self.message.title) or _UNTITLED, self.name_room)
        whole = self.own_title or f"[{rules(self.message)}] {name}"
        return cut(whole, self.dialect.title_limit)

    @property
    def body(self) -> str:
        """Return the paragraphs, with what parts them."""
        texts = (
            self.dialect.line_break.join(found).join(wrap)
            for wrap, found in self._paragraphs()
            if any(found)
        )
        return self.dialect.gap.join(texts).join(self.dialect.document)

    @property
    def time(self) -> str:
        """Return when the entry came out, else when it was seen."""
        at = self.message.published_at or self.message.first_seen_at
        return at_local_time(at, self.zone) if at else ""

    @property
    def name_room(self) -> int:
        """Return how long a name may be; it is never cut to nothing."""
        return max(self.room, LEAST_ROOM)

    def _paragraphs(self) -> Iterator[_Paragraph]:
        if self.dialect.headline:
            headline = self.dialect.escape(self._title)
            yield _Paragraph(self.dialect.headline, [headline])
        if self.own_body:
            yield _Paragraph(("", ""), [self.own_body])
        else:
            yield from self._built_in()

    def _built_in(self) -> Iterator[_Paragraph]:
        dialect, message = self.dialect, self.message
        remarks = map(dialect.escape, (self._head(), *self.remarks))
        yield _Paragraph(dialect.paragraph, list(filter(None, remarks)))
        yield self._plain(lines(message.text).split("\n"))
        for excerpt in message.excerpts:
            yield _Paragraph(dialect.quote, [self.excerpt(excerpt)])
        yield self._plain(changes(message))
        yield self._plain([because(message), *remarkable(message)])
        yield from self._items()
        link = self.link(message.link)
        yield _Paragraph(dialect.paragraph, list(filter(None, (link, self._ids()))))
        yield _Paragraph(dialect.fine_print, list(self._silencing()))

    def _plain(self, texts: list[str]) -> _Paragraph:
        found = [self.dialect.escape(cut(one_line(text), self.room)) for text in texts]
        return _Paragraph(self.dialect.paragraph, list(filter(None, found)))

    def _head(self) -> str:
        message = self.message
        parts = (
            f"{rules(message)} · {message.priority.name.lower()}",
            one_line(message.source),
            one_line(message.author),
            self.time,
        )
        return " · ".join(cut(part, self.name_room) for part in parts if part)

    def _items(self) -> Iterator[_Paragraph]:
        """Yield what a digest tells of, by rule, and how to see what is not shown."""
        paragraph = self.dialect.paragraph
        for names, items in grouped(self.message.items[: self.shown]):
            heading = self.dialect.escape(f"{names} ({len(items)})")
            yield _Paragraph(paragraph, [heading.join(self.dialect.mark)])
            yield from (_Paragraph(paragraph, self._item(item)) for item in items)
        more = self.dialect.escape(rest(self.message, self.shown))
        yield _Paragraph(paragraph, [more])

    def _item(self, item: DigestItem) -> list[str]:
        title = cut(one_line(item.title) or _UNTITLED, self.name_room)
        facts = (cut(fact, self.name_room) for fact in item_facts(item, self.zone))
        change = item_change(item, self.name_room)
        escape = self.dialect.escape
        found = (
            escape(title),
            escape(f"changed: {change}" if change else ""),
            escape(" · ".join(facts)),
            self.link(item.link),
        )
        return [line for line in found if line]

    def _ids(self) -> str:
        alerts = self.message.alerts
        if not alerts or self.message.items:  # each item has its own
            return ""
        return self.dialect.escape(f"alert {ids(alerts, most=_MOST_IDS)}")

    def link(self, address: str | None) -> str:
        """Return a link to click on, empty if it is longer than any is shown."""
        link = self.dialect.link(one_line(address or ""))
        return "" if len(link) > LONGEST_LINK else self.dialect.anchor(link)

    def excerpt(self, excerpt: Excerpt) -> str:
        """Return a sentence with its words marked."""
        return "".join(_marked(shortened(excerpt, self.room), self.dialect))

    def _silencing(self) -> Iterator[str]:
        escape = self.dialect.escape
        for command in silencing(self.message):
            yield f"{escape('to silence: ')}{escape(command).join(self.dialect.code)}"


def rules(message: Message) -> str:
    """Return the rules that a message tells of, few and short; else the monitor."""
    tells_alerts = message.kind.tells_alerts
    return listed(message.rules) if tells_alerts else "monitor"


def changes(message: Message) -> list[str]:
    """Return what an edit changed, line by line."""
    return lines(f"changed: {message.change}").split("\n") if message.change else []


def because(message: Message) -> str:
    """Return why it fired, empty where nothing says so."""
    return "because: " + "; ".join(message.terms) if message.terms else ""


def remarkable(message: Message) -> list[str]:
    """Return what is remarkable, who else told it, and where it was told first."""
    first = 0 if message.first_alert in message.alerts else message.first_alert
    return [
        *message.labels,
        *([f"also: {listed(message.also)}"] if message.also else []),
        *([f"first told in alert {first}"] if first else []),
    ]


def _marked(excerpt: Excerpt, dialect: Dialect) -> Iterator[str]:
    before, after = dialect.mark
    place = 0
    for start, end in excerpt.marks:
        yield dialect.escape(legible(excerpt.text[place:start]))
        yield f"{before}{dialect.escape(legible(excerpt.text[start:end]))}{after}"
        place = end
    yield dialect.escape(legible(excerpt.text[place:]))
