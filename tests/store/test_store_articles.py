"""Articles in a real database: claimed by host, let be, ended, and found again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest
from store_values import (
    BECAUSE,
    DAY,
    HOUR,
    MINUTE,
    NOW,
    again,
    alerted,
    entry,
    fill,
    new,
    rule,
    with_feed,
)
from test_store_plans import assert_no_scan, explained

from monitor.model import (
    Article,
    ArticleClaim,
    ArticleReason,
    ArticleWish,
    Awaiting,
    FetchedArticle,
    HoldReason,
    Novelty,
    WishReason,
    WishState,
)
from monitor.store.transaction import SqlTransaction

WISH = ArticleWish("waffen", WishReason.TERM, ("Baku",))
HOST = "faz.example"
READ = FetchedArticle(
    Article(ArticleReason.READ, "Erster Absatz.\nZweiter.", language="de"),
    "",
    status=200,
)
BUSY = FetchedArticle(Article(ArticleReason.NOT_FETCHED, detail="HTTP 503"), "")


def stored(tx: SqlTransaction, key: str = "g:1", **more: object) -> int:
    """Save an entry whose article is undecided; return its id."""
    entry_id = tx.save_entry(with_feed(tx), new(entry(key, **more)), NOW)
    tx.ask_for_articles([(entry_id, None)])
    return entry_id


def wanted(
    tx: SqlTransaction, key: str = "g:1", host: str = HOST, now: datetime = NOW
) -> tuple[int, int]:
    """Let an entry wait for its article; return the ids of both."""
    entry_id = stored(tx, key)
    link = f"https://faz.example/{key}"
    article = tx.article_for(link, link, host, now)
    tx.decide_article(
        entry_id, WishState.WAITING, now, wish=WISH, article_id=article.id
    )
    return entry_id, article.id


def claim(
    tx: SqlTransaction, now: datetime = NOW, limit: int = 9, busy: Sequence[str] = ()
) -> tuple[ArticleClaim, ...]:
    return tx.claim_articles(now, until=now + 10 * MINUTE, limit=limit, busy=busy)


def test_what_is_undecided_comes_with_its_hold_the_oldest_first(
    tx: SqlTransaction,
) -> None:
    first, second = stored(tx), stored(tx, "g:2")
    tx.ask_for_articles([(second, HoldReason.OUTAGE)])
    found = tx.undecided(9)
    assert [(one.stored.id, one.hold) for one in found] == [
        (first, None),
        (second, HoldReason.OUTAGE),
    ]
    assert tx.undecided(1) == found[:1]
    tx.decide_article(first, WishState.UNWANTED, NOW)
    assert tx.undecided(9) == found[1:]


def test_of_each_host_one_article_is_claimed_the_longest_due_first(
    tx: SqlTransaction,
) -> None:
    wanted(tx, "g:1", now=NOW - MINUTE)
    wanted(tx, "g:2", now=NOW - HOUR)
    wanted(tx, "g:3", "b.example", now=NOW - DAY)
    wanted(tx, "g:4", "c.example", now=NOW + MINUTE)
    found = claim(tx)
    assert [one.host for one in found] == ["b.example", HOST]
    assert found[1].key == "https://faz.example/g:2"
    assert found[1].wanted_at == NOW - HOUR
    assert [one.key[-3:] for one in claim(tx)] == ["g:1"]


def test_busy_hosts_and_a_limit_are_respected(tx: SqlTransaction) -> None:
    wanted(tx)
    wanted(tx, "g:2", "b.example")
    assert [one.host for one in claim(tx, busy=[HOST])] == ["b.example"]
    assert claim(tx, limit=0) == ()


def test_a_claim_ends_by_itself_or_at_a_start(tx: SqlTransaction) -> None:
    wanted(tx)
    assert len(claim(tx)) == 1
    assert claim(tx, NOW + 9 * MINUTE) == ()
    assert len(claim(tx, NOW + 10 * MINUTE)) == 1
    tx.free_leases()
    assert claim(tx, NOW + 10 * MINUTE) == (), "it was asked a moment ago"
    assert len(claim(tx, NOW + 11 * MINUTE)) == 1


def test_an_attempt_counts_and_a_mere_wait_does_not(tx: SqlTransaction) -> None:
    _, article_id = wanted(tx)
    claim(tx)
    tx.put_off_article(article_id, NOW + HOUR)
    assert claim(tx, NOW + 59 * MINUTE) == ()
    (one,) = claim(tx, NOW + HOUR)
    assert one.attempts == 0
    tx.put_off_article(article_id, NOW + HOUR, BUSY)
    (one,) = claim(tx, NOW + HOUR)
    assert one.attempts == 1


def test_a_pause_of_a_host_binds_it_alone_and_the_longest_counts(
    tx: SqlTransaction,
) -> None:
    wanted(tx)
    wanted(tx, "g:2", "b.example")
    tx.leave_articles_alone([HOST], NOW + 2 * HOUR)
    tx.leave_articles_alone([HOST], NOW + HOUR)
    tx.leave_articles_alone([], NOW + DAY)
    assert [one.host for one in claim(tx)] == ["b.example"]
    assert claim(tx, NOW + 2 * HOUR - MINUTE) != ()  # b.example, its claim is over
    tx.free_leases()
    tx.set_back(DAY, NOW)
    assert HOST in [one.host for one in claim(tx, NOW + MINUTE)]


def test_an_article_is_found_by_its_key_and_by_what_its_page_calls_it(
    tx: SqlTransaction,
) -> None:
    entry_id, article_id = wanted(tx)
    tx.end_article(article_id, READ, NOW, canonical="https://faz.example/own")
    assert tx.awaiting(article_id)[0].stored.id == entry_id
    found = tx.article_for("https://faz.example/own", "x", "x", NOW)
    assert (found.id, found.is_over) == (article_id, True)
    assert found.article == READ.article
    assert tx.article_text(entry_id) == READ.article.text
    assert claim(tx) == ()


def test_what_was_given_up_says_why(tx: SqlTransaction) -> None:
    entry_id, article_id = wanted(tx)
    tx.end_article(article_id, BUSY, NOW, canonical=None)
    found = tx.article_for("https://faz.example/g:1", "x", "x", NOW)
    assert (found.is_over, found.article) == (True, BUSY.article)
    assert tx.article_text(entry_id) == ""


def test_an_entry_takes_from_its_article_what_it_has_not(tx: SqlTransaction) -> None:
    old = NOW - 12 * DAY
    bare, full = stored(tx), stored(tx, "g:2", language="en", published_at=NOW)
    article = Article(ArticleReason.READ, "Text", language="de", published_at=old)
    tx.note_article(bare, article, "dated 12 days ago")
    tx.note_article(full, article, "")
    first, second = (one.stored for one in tx.undecided(9))
    assert (first.entry.language, first.entry.published_at) == ("de", old)
    assert first.label == "dated 12 days ago"
    assert (second.entry.language, second.entry.published_at) == ("en", NOW)
    assert second.label == ""


def test_what_is_dropped_leaves_its_entries_without_an_article(
    tx: SqlTransaction,
) -> None:
    entry_id, article_id = wanted(tx)
    tx.decide_article(entry_id, WishState.UNWANTED, NOW)
    other, _ = wanted(tx)  # waits for the same one
    tx.ask_for_articles([(other, None)])
    tx.drop_article(article_id)
    assert {one.stored.id for one in tx.undecided(9)} == {other}
    again_id = tx.article_for("https://faz.example/g:1", "x", HOST, NOW).id
    assert tx.awaiting(again_id) == (), "an id may be used again: nobody waits for it"


@pytest.mark.parametrize(
    ("link", "canonical", "is_read"),
    [
        ("https://faz.example/g:1", None, True),
        ("https://faz.example/own", "https://faz.example/own", True),
        ("https://faz.example/other", None, False),
        (None, None, False),
    ],
)
def test_an_edited_entry_has_its_article_as_long_as_it_links_to_it(
    tx: SqlTransaction, link: str | None, canonical: str | None, *, is_read: bool
) -> None:
    entry_id, article_id = wanted(tx)
    tx.end_article(article_id, READ, NOW, canonical=canonical)
    (known,) = tx.known_entries(1, ["g:1"], [])
    edited = again(known, Novelty.EDITED, entry(link=link, canonical_link=link))
    tx.save_entry(1, edited, NOW)
    tx.ask_for_articles([(entry_id, None)])
    assert [one.is_read for one in tx.undecided(9)] == [is_read]


def test_what_waits_for_an_article_was_not_read(tx: SqlTransaction) -> None:
    _, article_id = wanted(tx)
    assert [one.is_read for one in tx.awaiting(article_id)] == [False]


def test_an_alert_that_nobody_heard_keeps_the_article_too(tx: SqlTransaction) -> None:
    verdict = new(entry(), HoldReason.FIRST_POLL)
    alert = alerted(tx, verdict)
    _, article_id = wanted(tx, "g:2")
    tx.ask_for_articles([(alert.entry_id, None)])
    tx.decide_article(
        alert.entry_id, WishState.WAITING, NOW, wish=WISH, article_id=article_id
    )
    tx.end_article(article_id, READ, NOW, canonical=None)
    because = tuple(replace(one, field="article") for one in BECAUSE)
    assert tx.add_match(rule(), alert.entry_id, because, NOW) is None
    query = "SELECT kept FROM alerts"
    kept = tx._connection.exec_driver_sql(query).scalar_one()
    assert "Zweiter." in kept


def test_entries_take_their_wishes_along(tx: SqlTransaction) -> None:
    entry_id, article_id = wanted(tx)
    tx._connection.exec_driver_sql(f"DELETE FROM entry_keys WHERE entry_id={entry_id}")  # noqa: S608
    tx._connection.exec_driver_sql(f"DELETE FROM entries WHERE id={entry_id}")  # noqa: S608
    assert tx.awaiting(article_id) == ()
    assert len(claim(tx)) == 1, "whoever claims it finds that nobody wants it"


def test_thousands_that_wait_are_found_by_an_index(tx: SqlTransaction) -> None:
    entry_id, article_id = wanted(tx)
    fill(tx, "articles", 5_000, key="'k' || n", host="'h' || (n % 3)")
    fill(tx, "articles", 5_000, key="'o' || n", state="'read'", canonical="'c' || n")
    fill(tx, "entries", 5_000, key="'g:x' || n", canonical_link="'l' || n")
    fill(tx, "article_wishes", 5_000, entry_id="n + 1", state="'unwanted'")
    tx.leave_articles_alone(["h1"], NOW + HOUR)
    with explained(tx) as plans:
        assert len(claim(tx)) == 3
    small = ("SCAN host_pauses", "SCAN CONSTANT", "SCAN (", "SCAN anon")
    (scan,) = [x for x in plans if x.startswith("SCAN") and not x.startswith(small)]
    assert scan == "SCAN articles USING COVERING INDEX ix_articles_waiting"
    with explained(tx) as plans:
        tx.undecided(50)
        tx.awaiting(article_id)
        tx.article_text(entry_id)
        tx.article_for("c77", "x", "x", NOW)
        tx.leave_articles_alone(["h2"], NOW + HOUR)
        tx.put_off_article(article_id, NOW)
        tx.drop_article(article_id)
    # That index has what is undecided, and nothing else.
    undecided = "SCAN article_wishes USING INDEX ix_article_wishes_undecided"
    assert_no_scan([one for one in plans if one != undecided])


def test_awaiting_is_equal_by_value(tx: SqlTransaction) -> None:
    stored(tx)
    (one,) = tx.undecided(9)
    assert one == Awaiting(one.stored)
