"""What a poll learns of a feed's entries, and what it holds of a reset."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime

from house import DESK, HIT, NEWS, OPS, House, rule

from monitor.jobs.release import release
from monitor.model import Feed, Fetched, FetchOutcome, HeldQuery, Identity

DAY = timedelta(days=1)
SECOND = "https://second.example.org/feed"
TITLES = tuple(f"{HIT} an {place}" for place in ("Kiew", "Bonn", "Rom"))


def serve(
    house: House,
    *titles: str,
    guid: str = "",
    path: str = "",
    url: str = NEWS,
) -> None:
    """Serve entries, dated now, whose guids and links begin like this."""
    at = format_datetime(house.clock.now() + timedelta(minutes=10))
    items = "".join(
        f"<item><title>{title}</title><pubDate>{at}</pubDate>"
        f"<guid isPermaLink='false'>{guid}{title}</guid>"
        f"<link>https://news.example.org/{path}{title.split()[-1]}</link></item>"
        for title in titles
    )
    feed = f"<rss version='2.0'><channel><title>News</title>{items}</channel></rss>"
    house.web.pages[url] = feed.encode()


async def test_reset_is_held_told_to_ops_and_released(primed: House) -> None:
    serve(primed, *TITLES)
    assert (await primed.poll()).alerts == 3
    await primed.deliver()
    serve(primed, *TITLES, guid="neu:", path="neu/")
    counts = await primed.poll()
    assert (counts.entries_new, counts.held) == (3, {"reset": 3})
    (hint,) = primed.journal.named("poll")[-1]["release"]
    assert "monitor alerts release --feed news --reason reset" in hint
    await primed.deliver()
    assert len(primed.titles(DESK)) == 3
    (title,) = primed.titles(OPS)
    assert "3 alerts held (reset)" in title
    serve(primed, *TITLES, f"{HIT} an Oslo", guid="neu:", path="neu/")
    counts = await primed.poll()
    assert (counts.entries_new, counts.alerts, counts.held) == (1, 1, {})
    query = HeldQuery(reason="reset", feed="news")
    now = primed.clock.now()
    released = primed.store.run(lambda tx: release(tx, primed.in_force, query, now))
    assert len(released) == 3
    await primed.deliver()
    assert len(primed.titles(DESK)) == 7


async def test_feed_that_is_reset_at_each_poll_is_told_once_a_day(
    primed: House,
) -> None:
    serve(primed, *TITLES)
    await primed.poll()
    for number in range(3):
        serve(primed, *TITLES, guid=f"{number}:", path=f"{number}/")
        assert (await primed.poll()).held == {"reset": 3}
    await primed.deliver()
    assert len(primed.titles(OPS)) == 1


async def test_unstable_guids_are_given_up_and_logged_once(primed: House) -> None:
    serve(primed, *TITLES)
    await primed.poll()
    for poll in range(6):
        serve(primed, *TITLES, guid=f"{poll}:")
        counts = await primed.poll()
        assert (counts.entries_new, counts.alerts) == (0, 0)
    assert primed.state().traits.keyed_by_link
    assert len(primed.journal.named("guids_unstable")) == 1


async def test_configured_identity_is_obeyed(primed: House) -> None:
    primed.feeds = (replace(primed.feeds[0], identity=Identity.LINK),)
    primed.configure()
    serve(primed, *TITLES)
    await primed.poll()
    serve(primed, *(f"Neu: {title}" for title in TITLES), guid="x")
    counts = await primed.poll()
    assert (counts.entries_new, counts.entries_changed) == (0, 3)


async def test_one_link_in_two_feeds_is_one_story(primed: House) -> None:
    second = Feed("second", SECOND, timedelta(minutes=10))
    primed.feeds = (*primed.feeds, second)
    primed.rules = (rule(), rule("kiew", "Kiew"))
    primed.configure()
    serve(primed, url=SECOND)
    await primed.poll("second")
    serve(primed, TITLES[0])
    assert (await primed.poll()).alerts == 2
    serve(primed, TITLES[0], guid="other", url=SECOND)
    counts = await primed.poll("second")
    assert (counts.entries_new, counts.matches, counts.alerts) == (1, 2, 0)


async def seen(house: House) -> timedelta:
    """Return how long ago the one entry was noted as seen."""
    state, now = house.state(), house.clock.now()
    (known,) = house.store.run(lambda tx: tx.known_entries(state.id, {f"g:{HIT}"}, ()))
    return now - known.last_seen_at


async def test_entries_of_a_document_that_stays_as_it_is_count_as_seen(
    primed: House,
) -> None:
    serve(primed, HIT)
    await primed.poll()
    for _ in range(3):  # served again, byte for byte
        primed.clock.advance(0.4 * DAY)
        await primed.poll()
    assert await seen(primed) < DAY
    primed.web.pages[NEWS] = Fetched(FetchOutcome.NOT_MODIFIED, NEWS, status=304)
    primed.clock.advance(80 * DAY)
    await primed.poll()
    assert await seen(primed) == timedelta(0)
    primed.clock.advance(2 * DAY)
    primed.web.pages[NEWS] = Fetched(FetchOutcome.TIMEOUT, NEWS, detail="timeout")
    await primed.poll()
    assert await seen(primed) > 2 * DAY


async def test_entry_that_left_the_document_is_not_seen_with_the_others(
    primed: House,
) -> None:
    serve(primed, HIT)
    await primed.poll()
    primed.clock.advance(3 * DAY)
    serve(primed, "Schach")
    await primed.poll()
    primed.clock.advance(3 * DAY)
    await primed.poll()
    assert await seen(primed) > 6 * DAY
