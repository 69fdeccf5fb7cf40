"""Texts of articles: found with their entries, and forgotten word by word."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import select
from store_values import DAY, HOUR, NOW, again, alerted, entry, new, with_feed
from stored_articles import give_article

from monitor.model import KnownEntry, Novelty, Verdict, WishState
from monitor.store.article_tables import article_texts, article_wishes, articles
from monitor.store.search_rows import _tokens
from monitor.store.tables import WORD_INDEX, entry_words
from monitor.store.transaction import SqlTransaction
from monitor.store.views import Views

PLENTY = 10**9
LINK, OTHER = "https://faz.example/article", "https://faz.example/other"
TEXT = "Der Präsident sprach in Tiflis.\nVon Straße und EU-Gipfel sprach er nicht."


@pytest.fixture
def stored(tx: SqlTransaction) -> Verdict:
    """Return the verdict on entry 1, which is stored and indexed."""
    verdict = new(entry(title="Baku am Montag"))
    tx.save_entry(with_feed(tx), verdict, NOW)
    tx.index_some(0, 9)
    return verdict


def ids_with(tx: SqlTransaction, *keys: str) -> list[int]:
    return [stored.id for stored in tx.entries_with(keys)]


def rows_of(tx: SqlTransaction, table: str) -> int:
    query = f"SELECT count(*) FROM {table}"  # noqa: S608 - our own names
    return int(tx._connection.exec_driver_sql(query).scalar_one())


def in_index(tx: SqlTransaction) -> Counter[str]:
    """Return in how many rows of the index each token is, which must be sound."""
    check = f"INSERT INTO {WORD_INDEX} ({WORD_INDEX}) VALUES ('integrity-check')"  # noqa: S608
    tx._connection.exec_driver_sql(check)
    tx._connection.exec_driver_sql(
        "CREATE VIRTUAL TABLE IF NOT EXISTS temp.vocabulary"
        f" USING fts5vocab(main, {WORD_INDEX}, row)"
    )
    found = tx._connection.exec_driver_sql("SELECT term, doc FROM vocabulary")
    return Counter(dict(found.all()))


def tokens(*texts: str) -> Counter[str]:
    """Return in how many of the texts each token is, as the index writes it."""
    found = Counter[str]()
    for text in texts:
        words = _tokens(replace(entry(), title=text)).split()
        found.update({word.lower() for word in words})
    return found


def forget(
    tx: SqlTransaction, before: datetime | None = None, space: int = PLENTY
) -> int:
    return tx.forget_article_texts(before, space, limit=50)


def edited(tx: SqlTransaction, first: Verdict, title: str) -> None:
    """Let the publisher edit entry 1, as a poll would store it."""
    known = KnownEntry(1, ("g:1",), first.entry, first.fingerprint, NOW)
    verdict = again(known, Novelty.EDITED, replace(first.entry, title=title))
    tx.save_entry(1, verdict, NOW)
    tx.ask_for_articles([(1, None)])


@pytest.mark.usefixtures("stored")
def test_an_entry_is_found_by_its_article_and_has_its_text(tx: SqlTransaction) -> None:
    tx.save_entry(1, new(entry("g:2", "Baku am Dienstag")), NOW)
    tx.index_some(1, 9)
    give_article(tx, 1, TEXT, NOW)

    (found,) = tx.entries_with(["tiflis"])
    assert (found.id, found.entry.article) == (1, TEXT)
    assert [one.entry.article for one in tx.all_entries()] == ["", TEXT]
    (row,) = tx._connection.execute(select(article_texts))
    assert row.size == len(row.text)


def test_an_entry_that_waits_has_no_article_yet(
    tx: SqlTransaction, stored: Verdict
) -> None:
    give_article(tx, 1, TEXT, NOW)
    edited(tx, stored, "Baku am Dienstag")

    (one,) = tx.undecided(9)

    assert one.stored.entry.article == ""


def test_an_edited_entry_is_still_found_by_its_article(
    tx: SqlTransaction, stored: Verdict
) -> None:
    give_article(tx, 1, TEXT, NOW)
    edited(tx, stored, "Baku am Dienstag")
    tx.end_wish(1, WishState.READ)

    (found,) = tx.entries_with(["tiflis"])
    assert found.entry.title == "Baku am Dienstag"
    assert found.entry.article == TEXT
    (wish,) = tx._connection.execute(select(article_wishes))
    assert (wish.state, wish.rule) == (WishState.READ, "waffen"), "as it was"


def test_an_article_that_was_wanted_again_is_indexed_once(
    tx: SqlTransaction, stored: Verdict
) -> None:
    give_article(tx, 1, TEXT, NOW)
    edited(tx, stored, "Baku am Montag")
    give_article(tx, 1, "", NOW)

    rows = tx._connection.execute(select(entry_words.c.article_id)).scalars()
    assert sorted(rows, key=bool) == [None, None, 1]


@pytest.mark.usefixtures("stored")
def test_articles_indexed_by_another_version_are_indexed_again(
    tx: SqlTransaction,
) -> None:
    give_article(tx, 1, TEXT, NOW)
    tx.save_entry(1, new(entry("g:2", "Sport")), NOW)
    tx._connection.exec_driver_sql("UPDATE entry_words SET version = 'older'")

    assert ids_with(tx, "kultur") == [2, 1], "nobody knows what they say"
    tx.index_some(0, 9)
    assert ids_with(tx, "kultur") == []
    assert ids_with(tx, "tiflis") == [1]


def test_the_article_alone_may_wait_to_be_indexed_again(
    tx: SqlTransaction, stored: Verdict
) -> None:
    give_article(tx, 1, TEXT, NOW)
    tx._connection.exec_driver_sql("UPDATE entry_words SET version = 'older'")
    edited(tx, stored, "Sport")

    assert ids_with(tx, "kultur") == [1]
    assert tx.index_some(0, 9).count == 0
    assert ids_with(tx, "kultur") == []
    assert ids_with(tx, "tiflis") == [1]


@pytest.mark.usefixtures("stored")
def test_a_forgotten_text_takes_its_words_with_it(tx: SqlTransaction) -> None:
    tx.save_entry(1, new(entry("g:2", "Tiflis")), NOW)
    tx.index_some(1, 9)
    give_article(tx, 1, TEXT, NOW)
    give_article(tx, 2, TEXT, NOW)
    both = tokens("Baku am Montag", "Tiflis", TEXT, TEXT)
    assert in_index(tx) == both

    assert forget(tx, NOW) == 0, "it was not read before then"
    assert forget(tx, NOW + HOUR) == 1

    assert in_index(tx) == tokens("Baku am Montag", "Tiflis")
    assert ids_with(tx, "tiflis") == [2]
    assert [one.entry.article for one in tx.all_entries()] == ["", ""]
    assert rows_of(tx, "article_texts") == 0


def test_each_text_of_an_entry_is_taken_out_as_it_was_put_in(
    tx: SqlTransaction, stored: Verdict
) -> None:
    give_article(tx, 1, TEXT, NOW)
    edited(tx, stored, "Baku am Montag")
    give_article(tx, 1, "Ein anderer Text über Gandscha.", NOW, link=OTHER)

    assert forget(tx, NOW + HOUR) == 2

    assert in_index(tx) == tokens("Baku am Montag", "Baku am Montag")


@pytest.mark.usefixtures("stored")
def test_a_forgotten_entry_takes_the_words_of_its_article_with_it(
    tx: SqlTransaction,
) -> None:
    give_article(tx, 1, TEXT, NOW)
    tx.save_entry(1, new(entry("g:2", "Sport")), NOW + DAY)
    tx.index_some(1, 9)
    tx.sync_feeds([], NOW + DAY)

    assert tx.forget_entries(NOW + HOUR, after=0, limit=50).count == 1

    assert in_index(tx) == tokens("Sport")
    for table in ("article_wishes", "entries"):
        assert rows_of(tx, table) == (table == "entries")
    assert rows_of(tx, "article_texts") == 1, "another entry may have this article"


def test_an_alert_keeps_the_article_that_is_forgotten(tx: SqlTransaction) -> None:
    alert = alerted(tx, new(entry(article=TEXT)))
    give_article(tx, alert.entry_id, TEXT, NOW)

    assert forget(tx, NOW + HOUR) == 1

    kept = Views(tx._connection).alert(alert.id)
    assert kept is not None
    assert kept.entry.article == TEXT


@pytest.mark.usefixtures("stored")
def test_an_article_that_nobody_wants_goes_when_its_text_is_gone(
    tx: SqlTransaction,
) -> None:
    read = give_article(tx, 1, TEXT, NOW)
    waiting = tx.article_for(OTHER, OTHER, "faz.example", NOW).id

    def forget_articles() -> int:
        return tx.forget_articles(after=0, limit=9).count

    def left() -> list[int]:
        query = select(articles.c.id).order_by(articles.c.id)
        return list(tx._connection.execute(query).scalars())

    assert forget_articles() == 0
    tx._connection.execute(article_wishes.delete())
    assert forget_articles() == 0
    assert forget(tx, NOW + HOUR) == 1
    assert left() == [read, waiting]
    assert tx.forget_articles(after=0, limit=9).place == waiting
    assert left() == [waiting], "it may be under way"
    assert tx.forget_articles(after=waiting, limit=9).place is None


def test_the_oldest_texts_go_that_take_the_others_beyond_their_room(
    tx: SqlTransaction,
) -> None:
    feed_id = with_feed(tx)
    for n in range(5):
        one = new(entry(f"g:{n}", "Baku"))
        entry_id = tx.save_entry(feed_id, one, NOW)
        link = f"https://faz.example/{n}"
        give_article(tx, entry_id, f"Text {n}", NOW - n * HOUR, link=link)
    kept = select(article_texts.c.size).order_by(article_texts.c.read_at)
    *_, last, newest = tx._connection.execute(kept).scalars()

    assert tx.forget_article_texts(None, last + newest, limit=2) == 2
    assert tx.forget_article_texts(None, last + newest, limit=2) == 1
    assert tx.forget_article_texts(None, last + newest, limit=2) == 0

    texts = {stored.entry.article for stored in tx.all_entries()} - {""}
    assert texts == {"Text 0", "Text 1"}
    assert tx.forget_article_texts(None, last + newest - 1, limit=2) == 1


@pytest.mark.usefixtures("stored")
def test_an_article_whose_text_is_forgotten_is_read_again_when_it_is_wanted(
    tx: SqlTransaction,
) -> None:
    read = give_article(tx, 1, TEXT, NOW)
    forget(tx, NOW + HOUR)
    later = NOW + 20 * DAY
    tx.save_entry(1, new(entry("g:2", "Baku am Dienstag")), later)

    assert give_article(tx, 2, TEXT, later) == read

    assert [one.entry.article for one in tx.all_entries()] == [TEXT, TEXT]
    assert tx.article_for(LINK, LINK, "faz.example", later).is_over
    assert ids_with(tx, "tiflis") == [2, 1]
