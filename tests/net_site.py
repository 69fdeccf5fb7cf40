"""A loopback server that can say anything, right or wrong, byte for byte."""

from __future__ import annotations

import asyncio
import atexit
import shutil
import ssl
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, Self

import trustme
from aiohttp.abc import AbstractResolver, ResolveResult

from monitor.clock import SystemClock
from monitor.model import Fetched, FetchRequest, PollPolicy
from monitor.net.fetcher import HttpFetcher
from monitor.ports import Clock

FEED = b"<rss version='2.0'><channel><title>t</title></channel></rss>"
AUTHORITY = trustme.CA()
"""Signs the certificates of the sites here; made anew in each run."""


@cache
def _authority_file() -> Path:
    path = Path(tempfile.mkdtemp(prefix="authority")) / "ca.pem"
    AUTHORITY.cert_pem.write_to_path(str(path))
    atexit.register(shutil.rmtree, path.parent)
    return path


@dataclass(frozen=True)
class Asked:
    """One request as it came in; `connection` counts from 1, `at` is in seconds."""

    line: str
    headers: tuple[tuple[str, str], ...]
    connection: int
    at: float = 0.0

    @property
    def path(self) -> str:
        return self.line.split(" ")[1]

    def header(self, name: str) -> str | None:
        found = [value for key, value in self.headers if key.lower() == name.lower()]
        assert len(found) < 2, f"{name} was sent twice"
        return found[0] if found else None


@dataclass
class Talk:
    """One connection, for a page that speaks for itself."""

    asked: Asked
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def say(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def hung_up(self, within: float | None = None) -> bool:
        """Wait until the client is gone; say whether it is."""
        with suppress(TimeoutError, OSError):
            async with asyncio.timeout(within):
                return not await self.reader.read(1)
        return False


Page = bytes | Callable[[Talk], Awaitable[bool | None]]
"""What is said as it stands, or who says it; the connection stays open after True."""


def reply(body: bytes = FEED, *, status: str = "200 OK", **headers: str) -> bytes:
    """Return a whole answer; underscores in header names stand for hyphens."""
    sent = {"Content_Length": str(len(body)), **headers}
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in sent.items()]
    head = "\r\n".join([f"HTTP/1.1 {status}", *lines])
    return head.encode("utf-8", "surrogateescape") + b"\r\n\r\n" + body


def moved(location: str, status: str = "302 Found") -> bytes:
    return reply(b"", status=status, Location=location)


@dataclass
class Site:
    """A server on loopback; `pages` are by path, `seen` is what it was asked for."""

    pages: dict[str, Page] = field(default_factory=dict)
    tls: bool = False
    greeting: bytes = b""  # said at once, and then nothing more
    clock: Clock = field(default_factory=SystemClock)
    port: int = 0
    seen: list[Asked] = field(default_factory=list)
    connections: int = 0
    hung_up: asyncio.Event = field(default_factory=asyncio.Event)
    _talks: set[asyncio.Task[Any]] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        context = None
        if self.tls:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            self._tls_context = context
            self.present(AUTHORITY.issue_cert("localhost"))
        self._server = await asyncio.start_server(
            self._talk, "127.0.0.1", self.port, ssl=context
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._talks:
            task.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)
        await self._server.wait_closed()

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    def present(self, certificate: trustme.LeafCert) -> None:
        """Show another certificate from now on."""
        certificate.configure_cert(self._tls_context)

    @property
    def certificate(self) -> str:
        """Return the path of the authority's certificate, for ``poll.ca_file``."""
        return str(_authority_file())

    async def _talk(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        assert task
        self._talks.add(task)
        self.connections += 1
        try:
            writer.write(self.greeting)
            with suppress(OSError, asyncio.IncompleteReadError):
                if self.greeting:
                    return
                await self._serve(reader, writer, self.connections)
        finally:
            self.hung_up.set()
            writer.close()

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int
    ) -> None:
        while True:
            raw = await reader.readuntil(b"\r\n\r\n")
            head = raw.decode("utf-8", "surrogateescape").split("\r\n")
            pairs = (line.partition(": ") for line in head[1:] if line)
            headers = tuple((name, value) for name, _, value in pairs)
            asked = Asked(head[0], headers, number, self.clock.monotonic())
            self.seen.append(asked)
            talk = Talk(asked, reader, writer)
            page = self.pages.get(asked.path, reply(b"", status="404 Not Found"))
            if isinstance(page, bytes):
                await talk.say(page)
            elif not await page(talk):
                return


class Names(AbstractResolver):
    """Name service from a table."""

    def __init__(self, **table: str) -> None:
        self.table = {name.replace("_", "."): to for name, to in table.items()}

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: int = 0,  # noqa: ARG002 - both kinds, always
    ) -> list[ResolveResult]:
        if host not in self.table:
            raise OSError(None, "no such name")
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=10 if ":" in address else 2,
                proto=6,
                flags=0,
            )
            for address in self.table[host].split()
        ]

    async def close(self) -> None:
        pass


def a_fetcher(
    *,
    secrets: dict[str, str] | None = None,
    timeout: float = 20,
    resolver: AbstractResolver | None = None,
    clock: Any = None,
    after: HttpFetcher | None = None,
    **policy: Any,
) -> HttpFetcher:
    """Return a fetcher that may use loopback, without spacing unless told."""
    known = secrets or {}

    def resolve(text: str) -> str:
        for name, value in known.items():
            text = text.replace(f"${{{name}}}", value)
        return text

    def redact(text: str) -> str:
        for value in known.values():
            text = text.replace(value, "***")
        return text

    settings = {
        "allow_networks": ("127.0.0.0/8",),
        "host_spacing": timedelta(0),
        **policy,
    }
    return HttpFetcher(
        PollPolicy(**settings),
        clock=clock or SystemClock(),
        resolve=resolve,
        redact=redact,
        timeout=timedelta(seconds=timeout),
        resolver=resolver,
        after=after,
    )


async def fetch_one(request: str | FetchRequest, **options: Any) -> Fetched:
    """Return what a new fetcher makes of one request."""
    if isinstance(request, str):
        request = FetchRequest(request)
    async with a_fetcher(**options) as fetcher:
        return await fetcher.fetch(request)
