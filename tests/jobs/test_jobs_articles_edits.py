"""Edits of entries whose articles are wanted, or were read; and what holds alerts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from house import House, rule
from newsstand import (
    BOTH,
    LINK,
    MINUTE,
    OTHER_FEED,
    SITE,
    TEXT,
    TITLE,
    Item,
    failed,
    messages,
    polled,
    publish,
    read,
    rows,
    states,
)

from monitor.config.quiet_hours import quiet_hours
from monitor.jobs.release import release
from monitor.model import FullText, HeldQuery, Rate, Silence

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EDITED = Item(f"{TITLE} und um")
MOVED = Item(f"{TITLE} und um", link=f"{SITE}/1-neu")


@pytest.fixture
def stand(primed: House) -> House:
    """A house with a rule over two words that tells of edits, and its article."""
    primed.rules = (replace(BOTH, on_edit=True),)
    primed.configure()
    primed.articles.pages[LINK] = TEXT
    return primed


async def told(house: House) -> None:
    """Let an article make the rule true, and the desk hear of it."""
    await polled(house, Item())
    assert (await house.read()).alerts == 1
    await house.deliver()


# edits


async def test_an_edit_before_the_article_is_read_waits_for_it(stand: House) -> None:
    await polled(stand, Item())
    await stand.article_job.decide()
    assert await polled(stand, EDITED) == 0
    assert (await stand.read()).alerts == 1
    (message,) = await messages(stand)
    assert message.title == EDITED.title


async def test_an_edit_while_the_article_is_fetched_loses_nothing(
    stand: House,
) -> None:
    await polled(stand, Item())
    await stand.article_job.decide()
    (claim,) = await stand.article_job.claim_due()
    await polled(stand, EDITED)
    assert (await stand.article_job.read(claim)).read == 0, "it is undecided again"
    assert (await stand.read()).alerts == 1
    assert len(stand.articles.asked) == 1


async def test_an_edit_while_it_is_fetched_that_takes_the_words_away_is_read_still(
    stand: House,
) -> None:
    """The article says both words; the headline that named one of them is gone."""
    stand.articles.pages[LINK] = f"Aserbaidschan: {TEXT}"
    await polled(stand, Item())
    await stand.article_job.decide()
    (claim,) = await stand.article_job.claim_due()
    await polled(stand, Item("Baku kauft ein"))
    await stand.article_job.read(claim)
    assert (await stand.read()).alerts == 1


async def test_an_edit_that_makes_the_rule_true_is_told_once(stand: House) -> None:
    await polled(stand, Item())
    assert await polled(stand, Item(f"{TITLE}: Waffen")) == 1
    result = await stand.read()
    assert (result.alerts, states(stand)) == (0, ["unwanted"])
    assert len(await messages(stand)) == 1


async def test_an_edit_of_what_the_article_told_is_an_edit_and_no_second_alert(
    stand: House,
) -> None:
    await told(stand)
    assert await polled(stand, EDITED) == 1, "the rule asks for edits"
    assert (await stand.read()).alerts == 0
    _, edit = await messages(stand)
    assert edit.change == f"title: {TITLE} [+und um+]"
    assert len(stand.articles.asked) == 1


async def test_an_edit_does_not_forget_the_article(stand: House) -> None:
    """No rule wants it any more, for the article alone has the words."""
    stand.articles.pages[LINK] = f"Aserbaidschan: {TEXT}"
    await told(stand)
    for title in ("Baku kauft ein", "Baku kauft viel ein"):
        assert await polled(stand, Item(title)) == 1
        await stand.read()
        assert states(stand) == ["read"]
    changes = [m.change for m in await messages(stand)]
    assert not any("no longer matches" in change for change in changes)
    assert len(stand.articles.asked) == 1


async def test_an_edit_of_the_link_reads_the_other_page(stand: House) -> None:
    await told(stand)
    stand.articles.pages[MOVED.link or ""] = TEXT
    assert await polled(stand, MOVED) == 1
    result = await stand.read()
    assert (result.read, result.alerts) == (1, 0)
    assert stand.articles.asked == [LINK, MOVED.link]
    _, edit = await messages(stand)
    assert "no longer matches" not in edit.change


async def test_an_edit_of_the_link_while_it_waits_reads_the_new_one(
    stand: House,
) -> None:
    stand.articles.script = {}
    stand.articles.pages[LINK] = failed()
    stand.articles.pages[MOVED.link or ""] = TEXT
    await polled(stand, Item())
    await stand.read()
    await polled(stand, MOVED)
    assert (await stand.read()).alerts == 1
    stand.clock.advance(HOUR)
    await stand.read()
    assert stand.articles.asked == [LINK, MOVED.link], "nobody wants the first"


async def test_an_edit_that_takes_the_link_away_gives_up(stand: House) -> None:
    stand.articles.pages[LINK] = failed()
    await polled(stand, Item())
    await stand.read()
    await polled(stand, Item(f"{TITLE} und um", link=None))
    assert (await stand.read()).given_up == 1
    assert states(stand) == ["given_up"]
    stand.clock.advance(HOUR)
    await stand.read()
    assert len(stand.articles.asked) == 1


async def test_an_edit_keeps_what_the_article_alone_says(stand: House) -> None:
    at = datetime(2026, 1, 4, tzinfo=UTC)
    stand.articles.pages[LINK] = read(language="de", published_at=at)
    await told(stand)
    found = "SELECT language, published_at FROM entries WHERE title = '{}'"
    (before,) = rows(stand, found.format(TITLE))
    await polled(stand, EDITED)
    (after,) = rows(stand, found.format(EDITED.title))
    assert before == after
    assert after[0] == "de"
    assert str(after[1]).startswith("2026-01-04")


async def test_what_is_held_shows_the_article_that_makes_it_true(stand: House) -> None:
    """An alert that nobody heard of is pointed anew at what its entry says now."""
    stand.rules = (rule("eins", "Minister OR kauft"), BOTH)
    stand.configure()
    now = stand.clock.now()
    until = stand.store.run(
        lambda tx: tx.add_silence(Silence(0, now + DAY, now, "eins"))
    )
    assert until
    await polled(stand, Item())
    await stand.read()
    stand.store.run(
        lambda tx: release(tx, stand.in_force, HeldQuery(reason="silenced"), now)
    )
    found = await messages(stand)
    quoted = [x.text for m in found if m.rules == ("eins",) for x in m.excerpts]
    assert quoted
    (kept,) = rows(stand, "SELECT kept FROM alerts WHERE rule = 'eins'")
    assert TEXT in kept[0]


# what the article says of itself


async def test_language_and_date_are_taken_over_where_the_feed_gave_none(
    stand: House,
) -> None:
    old = stand.clock.now() - 12 * DAY
    stand.rules = (rule("deutsch", "Aserbaidschan AND Waffen AND lang:de"), BOTH)
    stand.configure()
    stand.articles.pages[LINK] = read(language="de", published_at=old)
    await polled(stand, Item())
    assert (await stand.read()).alerts == 2
    (message,) = await messages(stand)
    assert "dated 12 days ago" in message.labels


async def test_what_the_feed_says_of_language_and_date_counts(stand: House) -> None:
    at = stand.clock.now().replace(microsecond=0)
    old = at - 12 * DAY
    stand.articles.pages[LINK] = read(language="en", published_at=old)
    await polled(stand, Item(at=at))
    await stand.read()
    (message,) = await messages(stand)
    assert not [label for label in message.labels if "dated" in label]
    (date,) = rows(stand, "SELECT published_at FROM entries")
    assert str(date[0]).startswith(f"{at:%Y-%m-%d %H:%M:%S}")


# what holds alerts holds these


async def test_of_what_is_no_news_no_article_is_read(house: House) -> None:
    house.rules = (BOTH,)
    house.configure()
    house.articles.pages[LINK] = TEXT
    await polled(house, Item(at=house.clock.now() - 30 * DAY))
    assert (await house.read()).read == 0
    assert states(house) == ["unwanted"]


async def test_the_first_poll_holds_what_its_articles_make_true(house: House) -> None:
    house.rules = (BOTH,)
    (news,) = house.feeds
    house.feeds = (replace(news, full_text=FullText.ALWAYS),)
    house.configure()
    house.articles.pages[LINK] = TEXT
    await polled(house, Item(at=house.clock.now() - 30 * DAY))
    result = await house.read()
    assert (result.matches, dict(result.held)) == (1, {"first_poll": 1})
    assert await messages(house) == []
    now = house.clock.now()
    house.store.run(lambda tx: release(tx, house.in_force, HeldQuery(), now))
    assert len(await messages(house)) == 1


async def test_an_outage_holds_what_its_articles_make_true(stand: House) -> None:
    before = stand.clock.now()
    stand.clock.advance(DAY)
    await polled(stand, Item(at=before - HOUR))
    assert dict((await stand.read()).held) == {"outage": 1}


async def test_a_silence_holds_what_an_article_makes_true(stand: House) -> None:
    await polled(stand, Item())
    now = stand.clock.now()
    stand.store.run(lambda tx: tx.add_silence(Silence(0, now + DAY, now, "beide")))
    assert dict((await stand.read()).held) == {"silenced": 1}
    assert await messages(stand) == []


@pytest.mark.parametrize(
    ("of_rule", "of_desk", "held"),
    [
        ({"min_sources": 2}, {}, "few_sources"),
        ({"throttle": Rate(1, HOUR)}, {}, "throttled"),
        ({}, {"quiet_hours": (quiet_hours("00:00-23:59"),)}, "quiet_hours"),
    ],
)
async def test_an_alert_by_an_article_waits_as_others_do(
    stand: House, of_rule: dict[str, Any], of_desk: dict[str, Any], held: str
) -> None:
    stand.rules = (replace(BOTH, **of_rule),)
    stand.manners = {"desk": of_desk}
    stand.configure()
    if held == "throttled":
        await polled(stand, Item("Aserbaidschan und Waffen", "0"))
        await stand.deliver()
    await polled(stand, Item())
    assert dict((await stand.read()).held) == {held: 1}


async def test_a_second_publisher_lets_go_what_waited_for_one(stand: House) -> None:
    stand.rules = (replace(BOTH, min_sources=2),)
    stand.feeds = (*stand.feeds, OTHER_FEED)
    stand.configure()
    publish(stand, url=OTHER_FEED.url)
    await stand.poll("other")
    there = "https://other.example.net/9"
    stand.articles.pages[there] = TEXT
    text = "Der Kauf wurde am Montag in Baku bekannt gegeben und sorgt für Streit."
    await polled(stand, Item(text=text))
    await stand.read()
    assert await messages(stand) == []
    await polled(stand, Item(text=text, link=there), name="other")
    await stand.read()
    assert len(await messages(stand)) == 1


async def test_what_waited_behind_a_wait_is_told_in_the_end(stand: House) -> None:
    stand.manners = {"desk": {"quiet_hours": (quiet_hours("12:00-13:00"),)}}
    stand.configure()
    await polled(stand, Item())
    await stand.read()
    assert await messages(stand) == []
    stand.clock.advance(HOUR + MINUTE)
    assert len(await messages(stand)) == 1
