"""Words for people: text without tricks, cut at a word; times and delays."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo
from types import MappingProxyType

ELLIPSIS = "…"

_BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"

_LEGIBLE: Mapping[int, str | None] = MappingProxyType(
    # Control characters and line breaks of every kind are spaces ...
    dict.fromkeys([*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029], " ")
    # ... a half of a character that is nowhere whole cannot be sent ...
    | dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
    # ... and nobody needs what turns the order of reading around.
    | dict.fromkeys(map(ord, _BIDI))
)

_SPACES = re.compile(r"\s+")
_LATE_FROM = timedelta(minutes=5)
_UNITS = (
    (timedelta(days=2), timedelta(days=1), "days"),
    (timedelta(hours=1), timedelta(hours=1), "h"),
    (timedelta(0), timedelta(minutes=1), "min"),
)


_MINUTE = 60
_SHORT_UNITS = (("d", 86_400), ("h", 3_600), ("m", _MINUTE))


def counted(count: int, one: str, many: str = "") -> str:
    """Return "1 entry", "2 entries"; without `many` an s is put behind `one`."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def legible(text: str) -> str:
    """Return the text without control characters and bidi tricks."""
    return text.translate(_LEGIBLE)


def one_line(text: str) -> str:
    """Return the same as one line, with single spaces."""
    return _SPACES.sub(" ", legible(text)).strip()


def lines(text: str) -> str:
    """Return the same with its line breaks kept."""
    return "\n".join(one_line(line) for line in text.splitlines()).strip()


def cut(text: str, room: int) -> str:
    """Return at most `room` characters of the text, ended at a word by an ellipsis."""
    if len(text) <= room:
        return text
    if room <= 0:
        return ""
    kept = text[: room - 1]
    at_word = kept.rpartition(" ")[0]
    # A single word longer than half of the room is cut inside.
    return (at_word if len(at_word) * 2 > room else kept).rstrip() + ELLIPSIS


def at_local_time(at: datetime, zone: tzinfo) -> str:
    """Return a time as people write it, in the zone; in UTC where the zone ends."""
    try:
        local = at.astimezone(zone)
    except (OverflowError, ValueError):
        local = at
    return f"{local.day} {local:%b %Y, %H:%M}"


def how_late(created_at: datetime, now: datetime) -> str:
    """Return how late a message is ("2 h late"), empty if it is not."""
    late = now - created_at
    if late <= _LATE_FROM:
        return ""
    return f"{in_words(late)} late"


def in_words(span: timedelta) -> str:
    """Return a duration in one unit, rounded: "20 min", "24 h", "3 days"."""
    unit, word = next((unit, word) for least, unit, word in _UNITS if span >= least)
    return f"{round(span / unit)} {word}"


def short(span: timedelta) -> str:
    """Return a duration as `in_words`, for a table: "90s", "60m", "5h", "3d"."""
    seconds = round(span.total_seconds())
    if seconds == _MINUTE:
        return "1m"
    for unit, size in _SHORT_UNITS:
        if seconds >= 2 * size:
            return f"{round(seconds / size)}{unit}"
    return f"{seconds}s"


def ago(at: datetime | None, now: datetime) -> str:
    """Return how long ago a time was ("5m ago"), "never" without one."""
    return "never" if at is None else f"{short(max(now - at, timedelta(0)))} ago"


def ahead(at: datetime | None, now: datetime) -> str:
    """Return in how long a time comes ("in 7m"), "due" if it came, "" without one."""
    if at is None:
        return ""
    return f"in {short(at - now)}" if at > now else "due"
