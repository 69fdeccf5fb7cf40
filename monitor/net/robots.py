"""robots.txt, as RFC 9309 wants it: asked once a day, obeyed at every step of a way.

Protego reads the rules; what RFC 9309 leaves to who fetches is here. Without an answer
nothing is fetched (2.3.1.4); a refusal (4xx) or a circle of redirects means that there
are no rules (2.3.1.2, 2.3.1.3). Of a long file the first 500 KiB count (2.5).
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from protego import Protego
from yarl import URL

from monitor.feeds.backoff import busy_until
from monitor.feeds.encoding import decode
from monitor.model import Fetched, FetchOutcome
from monitor.net.errands import ROBOTS, anywhere
from monitor.net.fetcher import HttpFetcher
from monitor.ports import Clock

NAME = "feed-monitor"
"""What we are called in robots.txt."""

_KEPT = timedelta(hours=24)
_SOON = timedelta(minutes=10)
_MOST_SITES = 2_000
_PARSED = 500 * 1024
_QUICK = 20_000
_BAD_REQUEST, _TOO_MANY, _SERVER_ERROR = 400, 429, 500
_WITHOUT_RULES = frozenset(
    {FetchOutcome.EMPTY, FetchOutcome.REDIRECT, FetchOutcome.BLOCKED}
)
"""BLOCKED: what the guard refuses is refused for the article as well."""


class RefusedByRobots(Exception):  # noqa: N818 - a condition, as the house names it
    """A site asks not to be asked for this address."""


class RobotsUnknown(Exception):  # noqa: N818
    """What a site asks for cannot be known just now; `until` it is not asked again."""

    def __init__(self, detail: str, until: datetime) -> None:
        super().__init__(detail)
        self.detail = detail
        self.until = until


@dataclass(frozen=True, slots=True)
class _Rules:
    """The rules of a site, None where there is no answer; kept `until` then."""

    until: datetime
    rules: Protego | None
    detail: str = ""


class Robots:
    """What sites ask of those who fetch by themselves, remembered within bounds."""

    def __init__(self, fetcher: Callable[[], HttpFetcher], clock: Clock) -> None:
        self._fetcher = fetcher
        self._clock = clock
        self._known: OrderedDict[URL, _Rules] = OrderedDict()
        self._asking: dict[URL, asyncio.Lock] = {}

    async def check(self, url: URL, *, named_by: str) -> None:
        """Return if a URL may be asked for; `named_by` is the feed that names it.

        Raises:
            RefusedByRobots: its site asks not to.
            RobotsUnknown: its robots.txt cannot be had.
        """
        site = url.origin()
        found = self._remembered(site) or await self._ask_once(site, named_by)
        if found.rules is None:
            raise RobotsUnknown(found.detail, found.until)
        if not found.rules.can_fetch(str(url), NAME):
            raise RefusedByRobots(f"{url.host}/robots.txt asks not to read this page")

    def _remembered(self, site: URL) -> _Rules | None:
        found = self._known.get(site)
        if found is None or found.until <= self._clock.now():
            return None
        if found.until > self._clock.now() + _KEPT:  # the clock was set back
            return None
        self._known.move_to_end(site)
        return found

    async def _ask_once(self, site: URL, named_by: str) -> _Rules:
        lock = self._asking.setdefault(site, asyncio.Lock())
        try:
            async with lock:
                found = self._remembered(site)
                if found is None:
                    found = self._known[site] = await self._ask(site, named_by)
        finally:
            if not lock.locked():
                self._asking.pop(site, None)
        while len(self._known) > _MOST_SITES:
            self._known.popitem(last=False)
        return found

    async def _ask(self, site: URL, named_by: str) -> _Rules:
        place = str(site.with_path("/robots.txt"))
        fetched = await self._fetcher().fetch_outside(
            place, ROBOTS, named_by=named_by, may_go=anywhere
        )
        now = self._clock.now()
        if fetched.outcome is FetchOutcome.OK:
            return _Rules(now + _KEPT, await _read(fetched))
        if _has_no_rules(fetched):
            return _Rules(now + _KEPT, Protego.parse(""))
        until = busy_until(fetched, now) or now + _SOON
        return _Rules(until, None, f"robots.txt: {fetched.detail}")


def _has_no_rules(fetched: Fetched) -> bool:
    if fetched.outcome in _WITHOUT_RULES:
        return True
    status = fetched.status or 0
    is_refusal = _BAD_REQUEST <= status < _SERVER_ERROR and status != _TOO_MANY
    return fetched.outcome is FetchOutcome.HTTP_ERROR and is_refusal


async def _read(fetched: Fetched) -> Protego:
    """Return the rules; a long file is read in a thread, for it takes its time."""
    text = decode(fetched.body[:_PARSED], fetched.content_type)
    if len(text) <= _QUICK:
        return Protego.parse(text)
    return await asyncio.to_thread(Protego.parse, text)
