"""How many at once, how far apart, how long, and on which connection."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from net_site import Names, Site, Talk, a_fetcher, fetch_one, moved, reply

from monitor.clock import SystemClock
from monitor.model import FetchOutcome, FetchRequest
from monitor.testing import FakeClock


@dataclass
class Crowd:
    """A page that answers only when `size` requests are there, and counts them."""

    size: int
    here: int = 0
    most: int = 0
    full: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, talk: Talk) -> None:
        self.here += 1
        self.most = max(self.most, self.here)
        if self.here >= self.size:
            self.full.set()
        await self.full.wait()
        self.here -= 1
        await talk.say(reply(Connection="close"))


async def test_manner_25_at_most_two_connections_for_each_host():
    crowd = Crowd(2)
    async with Site({"/": crowd}) as site, a_fetcher() as fetcher:
        jobs = [fetcher.fetch(FetchRequest(site.url)) for _ in range(10)]
        results = await asyncio.gather(*jobs)
    assert {fetched.outcome for fetched in results} == {FetchOutcome.OK}
    assert crowd.most == 2


async def test_manner_25_at_most_so_many_in_all():
    crowd = Crowd(5)
    sites = [Site({"/": crowd}) for _ in range(12)]
    async with a_fetcher(concurrency=5) as fetcher, asyncio.timeout(10):
        for site in sites:
            await site.__aenter__()
        jobs = [fetcher.fetch(FetchRequest(site.url)) for site in sites]
        results = await asyncio.gather(*jobs)
        for site in sites:
            await site.__aexit__()
    assert {fetched.outcome for fetched in results} == {FetchOutcome.OK}
    assert crowd.most == 5


async def test_manner_25_requests_to_one_host_are_a_second_apart():
    clock = FakeClock()
    async with (
        Site({"/": reply()}) as site,
        Site({"/": reply()}) as other,
        a_fetcher(clock=clock, host_spacing=timedelta(seconds=1)) as fetcher,
    ):
        times = []
        for url in [site.url, site.url, other.url, site.url, other.url]:
            await fetcher.fetch(FetchRequest(url))
            times.append(clock.monotonic())
    assert times == [0, 1, 1, 2, 2]  # another port is another host


async def test_manner_25_requests_that_come_together_are_as_far_apart():
    clock = SystemClock()
    times = []

    async def note(talk: Talk) -> None:
        times.append(clock.monotonic())
        await talk.say(reply(Connection="close"))

    spacing = timedelta(seconds=0.05)
    async with Site({"/": note}) as site, a_fetcher(host_spacing=spacing) as fetcher:
        jobs = [fetcher.fetch(FetchRequest(site.url)) for _ in range(5)]
        await asyncio.gather(*jobs)
    # A request may reach the server a little late, the one after it in time.
    assert times[-1] - times[0] >= 0.18


async def test_manner_25_a_redirect_keeps_the_spacing_of_its_host():
    clock = FakeClock()
    async with Site({"/": moved("/b"), "/b": reply()}) as site:
        fetched = await fetch_one(
            site.url, clock=clock, host_spacing=timedelta(seconds=1)
        )
    assert fetched.redirects == 1
    assert clock.monotonic() == 1


async def test_manner_39_a_host_that_waits_holds_no_place_of_others():
    held = asyncio.Event()

    async def hang(talk: Talk) -> None:
        held.set()
        await talk.hung_up()

    async with (
        Site({"/": hang}) as slow,
        Site({"/": reply()}) as quick,
        a_fetcher(concurrency=2, host_connections=1) as fetcher,
    ):
        waiting = [
            asyncio.create_task(fetcher.fetch(FetchRequest(slow.url))) for _ in range(5)
        ]
        await held.wait()
        fetched = await asyncio.wait_for(fetcher.fetch(FetchRequest(quick.url)), 5)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        after = await asyncio.wait_for(fetcher.fetch(FetchRequest(quick.url)), 5)
    assert fetched.outcome is after.outcome is FetchOutcome.OK
    assert len(slow.seen) == 1


@pytest.mark.parametrize(
    "head", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"]
)
async def test_manner_39_a_server_that_drips_ends_in_a_timeout(head: bytes):
    async def drip(talk: Talk) -> None:
        await talk.say(head)
        for letter in b"HTTP/1.1 200 OK\r\nX-Long: " + b"y" * 2000:
            await talk.say(bytes([letter]))
            if await talk.hung_up(within=0.01):
                return

    async with Site({"/": drip}) as site:
        fetched = await fetch_one(site.url, timeout=0.1)
    assert fetched.outcome is FetchOutcome.TIMEOUT
    assert fetched.detail
    assert fetched.elapsed < timedelta(seconds=5)


async def test_manner_39_redirects_share_one_timeout():
    async def slow(talk: Talk) -> None:
        await talk.hung_up(within=0.15)
        path = str(int(talk.asked.path[1:]) + 1)
        await talk.say(moved(path))

    async with Site({f"/{n}": slow for n in range(9)}) as site:
        fetched = await fetch_one(f"{site.url}/0", timeout=0.4)
    assert fetched.outcome is FetchOutcome.TIMEOUT
    assert fetched.redirects in {1, 2}


async def test_manner_40_connections_are_reused_and_closed_in_the_end():
    async with Site({"/": reply()}) as site:
        async with a_fetcher() as fetcher:
            for _ in range(3):
                await fetcher.fetch(FetchRequest(site.url))
            assert site.connections == 1
            assert not site.hung_up.is_set()
        await asyncio.wait_for(site.hung_up.wait(), 5)


async def test_manner_20_one_retry_after_a_reset_on_a_reused_connection():
    async def reset_when_reused(talk: Talk) -> None:
        await talk.say(reply())
        await talk.reader.readuntil(b"\r\n\r\n")
        talk.writer.transport.abort()

    async with Site({"/": reset_when_reused}) as site, a_fetcher() as fetcher:
        first = await fetcher.fetch(FetchRequest(site.url))
        second = await fetcher.fetch(FetchRequest(site.url))
    assert first.outcome is second.outcome is FetchOutcome.OK
    assert site.connections == 2


async def test_manner_20_no_retry_on_a_new_connection():
    async def reset(talk: Talk) -> None:
        talk.writer.transport.abort()

    async with Site({"/": reset}) as site:
        fetched = await fetch_one(site.url)
    assert fetched.outcome is FetchOutcome.NETWORK
    assert "closed the connection" in fetched.detail
    assert len(site.seen) == 1


async def test_a_cancelled_fetch_gives_its_place_back():
    begun = asyncio.Event()

    async def hang(talk: Talk) -> None:
        begun.set()
        await talk.hung_up()

    async with (
        Site({"/hang": hang, "/": reply()}) as site,
        a_fetcher(concurrency=1, host_connections=1) as fetcher,
    ):
        task = asyncio.create_task(fetcher.fetch(FetchRequest(f"{site.url}/hang")))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        fetched = await asyncio.wait_for(fetcher.fetch(FetchRequest(site.url)), 5)
    assert fetched.outcome is FetchOutcome.OK


async def test_a_proxy_is_asked_and_names_are_its_affair():
    async with Site({"http://feed.test/x": reply()}) as proxy:
        fetched = await fetch_one(
            "http://feed.test/x", proxy=proxy.url, resolver=Names()
        )
        refused = await fetch_one(
            "https://feed.test/x", proxy=proxy.url, resolver=Names()
        )
    assert fetched.outcome is FetchOutcome.OK
    assert proxy.seen[0].header("Host") == "feed.test"
    assert proxy.seen[1].line == "CONNECT feed.test:443 HTTP/1.1"
    assert refused.outcome is FetchOutcome.NETWORK
    assert "the proxy answered 404" in refused.detail


@pytest.mark.parametrize("host", ["10.0.0.1", "[::1]", "inner.test"])
async def test_a_proxy_is_not_asked_for_private_addresses(host: str):
    names = Names(inner_test="192.168.0.1")
    async with Site() as proxy:
        fetched = await fetch_one(
            f"http://{host}/x", proxy=proxy.url, resolver=names, allow_networks=()
        )
    assert fetched.outcome is FetchOutcome.BLOCKED
    assert proxy.seen == []


async def test_a_proxy_is_asked_for_addresses_that_are_allowed():
    async with Site({"http://10.0.0.1/x": reply()}) as proxy:
        fetched = await fetch_one(
            "http://10.0.0.1/x", proxy=proxy.url, allow_networks=("10.0.0.0/8",)
        )
    assert fetched.outcome is FetchOutcome.OK


async def test_a_public_feed_cannot_redirect_into_an_allowed_network():
    names = Names(feed_test="93.184.216.34")
    pages = {"http://feed.test/": moved("http://10.0.0.1/x")}
    async with Site(pages) as proxy:
        fetched = await fetch_one(
            "http://feed.test/",
            proxy=proxy.url,
            resolver=names,
            allow_networks=("10.0.0.0/8",),
        )
    assert fetched.outcome is FetchOutcome.BLOCKED
    assert len(proxy.seen) == 1


async def test_the_way_back_into_an_allowed_network_is_closed_as_well():
    names = Names(feed_test="93.184.216.34")
    pages = {
        "http://10.0.0.1/": moved("http://feed.test/"),
        "http://feed.test/": moved("http://10.0.0.1/x"),
    }
    async with Site(pages) as proxy:
        fetched = await fetch_one(
            "http://10.0.0.1/",
            proxy=proxy.url,
            resolver=names,
            allow_networks=("10.0.0.0/8",),
        )
    assert fetched.outcome is FetchOutcome.BLOCKED
    assert fetched.redirects == 2
