"""How often, and when, a publisher asks to be polled."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta

_LONGEST = timedelta(days=31)
_SHORTEST = timedelta(minutes=1)
_PERIODS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(weeks=1),
    "monthly": timedelta(days=30),
}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HOURS = re.compile(r"\s*[0-9]{1,2}\s*")
_HOUR = re.compile(r"<hour[^<>]*>\s*(\d{1,2})\s*<", re.IGNORECASE)
_DAY = re.compile(r"<day[^<>]*>\s*(\w+)\s*<", re.IGNORECASE)


def min_interval(ttl: str, period: str, frequency: str) -> timedelta | None:
    """Return the longest interval that the feed asks for, None if for no sane one.

    `ttl` is in minutes; `period` is ``hourly``, ``daily`` ..., and `frequency` how
    many times in it.
    """
    asked = []
    if _is_count(ttl):
        asked.append(timedelta(minutes=int(ttl)))
    if period.strip().lower() in _PERIODS:
        times = int(frequency) if _is_count(frequency) else 1
        asked.append(_PERIODS[period.strip().lower()] / max(times, 1))
    return max((t for t in asked if _SHORTEST <= t <= _LONGEST), default=None)


def skipped_hours(markup: str) -> frozenset[int]:
    """Return the hours (GMT, 0 to 23) in which the feed asks not to be polled."""
    return hours_in(_HOUR.findall(_block(markup, "skiphours")))


def skipped_days(markup: str) -> frozenset[int]:
    """Return the days (Monday is 0) on which the feed asks not to be polled."""
    return days_in(_DAY.findall(_block(markup, "skipdays")))


def hours_in(texts: Iterable[str]) -> frozenset[int]:
    """Return the hours that are written, 24 as 0."""
    hours = [int(text) for text in texts if _HOURS.fullmatch(text)]
    return frozenset(hour % 24 for hour in hours if hour <= len(range(24)))


def days_in(texts: Iterable[str]) -> frozenset[int]:
    """Return the days whose names are written, Monday as 0."""
    days = [text.strip().lower() for text in texts]
    return frozenset(_DAYS.index(day) for day in days if day in _DAYS)


def _is_count(text: str) -> bool:
    return re.fullmatch(r"\s*[0-9]{1,6}\s*", text) is not None


def _block(markup: str, name: str) -> str:
    """Return what stands in the first element of that name (lower case)."""
    start = re.search(rf"<{name}\b", markup, re.IGNORECASE)
    if start is None:
        return ""
    end = re.compile(rf"</{name}\b", re.IGNORECASE).search(markup, start.end())
    return markup[start.end() : end.start()] if end else ""
