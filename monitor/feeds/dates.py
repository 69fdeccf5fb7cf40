"""Dates as publishers write them, to aware UTC.

RFC 822 and ISO 8601 with all that is made of them: German, French, Spanish, Italian
and other month names, German zones, two-digit years, numbers with dots, no zone.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone

_LONGEST = 100
_EARLIEST = 1990
_PIVOT = 70
_LAST_SECOND = 59
_MIDNIGHT = 24
_NOON = 12

_MONTH_NAMES = (
    "jan ene gen sty",
    "feb fev lut",
    "mar mae mrz mrt",
    "apr abr avr kwi",
    "may mai mag mei maj",
    "jun juin giu cze",
    "jul juil lug lip",
    "aug ago aou sie",
    "sep set wrz",
    "oct okt ott out paz",
    "nov lis",
    "dec dez dic gru",
)
_MONTHS = {
    name: number
    for number, names in enumerate(_MONTH_NAMES, start=1)
    for name in names.split()
}
_ZONES = {
    "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6,
    "pst": -8, "pdt": -7, "akst": -9, "akdt": -8, "hst": -10, "brt": -3, "art": -3,
    "bst": 1, "west": 1, "cet": 1, "mez": 1, "cest": 2, "mesz": 2, "sast": 2,
    "eet": 2, "oez": 2, "eest": 3, "oesz": 3, "msk": 3, "trt": 3, "ist": 5.5,
    "sgt": 8, "hkt": 8, "awst": 8, "jst": 9, "kst": 9, "aest": 10, "aedt": 11,
    "nzst": 12, "nzdt": 13,
}  # fmt: skip
"""Hours east of Greenwich; names that are not here (UTC, GMT, Z among them) are 0."""

_TIME = re.compile(
    r"(?:(?<=\d)T|\b)(\d{1,2}):(\d{2})(?::(\d{2}))?(?:[.,]\d{1,12})?"
    r"(?:\s*([ap])\.?m\b\.?)?"
    r"(?:\s*uhr\b)?(?:\s*[(]?([a-z]{1,5})\b[)]?)?"
    r"(?:\s*([+-])(\d{1,2}):?(\d{2})?(?!\d))?",
    re.IGNORECASE,
)
_COMPACT = re.compile(
    r"^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})?)?", re.IGNORECASE
)
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_YEAR_ALONE = re.compile(r"\s*(\d{4})(?:-(\d{2}))?()\s*")
_DOTTED = re.compile(r"(?<!\d)(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2})(?!\d)")
_DAY_FIRST = re.compile(
    r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|er)?[.\s-]+(?:de\s+)?([^\W\d_]{3,})"
    r"[.,]?[\s-]*(?:de\s+)?(\d{4}|\d{2})(?!\d)"
)
_MONTH_FIRST = re.compile(
    r"([^\W\d_]{3,})[.]?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4}|\d{2})(?!\d)"
)


def parse_date(text: str) -> datetime | None:
    """Return the moment in UTC, None where there is none or it is before 1990.

    A date without a time is its midnight, a time without a zone is UTC.
    """
    text = _folded(text[:_LONGEST].strip())
    compact = _COMPACT.match(text)
    if compact:
        text = _spelled_out(compact) + text[compact.end() :]
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


def _date(text: str) -> tuple[int, int, int] | None:
    """Return year, month and day, not yet checked against the calendar."""
    if found := _DOTTED.search(text):
        return _year(found[3]), int(found[2]), int(found[1])
    for pattern, month, day in ((_DAY_FIRST, 2, 1), (_MONTH_FIRST, 1, 2)):
        found = pattern.search(text)
        if found and (number := _month(found[month])):
            return _year(found[3]), number, int(found[day])
    if found := _YEAR_FIRST.search(text) or _YEAR_ALONE.fullmatch(text):
        return int(found[1]), int(found[2] or 1), int(found[3] or 1)
    return None


def _month(name: str) -> int | None:
    return _MONTHS.get(name[:4]) or _MONTHS.get(name[:3])


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
    return timezone(timedelta(hours=_ZONES.get(time[5] or "", 0)))
