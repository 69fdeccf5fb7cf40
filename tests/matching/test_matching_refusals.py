"""What a query is refused for: where, what is wrong, what to write instead."""

from __future__ import annotations

import re

import pytest

from monitor.errors import QueryError
from monitor.matching import Document, compile_query
from monitor.model import QueryProblem, Severity

LISTS = {
    "aserbaidschan": ["Baku", "Alijew"],
    "leer": [],
    "gemischt": ["Baku", "Öl AND Gas"],
    "ueber": ["$gemischt"],
}


def problems(query: str, *, bound: bool = False) -> tuple[QueryProblem, ...]:
    with pytest.raises(QueryError) as caught:
        compile_query(query, LISTS, bound=bound)
    return caught.value.problems


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
    ('"a b"~5', "~5", "a NEAR/5 b"),
    ("(a OR b)~", "~", "a NEAR/4 b"),
    ("titel:Waffen", "titel", "did you mean title:"),
    ("Sprache:de", "Sprache", "did you mean lang:"),
    ("Merz:Rede", "Merz", "Fields are title, summary.*quotation marks"),
    ("title: Waffen", "title:", "write title:word"),
    ("title :Waffen", "title :", "write title:word"),
    ("title:", "title:", "missing after title:"),
    ("title:!Waffen", "!", "write NOT title:word"),
    ("title:NOT Waffen", "NOT", "write NOT title:word"),
    ("title:summary:Waffen", "summary:", "one field"),
    ("title:-Waffen", "-", "write NOT title:word"),
    ("title:Baku Waffen", "Waffen", 'or title:"Baku Waffen"'),
    ("tag:Große Lage", "Lage", 'or tag:"Große Lage"'),
    ("site:dw.com zeit.de", "zeit.de", r"OR zeit.de \(any\)$"),
    ("$aserbaidshan AND x", "$aserbaidshan", r"did you mean \$aserbaidschan\?"),
    ("$zypern", "$zypern", r"there are \$aserbaidschan, \$gemischt"),
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
    ("Baku NEAR", "NEAR", "missing after NEAR"),
    ("NEAR Baku", "NEAR", "missing before NEAR"),
    ("Baku NEAR/101 Öl", "NEAR/101", "at most 100"),
    ("Baku NEAR 5 Öl", "NEAR", "write NEAR/5"),
    ("Baku near Öl", "near", r"did you mean NEAR\?"),
    ("Baku near/5 Öl", "near/5", r"did you mean NEAR/5\?"),
    ("Baku Near/5 Öl", "Near/5", r"did you mean NEAR/5\?"),
    ("Baku NEAR5 Öl", "NEAR5", "write NEAR/5"),
    ("Baku NEAR/x Öl", "NEAR/x", "write NEAR/4"),
    ("Baku w/3 Öl", "w/3", "write NEAR/3"),
    ("Baku ADJ3 Öl", "ADJ3", "write ONEAR/3"),
    ("Baku ANDNOT Öl", "ANDNOT", "write NOT"),
    ("N26 Bank", "Bank", "N26 AND Bank"),
    ("Baku NEAR (a AND b)", "a AND b", "is none of these; join it with AND"),
    ("(url:a OR b) NEAR c", "url:a", "is none of these; join it with AND"),
    ("Baku NEAR /a.c/", "/a.c/", "NEAR takes words"),
    ("Baku NEAR tag:x", "tag:x", "NEAR takes words"),
    ("(a OR tag:x) NEAR Baku", "tag:x", "NEAR takes words"),
    ("Baku NEAR ATLEAST/2 x", "ATLEAST/2 x", "NEAR takes words"),
    ("Baku NEAR $gemischt", "$gemischt", r"item 2 of \$gemischt is neither"),
    ("ATLEAST/2 $ueber", "$ueber", r"item 2 of \$gemischt is neither"),
    ("0 OF (a, b)", "0 OF", "a number from 1"),
    ("3 OF (a, b)", "3 OF", "3 of 2 can never be"),
    ("2 OF (a OR b)", "2 OF", "with commas between"),
    ("2 OF (a,,b)", ",", "missing between , and ,"),
    ("2 OF (a, b,)", ",", "missing after ,"),
    ("2 OF (, b)", ",", "missing before ,"),
    ("2 of (a, b)", "2 of", r"did you mean 2 OF\?"),
    ("2 OF $aserbaidschan", "OF", "with commas between"),
    ("2 VON ()", "()", "nothing stands between"),
    ("ATLEAST/3", "ATLEAST/3", "missing after ATLEAST/3"),
    ("atleast/3 Baku", "atleast/3", r"did you mean ATLEAST/3\?"),
    ("ATLEAST 3 Baku", "3", "write ATLEAST/3 Baku"),
    ("ATLEAST/2 title:Baku", "ATLEAST/2", "write title:ATLEAST/2 word"),
    ("ATLEAST/2 lang:de", "ATLEAST/2", "one word, phrase or list"),
    ("ATLEAST/0 Baku", "ATLEAST/0", "a number from 1"),
    ("ATLEAST/2 (a OR b)", "ATLEAST/2", "one word, phrase or list"),
    ("tag:(ATLEAST/2 Baku)", "Baku", "no operator between ATLEAST/2 and Baku"),
    ("Baku AND /Waffen", "/", "ends with a second /"),
    ("~Waffen*", "~Waffen*", "drop the ~ or the wildcard"),
    (r"/(a)\1/", r"\1", "refer back to a group"),
    ("/a(?=b)/", "(?=", "look around.* with AND or NOT"),
    ("/(?<!a)b/", "(?<!", "look around"),
    ("/(?>a)b/", "(?>", "need .*nothing is given back"),
    ("/a(?(1)b)/", "(?(", "conditions"),
    ("/(?i)a/", "(?i)", "behind the last slash"),
    ("/a++/", "++", r"write \+"),
    (r"/\Qa\E/", r"\Q", "a backslash before each sign"),
    (r"/a\C/", r"\C", "any character"),
    ("/a(b/", "a(b", "cannot be read: missing"),
    ("/b**/", "**", "bad repetition operator"),
    ("/[z-a]/", "z-a", "invalid character class range"),
    ("/x*/", "x*", "meets the empty text"),
    ("/abc/g", "g", "write i .* or s"),
    ("/a{1001}/", "{1001}", "1,000 at most"),
    ("/((a{100}){100}){10}/", "{100}", "those inside one another multiplied"),
    (r"/\w{1000}/", r"\w{1000}", "pattern too large.*1,000 at most"),
    (r"/\p{Foo}/", r"\p{Foo}", "there is no such class"),
    (r"/a\Z/", r"\Z", "invalid escape sequence; write the sign"),
    ("/[a/", "[a", r"missing \]; write \\\[ for the sign"),
    ("a OR [", "[", r"a group stands in \( and \)"),
    ("==Baku", "=", "directly before"),
    ("=~Baku", "=", "directly before"),
]


@pytest.mark.parametrize(("query", "culprit", "says"), ONE_FAULT)
def test_one_fault_is_one_error_at_its_place(
    query: str, culprit: str, says: str
) -> None:
    (problem,) = problems(query)
    assert problem.severity is Severity.ERROR
    at = problem.start
    assert query[at : at + problem.length] == culprit
    assert at == query.index(culprit) or culprit in {"-", "and", "not", "AND", ","}
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
        ("Baku OR ein*", "ein*", "very many words"),
        ("*ung", "*ung", "very many words"),
        ("*land*", "*land*", "very many words"),
        ("a AND lang:deutsch", "deutsch", "write lang:de"),
        ("a AND url:*live*", "*live*", r"\* is no wildcard"),
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
        "Waff*",
        "lang:(de OR en_US) AND site:*.dw.com AND url:?id=1 AND feed:dw*",
        "Wa?e",
        "*landes*",
        "near AND far",
        "(a OR b) NEAR c ONEAR d",
    ],
)
def test_what_needs_no_warning(query: str) -> None:
    assert compile_query(query).problems == ()


def test_without_lists_the_error_says_where_to_write_one() -> None:
    with pytest.raises(QueryError, match="write it under lists:"):
        compile_query("$land")
