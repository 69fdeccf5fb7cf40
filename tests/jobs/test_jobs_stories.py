"""One story, one alert: copies join, and another's words refer to the first."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import TypeVar
from xml.sax.saxutils import escape

import pytest
from house import DESK, House, rule

from monitor.errors import StoreError
from monitor.feeds.story_index import StoryIndex
from monitor.jobs.catch_up import CatchUpJob
from monitor.jobs.recording import PollResult
from monitor.jobs.release import release
from monitor.jobs.stories import remember_stories, with_story
from monitor.model import DigestItem, Feed, HeldQuery, Message, MessageKind
from monitor.ports import Transaction
from monitor.store.transaction import SqlTransaction

T = TypeVar("T")
NAMES = ("one", "two", "three", "four", "five", "six", "seven")
TITLE = "Aserbaidschan erwägt Waffenlieferungen an Kiew"
BODY = (
    "Das teilte das Ministerium am Montag in Baku mit. Die Lieferung soll noch in "
    "diesem Jahr beginnen, hieß es."
)
RETOLD = (
    "Waffenlieferungen an Kiew: Aserbaidschan wagt sich vor",
    "Die Lieferung soll noch in diesem Jahr beginnen, teilte das Ministerium mit.",
)
DENIED = "Aserbaidschan erwägt keine Waffenlieferungen an Kiew"


def url(name: str) -> str:
    return f"https://feeds.{name}.example/rss"


@pytest.fixture
async def press(house: House) -> House:
    """A house with the feeds of seven publishers, each polled once."""
    house.feeds = tuple(Feed(name, url(name), timedelta(minutes=10)) for name in NAMES)
    house.configure()
    for name in NAMES:
        publish(house, name)
        await house.poll(name)
    return house


def publish(house: House, name: str, *told: tuple[str, str], at: str = "") -> None:
    """Let a publisher's feed hold these titles and summaries, and no others."""
    when = format_datetime(house.clock.now())
    items = "".join(
        f"<item><title>{escape(title)}</title><guid>{n}</guid>"
        f"<link>https://www.{at or name}.example/{n}</link>"
        f"<description>{escape(text)}</description><pubDate>{when}</pubDate></item>"
        for n, (title, text) in enumerate(told)
    )
    house.web.pages[url(name)] = (
        f'<rss version="2.0"><channel><title>Die {name.title()}</title>{items}'
        "</channel></rss>"
    ).encode()


async def tells(house: House, name: str, *told: tuple[str, str], at: str = "") -> int:
    """Let a publisher tell this, and the feed be polled; return the new alerts."""
    publish(house, name, *told, at=at)
    return (await house.poll(name)).alerts


async def sent(house: House) -> list[Message]:
    await house.deliver()
    return [message for lane, message, _ in house.places.sent if lane == DESK]


async def test_copies_of_one_text_are_one_alert(press: House) -> None:
    assert await tells(press, "one", (TITLE, BODY)) == 1
    for name in NAMES[1:]:
        publish(press, name, (f"Update: {TITLE}", BODY))
        counts = await press.poll(name)
        assert (counts.alerts, counts.held) == (0, {"same_story": 1})
    (message,) = await sent(press)
    assert (message.title, message.first_alert, message.also) == (TITLE, 0, ())
    story = message.story
    who = press.store.run(lambda tx: tx.sources_of_story("waffen", story))
    assert len(who) == 7


async def test_copies_are_told_with_the_next_message_of_the_story(press: House) -> None:
    for name in NAMES[:6]:
        await tells(press, name, (TITLE, BODY))
    assert await tells(press, "seven", RETOLD) == 1
    first, second = await sent(press)
    assert second.story == first.story
    assert second.first_alert == first.alerts[0] != second.alerts[0]
    assert second.also == ("Die Two", "Die Three", "Die Four", "Die Five", "+1")
    who = press.store.run(lambda tx: tx.sources_of_story("waffen", second.story))
    assert len(who) == 7


async def test_event_that_others_tell_is_never_hidden(press: House) -> None:
    assert await tells(press, "one", (TITLE, BODY)) == 1
    assert await tells(press, "two", RETOLD) == 1
    assert await tells(press, "three", RETOLD) == 0, "that is a copy of the second"
    first, second = await sent(press)
    assert (first.first_alert, second.first_alert) == (0, first.alerts[0])


async def test_contrary_in_the_same_words_is_an_event_of_its_own(press: House) -> None:
    await tells(press, "one", (TITLE, BODY))
    assert await tells(press, "two", (DENIED, BODY)) == 1


async def test_rule_that_the_first_did_not_concern_is_told_of_the_copy(
    press: House,
) -> None:
    press.rules = (rule(), rule("bald", "bald"))
    press.configure()
    await tells(press, "one", (TITLE, BODY))
    assert await tells(press, "two", (TITLE, BODY.replace("soll", "soll bald"))) == 1
    assert [message.rules for message in await sent(press)] == [("waffen",), ("bald",)]


async def test_event_of_which_the_rule_heard_nothing_has_no_first(
    press: House,
) -> None:
    press.rules = (rule("erwägt", "erwägt"), rule("wagt", "wagt"))
    press.configure()
    await tells(press, "one", (TITLE, BODY))
    assert await tells(press, "two", RETOLD) == 1
    assert (await sent(press))[-1].first_alert == 0


async def test_items_of_a_digest_name_who_told_them_too(press: House) -> None:
    for name in NAMES[:3]:
        await tells(press, name, (TITLE, BODY))
    (message,) = await sent(press)
    item = DigestItem(message.alerts, message.rules, TITLE)
    digest = Message(MessageKind.DIGEST, "digest", items=(item,))
    told = press.store.run(lambda tx: with_story(tx, digest))
    assert told.items[0].also == ("Die Two", "Die Three")


async def test_rule_that_looks_back_tells_of_each_story_once(press: House) -> None:
    press.rules = ()
    press.configure()
    await catch_up(press)
    for name in NAMES[:3]:
        await tells(press, name, (TITLE, BODY))
    press.rules = (rule(),)
    press.configure()
    assert await catch_up(press) == 1
    assert await tells(press, "four", (TITLE, BODY)) == 0


async def catch_up(house: House) -> int:
    stories = house.poll_job.stories
    in_force = house.in_force
    job = CatchUpJob(
        house.store, house.clock, house.journal, lambda: in_force, stories=stories
    )
    return await job.run()


async def test_aggregators_copy_counts_as_that_of_its_publisher(press: House) -> None:
    await tells(press, "one", (TITLE, BODY))
    assert await tells(press, "two", (TITLE, BODY), at="one") == 0, "it has its link"
    await tells(press, "three", (TITLE, BODY), at="agency")
    await tells(press, "four", RETOLD)
    assert (await sent(press))[-1].also == ("agency.example",)


async def test_copy_is_told_if_nobody_heard_of_the_first(house: House) -> None:
    house.feeds = tuple(Feed(n, url(n), timedelta(minutes=10)) for n in NAMES)
    house.configure()
    publish(house, "two")
    await house.poll("two")
    assert (publish(house, "one", (TITLE, BODY)), await house.poll("one"))[1].held == {
        "first_poll": 1
    }
    assert await tells(house, "two", (TITLE, BODY)) == 1
    assert [message.title for message in await sent(house)] == [TITLE]


async def test_held_alert_that_is_released_refers_to_what_was_told(
    press: House,
) -> None:
    await tells(press, "one", (TITLE, BODY))
    press.feeds = (*press.feeds, Feed("late", url("late"), timedelta(minutes=10)))
    press.configure()
    await tells(press, "late", RETOLD)
    now, in_force = press.clock.now(), press.in_force
    press.store.run(lambda tx: release(tx, in_force, HeldQuery(), now))
    first, second = await sent(press)
    assert second.first_alert == first.alerts[0]


async def test_reference_waits_until_the_first_was_told(house: House) -> None:
    house.feeds = tuple(Feed(n, url(n), timedelta(minutes=10)) for n in NAMES)
    house.configure()
    publish(house, "two")
    await house.poll("two")
    await tells(house, "one", (TITLE, BODY))  # held: it is the first poll
    await tells(house, "two", RETOLD)
    (message,) = await sent(house)
    assert message.first_alert == 0
    assert message.story


# --- crashes ------------------------------------------------------------------------


async def cut_off(house: House, name: str) -> None:
    """Poll a feed and let its transaction be undone after all its work."""
    run = house.store.transact

    async def fail(work: Callable[[Transaction], T]) -> T:
        def undone(tx: Transaction) -> T:
            result = work(tx)
            if isinstance(result, PollResult):
                raise StoreError("power cut")
            return result

        return await run(undone)

    house.store.transact = fail  # type: ignore[method-assign]
    with pytest.raises(StoreError):
        await house.poll(name)
    house.store.transact = run  # type: ignore[method-assign]
    house.store.run(lambda tx: tx.free_leases())


async def test_undone_poll_swallows_no_alert(press: House) -> None:
    publish(press, "one", (TITLE, BODY))
    await cut_off(press, "one")
    assert len(press.poll_job.stories) == 1, "it is in the index all the same"
    assert await tells(press, "two", (TITLE, BODY)) == 1
    assert (await press.poll("one")).held == {"same_story": 1}
    assert await tells(press, "three", (TITLE, BODY)) == 0
    (message,) = await sent(press)
    assert message.source == "Die Two"


async def test_undone_poll_is_polled_again_as_if_it_had_not_been(press: House) -> None:
    publish(press, "one", (TITLE, BODY))
    await cut_off(press, "one")
    assert (await press.poll("one")).alerts == 1
    assert await tells(press, "two", RETOLD) == 1
    first, second = await sent(press)
    assert second.first_alert == first.alerts[0]


async def test_copies_that_are_stored_together_are_one_alert(press: House) -> None:
    for name in NAMES:
        publish(press, name, (TITLE, BODY))
    press.clock.advance(timedelta(minutes=10))
    states = await press.poll_job.claim_now(NAMES)
    counts = await asyncio.gather(*map(press.poll_job.poll, states))
    assert sum(count.alerts for count in counts) == 1
    assert len(await sent(press)) == 1


async def test_stories_are_remembered_after_a_restart(press: House) -> None:
    await tells(press, "one", (TITLE, BODY))
    await tells(press, "two", (TITLE, BODY))
    restart(press)
    assert len(press.poll_job.stories) == 1, "a copy begins no story"
    assert await tells(press, "three", (TITLE, BODY)) == 0
    press.clock.advance(timedelta(hours=47))
    restart(press)
    assert await tells(press, "four", (TITLE, BODY)) == 0
    press.clock.advance(timedelta(hours=2))
    restart(press)
    assert len(press.poll_job.stories) == 0


async def test_text_that_was_edited_untold_takes_no_copies_in(press: House) -> None:
    """What the edit says nobody was told: whoever copies it has news."""
    await tells(press, "one", (TITLE, BODY))
    await tells(press, "one", (TITLE, f"{BODY} In Baku starben 5 Soldaten."))
    for name in ("two", "three"):
        count = await tells(press, name, (TITLE, f"{BODY} In Baku starben 5 Soldaten."))
        assert count == (name == "two")
        restart(press)


def restart(house: House) -> None:
    index, now = StoryIndex(), house.clock.now()
    house.store.run(lambda tx: remember_stories(tx, index, now))
    object.__setattr__(house.poll_job, "stories", index)


def test_thread_of_nothing_is_empty(house: House, tmp_path: Path) -> None:
    assert tmp_path.exists()

    def nothing(tx: SqlTransaction) -> None:
        assert tx.thread(()).story == ""
        assert tx.thread((7,)).story == ""
        assert tx.first_of_event("waffen", "link:x") is None
        assert tx.sources_of_story("waffen", "link:x") == ()

    house.store.run(nothing)  # type: ignore[arg-type]
