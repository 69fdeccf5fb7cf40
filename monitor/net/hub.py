"""Asking a hub: one form, posted with the manners and behind the guard of a fetch.

A hub is named by a feed, so it may live where that feed may: one that a public feed
names is never looked for in a private network. Its redirects are followed as the
WebSub recommendation says, but a secret goes nowhere that it could be read on the way.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from monitor.feeds.websub import is_private_way
from monitor.model import HubAnswer, HubRequest
from monitor.net.answer_headers import read_retry_after
from monitor.net.failure import FetchError
from monitor.net.fetcher import HttpFetcher
from monitor.net.judging import named
from monitor.ports import Clock

_GOOD = range(200, 300)


class HubClient:
    """Posts to hubs, on the connections and in the turns of the present fetcher.

    `redact` takes every secret out of a text.
    """

    def __init__(
        self,
        fetcher: Callable[[], HttpFetcher],
        clock: Clock,
        redact: Callable[[str], str],
    ) -> None:
        self._fetcher = fetcher
        self._clock = clock
        self._redact = redact

    async def ask(self, request: HubRequest) -> HubAnswer:
        """Return how a hub took the request; what it does never raises."""
        try:
            answer = await self._fetcher().post(
                request.hub,
                form_of(request),
                named_by=request.feed_url,
                may_follow=is_private_way if request.secret else _anywhere,
            )
        except FetchError as error:
            # With a good status it said yes, and then too much.
            is_good = error.status in _GOOD
            return HubAnswer(is_good, error.status, self._redact(error.detail))
        if answer.status in _GOOD:
            return HubAnswer(accepted=True, status=answer.status)
        now = self._clock.now()
        return HubAnswer(
            accepted=False,
            status=answer.status,
            detail=f"answered {named(answer.status)}",
            retry_after=read_retry_after(answer.headers, answer.status, now),
        )


def form_of(request: HubRequest) -> bytes:
    """Return what the recommendation calls a subscription request (section 5.1)."""
    fields = {
        "hub.callback": request.callback,
        "hub.mode": request.mode.value,
        "hub.topic": request.topic,
    }
    if request.lease:
        fields["hub.lease_seconds"] = str(int(request.lease.total_seconds()))
    if request.secret:
        fields["hub.secret"] = request.secret
    return urlencode(fields).encode()


def _anywhere(_url: str) -> bool:
    return True
