"""A message in the form of a service: everything said, escaped, within bounds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo

from monitor.alerts.dialects import Dialect, dialect_of, is_web
from monitor.alerts.excerpts import shortened
from monitor.alerts.wording import (
    at_local_time,
    cut,
    how_late,
    legible,
    lines,
    one_line,
)
from monitor.model import (
    BodyFormat,
    Excerpt,
    Form,
    Message,
    MessageKind,
    Rendered,
)

_ROOMS = (4000, 3000, 2000, 1500, 1000, 700, 500, 300, 200, 120, 60, 30, 10, 0)
"""How long each text may be, tried until the whole fits; link and ids are never cut."""

_LEAST_ROOM = 40
_LONGEST_LINK = 800
_MOST_RULES = 5
_MOST_IDS = 20


@dataclass(frozen=True, slots=True)
class _Page:
    """A message on its way into a dialect, each text cut to `room` characters."""

    message: Message
    dialect: Dialect
    room: int
    time: str
    remarks: tuple[str, ...]

    @property
    def title(self) -> str:
        """Return the title: the rules, then what the entry calls itself."""
        name = one_line(self.message.title) or "(without a title)"
        room = max(self.room, _LEAST_ROOM)
        whole = f"[{_rules(self.message)}] {cut(name, room)}"
        return self.dialect.title_escape(cut(whole, self.dialect.title_limit))

    @property
    def body(self) -> str:
        """Return the paragraphs, with an empty line between them."""
        gap = self.dialect.line_break
        found = (gap.join(paragraph) for paragraph in self._paragraphs())
        return (gap * 2).join(text for text in found if text)

    def _paragraphs(self) -> Iterator[list[str]]:
        if self.dialect.titled:
            yield [self.title.join(self.dialect.mark)]
        escape = self.dialect.escape
        yield [escape(line) for line in (self._head(), *self.remarks) if line]
        yield [self._text(line) for line in lines(self.message.text).split("\n")]
        for excerpt in self.message.excerpts:
            yield [self._excerpt(excerpt)]
        yield [line for line in map(self._text, self._reasons()) if line]
        yield [line for line in (self._link(), self._ids()) if line]

    def _head(self) -> str:
        message = self.message
        parts = (
            f"{_rules(message)} · {message.priority.name.lower()}",
            one_line(message.source),
            one_line(message.author),
            self.time,
        )
        room = max(self.room, _LEAST_ROOM)
        return " · ".join(cut(part, room) for part in parts if part)

    def _reasons(self) -> Iterator[str]:
        if self.message.terms:
            yield "because: " + "; ".join(self.message.terms)
        yield from self.message.labels

    def _ids(self) -> str:
        ids = self.message.alerts
        shown = " ".join(map(str, ids[:_MOST_IDS]))
        more = f" and {len(ids) - _MOST_IDS} more" if len(ids) > _MOST_IDS else ""
        return f"alert {shown}{more}" if ids else ""

    def _link(self) -> str:
        link = self.dialect.link(one_line(self.message.link or ""))
        if len(link) > _LONGEST_LINK:
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


def render(
    message: Message,
    form: Form,
    *,
    created_at: datetime,
    now: datetime,
    zone: tzinfo,
    maybe_sent: bool = False,
    bare: bool = False,
) -> Rendered:
    """Return the message in the form of a service, within what the service takes.

    `created_at` is when it should have arrived: a late one says how late it is. What
    came from a feed means nothing to the service but its letters.
    """
    dialect = dialect_of(form, bare=bare)
    at = message.published_at or message.first_seen_at
    time = at_local_time(at, zone) if at else ""
    remarks = _remarks(created_at, now, maybe_sent=maybe_sent)
    pages = (_Page(message, dialect, room, time, remarks) for room in _ROOMS)
    page = next((page for page in pages if _fits(page)), None) or _Page(
        message, dialect, 0, time, remarks
    )
    return Rendered(
        title="" if dialect.titled else page.title,
        body=page.body,
        body_format=dialect.body_format,
        priority=message.priority,
        link=_clickable(message, dialect),
    )


def _remarks(
    created_at: datetime, now: datetime, *, maybe_sent: bool
) -> tuple[str, ...]:
    repeat = "possible repeat: it may have arrived before" if maybe_sent else ""
    return tuple(line for line in (how_late(created_at, now), repeat) if line)


def _fits(page: _Page) -> bool:
    dialect = page.dialect
    return dialect.size(page.title) + dialect.size(page.body) <= dialect.limit


def _rules(message: Message) -> str:
    if message.kind is not MessageKind.ALERT:
        return "monitor"
    names = [cut(one_line(rule), 60) for rule in message.rules[:_MOST_RULES]]
    more = len(message.rules) - _MOST_RULES
    return ", ".join([*names, *([f"+{more}"] if more > 0 else [])])


def _clickable(message: Message, dialect: Dialect) -> str | None:
    link = dialect.link(one_line(message.link or ""))
    return link if is_web(link) and len(link) <= _LONGEST_LINK else None


def _marked(excerpt: Excerpt, dialect: Dialect) -> Iterator[str]:
    before, after = dialect.mark
    place = 0
    for start, end in excerpt.marks:
        yield dialect.escape(legible(excerpt.text[place:start]))
        yield f"{before}{dialect.escape(legible(excerpt.text[start:end]))}{after}"
        place = end
    yield dialect.escape(legible(excerpt.text[place:]))
