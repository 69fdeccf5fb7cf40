"""What is read of an article counts as content, beside what the feed has of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.alerts.excerpts import excerpts
from monitor.matching import RuleSet
from monitor.model import Because, Entry, Feed, FullText, Rule

FEED = Feed("dw", "https://dw.example/feed", timedelta(minutes=5))
ENTRY = Entry(
    "k",
    title="Besuch in Berlin",
    summary="Aserbaidschans Präsident reist an.",
    article="Aserbaidschans Präsident reist an.\nEs geht um Waffenlieferungen.",
)


def found(query: str, entry: Entry = ENTRY) -> tuple[Because, ...] | None:
    matches = RuleSet([Rule("r", query)], {}, [FEED]).matches(entry, FEED)
    return matches[0].because if matches else None


def test_a_term_is_found_in_the_article_and_says_so() -> None:
    because = found("Präsident AND Waffenlieferungen")
    assert because is not None
    assert [(b.field, b.text) for b in because] == [
        ("summary", "Präsident"),
        ("article", "Präsident"),
        ("article", "Waffenlieferungen"),
    ]
    last = because[-1]
    assert ENTRY.article[last.start : last.end] == "Waffenlieferungen"


@pytest.mark.parametrize(
    ("query", "is_true"),
    [
        ("content:Waffenlieferungen", True),
        ("summary:Waffenlieferungen", False),
        ("title:Waffenlieferungen", False),
        ("text:Waffenlieferungen", True),
        ("content:/Waffenl\\w+/", True),
        ("Präsident NEAR/9 Waffenlieferungen", True),
        ("Berlin NEAR/9 Präsident", False),
        ("Präsident AND NOT Waffenlieferungen", False),
        ('"um Waffenlieferungen"', True),
    ],
)
def test_an_article_is_content(query: str, *, is_true: bool) -> None:
    assert (found(query) is not None) is is_true


def test_what_the_article_says_again_is_counted_once() -> None:
    assert found("ATLEAST/2 Präsident") is None
    assert found("ATLEAST/1 Präsident") is not None
    twice = Entry("k", summary="Präsident", article="Präsident trifft Präsident")
    assert found("ATLEAST/2 Präsident", twice) is not None


def test_a_rule_that_reads_no_articles_does_not_see_one() -> None:
    rules = [
        Rule("liest", "Waffenlieferungen"),
        Rule("nie", "Waffenlieferungen", full_text=FullText.NEVER),
        Rule("nie-wahr", "Präsident", full_text=FullText.NEVER),
    ]
    matches = RuleSet(rules, {}, [FEED]).matches(ENTRY, FEED)
    assert [match.rule for match in matches] == ["liest", "nie-wahr"]
    assert {b.field for b in matches[1].because} == {"summary"}


def test_the_sentence_of_the_article_is_quoted() -> None:
    because = found("Präsident AND Waffenlieferungen")
    assert because is not None
    first, second = excerpts(ENTRY, because)
    assert (first.field, first.text) == (
        "summary",
        "Aserbaidschans Präsident reist an.",
    )
    assert (second.field, second.text) == ("article", "Es geht um Waffenlieferungen.")
