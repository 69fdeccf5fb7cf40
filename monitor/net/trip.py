"""One fetch under way: where it is, what it may carry there, what it has cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from multidict import CIMultiDict
from yarl import URL

from monitor.errors import SecretError
from monitor.model import FetchOutcome, FetchRequest, PollPolicy
from monitor.net import urls
from monitor.net.failure import FetchError
from monitor.net.request_headers import (
    common_headers,
    conditional_headers,
    own_headers,
)
from monitor.net.wire import Answer, Refuses, nothing

MOST_REDIRECTS = 8
_PERMANENT = frozenset({301, 308})


@dataclass(slots=True)
class Trip:
    """The places of one fetch, from the configured URL along its redirects.

    `common` headers go everywhere, `own` ones to the configured origin only,
    `conditional` ones to `source` only. `shown` is the place without secrets.
    `may_enter` says whether the next place may lie in an allowed network: until
    one did not. `spent` is in seconds, waiting for a place not counted. `limit` is
    the most bytes of a body, 0 for the usual; `refuses` says which are not read.
    """

    url: URL
    shown: str
    redact: Callable[[str], str]
    common: CIMultiDict[str]
    own: CIMultiDict[str] = field(default_factory=CIMultiDict)
    conditional: CIMultiDict[str] = field(default_factory=CIMultiDict)
    source: str = ""
    proxy: str = ""
    may_enter: bool = True
    spent: float = 0.0
    form: bytes | None = None
    limit: int = 0
    refuses: Refuses = nothing
    _home: urls.Origin = field(init=False)
    _seen: set[URL] = field(init=False)
    _is_permanent: bool = True

    def __post_init__(self) -> None:
        self._home = urls.origin(self.url)
        self._seen = {self.url}

    @property
    def redirects(self) -> int:
        """Return how many redirects were followed."""
        return len(self._seen) - 1

    @property
    def is_conditional(self) -> bool:
        """Say whether the place where the fetch is now is asked for news only."""
        return bool(self.conditional) and self.source in {"", self.shown}

    @property
    def moved_to(self) -> str:
        """Return the place if only permanent redirects led there, else nothing.

        A place that cannot be shown cannot be kept either.
        """
        is_kept = self._is_permanent and self.redirects and self.shown == str(self.url)
        return self.shown if is_kept else ""

    def headers(self) -> CIMultiDict[str]:
        """Return what is sent to where the fetch is now."""
        headers = self.common.copy()
        if urls.origin(self.url) == self._home:
            headers.update(self.own)
        if self.is_conditional:
            headers.update(self.conditional)
        return headers

    def follow(self, answer: Answer) -> None:
        """Go where the redirect in `answer` leads.

        Raises:
            FetchError: it leads nowhere, in a circle or too far (REDIRECT), or out
                of HTTP (BLOCKED).
        """
        location = answer.headers.get("Location")
        if location is None:
            raise _lost(f"answered {answer.status} without saying where to go")
        target = urls.redirect_target(self.url, location)
        if target in self._seen:
            raise _lost("the redirects lead in a circle")
        if self.redirects == MOST_REDIRECTS:
            raise _lost(f"more than {MOST_REDIRECTS} redirects")
        is_downgrade = (self.url.scheme, target.scheme) == ("https", "http")
        self._is_permanent &= answer.status in _PERMANENT and not is_downgrade
        self._seen.add(target)
        self.url = target
        self.shown = urls.shown_redirected(target, self.redact)


def _lost(detail: str) -> FetchError:
    return FetchError(FetchOutcome.REDIRECT, detail)


def begin(
    request: FetchRequest,
    policy: PollPolicy,
    resolve: Callable[[str], str],
    redact: Callable[[str], str],
) -> Trip:
    """Return the trip that `request` asks for, every ``${...}`` expanded.

    Raises:
        FetchError: the URL or a header cannot be sent (BLOCKED), or a ``${...}`` is
            not set (SECRET).
    """
    try:
        address = resolve(request.url)
        own = CIMultiDict(own_headers(request.headers, resolve))
        proxy = resolve(policy.proxy)
    except SecretError as error:
        raise FetchError(FetchOutcome.SECRET, str(error)) from error
    url = urls.read_url(address)
    credentials = urls.basic_credentials(address)
    if credentials is not None:
        own.setdefault("Authorization", credentials)
    return Trip(
        url,
        urls.shown_configured(request.url),
        redact,
        CIMultiDict(common_headers(policy.contact)),
        own,
        CIMultiDict(conditional_headers(request.validators)),
        source=request.source,
        proxy=proxy,
    )


def begin_outside(
    url: str,
    headers: Mapping[str, str],
    policy: PollPolicy,
    resolve: Callable[[str], str],
    redact: Callable[[str], str],
) -> Trip:
    """Return the trip to an address that is not ours: nothing in it is expanded.

    Raises:
        FetchError: it cannot be sent (BLOCKED), or the proxy is not set (SECRET).
    """
    try:
        proxy = resolve(policy.proxy)
    except SecretError as error:
        raise FetchError(FetchOutcome.SECRET, str(error)) from error
    place = urls.read_url(url)
    shown = urls.shown_redirected(place, redact)
    return Trip(place, shown, redact, CIMultiDict(headers), proxy=proxy)
