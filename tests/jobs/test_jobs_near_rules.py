"""How rules stand to an entry whose article is read, or waited for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from monitor.jobs.near_rules import RuleOutlook, Standing, outlooks
from monitor.matching import QueryCompiler
from monitor.model import Entry, Feed, FullText, Rule

FEED = Feed("faz", "https://faz.example/rss", timedelta(minutes=5))
ENTRY = Entry("k", title="Aserbaidschans Präsident in Berlin")
READ = replace(ENTRY, article="Es geht um Waffenlieferungen.")
WAFFEN = Rule("waffen", "Präsident AND Waffenlieferungen")
RULES = (
    WAFFEN,
    replace(WAFFEN, name="nie", full_text=FullText.NEVER),
    Rule("schach", "Schach AND Berlin AND NOT Präsident"),
    Rule("fern", "Kiew AND Lwiw"),
    Rule("immer", "Kiew", full_text=FullText.ALWAYS),
    replace(WAFFEN, name="anderswo", feeds=("-faz",)),
    replace(WAFFEN, name="aus", enabled=False),
)


def seen(entry: Entry, *, waits: bool, only: tuple[str, ...] = ()) -> list[RuleOutlook]:
    compiler, today = QueryCompiler({}), date(2026, 1, 5)
    return list(
        outlooks(RULES, compiler, entry, FEED, today, only=only, awaits_article=waits)
    )


def standings(found: list[RuleOutlook]) -> dict[str, str]:
    return {each.rule.name: each.standing.value for each in found}


def test_while_the_article_waits_rules_are_open() -> None:
    found = seen(ENTRY, waits=True)
    assert standings(found) == {
        "waffen": "open",
        "nie": "not_true",
        "schach": "not_true",
        "immer": "open",
    }
    (unmet,) = found[0].shortfall.unmet
    assert unmet.part == "Waffenlieferungen"


def test_what_was_read_counts_but_for_rules_that_never_read() -> None:
    assert standings(seen(READ, waits=False)) == {
        "waffen": "true",
        "nie": "not_true",
        "schach": "not_true",
        "anderswo": "out_of_scope",
        "aus": "not_in_force",
    }


def test_without_an_article_nothing_is_open() -> None:
    assert Standing.OPEN not in standings(seen(ENTRY, waits=False)).values()


@pytest.mark.parametrize(("waits", "expected"), [(True, "open"), (False, "not_true")])
def test_a_rule_that_is_named_is_told_however_far_it_is(
    *, waits: bool, expected: str
) -> None:
    assert standings(seen(ENTRY, waits=waits, only=("fern",))) == {"fern": expected}
