"""All rules at once: the index changes nothing, scopes hold, order is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import QueryError
from monitor.matching import Document, RuleSet, compile_query, selects
from monitor.model import Entry, Feed, Rule

FEED = Feed("dw", "https://example.org/dw", timedelta(minutes=10), tags=("de", "top"))
OTHER = Feed("bbc", "https://example.org/bbc", timedelta(minutes=10), tags=("en",))


def fired(rules: list[Rule], entry: Entry, feed: Feed = FEED) -> list[str]:
    found = RuleSet(rules, {"land": ["Baku", "Tif*is"]}, [FEED, OTHER])
    return [match.rule for match in found.matches(entry, feed)]


@pytest.mark.parametrize(
    ("selectors", "on_dw", "on_bbc"),
    [
        ((), True, True),
        (("dw",), True, False),
        (("DW",), False, False),
        (("tag:en",), False, True),
        (("-dw",), False, True),
        (("-tag:en", "-none"), True, False),
        (("tag:de", "bbc", "-dw"), False, True),
    ],
)
def test_selectors(selectors: tuple[str, ...], *, on_dw: bool, on_bbc: bool) -> None:
    assert (selects(selectors, FEED), selects(selectors, OTHER)) == (on_dw, on_bbc)


def test_matches_come_in_the_order_of_the_rules_with_their_places() -> None:
    rules = [
        Rule("b", "Waffen AND $land"),
        Rule("nie", "Schach AND Baku"),
        Rule("a", "Waf*en"),
        Rule("nur-bbc", "Baku", feeds=("bbc",)),
        Rule("nicht", "NOT Sport", feeds=("dw",)),
        Rule("seite", "site:dw.com"),
        Rule("liste", "$land"),
        Rule("autor", "author:Meyer"),
    ]
    entry = Entry("k", title="Waffen in Baku", link="https://dw.com/", author="Meyer")
    assert fired(rules, entry) == ["b", "a", "nicht", "seite", "liste", "autor"]
    matches = RuleSet(rules, {"land": ["Baku"]}, [FEED]).matches(entry, FEED)
    assert [b.text for b in matches[0].because] == ["Waffen", "Baku"]


def test_a_feed_that_is_not_configured_is_judged_too() -> None:
    rules = [Rule("alle", "Baku"), Rule("dw", "Baku", feeds=("dw",))]
    feed = Feed("new", "https://example.org/new", timedelta(minutes=10))
    assert fired(rules, Entry("k", content="Baku"), feed) == ["alle"]


def test_a_rule_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(QueryError, match="only negations"):
        RuleSet([Rule("r", "NOT Sport")], {}, [FEED])


# --- the index against asking every rule ---

WORDS = st.sampled_from(
    [
        "Krieg",
        "krieg",
        "Müller",
        "Mueller",
        "EU",
        "Gipfel",
        "a",
        "b",
        "EU-Gipfel",
        "3,5",
    ]
)
LEAVES = st.one_of(
    WORDS,
    st.lists(WORDS, min_size=1, max_size=3).map(lambda found: f'"{" ".join(found)}"'),
    WORDS.map(lambda word: f"={word}"),
    st.sampled_from(["Kri*g", "*pfel", "EU-Gip*", "$land", "title:Krieg", "lang:de"]),
    st.sampled_from(["author:Müller", "summary:(a OR b)", "tag:top", "site:b.de"]),
)
QUERIES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]} AND {pair[1]})"),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]} OR {pair[1]})"),
        inner.map(lambda query: f"NOT ({query})"),
    ),
    max_leaves=6,
)
SEPARATORS = st.sampled_from([" ", "-", ", ", "/", "\u00ad", " und "])
TEXTS = st.lists(st.tuples(WORDS, SEPARATORS), max_size=8).map(
    lambda pairs: "".join(word + separator for word, separator in pairs)
)


@given(
    queries=st.lists(QUERIES, min_size=1, max_size=6),
    title=TEXTS,
    summary=TEXTS,
    author=TEXTS,
)
def test_the_index_changes_nothing(
    queries: list[str], title: str, summary: str, author: str
) -> None:
    lists = {"land": ["Baku", "Krieg OR Gip?el", "a b"]}
    rules = [Rule(str(n), query, feeds=("dw",)) for n, query in enumerate(queries)]
    entry = Entry("k", title, summary, author=author, language="de")
    document = Document.of(entry, FEED)
    asked = [
        compile_query(query, lists, bound=True).match(document) for query in queries
    ]
    expected = [(str(n), found) for n, found in enumerate(asked) if found is not None]
    matches = RuleSet(rules, lists, [FEED]).matches(entry, FEED)
    assert [(match.rule, match.because) for match in matches] == expected
    for _, because in expected:
        for place in because:
            value = {"title": title, "summary": summary, "author": author}
            if place.field in value:
                assert place.text == value[place.field][place.start : place.end] != ""


# --- the engine against a plain reading of a small language ---


def plainly(query: tuple[object, ...], words: list[str]) -> bool:
    """Say whether a query is true of words, in the most obvious way."""
    match query:
        case ("word", str(word)):
            return word in words
        case ("phrase", list(phrase)):
            size = len(phrase)
            return any(words[n : n + size] == phrase for n in range(len(words)))
        case ("not", tuple(inner)):
            return not plainly(inner, words)
        case ("and", tuple(left), tuple(right)):
            return plainly(left, words) and plainly(right, words)
        case ("or", tuple(left), tuple(right)):
            return plainly(left, words) or plainly(right, words)
    raise AssertionError(query)


def written(query: tuple[object, ...]) -> str:
    """Return a query as a person would write it."""
    match query:
        case ("word", str(word)):
            return word
        case ("phrase", list(phrase)):
            return '"' + " ".join(phrase) + '"'
        case ("not", tuple(inner)):
            return f"-({written(inner)})"
        case (str(operator), tuple(left), tuple(right)):
            return f"({written(left)}) {operator.upper()} ({written(right)})"
    raise AssertionError(query)


LETTERS = st.sampled_from(["x", "y", "z"])
TREES = st.recursive(
    st.one_of(
        st.tuples(st.just("word"), LETTERS),
        st.tuples(st.just("phrase"), st.lists(LETTERS, min_size=1, max_size=3)),
    ),
    lambda inner: st.one_of(
        st.tuples(st.just("not"), inner),
        st.tuples(st.sampled_from(["and", "or"]), inner, inner),
    ),
    max_leaves=8,
)


@given(query=TREES, words=st.lists(LETTERS, max_size=7))
def test_the_engine_agrees_with_a_plain_reading(
    query: tuple[object, ...], words: list[str]
) -> None:
    rule = Rule("r", written(query), feeds=("dw",))
    entry = Entry("k", title=" ".join(words))
    matches = RuleSet([rule], {}, [FEED]).matches(entry, FEED)
    assert bool(matches) is plainly(query, words)
