"""Entries: kept once, found by any of their keys and by their link."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from store_values import (
    DAY,
    HOUR,
    NOW,
    again,
    allow_few_values,
    entry,
    feed,
    fill,
    new,
    with_feed,
)

from monitor.feeds import decide
from monitor.model import Entry, KnownEntry, Novelty, Verdict
from monitor.store.transaction import SqlTransaction


@pytest.fixture
def feed_id(tx: SqlTransaction) -> int:
    return with_feed(tx)


def known(tx: SqlTransaction, feed_id: int, *keys: str) -> KnownEntry:
    (found,) = tx.known_entries(feed_id, keys, ())
    return found


def test_an_entry_comes_back_as_it_was(tx: SqlTransaction, feed_id: int) -> None:
    whole = Entry(
        key="g:tag:faz.net,2026:1",
        title="Größe 🚀\x00 „Waffen“",
        summary="Zusammenfassung",
        content="Inhalt\nzweite Zeile",
        guid="tag:faz.net,2026:1",
        link="https://www.faz.net/1?utm_source=rss",
        canonical_link="http://faz.net/1",
        enclosure="https://faz.net/1.mp3",
        author="A. B.",
        published_at=NOW - DAY,
        updated_at=NOW,
        categories=("Politik", "Ausland"),
        language="de",
    )

    entry_id = tx.save_entry(feed_id, new(whole), NOW)

    assert known(tx, feed_id, whole.key) == KnownEntry(
        entry_id, (whole.key,), whole, f"mark of {whole.title}", NOW
    )
    by_link = tx.known_entries(feed_id, (), ["http://faz.net/1"])
    assert by_link == tx.known_entries(feed_id, [whole.key], ["http://faz.net/1"])


def test_times_are_utc_on_both_sides(tx: SqlTransaction, feed_id: int) -> None:
    berlin = datetime(2026, 1, 5, 13, tzinfo=timezone(timedelta(hours=1)))
    tx.save_entry(feed_id, new(entry(published_at=berlin)), NOW)

    at = known(tx, feed_id, "g:1").entry.published_at

    assert at == NOW
    assert at is not None
    assert at.tzinfo is UTC


def test_feeds_do_not_share_entries(tx: SqlTransaction, feed_id: int) -> None:
    tx.save_entry(feed_id, new(), NOW)
    other = with_feed(tx, "dpa")

    assert tx.known_entries(other, ["g:1"], [entry().canonical_link or ""]) == ()
    tx.save_entry(other, new(entry(title="another")), NOW)
    assert known(tx, other, "g:1").entry.title == "another"
    assert known(tx, feed_id, "g:1").entry == entry()


def test_an_edited_entry_keeps_its_id_and_key(tx: SqlTransaction, feed_id: int) -> None:
    entry_id = tx.save_entry(feed_id, new(), NOW)
    before = known(tx, feed_id, "g:1")
    edited = entry(title="Baku liefert keine Waffen")

    saved = tx.save_entry(feed_id, again(before, Novelty.EDITED, edited), NOW + HOUR)

    assert saved == entry_id
    after = known(tx, feed_id, "g:1")
    assert after.entry == edited
    assert after.fingerprint != before.fingerprint
    assert after.last_seen_at == NOW + HOUR


def test_an_alias_leads_to_the_entry_under_both_keys(
    tx: SqlTransaction, feed_id: int
) -> None:
    tx.save_entry(feed_id, new(), NOW)
    before = known(tx, feed_id, "g:1")
    renamed = entry("g:2", link=before.entry.link)

    tx.save_entry(feed_id, again(before, Novelty.ALIAS, renamed), NOW)

    after = known(tx, feed_id, "g:2")
    assert after == known(tx, feed_id, "g:1")
    assert after.keys == ("g:1", "g:2")
    assert (after.entry.key, after.entry.guid) == ("g:1", "2")


@pytest.mark.parametrize("guid", ["daily", "daily#top", "a#b#2"])
def test_a_reused_guid_leads_to_the_newest_of_its_entries(
    tx: SqlTransaction, feed_id: int, guid: str
) -> None:
    base = f"g:{guid}"
    ids = [tx.save_entry(feed_id, new(entry(base, guid=guid)), NOW)]
    for use in (2, 3):
        before = known(tx, feed_id, base)
        assert before.id == ids[-1]
        one = entry(f"{base}#{use}", title=f"use {use}", guid=guid)
        ids.append(tx.save_entry(feed_id, again(before, Novelty.REUSED, one), NOW))

    newest = known(tx, feed_id, base)

    assert newest.id == ids[2]
    assert newest.keys == (base, f"{base}#3")
    assert newest.entry.title == "use 3"
    assert known(tx, feed_id, f"{base}#2").id == ids[1]
    assert len(set(ids)) == 3


def test_an_edit_does_not_take_a_key_from_a_newer_entry(
    tx: SqlTransaction, feed_id: int
) -> None:
    """The first bearer of a reused guid is edited under the alias that it has."""
    tx.save_entry(feed_id, new(entry("g:a")), NOW)
    first = known(tx, feed_id, "g:a")
    tx.save_entry(feed_id, again(first, Novelty.ALIAS, entry("g:b")), NOW)
    second = entry("g:a#2", title="second")
    second_id = tx.save_entry(feed_id, again(first, Novelty.REUSED, second), NOW)

    edited = again(known(tx, feed_id, "g:b"), Novelty.EDITED, entry("g:a", "edited"))
    tx.save_entry(feed_id, edited, NOW)

    assert known(tx, feed_id, "g:a").id == second_id
    assert known(tx, feed_id, "g:b").entry.title == "edited"


def poll(tx: SqlTransaction, feed_id: int, *document: Entry) -> list[Novelty]:
    """Take a document in as a poll does; return what its entries were."""
    state = replace(tx.feed_states()[0], polled_at=NOW, succeeded_at=NOW)
    keys = {one.key for one in document}
    links = {one.canonical_link for one in document if one.canonical_link}
    found = tx.known_entries(feed_id, keys, links)
    verdicts: tuple[Verdict, ...] = decide(
        document, found, state=state, feed=feed(), now=NOW
    )
    for verdict in verdicts:
        if verdict.novelty is not Novelty.UNCHANGED:
            tx.save_entry(feed_id, verdict, NOW)
    return [verdict.novelty for verdict in verdicts]


def test_a_daily_briefing_under_one_guid_is_new_each_day_and_only_once(
    tx: SqlTransaction, feed_id: int
) -> None:
    def briefing(day: int, words: str) -> Entry:
        link = f"https://faz.example/{day}"
        at = NOW + day * DAY
        return entry(
            "g:daily",
            title=words,
            guid="daily",
            link=link,
            canonical_link=link,
            published_at=at,
        )

    days = [
        briefing(0, "Regierung berät lange über neue Waffen für den Süden des Landes"),
        briefing(1, "Hafen von Odessa brennt nach einem Angriff in der letzten Nacht"),
        briefing(2, "Preise steigen weiter weil Erdgas knapp wird sagt jeder Händler"),
    ]

    novelties = [poll(tx, feed_id, one) for one in days for _ in range(2)]

    new_day = [[Novelty.REUSED], [Novelty.UNCHANGED]]
    assert novelties == [[Novelty.NEW], [Novelty.UNCHANGED], *new_day, *new_day]


def test_only_the_newest_entries_of_a_link_are_looked_at(
    tx: SqlTransaction, feed_id: int
) -> None:
    """A feed whose entries all link to its home page is not read whole."""
    home = "http://faz.example/"
    tx.save_entry(feed_id, new(entry(canonical_link=home)), NOW)
    fill(tx, "entries", 2_000, key="'g:' || n")

    found = tx.known_entries(feed_id, (), [home])

    assert len(found) == 500
    assert min(one.id for one in found) > 1_500


def test_a_document_of_any_size_is_compared(tx: SqlTransaction, feed_id: int) -> None:
    allow_few_values(tx)
    for n in range(3):
        tx.save_entry(feed_id, new(entry(f"g:{n}")), NOW)
    keys = [f"g:{n}" for n in range(2_000)]
    links = [f"https://faz.example/g:{n}" for n in range(2_000)]

    assert len(tx.known_entries(feed_id, keys, links)) == 3
    assert tx.known_entries(feed_id, (), ()) == ()


def test_being_seen_is_noted_to_the_day(tx: SqlTransaction, feed_id: int) -> None:
    ids = [tx.save_entry(feed_id, new(entry(f"g:{n}")), NOW) for n in range(3)]

    tx.touch_entries([], NOW + 2 * DAY)
    tx.touch_entries(ids, NOW + HOUR)
    assert known(tx, feed_id, "g:0").last_seen_at == NOW

    tx.touch_entries(ids[:2], NOW + 2 * DAY)
    seen = [one.last_seen_at for one in tx.known_entries(feed_id, _THREE, ())]
    assert seen == [NOW + 2 * DAY, NOW + 2 * DAY, NOW]


_THREE = ("g:0", "g:1", "g:2")


def test_a_key_of_any_characters_is_found_again(tx: SqlTransaction) -> None:
    feed_id = with_feed(tx)
    keys = ["g:a\0b", "g:", "g:'\"\\", "g:\U0001f600", "g:\ufffe"]
    tx.save_entries(feed_id, [new(entry(key)) for key in keys], NOW)

    for key in keys:
        assert len(tx.known_entries(feed_id, [key], ())) == 1


def test_latest_entries_are_those_that_were_stored_last(
    tx: SqlTransaction, feed_id: int
) -> None:
    other = with_feed(tx, "taz")
    for number in range(4):
        tx.save_entries(feed_id, [new(entry(f"g:{number}"))], NOW)
        tx.save_entries(other, [new(entry(f"g:{number + 10}"))], NOW)
    found = tx.latest_entries(feed_id, 2)
    assert {one.key for one in found} == {"g:2", "g:3"}
    assert len(tx.latest_entries(feed_id, 100)) == 4


def test_entries_of_a_document_are_noted_as_seen_together(
    tx: SqlTransaction, feed_id: int
) -> None:
    tx.save_entries(feed_id, [new(entry("g:gone"))], NOW - 2 * DAY)
    tx.save_entries(feed_id, [new(entry("g:there"))], NOW)
    tx.save_entries(with_feed(tx, "taz"), [new(entry("g:elsewhere"))], NOW)
    tx.touch_document(feed_id, NOW - DAY, NOW + DAY)
    found = tx.known_entries(feed_id, {"g:gone", "g:there"}, ())
    assert [one.last_seen_at for one in found] == [NOW - 2 * DAY, NOW + DAY]
