"""What is kept of polls and rules, and how rules stand to one entry."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from house import HIT, NEWS, House, rule

from monitor.jobs.feed_days import day_of_push
from monitor.jobs.near_rules import RuleOutlook, Standing, outlooks
from monitor.jobs.rule_history import note_rules
from monitor.matching import QueryCompiler
from monitor.model import Entry, Feed, FeedDay, Rule
from monitor.store.history_views import HistoryViews

HOUR = timedelta(hours=1)


def history(house: House) -> tuple[FeedDay, ...]:
    with house.store._database.read() as connection:
        found = HistoryViews(connection).feed_days(date(2026, 1, 1), frozenset())
    return found.get("news", ())


async def test_each_poll_counts_for_its_day(house: House) -> None:
    house.publish(HIT, "Sport", "Kultur")
    await house.poll()
    pages, house.web.pages = house.web.pages, {}
    house.clock.advance(HOUR)
    await house.poll()
    house.web.pages = pages
    house.clock.advance(HOUR)
    await house.poll()
    house.publish("ganz", "andere", "Meldungen")
    await house.poll()

    (day,) = history(house)

    assert day == FeedDay(
        day=house.clock.now().date(),
        polls=4,
        ok=3,
        failed=1,
        entries_new=6,
        longest_gap=2 * HOUR + timedelta(minutes=20),
        gap_events=1,
    )
    assert NEWS in house.web.pages


def test_a_push_is_no_poll(house: House) -> None:
    now = house.clock.now()
    assert day_of_push(2, now) == FeedDay(now.date(), pushes=1, entries_new=2)


def test_only_what_changes_is_noted_of_rules(house: House) -> None:
    now = house.clock.now()
    written: list[str] = []

    def text_of(one: Rule) -> str:
        written.append(one.name)
        return f"query: {one.query}\n"

    def note(*rules: Rule) -> None:
        named = {one.name: one for one in rules}
        house.store.run(lambda tx: note_rules(tx, named, text_of, now))

    note(rule("a"), rule("b"))
    note(rule("a"), rule("b"))
    note(replace(rule("a"), version="2"))

    assert written == ["a", "b", "a"]
    assert house.store.run(lambda tx: tx.rules_in_history()) == {"a": "2"}


def look(*rules: Rule, only: tuple[str, ...] = ()) -> list[RuleOutlook]:
    news = Feed("news", NEWS, HOUR)
    compiler = QueryCompiler({})
    today = date(2026, 1, 5)
    found = outlooks(rules, compiler, Entry("g:1", HIT), news, today, only=only)
    return list(found)


def test_rules_of_which_a_word_is_there_came_near() -> None:
    near = rule("near", "Aserbaidschan AND Schach")
    found = look(near, rule("far", "Schach"), rule("true", "Aserbaidschan"))

    assert [(one.rule.name, one.standing) for one in found] == [
        ("near", Standing.NOT_TRUE),
        ("true", Standing.TRUE),
    ]


def test_a_rule_that_is_not_asked_is_shown_where_it_would_be_true() -> None:
    elsewhere = rule("elsewhere", feeds=("-news",))
    over = rule("over", expires=date(2026, 1, 4))
    half = rule("half", "Aserbaidschan AND Schach", expires=date(2026, 1, 4))
    would = [
        ("elsewhere", Standing.OUT_OF_SCOPE),
        ("over", Standing.NOT_IN_FORCE),
    ]

    found = look(elsewhere, over, half)
    assert [(one.rule.name, one.standing) for one in found] == would
    found = look(elsewhere, over, half, only=("half",))
    assert [one.standing for one in found] == [Standing.NOT_IN_FORCE]
