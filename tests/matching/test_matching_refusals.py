"""What a query is refused for: where, what is wrong, what to write instead."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import QueryError
from monitor.matching import Document, Query, compile_query
from monitor.model import QueryProblem, Severity

LISTS = {"aserbaidschan": ["Baku", "Alijew"], "leer": []}


def problems(query: str, *, bound: bool = False) -> tuple[QueryProblem, ...]:
    with pytest.raises(QueryError) as caught:
        compile_query(query, LISTS, bound=bound)
    return caught.value.problems


def compiled(query: str) -> Query | tuple[QueryProblem, ...]:
    """Return the query, or what is wrong with it."""
    try:
        return compile_query(query, LISTS)
    except QueryError as error:
        return error.problems


# query, where the caret stands, what is said
ONE_FAULT = [
    ("Aserbaidschan Waffen", "Waffen", 'AND Waffen .*OR Waffen .*"Aserbaidschan W'),
    ("alpha beta gamma", "beta", 'alpha AND beta AND gamma.*"alpha beta gamma"'),
    ("Baku U.S. Waffen", "U.S.", '"Baku U.S. Waffen"'),
    ("Baku (Waffen OR Öl)", "(Waffen OR Öl)", r"Baku AND \(Waffen OR Öl\)"),
    ('title:Baku "schwere Waffen"', '"schwere Waffen"', "title:Baku AND"),
    ("-Sport Baku", "Baku", "-Sport AND Baku"),
    ("Baku und Waffen", "und", r"did you mean AND \(or UND\)\?"),
    ("Baku and Waffen", "and", r"did you mean AND\?"),
    ("Baku Oder Waffen", "Oder", r"did you mean OR \(or ODER\)\?"),
    ("Baku not Sport", "not", r"did you mean NOT\?"),
    ("nicht Sport", "nicht", r"did you mean NOT \(or NICHT\)\?"),
    ("Baku and not Sport", "and", r"did you mean AND\?"),
    ("Baku AND not Sport", "not", r"did you mean NOT\?"),
    ("Baku und", "und", "did you mean AND"),
    ("NOT Sport", "NOT Sport", "only negations.*bind the rule to feeds"),
    ("Baku OR NOT Sport", "NOT Sport", "only negations"),
    ("lang:de OR -Sport", "-Sport", "only negations"),
    ("Waffe~", "~", r"write Waffe\*"),
    ("Waffe~2", "~2", r"write Waffe\*"),
    ("Waffe^2.5", "^2.5", "leave \\^2.5 out"),
    ("+Waffen", "+", "write AND"),
    ("+Baku +Waffen", "+", "write AND"),
    ('"a b"~5', "~5", "a AND b"),
    ("(a OR b)~5", "~5", "a AND b"),
    ("titel:Waffen", "titel", "did you mean title:"),
    ("Sprache:de", "Sprache", "did you mean lang:"),
    ("Merz:Rede", "Merz", "Fields are title, summary.*quotation marks"),
    ("title: Waffen", "title:", "write title:word"),
    ("title :Waffen", "title :", "write title:word"),
    ("title:", "title:", "missing after title:"),
    ("title:!Waffen", "title:", "missing after title:"),
    ("title:summary:Waffen", "summary:", "one field"),
    ("title:-Waffen", "-", "write NOT"),
    ("$aserbaidshan AND x", "$aserbaidshan", r"did you mean \$aserbaidschan\?"),
    ("$zypern", "$zypern", r"there are \$aserbaidschan, \$leer"),
    ("$leer", "$leer", "is empty"),
    ("Baku AND (Waffen OR Öl", "(", "never closed"),
    ("Baku) AND Öl", ")", "closes nothing"),
    ("Baku AND ()", "()", "nothing stands between"),
    ("Baku AND", "AND", "missing after AND"),
    ("NOT", "NOT", "missing after NOT"),
    ("Baku AND NOT", "NOT", "missing after NOT"),
    ("ODER Baku", "ODER", "missing before ODER"),
    ("AND", "AND", "missing before AND"),
    ("Baku AND OR Öl", "OR", "between AND and OR"),
    ("(Baku AND) OR Öl", "AND", "missing after AND"),
    ("Baku AND „schwere Waffen", "„schwere Waffen", "never closed"),
    ('(Baku OR "Öl)', '"Öl)', "never closed"),
    ("Wa*", "Wa*", "at least 3"),
    ("*", "*", "at least 3"),
    ("=Waffen*", "=Waffen*", "drop the = or the wildcard"),
    ("東京*", "東京*", "no wildcard is needed"),
    ('Baku OR "!?"', '"!?"', "no word in it"),
    ('tag:""', '""', "no word in it"),
    ("Baku, Öl", ",", "write OR"),
    ("(Baku, Öl)", ",", "write OR"),
    ("'schwere Waffen'", "'schwere Waffen'", 'write "schwere Waffen"'),
    ("‚Waffen‘", "‚Waffen‘", 'write "Waffen"'),  # noqa: RUF001
    ("22:00", ":", 'write "22:00"'),
    ("Baku & Öl", "&", "write AND"),
    ("Baku - Öl", "-", "write NOT"),
    ("= NASA", "=", "directly before"),
    ("$ liste", "$", r"write \$name"),
    ("Baku AND #tag", "#", "quotation marks"),
    ("https://example.org/a b", "https://example.org/a", 'url:"..." or site:'),
    ("Baku NEAR/5 Öl", "NEAR/5", "later version"),
    ("Baku ONEAR Öl", "ONEAR", "later version"),
    ("Baku NEAR/5f Öl", "NEAR/5f", "later version"),
    ("Baku NEAR", "NEAR", "later version"),
    ("NEAR Baku", "NEAR", "later version"),
    ("2 OF (a, b, c)", "2 OF", "2 OF comes with a later version"),
    ("2 VON (a, b OR c)", "2 VON", "later version"),
    ("ATLEAST/3 Baku", "ATLEAST/3", "later version"),
    ("ATLEAST/3", "ATLEAST/3", "later version"),
    ("Baku AND /Waffen? lief/i", "/Waffen? lief/i", "later version"),
    ("Baku AND /Waffen", "/", "later version"),
    ("~Minister", "~Minister", r"later version; write Minister OR \*minister"),
    ('~"schwere Waffe"', '~"schwere Waffe"', "later version"),
]


@pytest.mark.parametrize(("query", "culprit", "says"), ONE_FAULT)
def test_one_fault_is_one_error_at_its_place(
    query: str, culprit: str, says: str
) -> None:
    (problem,) = problems(query)
    assert problem.severity is Severity.ERROR
    at = problem.start
    assert query[at : at + problem.length] == culprit
    assert at == query.index(culprit) or culprit in {"-", "and", "not", "AND"}
    assert re.search(says, problem.text), problem.text


@pytest.mark.parametrize("query", ["", "  \n", "\ufeff"])
def test_empty_query(query: str) -> None:
    (problem,) = problems(query)
    assert (problem.start, problem.length) == (0, 1)
    assert "at least one word" in problem.text


@pytest.mark.parametrize(
    ("query", "starts"),
    [
        ("titel:x AND (y OR", [0, 12, 15]),
        ("a b AND c d", [2, 10]),
        ("a und b oder c", [2, 8]),
        ("$x OR $y", [0, 6]),
        ("Wa* OR (b AND) OR =", [0, 10, 18]),
        ("a) AND b AND", [1, 9]),
    ],
)
def test_every_fault_is_reported_at_once(query: str, starts: list[int]) -> None:
    assert [problem.start for problem in problems(query)] == starts


def test_limits() -> None:
    (long,) = problems("a" * 10_001)
    assert long.start == 10_000
    assert "10,000" in long.text
    (deep,) = problems("(" * 65 + "a" + ")" * 65)
    assert deep.start == 64
    assert "64" in deep.text
    assert compile_query("(" * 64 + "a" + ")" * 64).match(Document("a"))
    (many,) = problems("a|" * 2_000 + "a")
    assert "2,001" in many.text
    assert many.start == 4_000
    assert compile_query("NOT title:(a OR b AND " * 64 + "c" + ")" * 64, bound=True)


def test_only_negations_are_fine_where_the_rule_is_bound() -> None:
    query = compile_query("NOT Sport", bound=True)
    assert query.match(Document("Politik")) == ()
    assert query.match(Document("Sport")) is None


@pytest.mark.parametrize(
    ("query", "at", "says"),
    [
        ("Baku OR Tiflis AND Öl", "AND", r"\(Tiflis AND Öl\)"),
        ("Baku OR Tiflis NOT Öl", "NOT", r"\(Tiflis NOT Öl\)"),
        ("a AND b OR c AND d", "AND", r"\(a AND b\)"),
        ('Baku OR "Waffen*"', "*", "is no wildcard"),
    ],
)
def test_what_is_allowed_with_a_warning(query: str, at: str, says: str) -> None:
    (problem,) = compile_query(query).problems
    assert problem.severity is Severity.WARNING
    assert problem.start == query.index(at)
    assert re.search(says, problem.text)


@pytest.mark.parametrize(
    "query",
    [
        "Baku OR (Tiflis AND Öl)",
        "(a AND b) OR c",
        '"Journalist*innen"',
        '"Wer ist Merz?"',
        "Und OR Oder",
        "Not AND Elend",
        "2 AND OF",
    ],
)
def test_what_needs_no_warning(query: str) -> None:
    assert compile_query(query).problems == ()


FRAGMENTS = st.sampled_from(
    [
        *("AND", "ODER", "nicht", "und", "(", ")", '"', "„", "=", "~", "-", "!", "|"),
        *("title:", "url:", "site:(", "x:", "$aserbaidschan", "$", "2 OF (", ",", "+"),
        *(
            "NEAR/3",
            "ATLEAST/2",
            "/",
            "Baku",
            "東京",
            "Wa*fen",
            "*",
            "?",
            " ",
            "^2",
            ":",
        ),
        *("#", "'", "\u200b", "Journalist:innen", "http://x", "A&B", "3,5", "\u02bc"),
    ]
)


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(st.text(max_size=40), st.lists(FRAGMENTS, max_size=20).map(" ".join))
    | st.lists(FRAGMENTS, max_size=20).map("".join)
)
def test_any_text_is_a_query_or_a_query_error(text: str) -> None:
    query = compiled(text)
    if isinstance(query, Query):
        assert query.match(Document()) is None
        query.match(Document(title=text, url=text, tags=(text,)))
        return
    assert any(problem.severity is Severity.ERROR for problem in query)
    for problem in query:
        assert problem.length >= 1
        assert 0 <= problem.start <= len(text)
        assert problem.text


@pytest.mark.parametrize(
    "piece",
    ["(", ")", "NOT ", "- ", "+ ", "ATLEAST/2 ", '"', "/", "a:", "*a", "~", "#"],
)
def test_no_repetition_exhausts_the_reader(piece: str) -> None:
    assert compiled((piece * 10_000)[:10_000])


def test_without_lists_the_error_says_where_to_write_one() -> None:
    with pytest.raises(QueryError, match="write it under lists:"):
        compile_query("$land")
