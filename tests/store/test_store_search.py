"""Searching: the index of words narrows, and no entry that matches is missed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from alembic import command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, delete, text
from store_values import NOW, again, entry, new, with_feed

from monitor.errors import QueryError
from monitor.jobs.searching import hits
from monitor.matching import compile_query
from monitor.matching.forms import Affix, WordForm
from monitor.matching.narrowing import anchor_keys
from monitor.model import Entry, Indexed, KnownEntry, Novelty
from monitor.store.database import Database, database_path
from monitor.store.migrations.upgrade import configuration
from monitor.store.search_rows import _token, _tokens
from monitor.store.tables import entries, entry_keys, entry_words
from monitor.store.transaction import SqlStore, SqlTransaction
from monitor.text.words import readings

TEXTS = st.text(
    st.sampled_from(
        list("abcäöüßéABÄ ß12.-\u2013/'\u2019:*&+@_\u00ad\u200bИй東京 \n,")
    ),
    max_size=30,
)
WORDS = st.sampled_from(
    [
        "Straße",
        "strasse",
        "Müller",
        "Mueller",
        "EU-Gipfel",
        "EU",
        "Gipfel",
        "AT&T",
        "C++",
        "Scholz'",
        "東京",
        "F-35",
        "3,5",
        "Journalist:innen",
        "@bund",
        "Waffen",
        "Rüstungs-/Waffenlieferungen",
        "U.S.",
        "\u0131",
        "Й",
        "É",
    ]
)
MIXED = st.lists(st.one_of(TEXTS, WORDS), max_size=5).map(" ".join)
OPERATORS = st.sampled_from(["AND", "OR", "AND NOT", "NEAR/2", "ONEAR/9"])
LISTS = {
    "land": ["Straße", "東京", "Waffen Gipfel", "EU-Gipfel NEAR/3 Müller"],
    "alle": ["$land", "*affe*", "Й"],
}
FORMS = {
    "Waffen": (WordForm("Waffe"), WordForm("Waffen", is_capital=True)),
    "Müller": (WordForm("Müller"), WordForm("Müllers")),
    "Gipfel": (WordForm("Gipfel"), WordForm("Gipfels", is_strict=True)),
    "~Gipfel": (
        WordForm("Gipfel"),
        WordForm("gipfel", affix=Affix.SUFFIX),
        WordForm("gipfel", affix=Affix.PREFIX),
    ),
}
TERMS = st.one_of(
    WORDS,
    WORDS.map('"{}"'.format),
    WORDS.map("={}".format),
    WORDS.map("ATLEAST/2 {}".format),
    st.lists(WORDS, min_size=2, max_size=3).map(lambda w: f'"{" ".join(w)}"'),
    st.lists(WORDS, min_size=2, max_size=3).map(lambda w: f'~"{" ".join(w)}"'),
    st.lists(WORDS, min_size=2, max_size=3).map(lambda w: f"2 OF ({', '.join(w)})"),
    st.sampled_from(["*affe*", "EU-Gip*", "~Gipfel", "$land", "$alle", "/.a.f/i"]),
    st.sampled_from(["url:example", "category:EU", "lang:de", "feed:*"]),
)


@st.composite
def queries(draw: st.DrawFn) -> str:
    """Return a query of a few terms."""
    text = draw(TERMS)
    for _ in range(draw(st.integers(0, 3))):
        text = f"({text}) {draw(OPERATORS)} {draw(TERMS)}"
    start = draw(st.sampled_from(["", "", "title:", "author:", "NOT "]))
    return start + f"({text})"


@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(query=queries(), texts=st.lists(st.tuples(MIXED, MIXED, MIXED), max_size=4))
def test_search_finds_what_a_full_scan_finds(
    database: Database, query: str, texts: list[tuple[str, str, str]]
) -> None:
    try:
        compiled = compile_query(query, LISTS, forms=FORMS, bound=True)
    except QueryError:
        return
    keys = anchor_keys(compiled)
    with database._engine.connect() as connection, connection.begin() as transaction:
        tx = SqlTransaction(connection)
        feed_id = with_feed(tx)
        for n, (title, summary, author) in enumerate(texts):
            one = entry(f"g:{n}", title, summary=summary, author=author)
            tx.save_entry(feed_id, new(replace(one, categories=("EU",))), NOW)
            if n % 2:  # the last ones may wait to be indexed
                tx.index_some(0, 9)
        scanned = [hit.stored.id for hit in hits(compiled, tx.all_entries(), {})]
        narrowed = tx.all_entries() if keys is None else tx.entries_with(keys)
        found = [hit.stored.id for hit in hits(compiled, narrowed, {})]
        transaction.rollback()
    assert found == scanned


def before_the_index(url: str) -> None:
    """Make a database of the version before the index, with two entries."""
    path = database_path(url)
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        command.upgrade(configuration(connection), "0002")
        connection.execute(
            text(
                "INSERT INTO feeds (name, url, title, body_hash, errors, equal_bodies,"
                " status, error, active) VALUES ('faz', 'x', '', '', 0, 0, 'ok', '', 1)"
            )
        )
        for n, title in enumerate(("Müller in der Straße", "Ganz anderes")):
            connection.execute(
                text(
                    "INSERT INTO entries (feed_id, key, title, summary, content,"
                    " author, categories, language, fingerprint, story, label,"
                    " first_seen_at, last_seen_at) VALUES (1, :key, :title, '', '', '',"
                    " '[]', '', '', :key, '', '2026-01-05 12:00:00',"
                    " '2026-01-05 12:00:00')"
                ),
                {"key": f"g:{n}", "title": title},
            )
    engine.dispose()


def test_entries_of_a_version_without_the_index_are_found(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/old/monitor.db"
    before_the_index(url)

    upgraded = SqlStore(Database.open(url))
    compiled = compile_query("mueller AND strasse")
    keys = anchor_keys(compiled) or ()
    for is_indexed in (False, True):
        found = upgraded.run(
            lambda tx: [h.stored.id for h in hits(compiled, tx.entries_with(keys), {})]
        )
        assert found == [1], f"indexed: {is_indexed}"
        upgraded.run(lambda tx: tx.index_some(0, 100))
    upgraded.close()


def test_an_entry_that_was_deleted_is_not_found(tx: SqlTransaction) -> None:
    feed_id = with_feed(tx)
    kept, gone = (
        tx.save_entry(feed_id, new(entry(f"g:{n}", "Baku")), NOW) for n in range(2)
    )
    tx.index_some(0, 9)
    for table in (entry_words, entry_keys):
        tx._connection.execute(delete(table).where(table.c.entry_id == gone))
    tx._connection.execute(delete(entries).where(entries.c.id == gone))

    tx.index_some(0, 9)
    assert ids_with(tx, "baku") == [kept]
    later = tx.save_entry(feed_id, new(entry("g:9", "Tiflis")), NOW)
    tx.index_some(0, 9)
    assert ids_with(tx, "tiflis") == [later], "be its id the old one's or not"


def ids_with(tx: SqlTransaction, *keys: str) -> list[int]:
    return [stored.id for stored in tx.entries_with(keys)]


def test_an_edited_entry_is_found_by_its_new_words(tx: SqlTransaction) -> None:
    feed_id = with_feed(tx)
    first = new(entry(title="Baku"))
    entry_id = tx.save_entry(feed_id, first, NOW)
    known = KnownEntry(entry_id, ("g:1",), first.entry, first.fingerprint, NOW)
    edited = again(known, Novelty.EDITED, replace(first.entry, title="Tiflis"))
    tx.save_entry(feed_id, edited, NOW)
    tx.save_entry(feed_id, new(entry("g:2", "Baku")), NOW)
    tx.index_some(0, 9)

    (found,) = tx.entries_with(["tiflis"])

    assert found.entry.title == "Tiflis"


def test_an_entry_that_is_not_indexed_counts_as_found_until_it_is(
    tx: SqlTransaction,
) -> None:
    feed_id = with_feed(tx)
    ids = [tx.save_entry(feed_id, new(entry(f"g:{n}", "Baku")), NOW) for n in range(3)]

    assert ids_with(tx, "tiflis") == sorted(ids, reverse=True)
    assert tx.index_some(0, 2) == Indexed(2, ids[1], is_all=False)
    assert ids_with(tx, "tiflis") == ids[2:]
    assert tx.index_some(ids[1], 9) == Indexed(1, ids[2], is_all=True)
    assert tx.index_some(ids[2], 9) == Indexed(0, ids[2], is_all=True)
    assert ids_with(tx, "tiflis") == []
    assert ids_with(tx, "baku") == sorted(ids, reverse=True)


def test_words_that_were_indexed_by_another_version_are_indexed_again(
    tx: SqlTransaction,
) -> None:
    feed_id = with_feed(tx)
    ids = [tx.save_entry(feed_id, new(entry(f"g:{n}", "Baku")), NOW) for n in range(3)]
    tx.index_some(0, 9)
    tx._connection.exec_driver_sql("UPDATE entry_words SET version = 'older'")

    assert ids_with(tx, "tiflis") == sorted(ids, reverse=True)
    assert tx.index_some(0, 9).count == 3
    assert ids_with(tx, "tiflis") == []
    assert ids_with(tx, "baku") == sorted(ids, reverse=True)


def test_a_search_goes_back_to_a_day_and_looks_at_the_newest_first(
    tx: SqlTransaction,
) -> None:
    feed_id = with_feed(tx)
    for n in range(3):
        when = NOW + timedelta(days=n)
        tx.save_entry(feed_id, new(entry(f"g:{n}", f"Baku {n}")), when)
    since = NOW + timedelta(days=1)

    tx.index_some(0, 9)
    assert [e.entry.title for e in tx.all_entries(since)] == ["Baku 2", "Baku 1"]
    found = [e.entry.title for e in tx.entries_with(["baku"], since)]
    assert found == ["Baku 2", "Baku 1"]
    assert tx.count_entries(since) == 2
    assert tx.count_entries() == 3


def test_many_keys_are_asked_for(tx: SqlTransaction) -> None:
    feed_id = with_feed(tx)
    entry_id = tx.save_entry(feed_id, new(entry(title="Baku C++ AT&T")), NOW)
    tx.save_entry(feed_id, new(entry("g:2", "Tiflis")), NOW)
    tx.index_some(0, 9)

    assert ids_with(tx, *(f"wort{n}" for n in range(2000)), "c++") == [entry_id]
    assert ids_with(tx, "at&t") == [entry_id]


@given(
    st.text(
        "aiInS1 -\u2013/.,:*_@&+'\u2019\"\u201e()?\u2026äÖß\u0301\u00ad\u200b漢ςİ\t",
        max_size=30,
    )
)
@settings(max_examples=300)
def test_an_entry_is_indexed_by_all_its_readings(text: str) -> None:
    found = {key for each in readings(text) for key in each.keys}
    assert set(_tokens(Entry("k", summary=text)).split()) == set(map(_token, found))
