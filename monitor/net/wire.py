"""One request over one connection: sent, received, decoded, or explained."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace

import aiohttp
from yarl import URL

from monitor.model import FetchOutcome
from monitor.net import decoding
from monitor.net.answer_headers import Headers
from monitor.net.failure import FetchError, LostConnectionError, explained

BODY_STATUSES = frozenset({200, 203})

Refuses = Callable[[Headers], str]
"""Says why a body with such headers is not read, "" if it is."""

_CONNECT_SECONDS = 10
_HEADER_BYTES = 16_384
_READ_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: `body` is decoded, and read only where it can be a feed."""

    status: int
    headers: Headers
    body: bytes = b""


def nothing(_headers: Headers) -> str:
    """Refuse no body."""
    return ""


def new_session(connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
    """Return a session without cookies, hidden retries or automatic decoding."""
    trace = aiohttp.TraceConfig()
    trace.on_connection_reuseconn.append(_note_reuse)
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        max_line_size=_HEADER_BYTES,
        max_field_size=_HEADER_BYTES,
        read_bufsize=_READ_BYTES,
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS),
        trace_configs=[trace],
        middlewares=[_no_hidden_retry],
    )


async def _note_reuse(
    _session: aiohttp.ClientSession, context: SimpleNamespace, _params: object
) -> None:
    context.trace_request_ctx.reused = True


async def _no_hidden_retry(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Take aiohttp's own retry away: it repeats on new connections as well."""
    try:
        return await handler(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise LostConnectionError from error


async def exchange(
    session: aiohttp.ClientSession,
    url: URL,
    headers: Mapping[str, str],
    *,
    timeout: float,  # noqa: ASYNC109 - of the whole, the retry included
    limit: int,
    proxy: str = "",
    form: bytes | None = None,
    refuses: Refuses = nothing,
) -> Answer:
    """Return the answer to one request within `timeout` seconds.

    It is a GET, with a `form` a POST; a body has at most `limit` bytes, and is not
    read where its headers are such that `refuses` says why. The request is repeated
    once if it went out on a connection kept open from an earlier request and that
    turns out to be closed.

    Raises:
        FetchError: there is none that can be used.
    """
    context = SimpleNamespace(reused=False)

    async def ask() -> Answer:
        async with session.request(
            "GET" if form is None else "POST",
            url,
            headers=headers,
            data=form,
            allow_redirects=False,
            proxy=proxy or None,
            trace_request_ctx=context,
        ) as response:
            return await _answer(response, limit, refuses)

    try:
        async with asyncio.timeout(timeout):
            try:
                return await ask()
            except LostConnectionError:
                if not context.reused:
                    raise
            return await ask()
    except (aiohttp.ClientError, OSError, ValueError) as error:
        # ValueError: aiohttp and yarl raise it for what they refuse to send.
        raise explained(error) from error


async def _answer(
    response: aiohttp.ClientResponse, limit: int, refuses: Refuses
) -> Answer:
    status = response.status
    if status not in BODY_STATUSES:
        return Answer(status, response.headers)
    if reason := refuses(response.headers):
        raise FetchError(FetchOutcome.NOT_TAKEN, reason, status=status)
    try:
        body = await _body(response, limit)
    except FetchError as error:
        raise FetchError(error.outcome, error.detail, status=status) from error
    return Answer(status, response.headers, body)


async def _body(response: aiohttp.ClientResponse, limit: int) -> bytes:
    if (response.content_length or 0) > limit:
        raise decoding.too_large(limit)
    return await decoding.read_decoded(
        response.content.iter_chunked(_READ_BYTES),
        ", ".join(response.headers.getall("Content-Encoding", ())),
        limit=limit,
    )
