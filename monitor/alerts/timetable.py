"""Recurring times, written as in crontab(5), in a time zone and across its changes.

Of a wall time that the clocks skip, or show twice, crontab(5) of Debian says: what is
to happen at such an hour happens once, and what happens every hour keeps to real time.
APScheduler's own `CronTrigger` counts weekdays from monday (crontab: from sunday), and
in an hour that comes twice it returns times that are past, over and over.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from itertools import product
from typing import NamedTuple

_MONTHS = [
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
]
_WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
_A_WEEK = 7
_DAY, _MINUTE = timedelta(days=1), timedelta(minutes=1)
_A_LEAP_YEAR = 2000


class _Field(NamedTuple):
    name: str
    first: int
    last: int
    words: Mapping[str, int]


_FIELDS = (
    _Field("minute", 0, 59, {}),
    _Field("hour", 0, 23, {}),
    _Field("day", 1, 31, {}),
    _Field("month", 1, 12, {name: n for n, name in enumerate(_MONTHS, 1)}),
    _Field("weekday", 0, 7, {name: n for n, name in enumerate(_WEEKDAYS)}),
)
_STEPS = re.compile(r"(?P<range>[^/]+)(?:/(?P<step>\d{1,2}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Timetable:
    """When something recurs, in wall time; weekdays count from 0, sunday.

    Where both days and weekdays are restricted, one of them is enough, as in
    crontab(5).
    """

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    is_either: bool

    @property
    def is_hourly(self) -> bool:
        """Say whether no hour is left out: it keeps to real time."""
        return len(self.hours) == 24  # noqa: PLR2004 - the hours of a day

    def times(self, day: date) -> Iterator[datetime]:
        """Yield the wall times that it has on a day, in order."""
        if self._has(day):
            for hour, minute in product(self.hours, self.minutes):
                yield datetime.combine(day, time(hour, minute))

    def _has(self, day: date) -> bool:
        if day.month not in self.months:
            return False
        in_days = day.day in self.days
        in_weekdays = day.isoweekday() % _A_WEEK in self.weekdays
        return in_days or in_weekdays if self.is_either else in_days and in_weekdays


@lru_cache(maxsize=100)
def read_timetable(cron: str) -> Timetable:
    """Return what ``0 8 * * mon`` says: minute, hour, day, month and weekday.

    Raises:
        ValueError: it says nothing of use; the text says what to write.
    """
    parts = cron.lower().split()
    if len(parts) != len(_FIELDS):
        raise ValueError(
            f"`{cron}` is no timetable; write minute, hour, day, month and weekday, "
            "as `0 8 * * mon` for mondays at 8:00"
        )
    minutes, hours, days, months, weekdays = map(_values, _FIELDS, parts)
    table = Timetable(
        minutes=tuple(sorted(minutes)),
        hours=tuple(sorted(hours)),
        days=days,
        months=months,
        weekdays=frozenset(value % _A_WEEK for value in weekdays),
        is_either=not (parts[2].startswith("*") or parts[4].startswith("*")),
    )
    _require_a_day(cron, table)
    return table


def _require_a_day(cron: str, table: Timetable) -> None:
    longest = max(monthrange(_A_LEAP_YEAR, month)[1] for month in table.months)
    if min(table.days) > longest and not table.is_either:
        raise ValueError(f"`{cron}` names a day that no such month has")


def _values(field: _Field, text: str) -> frozenset[int]:
    """Return the values that one field allows.

    Raises:
        ValueError: it is no list of numbers, names, ranges and steps in its bounds.
    """
    values: set[int] = set()
    for part in text.split(","):
        found = _STEPS.fullmatch(part)
        bounds = _bounds(field, found["range"]) if found else None
        step = int(found["step"] or 1) if found else 0
        if found is None or bounds is None or bounds[0] > bounds[1] or not step:
            raise ValueError(_refusal(field, text))
        first, last = bounds
        is_open = found["step"] is not None and "-" not in found["range"]
        values.update(range(first, field.last + 1 if is_open else last + 1, step))
    return frozenset(values)


def _bounds(field: _Field, text: str) -> tuple[int, int] | None:
    """Return the first and the last of ``*``, ``5``, ``1-5`` or ``mon-fri``."""
    if text == "*":
        last = field.last - (field.name == "weekday")  # 0 and 7 are one day
        return field.first, last
    first, _, last_text = text.partition("-")
    ends = [_value(field, each) for each in (first, last_text or first)]
    if None in ends or text.endswith("-"):
        return None
    start, end = (end for end in ends if end is not None)
    if field.name == "weekday" and end == 0 < start:
        end = _A_WEEK  # fri-sun
    return start, end


def _value(field: _Field, text: str) -> int | None:
    if text in field.words:
        return field.words[text]
    if not re.fullmatch(r"\d{1,2}", text, re.ASCII):
        return None
    return int(text) if field.first <= int(text) <= field.last else None


def _refusal(field: _Field, text: str) -> str:
    names = list(field.words)
    examples = "*, 5, 1-5, */10 or 1,15"
    if names:
        examples = f"*, {names[0]}, {names[1]}-{names[-1]} or {names[0]},{names[2]}"
    return (
        f"`{text}` is no {field.name} of a timetable: they go from {field.first} to "
        f"{field.last}; write {examples}"
    )


def next_time(cron: str, zone: tzinfo, after: datetime) -> datetime:
    """Return the next time of a timetable after `after`, aware, in UTC.

    A time that the clocks skip is the minute in which they go on; one that they show
    twice is the first of the two. A timetable for every hour has no time that is
    skipped, and both that come twice.

    Raises:
        ValueError: `cron` is no timetable.
    """
    table = read_timetable(cron)
    # From the day before on: where clocks go back at midnight, it comes again.
    day = after.astimezone(zone).date() - _DAY
    while True:  # 29 February is eight years away at most
        later = [t for t in _instants(table, day, zone) if t > after]
        if later:
            return min(later)
        day += _DAY


def _instants(table: Timetable, day: date, zone: tzinfo) -> Iterator[datetime]:
    """Yield the instants of a day's wall times."""
    for wall in table.times(day):
        if not _exists(wall, zone):
            if not table.is_hourly:
                yield _instant(_after_gap(wall, zone), zone)
            continue
        yield _instant(wall, zone)
        if table.is_hourly:
            yield _instant(wall.replace(fold=1), zone)


def _instant(wall: datetime, zone: tzinfo) -> datetime:
    return wall.replace(tzinfo=zone).astimezone(UTC)


def _exists(wall: datetime, zone: tzinfo) -> bool:
    return _instant(wall, zone).astimezone(zone).replace(tzinfo=None) == wall


def _after_gap(wall: datetime, zone: tzinfo) -> datetime:
    while not _exists(wall, zone):
        wall += _MINUTE
    return wall
