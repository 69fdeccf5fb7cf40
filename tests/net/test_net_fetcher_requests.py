"""What is sent: the URL, the headers, the validators, and nothing else."""

from __future__ import annotations

import pytest
from net_site import FEED, Site, a_fetcher, fetch_one, reply

import monitor
from monitor.errors import SecretError
from monitor.model import FetchOutcome, FetchRequest, PollPolicy, Validators
from monitor.net.fetcher import HttpFetcher
from monitor.testing import FakeClock


async def test_a_plain_feed_comes_back_as_it_is():
    page = reply(Content_Type="application/rss+xml; charset=utf-8")
    async with Site({"/feed": page}) as site:
        fetched = await fetch_one(f"{site.url}/feed")
    assert fetched.outcome is FetchOutcome.OK
    assert (fetched.status, fetched.body) == (200, FEED)
    assert fetched.content_type == "application/rss+xml; charset=utf-8"
    assert fetched.url == f"{site.url}/feed"
    assert fetched.detail == ""


async def test_manner_1_the_first_request_is_unconditional():
    async with Site({"/": reply()}) as site:
        await fetch_one(site.url)
    assert site.seen[0].header("If-None-Match") is None
    assert site.seen[0].header("If-Modified-Since") is None


@pytest.mark.parametrize(
    "etag", ['"abc"', 'W/"abc"', "no-quotes", 'W/"a, \\"b"', "“ä”", "''"]
)
async def test_manners_2_3_4_validators_travel_byte_for_byte(etag: str):
    stamp = "Sun, 6 Nov 1994 08:49:37 +0000 (odd)"
    page = reply(ETag=etag, Last_Modified=stamp)
    async with Site({"/": page}) as site:
        first = await fetch_one(site.url)
        assert first.validators == Validators(etag, stamp)
        await fetch_one(FetchRequest(site.url, validators=first.validators))
    assert site.seen[1].header("If-None-Match") == etag
    assert site.seen[1].header("If-Modified-Since") == stamp


async def test_manner_5_a_304_carries_its_new_validators():
    page = reply(b"", status="304 Not Modified", ETag='"2"', Cache_Control="max-age=60")
    async with Site({"/": page}) as site:
        fetched = await fetch_one(FetchRequest(site.url, validators=Validators('"1"')))
    assert fetched.outcome is FetchOutcome.NOT_MODIFIED
    assert fetched.validators == Validators('"2"', None)
    assert fetched.cacheable_for is not None
    assert fetched.cacheable_for.total_seconds() == 60


async def test_a_304_that_nobody_asked_for_is_an_error():
    async with Site({"/": reply(b"", status="304 Not Modified")}) as site:
        fetched = await fetch_one(site.url)
    assert fetched.outcome is FetchOutcome.HTTP_ERROR
    assert "304 Not Modified" in fetched.detail


async def test_a_validator_that_is_not_text_counts_as_none():
    async with Site({"/": reply(ETag='"caf\udce9"')}) as site:
        fetched = await fetch_one(site.url)
    assert fetched.outcome is FetchOutcome.OK
    assert fetched.validators == Validators()


@pytest.mark.parametrize(
    ("configured", "sent"),
    [
        ("/a%7eb/%2F?q=%c3%bc&x=a+b", "/a%7eb/%2F?q=%c3%bc&x=a+b"),
        ("/a/../b;c=1//d", "/a/../b;c=1//d"),
        ("/grüße und/mehr?q=ä b", "/gr%C3%BC%C3%9Fe%20und/mehr?q=%C3%A4%20b"),
        ("/feed#latest", "/feed"),
        ("?key=1", "/?key=1"),
        ("", "/"),
    ],
)
async def test_manners_32_33_a_get_of_the_url_as_configured(configured: str, sent: str):
    async with Site({sent: reply()}) as site:
        fetched = await fetch_one(site.url + configured)
    assert fetched.outcome is FetchOutcome.OK
    assert [asked.line for asked in site.seen] == [f"GET {sent} HTTP/1.1"]


@pytest.mark.parametrize(
    ("contact", "suffix"),
    [
        ("", ""),
        ("https://desk.example/bot", " (+https://desk.example/bot)"),
        ("desk@example.org\r\nX-Evil: 1", " (+desk@example.org X-Evil: 1)"),
        ("a (b)", " (+a b)"),
    ],
)
async def test_manner_34_says_who_asks(contact: str, suffix: str):
    async with Site({"/": reply()}) as site:
        await fetch_one(site.url, contact=contact)
    agent = site.seen[0].header("User-Agent")
    assert agent == f"feed-monitor/{monitor.__version__}{suffix}"


async def test_manners_35_36_37_no_cookie_no_referer_and_what_is_understood():
    page = reply(Set_Cookie="a=b; Path=/")
    async with Site({"/": page}) as site, a_fetcher() as fetcher:
        await fetcher.fetch(FetchRequest(site.url))
        await fetcher.fetch(FetchRequest(site.url))
    for asked in site.seen:
        assert asked.header("Cookie") is None
        assert asked.header("Referer") is None
        assert "application/rss+xml" in (asked.header("Accept") or "")
        assert "application/atom+xml" in (asked.header("Accept") or "")
        assert asked.header("Accept-Encoding") == "gzip, deflate, br, zstd"


async def test_secrets_are_expanded_on_the_wire_and_shown_unexpanded():
    async with Site({"/feed?key=s3cret": reply()}) as site:
        request = FetchRequest(
            f"{site.url}/feed?key=${{KEY}}", headers=(("Authorization", "B ${TOKEN}"),)
        )
        secrets = {"KEY": "s3cret", "TOKEN": "t0ken"}
        fetched = await fetch_one(request, secrets=secrets)
    assert fetched.outcome is FetchOutcome.OK
    assert fetched.url == request.url
    assert site.seen[0].header("Authorization") == "B t0ken"


async def test_a_secret_that_is_not_set_is_named_and_nothing_is_sent():
    def resolve(text: str) -> str:
        if "${" in text:
            raise SecretError("${TOKEN} is not set")
        return text

    async with Site({"/": reply()}) as site:
        request = FetchRequest(site.url, headers=(("Authorization", "${TOKEN}"),))
        fetcher = HttpFetcher(
            PollPolicy(), clock=FakeClock(), resolve=resolve, redact=str
        )
        async with fetcher:
            fetched = await fetcher.fetch(request)
    assert fetched.outcome is FetchOutcome.SECRET
    assert fetched.detail == "${TOKEN} is not set"
    assert site.seen == []


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("X-Key", "a\r\nX-Evil: 1", "line break"),
        ("X-Key", "a\x00", "line break"),
        ("X-Key\r\nX-Evil", "1", "cannot be set"),
        ("Host", "other.example", "cannot be set"),
        ("Transfer-Encoding", "chunked", "cannot be set"),
        ("User-Agent", "Mozilla/5.0", "cannot be set"),
        ("If-None-Match", '"x"', "cannot be set"),
    ],
)
async def test_a_header_that_would_break_the_request_is_not_sent(
    name: str, value: str, word: str
):
    async with Site({"/": reply()}) as site:
        fetched = await fetch_one(FetchRequest(site.url, headers=((name, value),)))
    assert fetched.outcome is FetchOutcome.BLOCKED
    assert word in fetched.detail
    assert site.seen == []


async def test_a_feeds_own_accept_replaces_the_usual_one():
    async with Site({"/": reply()}) as site:
        await fetch_one(FetchRequest(site.url, headers=(("accept", "text/xml"),)))
    assert site.seen[0].header("Accept") == "text/xml"


async def test_a_user_name_in_the_url_becomes_credentials_and_is_not_shown():
    async with Site({"/x": reply()}) as site:
        url = site.url.replace("://", "://bob:p%40ss@") + "/x"
        fetched = await fetch_one(url)
    assert site.seen[0].header("Authorization") == "Basic Ym9iOnBAc3M="
    assert fetched.url == f"{site.url}/x"


async def test_a_header_of_ones_own_goes_before_a_user_name_in_the_url():
    async with Site({"/": reply()}) as site:
        url = site.url.replace("://", "://bob:pass@")
        request = FetchRequest(url, headers=(("Authorization", "Bearer x"),))
        await fetch_one(request)
    assert site.seen[0].header("Authorization") == "Bearer x"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "feed.xml",
        "file:///etc/passwd",
        "ftp://127.0.0.1/x",
        "gopher://127.0.0.1/x",
        "javascript:alert(1)",
        "http://",
        "http:///feed",
        "http://[::1",
        "http://h:99999/",
        "http://a b/",
        "http://a..b/",
        "http://a\\@b/",
        f"http://{'a' * 70}.example/",
        "http://\udcff/",
    ],
)
async def test_what_is_no_http_url_is_refused_in_plain_words(url: str):
    fetched = await fetch_one(url)
    assert fetched.outcome is FetchOutcome.BLOCKED
    assert fetched.detail
