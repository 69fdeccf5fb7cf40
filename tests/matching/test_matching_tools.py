"""What the tools show of queries: how they are read, what they lack, what is double."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.matching import (
    Document,
    QueryCompiler,
    RuleSet,
    check_list,
    compile_query,
    contained_rules,
)
from monitor.matching.explaining import ExplainedTerm
from monitor.matching.forms import Affix, WordForm
from monitor.model import Entry, Feed, Rule, Severity

LISTS = {"land": ["Baku", "Tiflis"], "alle": ["$land", "Öl"]}
FORMS = {
    "Krieg": (WordForm("Krieg"), WordForm("Kriegen", is_capital=True)),
    "~Rat": (
        WordForm("Rat"),
        *(WordForm("rat", affix=affix) for affix in list(Affix)[1:]),
        WordForm("rats", affix=Affix.PREFIX, is_except=True),
    ),
}


@pytest.mark.parametrize(
    ("query", "parsed"),
    [
        ("a UND b|c", "(a AND b) OR c"),
        ("title:(a AND (b OR -c))", "title:a AND (title:b OR NOT title:c)"),
        ("a NEAR b OR /x/i", "(a NEAR/4 b) OR /x/i"),
        ("a ONEAR/2 $land NEAR/1f b", "a ONEAR/2 $land ONEAR/1 b"),
        ("2 VON (a, b AND c)", "2 OF (a, (b AND c))"),
        ('ATLEAST/3 "a b" AND lang:de', 'ATLEAST/3 "a b" AND lang:de'),
        ("NOT (a OR b) AND c", "NOT (a OR b) AND c"),
    ],
)
def test_a_query_is_written_out_as_it_is_read(query: str, parsed: str) -> None:
    assert compile_query(query, LISTS).explain().parsed == parsed


def test_terms_come_with_their_fields_and_forms() -> None:
    query = 'Krieg AND author:~Rat AND ~"Krieg a" AND tag:x AND /y/ AND title:EU-Krieg'
    assert compile_query(query, forms=FORMS).explain().terms == (
        ExplainedTerm("Krieg", "text", ("Krieg", "Kriegen (capital)")),
        ExplainedTerm(
            "~Rat", "author", ("Rat", "rat...", "...rat", "...rat...", "not rats...")
        ),
        ExplainedTerm('~"Krieg a"', "text", ("Krieg", "Kriegen (capital)")),
        ExplainedTerm("x", "tag", ()),
        ExplainedTerm("/y/", "text", ()),
        ExplainedTerm("EU-Krieg", "title", ("Krieg", "Kriegen (capital)")),
    )


@pytest.mark.parametrize(
    ("query", "terms", "keys"),
    [
        ("Öl AND Aserbaidschan", ["Aserbaidschan"], {"aserbaidschan"}),
        ("Krieg AND NOT Aserbaidschan", ["Krieg"], {"krieg", "kriegen"}),
        ("$land AND Öl", ["Öl"], {"ol", "oel"}),
        ('title:"lange Worte"', ['"lange Worte"'], {"lange"}),
        ("EU-Rat", ["EU-Rat"], {"eurat", "rat"}),
        ("2 OF (aa, bbbb, cccccc)", ["bbbb", "cccccc"], {"bbbb", "cccccc"}),
        ("a NEAR bbb", ["bbb"], {"bbb"}),
        ("Waffen*", ["Waffen*"], None),
        ("~Rat", ["~Rat"], None),
    ],
)
def test_the_anchor_is_what_must_be_there(
    query: str, terms: list[str], keys: set[str] | None
) -> None:
    anchor = compile_query(query, LISTS, forms=FORMS).explain().anchor
    assert anchor is not None
    assert list(anchor.terms) == terms
    assert anchor.keys == keys


@pytest.mark.parametrize("query", ["/x/", "NOT x", "a OR lang:de", "2 OF (a, -b, -c)"])
def test_there_may_be_no_anchor(query: str) -> None:
    assert compile_query(query, bound=True).explain().anchor is None


@pytest.mark.parametrize(
    ("query", "title", "lacking"),
    [
        ("Baku AND Waffen", "Baku", "Waffen"),
        ("Baku AND Waffen", "Baku Waffen", None),
        ("Baku AND Waffen", "Tiflis", None),
        ("Baku AND Waffen AND Öl", "Baku", None),
        ("Baku AND ($land OR Öl) AND x", "Baku", "x"),
        ("Baku AND $alle", "Baku Öl", None),
        ("x AND $land", "x", "$land"),
        ("x AND (Waffen OR title:Öl)", "x", "Waffen OR title:Öl"),
        ("x AND NOT y", "x y", None),
        ("x AND (y AND z)", "x y", "z"),
        ("x AND (y AND z)", "x", None),
        ("x AND y OR a AND b", "a", "b"),
        ("a OR b", "c", None),
        ("a NEAR/1 b", "a c c c b", "a NEAR/1 b"),
        ("a NEAR/1 b", "a", "b"),
        ("a NEAR/1 b NEAR/1 c", "a", None),
        ("2 OF (a, b, c)", "a", "2 OF (a, b, c)"),
        ("2 OF (a, b, c)", "d", None),
        ("ATLEAST/2 a", "a", "ATLEAST/2 a"),
        ("ATLEAST/2 a", "b", None),
        ("a AND ATLEAST/2 b", "a", "ATLEAST/2 b"),
        ("a AND NOT (b OR c)", "b", None),
    ],
)
def test_near_misses(query: str, title: str, lacking: str | None) -> None:
    assert compile_query(query, LISTS).near_miss(Document(title)) == lacking


@pytest.mark.parametrize(
    ("inner", "outer"),
    [
        ("a AND b", "a"),
        ("a", "a OR b"),
        ("b OR a", "a OR b OR c"),
        ("title:a AND b", "a"),
        ("a NEAR b", "b"),
        ("ATLEAST/3 a", "a"),
        ("Baku", "$land"),
        ("$land AND a", "$alle"),
        ("a AND NOT (b OR c)", "a AND NOT b"),
        ('"a b" AND c', '"a b"'),
        ("/x/ AND a", "/x/ AND a OR a AND b"),
    ],
)
def test_a_rule_that_another_contains(inner: str, outer: str) -> None:
    assert contained(Rule("in", inner), Rule("out", outer)) == [("in", "out")]
    assert contained(Rule("out", outer), Rule("in", inner)) == [("in", "out")]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("a", "b"),
        ("a OR b", "a OR c"),
        ("title:a", "summary:a"),
        ("title:$land", "summary:$land"),
        ("ATLEAST/2 $land", "title:ATLEAST/2 $land"),
        ("2 OF (a, b, c)", "2 OF (a, b, d)"),
        ("lang:de OR a", "lang:en OR a"),
    ],
)
def test_rules_that_both_say_something(first: str, second: str) -> None:
    assert contained(Rule("1", first), Rule("2", second)) == []


def test_equal_rules_are_told_once_and_feeds_count() -> None:
    assert contained(Rule("1", "a AND (b OR c)"), Rule("2", "(c OR b) AND a")) == [
        ("2", "1")
    ]
    narrow = Rule("narrow", "a", feeds=("x",))
    assert contained(narrow, Rule("wide", "a OR b")) == [("narrow", "wide")]
    assert contained(Rule("wide", "a"), Rule("bound", "a OR b", feeds=("x",))) == []


TERMS = st.sampled_from(
    [
        *("a", "b", "=C", '"a b"', "~a", "title:a", "$land", "title:$land", "$alle"),
        *("/a/", "title:/a/", "a NEAR/1 b", "$land NEAR/0 c", "title:(a NEAR b)"),
        *("ATLEAST/2 a", "title:ATLEAST/2 a", "ATLEAST/2 $land", "lang:de", "a-b"),
    ]
)
QUERIES = st.recursive(
    TERMS,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(" AND ".join).map("({})".format),
        st.tuples(inner, inner).map(" OR ".join).map("({})".format),
        st.tuples(inner, inner, inner).map(", ".join).map("2 OF ({})".format),
        inner.map("NOT ({})".format),
    ),
    max_leaves=4,
)
TEXTS = st.lists(
    st.sampled_from(["a", "b", "c", "C", "Baku", "Öl", "a-b"]), max_size=4
).map(" ".join)
DOCUMENTS = st.builds(
    Document, title=TEXTS, content=TEXTS, language=st.sampled_from(["", "de"])
)


@settings(max_examples=300, deadline=None)
@given(
    queries=st.lists(QUERIES, min_size=3, max_size=3),
    documents=st.lists(DOCUMENTS, min_size=5, max_size=5),
)
def test_where_a_rule_is_true_so_is_the_one_that_contains_it(
    queries: list[str], documents: list[Document]
) -> None:
    compiler = QueryCompiler(LISTS)
    read = [compiler.compile(query, bound=True) for query in queries]
    rules = [Rule(str(n), query) for n, query in enumerate(queries)]
    for inner, outer in contained_rules(list(zip(rules, read, strict=True))):
        for document in documents:
            if read[int(inner.name)].match(document) is not None:
                assert read[int(outer.name)].match(document) is not None


def test_every_part_of_the_wider_rule_must_be_met() -> None:
    both = Rule("both", "a AND b")
    others = [Rule("a", "a"), Rule("b", "b"), Rule("more", "b OR c")]
    assert contained(both, *others) == [("both", "a"), ("b", "more")]


def test_deep_rules_are_compared_at_once() -> None:
    deep = "(a AND (b OR " * 30 + "{}" + "))" * 30
    assert contained(Rule("1", deep.format("x")), Rule("2", deep.format("y"))) == []


def contained(*rules: Rule) -> list[tuple[str, str]]:
    compiler = QueryCompiler(LISTS)
    pairs = [(rule, compiler.compile(rule.query, bound=True)) for rule in rules]
    return [(inner.name, outer.name) for inner, outer in contained_rules(pairs)]


@pytest.mark.parametrize(
    ("items", "twice"),
    [
        (["Baku", "Tiflis", "baku"], [2]),
        (["Müller", "Mueller"], []),
        (["Müller", "müller", "MÜLLER"], [1, 2]),
        (["Berg Karabach", "berg  karabach", '"Berg Karabach"'], [1]),
        (["=Nasa", "=NASA"], []),
        (["Waff*", "waff*", "Waff*"], [2]),
        (["a OR b", "b OR a", "a OR b "], [2]),
        (["title:Baku", "Baku"], []),
    ],
)
def test_what_stands_in_a_list_twice(items: list[str], twice: list[int]) -> None:
    found = check_list("x", items, {})
    assert [n for n, problem in found] == twice
    assert all(p.severity is Severity.WARNING for _, p in found)
    assert all("already" in p.text for _, p in found)


def test_notes_on_the_items_of_a_list() -> None:
    ((n, note),) = check_list("x", ["a", '"der Krieg"'], {}, FORMS)
    assert (n, note.severity) == (1, Severity.NOTE)
    assert "der Kriegen" in note.text


def test_what_was_compiled_for_a_check_is_used_again() -> None:
    compiler = QueryCompiler(LISTS, FORMS)
    query = compiler.compile("Krieg", bound=False)
    assert query.match(Document("Kriegen")) is not None
    assert compiler.compile("Krieg", bound=False) is query
    rules = RuleSet([Rule("r", "Krieg")], {}, [], compiler=compiler)
    feed = Feed("dw", "https://example.org/dw", timedelta(minutes=10))
    assert rules.matches(Entry("k", "Kriegen"), feed) != ()
