"""Manners 18 to 20: how seldom, where a server is busy or fails."""

from __future__ import annotations

from datetime import UTC
from email.utils import format_datetime

import pytest
from net_site import Talk, moved, reply
from world import (
    DAY,
    HOUR,
    MINUTE,
    Press,
    Script,
    World,
    between,
    cut_off,
    gaps,
    paper,
    rss,
)

from monitor.model import FeedStatus, Validators
from monitor.testing import START

EVERY = 10 * MINUTE

# --- 18, 19 -------------------------------------------------------------------------

OVERLOADED = ["429 Too Many Requests", "503 Service Unavailable"]


@pytest.mark.parametrize("status", OVERLOADED)
@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7200", 7200),
        ("Mon, 05 Jan 2026 14:00:00 GMT", 7200),
        ("Monday, 05-Jan-26 14:00:00 GMT", 7200),
        ("Tue, 01 Jan 2030 00:00:00 GMT", DAY),
        ("31536000", DAY),
        ("99999999999999999999999", DAY),
        (None, 15 * MINUTE),
        ("", 15 * MINUTE),
        ("soon", 15 * MINUTE),
        ("1.5", 15 * MINUTE),
    ],
)
async def test_18_retry_after_is_kept(world: World, status, value, seconds):
    asks = {} if value is None else {"Retry_After": value}
    world.site.pages["/feed"] = Script(reply(b"", status=status, **asks), paper("a"))
    world.subscribe(minutes=1)
    assert between(gaps(await world.polls(2)), seconds)
    await world.restart()
    assert world.state("feed").status is FeedStatus.OK


async def test_18_a_date_is_read_by_the_servers_own_clock(world: World):
    slow = {
        "Date": "Mon, 05 Jan 2026 09:00:00 GMT",
        "Retry_After": "Mon, 05 Jan 2026 11:00:00 GMT",
    }
    page = Script(reply(b"", status=OVERLOADED[0], **slow), paper("a"))
    world.site.pages["/feed"] = page
    world.subscribe(minutes=1)
    assert between(gaps(await world.polls(2)), 7200)


@pytest.mark.parametrize("status", OVERLOADED)
async def test_18_it_binds_every_feed_of_the_host_and_no_other(world: World, status):
    busy = reply(b"", status=status, Retry_After="7200")
    names = ("/a", "/b", "/c")
    world.site.pages |= dict.fromkeys(names, Press(busy=True))
    for path in names:
        world.subscribe(path, host="one.test", name=path)
    world.subscribe("/a", host="two.test", name="far")
    await world.live(hours=1)

    world.site.pages["/b"] = Script(busy, paper("x"))
    since = len(world.asked("/b"))
    asked = (await world.polls(since + 1, "/b"))[-1].at
    await world.restart()
    await world.live(hours=3)
    for path in names:
        later = [a.at for a in world.asked(path, "one.test") if a.at > asked]
        assert round(min(later) - asked, 3) >= 7200
    assert max(gaps(world.asked("/a", "two.test"))[1:]) < 1.2 * EVERY


async def test_18_what_is_claimed_already_is_stopped_too(world: World):
    await world.reload(host_connections=1)
    busy = reply(b"", status=OVERLOADED[0], Retry_After="7200")
    paths = [f"/{number}" for number in range(20)]
    world.site.pages |= dict.fromkeys(paths, busy)
    for path in paths:
        world.subscribe(path, name=path)
    await world.poll_due()
    assert len(world.site.seen) <= 20
    before = len(world.site.seen)
    await world.live(hours=1, minutes=59)
    assert len(world.site.seen) == before


async def test_18_it_binds_the_host_that_said_so_behind_a_redirect(world: World):
    busy = reply(b"", status=OVERLOADED[0], Retry_After="7200")
    cdn = f"http://cdn.test:{world.site.port}/b"
    world.site.pages |= {"/a": moved(cdn), "/b": Script(busy, paper("x"))}
    world.site.pages |= {"/c": Press(busy=True)}
    world.subscribe("/a", host="one.test", name="a")
    world.subscribe("/c", host="cdn.test", name="c")
    await world.polls(1, "/b")
    await world.live(hours=1, minutes=55)
    assert len(world.asked("/c")) <= 1


@pytest.mark.parametrize(
    "value", ["-120", "0", "Mon, 05 Jan 2026 11:00:00 GMT", "Sun, 06 Nov 1994 08:49:37"]
)
async def test_19_the_past_means_the_default(world: World, value: str):
    busy = reply(b"", status=OVERLOADED[0], Retry_After=value)
    world.site.pages["/feed"] = Script(busy, paper("a"))
    world.subscribe(minutes=1)
    assert between(gaps(await world.polls(2)), 15 * MINUTE)


@pytest.mark.parametrize(
    "status",
    ["200 OK", "301 Moved", "400 X", "403 Forbidden", "404 X", "500 X", "502 X"],
)
async def test_19_retry_after_on_another_answer_is_ignored(world: World, status: str):
    headers = {"Retry_After": "86400", "Location": "/new", "ETag": '"1"'}
    world.site.pages |= {
        "/feed": reply(rss("a"), status=status, **headers),
        "/new": paper("a", ETag='"1"'),
    }
    world.subscribe(minutes=60)
    assert gaps(await world.polls(2))[0] < 2.2 * HOUR


# --- 20 -----------------------------------------------------------------------------


@pytest.mark.parametrize("dice", [0.0, 0.999])
async def test_20_errors_back_off_with_jitter_and_never_faster_than_normal(
    world: World, dice: float
):
    world.clock.dice = dice
    world.site.pages["/feed"] = reply(b"", status="500 Oops")
    world.subscribe()
    waits = gaps(await world.polls(9))
    steps = [EVERY * factor * (1 + 0.1 * dice) for factor in (1, 2, 4, 8)]
    assert waits[:4] == pytest.approx(steps)
    assert waits == pytest.approx(sorted(waits))
    assert waits[-1] <= 2.2 * HOUR  # a fault may be over at any time


async def test_20_a_feed_that_is_polled_seldom_is_not_asked_more_often(world: World):
    world.site.pages["/feed"] = reply(b"", status="500 Oops")
    world.subscribe(minutes=60 * 24)
    assert min(gaps(await world.polls(5))) >= DAY


@pytest.mark.parametrize(
    "slow", [Press({"Cache_Control": "max-age=3600"}), Press(more="<ttl>60</ttl>")]
)
async def test_20_nor_is_one_whose_publisher_asked_for_patience(world: World, slow):
    world.site.pages["/feed"] = slow
    world.subscribe()
    await world.polls(1)
    world.site.pages["/feed"] = reply(b"", status="500 Oops")
    assert min(gaps(await world.polls(3))[1:]) >= HOUR


async def test_20_each_feed_has_a_backoff_of_its_own(world: World):
    world.site.pages |= {"/bad": reply(b"", status="500 Oops"), "/good": Press()}
    world.subscribe("/bad")
    world.subscribe("/good")
    await world.live(hours=4)
    assert len(world.asked("/bad")) < 8
    assert max(gaps(world.asked("/good"))[1:]) < 1.2 * EVERY


async def test_20_a_success_ends_the_backoff(world: World):
    oops = reply(b"", status="500 Oops")
    world.site.pages["/feed"] = Script(
        paper("a", ETag='"1"'), *[oops] * 5, paper("b", ETag='"2"')
    )
    world.subscribe()
    assert between(gaps(await world.polls(9))[-2:], EVERY)


async def test_20_one_retry_in_a_cycle_for_a_reset_on_a_reused_connection(
    world: World,
):
    async def reset_when_reused(talk: Talk) -> None:
        await talk.say(paper(f"{len(world.asked())}", ETag='"1"'))
        await talk.reader.readuntil(b"\r\n\r\n")
        talk.writer.transport.abort()

    world.site.pages["/feed"] = reset_when_reused
    world.subscribe()
    await world.polls(2)
    assert world.state("feed").errors == 0
    assert world.state("feed").validators == Validators('"1"')
    assert world.site.connections == 2


async def reset(talk: Talk) -> None:
    talk.writer.transport.abort()


@pytest.mark.parametrize(
    "page", [reset, cut_off, reply(b"", status="500 X")], ids=["reset", "cut", "500"]
)
async def test_20_no_retry_for_anything_else(world: World, page):
    world.site.pages["/feed"] = page
    world.subscribe()
    await world.live(minutes=9)
    assert len(world.asked()) == 1


def test_the_dates_here_are_those_of_the_clock():
    assert format_datetime(START.astimezone(UTC), usegmt=True) == (
        "Mon, 05 Jan 2026 12:00:00 GMT"
    )
