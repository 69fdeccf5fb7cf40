"""All rules at once: the index changes nothing, scopes hold, order is kept."""

from __future__ import annotations

import gc
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import QueryError
from monitor.matching import RuleSet, selects
from monitor.matching.anchors import LEARNT_AFTER
from monitor.matching.memory import Remembered
from monitor.matching.scan import Scan
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


IN_ENTRY = [
    *("Baku", "Baku AND Tiflis", "Baku OR Öl", "1 OF (Baku, Öl)", "$land", "/Bak./"),
    *("ATLEAST/2 Baku", '"Baku und"', "Baku NEAR Tiflis", "author:Meyer", "-(-Baku)"),
    *("2 OF (Baku, Tiflis, Öl)", "1 OF (-Öl, Gas)", "(/B.k/ OR Öl) AND Baku"),
]
NOT_IN_ENTRY = [
    *("Öl", "Baku AND Öl", "Gas OR Öl", "2 OF (Baku, Öl)", "ATLEAST/3 Baku", "/Öl/"),
    *('"Tiflis Baku"', "Tiflis NEAR/0 Baku", "author:Baku", "content:Tiflis"),
    *("ATLEAST/1 Öl", "ATLEAST/2 Tiflis", "$land AND Öl", "Baku AND -Baku"),
]


def test_every_construct_and_its_negation() -> None:
    entry = Entry("k", title="Baku und Tiflis", content="Baku", author="Meyer")
    queries = [*IN_ENTRY, *NOT_IN_ENTRY]
    rules = [Rule(query, query, feeds=("dw",)) for query in queries]
    assert fired(rules, entry) == IN_ENTRY
    rules = [Rule(query, f"NOT ({query})", feeds=("dw",)) for query in queries]
    assert fired(rules, entry) == NOT_IN_ENTRY


def test_where_nothing_is_met_nothing_matches() -> None:
    assert fired([Rule("r", "Baku AND Öl")], Entry("k", title="Tiflis")) == []
    assert fired([Rule("r", "Baku AND Öl")], Entry("k", title="Baku")) == []


def test_a_feed_that_is_not_configured_is_judged_too() -> None:
    rules = [Rule("alle", "Baku"), Rule("dw", "Baku", feeds=("dw",))]
    feed = Feed("new", "https://example.org/new", timedelta(minutes=10))
    assert fired(rules, Entry("k", content="Baku"), feed) == ["alle"]


def test_a_rule_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(QueryError, match="only negations"):
        RuleSet([Rule("r", "NOT Sport")], {}, [FEED])


def test_what_is_learnt_of_the_words_changes_no_result() -> None:
    rules = [
        Rule("beide", "oft AND selten"),
        Rule("oder", "oft OR selten OR x*yz"),
        Rule("nie", "selten AND nie"),
        Rule("teil", "nie AND (x*yz OR oft)"),
        Rule("phrase", '"nie oft" OR =NIE'),
    ]
    found = RuleSet(rules, {}, [FEED])
    often, rare = Entry("1", "oft"), Entry("2", "selten oft")
    for _ in range(LEARNT_AFTER + 1):
        assert [match.rule for match in found.matches(often, FEED)] == ["oder"]
    assert [match.rule for match in found.matches(rare, FEED)] == ["beide", "oder"]
    never = Entry("3", "nie und selten xxyz")
    assert [m.rule for m in found.matches(never, FEED)] == ["oder", "nie", "teil"]


def test_rules_are_read_alike_where_garbage_is_not_collected() -> None:
    gc.disable()
    try:
        assert fired([Rule("r", "Baku")], Entry("k", "Baku")) == ["r"]
        assert not gc.isenabled()
    finally:
        gc.enable()
    assert fired([Rule("r", "Baku")], Entry("k", "Baku")) == ["r"]
    assert gc.isenabled()


def test_pieces_that_are_not_used_are_forgotten_first() -> None:
    asked: list[str] = []
    known = Remembered(lambda piece: asked.append(piece) or len(piece), most=4)
    for piece in ("a", "bb", "a", "ccc", "a", "dddd", "a", "bb", "a"):
        assert known[piece] == len(piece)
    assert asked == ["a", "bb", "ccc", "dddd", "bb"]
    assert known["x" * 65] == known["x" * 65] == 65
    assert asked[5:] == ["x" * 65] * 2
    known.forget()
    assert known["a"] == 1
    assert len(asked) == 8


def test_a_scan_finds_words_by_what_is_in_them() -> None:
    scan = Scan([" waff", "zeug ", "lief", "a.b"])
    words = ["waffen", "anwaffen", "flugzeug", "zeuge", "belieferung", "a.b", "axb"]
    assert scan.words(words) == {"waffen", "flugzeug", "belieferung", "a.b"}
    assert Scan([" waf"]).words(words) == {"waffen"}
    too_small = Scan([f"{n}{n}{n}" for n in range(1_000)], memory=4_096)
    assert too_small.words(words) == set(words)


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
