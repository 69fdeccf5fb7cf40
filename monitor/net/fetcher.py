"""HTTP with manners: one polite, bounded request, whatever the server does.

The way of a fetch: expand -> (wait for a place -> choose a route -> GET -> follow a
redirect)* -> judge the last answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Self

from aiohttp.abc import AbstractResolver

from monitor.errors import SecretError
from monitor.model import Fetched, FetchOutcome, FetchRequest, PollPolicy
from monitor.net import urls
from monitor.net.errands import Errand, MayGo, anywhere
from monitor.net.failure import FetchError
from monitor.net.guard import Guard
from monitor.net.judging import judge
from monitor.net.limits import MayBegin, RequestLimits, at_once
from monitor.net.request_headers import post_headers
from monitor.net.resolver import ThreadsResolver
from monitor.net.routes import Routes
from monitor.net.trip import Trip, begin, begin_outside
from monitor.net.wire import Answer, exchange
from monitor.ports import Clock

TOTAL_TIMEOUT = timedelta(seconds=30)

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_KEEP_THE_METHOD = frozenset({307, 308})


class HttpFetcher:
    """Asks publishers for feeds; `async with` opens and closes its connections.

    `resolve` expands ``${...}``, `redact` takes every secret out of a text. One
    fetch takes at most `timeout`, redirects included; waiting for its turn is not.
    No request begins before `may_begin` has returned. `after` is the fetcher whose
    place it takes: hosts are as far from their last request as if it went on.
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
        may_begin: MayBegin = at_once,
        after: HttpFetcher | None = None,
    ) -> None:
        self._policy = policy
        self._clock = clock
        self._resolve = resolve
        self._redact = redact
        self._timeout = timeout.total_seconds()
        self._resolver = resolver
        self.limits: RequestLimits = RequestLimits(
            connections=policy.host_connections,
            spacing=policy.host_spacing,
            total=policy.concurrency,
            clock=clock,
            may_begin=may_begin,
            after=after.limits if after else None,
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

    async def post(
        self,
        url: str,
        form: bytes,
        *,
        named_by: str,
        may_follow: Callable[[str], bool],
    ) -> Answer:
        """Return the answer to a form, after redirects that keep the method.

        `url` may live in an allowed network if `named_by`, the feed's, does. Nothing
        in it is expanded: it comes from outside.

        Raises:
            FetchError: there is no answer, or a redirect that `may_follow` refuses.
        """
        trip = await self._outside(url, post_headers(self._policy.contact), named_by)
        trip.form = form
        while True:
            answer = await self._exchange(trip)
            if answer.status not in _KEEP_THE_METHOD:
                return answer
            trip.follow(answer)
            if not may_follow(str(trip.url)):
                detail = "redirected to where the form may not go"
                raise FetchError(FetchOutcome.REDIRECT, detail)

    async def fetch_outside(
        self, url: str, errand: Errand, *, named_by: str, may_go: MayGo
    ) -> Fetched:
        """Return how it ended to fetch what a feed names, such as an article.

        `url` may live in an allowed network if `named_by`, the feed's, does. Nothing
        in it is expanded, but in `named_by`. `may_go` is asked for each place before it
        is asked itself; what it raises ends the fetch, and is all that is raised.
        """
        try:
            headers = errand.headers(self._policy.contact)
            trip = await self._outside(url, headers, named_by)
        except FetchError as error:
            return self._failed(error, self._redact(url))
        trip.limit = min(errand.limit, self._policy.max_body)
        trip.refuses = errand.refuses
        fetched = await self._ended(trip, may_go)
        elapsed = timedelta(seconds=trip.spent)
        redirects = trip.redirects
        return replace(fetched, url=trip.shown, redirects=redirects, elapsed=elapsed)

    async def _outside(
        self, url: str, headers: Mapping[str, str], named_by: str
    ) -> Trip:
        trip = begin_outside(url, headers, self._policy, self._resolve, self._redact)
        try:
            home_url = urls.read_url(self._resolve(named_by))
        except SecretError as error:
            raise FetchError(FetchOutcome.SECRET, str(error)) from error
        home = await self._routes.choose(home_url, may_enter=True)
        trip.may_enter = home.is_inside
        return trip

    async def _ended(self, trip: Trip, may_go: MayGo = anywhere) -> Fetched:
        try:
            answer = await self._last_answer(trip, may_go)
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

    async def _last_answer(self, trip: Trip, may_go: MayGo) -> Answer:
        while True:
            await may_go(trip.url)
            answer = await self._exchange(trip)
            if answer.status not in _REDIRECTS:
                return answer
            trip.follow(answer)

    async def _exchange(self, trip: Trip) -> Answer:
        async with self.limits.slot((trip.url.raw_host or "", trip.url.port or 0)):
            started = self._clock.monotonic()
            try:
                return await self._answer(trip)
            finally:
                trip.spent += self._clock.monotonic() - started

    async def _answer(self, trip: Trip) -> Answer:
        route = await self._routes.choose(trip.url, may_enter=trip.may_enter)
        trip.may_enter = route.is_inside
        return await exchange(
            route.session,
            trip.url,
            trip.headers(),
            timeout=self._timeout - trip.spent,
            limit=trip.limit or self._policy.max_body,
            proxy=trip.proxy,
            form=trip.form,
            refuses=trip.refuses,
        )
