"""Manners 21 to 25: when, and how many at once."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from net_site import Talk, moved, reply
from world import DAY, MINUTE, Press, Script, World, gaps, paper

from monitor.model import FeedStatus

EVERY = 10 * MINUTE

# --- 21 -----------------------------------------------------------------------------


async def subscribe_widely(world: World, count: int = 6) -> None:
    world.site.pages["/feed"] = Press(busy=True)
    for number in range(count):
        world.subscribe(host=f"h{number}.test")
    await world.live(hours=1)


async def lose_the_network(world: World) -> None:
    """Let nothing answer any more, as behind a cable that was pulled."""
    await world.site.__aexit__()
    await world.reload(timeout=world.timeout)


async def told_of_trouble(world: World) -> list[str]:
    """Return what was told of the network and of failures.

    The hosts share a busy page, so that a feed may lose entries meanwhile: that is no
    fault of the network's.
    """
    return [title for title in await world.told() if "lost entries" not in title]


async def test_21_all_hosts_failing_at_once_is_no_fault_of_theirs(world: World):
    await subscribe_widely(world)
    await lose_the_network(world)
    await world.live(hours=8)
    tried = [e for e in world.journal.named("poll") if e["outcome"] == "network"]
    assert await told_of_trouble(world) == ["our own network seems to be down"]
    assert all(world.state(feed.name).errors < 2 for feed in world.feeds)

    before = len(world.site.seen)
    await world.site.__aenter__()
    await world.live(minutes=25)
    assert tried
    assert len(world.site.seen) >= before + 2 * len(world.feeds) - 1
    assert len(await told_of_trouble(world)) <= 2  # and at most one that it is over
    states = [world.state(feed.name).status for feed in world.feeds]
    assert set(states) == {FeedStatus.OK}


async def test_21_one_host_that_answers_makes_it_the_others_fault(world: World):
    await subscribe_widely(world)
    oops = reply(b"", status="500 Oops")
    world.site.pages |= {"/feed": oops, "/good": Press(busy=True)}
    world.subscribe("/good", host="good.test")
    await world.live(hours=4)
    for feed in world.feeds[:-1]:
        assert world.state(feed.name).errors > 2
    good = world.asked("/good")
    assert max(gaps(good)[1:]) < 1.2 * EVERY


# --- 22 -----------------------------------------------------------------------------


async def test_22_who_publishes_seldom_is_polled_less(world: World):
    press = Press()
    world.site.pages["/feed"] = press
    world.subscribe()
    for _ in range(10):  # one entry a day
        await world.live(days=1)
        press.edition += 1
    learned = len(world.asked())
    await world.live(days=2)
    fixed = 2 * DAY / EVERY
    assert len(world.asked()) - learned < 0.5 * fixed
    assert min(gaps(world.asked())) >= EVERY


async def test_22_a_busy_feed_is_polled_no_more_than_every(world: World):
    world.site.pages["/feed"] = Press(busy=True)
    world.subscribe()
    await world.live(hours=9)
    assert min(gaps(world.asked())) >= EVERY
    assert max(gaps(world.asked())[1:]) < 1.2 * EVERY


# --- 23 -----------------------------------------------------------------------------


def page(number: int) -> bytes:
    """Return one of many documents that have no entry in common."""
    return paper(*(f"{number}-{n}" for n in range(20)), ETag=f'"{number}"')


async def test_23_a_window_that_rolled_over_is_a_gap(world: World):
    world.site.pages["/feed"] = Script(*(page(number) for number in range(9)))
    world.subscribe()
    await world.polls(2)
    assert world.state("feed").traits.gap_at == world.state("feed").polled_at
    assert len(await world.told()) == 1
    waits = gaps(await world.polls(5))[1:]
    assert max(waits) < EVERY  # shorter than configured,
    assert min(waits) >= MINUTE  # the floor binds all the same
    assert len(await world.told()) == 1  # told once


@pytest.mark.parametrize("first", [paper(ETag='"1"'), page(0)])
async def test_23_neither_a_first_poll_nor_an_overlap_is_a_gap(world: World, first):
    overlapping = paper("0-19", *(f"new {n}" for n in range(19)), ETag='"2"')
    second = overlapping if first == page(0) else page(1)
    world.site.pages["/feed"] = Script(first, second)
    world.subscribe()
    await world.polls(2)
    assert world.state("feed").traits.gap_at is None
    assert await world.told() == []


# --- 24 -----------------------------------------------------------------------------


def minutes(world: World, since: float) -> Counter[int]:
    """Return how many requests came in each minute from `since` (seconds) on."""
    return Counter(int(a.at // MINUTE) for a in world.site.seen if a.at >= since)


async def test_24_feeds_that_begin_together_spread_from_the_second_poll_on(
    world: World,
):
    world.site.pages |= {f"/{n}": Press(busy=True) for n in range(40)}
    for number in range(40):
        world.subscribe(f"/{number}")
    await world.poll_due()
    assert len(world.site.seen) == 40
    assert {asked.at for asked in world.site.seen} == {0.0}  # at once, the first time
    await world.live(minutes=35)
    for path in world.site.pages:
        first, *others = gaps(world.asked(path))
        assert EVERY <= first < 2 * EVERY
        assert all(EVERY <= wait < 1.2 * EVERY for wait in others)
    second = minutes(world, 1.0)
    assert max(second.values()) <= 16  # of forty: no herd
    assert len(second) > 20


async def test_24_overdue_feeds_are_polled_at_start_bound_by_the_host_alone(
    world: World,
):
    world.site.pages |= {f"/{n}": Press(busy=True) for n in range(9)}
    for number in range(9):
        world.subscribe(f"/{number}")
    await world.live(hours=1)
    world.clock.advance(timedelta(days=1))
    await world.restart()
    await world.reload(host_spacing=timedelta(seconds=1))
    started, before = world.clock.passed, len(world.site.seen)
    await world.poll_due()
    assert len(world.site.seen) == before + 9
    assert world.clock.passed - started == pytest.approx(8)


# --- 25 -----------------------------------------------------------------------------


@dataclass
class Crowd:
    """A page that answers when nobody else comes any more, and counts who is there."""

    world: World
    expected: int
    here: Counter[str] = field(default_factory=Counter)
    most: int = 0
    most_of_host: int = 0
    full: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, talk: Talk) -> None:
        host = talk.asked.header("Host") or ""
        self.here[host] += 1
        self.most = max(self.most, self.here.total())
        self.most_of_host = max(self.most_of_host, *self.here.values())
        if self.here.total() >= self.expected:
            self.full.set()
        await self.full.wait()
        self.here[host] -= 1
        await talk.say(paper("x", Connection="close"))


async def test_25_two_connections_to_a_host_and_fifty_in_all(world: World):
    crowd = Crowd(world, expected=50)
    for number in range(160):
        path = f"/{number // 40}"
        world.site.pages[path] = crowd
        world.subscribe(path, host=f"h{number % 40}.test", name=f"f{number}")
    async with asyncio.timeout(60):
        assert await world.poll_due() == 160
    assert len(world.site.seen) == 160
    assert crowd.most == 50
    assert crowd.most_of_host == 2


async def subscribe_to_a_dozen(world: World, **policy: int) -> None:
    await world.reload(host_spacing=timedelta(seconds=1), **policy)
    world.site.pages |= {f"/{n}": Press(busy=True) for n in range(12)}
    for number in range(12):
        world.subscribe(f"/{number}")


async def test_25_a_second_between_two_requests_to_a_host(world: World):
    await subscribe_to_a_dozen(world, host_connections=1)  # one after the other
    await world.live(minutes=45)
    assert len(world.site.seen) > 30
    assert min(gaps(world.site.seen)) >= 0.999


async def test_25_requests_that_come_together_are_as_far_apart(world: World):
    await subscribe_to_a_dozen(world)
    await world.poll_due()
    # One may be seen late by the site, but never early.
    assert [round(a.at, 3) >= n for n, a in enumerate(world.site.seen)] == [True] * 12
    assert world.clock.passed == pytest.approx(11)


async def test_25_a_redirect_waits_for_its_host_too(world: World):
    await world.reload(host_spacing=timedelta(seconds=1))
    world.site.pages |= {"/a": moved("/b"), "/b": moved("/feed"), "/feed": paper("x")}
    world.subscribe("/a")
    await world.poll_due()
    assert [asked.at for asked in world.site.seen] == [0, 1, 2]


async def test_25_two_feeds_of_a_host_by_hand_keep_their_distance(world: World):
    await world.reload(host_spacing=timedelta(seconds=1))
    world.site.pages |= {"/a": Press(), "/b": Press()}
    world.subscribe("/a")
    world.subscribe("/b")
    assert await world.ask_now("a", "b") == 2
    assert [asked.at for asked in world.site.seen] == [0, 1]


async def test_25_the_spacing_outlives_a_reload(world: World):
    await subscribe_to_a_dozen(world)
    await world.ask_now("0")
    await world.reload(contact="desk@example.org")
    await world.ask_now("1")
    first, second = world.site.seen
    assert gaps([first, second])[0] >= 1
