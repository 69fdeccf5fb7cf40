"""A server that is overloaded is left alone, whatever feed it said so for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import lru_cache
from urllib.parse import urlsplit

from monitor.model import Feed

_USUAL_PORTS = {"http": 80, "https": 443}


@lru_cache(4096)
def host_of(url: str) -> str:
    """Return the host of a URL, in lower case, empty without one.

    Its port follows where it is not the usual one.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:  # a broken IPv6 address or port; the fetcher says so
        return ""
    is_usual = port in {None, _USUAL_PORTS.get(parts.scheme)}
    return (parts.hostname or "") + ("" if is_usual else f":{port}")


def neighbours(
    feed: Feed, hosts: Collection[str], feeds: Mapping[str, Feed]
) -> tuple[str, ...]:
    """Return the names of the other feeds that live on one of the hosts."""
    there = (name for name, other in feeds.items() if host_of(other.url) in hosts)
    return tuple(name for name in there if name != feed.name)


class Pauses:
    """Which hosts asked to be left alone since this process began.

    What is stored of it binds the next claim; this binds what is claimed already.
    """

    def __init__(self) -> None:
        self._until: dict[str, datetime] = {}

    def note(self, url: str, until: datetime | None) -> None:
        """Note until when the host of a URL is to be left alone."""
        if until is not None:
            self._until[host_of(url)] = until

    def until(self, url: str, now: datetime) -> datetime | None:
        """Return until when the host is to be left alone, None if it may be asked."""
        at = self._until.get(host_of(url))
        if at is None or at <= now:
            self._until.pop(host_of(url), None)
            return None
        return at
