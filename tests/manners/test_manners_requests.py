"""Manners 32 to 40: what is sent, and over which connection."""

from __future__ import annotations

import asyncio
import gzip
import re
import sys
import zlib
from collections.abc import Callable
from dataclasses import replace

import brotli
import pytest
from net_site import Site, Talk, a_fetcher, fetch_one, moved, reply
from world import MINUTE, Press, Script, World, gaps, paper, rss

import monitor
from monitor.model import FeedStatus, FetchOutcome, FetchRequest
from monitor.net import routes

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

# --- 32, 33 -------------------------------------------------------------------------


async def live_through_everything(world: World) -> None:
    """Let a feed be read, unchanged, moved, a web page, broken, gone."""
    html = (
        b"<html><head><link rel='icon' href='/favicon.ico'>"
        b"<link rel='alternate' type='application/rss+xml' href='/other'></head></html>"
    )
    images = "<image><url>/logo.png</url></image><link>http://127.0.0.1/home</link>"
    world.site.pages |= {
        "/feed": Script(
            paper("a", more=images, Set_Cookie="a=b; Path=/", ETag='"1"'),
            reply(b"", status="304 Not Modified", Set_Cookie="c=d"),
            moved("/new"),
            reply(html),
            reply(b"", status="500 Oops"),
            reply(b"", status="429 Busy", Retry_After="60"),
            paper("b"),
            reply(b"", status="410 Gone"),
        ),
        "/new": paper("moved", Set_Cookie="e=f"),
    }
    world.subscribe()
    await world.live(days=2)
    assert world.state("feed").status is FeedStatus.GONE


async def test_32_nothing_but_gets_and_of_feeds_alone(world: World):
    await live_through_everything(world)
    assert {asked.line for asked in world.site.seen} == {
        "GET /feed HTTP/1.1",
        "GET /new HTTP/1.1",
    }
    for asked in world.site.seen:
        assert asked.header("Content-Length") is None
        assert asked.header("Content-Type") is None


@pytest.mark.parametrize(
    ("configured", "asked"),
    [
        ("/feed", "/feed"),
        ("/feed/", "/feed/"),
        ("//feed", "//feed"),
        ("/a/../feed", "/a/../feed"),
        ("/%66eed", "/%66eed"),
        ("/%7euser/%2F?x=%c3%BC", "/%7euser/%2F?x=%c3%BC"),
        ("/feed?b=2&a=1&a=&c", "/feed?b=2&a=1&a=&c"),
        ("/feed?q=a+b%20c", "/feed?q=a+b%20c"),
        ("/feed?utm_source=x", "/feed?utm_source=x"),
        ("/feed;v=1?x=[1]|2", "/feed;v=1?x=[1]|2"),
        ("/feed#latest", "/feed"),
        ("/feed?q=1#a?b", "/feed?q=1"),
        ("/größe", "/gr%C3%B6%C3%9Fe"),
    ],
)
async def test_33_the_url_exactly_as_configured_without_fragment(
    world: World, configured: str, asked: str
):
    world.site.pages[asked] = Press()
    world.subscribe(configured, name="feed")
    await world.live(minutes=30)
    assert {seen.path for seen in world.site.seen} == {asked}


# --- 34, 35, 36 ---------------------------------------------------------------------


@pytest.mark.parametrize("contact", ["https://desk.example/bot", "desk@example.org"])
async def test_34_who_asks_is_the_same_everywhere(world: World, contact: str):
    await world.reload(contact=contact)
    await live_through_everything(world)
    agents = {asked.header("User-Agent") for asked in world.site.seen}
    assert agents == {f"feed-monitor/{monitor.__version__} (+{contact})"}


async def test_34_no_browser_is_imitated(world: World):
    await live_through_everything(world)
    for asked in world.site.seen:
        agent = asked.header("User-Agent") or ""
        assert re.fullmatch(r"[a-z-]+/[0-9.]+( \(\+[^()]+\))?", agent)
        names = {name.lower() for name, _ in asked.headers}
        assert not names & {"accept-language", "dnt", "upgrade-insecure-requests"}
        assert not any(name.startswith("sec-") for name in names)


async def test_34_a_feed_cannot_ask_under_another_name(world: World):
    world.site.pages["/feed"] = Press()
    world.subscribe(headers=(("User-Agent", "Mozilla/5.0"),))
    await world.live(minutes=30)
    assert world.site.seen == []
    assert "User-Agent" in world.state("feed").error


async def test_35_no_cookie_and_no_referer(world: World):
    await live_through_everything(world)
    await world.restart()
    for asked in world.site.seen:
        assert asked.header("Cookie") is None
        assert asked.header("Referer") is None


async def test_36_accept_lists_the_feed_types(world: World):
    await live_through_everything(world)
    (accept,) = {asked.header("Accept") for asked in world.site.seen}
    types = [part.split(";")[0].strip() for part in (accept or "").split(",")]
    assert types[:3] == [
        "application/atom+xml",
        "application/rss+xml",
        "application/feed+json",
    ]
    assert {"application/xml", "text/xml"} <= set(types)
    assert types[-1] == "*/*"  # what is served as anything else is read all the same


# --- 37 -----------------------------------------------------------------------------


def deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


PACKERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "deflate": ("deflate", zlib.compress),
    "raw deflate": ("deflate", deflated),
    "br": ("br", brotli.compress),
    "zstd": ("zstd", zstd.compress),
    "nested": (
        "gzip, br, zstd",
        lambda d: zstd.compress(brotli.compress(gzip.compress(d))),
    ),
}
every_packer = pytest.mark.parametrize(
    ("coding", "packed"), PACKERS.values(), ids=PACKERS
)


async def test_37_what_is_accepted_is_said(world: World):
    world.site.pages["/feed"] = Press()
    world.subscribe()
    await world.poll_due()
    (asked,) = world.site.seen
    assert asked.header("Accept-Encoding") == "gzip, deflate, br, zstd"


@every_packer
async def test_37_what_is_accepted_is_read(world: World, coding: str, packed):
    body = packed(rss(*(f"Meldung {n}" for n in range(50))))
    world.site.pages["/feed"] = reply(body, Content_Encoding=coding)
    world.subscribe()
    await world.poll_due()
    assert len(world.entry_titles()) == 50


@every_packer
async def test_37_what_is_packed_is_capped_when_decoded(
    world: World, coding: str, packed
):
    await world.reload(max_body=1_000_000)
    bomb = packed(rss("x" * 20_000_000))
    assert len(bomb) < 100_000
    world.site.pages["/feed"] = reply(bomb, Content_Encoding=coding)
    world.subscribe()
    await world.poll_due()
    assert world.state("feed").error == "the body is larger than poll.max_body, 1 MB"
    assert world.entry_titles() == []


# --- 38 -----------------------------------------------------------------------------


@pytest.mark.parametrize("other", ["/feed", "/feed#part"])
async def test_38_a_url_that_is_subscribed_twice_is_fetched_once(
    world: World, other: str
):
    world.site.pages["/feed"] = Press(busy=True)
    world.subscribe(name="one", tags=("de",))
    world.subscribe(other, name="two", minutes=30)
    await world.live(hours=3)
    assert min(gaps(world.asked())) >= 10 * MINUTE
    by_feed = [row.feed_id for row in world.stored()]
    one, two = (by_feed.count(n) for n in sorted(set(by_feed)))
    assert one > 10
    assert two > 10  # both have the entries


async def test_38_also_when_both_are_due_at_once(world: World):
    world.site.pages["/feed"] = Press()
    for name in ("one", "two", "three"):
        world.subscribe(name=name)
    await world.poll_due()
    assert len(world.asked()) == 1
    assert world.entry_titles() == ["edition 1"] * 3


async def test_38_the_same_url_with_other_credentials_is_another(world: World):
    world.site.pages["/feed"] = Press()
    world.subscribe(name="one", headers=(("Authorization", "Bearer one"),))
    world.subscribe(name="two", headers=(("Authorization", "Bearer two"),))
    await world.poll_due()
    assert {asked.header("Authorization") for asked in world.asked()} == {
        "Bearer one",
        "Bearer two",
    }


# --- 39 -----------------------------------------------------------------------------


async def test_39_tls_is_verified():
    async with Site({"/": reply()}, tls=True) as site:
        unknown = await fetch_one(f"https://localhost:{site.port}/")
        misnamed = await fetch_one(site.url, ca_file=site.certificate)
        good = await fetch_one(
            f"https://localhost:{site.port}/", ca_file=site.certificate
        )
    for refused in (unknown, misnamed):
        assert refused.outcome is FetchOutcome.NETWORK
        assert "is not trusted" in refused.detail
    assert good.outcome is FetchOutcome.OK
    assert len(site.seen) == 1


@pytest.mark.parametrize(
    "head",
    [
        b"X: " + b"y" * 20_000,
        b"\r\n".join(b"X-%d: y" % n for n in range(40_000)),
        b"\r\n".join(b"Set-Cookie: %d=y" % n for n in range(40_000)),
        b"X" * 20_000 + b": y",
    ],
    ids=["long", "many", "cookies", "name"],
)
async def test_39_headers_are_limited(world: World, head: bytes):
    world.site.pages |= {
        "/feed": b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n" + rss("x"),
        "/good": paper("good"),
    }
    world.subscribe()
    world.subscribe("/good")
    await world.poll_due()
    assert world.state("feed").status is FeedStatus.FAILING
    assert world.state("feed").error
    assert world.entry_titles() == ["good"]


async def test_39_a_slow_server_stalls_nobody_else(world: World):
    begun = asyncio.Event()

    async def hang(talk: Talk) -> None:
        begun.set()
        await talk.hung_up()

    world.site.pages |= {"/slow": hang, "/good": paper("good")}
    await world.reload(concurrency=3)
    for number in range(30):
        world.subscribe("/slow", host="slow.test", name=f"slow{number}")
    world.subscribe("/good", host="good.test", name="good")
    claimed = {state.name: state for state in await world.poll_job.claim_due(100)}
    good = claimed.pop("good")
    waiting = [
        asyncio.create_task(world.poll_job.poll(state)) for state in claimed.values()
    ]
    await begun.wait()
    async with asyncio.timeout(10):
        assert (await world.poll_job.poll(good)).entries_new == 1
    assert not any(task.done() for task in waiting)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 O",
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n<",
    ],
    ids=["status", "headers", "body"],
)
async def test_39_a_server_that_drips_ends_in_a_timeout(world: World, head: bytes):
    async def drip(talk: Talk) -> None:
        await talk.say(head)
        while not await talk.hung_up(within=0.02):
            await talk.say(b"x")

    await world.reload(timeout=0.2)
    world.site.pages["/feed"] = drip
    world.subscribe()
    await world.poll_due()
    assert world.state("feed").error == "timeout: the answer took too long"


# --- 40 -----------------------------------------------------------------------------


async def test_40_connections_are_reused_within_a_cycle(world: World):
    for number in range(20):
        world.site.pages[f"/{number}"] = paper(f"{number}")
        world.subscribe(f"/{number}")
    await world.poll_due()
    assert len(world.site.seen) == 20
    assert world.site.connections <= 2


async def test_40_also_along_redirects_and_errors(world: World):
    world.site.pages |= {
        "/feed": moved("/b"),
        "/b": moved("/c"),
        "/c": reply(b"", status="404 Not Found"),
    }
    world.subscribe()
    await world.poll_due()
    assert len(world.site.seen) == 3
    assert world.site.connections == 1


async def test_40_a_connection_is_closed_when_it_is_idle(
    monkeypatch: pytest.MonkeyPatch,
):
    assert routes._KEEPALIVE_SECONDS < 30
    monkeypatch.setattr(routes, "_KEEPALIVE_SECONDS", 0.05)
    async with Site({"/": reply()}) as site, a_fetcher() as fetcher:
        await fetcher.fetch(FetchRequest(site.url))
        async with asyncio.timeout(10):
            await site.hung_up.wait()


async def test_40_what_was_not_read_to_its_end_is_not_reused(world: World):
    await world.reload(max_body=1000)
    huge = reply(b"<rss>" + b"x" * 100_000)
    world.site.pages["/feed"] = huge
    world.subscribe()
    feed = replace(world.feeds[0], name="other", url=f"{world.site.url}/other")
    world.site.pages["/other"] = paper("other")
    world.feeds = (*world.feeds, feed)
    world.configure()
    await world.poll_due()
    assert world.state("other").status is FeedStatus.OK
    assert world.entry_titles() == ["other"]
