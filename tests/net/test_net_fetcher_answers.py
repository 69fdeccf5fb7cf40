"""What a server may answer, right or wrong: always an outcome, always in time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from net_site import FEED, Site, Talk, a_fetcher, fetch_one, reply

from monitor.model import FetchOutcome, FetchRequest
from monitor.testing import START, FakeClock


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("401 Nope", "401 Unauthorized"),
        ("403 Forbidden", "403 Forbidden"),
        ("404 Not Found", "404 Not Found"),
        ("410 Gone", "410 Gone"),
        ("500 Oops", "500 Internal Server Error"),
        ("299 Odd", "299"),
        ("999 Denied", "999"),
        ("300 Multiple Choices", "300 Multiple Choices"),
        ("202 Accepted", "202 Accepted"),
    ],
)
async def test_another_status_is_an_error_in_standard_words(status: str, words: str):
    async with Site({"/": reply(status=status, ETag='"e"')}) as site:
        fetched = await fetch_one(site.url)
    assert fetched.outcome is FetchOutcome.HTTP_ERROR
    assert fetched.status == int(status[:3])
    assert fetched.detail == f"answered {words}"
    assert fetched.body == b""
    assert fetched.retry_after is None


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Unavailable"])
@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        ("Mon, 05 Jan 2026 12:02:00 GMT", 120),
        ("0", None),
        ("-5", None),
        ("Mon, 05 Jan 2026 11:00:00 GMT", None),
        ("soon", None),
        ("1" * 400, 10**10),
        ("0" * 5000 + "120", 120),
        ("", None),
    ],
)
async def test_manners_18_19_retry_after(status: str, value: str, seconds: int | None):
    async with Site({"/": reply(status=status, Retry_After=value)}) as site:
        fetched = await fetch_one(site.url, clock=FakeClock(START))
    assert fetched.outcome is FetchOutcome.HTTP_ERROR
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert fetched.retry_after == expected


@pytest.mark.parametrize("status", ["403 Forbidden", "404 Not Found", "500 X"])
async def test_manner_19_retry_after_counts_on_429_and_503_alone(status: str):
    async with Site({"/": reply(status=status, Retry_After="120")}) as site:
        assert (await fetch_one(site.url)).retry_after is None


async def test_manner_30_a_bot_wall_is_named():
    page = reply(status="403 Forbidden", cf_mitigated="challenge")
    async with Site({"/": page}) as site:
        fetched = await fetch_one(site.url)
    assert fetched.detail == (
        "answered 403 Forbidden from Cloudflare's bot wall (cf-mitigated: challenge)"
    )


@pytest.mark.parametrize(
    "page",
    [
        b"HTTP/1.1 204 No Content\r\n\r\n",
        reply(b"", status="205 Reset Content"),
        reply(FEED, status="206 Partial Content"),
        reply(b""),
        reply(b" \r\n"),
        reply(b"", Content_Encoding="gzip"),
    ],
)
async def test_manner_31_an_empty_or_partial_answer_is_an_error(page: bytes):
    async with Site({"/": page}) as site:
        fetched = await fetch_one(site.url)
    assert fetched.outcome is FetchOutcome.EMPTY
    assert fetched.detail
    assert fetched.body == b""


HEADER_FLOOD = b"HTTP/1.1 200 OK\r\n" + b"".join(
    b"X-%d: y\r\n" % number for number in range(5000)
)
GARBAGE = [
    b"<rss/>\r\n",  # HTTP/0.9
    b"\x00\xff\x00\xff\r\n\r\n",
    b"\x15\x03\x01\x00\x02\x02\x16\r\n\r\n",  # TLS where HTTP was asked
    b"SSH-2.0-OpenSSH_9.2\r\n",
    b"HTTP/1.1 abc\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nBad\x00Name: 1\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nX: a\x00b\r\nContent-Length: 1\r\n\r\nx",
    b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n<rss/>",
    b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n<>",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n<rss/>\r\n",
    HEADER_FLOOD + b"\r\n",
    b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
    b"HTTP/1.1 302 Found\r\nLocation: /" + b"y" * 100_000 + b"\r\n\r\n",
    b"HTTP/1.1 200 " + b"O" * 100_000 + b"\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<rss/>",  # broken off
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n<rss/>",
    b"HTTP/1.1 200 OK\r\n",
    b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
    b"",
]


@pytest.mark.parametrize("answer", GARBAGE, ids=lambda answer: repr(answer[:60]))
async def test_what_is_no_http_is_an_outcome_with_a_reason(answer: bytes):
    async def speak(talk: Talk) -> None:
        await talk.say(answer)

    async with Site({"/": speak}) as site:
        fetched = await fetch_one(site.url, timeout=5)
    assert fetched.outcome in {FetchOutcome.NETWORK, FetchOutcome.HTTP_ERROR}
    assert fetched.detail
    assert len(fetched.detail) < 300
    assert fetched.detail.isprintable()


async def test_many_answers_in_one_are_read_as_one():
    async with Site({"/": reply() + reply(b"<evil/>")}) as site, a_fetcher() as fetcher:
        first = await fetcher.fetch(FetchRequest(site.url))
        second = await fetcher.fetch(FetchRequest(site.url))
    assert first.body == second.body == FEED


async def test_an_answer_before_the_answer_is_skipped():
    page = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + reply()
    async with Site({"/": page}) as site:
        assert (await fetch_one(site.url)).body == FEED


async def test_a_name_that_does_not_exist():
    fetched = await fetch_one("http://nosuch.invalid/feed")
    assert fetched.outcome is FetchOutcome.NETWORK
    assert fetched.detail == "the name nosuch.invalid cannot be resolved"
    assert fetched.status is None


async def test_a_port_where_nobody_listens():
    async with Site() as site:
        pass
    fetched = await fetch_one(f"{site.url}/")
    assert fetched.outcome is FetchOutcome.NETWORK
    assert fetched.detail == (
        f"no connection to 127.0.0.1:{site.port}: Connection refused"
    )


async def test_manner_39_tls_is_verified():
    async with Site({"/": reply()}, tls=True) as site:
        fetched = await fetch_one(f"https://localhost:{site.port}/")
    assert fetched.outcome is FetchOutcome.NETWORK
    assert "certificate of localhost is not trusted" in fetched.detail
    assert site.seen == []


async def test_manner_39_a_private_authority_is_trusted_when_configured():
    async with Site({"/": reply()}, tls=True) as site:
        url = f"https://localhost:{site.port}/"
        fetched = await fetch_one(url, ca_file=site.certificate)
        other = await fetch_one(site.url, ca_file=site.certificate)
    assert fetched.outcome is FetchOutcome.OK
    assert "not trusted" in other.detail  # it is not one for 127.0.0.1
    assert "mismatch" in other.detail


@pytest.mark.parametrize("content", [None, "no certificate"])
async def test_an_authority_that_cannot_be_read_is_named(tmp_path, content):
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)
    async with Site({"/": reply()}) as plain, a_fetcher(ca_file=str(path)) as fetcher:
        fetched = await fetcher.fetch(FetchRequest("https://localhost:1/"))
        unaffected = await fetcher.fetch(FetchRequest(plain.url))
    assert fetched.outcome is FetchOutcome.NETWORK
    assert f"poll.ca_file {path}" in fetched.detail
    assert unaffected.outcome is FetchOutcome.OK


async def test_tls_to_a_plain_port():
    async with Site(greeting=b"HTTP/1.1 400 Bad Request\r\n\r\n") as site:
        fetched = await fetch_one(f"https://127.0.0.1:{site.port}/", timeout=5)
    assert fetched.outcome is FetchOutcome.NETWORK
    assert fetched.detail.startswith("no TLS with 127.0.0.1")


async def test_plain_http_to_a_tls_port():
    async with Site({"/": reply()}, tls=True) as site:
        fetched = await fetch_one(f"http://127.0.0.1:{site.port}/", timeout=5)
    assert fetched.outcome is FetchOutcome.NETWORK
    assert fetched.detail
