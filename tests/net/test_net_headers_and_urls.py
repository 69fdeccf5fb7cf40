"""What headers and URLs mean, for any text a server may send."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict, CIMultiDictProxy

from monitor.model import FetchOutcome
from monitor.net.answer_headers import read_cacheable_for, read_links, read_retry_after
from monitor.net.decoding import read_decoded
from monitor.net.failure import FetchError
from monitor.net.limits import RequestLimits
from monitor.net.urls import read_url, redirect_target
from monitor.testing import FakeClock

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


def headers(*pairs: tuple[str, str]) -> CIMultiDictProxy[str]:
    return CIMultiDictProxy(CIMultiDict(pairs))


@pytest.mark.parametrize(
    ("pairs", "seconds"),
    [
        ([], None),
        ([("Cache-Control", "max-age=600")], 600),
        ([("Cache-Control", "public, MAX-AGE = 600")], 600),
        ([("Cache-Control", 'max-age="600"')], 600),
        ([("Cache-Control", "public"), ("Cache-Control", "max-age=600")], 600),
        ([("Cache-Control", "max-age=0")], 0),
        ([("Cache-Control", "s-maxage=600")], None),
        ([("Cache-Control", "no-store, max-age=600")], None),
        ([("Cache-Control", "max-age=600, no-cache")], None),
        ([("Cache-Control", "max-age=-1")], None),
        ([("Cache-Control", "max-age=soon")], None),
        ([("Cache-Control", "max-age")], None),
        ([("Cache-Control", f"max-age={31 * 86400}")], None),
        ([("Cache-Control", "max-age=600"), ("Age", "200")], 400),
        ([("Cache-Control", "max-age=600"), ("Age", "700")], 0),
        ([("Cache-Control", "max-age=600"), ("Age", "old")], 600),
        ([("Expires", "Mon, 05 Jan 2026 12:10:00 GMT")], 600),
        ([("Expires", "Mon, 05 Jan 2026 12:10:00 -0000")], 600),
        ([("Expires", "Mon, 05 Jan 2026 11:00:00 GMT")], 0),
        ([("Expires", "0")], None),
        ([("Expires", "Fri, 31 Dec 99999 23:59:59 GMT")], None),
        ([("Expires", "Thu, 31 Dec 2037 23:55:55 GMT")], None),
        (
            [
                ("Expires", "Mon, 05 Jan 2026 09:10:00 GMT"),
                ("Date", "Mon, 05 Jan 2026 09:00:00 GMT"),
            ],
            600,
        ),
        (
            [
                ("Cache-Control", "max-age=60"),
                ("Expires", "Mon, 05 Jan 2026 12:10:00 GMT"),
            ],
            60,
        ),
    ],
)
def test_manner_15_how_long_an_answer_may_be_kept(pairs, seconds):
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert read_cacheable_for(headers(*pairs), NOW) == expected


def test_manner_18_a_date_is_read_on_the_servers_own_clock():
    found = headers(
        ("Retry-After", "Mon, 05 Jan 2026 09:05:00 GMT"),
        ("Date", "Mon, 05 Jan 2026 09:00:00 GMT"),
    )
    assert read_retry_after(found, 503, NOW) == timedelta(minutes=5)


@given(st.text(), st.text(), st.text())
def test_no_header_is_too_strange(cache: str, date: str, wait: str):
    found = headers(
        ("Cache-Control", cache), ("Expires", date), ("Date", wait), ("Age", cache)
    )
    kept = read_cacheable_for(found, NOW)
    assert kept is None or timedelta(0) <= kept <= timedelta(days=30)
    waited = read_retry_after(headers(("Retry-After", wait)), 429, NOW)
    assert waited is None or waited > timedelta(0)


def refused(read: Callable[[], object]) -> FetchError | None:
    """Return the reason why `read` gave nothing, None if it gave something."""
    try:
        read()
    except FetchError as error:
        return error
    return None


@given(st.text())
def test_every_text_is_a_url_or_a_reason(text: str):
    for prefix in ("", "http://", "http://h/"):
        reason = refused(lambda whole=prefix + text: read_url(whole))
        if reason is None:
            url = read_url(prefix + text)
            assert str(url).isascii()
            assert " " not in str(url)
            assert url.raw_host
        else:
            assert reason.outcome is FetchOutcome.BLOCKED
            assert reason.detail.isprintable()


@given(st.text())
def test_every_location_leads_somewhere_or_says_why(text: str):
    base = read_url("https://a.example/b/c?d")
    reason = refused(lambda: redirect_target(base, text))
    if reason is None:
        assert redirect_target(base, text).scheme in {"http", "https"}
    else:
        assert reason.outcome in {FetchOutcome.REDIRECT, FetchOutcome.BLOCKED}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://Bücher.Example/", "http://xn--bcher-kva.example/"),
        ("HTTPS://EXAMPLE.org:443/A", "https://example.org/A"),
        ("http://example.org:8080", "http://example.org:8080/"),
        ("http://[2001:DB8::1]:81/x", "http://[2001:db8::1]:81/x"),
        ("http://under_score.example./", "http://under_score.example./"),
        ("http://user:pass@example.org/", "http://example.org/"),
        (' http://e.org/a"b<c>{d}|^[e] ', "http://e.org/a%22b%3Cc%3E%7Bd%7D|^[e]"),
    ],
)
def test_a_url_as_it_goes_out(text: str, expected: str):
    assert str(read_url(text)) == expected


async def chunked(data: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


PACKERS = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
}


@given(
    st.binary(max_size=3000),
    st.lists(st.sampled_from(sorted(PACKERS)), max_size=4),
    st.integers(1, 700),
    st.integers(0, 40),
)
def test_what_was_packed_comes_out_whatever_the_pieces(
    body: bytes, codings: list[str], size: int, times: int
):
    body *= times
    packed = body
    for coding in codings:
        packed = PACKERS[coding](packed)

    async def unpack() -> bytes:
        return await read_decoded(
            chunked(packed, size), ", ".join(codings), limit=1_000_000
        )

    assert asyncio.run(unpack()) == body


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
@pytest.mark.parametrize("size", [1, 7, 1000])
async def test_what_follows_the_end_of_the_packed_body_is_dropped(coding, size):
    packed = PACKERS[coding](b"<rss/>") + bytes(20)
    assert await read_decoded(chunked(packed, size), coding, limit=1000) == b"<rss/>"


@pytest.mark.parametrize("size", [1, 7, 1000])
async def test_brotli_allows_nothing_after_its_end(size):
    packed = brotli.compress(b"<rss/>") + bytes(20)
    with pytest.raises(FetchError, match="the body is not br"):
        await read_decoded(chunked(packed, size), "br", limit=1000)


@given(
    st.binary(max_size=300), st.sampled_from(["gzip", "deflate", "br", "br, gzip", "x"])
)
def test_no_body_is_too_strange(body: bytes, coding: str):
    async def unpack() -> bytes:
        return await read_decoded(chunked(body, 50), coding, limit=10_000)

    reason = refused(lambda: asyncio.run(unpack()))
    assert reason is None or reason.outcome in {
        FetchOutcome.BAD_ENCODING,
        FetchOutcome.TOO_LARGE,
    }


async def test_hosts_that_are_done_with_are_forgotten():
    clock = FakeClock()
    limits = RequestLimits(
        connections=1, spacing=timedelta(seconds=1), total=1, clock=clock
    )
    for number in range(20_000):
        async with limits.slot((f"host{number}", 80)):
            clock.advance(timedelta(seconds=2))
    assert len(limits._gates) <= 4096


@pytest.mark.parametrize(
    ("values", "links"),
    [
        (['<https://h/>; rel="hub"'], [("hub", "https://h/")]),
        (
            ["<https://h/>;rel=hub, </f>; rel=self"],
            [("hub", "https://h/"), ("self", "/f")],
        ),
        (['<https://h/>; title="a, <b>"; rel="next HUB"'], [("hub", "https://h/")]),
        (["<a>; rel=hub", "<b>; rel=hub"], [("hub", "a"), ("hub", "b")]),
        (["<a?x,y;z>; rel=self"], [("self", "a?x,y;z")]),
        (["<a>; rel=next", "a; rel=hub", "<a>", "<a; rel=hub", ";;,,", ""], []),
        (["<a\x00b>; rel=hub", f"<{'x' * 1001}>; rel=hub"], []),
        (["<" * 16_000], []),
    ],
)
def test_link_headers_name_hub_and_self(
    values: list[str], links: list[tuple[str, str]]
) -> None:
    """Manner 41."""
    assert list(read_links(headers(*(("Link", value) for value in values)))) == links
