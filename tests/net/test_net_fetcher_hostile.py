"""Servers that mean harm: each ends in a reason, in bounded time and memory."""

from __future__ import annotations

import asyncio
import gzip
import tracemalloc
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from aiohttp.abc import ResolveResult
from net_site import AUTHORITY, FEED, Names, Site, Talk, fetch_one, moved, reply

from monitor.model import FetchOutcome, FetchRequest, Validators

MB = 1_000_000
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


@contextmanager
def little_memory(most: int = 8 * MB) -> Iterator[None]:
    """Fail if more than `most` bytes were held at any moment."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < most
    finally:
        tracemalloc.stop()


async def test_redirects_without_end_are_left_after_eight():
    class Maze(Site):
        async def answer(self, talk: Talk) -> bool:
            await talk.say(moved(f"/{len(self.seen)}"))
            return True

    async with Maze() as site:
        site.pages = {f"/{n}": site.answer for n in range(50)}
        fetched = await fetch_one(f"{site.url}/0")
    assert fetched.outcome is FetchOutcome.REDIRECT
    assert fetched.detail == "more than 8 redirects"
    assert len(site.seen) == 9


async def test_a_redirect_that_grows_ends_too():
    async def longer(talk: Talk) -> bool:
        await talk.say(moved(talk.asked.path + "x" * 1500))
        return True

    async with Site({"/" + "x" * 1500 * n: longer for n in range(20)}) as site:
        fetched = await fetch_one(site.url)
    assert fetched.outcome in {FetchOutcome.REDIRECT, FetchOutcome.NETWORK}
    assert len(fetched.detail) < 300
    assert len(site.seen) <= 9


async def test_a_redirect_with_an_endless_body_is_not_read():
    async def pour(talk: Talk) -> None:
        await talk.say(b"HTTP/1.1 302 Found\r\nLocation: /feed\r\n\r\n")
        while True:  # until the client hangs up
            await talk.say(b"x" * 65_536)

    async with Site({"/": pour, "/feed": reply()}) as site:
        with little_memory():
            fetched = await fetch_one(site.url, timeout=10)
    assert fetched.outcome is FetchOutcome.OK


@pytest.mark.parametrize("status", ["404 Not Found", "500 Oops", "206 Partial"])
async def test_the_endless_body_of_an_error_is_not_read(status: str):
    async def pour(talk: Talk) -> None:
        await talk.say(f"HTTP/1.1 {status}\r\n\r\n".encode())
        while True:  # until the client hangs up
            await talk.say(b"x" * 65_536)

    async with Site({"/": pour}) as site:
        with little_memory():
            fetched = await fetch_one(site.url, timeout=10)
        async with asyncio.timeout(10):
            await site.hung_up.wait()
    assert fetched.status == int(status[:3])


@pytest.mark.parametrize(
    "piece",
    [
        b"X-Flood: y\r\n",
        b"y" * 1000,
        b"X: y\r\n z\r\n",  # folded lines
        b"Set-Cookie: a=" + b"y" * 1000 + b"\r\n",
        b"Link: <http://h/>; rel=hub\r\n",
    ],
)
async def test_headers_without_end_are_cut_off(piece: bytes):
    async def flood(talk: Talk) -> None:
        await talk.say(OK)
        while True:  # until the client hangs up
            await talk.say(piece * 50)

    async with Site({"/": flood}) as site:
        with little_memory():
            fetched = await fetch_one(site.url, timeout=10)
    assert fetched.outcome is FetchOutcome.NETWORK
    assert fetched.detail
    assert fetched.detail.isprintable()


async def test_early_hints_without_end_are_cut_off_by_the_timeout():
    async def hint(talk: Talk) -> None:
        while True:  # until the client hangs up
            await talk.say(b"HTTP/1.1 103 Early Hints\r\n\r\n")

    async with Site({"/": hint}) as site:
        fetched = await fetch_one(site.url, timeout=0.3)
    assert fetched.outcome in {FetchOutcome.TIMEOUT, FetchOutcome.NETWORK}


@pytest.mark.parametrize(
    "body",
    [
        b"fffffffffffffffff\r\n<rss/>\r\n",
        b"7fffffffffffffff\r\n<rss/>",
        b"-5\r\n<rss/>\r\n",
        b" 6\r\n<rss/>\r\n0\r\n\r\n",
        b"0x6\r\n<rss/>\r\n0\r\n\r\n",
        b"6\r\n<rss/>0\r\n\r\n",
        b"6\r\n<rss/>xx0\r\n\r\n",
        b"6\r\n<rss/>\r\n0\r\n" + b"X: y\r\n" * 50_000,
        b"6\r\n<rss/>\r\n",
        b"\r\n\r\n\r\n",
        b"0\r\n\r\n",
    ],
    ids=lambda body: repr(body[:20]),
)
async def test_chunked_nonsense_is_an_outcome_with_a_reason(body: bytes):
    async def speak(talk: Talk) -> None:
        await talk.say(CHUNKED + body)

    async with Site({"/": speak}) as site:
        with little_memory():
            fetched = await fetch_one(site.url, timeout=5)
    assert fetched.outcome in {FetchOutcome.NETWORK, FetchOutcome.EMPTY}
    assert fetched.detail
    assert fetched.detail.isprintable()
    assert fetched.body == b""


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
async def test_a_body_where_none_may_be_does_no_harm(status: str):
    page = f"HTTP/1.1 {status}\r\n\r\n".encode() + FEED
    async with Site({"/": page}) as site:
        fetched = await fetch_one(FetchRequest(site.url, validators=Validators("1")))
    assert fetched.outcome in {
        FetchOutcome.NETWORK,
        FetchOutcome.EMPTY,
        FetchOutcome.NOT_MODIFIED,
    }
    assert fetched.body == b""


async def test_chunks_without_end_are_cut_off():
    async def pour(talk: Talk) -> None:
        await talk.say(CHUNKED)
        while True:  # until the client hangs up
            await talk.say(b"1\r\nx\r\n" * 5000)

    async with Site({"/": pour}) as site:
        fetched = await fetch_one(site.url, max_body=20_000, timeout=20)
    assert fetched.outcome is FetchOutcome.TOO_LARGE


@pytest.mark.parametrize(
    ("length", "outcome"),
    [
        (str(len(FEED)), "ok"),
        (str(len(FEED) - 5), "network"),  # the rest is no answer
        (str(len(FEED) + 5), "network"),
        ("0", "network"),
        ("1e3", "network"),
        ("+60", "network"),
        ("60, 60", "network"),
        ("99999999999999999999999999", "network"),
        ("9999999999", "too_large"),
        ("", "network"),
    ],
)
async def test_a_length_that_is_wrong(length: str, outcome: str):
    async def speak(talk: Talk) -> None:
        await talk.say(OK + f"Content-Length: {length}\r\n\r\n".encode() + FEED)

    async with Site({"/": speak}) as site:
        fetched = await fetch_one(site.url, timeout=5)
    assert fetched.outcome == outcome, fetched.detail
    assert fetched.detail or outcome == "ok"


async def test_a_length_beside_chunks_is_no_way_to_hide_an_answer():
    page = (
        OK + b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n"
        b"%x\r\n%s\r\n0\r\n\r\n" % (len(FEED), FEED)
    )
    async with Site({"/": page}) as site:
        fetched = await fetch_one(site.url, timeout=5)
    assert fetched.body in {b"", FEED}
    assert fetched.outcome in {FetchOutcome.OK, FetchOutcome.NETWORK}


PACKED = gzip.compress(FEED, mtime=0)


@pytest.mark.parametrize(
    ("encoding", "body", "outcome"),
    [
        ("gzip", PACKED + bytes(1000), "ok"),
        ("gzip", PACKED + b"<!-- served by x -->", "ok"),
        ("gzip", PACKED + b"\r\n", "ok"),
        ("gzip", PACKED + b"\x1f", "bad_encoding"),
        ("gzip", PACKED + b"\x1fx", "bad_encoding"),
        ("gzip", PACKED + b"\x1f\x8b\x08", "bad_encoding"),
        ("gzip", PACKED[:-8] + bytes(8), "bad_encoding"),  # another checksum
        ("gzip", b"\x1f\x8b\x09" + PACKED[3:], "bad_encoding"),
        ("deflate", zlib.compress(FEED) + b"rubbish", "ok"),
        ("gzip", PACKED + b"x" * 2_000_000, "too_large"),
    ],
)
async def test_what_follows_a_packed_body(encoding: str, body: bytes, outcome: str):
    page = reply(body, Content_Encoding=encoding)
    async with Site({"/": page}) as site:
        fetched = await fetch_one(site.url, max_body=MB)
    assert fetched.outcome == outcome, fetched.detail
    assert fetched.body == (FEED if outcome == "ok" else b"")


@pytest.mark.parametrize(
    ("greeting", "says"),
    [
        (b"\x15\x03\x01\x00\x02\x02\x28", "no TLS with 127.0.0.1"),  # an alert
        (b"\x16\x03\x03\xff\xff" + b"\x00" * 70_000, ""),
        (b"220 smtp.example.org ESMTP\r\n", "no TLS with 127.0.0.1"),
        (b"\x00", ""),
    ],
)
async def test_a_handshake_that_fails_says_so(greeting: bytes, says: str):
    async with Site(greeting=greeting) as site:
        fetched = await fetch_one(f"https://127.0.0.1:{site.port}/", timeout=5)
    assert fetched.outcome is FetchOutcome.NETWORK
    assert fetched.detail.startswith(says)
    assert fetched.detail


async def test_a_handshake_that_never_ends_is_a_timeout():
    async def listen(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await ended.wait()
        writer.close()

    ended = asyncio.Event()
    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    fetched = await fetch_one(f"https://127.0.0.1:{port}/", timeout=0.2)
    ended.set()
    server.close()
    await server.wait_closed()
    assert fetched.outcome is FetchOutcome.TIMEOUT


async def test_a_certificate_that_is_out_of_date_says_so():
    past = datetime(2020, 1, 1, tzinfo=UTC)
    async with Site({"/": reply()}, tls=True) as site:
        old = AUTHORITY.issue_cert("localhost", not_after=past)
        site.present(old)
        url = f"https://localhost:{site.port}/"
        fetched = await fetch_one(url, ca_file=site.certificate)
    assert fetched.outcome is FetchOutcome.NETWORK
    assert "certificate has expired" in fetched.detail
    assert site.seen == []


async def test_a_name_server_that_never_answers_is_a_timeout():
    class Silent(Names):
        async def resolve(
            self,
            host: str,  # noqa: ARG002
            port: int = 0,  # noqa: ARG002
            family: int = 0,  # noqa: ARG002
        ) -> list[ResolveResult]:
            await asyncio.Event().wait()
            raise AssertionError

    fetched = await fetch_one("http://slow.test/", resolver=Silent(), timeout=0.2)
    assert fetched.outcome is FetchOutcome.TIMEOUT


async def test_a_name_without_an_address_says_so():
    fetched = await fetch_one("http://nosuch.test/", resolver=Names(), timeout=5)
    assert fetched.outcome is FetchOutcome.NETWORK
    assert fetched.detail == "the name nosuch.test cannot be resolved"
