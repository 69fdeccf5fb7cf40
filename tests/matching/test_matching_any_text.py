"""Whatever is written, it is a query or is refused: the reader is total, and quick."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import QueryError
from monitor.matching import Document, Query, compile_query
from monitor.model import QueryProblem, Severity

LISTS = {"aserbaidschan": ["Baku", "Alijew"]}


def compiled(query: str) -> Query | tuple[QueryProblem, ...]:
    """Return the query, or what is wrong with it."""
    try:
        return compile_query(query, LISTS)
    except QueryError as error:
        return error.problems


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
        *("2 OF (a,", ",,", ",)", "title:!", "2 of (", "atleast/2", "[", "/[a]/"),
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


PIECES = re.findall(
    r"\S+|\s+",
    '2 OF ( Baku , $aserbaidschan , title:( Öl OR - Gas ) ) AND NOT "a b" NEAR/3 c OR '
    "ATLEAST/2 =NASA && /a.[b]/i || ~Rat NICHT url:/x/ tag:( x | y )",
)


@settings(max_examples=300, deadline=None)
@given(
    gone=st.sets(st.integers(0, len(PIECES) - 1), max_size=20),
    twice=st.sets(st.integers(0, len(PIECES) - 1), max_size=5),
)
def test_a_query_that_lost_pieces_is_read_or_refused(
    gone: set[int], twice: set[int]
) -> None:
    kept = (PIECES[n] * (1 + (n in twice)) for n in range(len(PIECES)) if n not in gone)
    found = compiled("".join(kept))
    assert isinstance(found, Query) or found


@given(
    words=st.lists(
        st.sampled_from(["Baku", "Öl", "und", "And", "near", "OR", "NICHT", "東京"]),
        min_size=1,
        max_size=4,
    ),
    operator=st.sampled_from([" AND ", " OR "]),
)
def test_a_row_of_words_is_read_like_any_query(words: list[str], operator: str) -> None:
    text = operator.join(words)
    short, long = compiled(text), compiled(f"{text} ")
    if isinstance(short, Query) and isinstance(long, Query):
        assert (short.problems, long.problems) == ((), ())
        assert short.explain() == long.explain()
        document = Document("Baku OR And near 東京")
        assert short.match(document) == long.match(document)
    else:
        assert short == long


@pytest.mark.parametrize(
    "piece",
    [
        "(",
        ")",
        "[",
        "[]",
        "[[:",
        "NOT ",
        "- ",
        "+ ",
        "ATLEAST/2 ",
        '"',
        "/",
        "a:",
        "*a",
        "~",
        "#",
    ],
)
def test_no_repetition_exhausts_the_reader(piece: str) -> None:
    assert compiled((piece * 10_000)[:10_000])
