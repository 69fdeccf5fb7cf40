"""The console channel: an alert as a person reads it, on a terminal or into a pipe."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo
from io import StringIO
from threading import Lock
from typing import TextIO

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from monitor.alerts.listing import grouped, item_facts, silencing
from monitor.alerts.page import because, changes, remarkable
from monitor.alerts.wording import at_local_time, how_late, legible, lines, one_line
from monitor.model import (
    Excerpt,
    Message,
    Priority,
    SendOutcome,
    SendResult,
)

_COLOURS = {
    Priority.LOW: "dim",
    Priority.NORMAL: "green",
    Priority.HIGH: "yellow",
    Priority.URGENT: "bold red",
}
_WIDTH_OF_A_PIPE = 100
_INDENT = (0, 0, 0, 2)


def is_console(url: str) -> bool:
    """Say whether a channel URL means the console, which needs no service."""
    return url.strip().lower().rstrip("/") == "console:"


class ConsoleChannel:
    """Prints messages to a stream, with the colours and the width of a terminal."""

    def __init__(self, stream: TextIO, *, zone: tzinfo) -> None:
        self._stream = stream
        self._zone = zone
        self._one_at_a_time = Lock()

    def send(
        self,
        message: Message,
        *,
        created_at: datetime,
        now: datetime,
        maybe_sent: bool = False,
    ) -> SendResult:
        """Print the message; a stream that is closed is a reason to try again."""
        with self._one_at_a_time:
            try:
                self._write(self._page(message, created_at, now, maybe_sent=maybe_sent))
            except (OSError, ValueError) as error:
                detail = f"the console cannot be written ({type(error).__name__})"
                return SendResult(SendOutcome.RETRY, detail=detail)
        return SendResult(SendOutcome.SENT)

    def _write(self, page: str) -> None:
        encoding = self._stream.encoding or "utf-8"
        self._stream.write(page.encode(encoding, "replace").decode(encoding))
        self._stream.flush()

    def _page(
        self, message: Message, created_at: datetime, now: datetime, *, maybe_sent: bool
    ) -> str:
        """Return the whole text, so that it goes out in one piece."""
        is_terminal = self._stream.isatty()
        page = StringIO()
        console = Console(
            file=page,
            force_terminal=is_terminal,
            width=None if is_terminal else _WIDTH_OF_A_PIPE,
            markup=False,
            highlight=False,
            emoji=False,
            soft_wrap=not is_terminal,
        )
        remarks = [how_late(created_at, now)]
        remarks += ["possible repeat"] if maybe_sent else []
        console.print(_head(message, [remark for remark in remarks if remark]))
        for line in _lines(message, self._zone):
            # A pipe gets its lines whole; on a terminal the indent goes on below.
            indented = Padding(line, _INDENT) if is_terminal else Text("  ") + line
            console.print(indented)
        console.print()
        return page.getvalue()


def _lines(message: Message, zone: tzinfo) -> Iterator[Text]:
    yield Text(one_line(message.title) or "(without a title)", style="bold")
    if origin := _origin(message, zone):
        yield Text(origin, style="dim")
    yield from (Text(line) for line in lines(message.text).splitlines())
    yield from map(_highlighted, message.excerpts)
    yield from map(Text, changes(message))
    if message.terms:
        yield Text(one_line(because(message)), style="dim")
    yield from (Text(one_line(line), style="yellow") for line in remarkable(message))
    yield from _items(message, zone)
    if message.link:
        yield Text(one_line(message.link), style="underline")
    for command in silencing(message):
        yield Text(f"to silence: {command}", style="dim")


def _items(message: Message, zone: tzinfo) -> Iterator[Text]:
    """Yield every entry of a digest, by rule."""
    for names, items in grouped(message.items):
        yield Text()
        yield Text(f"{names} ({len(items)})", style="bold")
        for item in items:
            yield Text(f"· {one_line(item.title) or '(without a title)'}")
            yield Text("  " + " · ".join(item_facts(item, zone)), style="dim")
            if item.link:
                yield Text("  ").append(one_line(item.link), style="underline")


def _head(message: Message, remarks: list[str]) -> Text:
    """Return "● waffen  high  alert 12  2 h late"."""
    head = Text("● ", style=_COLOURS[message.priority])
    head.append(_names(message), style="bold")
    head.append(f"  {message.priority.name.lower()}", style=_COLOURS[message.priority])
    if message.alerts and not message.items:  # each of them has its own
        head.append("  alert " + " ".join(map(str, message.alerts)), style="dim")
    for remark in remarks:
        head.append(f"  {remark}", style="yellow")
    return head


def _names(message: Message) -> str:
    if not message.kind.tells_alerts:
        return "monitor"
    return ", ".join(one_line(rule) for rule in message.rules)


def _origin(message: Message, zone: tzinfo) -> str:
    at = message.published_at or message.first_seen_at
    time = at_local_time(at, zone) if at else ""
    parts = (one_line(message.source), one_line(message.author), time)
    return " · ".join(part for part in parts if part)


def _highlighted(excerpt: Excerpt) -> Text:
    """Return the sentence with its words marked, by colour and without it too."""
    text, place = Text(), 0
    for start, end in excerpt.marks:
        text.append(legible(excerpt.text[place:start]))
        text.append(f"»{legible(excerpt.text[start:end])}«", style="bold yellow")
        place = end
    return text.append(legible(excerpt.text[place:]))
