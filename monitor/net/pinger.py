"""The heartbeat's one request: small, short, and without a word of its URL.

The operator chose the URL, so it may lie in a private network. For the same reason no
redirect is followed: it would lead where somebody else chose. Each request has a
connection of its own; in the minutes between two of them nothing is kept open.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import aiohttp
from yarl import URL

from monitor.errors import SecretError
from monitor.model import PollPolicy
from monitor.net import urls
from monitor.net.failure import FetchError
from monitor.net.judging import named
from monitor.net.request_headers import user_agent
from monitor.net.resolver import ThreadsResolver
from monitor.net.routes import read_tls
from monitor.net.wire import Answer, exchange, new_session

TIMEOUT = timedelta(seconds=10)

_LONGEST_ANSWER = 64_000
_GOOD = range(200, 300)
_REDIRECT = range(300, 400)


class HttpPinger:
    """Asks for a URL to be heard; `policy` says by which proxy and authorities.

    `resolve` expands ``${...}``, `redact` takes every secret out of a text.
    """

    def __init__(
        self,
        policy: Callable[[], PollPolicy],
        *,
        resolve: Callable[[str], str],
        redact: Callable[[str], str],
        timeout: timedelta = TIMEOUT,
    ) -> None:
        self._policy = policy
        self._resolve = resolve
        self._redact = redact
        self._timeout = timeout.total_seconds()
        self._resolver = ThreadsResolver(1)

    async def ping(self, url: str) -> str:
        """Ask for a URL, ``${...}`` unexpanded; return why that failed, "" if not."""
        try:
            return await self._asked(self._resolve(url))
        except SecretError as error:
            return str(error)
        except FetchError as error:
            if error.status is not None and error.status in _GOOD:
                return ""  # it has heard us; what it said then does not matter
            return self._redact(error.detail)

    async def _asked(self, address: str) -> str:
        try:
            url = urls.read_url(address)
        except FetchError:
            return "the URL of the heartbeat cannot be asked for"  # no part of it
        answer = await self._answer(url, address)
        if answer.status in _GOOD:
            return ""
        hint = "; write the URL that it leads to" * (answer.status in _REDIRECT)
        return f"answered {named(answer.status)}{hint}"

    async def _answer(self, url: URL, address: str) -> Answer:
        policy = self._policy()
        tls, problem = read_tls(policy.ca_file)
        headers = {"User-Agent": user_agent(policy.contact), "Accept": "*/*"}
        credentials = urls.basic_credentials(address)
        if credentials is not None:
            headers["Authorization"] = credentials
        connector = aiohttp.TCPConnector(
            resolver=self._resolver, ssl=tls, force_close=True
        )
        async with new_session(connector) as session:
            try:
                return await exchange(
                    session,
                    url,
                    headers,
                    timeout=self._timeout,
                    limit=_LONGEST_ANSWER,
                    proxy=self._resolve(policy.proxy),
                )
            except FetchError as error:
                detail = f"{error.detail} ({problem})" if problem else error.detail
                raise FetchError(error.outcome, detail, status=error.status) from error
