"""A server that is overloaded is left alone, whatever feed it said so for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

from monitor.model import Feed


def host_of(url: str) -> str:
    """Return the host of a URL with its port, in lower case, empty without one."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2].lower()
    except ValueError:  # a broken IPv6 address; the fetcher says so
        return ""


def neighbours(feed: Feed, feeds: Mapping[str, Feed]) -> tuple[str, ...]:
    """Return the names of the other feeds that live on the feed's host."""
    host = host_of(feed.url)
    on_host = (n for n, other in feeds.items() if host_of(other.url) == host)
    return tuple(name for name in on_host if name != feed.name)


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
