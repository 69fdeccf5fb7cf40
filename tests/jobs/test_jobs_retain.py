"""What is over is forgotten, never what waits or may come back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from house import DESK, HIT, OPS, House, rule
from sqlalchemy import text
from stored_articles import give_article

from monitor.jobs.indexing import IndexJob
from monitor.jobs.release import revisit
from monitor.jobs.report import tell_ops
from monitor.jobs.retain import RetainCounts, RetainJob
from monitor.model import HeldQuery, Retention, SendOutcome

DAY = timedelta(days=1)
DULL = "Wetter am Montag"


def job(house: House, **retain: timedelta | int | None) -> RetainJob:
    """Return the job, with a configuration that says what is kept how long."""
    settings = replace(house.in_force.settings, retain=Retention(**retain))  # type: ignore[arg-type]  # by name
    house.in_force = replace(house.in_force, settings=settings)
    return RetainJob(house.store, house.clock, house.journal, lambda: house.in_force)


def count(house: House, table: str) -> int:
    query = text(f"SELECT count(*) FROM {table}")  # noqa: S608 - our own names
    with house.store._database.read() as connection:
        return int(connection.execute(query).scalar_one())


def counts(house: House) -> dict[str, int]:
    tables = ("entries", "entry_keys", "matches", "alerts", "messages", "attempts")
    return {table: count(house, table) for table in tables}


async def poll_for(house: House, days: int) -> None:
    """Let the feed be polled every ten days, whatever it has."""
    index = IndexJob(house.store)
    await index.run()
    for _ in range(0, days, 10):
        house.clock.advance(10 * DAY)
        await house.poll()
    await index.run()


async def test_entries_that_left_the_feed_long_ago_are_forgotten(house: House) -> None:
    house.publish(DULL, "Sport")
    await house.poll()
    house.publish("Sport", "Kultur")
    await poll_for(house, 100)

    assert await job(house).run_if_due() == RetainCounts(entries=1)

    assert counts(house)["entries"] == 2
    assert counts(house)["entry_keys"] == 2
    assert count(house, "entry_words") == 2


async def test_what_is_still_in_the_feed_is_never_forgotten(house: House) -> None:
    house.publish(DULL, "Sport")
    await house.poll()
    await poll_for(house, 200)  # the body stays as it is, byte for byte

    assert await job(house).run_if_due() == RetainCounts()


async def test_a_feed_that_cannot_be_read_keeps_what_it_had(house: House) -> None:
    house.publish(DULL, "Sport")
    await house.poll()
    pages, house.web.pages = house.web.pages, {}
    await poll_for(house, 120)

    assert await job(house).run_if_due() == RetainCounts()
    house.web.pages = pages
    assert (await house.poll()).entries_new == 0


async def test_a_feed_that_left_the_configuration_keeps_nothing(house: House) -> None:
    house.publish(DULL, "Sport")
    await house.poll()
    house.feeds = ()
    house.configure()
    house.clock.advance(91 * DAY)

    assert (await job(house).run_if_due()) == RetainCounts(entries=1)
    assert counts(house)["entries"] == 1, "the newest id is given to no other entry"


async def told_once(house: House) -> None:
    """Let one entry alert, be delivered, and leave the feed."""
    house.publish("Anfang")
    await house.poll()
    house.publish(HIT)
    await house.poll()
    await house.deliver()
    house.publish("Sport", "Kultur")
    await poll_for(house, 10)


async def test_the_entry_of_an_alert_stays_as_long_as_the_alert(house: House) -> None:
    await told_once(house)
    await poll_for(house, 200)

    assert await job(house).run_if_due() == RetainCounts(entries=1)
    assert counts(house)["matches"] == counts(house)["alerts"] == 1

    await poll_for(house, 200)

    assert await job(house).run_if_due() == RetainCounts(alerts=1, entries=1, history=5)
    assert counts(house) == {
        "entries": 2,
        "entry_keys": 2,
        "matches": 0,
        "alerts": 0,
        "messages": 0,
        "attempts": 0,
    }


async def test_what_is_kept_for_ever_stays(house: House) -> None:
    await told_once(house)
    await poll_for(house, 400)
    before = counts(house)

    assert await job(house, alerts=None, entries=None).run_if_due() == RetainCounts()
    assert counts(house) == before


async def test_a_rule_does_not_fire_again_when_its_alert_is_forgotten(
    house: House,
) -> None:
    await told_once(house)
    house.clock.advance(30 * DAY)
    await house.poll()
    house.clock.advance(DAY)

    found = await job(house, alerts=30 * DAY, entries=None).run_if_due()

    assert found is not None
    assert (found.alerts, counts(house)["matches"]) == (1, 1)
    house.publish(HIT, text="edited")
    again = await house.poll()
    assert (again.entries_changed, again.alerts) == (1, 0)


async def test_an_alert_stays_while_its_entry_is_in_the_feed(house: House) -> None:
    house.publish("Anfang")
    await house.poll()
    house.publish(HIT)
    await house.poll()
    await house.deliver()
    await poll_for(house, 400)

    found = await job(house).run_if_due()

    assert found is not None
    assert found.alerts == 0


@pytest.mark.parametrize("state", ["held", "pending"])
async def test_an_alert_that_waits_is_never_forgotten(house: House, state: str) -> None:
    if state == "held":
        house.publish(HIT)
        await house.poll()
    else:
        house.publish("Anfang")
        await house.poll()
        house.publish(HIT)
        await house.poll()
        house.answer(DESK, SendOutcome.RETRY)
        await house.deliver()
    house.publish("Sport", "Kultur")
    await poll_for(house, 400)

    found = await job(house).run_if_due()

    assert found is not None
    assert found.alerts == 0
    if state == "held":
        assert len(house.store.run(lambda tx: tx.held_alerts(HeldQuery()))) == 1
    else:
        assert house.counts() == {"pending": 1}
    assert counts(house)["alerts"] == 1


async def test_it_runs_once_a_day(house: House) -> None:
    retain = job(house)
    assert await retain.run_if_due() is not None
    assert await retain.run_if_due() is None

    house.clock.advance(DAY)
    assert await retain.run_if_due() is not None
    house.clock.jump(-2 * DAY)
    assert await retain.run_if_due() is not None, "the clock went back"
    assert len(house.journal.named("retain")) == 3


async def test_many_are_forgotten_a_few_at_a_time(house: House) -> None:
    house.rules = (rule(query="Meldung"),)
    house.configure()
    house.publish("Anfang")
    await house.poll()
    house.publish(*(f"Meldung {n}" for n in range(7)))
    await house.poll()
    await house.deliver()
    house.publish("Sport", "Kultur")
    await poll_for(house, 380)

    found = await replace(job(house), at_once=2).run_if_due()

    assert found is not None
    assert (found.alerts, found.entries) == (7, 8)
    assert count(house, "messages") == 0
    assert count(house, "entry_words") == 2


async def test_reports_are_forgotten_when_they_are_old(house: House) -> None:
    now = house.clock.now()
    for title in ("first", "second", "waits"):
        house.store.run(lambda tx, t=title: tell_ops(tx, house.in_force, t, "", now))
    house.answer(OPS, SendOutcome.SENT, SendOutcome.SENT, SendOutcome.RETRY)
    await house.deliver()
    house.clock.advance(366 * DAY)

    found = await replace(job(house), at_once=2).run_if_due()

    assert found == RetainCounts(reports=2)
    assert house.counts() == {"pending": 1}


async def test_an_alert_that_waits_for_a_digest_is_never_forgotten(
    tmp_path: Path,
) -> None:
    house = House(tmp_path, manners={"desk": {"digest": "0 8 29 2 *"}})
    house.publish(DULL)
    await house.poll()
    house.publish(HIT)
    await house.poll()
    house.publish(DULL)
    await poll_for(house, 500)
    done = await job(house).run_if_due()
    assert (done and done.alerts, count(house, "routes")) == (0, 1)

    house.manners = {}
    house.configure()
    house.store.run(lambda tx: revisit(tx, house.in_force, house.clock.now()))
    await house.deliver()
    assert house.titles() == [HIT]
    house.clock.advance(DAY)
    await house.poll()
    done = await job(house).run_if_due()
    assert (done and done.alerts, count(house, "routes")) == (1, 0)
    house.store.close()


async def read_articles(house: House, count: int = 3) -> None:
    """Let there be entries, and their articles be read one an hour."""
    house.publish(*(f"Meldung {n}" for n in range(count)))
    await house.poll()
    for n in range(count):
        house.clock.advance(timedelta(hours=1))
        words = " ".join(f"Wort{n}x{i}" for i in range(200))
        link, now = f"https://news.example.org/{n}", house.clock.now()
        house.store.run(
            lambda tx, n=n, words=words, link=link, now=now: give_article(  # type: ignore[misc]
                tx, n + 1, words, now, link=link
            )
        )


def articles(house: House) -> list[bool]:
    """Return whether there is the text of its article, of each entry."""
    found = house.store.run(lambda tx: tx.some_entries(None, before=None, limit=9))
    return [bool(stored.entry.article) for stored in reversed(found)]


async def test_the_texts_of_articles_are_forgotten_when_they_are_old(
    house: House,
) -> None:
    await read_articles(house)
    house.clock.advance(14 * DAY - timedelta(hours=1))

    assert await replace(job(house), at_once=1).run_if_due() == RetainCounts(articles=1)

    assert articles(house) == [False, True, True]
    assert counts(house)["entries"] == count(house, "articles") == 3
    (said,) = house.journal.named("retain")
    assert said["articles"] == 1


async def test_the_texts_of_articles_keep_within_their_room_all_day(
    house: House,
) -> None:
    assert await job(house).run_if_due() == RetainCounts()
    await read_articles(house)
    with house.store._database.read() as connection:
        (*_, size) = connection.execute(
            text("SELECT size FROM article_texts")
        ).scalars()

    retain = job(house, article_space=size)
    assert await retain.run_if_due() == RetainCounts(articles=2)

    assert articles(house) == [False, False, True]
    assert await retain.run_if_due() is None
    assert len(house.journal.named("retain")) == 2


async def test_articles_are_kept_for_ever_but_within_their_room(house: House) -> None:
    await read_articles(house)
    house.clock.advance(900 * DAY)

    retain = job(house, articles=None, alerts=None)
    assert await retain.run_if_due() == RetainCounts()
    assert articles(house) == [True, True, True]


async def test_an_article_goes_when_its_entry_and_its_text_are_gone(
    house: House,
) -> None:
    await read_articles(house)
    house.publish("Sport", "Kultur")
    await poll_for(house, 100)

    done = await replace(job(house), at_once=2).run_if_due()

    assert done == RetainCounts(articles=3, entries=3)
    tables = ("articles", "article_texts")
    assert [count(house, table) for table in tables] == [0, 0]
    assert count(house, "article_wishes") == counts(house)["entries"] == 2
