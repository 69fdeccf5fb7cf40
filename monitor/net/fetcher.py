"""HTTP with manners: one polite, bounded GET, whatever the server does.

The way of a fetch: expand -> (wait for a place -> choose a route -> GET -> follow a
redirect)* -> judge the last answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Self

from aiohttp.abc import AbstractResolver

from monitor.model import Fetched, FetchRequest, PollPolicy
from monitor.net import urls
from monitor.net.failure import FetchError
from monitor.net.guard import Guard
from monitor.net.judging import judge
from monitor.net.limits import RequestLimits
from monitor.net.resolver import ThreadsResolver
from monitor.net.routes import Routes
from monitor.net.trip import Trip, begin
from monitor.net.wire import Answer, get
from monitor.ports import Clock

TOTAL_TIMEOUT = timedelta(seconds=30)

_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class HttpFetcher:
    """Asks publishers for feeds; `async with` opens and closes its connections.

    `resolve` expands ``${...}``, `redact` takes every secret out of a text. One
    fetch takes at most `timeout`, redirects included; waiting for its turn is not.
    """

    def __init__(
        self,
        policy: PollPolicy,
        *,
        clock: Clock,
        resolve: Callable[[str], str],
        redact: Callable[[str], str],
        timeout: timedelta = TOTAL_TIMEOUT,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self._policy = policy
        self._clock = clock
        self._resolve = resolve
        self._redact = redact
        self._timeout = timeout.total_seconds()
        self._resolver = resolver
        self._limits = RequestLimits(
            connections=policy.host_connections,
            spacing=policy.host_spacing,
            total=policy.concurrency,
            clock=clock,
        )

    async def __aenter__(self) -> Self:
        resolver = self._resolver or ThreadsResolver(self._policy.concurrency)
        self._routes = Routes(
            guard=Guard(self._policy.allow_networks),
            resolver=resolver,
            ca_file=self._policy.ca_file,
            by_proxy=bool(self._policy.proxy),
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._routes.close()

    async def fetch(self, request: FetchRequest) -> Fetched:
        """Return how the exchange ended; what a server does never raises."""
        try:
            trip = begin(request, self._policy, self._resolve, self._redact)
        except FetchError as error:
            return self._failed(error, urls.shown_configured(request.url))
        fetched = await self._ended(trip)
        return replace(
            fetched,
            url=trip.shown,
            redirects=trip.redirects,
            moved_to=trip.moved_to,
            elapsed=timedelta(seconds=trip.spent),
        )

    async def _ended(self, trip: Trip) -> Fetched:
        try:
            answer = await self._last_answer(trip)
        except FetchError as error:
            return self._failed(error, trip.shown)
        return judge(
            answer,
            url=trip.shown,
            is_conditional=trip.is_conditional,
            now=self._clock.now(),
        )

    def _failed(self, error: FetchError, shown: str) -> Fetched:
        detail = self._redact(error.detail)
        return Fetched(error.outcome, shown, status=error.status, detail=detail)

    async def _last_answer(self, trip: Trip) -> Answer:
        while True:
            answer = await self._exchange(trip)
            if answer.status not in _REDIRECTS:
                return answer
            trip.follow(answer)

    async def _exchange(self, trip: Trip) -> Answer:
        async with self._limits.slot((trip.url.raw_host or "", trip.url.port or 0)):
            started = self._clock.monotonic()
            try:
                return await self._answer(trip)
            finally:
                trip.spent += self._clock.monotonic() - started

    async def _answer(self, trip: Trip) -> Answer:
        route = await self._routes.choose(trip.url, may_enter=trip.may_enter)
        trip.may_enter = route.is_inside
        return await get(
            route.session,
            trip.url,
            trip.headers(),
            timeout=self._timeout - trip.spent,
            limit=self._policy.max_body,
            proxy=trip.proxy,
        )
