"""What an answer's headers say about asking again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from multidict import CIMultiDictProxy

from monitor.model import Validators
from monitor.net.failure import one_line

Headers = CIMultiDictProxy[str]

_LONGEST_CACHE = timedelta(days=30)  # more is absurd for a feed
# Bytes that are not UTF-8 can neither be stored nor be sent again as they were.
_RETURNABLE = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]+")
_SECONDS = re.compile(r"[0-9]+")
_MANY_DIGITS = 10  # three hundred years; more would not fit into a timedelta
_DIRECTIVE = re.compile(r'([A-Za-z-]+)\s*(?:=\s*("[^"]*"|[^",\s]*))?')
_OVERLOADED = frozenset({429, 503})
_LINK = re.compile(r"<([^<>]{1,1000})>((?:[^<>\",]|\"[^\"]*\")*)")
_RELATION = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))', re.IGNORECASE)
_PUSH_RELATIONS = frozenset({"hub", "self"})
_BOT_WALLS = {
    "cf-mitigated": "Cloudflare's bot wall",
    "x-amzn-waf-action": "Amazon's bot wall",
    "x-sucuri-block": "Sucuri's bot wall",
}


def read_validators(headers: Headers) -> Validators:
    """Return ETag and Last-Modified byte for byte; unsendable ones count as absent."""
    return Validators(
        etag=_verbatim(headers.get("ETag")),
        last_modified=_verbatim(headers.get("Last-Modified")),
    )


def _verbatim(value: str | None) -> str | None:
    return value if value and _RETURNABLE.fullmatch(value) else None


def read_retry_after(headers: Headers, status: int, now: datetime) -> timedelta | None:
    """Return how long a 429 or 503 asks to wait; None if it says nothing usable."""
    value = headers.get("Retry-After", "").strip()
    if status not in _OVERLOADED:
        return None
    wait = _seconds(value)
    if wait is None:
        wait = _until(value, headers, now)
    return wait if wait is not None and wait > timedelta(0) else None


def read_cacheable_for(headers: Headers, now: datetime) -> timedelta | None:
    """Return how long the answer may be kept; None where silent or absurd.

    An answer that is stale already may be kept for no time, which is zero.
    """
    directives = dict(_directives(headers))
    if "no-store" in directives or "no-cache" in directives:
        return None
    if "max-age" in directives:
        lifetime = _seconds(directives["max-age"])
    else:
        lifetime = _until(headers.get("Expires", ""), headers, now)
    if lifetime is None or lifetime > _LONGEST_CACHE:
        return None
    age = _seconds(headers.get("Age", "").strip()) or timedelta(0)
    return max(lifetime - age, timedelta(0))


def read_links(headers: Headers) -> tuple[tuple[str, str], ...]:
    """Return relation and target of the Link headers that name a hub or itself.

    The targets are as written: they may be relative. The form is that of RFC 8288.
    """
    return tuple(
        (relation, target.strip())
        for value in headers.getall("Link", ())
        for target, parameters in _LINK.findall(value)
        if (found := _RELATION.search(parameters)) is not None
        for relation in (found[1] or found[2] or "").lower().split()
        if relation in _PUSH_RELATIONS and target.isprintable()
    )


def _directives(headers: Headers) -> Iterator[tuple[str, str]]:
    for value in headers.getall("Cache-Control", ()):
        for found in _DIRECTIVE.finditer(value):
            yield found[1].lower(), (found[2] or "").strip('" ')


def _seconds(value: str) -> timedelta | None:
    if not _SECONDS.fullmatch(value):
        return None
    digits = value.lstrip("0") or "0"
    is_long = len(digits) > _MANY_DIGITS
    return timedelta(seconds=10**_MANY_DIGITS if is_long else int(digits))


def _until(value: str, headers: Headers, now: datetime) -> timedelta | None:
    """Return the time from the server's own clock to `value`."""
    end = _date(value)
    start = _date(headers.get("Date", "")) or now
    return end - start if end else None


def _date(value: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def bot_wall(headers: Headers) -> str:
    """Return the words that name a bot wall which says so itself, or nothing."""
    for name, wall in _BOT_WALLS.items():
        if name in headers:
            return f" from {wall} ({name}: {one_line(headers[name])})"
    return ""
