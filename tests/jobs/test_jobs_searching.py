"""Stored entries searched, near misses, and the report on rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from house import rule

from monitor.jobs.reporting import report_on, terms_of
from monitor.jobs.searching import (
    NearMisses,
    can_be_missed,
    feed_of,
    hits,
    near_keys,
)
from monitor.matching import compile_query
from monitor.matching.forms import WordForm
from monitor.model import Entry, Feed, StoredEntry, StoredMatch

HOUR = timedelta(hours=1)


def stored(title: str, n: int = 1, **more: object) -> StoredEntry:
    at = datetime.fromisoformat("2026-01-05T12:00:00+00:00")
    found = StoredEntry(n, Entry(f"g:{n}", title), "news", "News", f"s{n}", "", at)
    return replace(found, **more)


# --- searching ----------------------------------------------------------------


def test_a_search_says_why() -> None:
    query = compile_query("Baku")
    feeds = {"news": Feed("news", "", HOUR)}
    found = list(hits(query, [stored("Baku"), stored("Kiew")], feeds))

    assert [hit.because[0].text for hit in found] == ["Baku"]
    assert list(hits(query, [stored("Baku")], feeds, lambda _: False)) == []
    assert feed_of(stored("x", feed="fort"), feeds).name == "fort"


def test_near_misses_say_what_was_missing_and_what_stood_there() -> None:
    query = compile_query("Aserbaidschan AND Waffenlieferung AND NOT Schach")
    feed = Feed("news", "", HOUR)
    misses = NearMisses(query)
    for n in range(100):
        misses.learn(stored(f"Wetter heute schön {n}"))
    for n in range(9):
        misses.look(stored(f"Aserbaidschan will Militärhilfe, heute {n}", n), feed)
    misses.look(stored("Waffenlieferung für Kiew"), feed)
    misses.look(stored("Aserbaidschan gewinnt im Schach"), feed)
    misses.look(stored("Aserbaidschan und Waffenlieferung"), feed)
    misses.look(stored("Ganz anderes"), feed)

    first, second = misses.found()

    assert (first.term, first.count) == ("Waffenlieferung", 9)
    assert first.words[0] == ("Militärhilfe", 9)
    assert "heute" not in dict(first.words)
    assert len(first.samples) == 5
    assert (second.term, second.count) == ("Aserbaidschan", 1)
    assert near_keys(query) == {"aserbaidschan", "waffenlieferung"}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("Baku", False),
        ("Baku OR Kiew", False),
        ("Baku AND NOT Sport", False),
        ("NOT (Baku AND Sport)", False),
        ("title:(Baku AND Sport)", True),
        ("Tiflis OR (Baku AND Sport)", True),
        ("(Tiflis OR Baku NEAR Sport) AND NOT x", True),
        ("2 OF (Baku, Kiew)", True),
        ("ATLEAST/2 Baku", True),
    ],
)
def test_only_a_query_that_requires_two_things_can_be_missed(
    query: str, *, expected: bool
) -> None:
    compiled = compile_query(query, bound=True)

    assert can_be_missed(compiled.condition) is expected


def test_near_misses_are_looked_for_by_two_words_or_everywhere() -> None:
    found = {
        query: near_keys(compile_query(query))
        for query in ("Baku AND Kiew AND Tiflis", "Baku AND url:live", "a OR b AND c")
    }

    assert list(found.values()) == [{"baku", "kiew"}, None, None]


def test_what_meets_the_rest_of_the_query_explains_nothing() -> None:
    forms = {"Waffe": (WordForm("Waffe"), WordForm("Waffen"))}
    misses = NearMisses(compile_query("Waffe AND Baku", forms=forms))
    same = {"story": "one"}
    misses.look(stored("Waffen für Georgien", 1, **same), Feed("news", "", HOUR))
    misses.look(stored("Waffen für Georgien", 2, **same), Feed("news", "", HOUR))

    (found,) = misses.found()

    assert (found.term, found.count) == ("Baku", 2)
    assert found.words == [("Georgien", 2)]
    assert len(found.samples) == 1, "one of each story"


def test_near_misses_of_few_entries_count_every_word() -> None:
    misses = NearMisses(compile_query("Baku AND Kiew"))
    misses.look(stored("Baku heute"), Feed("news", "", HOUR))

    assert misses.found()[0].words == [("heute", 1)]


# --- reporting ----------------------------------------------------------------


def test_a_report_says_which_terms_did_it_and_which_never_did() -> None:
    lists = {"land": ("Baku", "Kiew"), "sport": ("Schach",)}
    rules = [
        rule("a", "($land OR Krieg) AND NOT ($sport OR Tennis)"),
        rule("b", "Krieg"),
    ]
    matches = [
        StoredMatch("a", 1, 10, frozenset({"Baku"})),
        StoredMatch("a", 2, 10, frozenset({"Baku", "Krieg"}), "same_story"),
        StoredMatch("b", 2, 11, frozenset({"Krieg"})),
        StoredMatch("b", 3, None, frozenset()),
        StoredMatch("fort", 2, 12, frozenset({"x"})),
    ]

    a, b = report_on(rules, lists, matches)

    assert (a.matches, a.stories, dict(a.suppressed)) == (2, 1, {"same_story": 1})
    assert a.terms.most_common(1) == [("Baku", 2)]
    assert a.silent == ("Kiew",)
    assert dict(a.shared) == {"b": 1}
    assert (b.matches, b.silent) == (2, ())


def test_an_entry_that_very_many_rules_match_pairs_none() -> None:
    rules = [rule(f"r{n}") for n in range(51)]
    matches = [StoredMatch(r.name, 1, n, frozenset()) for n, r in enumerate(rules)]

    assert not report_on(rules, {}, matches)[0].shared


def test_terms_of_lists_that_nest_are_named_once() -> None:
    lists = {"a": ("$b", "Baku"), "b": ("Kiew", "$a")}

    assert terms_of("$a OR $b OR $fort", lists) == ("Baku", "Kiew")
