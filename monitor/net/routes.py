"""Which way a request goes: to the public, into an allowed network, by a proxy.

With `poll.proxy` set the sockets lead to the proxy, which looks names up by itself.
What can be checked from here is checked (addresses written in the URL, and names
as this machine's resolver knows them); the rest is the proxy's own access rules.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from monitor.model import FetchOutcome
from monitor.net.failure import FetchError
from monitor.net.guard import Address, Guard, is_public, read_address, refused_text
from monitor.net.wire import new_session

_KEEPALIVE_SECONDS = 4.0  # below the five seconds after which many servers close
_LOOKUP_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Route:
    """A session whose connections a request may use.

    `is_inside` says that it leads into an allowed network, from where a redirect
    may lead into one again.
    """

    session: aiohttp.ClientSession
    is_inside: bool


def read_tls(ca_file: str) -> tuple[ssl.SSLContext | bool, str]:
    """Return how certificates are checked, and what is wrong with `ca_file`."""
    if not ca_file:
        return True, ""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_verify_locations(ca_file)
    except OSError as error:
        reason = error.strerror or str(error)
        return context, f"poll.ca_file {ca_file} cannot be read: {reason}"
    return context, ""


class Routes:
    """The sessions, each with connections of its own; made inside the event loop."""

    def __init__(
        self,
        *,
        guard: Guard,
        resolver: AbstractResolver,
        ca_file: str,
        by_proxy: bool,
    ) -> None:
        self._guard = guard
        self._resolver = resolver
        self._tls, self._tls_problem = read_tls(ca_file)
        self._proxied = self._session(None) if by_proxy else None
        self._public = self._session(guard.public_socket)
        self._inside = self._session(guard.inside_socket)

    def _session(self, socket_factory: Any) -> aiohttp.ClientSession:  # noqa: ANN401
        return new_session(
            aiohttp.TCPConnector(
                resolver=self._resolver,
                socket_factory=socket_factory,
                ssl=self._tls,
                limit=0,
                keepalive_timeout=_KEEPALIVE_SECONDS,
            )
        )

    async def close(self) -> None:
        """Close every connection, and the resolver."""
        for session in (self._public, self._inside, self._proxied):
            if session is not None:
                await session.close()
        await self._resolver.close()

    async def choose(self, url: URL, *, may_enter: bool) -> Route:
        """Return the way to `url`; `may_enter` is whether allowed networks are open.

        Raises:
            FetchError: a proxy would be asked for an address that is not public
                (BLOCKED), or `poll.ca_file` cannot be read (NETWORK).
        """
        if self._tls_problem and url.scheme == "https":
            raise FetchError(FetchOutcome.NETWORK, self._tls_problem)
        host = url.raw_host or ""
        if self._proxied is not None:
            return await self._by_proxy(self._proxied, host, may_enter=may_enter)
        if may_enter and self._guard.allows_some:
            inside = self._guard.is_inside(await self._addresses(host))
            return Route(self._inside if inside else self._public, inside)
        return Route(self._public, is_inside=False)

    async def _by_proxy(
        self, session: aiohttp.ClientSession, host: str, *, may_enter: bool
    ) -> Route:
        addresses = await self._addresses(host)
        if may_enter and self._guard.is_inside(addresses):
            return Route(session, is_inside=True)
        for address in addresses:
            if not is_public(address):
                raise FetchError(FetchOutcome.BLOCKED, refused_text(address))
        return Route(session, is_inside=False)

    async def _addresses(self, host: str) -> tuple[Address, ...]:
        try:
            return (read_address(host),)
        except ValueError:
            return await self._looked_up(host)

    async def _looked_up(self, host: str) -> tuple[Address, ...]:
        """Return the addresses of a name, or none: the connection tells why."""
        try:
            async with asyncio.timeout(_LOOKUP_SECONDS):
                found = await self._resolver.resolve(host, 0, socket.AF_UNSPEC)
        except (OSError, ValueError):
            return ()
        return tuple(read_address(result["host"]) for result in found)
