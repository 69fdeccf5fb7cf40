"""What `why` and `alerts show` say of an article, in one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, timedelta

import pytest

from monitor.cli.article_words import article_said, quotes
from monitor.cli.output import show_times_in
from monitor.model import (
    ArticleReason,
    Because,
    Entry,
    Feed,
    FullText,
    HoldReason,
    WishReason,
    WishState,
)
from monitor.store.article_views import ArticleView
from monitor.testing import START

MINUTE = timedelta(minutes=1)
FEED = Feed("faz", "https://faz.example/rss", 5 * MINUTE)
NEVER = replace(FEED, full_text=FullText.NEVER)
WANTED = ArticleView(
    WishState.WAITING,
    rule="waffen",
    reason=WishReason.TERM,
    words=("Aserbaidschans",),
    decided_at=START,
    next_attempt_at=START + MINUTE,
)
ENDED = replace(
    WANTED,
    state=WishState.READ,
    next_attempt_at=None,
    attempts=1,
    ended_at=START + MINUTE,
    outcome=ArticleReason.READ,
    url="https://faz.example/1",
    characters=2340,
)
GIVEN_UP = replace(ENDED, state=WishState.GIVEN_UP, attempts=5, characters=0)


@pytest.fixture(autouse=True)
def zone() -> Iterator[None]:
    show_times_in(UTC)
    yield
    show_times_in(UTC)


def at(minutes: int) -> str:
    return (START + minutes * MINUTE).strftime("%Y-%m-%d %H:%M")


def failed(reason: ArticleReason, detail: str = "", **more: object) -> ArticleView:
    return replace(GIVEN_UP, outcome=reason, detail=detail, **more)


@pytest.mark.parametrize(
    ("article", "expected"),
    [
        (WANTED, f"waits: attempt 1 at {at(1)}"),
        (
            replace(
                WANTED,
                attempts=1,
                outcome=ArticleReason.NOT_FETCHED,
                detail="HTTP 503",
                status=503,
            ),
            f"waits: attempt 2 at {at(1)}, last: HTTP 503",
        ),
        (ENDED, f"read at {at(1)} from https://faz.example/1, 2,340 characters"),
        (
            replace(ENDED, outcome=ArticleReason.PAYWALL),
            (
                f"read at {at(1)} from https://faz.example/1, 2,340 characters before "
                "its paywall"
            ),
        ),
        (
            replace(ENDED, characters=0),
            f"read at {at(1)} from https://faz.example/1; its text was forgotten since",
        ),
        (
            failed(ArticleReason.NOT_FETCHED, "timed out"),
            "given up after 5 attempts: timed out",
        ),
        (
            failed(ArticleReason.NOT_FETCHED, "refused", status=403, attempts=1),
            "given up after 1 attempt: refused (HTTP 403)",
        ),
        (failed(ArticleReason.SLOW), "given up after 5 attempts: slow"),
        (
            failed(ArticleReason.ROBOTS, "faz.example/robots.txt asks not to"),
            "not read: its site's robots.txt asks not to",
        ),
        (failed(ArticleReason.PAYWALL), "not read: the page is behind a paywall"),
        (
            failed(ArticleReason.CONSENT, "the page asks for consent first"),
            "not read: the page asks for consent first",
        ),
        (
            failed(ArticleReason.NOT_HTML, "application/pdf, not a page"),
            "not read: it is no web page (application/pdf, not a page)",
        ),
        (
            replace(GIVEN_UP, outcome=None),
            "not read: the entry has no link to a page",
        ),
    ],
)
def test_who_asked_and_how_it_went(article: ArticleView, expected: str) -> None:
    asked = f'asked for by rule waffen ("Aserbaidschans") at {at(0)}'
    assert article_said(article, FEED) == f"{asked}; {expected}"


@pytest.mark.parametrize(
    ("article", "feed", "expected"),
    [
        (None, NEVER, "not asked for: its feed is never read in full"),
        (None, FEED, "not asked for: the entry came before articles were read"),
        (None, None, "not asked for: the entry came before articles were read"),
        (
            ArticleView(WishState.UNWANTED),
            FEED,
            "not asked for: no rule could become true by it that has one of its words",
        ),
        (
            ArticleView(WishState.UNWANTED),
            NEVER,
            "not asked for: its feed is never read in full",
        ),
        (
            ArticleView(WishState.UNWANTED, HoldReason.FIRST_POLL),
            FEED,
            "not asked for: the entry is no news (first_poll)",
        ),
        (
            ArticleView(WishState.UNWANTED, HoldReason.OUTAGE),
            FEED,
            "not asked for: no rule could become true by it that has one of its words",
        ),
        (
            ArticleView(WishState.UNDECIDED),
            FEED,
            "it is decided next whether it is read",
        ),
    ],
)
def test_why_nobody_asked(
    article: ArticleView | None, feed: Feed | None, expected: str
) -> None:
    assert article_said(article, feed) == expected


def test_a_feed_or_a_rule_may_want_every_article() -> None:
    of_feed = replace(WANTED, rule="", reason=WishReason.FEED, words=())
    of_rule = replace(WANTED, reason=WishReason.RULE, words=())
    said = [article_said(one, FEED).split("; ")[0] for one in (of_feed, of_rule)]
    assert said == [
        f"asked for at {at(0)}: its feed is always read in full",
        (
            "asked for by rule waffen, which reads all that could make it true, at "
            f"{at(0)}"
        ),
    ]


def test_only_what_the_article_says_is_quoted() -> None:
    entry = Entry("k", summary="Baku ruft.", article="Es geht um\n Waffen. Mehr nicht.")
    because = (
        Because("summary", "Baku", "Baku", 0, 4),
        Because("article", "Waffen", "Waffen", 12, 18),
    )
    assert quotes(entry, because) == ("Waffen.",)
    assert quotes(entry, because[:1]) == ()
