"""A message on its way into a dialect: its title and the paragraphs of its body."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo

from monitor.alerts.dialects import Dialect, is_web
from monitor.alerts.excerpts import shortened
from monitor.alerts.listing import grouped, ids, item_facts, rest, rule_names
from monitor.alerts.wording import at_local_time, cut, legible, lines, one_line
from monitor.model import BodyFormat, DigestItem, Excerpt, Message, MessageKind

LEAST_ROOM = 40
LONGEST_LINK = 800
_MOST_IDS = 20


@dataclass(frozen=True, slots=True)
class Page:
    """A message in a dialect, each text cut to `room` characters.

    Of a digest the first `shown` items are told, and how many more there are.
    """

    message: Message
    dialect: Dialect
    zone: tzinfo
    remarks: tuple[str, ...]
    room: int
    shown: int

    @property
    def size(self) -> int:
        """Return how much of what the service takes it needs."""
        return self.dialect.size(self.title) + self.dialect.size(self.body)

    @property
    def title(self) -> str:
        """Return the title: the rules, then what the entry calls itself."""
        name = one_line(self.message.title) or "(without a title)"
        whole = f"[{rules(self.message)}] {cut(name, self._name_room)}"
        return self.dialect.title_escape(cut(whole, self.dialect.title_limit))

    @property
    def body(self) -> str:
        """Return the paragraphs, with an empty line between them."""
        gap = self.dialect.line_break
        found = (gap.join(paragraph) for paragraph in self._paragraphs())
        return (gap * 2).join(text for text in found if text)

    @property
    def _name_room(self) -> int:
        return max(self.room, LEAST_ROOM)

    def _paragraphs(self) -> Iterator[list[str]]:
        if self.dialect.titled:
            yield [self.title.join(self.dialect.mark)]
        escape = self.dialect.escape
        yield [escape(line) for line in (self._head(), *self.remarks) if line]
        yield [self._text(line) for line in lines(self.message.text).split("\n")]
        for excerpt in self.message.excerpts:
            yield [self._excerpt(excerpt)]
        yield [line for line in map(self._text, self._reasons()) if line]
        yield from self._items()
        link = self._link(self.message.link)
        yield [line for line in (link, self._ids()) if line]

    def _head(self) -> str:
        message = self.message
        at = message.published_at or message.first_seen_at
        parts = (
            f"{rules(message)} · {message.priority.name.lower()}",
            one_line(message.source),
            one_line(message.author),
            at_local_time(at, self.zone) if at else "",
        )
        return " · ".join(cut(part, self._name_room) for part in parts if part)

    def _reasons(self) -> Iterator[str]:
        if self.message.terms:
            yield "because: " + "; ".join(self.message.terms)
        yield from self.message.labels

    def _items(self) -> Iterator[list[str]]:
        """Yield what a digest tells of, by rule, and how to see what is not shown."""
        for names, items in grouped(self.message.items[: self.shown]):
            heading = self.dialect.escape(f"{names} ({len(items)})")
            yield [heading.join(self.dialect.mark)]
            yield from map(self._item, items)
        if more := rest(self.message, self.shown):
            yield [self.dialect.escape(more)]

    def _item(self, item: DigestItem) -> list[str]:
        title = cut(one_line(item.title) or "(without a title)", self._name_room)
        facts = (cut(fact, self._name_room) for fact in item_facts(item, self.zone))
        escape = self.dialect.escape
        found = (escape(title), escape(" · ".join(facts)), self._link(item.link))
        return [line for line in found if line]

    def _ids(self) -> str:
        alerts = self.message.alerts
        if not alerts or self.message.items:  # each item has its own
            return ""
        return f"alert {ids(alerts, most=_MOST_IDS)}"

    def _link(self, address: str | None) -> str:
        link = self.dialect.link(one_line(address or ""))
        if len(link) > LONGEST_LINK:
            return ""
        is_html = self.dialect.body_format is BodyFormat.HTML
        shown = self.dialect.escape(link) if is_html else link
        if self.dialect.anchored and is_web(link):
            return f'<a href="{shown}">{shown}</a>'
        return shown

    def _text(self, text: str) -> str:
        return self.dialect.escape(cut(one_line(text), self.room))

    def _excerpt(self, excerpt: Excerpt) -> str:
        return "".join(_marked(shortened(excerpt, self.room), self.dialect))


def rules(message: Message) -> str:
    """Return the rules that a message tells of, few and short; else the monitor."""
    tells_alerts = message.kind in (MessageKind.ALERT, MessageKind.DIGEST)
    return rule_names(message.rules) if tells_alerts else "monitor"


def _marked(excerpt: Excerpt, dialect: Dialect) -> Iterator[str]:
    before, after = dialect.mark
    place = 0
    for start, end in excerpt.marks:
        yield dialect.escape(legible(excerpt.text[place:start]))
        yield f"{before}{dialect.escape(legible(excerpt.text[start:end]))}{after}"
        place = end
    yield dialect.escape(legible(excerpt.text[place:]))
