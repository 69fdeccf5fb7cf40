"""Rules that come, change, rest and end: what they tell, and what is said of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TypeVar

import pytest
from house import DESK, HIT, OPS, House, rule
from stored_articles import give_article

from monitor.config.quiet_hours import quiet_hours
from monitor.jobs.catch_up import CatchUpJob
from monitor.jobs.comparing import Comparison
from monitor.jobs.edits import EditReport
from monitor.jobs.in_force import InForce
from monitor.model import (
    Entry,
    Feed,
    FullText,
    HeldQuery,
    HoldReason,
    Priority,
    Rate,
    Rule,
    Silence,
    StoredEntry,
)
from monitor.ports import Transaction

T = TypeVar("T")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OTHER = "Georgien wählt"


def stored(title: str, n: int = 1, **more: object) -> StoredEntry:
    at = datetime.fromisoformat("2026-01-05T12:00:00+00:00")
    found = StoredEntry(n, Entry(f"g:{n}", title), "news", "News", f"s{n}", "", at)
    return replace(found, **more)


async def catch_up(house: House) -> int:
    job = CatchUpJob(house.store, house.clock, house.journal, lambda: house.in_force)
    return await job.run()


async def edited(house: House, *rules: Rule) -> int:
    """Put rules into force and let them catch up."""
    house.rules = rules
    house.configure()
    return await catch_up(house)


@pytest.fixture
async def begun(primed: House) -> House:
    """The house with its first rules in force, and two entries."""
    await catch_up(primed)
    primed.publish(HIT, OTHER)
    await primed.poll()
    await primed.deliver()
    primed.places.sent.clear()
    return primed


# --- in force or not ----------------------------------------------------------


async def test_a_rule_that_rests_tells_nothing(primed: House) -> None:
    primed.rules = (rule(enabled=False), rule("zweite"))
    primed.configure()
    primed.publish(HIT)

    assert (await primed.poll()).alerts == 1


async def test_a_rule_tells_on_its_last_day_and_not_after(primed: House) -> None:
    primed.rules = (rule(expires=date(2026, 1, 5)),)
    primed.configure()
    primed.publish(HIT)
    assert (await primed.poll()).alerts == 1

    primed.clock.advance(DAY)
    primed.publish("Aserbaidschan am Tag danach")
    assert (await primed.poll()).alerts == 0


# --- catch up -----------------------------------------------------------------


async def test_the_first_rules_do_not_look_back(house: House) -> None:
    house.publish()
    await house.poll()
    house.publish(OTHER)
    await house.poll()
    house.rules = (rule("georgien", "Georgien"),)
    house.configure()

    assert await catch_up(house) == 0
    assert await catch_up(house) == 0


async def test_a_new_rule_tells_what_it_missed_in_one_message(begun: House) -> None:
    begun.publish(OTHER, "Georgien streikt")
    await begun.poll()

    assert await edited(begun, rule(), rule("georgien", "Georgien")) == 2
    await begun.deliver()

    (message,) = [m for lane, m, _ in begun.places.sent if lane == DESK]
    assert message.title == (
        "catch-up: 2 entries of the last 24 h that a new or corrected rule matches"
    )
    assert message.rules == ("georgien",)
    assert len(message.alerts) == 2
    assert "Georgien streikt (News)" in message.text
    assert (
        "Georgien wählt (News)\nbecause: title: Georgien\nhttps://news.example.org/"
        in message.text
    )
    assert begun.journal.named("catch_up")[-1]["alerts"] == 2


async def test_nothing_is_caught_up_twice(begun: House) -> None:
    new = (rule(), rule("georgien", "Georgien"))

    assert await edited(begun, *new) == 1
    assert await edited(begun, *new) == 0
    assert await edited(begun, rule(), replace(new[1], version="2")) == 0


async def test_a_corrected_rule_tells_no_story_that_it_told(begun: House) -> None:
    corrected = rule(query="Aserbaidschan OR Georgien", version="2")

    assert await edited(begun, corrected) == 1
    await begun.deliver()

    (message,) = [m for _, m, _ in begun.places.sent]
    assert OTHER in message.text
    assert HIT not in message.text


async def test_a_rule_looks_back_as_far_as_it_says(begun: House) -> None:
    begun.clock.advance(2 * DAY)
    begun.publish("Georgien heute")
    await begun.poll()
    short = rule("kurz", "Georgien", lookback=DAY)
    long = rule("lang", "Georgien", lookback=7 * DAY)
    none = rule("nie", "Georgien", lookback=timedelta(0))
    resting = rule("ruht", "Georgien", enabled=False)

    assert await edited(begun, rule(), short, long, none, resting) == 3

    found = begun.store.run(lambda tx: tx.rule_versions())
    assert set(found or ()) == {"waffen", "kurz", "lang", "nie", "ruht"}


async def test_old_entries_of_a_first_poll_are_no_news(house: House) -> None:
    await catch_up(house)
    house.publish(OTHER, days_ago=9)
    await house.poll()

    assert await edited(house, rule("georgien", "Georgien")) == 0


async def test_entries_of_a_feed_that_left_are_passed_over(begun: House) -> None:
    begun.feeds = (Feed("other", "https://other.example.org/", HOUR),)

    assert await edited(begun, rule("georgien", "Georgien")) == 0


async def test_a_story_that_is_held_is_not_told(begun: House) -> None:
    begun.publish(OTHER, "Georgien: Wahl", url="https://news.example.org/feed")
    await begun.poll()
    found = await edited(begun, rule("georgien", "Georgien", channels=("desk", "ops")))
    await begun.deliver()

    assert found == 2
    assert {lane for lane, _, _ in begun.places.sent} == {DESK, OPS}
    assert begun.store.run(lambda tx: tx.held_alerts(HeldQuery())) == ()


async def test_what_is_caught_up_waits_as_what_is_polled_does(begun: House) -> None:
    begun.channels = {"desk": 1, "ops": 1, "night": 1, "board": 1}
    begun.manners = {
        "night": {"quiet_hours": (quiet_hours("00:00-23:00"),)},
        "board": {"digest": "0 18 * * *"},
    }
    everywhere = rule("georgien", "Georgien", channels=("desk", "night", "board"))
    several = rule("mehrere", "Georgien", min_sources=2)

    assert await edited(begun, rule(), everywhere, several) == 1
    await begun.deliver()

    assert {lane for lane, _, _ in begun.places.sent} == {DESK}
    held = begun.store.run(lambda tx: tx.waiting_counts())
    assert held == {"quiet_hours": 1, "digest": 1}
    (alert,) = begun.store.run(lambda tx: tx.held_alerts(HeldQuery()))
    assert (alert.rule, alert.hold) == ("mehrere", HoldReason.FEW_SOURCES)
    counts = begun.journal.named("catch_up")[-1]["held"]
    assert counts == {"few_sources": 1, "quiet_hours": 1, "digest": 1}


async def test_a_rules_throttle_and_cooldown_hold_what_it_catches_up(
    begun: House,
) -> None:
    calm = rule(throttle=Rate(1, HOUR), version="2", query="Aserbaidschan OR Georgien")

    assert await edited(begun, calm) == 1
    await begun.deliver()

    assert begun.places.sent == []
    held = begun.store.run(lambda tx: tx.waiting_counts())
    assert held == {"throttled": 1}


async def test_what_is_silenced_is_not_caught_up(begun: House) -> None:
    at = begun.clock.now()
    silence = Silence(0, at + DAY, at, feed="news", words="Georgien")
    begun.store.run(lambda tx: tx.add_silence(silence))

    query = "Georgien OR Aserbaidschan"
    assert await edited(begun, rule(), rule("beide", query)) == 1
    await begun.deliver()

    (message,) = [m for lane, m, _ in begun.places.sent if lane == DESK]
    assert HIT in message.text
    assert OTHER not in message.text
    assert begun.store.run(lambda tx: tx.silenced_counts()) == {1: 1}


async def test_sources_that_are_there_already_count_for_a_new_rule(
    begun: House,
) -> None:
    text = "Die Wahl in Georgien beginnt am Sonntag um acht Uhr früh in Tiflis"
    for n in (1, 2):
        url = f"https://feeds.p{n}.example/rss"
        begun.feeds = (*begun.feeds, Feed(f"p{n}", url, HOUR))
        begun.configure()
        begun.web.pages[url] = (
            f'<rss version="2.0"><channel><title>P{n}</title><item><title>{text}'
            f"</title><guid>{n}</guid><link>https://p{n}.example/{n}</link></item>"
            "</channel></rss>"
        ).encode()
        await begun.poll(f"p{n}")

    query = "Georgien AND Tiflis"
    assert await edited(begun, rule(), rule("zwei", query, min_sources=2)) == 1
    await begun.deliver()

    (message,) = [m for lane, m, _ in begun.places.sent if lane == DESK]
    assert len(message.alerts) == 1
    assert begun.store.run(lambda tx: tx.held_alerts(HeldQuery())) == ()


async def test_a_long_list_is_cut_and_says_where_the_rest_is(begun: House) -> None:
    begun.publish(*(f"Georgien {n}" for n in range(12)))
    await begun.poll()
    urgent = rule("georgien", "Georgien", priority=Priority.URGENT, lookback=3 * DAY)

    assert await edited(begun, rule(), urgent) == 13
    await begun.deliver()

    (message,) = [m for lane, m, _ in begun.places.sent if lane == DESK]
    assert message.text.endswith("and 3 more: monitor alerts list --rule georgien")
    assert message.priority is Priority.NORMAL
    assert "of the last 3 days" in message.title


async def test_a_flood_is_looked_at_in_pages(begun: House) -> None:
    for start in range(0, 500, 100):
        begun.publish(*(f"Georgien {n}" for n in range(start, start + 100)))
        await begun.poll()

    assert await edited(begun, rule(), rule("georgien", "Georgien")) == 501


async def test_a_rule_that_is_true_of_everything_is_stopped(begun: House) -> None:
    begun.publish(*(f"Georgien {n}" for n in range(300)))
    await begun.poll()
    begun.rules = (rule(), rule("georgien", "Georgien"))
    begun.configure()
    job = CatchUpJob(
        begun.store, begun.clock, begun.journal, lambda: begun.in_force, most=100
    )

    assert await job.run() == 200


async def test_a_new_rule_catches_up_on_articles_that_were_read(begun: House) -> None:
    now = begun.clock.now()
    text = "Der Präsident sprach von Schach."
    begun.store.run(lambda tx: give_article(tx, 1, text, now))
    silent = rule("nie", "Schach", full_text=FullText.NEVER)

    assert await edited(begun, rule(), rule("schach", "Schach"), silent) == 1
    await begun.deliver()

    (message,) = [m for lane, m, _ in begun.places.sent if lane == DESK]
    assert message.rules == ("schach",)


# --- what an edit means -------------------------------------------------------


async def test_ops_hears_what_an_edit_means(begun: House) -> None:
    old = begun.in_force
    begun.rules = (
        rule(query="Georgien", version="2", path="rules/rules.yaml"),
        rule("neu", "Krieg", path="rules/rules.yaml"),
    )
    begun.configure()
    report = EditReport(begun.store, begun.clock)

    line = await report.run(old, begun.in_force)
    await begun.deliver()

    assert line == "rules.yaml: +1 rule, waffen changed: +1 / -1 in 30 days"
    (message,) = [m for lane, m, _ in begun.places.sent if lane == OPS]
    assert message.title == line
    assert "match nothing that is stored: neu" in message.text
    assert await report.run(begun.in_force, begun.in_force) == ""


async def test_a_rule_with_another_name_is_the_same_rule(begun: House) -> None:
    old = begun.in_force
    begun.rules = (rule("neu", renamed_from=("waffen",)),)
    begun.configure()
    report = EditReport(begun.store, begun.clock)
    assert await report.run(old, begun.in_force) == ""

    query = "Aserbaidschan OR Georgien"
    begun.rules = (rule("neu", query, version="2", renamed_from=("waffen",), path="x"),)
    begun.configure()
    line = await report.run(old, begun.in_force)
    assert line == "x: neu changed: +1 / -0 in 30 days"


async def test_new_rules_alone_are_counted(begun: House) -> None:
    old = begun.in_force
    begun.rules = (rule(), rule("a", path="a.yaml"), rule("b", path="a.yaml"))
    begun.configure()

    line = await EditReport(begun.store, begun.clock).run(old, begun.in_force)

    assert line == "a.yaml: +2 rules: +2 / -0 in 30 days"


async def test_an_edit_of_many_rules_is_counted(begun: House) -> None:
    names = ["eins", "zwei", "drei", "vier"]
    begun.rules = tuple(rule(n, path=f"{n}.yaml") for n in [*names, "alt", "weg"])
    begun.configure()
    old = begun.in_force
    begun.rules = tuple(rule(n, "Baku", version="2", path=f"{n}.yaml") for n in names)
    begun.configure()

    line = await EditReport(begun.store, begun.clock).run(old, begun.in_force)

    assert line == "6 rule files: -2 rules, 4 rules changed: +0 / -6 in 30 days"


async def test_a_look_back_that_takes_long_says_how_far_it_came(begun: House) -> None:
    old = begun.in_force
    begun.rules = (rule(query="Georgien", version="2"),)
    begun.configure()

    class Slow:
        async def transact(self, work: Callable[[Transaction], T]) -> T:
            begun.clock.advance(timedelta(seconds=61))
            return await begun.store.transact(work)

    line = await EditReport(Slow(), begun.clock).run(old, begun.in_force)

    assert line.endswith("waffen changed: +1 / -1 in 1 day")


def compared(old: InForce, new: InForce, *titles: str) -> Comparison:
    now = stored("").first_seen_at + DAY
    found = Comparison(old, new, now)
    for n, title in enumerate(titles):
        found.look(stored(title, n))
    found.look(stored("von anderswo", 99, feed="fort"))
    return found


async def test_a_plan_counts_what_comes_and_goes(house: House) -> None:
    old = house.in_force
    house.rules = (
        rule(query="Georgien", version="2"),
        rule("alle", "a*en OR *ien OR Georgien", channels=("desk", "ops")),
        rule("tot", "Nirgendwo"),
    )
    house.configure()
    titles = [HIT, *(f"Georgien {n}" for n in range(50))]
    found = compared(old, house.in_force, *titles)
    now = stored("").first_seen_at + DAY

    waffen = found.changes["waffen"]
    assert (waffen.before, waffen.after, waffen.gained, waffen.lost) == (1, 50, 50, 1)
    assert waffen.samples_gained == ["Georgien 0", "Georgien 1", "Georgien 2"]
    assert waffen.samples_lost == [HIT]
    assert found.dead() == ["tot"]
    assert set(found.loud(now)) >= {"waffen"}
    assert found.channels["desk"] > found.channels["ops"] == 50
    assert found.days(now) == 1.0


async def test_a_plan_says_what_the_article_alone_makes_true(house: House) -> None:
    old = house.in_force
    house.rules = (
        rule(query="Baku AND Waffen", version="2"),
        rule("nie", "Waffen", full_text=FullText.NEVER),
    )
    house.configure()
    found = Comparison(old, house.in_force, house.clock.now())
    for n, title in enumerate(("Baku", "Baku will Waffen", "Tiflis")):
        one = stored(title, n)
        entry = replace(one.entry, article="Baku bekommt Waffen.")
        found.look(replace(one, entry=entry))

    waffen, never = found.changes["waffen"], found.changes["nie"]
    assert (waffen.after, waffen.by_article) == (3, 2)
    assert (never.after, never.by_article) == (1, 0)


async def test_what_is_the_same_is_counted_once(house: House) -> None:
    found = compared(house.in_force, house.in_force, HIT, HIT)

    assert not found.has_changes
    assert found.changes["waffen"].before == found.changes["waffen"].after == 2


async def test_a_story_is_one_alert_and_what_stays_is_neither_won_nor_lost(
    house: House,
) -> None:
    old = house.in_force
    house.rules = (rule(query="Aserbaidschan OR Georgien", version="2"),)
    house.configure()
    now = stored("").first_seen_at + DAY
    found = Comparison(old, house.in_force, now)
    for n in range(2):
        found.look(stored(HIT, n, story="one"))

    waffen = found.changes["waffen"]
    assert (waffen.gained, waffen.lost, waffen.alerts) == (0, 0, 1)


async def test_without_entries_a_plan_is_of_a_day(house: House) -> None:
    now = house.clock.now()

    assert Comparison(house.in_force, house.in_force, now).days(now) == 1.0
