"""Dates as publishers write them, to aware UTC.

RFC 822 and ISO 8601 with all that is made of them: the names of months and zones in
many languages, two-digit years, numbers with dots, no zone.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone

from monitor.feeds.date_words import MONTHS, ZONES, month_of

_LONGEST = 100
_EARLIEST = 1990
_PIVOT = 70
_LAST_SECOND = 59
_MIDNIGHT = 24
_NOON = 12
_DECEMBER = 12

_RFC_822 = re.compile(
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?(\d{1,2}) "
    r"(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (\d{4}) "
    r"(\d\d:\d\d:\d\d) (?:GMT|UTC|Z|([+-]\d{4}))",
    re.ASCII,
)
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)", re.ASCII)
_TIME = re.compile(
    r"(?:(?<=\d)T|\b)(\d{1,2}):(\d{2})(?::(\d{2}))?(?:[.,]\d{1,12})?"
    r"(?:\s*([ap])\.?m\b\.?)?"
    r"(?:\s*uhr\b)?(?:\s*[(]?([a-z]{1,5})\b[)]?)?"
    r"(?:\s*([+-])(\d{1,2}):?(\d{2})?(?!\d))?",
    re.IGNORECASE,
)
_OTHER_CLOCK = re.compile(
    r"(?<=\dt)(\d\d)()(?=z|[+-]\d|$)|\bkl(?:o|\.)?\s*(\d{1,2})[.:](\d\d)\b"
    r"|\b(\d{1,2})\.(\d\d)(?=\s*uhr\b)|\b(\d{1,2})\s?h\s?(\d\d)\b"
)
"""An hour alone in ISO 8601, `kl. 10.30`, `10.30 Uhr`, `10h30`."""

_COMPACT = re.compile(
    r"^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})?)?", re.IGNORECASE
)
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_EAST_ASIAN = re.compile(
    r"(\d{4})\s?(?:年|\u1102\u1167\u11ab)\s?(\d{1,2})\s?(?:月|\u110b\u116f\u11af)"
    r"\s?(\d{1,2})\s?(?:日|\u110b\u1175\u11af)"
)
_YEAR_ALONE = re.compile(r"\s*(\d{4})(?:-(\d{2}))?\s*")
_DOTTED = re.compile(r"(?<!\d)(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2})(?!\d)")
_DAY_FIRST = re.compile(
    r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|er)?[.\s-]+(?:del?\s+|d['\u2019]\s?)?([^\W\d_]{3,})"
    r"[.,]?[\s-]*(?:del?\s+)?(\d{4}|\d{2})(?!\d)"
)
_YEAR_THEN_MONTH = re.compile(r"(\d{4})[.,]?\s+([^\W\d_]{3,})\s+(\d{1,2})(?!\d)")
_SLASHES = re.compile(r"(?<!\d)(\d{1,2})/(\d{1,2})/(\d{4})(?!\d)")
_MONTH_FIRST = re.compile(
    r"([^\W\d_]{3,})[.]?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4}|\d{2})(?!\d)"
)

_WITH_NAMES = (
    (_DAY_FIRST, 3, 2, 1),
    (_MONTH_FIRST, 3, 1, 2),
    (_YEAR_THEN_MONTH, 1, 2, 3),
)
"""Patterns, and the groups in which their year, month and day stand."""


def parse_date(text: str) -> datetime | None:
    """Return the moment in UTC, None where there is none or it is before 1990.

    A date without a time is its midnight, a time without a zone is UTC.
    """
    if not text:
        return None
    moment = _by_the_book(text)
    return moment if moment is not None else _as_people_write(text)


def _by_the_book(text: str) -> datetime | None:
    """Return the moment of a date as RFC 822 or RFC 3339 want it, else None."""
    if found := _RFC_822.fullmatch(text):
        day, month, year, clock, zone = found.groups()
        text = f"{year}-{MONTHS[month.lower()]:02}-{day:0>2}T{clock}{zone or 'Z'}"
    elif not _RFC_3339.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if moment.year >= _EARLIEST else None


def _as_people_write(text: str) -> datetime | None:
    text = _folded(text[:_LONGEST].strip())
    compact = _COMPACT.match(text)
    if compact:
        text = _spelled_out(compact) + text[compact.end() :]
    text = _OTHER_CLOCK.sub(_usual_clock, text)
    time = _TIME.search(text)
    days = text if time is None else f"{text[: time.start()]} {text[time.end() :]}"
    date = _date(days)
    if date is None:
        return None
    try:
        moment = datetime(*date, tzinfo=UTC if time is None else _zone(time))
        moment += timedelta() if time is None else _since_midnight(time)
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if moment.year >= _EARLIEST else None


def _folded(text: str) -> str:
    """Return the text in lower case without accents, `é` as `e`."""
    parts = unicodedata.normalize("NFKD", text.lower())
    return "".join(part for part in parts if not unicodedata.combining(part))


def _spelled_out(compact: re.Match[str]) -> str:
    year, month, day, hour, minute, second = compact.groups()
    date = f"{year}-{month}-{day}"
    return f"{date} {hour}:{minute}:{second or '00'}" if hour else date


def _usual_clock(clock: re.Match[str]) -> str:
    hour, minute = (part for part in clock.groups() if part is not None)
    return f" {hour}:{minute or '00'} "


def _date(text: str) -> tuple[int, int, int] | None:
    """Return year, month and day, not yet checked against the calendar."""
    if found := _DOTTED.search(text):
        return _year(found[3]), int(found[2]), int(found[1])
    for pattern, year, month, day in _WITH_NAMES:
        found = pattern.search(text)
        if found and (number := month_of(found[month])):
            return _year(found[year]), number, int(found[day])
    for pattern in (_YEAR_FIRST, _EAST_ASIAN):
        if found := pattern.search(text):
            return int(found[1]), int(found[2]), int(found[3])
    if found := _YEAR_ALONE.fullmatch(text):
        return int(found[1]), int(found[2] or 1), 1
    return _between_slashes(text)


def _between_slashes(text: str) -> tuple[int, int, int] | None:
    """Return a date with slashes where only one order of day and month is possible."""
    found = _SLASHES.search(text)
    if found is None:
        return None
    first, second, year = (int(part) for part in found.groups())
    if first == second or (first <= _DECEMBER) == (second <= _DECEMBER):
        return (year, first, second) if first == second else None
    return (year, second, first) if first > _DECEMBER else (year, first, second)


def _year(digits: str) -> int:
    year = int(digits)
    if len(digits) > len("26"):
        return year
    return year + (2000 if year < _PIVOT else 1900)


def _since_midnight(time: re.Match[str]) -> timedelta:
    hour, minute, second = int(time[1]), int(time[2]), int(time[3] or 0)
    if time[4]:
        hour = hour % _NOON + (_NOON if time[4] == "p" else 0)
    if hour > _MIDNIGHT or minute > _LAST_SECOND:
        raise ValueError(time[0])
    return timedelta(hours=hour, minutes=minute, seconds=min(second, _LAST_SECOND))


def _zone(time: re.Match[str]) -> timezone:
    if time[6]:
        offset = timedelta(hours=int(time[7]), minutes=int(time[8] or 0))
        return timezone(-offset if time[6] == "-" else offset)
    return timezone(timedelta(hours=ZONES.get(time[5] or "", 0)))
