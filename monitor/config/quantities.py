"""Texts that stand for values: durations, sizes, networks, time zones and names."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cache
from ipaddress import ip_address, ip_interface
from zoneinfo import available_timezones

from monitor.alerts.timetable import read_timetable
from monitor.config.languages import LANGUAGES
from monitor.config.near import did_you_mean
from monitor.feeds.encoding import charset
from monitor.model import FeedKind, FullText, Identity, Priority, Rate

_UNITS = {
    "ms": timedelta(milliseconds=1),
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
DURATION = r"0|(\d{1,6}(ms|[smhdw]))+"
_LONGEST = timedelta(days=3660)
_LAST_PORT = 65_535
_FACTORS = {
    "": 1,
    "b": 1,
    "kb": 10**3,
    "mb": 10**6,
    "gb": 10**9,
    "kib": 2**10,
    "mib": 2**20,
    "gib": 2**30,
}
DAY = r"\d{4}-\d{2}-\d{2}"
SIZE = r"\d{1,12} ?([kKmMgG]i?)?[bB]?"


def parse_duration(text: str) -> timedelta | None:
    """Return the duration that ``30s``, ``5m`` or ``1h30m`` stand for, else None."""
    if not re.fullmatch(DURATION, text, re.ASCII):
        return None
    parts = re.findall(r"(\d+)(ms|[smhdw])", text, re.ASCII)
    total = sum((int(n) * _UNITS[unit] for n, unit in parts), timedelta(0))
    return total if total <= _LONGEST else None


def duration(text: str) -> timedelta:
    """Return a duration.

    Raises:
        ValueError: it is none; the text says what to write.
    """
    parsed = parse_duration(text)
    if parsed is None:
        raise ValueError(
            f"`{text}` is no duration; write a number and its unit: 30s, 5m, 1h30m, 7d"
        )
    return parsed


def written_duration(span: timedelta) -> str:
    """Return a duration as it is written in the files: 1h, 90m, 1500ms."""
    sizes = reversed(_UNITS.items())
    unit, size = next((u, size) for u, size in sizes if not span % size)
    return f"{span // size}{unit}"


def interval(text: str) -> timedelta:
    """Return a duration of at least a second.

    Raises:
        ValueError: it is none, or shorter.
    """
    parsed = duration(text)
    if parsed < timedelta(seconds=1):
        raise ValueError("shorter than a second; write 1s or more")
    return parsed


KEPT_FOR = r"forever|\d{1,2}y|(\d{1,6}(ms|[smhdw]))+"
_YEAR = timedelta(days=365)
_SHORTEST_KEPT = timedelta(days=7)


def kept_for(text: str) -> timedelta | None:
    """Return how long something is kept; None for ``forever``, ``1y`` is 365 days.

    Raises:
        ValueError: it is no duration, or less than a week; the text says what to write.
    """
    if text == "forever":
        return None
    years = re.fullmatch(r"(\d{1,2})y", text, re.ASCII)
    parsed = int(years[1]) * _YEAR if years else parse_duration(text)
    if parsed is None:
        raise ValueError(
            f"`{text}` is no time to keep something for; write 90d, 1y or forever"
        )
    if parsed < _SHORTEST_KEPT:
        raise ValueError(
            "shorter than a week; what is forgotten and comes back would be news "
            "again: write 7d or more"
        )
    return parsed


def pace(text: str) -> timedelta | None:
    """Return how often ``daily`` or ``6h`` is; None for ``off``.

    Raises:
        ValueError: it is neither; the text says what to write.
    """
    if text in ("off", "daily"):
        return timedelta(days=1) if text == "daily" else None
    if parse_duration(text) is None:
        raise ValueError(f"`{text}` must be `daily`, `off` or a duration as 6h")
    return interval(text)


RATE = rf"none|\d{{1,6}}/({DURATION})"


def rate(text: str) -> Rate | None:
    """Return how many in what time ``20/1h`` allows; None for ``none``.

    Raises:
        ValueError: it is neither; the text says what to write.
    """
    if text == "none":
        return None
    how_many, _, span = text.partition("/")
    per = parse_duration(span)
    if not re.fullmatch(r"\d{1,6}", how_many, re.ASCII) or not int(how_many) or not per:
        raise ValueError(
            f"`{text}` is no rate; write how many in what time: 20/1h, or none"
        )
    return Rate(int(how_many), per)


def cron(text: str) -> str:
    """Return a timetable, as written: ``0 8 * * mon``.

    Raises:
        ValueError: it is none; the text says what to write.
    """
    read_timetable(text)
    return text


def written_rate(rate: Rate) -> str:
    """Return a rate as it is written in the files: 20/1h."""
    return f"{rate.count}/{written_duration(rate.per)}"


def size(text: str) -> int:
    """Return the bytes that ``16MB``, ``512kB`` or ``8MiB`` stand for.

    Raises:
        ValueError: it is no size, or one that no feed has.
    """
    found = re.fullmatch(r"(\d{1,12}) ?([a-zA-Z]*)", text, re.ASCII)
    factor = _FACTORS.get(found[2].lower()) if found else None
    if found is None or factor is None:
        raise ValueError(f"`{text}` is no size; write 16MB, 512kB or 8MiB")
    parsed = int(found[1]) * factor
    if not 10**3 <= parsed <= 10**9:
        raise ValueError("must be from 1kB to 1GB")
    return parsed


def count(text: str, most: int) -> int:
    """Return a whole number from 1 to `most`.

    Raises:
        ValueError: it is none.
    """
    if not re.fullmatch(r"\d{1,6}", text, re.ASCII) or not 1 <= int(text) <= most:
        raise ValueError(f"`{text}` must be a whole number from 1 to {most}")
    return int(text)


def network(text: str) -> str:
    """Return a network in its usual form, ``10.0.0.0/8``.

    Raises:
        ValueError: it is none, or names a single address inside it.
    """
    try:
        found = ip_interface(text)
    except ValueError:
        raise ValueError(
            f"`{text}` is no network; write 10.0.0.0/8 or fd00::/8"
        ) from None
    if found.ip != found.network.network_address:
        raise ValueError(f"`{text}` is an address; did you mean `{found.network}`?")
    return str(found.network)


def day(text: str) -> date:
    """Return a day.

    Raises:
        ValueError: it is none; the text says what to write.
    """
    try:
        return date.fromisoformat(text if re.fullmatch(DAY, text, re.ASCII) else "")
    except ValueError:
        raise ValueError(f"`{text}` is no day; write one as 2026-12-31") from None


def yes_or_no(text: str) -> bool:
    """Return what ``true`` or ``false`` say.

    Raises:
        ValueError: it is neither.
    """
    if text not in ("true", "false"):
        raise ValueError(f"`{text}` must be `true` or `false`")
    return text == "true"


def language(text: str) -> str:
    """Return the code of a language that has a lexicon.

    Raises:
        ValueError: there is no lexicon for it.
    """
    if text in LANGUAGES:
        return text
    near = did_you_mean(text, LANGUAGES)
    if not near.startswith("did"):
        near = f"there are {', '.join(LANGUAGES)}"
    raise ValueError(f"there is no lexicon for `{text}`; {near}")


@cache
def _zones() -> tuple[str, ...]:
    return tuple(sorted(available_timezones()))


def time_zone(text: str) -> str:
    """Return the name of a time zone.

    Raises:
        ValueError: there is none of that name.
    """
    if text in _zones():
        return text
    near = did_you_mean(text, _zones())
    instead = near if near.startswith("did") else "write one like `Europe/Berlin`"
    raise ValueError(f"there is no time zone `{text}`; {instead}")


def identity(text: str) -> Identity:
    """Return what entries are known by.

    Raises:
        ValueError: it is none of auto, guid and link.
    """
    names = [each.value for each in Identity]
    if text not in names:
        raise ValueError(
            f"entries are not known by `{text}`; {did_you_mean(text, names)}"
        )
    return Identity(text)


def full_text(text: str) -> FullText:
    """Return whether articles are read.

    Raises:
        ValueError: it is none of auto, always and never.
    """
    names = [each.value for each in FullText]
    if text not in names:
        raise ValueError(f"articles are not read `{text}`; {did_you_mean(text, names)}")
    return FullText(text)


def priority(text: str) -> Priority:
    """Return a priority.

    Raises:
        ValueError: there is none of that name.
    """
    names = [level.name.lower() for level in Priority]
    if text not in names:
        raise ValueError(f"there is no priority `{text}`; {did_you_mean(text, names)}")
    return Priority[text.upper()]


def kind(text: str) -> FeedKind:
    """Return what stands at a feed's URL.

    Raises:
        ValueError: there is no kind of that name.
    """
    kinds = [str(each) for each in FeedKind]
    if text not in kinds:
        raise ValueError(f"there is no kind `{text}`; {did_you_mean(text, kinds)}")
    return FeedKind(text)


def encoding(text: str) -> str:
    """Return the name of a charset, as written.

    Raises:
        ValueError: there is none of that name.
    """
    if not charset(text):
        instead = "write its usual name, as utf-8, windows-1251 or gb18030"
        raise ValueError(f"there is no charset `{text}`; {instead}")
    return text


def listen_address(text: str) -> tuple[str, int]:
    """Return host and port of an address to listen at: ``127.0.0.1:8090``.

    Raises:
        ValueError: it is none.
    """
    host, _, port = text.rpartition(":")
    host = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    try:
        ip_address(host)
        number = int(port) if re.fullmatch(r"\d{1,5}", port, re.ASCII) else 0
    except ValueError:
        number = 0
    if not 1 <= number <= _LAST_PORT:
        raise ValueError(
            f"`{text}` is no address to listen at; write 127.0.0.1:8090, 0.0.0.0:8090 "
            'or "[::1]:8090"'
        )
    return host, number
