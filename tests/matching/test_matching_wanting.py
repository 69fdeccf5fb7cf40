"""Who wants the article: open rules that have begun, found without asking all rules."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.matching import Document, RuleSet, Truth, compile_query
from monitor.model import ArticleWish, Entry, Feed, FullText, Rule, WishReason

FEED = Feed("dw", "https://example.org/dw", timedelta(minutes=10), tags=("de",))
LISTS = {"land": ["Baku", "Aserbaidschan", "Tif*is"], "ab": ["a", "b"]}


def wishes(
    rules: list[Rule], entry: Entry, feed: Feed = FEED
) -> tuple[ArticleWish, ...]:
    return tuple(RuleSet(rules, LISTS, [FEED]).wishes(entry, feed))


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("$land AND Waffen", ("Baku",)),
        ("$land AND (Waffen OR Panzer)", ("Baku",)),
        ("title:Baku AND Waffen", ("Baku",)),
        ("Tiflis OR (Krieg AND Hilfe)", ("Hilfe",)),
        ('"Hilfe aus Baku" AND Waffen', ("Hilfe aus Baku",)),
        ("Baku NEAR/3 Waffen", ("Baku",)),
        ("2 OF (Baku, Waffen, Panzer)", ("Baku",)),
        ("ATLEAST/3 Baku", ("Baku",)),
        ("(Baku OR Waffen) NEAR Panzer", ("Baku",)),
        ("author:Meyer AND Waffen", ("Meyer",)),
        ("/H.lfe/ AND Waffen", ("Hilfe",)),
        ("Bak* AND Waffen", ("Baku",)),
        ("lang:de AND Hilfe AND Waffen", ("Hilfe",)),
        ("Baku AND Waffen AND NOT Sport", ("Baku",)),
        ("(Baku AND title:Waffen) OR (Hilfe AND Krieg)", ("Hilfe",)),
    ],
)
def test_an_open_rule_that_has_begun_wants_the_article(
    query: str, words: tuple[str, ...]
) -> None:
    entry = Entry("k", title="Hilfe aus Baku", author="Meyer", language="de")
    assert wishes([Rule("r", query)], entry) == (
        ArticleWish("r", WishReason.TERM, words),
    )


@pytest.mark.parametrize(
    "query",
    [
        "Baku",  # true already
        "Baku OR Waffen",
        "Waffen",  # nothing of it is there
        "Waffen AND Panzer",
        "lang:de AND Waffen",  # a value is no term
        "Waffen AND NOT Krieg",
        "Baku AND title:Waffen",  # cannot come true any more
        "Waffen AND NOT Baku",
        "Baku AND site:other.example",
        "(Baku AND title:Waffen) OR (Panzer AND Krieg)",
        '"Baku Hilfe" AND Waffen',
        "(lang:de OR Waffen) AND Panzer",
    ],
)
def test_no_other_rule_does(query: str) -> None:
    entry = Entry("k", title="Hilfe aus Baku", author="Meyer", language="de")
    assert wishes([Rule("r", query)], entry) == ()


def test_a_rule_may_want_all_articles_or_none() -> None:
    entry = Entry("k", title="Hilfe aus Baku")
    rules = [
        Rule("nie", "Baku AND Waffen", full_text=FullText.NEVER),
        Rule("immer", "Waffen", full_text=FullText.ALWAYS),
        Rule("wahr", "Baku", full_text=FullText.ALWAYS),
        Rule("vergebens", "title:Waffen", full_text=FullText.ALWAYS),
        Rule("begonnen", "Baku AND Waffen", full_text=FullText.ALWAYS),
    ]
    assert wishes(rules, entry) == (
        ArticleWish("immer", WishReason.RULE),
        ArticleWish("begonnen", WishReason.TERM, ("Baku",)),
    )


def test_a_feed_may_have_all_its_articles_read_or_none() -> None:
    entry = Entry("k", title="Hilfe aus Baku")
    rules = [Rule("r", "Baku AND Waffen", full_text=FullText.ALWAYS)]
    never = Feed("dw", FEED.url, FEED.every, full_text=FullText.NEVER)
    always = Feed("dw", FEED.url, FEED.every, full_text=FullText.ALWAYS)
    assert wishes(rules, entry, never) == ()
    first, second = wishes(rules, entry, always)
    assert first == ArticleWish("", WishReason.FEED)
    assert second.rule == "r"


def test_a_rule_wants_the_article_of_each_entry_that_begins_it() -> None:
    rules = RuleSet([Rule("r", "(Baku OR title:Kiew) AND Waffen")], LISTS, [FEED])
    titles = ("Hilfe aus Baku", "Hilfe", "Waffen", "Baku")
    entries = [Entry("k", title=title) for title in titles]
    found = [[w.words for w in rules.wishes(entry, FEED)] for entry in entries]
    assert found == [[("Baku",)], [], [("Waffen",)], [("Baku",)]]


def test_a_rule_of_other_feeds_wants_nothing() -> None:
    entry = Entry("k", title="Hilfe aus Baku")
    rules = [
        Rule("hier", "Baku AND Waffen", feeds=("tag:de",)),
        Rule("dort", "Baku AND Waffen", feeds=("-dw",)),
    ]
    assert [wish.rule for wish in wishes(rules, entry)] == ["hier"]


WORDS = st.sampled_from(
    ["a", "b", "c", "title:a", "title:c", "$ab", "author:a", '"a b"']
)
QUERIES = st.recursive(
    WORDS,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(" AND ".join).map("({})".format),
        st.tuples(inner, inner).map(" OR ".join).map("({})".format),
        st.tuples(inner, inner, inner).map(", ".join).map("2 OF ({})".format),
        inner.map("NOT ({})".format),
    ),
    max_leaves=5,
)
TEXTS = st.lists(st.sampled_from("abcde"), max_size=3).map(" ".join)


@settings(max_examples=100, deadline=None)
@given(queries=st.lists(QUERIES, min_size=1, max_size=6), title=TEXTS, content=TEXTS)
def test_the_index_changes_nothing_and_every_wish_is_open(
    queries: list[str], title: str, content: str
) -> None:
    entry = Entry("k", title=title, content=content, author="a")
    rules = [Rule(str(n), q, feeds=("dw",)) for n, q in enumerate(queries)]
    together = [wish.rule for wish in wishes(rules, entry)]
    alone = [rule.name for rule in rules if wishes([rule], entry)]
    assert together == alone
    document = Document.of(entry, FEED)
    for name in together:
        query = compile_query(queries[int(name)], LISTS, bound=True)
        assert query.value(document, article_read=False) is Truth.OPEN
