"""Troubles of feeds on record, and how many entries came on each day."""

from __future__ import annotations

from dataclasses import replace

import pytest
from store_values import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    entry,
    feed,
    new,
    trouble,
    with_feed,
)

from monitor.model import FeedState, Health, Traits, Trouble
from monitor.store.transaction import SqlTransaction
from monitor.store.views import Views


def test_troubles_are_kept_as_they_are(tx: SqlTransaction) -> None:
    first = trouble("faz", Trouble.GAP, detail="", again=2)
    second = trouble("faz", told_at=NOW, ended_at=NOW + HOUR, end_told_at=NOW + DAY)
    other = trouble("dpa")
    tx.save_troubles([first, second, other])
    assert tx.feed_troubles() == (other, second, first)
    assert tx.feed_troubles("dpa") == (other,)
    changed = replace(other, told_at=NOW)
    tx.save_troubles([changed])
    assert tx.feed_troubles("dpa") == (changed,)
    tx.drop_troubles([first, changed])
    assert tx.feed_troubles() == (second,)
    assert Views(tx._connection).feed_troubles() == (second,)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, True),
        ({"told_at": NOW}, False),
        ({"told_at": NOW, "ended_at": NOW}, True),
        ({"told_at": NOW, "ended_at": NOW, "end_told_at": NOW}, False),
    ],
)
def test_begin_and_end_wait_to_be_told(
    tx: SqlTransaction, more: dict[str, object], *, expected: bool
) -> None:
    assert not tx.has_untold_troubles()
    tx.save_troubles([trouble(**more)])
    assert tx.has_untold_troubles() is expected


def saved(tx: SqlTransaction, **more: object) -> FeedState:
    """Save the feed as it is after a poll."""
    tx.sync_feeds([feed()], NOW - DAY)
    (state,) = tx.feed_states()
    times = {"polled_at": NOW - HOUR, "next_poll_at": NOW + HOUR}
    polled = replace(state, **{**times, **more})
    assert tx.save_feed(polled)
    return polled


def test_feed_that_is_being_asked_is_awaited(tx: SqlTransaction) -> None:
    state = saved(tx, next_poll_at=NOW)
    assert not tx.are_awaited(["faz"], NOW, NOW), "nobody asks it yet"
    tx.claim([state.id], NOW, until=NOW + MINUTE)
    assert tx.are_awaited(["dpa", "faz"], NOW, NOW)
    assert not tx.are_awaited(["dpa"], NOW, NOW)
    assert not tx.are_awaited([], NOW, NOW)
    assert not tx.are_awaited(["faz"], NOW, NOW + HOUR), "the claim is over"
    assert not tx.are_awaited(["faz"], NOW - 2 * HOUR, NOW), "it had its turn"


def test_feed_that_is_asked_for_the_first_time_is_awaited(tx: SqlTransaction) -> None:
    state = saved(tx, polled_at=None)
    tx.claim([state.id], NOW, until=NOW + MINUTE)
    assert tx.are_awaited(["faz"], NOW, NOW)


def test_state_of_a_feed_that_was_moved_meanwhile_does_not_count(
    tx: SqlTransaction,
) -> None:
    state = saved(tx)
    tx.sync_feeds([feed(url="https://new.example/")], NOW)
    assert not tx.save_feed(state)


def test_entries_are_counted_by_day(tx: SqlTransaction) -> None:
    views = Views(tx._connection)
    assert views.entries_per_day(NOW, 3) == {}
    health = Health(heard_since=NOW - 60 * HOUR)
    state = saved(tx, traits=Traits(health=health))
    first_poll, hours_ago = 60, (71, 59, 30, 25, 23, 0, -1, 80)
    for n, hours in enumerate((first_poll, *hours_ago)):
        tx.save_entry(state.id, new(entry(f"g:{n}")), NOW - hours * HOUR)
    found = views.entries_per_day(NOW, 3)
    assert found == {"faz": [1, 2, 2]}, "not the first poll, nor what is older or later"


def test_feed_of_which_nothing_is_known_counts_everything(tx: SqlTransaction) -> None:
    tx.save_entry(with_feed(tx), new(), NOW - DAY)
    assert Views(tx._connection).entries_per_day(NOW, 2) == {"faz": [1, 0]}
