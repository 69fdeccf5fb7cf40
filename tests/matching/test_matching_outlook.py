"""True, false or open: against every way in which an article could go on."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.matching import Document, Truth, compile_query

LISTS = {"ab": ["a", "b"]}
VOCABULARY = ("a", "b", "c", "und und und")
MORE = [" ".join(words) for n in range(5) for words in product(VOCABULARY, repeat=n)]


def value(query: str, document: Document, *, article_read: bool = False) -> Truth:
    compiled = compile_query(query, LISTS, bound=True)
    return compiled.value(document, article_read=article_read)


def tried(query: str, document: Document) -> Truth:
    """Return the value by trying every text that could follow."""
    compiled = compile_query(query, LISTS, bound=True)
    if compiled.match(document) is not None:
        return Truth.TRUE
    longer = (
        Document(document.title, content=f"{document.content} {more}") for more in MORE
    )
    is_open = any(compiled.match(each) is not None for each in longer)
    return Truth.OPEN if is_open else Truth.FALSE


WORDS = st.sampled_from(["a", "b", "c"])
LEAVES = st.one_of(
    WORDS,
    WORDS.map(lambda word: f"title:{word}"),
    WORDS.map(lambda word: f"content:{word}"),
    st.sampled_from(["$ab", "author:a", "lang:de"]),
)


def combined(leaves: st.SearchStrategy[str], size: int) -> st.SearchStrategy[str]:
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.tuples(inner, inner).map(" AND ".join).map("({})".format),
            st.tuples(inner, inner).map(" OR ".join).map("({})".format),
            st.tuples(inner, inner, inner).map(", ".join).map("2 OF ({})".format),
            inner.map("NOT ({})".format),
        ),
        max_leaves=size,
    )


PLACED = st.sampled_from(
    ['"a b"', '"c a"', "(a NEAR/1 b)", "(a ONEAR/0 c)", "ATLEAST/2 a", "ATLEAST/3 $ab"]
)
OTHERS = st.sampled_from(
    [
        *("=a", "~b", "und*", "a-b", "/a/", "/b$/", "title:/a/", "title:=b"),
        *("title:$ab", "($ab NEAR/0 c)", "content:(a NEAR c)", "title:ATLEAST/2 a"),
        *("((a OR title:b) ONEAR/1 c)", "tag:x", "site:x.de"),
    ]
)
CONTENTS = st.lists(st.sampled_from(VOCABULARY), max_size=2).map(" ".join)


@settings(max_examples=100, deadline=None)
@given(query=combined(LEAVES, 6), title=CONTENTS, content=CONTENTS)
def test_a_query_of_words_is_open_exactly_where_more_text_makes_it_true(
    query: str, title: str, content: str
) -> None:
    document = Document(title, content=content)
    assert value(query, document) is tried(query, document)


@settings(max_examples=60, deadline=None)
@given(
    placed=PLACED, query=combined(LEAVES, 3), joint=st.sampled_from([" AND ", " OR "])
)
def test_one_condition_about_places_is_exact_too(
    placed: str, query: str, joint: str
) -> None:
    document = Document(content="c")
    for text in (placed + joint + query, f"NOT {placed}{joint}{query}"):
        assert value(text, document) is tried(text, document), text


@settings(max_examples=60, deadline=None)
@given(query=combined(LEAVES | PLACED | OTHERS, 5), title=CONTENTS, content=CONTENTS)
def test_what_can_come_true_is_never_said_to_be_false(
    query: str, title: str, content: str
) -> None:
    document = Document(title, content=content)
    found, expected = value(query, document), tried(query, document)
    assert found is expected or (found, expected) == (Truth.OPEN, Truth.FALSE)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("Baku", Truth.TRUE),
        ("Baku AND NOT Sport", Truth.TRUE),
        ("Baku AND Waffen", Truth.OPEN),
        ("Baku AND /Waff/", Truth.OPEN),
        ("Baku AND title:/Waff/", Truth.FALSE),
        ("Baku AND title:Waffen", Truth.FALSE),
        ('title:"Baku Waffen"', Truth.FALSE),
        ("Waf*en", Truth.OPEN),
        ("Waffen AND NOT Baku", Truth.FALSE),
        ("site:dw.com AND Waffen", Truth.FALSE),
        ("Waffen AND NOT Waffen", Truth.FALSE),
        ('"a b" AND NOT a', Truth.FALSE),
        ("EU-Rat AND NOT EU", Truth.OPEN),
        ("title:(a NEAR b)", Truth.FALSE),
        ("(a OR title:b) NEAR c", Truth.OPEN),
        ("Waffen AND NOT /Baku$/", Truth.OPEN),
        ("Waffen AND NOT title:/Baku$/", Truth.FALSE),
    ],
)
def test_examples(query: str, expected: Truth) -> None:
    document = Document("Baku")
    assert value(query, document) is expected
    read = Truth.TRUE if expected is Truth.TRUE else Truth.FALSE
    assert value(query, document, article_read=True) is read


def test_very_many_contradictions_are_not_all_tried() -> None:
    words = [f"w{n}" for n in range(11)]
    query = " AND ".join(f"{word} AND NOT {word}" for word in words)
    assert value(query, Document()) is Truth.OPEN
