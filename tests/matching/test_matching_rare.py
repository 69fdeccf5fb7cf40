"""What seldom happens in a text or in a set of rules, and must change nothing."""

from __future__ import annotations

import gc
from datetime import timedelta

import pytest

from monitor.errors import QueryError
from monitor.matching import Document, RuleSet, compile_query
from monitor.matching.forms import WordForm
from monitor.model import Entry, Feed, Rule

FEED = Feed("example", "https://example.org/feed", timedelta(minutes=10))
ENTRIES = 2_001  # after so many the rules are indexed anew


def places(query: str, title: str) -> list[str]:
    found = compile_query(query).match(Document(title=title))
    return [because.text for because in found or ()]


def test_rules_mean_the_same_after_they_were_indexed_anew() -> None:
    queries = [
        "alpha AND beta",
        '"alpha" AND delta',
        "alpha AND delta",
        *("beta", "beta OR x", "beta OR y", "delta", "delta OR x", "delta OR y"),
    ]
    rules = [Rule(query, query) for query in queries]
    forms = {"alpha": (WordForm("alpha"), WordForm("alphas"))}
    used = RuleSet(rules, {}, [FEED], forms)
    for number in range(ENTRIES):
        used.matches(Entry("k", title=f"alpha beta {number}"), FEED)

    fresh = RuleSet(rules, {}, [FEED], forms)
    for title in ("alpha beta", "alphas delta", "alpha delta", "beta", "x", "alpha"):
        entry = Entry("k", title=title)
        assert used.matches(entry, FEED) == fresh.matches(entry, FEED), title
    assert len(used.matches(Entry("k", title="alpha delta"), FEED)) == 5


def test_all_of_very_many_terms_are_found() -> None:
    words = [f"word{number}" for number in range(100)]
    quoted = " ".join(f"»{word}«" for word in words)

    assert places(" OR ".join(words), quoted) == words


def test_a_word_that_fills_a_text_hides_no_other() -> None:
    words = [f"word{number}" for number in range(100)]
    title = " ".join(["again"] * 10_001 + words)

    assert places(" AND ".join(words), title) == words
    assert len(places("again OR " + " OR ".join(words), title)) == 110


def test_words_in_one_endless_chain_of_hyphens_are_found() -> None:
    chain = "-".join(["Baku", "Kiew"] * 200)

    assert places("Baku AND Kiew", chain)[:2] == ["Baku", "Kiew"]
    assert places("中", "中" * 15_000) == ["中"] * 10


def test_a_letter_that_grows_in_small_moves_nothing() -> None:
    (found,) = compile_query("Baku").match(Document(title="İİ Baku")) or ()

    assert (found.start, found.end, found.text) == (3, 7, "Baku")


def test_numbers_beside_a_hyphen_are_not_one_number() -> None:
    assert places("202425", "Saison 2024-25") == []
    assert places("2024", "Saison 2024-25") == ["2024"]


def test_near_alone_says_what_is_missing() -> None:
    with pytest.raises(QueryError, match="a term is missing before NEAR"):
        compile_query("NEAR")


def test_who_switched_the_collection_of_garbage_off_finds_it_off() -> None:
    gc.disable()
    try:
        RuleSet([Rule("a", "Baku")], {}, [FEED])
        assert not gc.isenabled()
    finally:
        gc.enable()
