"""Reports on feeds, from a poll to what arrives at `ops`."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from house import NEWS, OPS, House

from monitor.jobs.health import tell_troubles
from monitor.model import (
    Feed,
    FeedStatus,
    Fetched,
    FetchOutcome,
    Health,
    Traits,
    Trouble,
)

TEN_MINUTES, DAY = timedelta(minutes=10), timedelta(days=1)
PAGE = b"<html><body><form><input type=password></form></body></html>"
MANY = [f"feed{n:02}" for n in range(40)]


def answer(status: int, url: str = NEWS) -> Fetched:
    return Fetched(
        FetchOutcome.HTTP_ERROR, url, status=status, detail=f"answered {status}"
    )


def url_of(name: str) -> str:
    return f"https://one.example.org/{name}"


def with_many(house: House) -> None:
    """Give the house forty feeds of one host beside its own, all well."""
    feeds = [Feed(name, url_of(name), TEN_MINUTES) for name in MANY]
    house.feeds = (*house.feeds, *feeds)
    house.configure()
    house.publish("Schach")
    for name in MANY:
        house.publish("Schach", url=url_of(name))


async def poll_all(house: House) -> None:
    """Let all feeds be polled that may be, as a round does."""
    house.clock.advance(DAY)
    names = [feed.name for feed in house.feeds]
    for state in await house.poll_job.claim_now(names):
        await house.poll_job.poll(state)


async def test_forty_feeds_of_a_host_make_one_report_and_one_end(house: House) -> None:
    with_many(house)
    await poll_all(house)
    for name in MANY:
        house.web.pages[url_of(name)] = answer(403)
    for _ in range(3):
        await poll_all(house)
        await house.deliver()
    assert house.titles(OPS) == [
        "one.example.org: 40 feeds are failing: they refuse to answer"
    ]
    for name in MANY:
        house.publish("Schach", url=url_of(name))
    for _ in range(3):
        await poll_all(house)
        await house.deliver()
    assert house.titles(OPS)[1:] == ["one.example.org: all 40 feeds work again"]


async def test_report_waits_for_the_feeds_of_the_host_that_are_being_asked(
    house: House,
) -> None:
    with_many(house)
    await poll_all(house)
    house.clock.advance(DAY)
    claimed = await house.poll_job.claim_due(100)
    for state in claimed:
        if state.name in MANY:
            house.web.pages[state.url] = answer(401)
            await house.poll_job.poll(state)
            await house.deliver()
            was_last = state.name == [s.name for s in claimed if s.name in MANY][-1]
            assert len(house.titles(OPS)) == int(was_last)
    assert house.titles(OPS) == [
        "one.example.org: 40 feeds are failing: they refuse to answer"
    ]


async def test_page_is_told_when_it_comes_twice(primed: House) -> None:
    primed.web.pages[NEWS] = PAGE
    await primed.poll()
    await primed.deliver()
    assert primed.titles(OPS) == []
    primed.clock.advance(DAY / 4)
    await primed.poll()
    await primed.deliver()
    assert primed.titles(OPS) == ["feed news is failing: what it serves is no feed"]
    (told,) = [message for at, message, _ in primed.places.sent if at == OPS]
    assert "a login" in told.text
    assert "in a browser" in told.text


async def test_what_is_over_before_it_is_told_is_not_told(primed: House) -> None:
    primed.web.pages[NEWS] = answer(403)
    await primed.poll()
    assert primed.state().traits.health.troubles == (Trouble.REFUSED,)
    primed.publish("Schach")
    primed.clock.advance(DAY)
    await primed.poll()
    await primed.deliver()
    assert primed.titles(OPS) == []
    assert primed.store.run(lambda tx: tx.feed_troubles()) == ()


async def test_silence_is_told_and_its_end_too(primed: House) -> None:
    state = primed.state()
    now = primed.clock.now()
    health = Health(heard_since=now - 60 * DAY, newest_at=now, silent_at=now + DAY)
    primed.store.run(
        lambda tx: tx.save_feed(replace(state, traits=Traits(health=health)))
    )
    await primed.poll()
    await primed.deliver()
    assert primed.titles(OPS) == []
    primed.clock.advance(DAY)
    await primed.poll()
    await primed.deliver()
    primed.publish("Schach")
    await primed.poll()
    await primed.deliver()
    assert primed.titles(OPS) == [
        "feed news is silent, against its habit",
        "feed news publishes again",
    ]


async def test_gone_is_worse_than_a_refusal_and_that_does_not_end(
    primed: House,
) -> None:
    for status in (403, 410):
        primed.web.pages[NEWS] = answer(status)
        primed.clock.advance(DAY)
        await primed.poll()
        await primed.deliver()
    primed.clock.advance(DAY)
    await primed.deliver()
    assert primed.state().status is FeedStatus.GONE
    assert primed.titles(OPS) == [
        "feed news is failing: it refuses to answer",
        "feed news is gone",
    ]


async def test_feed_that_was_moved_while_it_was_asked_is_not_reported(
    primed: House,
) -> None:
    primed.clock.advance(DAY)
    (claimed,) = await primed.poll_job.claim_now(["news"])
    asked = primed.in_force
    (feed,) = primed.feeds
    primed.feeds = (replace(feed, url="https://elsewhere.example.org/"),)
    primed.configure()
    primed.in_force = asked  # the poll began before
    primed.web.pages[NEWS] = answer(410)
    await primed.poll_job.poll(claimed)
    await primed.deliver()
    assert primed.titles(OPS) == []


async def test_restart_repeats_nothing(primed: House) -> None:
    primed.web.pages[NEWS] = answer(403)
    await primed.poll()
    await primed.deliver()
    now, in_force = primed.clock.now(), primed.in_force
    primed.store.run(lambda tx: tx.free_leases())
    primed.configure()
    primed.store.run(lambda tx: tell_troubles(tx, in_force, now))
    primed.clock.advance(DAY)
    await primed.poll()
    await primed.deliver()
    assert len(primed.titles(OPS)) == 1
