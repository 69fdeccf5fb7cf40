"""From alerts to channels: what waits, why, and that all of it is told in the end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from house import DESK, OPS, House, rule

from monitor.config.quiet_hours import quiet_hours
from monitor.jobs.release import parts, release, revisit
from monitor.matching.forms import WordForm
from monitor.model import (
    Feed,
    HeldQuery,
    HoldReason,
    MessageKind,
    Priority,
    Rate,
    Rule,
    Silence,
)
from monitor.testing import FakeClock

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
EVENING = datetime(2026, 1, 5, 21, tzinfo=UTC)
NIGHT = {"quiet_hours": (quiet_hours("22:00-07:00"),)}
WORDS = ("Aserbaidschan eins", "Aserbaidschan zwei", "Aserbaidschan drei")


@pytest.fixture
def make() -> Iterator[list[House]]:
    """Lend a list that a test puts its house into, and close that at the end."""
    houses: list[House] = []
    yield houses
    for one in houses:
        one.store.close()


async def settled(
    folder: Path,
    houses: list[House],
    *rules: Rule,
    at: datetime = EVENING,
    **manners: object,
) -> House:
    """Return a monitor whose feed had its first poll."""
    house = House(
        folder,
        rules=rules or (rule(),),
        manners={"desk": dict(manners)},
        clock=FakeClock(at),
    )
    houses.append(house)
    house.publish("nothing of interest")
    await house.poll()
    return house


def waiting(house: House) -> dict[str, int]:
    return dict(house.store.run(lambda tx: tx.waiting_counts()))


async def test_what_a_rule_tells_too_much_of_comes_as_one_digest(
    tmp_path: Path, make: list[House]
) -> None:
    house = await settled(tmp_path, make, rule(throttle=Rate(1, HOUR)))
    house.publish(*WORDS)
    counts = await house.poll()
    assert counts.alerts == 3
    assert counts.held == {"throttled": 2}
    await house.deliver()
    first = house.titles()
    assert len(first) == 1

    house.clock.advance(59 * MINUTE)
    await house.deliver()
    assert house.titles() == first
    house.clock.advance(2 * MINUTE)
    await house.deliver()

    _, digest = (message for at, message, _ in house.places.sent if at == DESK)
    assert digest.kind is MessageKind.DIGEST
    assert digest.title == "2 entries of waffen, more than it may tell at a time"
    told = {*first, *(item.title for item in digest.items)}
    assert told == set(WORDS)
    assert {item.reason for item in digest.items} == {"throttled"}
    assert waiting(house) == {}


async def test_a_digest_counts_as_one_message_and_the_rest_waits_on(
    tmp_path: Path, make: list[House]
) -> None:
    house = await settled(tmp_path, make, rule(throttle=Rate(1, HOUR)))
    house.publish(*WORDS)
    await house.poll()
    house.clock.advance(HOUR)
    await house.deliver()
    house.publish("Aserbaidschan vier")
    counts = await house.poll()
    assert counts.held == {"throttled": 1}


async def test_quiet_hours_end_with_a_digest_and_urgent_alerts_pass(
    tmp_path: Path, make: list[House]
) -> None:
    urgent = rule("dringend", "zwei", priority=Priority.URGENT)
    house = await settled(tmp_path, make, rule(), urgent, **NIGHT)
    house.clock.advance(HOUR)
    house.publish(*WORDS)
    counts = await house.poll()
    assert counts.held == {"quiet_hours": 3}
    await house.deliver()
    ((_, message, _),) = house.places.sent
    assert message.rules == ("dringend",)

    house.clock.wall = datetime(2026, 1, 6, 7, tzinfo=UTC)
    await house.deliver()
    digest = house.places.sent[-1][1]
    assert digest.title == "3 entries of the quiet hours"
    assert [item.title for item in digest.items] == list(WORDS)


async def test_what_waited_alone_comes_as_itself_and_says_so(
    tmp_path: Path, make: list[House]
) -> None:
    house = await settled(tmp_path, make, digest="0 8 * * *")
    house.publish(WORDS[0])
    counts = await house.poll()
    assert counts.held == {"digest": 1}
    house.clock.wall = datetime(2026, 1, 6, 8, tzinfo=UTC)
    await house.deliver()
    message = house.places.sent[-1][1]
    assert message.kind is MessageKind.ALERT
    assert message.labels == ("waited since 5 Jan 2026, 21:20 (digest)",)


async def test_a_wait_that_is_over_gives_way_to_the_next_reason(
    tmp_path: Path, make: list[House]
) -> None:
    cool = rule(cooldown=3 * HOUR)
    house = await settled(tmp_path, make, cool, **NIGHT)
    house.publish(WORDS[0])
    await house.poll()
    await house.deliver()
    house.publish(WORDS[1])
    counts = await house.poll()
    assert counts.held == {"cooldown": 1}
    house.clock.advance(3 * HOUR)
    await house.deliver()
    assert waiting(house) == {"quiet_hours": 1}
    house.clock.wall = datetime(2026, 1, 6, 7, tzinfo=UTC)
    await house.deliver()
    assert house.titles() == list(WORDS[:2])


async def test_a_time_that_passed_while_nothing_ran_is_made_up_for(
    tmp_path: Path, make: list[House]
) -> None:
    house = await settled(tmp_path, make, digest="0 8 * * *")
    house.publish(*WORDS)
    await house.poll()
    house.clock.wall = datetime(2026, 1, 8, 12, tzinfo=UTC)
    house.store.run(lambda tx: revisit(tx, house.in_force, house.clock.now()))
    await house.deliver()
    assert len(house.places.sent[-1][1].items) == 3


async def test_a_clock_that_went_back_does_not_put_off_what_waits(
    tmp_path: Path, make: list[House]
) -> None:
    house = await settled(tmp_path, make, digest="0 8 * * *")
    house.publish(*WORDS)
    house.clock.advance(timedelta(days=365))
    await house.poll()
    house.clock.wall -= timedelta(days=365)
    await house.deliver()
    assert len(house.places.sent[-1][1].items) == 3


async def test_a_throttle_is_set_back_with_the_clock_and_a_digest_is_not(
    tmp_path: Path, make: list[House]
) -> None:
    loud = rule("laut", throttle=Rate(1, HOUR))
    house = await settled(tmp_path, make, loud, rule("leise", digest="0 8 * * *"))
    house.publish(*WORDS)
    await house.poll()
    by = 30 * MINUTE
    house.clock.wall -= by
    house.store.run(lambda tx: tx.set_back(by, house.clock.now()))
    house.clock.advance(HOUR)
    await house.deliver()
    assert waiting(house) == {"digest": 3}


async def test_what_no_longer_holds_lets_go_at_the_next_reload(
    tmp_path: Path, make: list[House]
) -> None:
    house = await settled(tmp_path, make, digest="0 8 * * *")
    house.publish(*WORDS)
    await house.poll()
    house.manners = {}
    house.configure()
    house.store.run(lambda tx: revisit(tx, house.in_force, house.clock.now()))
    await house.deliver()
    assert len(house.places.sent[-1][1].items) == 3


async def test_another_time_counts_from_the_reload_on(
    tmp_path: Path, make: list[House]
) -> None:
    house = await settled(tmp_path, make, digest="0 8 * * *")
    house.publish(*WORDS)
    await house.poll()
    house.manners = {"desk": {"digest": "0 22 * * *"}}
    house.configure()
    house.store.run(lambda tx: revisit(tx, house.in_force, house.clock.now()))
    assert waiting(house) == {"digest": 3}
    house.clock.wall = datetime(2026, 1, 5, 22, tzinfo=UTC)
    await house.deliver()
    assert len(house.places.sent[-1][1].items) == 3


async def orphaned(house: House) -> int:
    """Return how many deliveries are held as orphaned after a reload."""
    house.configure()
    house.store.run(lambda tx: revisit(tx, house.in_force, house.clock.now()))
    await house.deliver()
    assert waiting(house) == {}
    counts: dict[str, int] = dict(house.store.run(lambda tx: tx.held_delivery_counts()))
    return counts.get("orphaned", 0)


async def test_what_waits_for_a_channel_that_is_gone_is_orphaned(
    tmp_path: Path, make: list[House]
) -> None:
    house = await settled(tmp_path, make, digest="0 8 * * *")
    house.publish(*WORDS)
    await house.poll()
    house.channels = {"ops": 1}
    assert await orphaned(house) == 1
    assert house.places.sent == []


async def test_what_waits_of_a_rule_that_is_gone_is_orphaned_alone(
    tmp_path: Path, make: list[House]
) -> None:
    loud, other = rule("laut"), rule("leise", "zwei")
    house = await settled(tmp_path, make, loud, other, digest="0 8 * * *")
    house.publish(*WORDS)
    await house.poll()
    house.rules = (other,)
    house.manners = {}
    assert await orphaned(house) == 1
    ((_, message, _),) = house.places.sent
    assert message.rules == ("leise",)
    house.rules = (loud, other)
    house.configure()
    lanes, rules = house.in_force.lanes, house.in_force.rules
    assert house.store.run(lambda tx: tx.sync_outbox(lanes, rules)) == 0
    await house.deliver()
    assert house.places.sent[-1][1].rules == ("laut",)


async def test_what_waits_of_a_feed_that_is_gone_is_orphaned(
    tmp_path: Path, make: list[House]
) -> None:
    house = await settled(tmp_path, make, digest="0 8 * * *")
    house.publish(*WORDS)
    await house.poll()
    house.feeds, house.manners = (), {}
    assert await orphaned(house) == 1


async def test_a_person_lets_go_what_was_held_for_a_channel_that_is_gone(
    tmp_path: Path, make: list[House]
) -> None:
    house = House(tmp_path)
    make.append(house)
    house.publish(*WORDS)
    await house.poll()
    house.rules, house.channels = (), {"ops": 1}
    house.configure()
    now = house.clock.now()
    house.store.run(lambda tx: release(tx, house.in_force, HeldQuery(), now))
    assert await orphaned(house) == 3


async def test_a_shorter_wait_counts_from_the_reload_on(
    tmp_path: Path, make: list[House]
) -> None:
    house = await settled(
        tmp_path, make, rule(cooldown=6 * HOUR), rule("laut", throttle=Rate(1, HOUR))
    )
    house.publish(*WORDS)
    await house.poll()
    assert waiting(house) == {"cooldown": 2, "throttled": 2}
    house.rules = (rule(cooldown=2 * HOUR), rule("laut", throttle=Rate(2, HOUR)))
    house.configure()
    house.store.run(lambda tx: revisit(tx, house.in_force, house.clock.now()))
    await house.deliver()
    assert waiting(house) == {"cooldown": 2}, "there is room again under the throttle"
    house.clock.advance(2 * HOUR)
    await house.deliver()
    assert waiting(house) == {}


async def test_a_flood_is_let_go_in_parts_and_none_of_it_is_lost(
    tmp_path: Path, make: list[House]
) -> None:
    house = await settled(tmp_path, make, rule(throttle=Rate(1, HOUR)))
    count = 1_100
    house.publish(*(f"Aserbaidschan meldet Fall {n}" for n in range(count)))
    await house.poll()
    everything = HeldQuery()
    some, rest = house.store.run(lambda tx: parts(tx, everything))
    assert len(some.ids) + len(rest.ids) == count - 1
    house.clock.advance(HOUR)

    await house.deliver()
    assert waiting(house) == {"throttled": count - 1 - len(some.ids)}
    await house.deliver()
    assert waiting(house) == {}
    told = [one for _, said, _ in house.places.sent for one in said.alerts]
    assert sorted(told) == list(range(1, count + 1))


async def test_a_person_lets_go_what_waits_before_its_time(
    tmp_path: Path, make: list[House]
) -> None:
    house = await settled(tmp_path, make, digest="0 8 * * *")
    house.publish(*WORDS)
    await house.poll()

    def let_go(**query: object) -> int:
        wanted = HeldQuery(**query)  # type: ignore[arg-type]
        now = house.clock.now()
        return len(house.store.run(lambda tx: release(tx, house.in_force, wanted, now)))

    assert let_go(reason=HoldReason.FIRST_POLL) == 0
    assert let_go(reason=HoldReason.QUIET_HOURS) == 0
    assert let_go(feed="other") == 0
    assert let_go(rule="other") == 0
    assert let_go(silence=7) == 0
    assert let_go(ids=(1,)) == 1
    assert let_go(reason=HoldReason.DIGEST) == 2
    assert let_go() == 0
    await house.deliver()
    assert len(house.places.sent) == 2


async def test_a_silence_holds_what_it_names_and_its_end_is_told(
    tmp_path: Path, make: list[House]
) -> None:
    other = rule("andere", "eins")
    house = await settled(tmp_path, make, rule(), other)
    now = house.clock.now()
    silence = Silence(
        0, now + HOUR, now, rule="waffen", words="eins OR zwei", author="anna", why="x"
    )
    assert house.store.run(lambda tx: tx.add_silence(silence)) == 1
    house.publish(*WORDS)
    counts = await house.poll()
    assert counts.held == {"silenced": 2}
    await house.deliver()
    told = [m.rules for _, m, _ in house.places.sent]
    assert told == [("andere",), ("waffen",)]

    house.clock.advance(HOUR)
    await house.deliver()
    await house.deliver()
    assert house.titles(OPS) == ["silence 1 ended: 2 alerts held"]
    query = HeldQuery(silence=1)
    now = house.clock.now()
    house.store.run(lambda tx: release(tx, house.in_force, query, now))
    await house.deliver()
    assert sorted(house.titles()) == sorted([*WORDS, WORDS[0]])


async def test_a_word_of_a_silence_stands_for_its_inflections(
    tmp_path: Path, make: list[House]
) -> None:
    house = await settled(tmp_path, make)
    now, forms = house.clock.now(), {"Wort": (WordForm("Wort"), WordForm("Worte"))}
    silence = Silence(0, now + HOUR, now, words="Wort")
    house.store.run(lambda tx: tx.save_forms(forms, ("de", "en"), "1"))
    house.store.run(lambda tx: tx.add_silence(silence))
    house.publish("Aserbaidschan: Worte", "Aserbaidschan: Wortlaut")
    assert (await house.poll()).held == {"silenced": 1}


async def test_a_silence_of_another_feed_or_of_words_without_a_list_holds_nothing(
    tmp_path: Path, make: list[House]
) -> None:
    house = await settled(tmp_path, make)
    now = house.clock.now()
    for more in ({"feed": "other"}, {"rule": "other"}, {"words": "$gone"}):
        one = Silence(0, now + HOUR, now, **more)
        house.store.run(lambda tx, one=one: tx.add_silence(one))
    house.publish(WORDS[0])
    assert (await house.poll()).held == {}
    assert await house.deliver()


async def test_a_silence_that_held_nothing_ends_without_a_word(
    tmp_path: Path, make: list[House]
) -> None:
    house = await settled(tmp_path, make)
    now = house.clock.now()
    house.store.run(lambda tx: tx.add_silence(Silence(0, now + HOUR, now, feed="news")))
    assert house.store.run(lambda tx: tx.end_silence(1, now))
    assert not house.store.run(lambda tx: tx.end_silence(1, now))
    house.publish(WORDS[0])
    assert (await house.poll()).held == {}
    await house.deliver()
    assert house.titles(OPS) == []


async def test_a_copy_that_comes_after_a_silence_is_told(
    tmp_path: Path, make: list[House]
) -> None:
    """Nobody was told of the first: it must not swallow what may go out."""
    house = await settled(tmp_path, make)
    second = "https://second.example.org/feed"
    house.feeds = (*house.feeds, Feed("second", second, 10 * MINUTE))
    house.configure()
    house.publish("nothing of interest", url=second)
    await house.poll("second")
    now = house.clock.now()
    one = Silence(0, now + HOUR, now, feed="news")
    house.store.run(lambda tx: tx.add_silence(one))
    house.publish(WORDS[0])
    assert (await house.poll()).held == {"silenced": 1}
    house.publish(WORDS[0], url=second)
    assert (await house.poll("second")).held == {}
    await house.deliver()
    assert house.titles() == [WORDS[0]]


TEXT = (
    "Aserbaidschan erwägt nach Angaben der Regierung in Baku umfangreiche "
    "Waffenlieferungen an die Ukraine, sagte ein Sprecher des Präsidenten am Montag"
)


def page(host: str, title: str, text: str = "") -> bytes:
    item = (
        f"<item><title>{title}</title><guid>{host}{title}</guid>"
        f"<link>https://{host}/{abs(hash(title))}</link>"
        f"<description>{text}</description></item>"
    )
    return f'<rss version="2.0"><channel>{item}</channel></rss>'.encode()


async def several(folder: Path, houses: list[House], wanted: Rule) -> House:
    """Return a monitor with three feeds of three publishers, each polled once."""
    hosts = ("one.example", "two.example", "three.example")
    house = House(
        folder,
        rules=(wanted,),
        feeds=tuple(Feed(h[:-8], f"https://{h}/feed", 10 * MINUTE) for h in hosts),
        clock=FakeClock(EVENING),
    )
    houses.append(house)
    for host in hosts:
        house.web.pages[f"https://{host}/feed"] = page(host, "nothing of interest")
        await house.poll(host[:-8])
    return house


async def test_a_rule_waits_until_enough_publishers_tell_the_story(
    tmp_path: Path, make: list[House]
) -> None:
    house = await several(tmp_path, make, rule(min_sources=2))
    title = "Baku erwägt Lieferung von Waffen"
    for host, held in (("one.example", {"few_sources": 1}), ("two.example", {})):
        house.web.pages[f"https://{host}/feed"] = page(host, title, TEXT)
        counts = await house.poll(host[:-8])
        assert {k: v for k, v in counts.held.items() if k != "same_story"} == held
        await house.deliver()
        assert bool(house.titles()) is not bool(held)
    house.web.pages["https://three.example/feed"] = page("three.example", title, TEXT)
    await house.poll("three")
    await house.deliver()
    assert house.titles() == [title]
    assert house.places.sent[0][1].also == ("two",)


async def test_another_event_is_no_second_source(
    tmp_path: Path, make: list[House]
) -> None:
    house = await several(tmp_path, make, rule(min_sources=2))
    for host, title in (
        ("one.example", "Aserbaidschan gewinnt im Schach"),
        ("two.example", "Aserbaidschan: Erdbeben am Kaspischen Meer"),
        ("one.example", "Aserbaidschan wählt ein neues Parlament"),
    ):
        house.web.pages[f"https://{host}/feed"] = page(host, title)
        assert (await house.poll(host[:-8])).held == {"few_sources": 1}
    await house.deliver()
    assert house.titles() == []
    query = HeldQuery(reason=HoldReason.FEW_SOURCES)
    now = house.clock.now()
    house.store.run(lambda tx: release(tx, house.in_force, query, now))
    await house.deliver()
    assert len(house.titles()) == 3


async def test_each_report_of_an_event_is_told_once_there_are_enough(
    tmp_path: Path, make: list[House]
) -> None:
    house = await several(tmp_path, make, rule(min_sources=2))
    titles = (
        "Erdbeben der Stärke 6,8 erschüttert Schamachi in Aserbaidschan",
        "Aserbaidschan: Erdbeben der Stärke 6,8 erschüttert Stadt Schamachi schwer",
    )
    for host, title in zip(("one.example", "two.example"), titles, strict=True):
        house.web.pages[f"https://{host}/feed"] = page(host, title)
        await house.poll(host[:-8])
    await house.deliver()
    assert sorted(house.titles()) == sorted(titles)
    assert waiting(house) == {}


async def test_a_story_that_was_held_whole_may_wait_for_a_second_source(
    tmp_path: Path, make: list[House]
) -> None:
    """Nobody heard of the first: it does not swallow the second's claim."""
    house = await several(tmp_path, make, rule(min_sources=2))
    now = house.clock.now()
    house.store.run(lambda tx: tx.add_silence(Silence(0, now + HOUR, now, feed="one")))
    title = "Baku erwägt Lieferung von Waffen"
    for host, held in (("one.example", "silenced"), ("two.example", "few_sources")):
        house.web.pages[f"https://{host}/feed"] = page(host, title, TEXT)
        counts = await house.poll(host[:-8])
        assert held in counts.held or not counts.held
    await house.deliver()
    assert house.titles() == [title]


async def test_a_silence_holds_edits_too(tmp_path: Path, make: list[House]) -> None:
    house = await settled(tmp_path, make, rule(on_edit=True))
    house.publish(WORDS[0])
    await house.poll()
    await house.deliver()
    now = house.clock.now()
    house.store.run(lambda tx: tx.add_silence(Silence(0, now + HOUR, now, feed="news")))
    url = "https://news.example.org/feed"
    edited = (
        house.web.pages[url]
        .decode()
        .replace(f"<title>{WORDS[0]}", "<title>Aserbaidschan liefert")
    )
    house.web.pages[url] = edited.encode()
    assert (await house.poll()).held == {"silenced": 1}
    await house.deliver()
    assert house.titles() == [WORDS[0]]
