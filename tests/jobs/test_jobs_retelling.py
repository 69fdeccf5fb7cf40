"""Edits: told for a rule that is newly true, and by rules that ask for them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from house import HIT, House, rule
from test_jobs_stories import sent

from monitor.jobs.release import release
from monitor.model import HeldQuery, Message, Silence

EDITED = f"{HIT} an Kiew"


@pytest.fixture
def asking(primed: House) -> House:
    """A house with a rule that asks for edits, and one that does not."""
    primed.rules = (rule(on_edit=True), rule("plain"))
    primed.configure()
    return primed


async def tells(house: House, title: str, text: str = "") -> int:
    """Let the one entry of the feed say this, and be polled; return the new alerts."""
    at = house.clock.now() - timedelta(minutes=5)
    house.web.pages["https://news.example.org/feed"] = (
        '<rss version="2.0"><channel><title>News</title><item>'
        f"<title>{title}</title><guid>1</guid><description>{text}</description>"
        f"<link>https://news.example.org/1</link><pubDate>{at:%a, %d %b %Y %H:%M:%S}"
        " +0000</pubDate></item></channel></rss>"
    ).encode()
    return (await house.poll()).alerts


async def edits(house: House) -> list[Message]:
    return [message for message in await sent(house) if message.change]


async def test_edit_is_told_by_the_rule_that_asks_for_it(asking: House) -> None:
    assert await tells(asking, HIT) == 2
    assert await tells(asking, EDITED) == 1
    first, second = await sent(asking)
    assert (first.change, first.first_alert) == ("", 0)
    assert (second.rules, second.title) == (("waffen",), EDITED)
    assert second.change == f"title: {HIT} [+an Kiew+]"
    assert (second.first_alert, second.story) == (first.alerts[0], first.story)
    assert second.alerts[0] not in first.alerts


async def test_edit_that_ends_the_match_says_so(asking: House) -> None:
    await tells(asking, HIT)
    assert await tells(asking, "Armenien erwägt Waffenlieferungen") == 1
    (message,) = await edits(asking)
    assert message.change.splitlines() == [
        "title: [-Aserbaidschan-] [+Armenien+] erwägt Waffenlieferungen",
        "waffen no longer matches",
    ]
    assert message.excerpts == ()


async def test_rule_that_is_newly_true_tells_as_ever(asking: House) -> None:
    asking.rules = (rule(on_edit=True), rule("kiew", "Kiew", on_edit=True))
    asking.configure()
    await tells(asking, HIT)
    assert await tells(asking, EDITED) == 2, "one that is new and one of the edit"
    first, second = await sent(asking)
    assert (first.rules, set(second.rules)) == (("waffen",), {"waffen", "kiew"})


async def test_what_no_reader_sees_is_no_edit(asking: House) -> None:
    await tells(asking, HIT)
    assert await tells(asking, f"„{HIT.upper()}“!") == 0
    assert await edits(asking) == []


async def test_each_text_is_told_once(asking: House) -> None:
    for title in (HIT, EDITED, HIT, EDITED, f"{EDITED} heute", EDITED):
        await tells(asking, title)
    assert [message.title for message in await sent(asking)] == [
        HIT,
        EDITED,
        HIT,
        f"{EDITED} heute",
    ]


async def test_edit_of_what_waits_is_no_news(house: House) -> None:
    house.rules = (rule(on_edit=True),)
    house.configure()
    await tells(house, HIT)  # the first poll: it is held
    assert await tells(house, EDITED) == 0
    now, in_force = house.clock.now(), house.in_force
    house.store.run(lambda tx: release(tx, in_force, HeldQuery(), now))
    assert await tells(house, f"{EDITED} heute") == 1
    assert [message.title for message in await sent(house)] == [
        EDITED,
        f"{EDITED} heute",
    ]


async def test_rule_that_is_out_of_force_tells_of_no_edit(asking: House) -> None:
    await tells(asking, HIT)
    asking.rules = (rule(on_edit=True, enabled=False),)
    asking.configure()
    assert await tells(asking, EDITED) == 0


async def test_edit_of_what_the_rule_did_not_tell_is_none(asking: House) -> None:
    await tells(asking, "Schach")
    assert await tells(asking, "Schach in Oslo") == 0


async def test_what_waits_for_a_channel_shows_the_entry_as_it_is_then(
    asking: House,
) -> None:
    asking.manners = {"desk": {"digest": "0 8 * * *"}}
    asking.configure()
    await tells(asking, HIT)
    assert await tells(asking, EDITED) == 0
    asking.clock.advance(timedelta(days=1))
    (message,) = await sent(asking)
    assert (message.title, set(message.rules)) == (EDITED, {"waffen", "plain"})


async def test_each_edit_has_its_place_in_a_digest(asking: House) -> None:
    await tells(asking, HIT)
    asking.manners = {"desk": {"digest": "0 8 * * *"}}
    asking.configure()
    assert await tells(asking, EDITED) == 1
    assert await tells(asking, f"{EDITED} heute") == 1
    asking.clock.advance(timedelta(days=1))
    _, digest = await sent(asking)
    assert [(item.title, item.change) for item in digest.items] == [
        (EDITED, f"title: {HIT} [+an Kiew+]"),
        (f"{EDITED} heute", "title: … erwägt Waffenlieferungen an Kiew [+heute+]"),
    ]
    assert len(set(digest.alerts)) == 2


async def test_edits_that_a_person_silenced_are_each_told_when_they_are_let_go(
    asking: House,
) -> None:
    await tells(asking, HIT)
    now = asking.clock.now()
    silence = Silence(0, now + timedelta(hours=2), now, rule="waffen")
    asking.store.run(lambda tx: tx.add_silence(silence))
    await tells(asking, EDITED)
    await tells(asking, f"{EDITED} heute")
    in_force = asking.in_force
    asking.store.run(lambda tx: release(tx, in_force, HeldQuery(), now))
    told = [(message.title, message.change) for message in await edits(asking)]
    assert told == [
        (EDITED, f"title: {HIT} [+an Kiew+]"),
        (f"{EDITED} heute", "title: … erwägt Waffenlieferungen an Kiew [+heute+]"),
    ]
