"""What became of articles, as the database knows it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from store_values import DAY, HOUR, NOW, alerted, entry, new, with_feed

from monitor.model import (
    Article,
    ArticleReason,
    ArticleWish,
    FetchedArticle,
    WishReason,
    WishState,
)
from monitor.store.article_tables import article_texts
from monitor.store.article_views import ArticleView, ArticleViews
from monitor.store.transaction import SqlTransaction
from monitor.store.views import Views
from monitor.store.why_views import WhyViews

WISH = ArticleWish("waffen", WishReason.TERM, ("Baku",))
KEY = "https://faz.example/g:1"
TEXT = "Es geht um Waffen."
FOUND = FetchedArticle(
    Article(ArticleReason.READ, TEXT, language="de", published_at=NOW),
    "https://www.faz.example/final?utm_source=rss",
    status=200,
)
BUSY = FetchedArticle(
    Article(ArticleReason.NOT_FETCHED, detail="HTTP 503"), KEY, again=True, status=503
)


@pytest.fixture
def views(tx: SqlTransaction) -> ArticleViews:
    return ArticleViews(tx._connection)


@pytest.fixture
def why(tx: SqlTransaction) -> WhyViews:
    return WhyViews(Views(tx._connection))


def wanted(tx: SqlTransaction, entry_id: int, key: str = KEY) -> int:
    """Let an entry wait for its article; return the article's id."""
    tx.ask_for_articles([(entry_id, None)])
    article_id = tx.article_for(key, key, "faz.example", NOW).id
    state = WishState.WAITING
    tx.decide_article(entry_id, state, NOW, wish=WISH, article_id=article_id)
    return article_id


def read(tx: SqlTransaction, entry_id: int, *, canonical: str | None = None) -> int:
    """Let an entry's article be read; return its id."""
    article_id = wanted(tx, entry_id)
    tx.end_article(article_id, FOUND, NOW + HOUR, canonical=canonical)
    tx.end_wish(entry_id, WishState.READ)
    tx.note_article(entry_id, FOUND.article, "")
    return article_id


def saved(tx: SqlTransaction) -> int:
    return tx.save_entry(with_feed(tx), new(), NOW)


def test_of_an_entry_nobody_was_asked_about_nothing_is_known(
    tx: SqlTransaction, views: ArticleViews
) -> None:
    assert views.article_of(saved(tx)) == (None, "")


def test_a_decision_is_shown_as_it_comes(
    tx: SqlTransaction, views: ArticleViews
) -> None:
    entry_id = saved(tx)
    tx.ask_for_articles([(entry_id, None)])
    assert views.article_of(entry_id) == (ArticleView(WishState.UNDECIDED), "")

    tx.decide_article(entry_id, WishState.UNWANTED, NOW)
    view = ArticleView(WishState.UNWANTED, decided_at=NOW)
    assert views.article_of(entry_id) == (view, "")


def test_what_waits_says_when_it_is_tried_and_how_it_went(
    tx: SqlTransaction, views: ArticleViews
) -> None:
    entry_id = saved(tx)
    article_id = wanted(tx, entry_id)
    waits = ArticleView(
        WishState.WAITING,
        rule="waffen",
        reason=WishReason.TERM,
        words=("Baku",),
        decided_at=NOW,
        next_attempt_at=NOW,
    )
    assert views.article_of(entry_id) == (waits, "")

    tx.put_off_article(article_id, NOW + HOUR, BUSY)
    assert views.article_of(entry_id)[0] == replace(
        waits,
        attempts=1,
        next_attempt_at=NOW + HOUR,
        outcome=ArticleReason.NOT_FETCHED,
        detail="HTTP 503",
        status=503,
        url=KEY,
    )


def test_what_was_read_has_its_text_until_that_is_forgotten(
    tx: SqlTransaction, views: ArticleViews, why: WhyViews
) -> None:
    entry_id = saved(tx)
    read(tx, entry_id)

    view, text = views.article_of(entry_id)
    assert view is not None
    assert (view.state, view.ended_at) == (WishState.READ, NOW + HOUR)
    assert (view.next_attempt_at, view.characters) == (None, len(TEXT))
    assert text == TEXT
    shown = why.entry(entry_id)
    assert (shown.article, shown.entry.article) == (view, TEXT)

    tx._connection.execute(article_texts.delete())
    assert views.article_of(entry_id) == (replace(view, characters=0), "")


def test_an_entry_is_found_by_the_address_of_its_article(
    tx: SqlTransaction, why: WhyViews
) -> None:
    entry_id = saved(tx)
    read(tx, entry_id, canonical="https://faz.example/own")

    for canonical in (
        "https://faz.example/own",  # what the page calls its own
        "https://faz.example/final",  # where it came from
        KEY,
    ):
        assert why.find(canonical, canonical) == (entry_id,)
    assert why.find("https://faz.example/x", "https://faz.example/x") == ()


def test_an_article_that_is_read_later_is_no_edit(
    tx: SqlTransaction, why: WhyViews
) -> None:
    alert = alerted(tx, new())
    read(tx, alert.entry_id)

    view = why.alert(alert.id)

    assert view is not None
    assert view.article is not None
    assert (view.is_edited, view.article.state) == (False, WishState.READ)


def test_an_alert_of_an_article_is_no_edit(tx: SqlTransaction, why: WhyViews) -> None:
    alert = alerted(tx, new(entry(article=TEXT)))

    view = why.alert(alert.id)

    assert view is not None
    assert (view.is_edited, view.alert.entry.article) == (False, TEXT)


def test_a_day_is_in_figures(tx: SqlTransaction, views: ArticleViews) -> None:
    feed_id = with_feed(tx)
    ids = [tx.save_entry(feed_id, new(entry(f"g:{n}")), NOW) for n in range(4)]
    articles = [wanted(tx, id_, f"https://faz.example/{id_}") for id_ in ids]
    for article_id, found, at in zip(
        articles, (FOUND, FOUND, BUSY), (NOW, NOW - DAY, NOW), strict=False
    ):
        tx.end_article(article_id, found, at, canonical=None)

    found = views.day(NOW + HOUR)

    assert found == {"waiting": 1, "read_24h": 1, "given_up_24h": 1}
