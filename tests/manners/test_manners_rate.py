"""Manners 13 to 17: how often."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from house import FullDisk
from net_site import reply
from world import (
    HOUR,
    MINUTE,
    Press,
    Script,
    World,
    between,
    gaps,
    not_modified,
    paper,
)

from monitor.errors import StoreError
from monitor.testing import START

EVERY = 10 * MINUTE


# --- 13 -----------------------------------------------------------------------------


async def test_13_never_twice_within_the_interval(world: World):
    world.site.pages["/feed"] = Press(busy=True)
    world.subscribe()
    for dice in (0.0, 0.5, 0.999):
        world.clock.dice = dice
        await world.live(hours=3)
    assert len(world.asked()) > 40
    assert min(gaps(world.asked())) >= EVERY


async def test_13_nor_across_restarts(world: World):
    world.site.pages["/feed"] = Press(busy=True)
    world.subscribe()
    for _ in range(40):
        await world.live(minutes=3)
        await world.restart()
    assert len(world.asked()) >= 8
    assert min(gaps(world.asked())) >= EVERY


async def test_13_nor_across_reloads(world: World):
    world.site.pages["/feed"] = Press(busy=True)
    feed = world.subscribe()
    for number in range(40):
        await world.live(minutes=3)
        tagged = replace(feed, tags=(f"t{number}",))
        await world.reload([tagged], concurrency=50 + number)
    assert len(world.asked()) >= 8
    assert min(gaps(world.asked())) >= EVERY


async def test_13_nor_when_a_feed_is_taken_out_and_put_in_again(world: World):
    world.site.pages["/feed"] = Press(busy=True)
    feed = world.subscribe()
    for _ in range(20):
        await world.live(minutes=3)
        await world.reload([])
        await world.live(minutes=1)
        await world.reload([feed])
    assert min(gaps(world.asked())) >= EVERY


async def test_13_nor_when_a_feed_is_renamed(world: World):
    world.site.pages["/feed"] = Press(busy=True)
    feed = world.subscribe()
    await world.live(minutes=3)
    await world.reload([replace(feed, name="renamed")])
    await world.live(hours=1)
    assert min(gaps(world.asked())) >= EVERY


async def test_13_nor_when_a_url_is_changed_and_changed_back(world: World):
    world.site.pages |= {"/feed": Press(busy=True), "/other": Press()}
    feed = world.subscribe()
    await world.live(minutes=3)
    await world.reload([replace(feed, url=feed.url.replace("/feed", "/other"))])
    await world.live(minutes=1)
    await world.reload([feed])
    await world.live(hours=1)
    assert min(gaps(world.asked())) >= EVERY


async def test_13_a_shorter_interval_counts_at_once_and_binds_too(world: World):
    world.site.pages["/feed"] = Press(busy=True)
    feed = world.subscribe(minutes=240)
    await world.live(minutes=10)
    await world.reload([replace(feed, every=timedelta(minutes=30))])
    await world.live(hours=2)
    first, *others = gaps(world.asked())
    assert 30 * MINUTE <= first < 45 * MINUTE
    assert min(others) >= 30 * MINUTE


async def test_13_the_floor_binds_whatever_is_configured(world: World):
    world.site.pages["/feed"] = Press(busy=True)
    await world.reload(floor=timedelta(minutes=5))
    world.subscribe(minutes=0)
    await world.live(hours=1)
    assert min(gaps(world.asked())) >= 5 * MINUTE


@pytest.mark.parametrize(
    "days",
    [
        -1 / 24,
        -1,
        -365,
        1 / 24,
        1,
        365,
    ],
)
async def test_13_nor_when_the_clock_is_set(world: World, days: float):
    world.site.pages["/feed"] = Press(busy=True)
    world.subscribe(minutes=60)
    await world.polls(3)
    await world.live(minutes=10)
    world.clock.jump(timedelta(days=days))
    await world.live(hours=30)
    assert min(gaps(world.asked())) >= HOUR
    assert world.clock.passed - world.asked()[-1].at < 2 * HOUR  # and it goes on


async def test_13_nor_when_the_process_dies_while_it_asks(world: World):
    world.site.pages["/feed"] = Press()
    world.subscribe()
    await world.polls(1)
    world.clock.advance(timedelta(hours=1))
    (state,) = await world.poll_job.claim_due(1)
    dying = replace(world.poll_job, store=FullDisk(world.store, 1))
    with pytest.raises(StoreError):
        await dying.poll(state)
    await world.restart()
    await world.live(hours=1)
    assert len(world.asked()) > 2
    assert min(gaps(world.asked())) >= EVERY


async def test_13_by_hand_only_the_floor_binds(world: World):
    world.site.pages["/feed"] = Press(busy=True)
    world.subscribe(minutes=240)
    await world.polls(1)
    world.clock.advance(timedelta(seconds=59))
    assert await world.ask_now() == 0
    world.clock.advance(timedelta(seconds=1))
    assert await world.ask_now() == 1
    await world.restart()
    assert await world.ask_now() == 0
    assert gaps(world.asked()) == [MINUTE]


async def test_13_by_hand_a_retry_after_binds_too(world: World):
    busy = reply(b"", status="503 Busy", Retry_After="3600")
    world.site.pages["/feed"] = Script(busy, paper("a"))
    world.subscribe()
    await world.polls(1)
    world.clock.advance(timedelta(minutes=59))
    await world.restart()
    assert await world.ask_now() == 0
    world.clock.advance(timedelta(minutes=1))
    assert await world.ask_now() == 1


async def test_13_a_poll_by_hand_begins_the_interval_anew(world: World):
    world.site.pages["/feed"] = Press(busy=True)
    world.subscribe()
    for number in range(3, 30, 3):
        await world.polls(number)
        world.clock.advance(timedelta(minutes=5))
        assert await world.ask_now() == 1
        by_hand, automatic = (await world.polls(number + 2))[-2:]
        assert gaps([by_hand, automatic])[0] >= EVERY


# --- 14 -----------------------------------------------------------------------------


async def test_14_bodies_that_keep_being_equal_double_the_interval(world: World):
    world.site.pages["/feed"] = Script(
        *[paper("a")] * 6, *(paper(f"b{n}") for n in range(4))
    )
    world.subscribe()
    world.clock.dice = 0.0
    waits = gaps(await world.polls(10))
    assert waits[0] >= EVERY
    assert waits[1:5] == pytest.approx([EVERY, EVERY, 2 * EVERY, 2 * EVERY])
    assert waits[6:] == pytest.approx([EVERY] * 3)


async def test_14_without_validators_never_below_every(world: World):
    world.site.pages["/feed"] = Script(*(paper(f"b{n}") for n in range(30)))
    world.subscribe()
    assert min(gaps(await world.polls(30))) >= EVERY


async def test_14_who_sends_validators_is_not_slowed_down(world: World):
    equal = (paper("a", ETag=f'"{n}"') for n in range(9))
    world.site.pages["/feed"] = Script(*equal)
    world.subscribe()
    assert max(gaps(await world.polls(9))[1:]) < 1.2 * EVERY


# --- 15 -----------------------------------------------------------------------------


CACHED = [
    ({"Cache_Control": "max-age=1800"}, 1800),
    ({"Cache_Control": "public, MAX-AGE=1800, must-revalidate"}, 1800),
    ({"Cache_Control": "max-age=86400"}, 3600),
    ({"Cache_Control": "max-age=60"}, 600),
    ({"Cache_Control": "max-age=0"}, 600),
    ({"Cache_Control": "max-age=-1"}, 600),
    ({"Cache_Control": "max-age=soon"}, 600),
    ({"Cache_Control": "max-age=31536000"}, 600),
    ({"Cache_Control": "max-age=99999999999999999999"}, 600),
    ({"Cache_Control": "no-cache, max-age=1800"}, 600),
    ({"Cache_Control": "max-age=1800", "Age": "600"}, 1200),
    ({"Expires": "Mon, 05 Jan 2026 12:30:00 GMT"}, 1800),
    ({"Expires": "Mon, 05 Jan 2026 23:30:00 GMT"}, 3600),
    ({"Expires": "Mon, 05 Jan 2026 11:30:00 GMT"}, 600),
    ({"Expires": "Thu, 01 Jan 2099 00:00:00 GMT"}, 600),
    ({"Expires": "0"}, 600),
    ({"Expires": "-1"}, 600),
    ({"Expires": "Never, 99 Foo 12:00"}, 600),
]


@pytest.mark.parametrize(("headers", "seconds"), CACHED, ids=str)
@pytest.mark.parametrize("is_304", [False, True])
async def test_15_cache_headers_delay_the_next_poll_within_reason(
    world: World, headers: dict[str, str], seconds: float, is_304
):
    # The server's clock stands still, so that Expires means the same each time.
    headers = {"Date": "Mon, 05 Jan 2026 12:00:00 GMT", **headers}
    world.site.pages["/feed"] = Press(headers=headers, busy=not is_304)
    world.subscribe()
    assert between(gaps(await world.polls(5))[1:], seconds)


async def test_15_cache_headers_bind_a_feed_with_its_own_interval_too(world: World):
    world.site.pages["/feed"] = Press({"Cache_Control": "max-age=1800"})
    world.subscribe(every_is_own=True)
    assert between(gaps(await world.polls(5))[1:], 1800)


async def test_15_cache_headers_never_shorten(world: World):
    world.site.pages["/feed"] = Press({"Cache_Control": "max-age=60"})
    world.subscribe(minutes=120)
    assert between(gaps(await world.polls(4))[1:], 7200)


# --- 16 -----------------------------------------------------------------------------

SY = 'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'


def sy(period: str, frequency: str = "") -> str:
    more = f"<sy:updateFrequency {SY}>{frequency}</sy:updateFrequency>"
    period = f"<sy:updatePeriod {SY}>{period}</sy:updatePeriod>"
    return period + (more if frequency else "")


WISHES = [
    ("<ttl>30</ttl>", 1800),
    ("<ttl> 30 </ttl>", 1800),
    ("<ttl>1440</ttl>", 3600),
    ("<ttl>1</ttl>", 600),
    ("<ttl>0</ttl>", 600),
    ("<ttl>-30</ttl>", 600),
    ("<ttl>half an hour</ttl>", 600),
    ("<ttl>99999999</ttl>", 600),
    (sy("hourly", "2"), 1800),
    (sy("hourly", "0"), 3600),
    (sy("hourly"), 3600),
    (sy("Daily"), 3600),
    (sy("hourly", "60"), 600),
    (sy("fortnightly"), 600),
    ("<ttl>5</ttl>" + sy("hourly", "3"), 1200),
]


@pytest.mark.parametrize(("more", "seconds"), WISHES)
async def test_16_ttl_and_update_period_are_lower_bounds(
    world: World, more: str, seconds: float
):
    world.site.pages["/feed"] = Press(more=more, busy=True)
    world.subscribe()
    assert between(gaps(await world.polls(4))[1:], seconds)


async def test_16_an_interval_of_the_users_own_wins(world: World):
    world.site.pages["/feed"] = Press(more="<ttl>60</ttl>", busy=True)
    world.subscribe(every_is_own=True)
    assert between(gaps(await world.polls(4))[1:], EVERY)


@pytest.mark.parametrize("answer", ["304", "equal"])
async def test_16_the_ttl_counts_where_nothing_was_parsed_too(
    world: World, answer: str
):
    page = paper("a", more="<ttl>60</ttl>", ETag='"1"')
    same = not_modified() if answer == "304" else page
    world.site.pages["/feed"] = Script(page, same)
    world.subscribe()
    await world.polls(2)
    await world.restart()
    assert between(gaps(await world.polls(5))[1:], 3600)


async def test_16_a_new_document_without_a_ttl_ends_it(world: World):
    world.site.pages["/feed"] = Script(
        paper("a", more="<ttl>60</ttl>", ETag='"1"'),
        paper("b", ETag='"2"'),
        not_modified(),
    )
    world.subscribe()
    assert between(gaps(await world.polls(5))[1:], EVERY)


# --- 17 -----------------------------------------------------------------------------


def skip_hours(hours: Iterator[int] | range) -> str:
    listed = "".join(f"<hour>{hour}</hour>" for hour in hours)
    return f"<skipHours>{listed}</skipHours>"


def skip_days(*days: str) -> str:
    return f"<skipDays>{''.join(f'<day>{day}</day>' for day in days)}</skipDays>"


def times(world: World) -> list[datetime]:
    """Return when the feed was asked after its first time, by the wall clock."""
    return [START + timedelta(seconds=asked.at) for asked in world.asked()[1:]]


@pytest.mark.parametrize("dice", [0.0, 0.999])
async def test_17_skipped_hours_are_skipped_by_greenwich_time(world: World, dice):
    world.clock.dice = dice
    world.site.pages["/feed"] = Press(more=skip_hours(range(7, 24)), busy=True)
    world.subscribe(minutes=30)
    await world.live(days=3)
    assert {at.hour for at in times(world)} == set(range(7))


async def test_17_hour_24_is_midnight(world: World):
    hours = skip_hours(iter([24, 1, 2, 3]))
    world.site.pages["/feed"] = Press(more=hours, busy=True)
    world.subscribe(minutes=30)
    await world.live(days=2)
    assert {at.hour for at in times(world)} == set(range(4, 24))


async def test_17_skipped_days_are_skipped(world: World):
    days = skip_days("Tuesday", "wednesday", "Saturday", "Sunday")
    world.site.pages["/feed"] = Press(more=days, busy=True)
    world.subscribe(minutes=360)
    await world.live(days=14)
    assert {f"{at:%a}" for at in times(world)} == {"Mon", "Thu", "Fri"}


WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@pytest.mark.parametrize(
    "more",
    [
        skip_hours(range(24)),
        skip_hours(range(1, 25)),
        skip_days(*WEEK),
        skip_hours(range(24)) + skip_days("Sunday"),
        "<skipHours><hour>noon</hour><hour>99</hour></skipHours>",
        "<skipDays><day>Everyday</day></skipDays>",
    ],
)
async def test_17_what_covers_everything_is_ignored(world: World, more: str):
    world.site.pages["/feed"] = Press(more=more, busy=True)
    world.subscribe()
    assert between(gaps(await world.polls(4))[1:], EVERY)


async def test_17_one_hour_a_week_is_enough(world: World):
    more = skip_hours(iter([h for h in range(24) if h != 4])) + skip_days(*WEEK[1:])
    world.site.pages["/feed"] = Press(more=more, busy=True)
    world.subscribe()
    await world.live(days=15)
    assert {(f"{at:%a}", at.hour) for at in times(world)} == {("Mon", 4)}
    assert len({at.date() for at in times(world)}) == 2


async def test_17_skipped_hours_count_after_a_304_too(world: World):
    world.site.pages["/feed"] = Press(more=skip_hours(range(13, 20)))
    world.subscribe()
    await world.live(hours=10)
    assert {at.hour for at in times(world)} & set(range(13, 20)) == set()
