"""Hours in which a channel is left in peace, as they are written."""

from __future__ import annotations

import re

from monitor.model import QuietHours

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_MINUTES = 24 * 60
QUIET_HOURS = r"([a-zA-Z,-]+ )?\d{1,2}:\d{2}-\d{1,2}:\d{2}"


def quiet_hours(text: str) -> QuietHours:
    """Return the hours that ``22:00-07:00`` or ``sat,sun 00:00-24:00`` stand for.

    Raises:
        ValueError: it is none; the text says what to write.
    """
    named, _, span = text.strip().rpartition(" ")
    days = _days(named.lower()) if named else frozenset(range(7))
    begin, _, last = span.partition("-")
    start, end = _minutes(begin), _minutes(last)
    if not days or start is None or end is None or start in (end, _DAY_MINUTES):
        raise ValueError(
            f"`{text}` are no hours; write 22:00-07:00, or with days: "
            "mon-fri 22:00-07:00, sat,sun 00:00-24:00"
        )
    return QuietHours(days, start, end)


def _days(text: str) -> frozenset[int]:
    """Return the days of ``mon-fri`` or ``sat,sun``, none if it names another."""
    found: set[int] = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        if first not in _DAYS or (last or first) not in _DAYS:
            return frozenset()
        at, end = _DAYS.index(first), _DAYS.index(last or first)
        found |= {day % 7 for day in range(at, end + 1 + 7 * (end < at))}
    return frozenset(found)


def _minutes(text: str) -> int | None:
    """Return the minutes of the day at ``22:00``, None if there is no such time."""
    found = re.fullmatch(r"(\d{1,2}):(\d{2})", text, re.ASCII)
    minutes = int(found[1]) * 60 + int(found[2]) if found else _DAY_MINUTES + 1
    is_time = found and int(found[2]) < 60 and minutes <= _DAY_MINUTES  # noqa: PLR2004 - minutes of an hour
    return minutes if is_time else None
