"""Which new entries wait: first polls, outages, and archives that open."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from feed_memory import EVERY, FEED, NOW, SITE, FeedMemory, ago, entry, started

from monitor.model import Entry, HoldReason, Verdict

POLLED_AT = NOW + EVERY  # when a feed that has just been made is polled first


def dated(age: timedelta | None, name: str = "1") -> Entry:
    """Return an entry that is that old at the first poll."""
    return entry(
        name,
        name,
        link=f"{SITE}/{name}",
        published_at=None if age is None else POLLED_AT - age,
    )


def old_ones(count: int, days: int = 30) -> list[Entry]:
    return [dated(timedelta(days=days), f"alt{n}") for n in range(count)]


def holds(verdicts: tuple[Verdict, ...]) -> list[HoldReason | None]:
    return [verdict.hold for verdict in verdicts]


# --- the first poll -----------------------------------------------------------


@pytest.mark.parametrize(
    "age", [timedelta(0), timedelta(days=1), timedelta(hours=-3), None]
)
def test_first_poll_holds_everything(age: timedelta | None) -> None:
    assert holds(FeedMemory().poll(dated(age))) == [HoldReason.FIRST_POLL]


def test_first_poll_without_entries_counts_as_first() -> None:
    assert holds(started().poll(dated(None))) == [None]


@pytest.mark.parametrize(
    ("age", "hold"),
    [
        (timedelta(minutes=59), None),
        (timedelta(minutes=61), HoldReason.FIRST_POLL),
        (timedelta(days=-400), None),
        (None, HoldReason.FIRST_POLL),
    ],
    ids=["young", "old", "in the future", "undated"],
)
def test_lookback_lets_young_entries_through(
    age: timedelta | None, hold: HoldReason | None
) -> None:
    feed = FeedMemory(feed=replace(FEED, lookback=timedelta(hours=1)))
    assert holds(feed.poll(dated(age))) == [hold]


def test_long_lookback_lets_an_archive_through() -> None:
    feed = FeedMemory(feed=replace(FEED, lookback=timedelta(days=60)))
    verdicts = feed.poll(*old_ones(9))
    assert set(holds(verdicts)) == {None}
    assert {v.label for v in verdicts} == {"dated 30 days ago"}


def test_date_of_an_update_stands_in_for_a_missing_one() -> None:
    feed = FeedMemory(feed=replace(FEED, lookback=timedelta(hours=1)))
    updated = replace(dated(None), updated_at=ago(minutes=5))
    assert holds(feed.poll(updated)) == [None]


# --- after an outage ----------------------------------------------------------


def after(
    gap: timedelta, *entries: Entry, every: timedelta = EVERY
) -> list[HoldReason | None]:
    """Return the holds of entries that are first seen after a gap."""
    feed = started(feed=replace(FEED, every=every))
    return holds(feed.poll(*entries, after=gap))


BEFORE_GAP = dated(timedelta(hours=1))
WITHIN_GAP = dated(-timedelta(hours=1))


def test_after_an_outage_what_is_older_waits() -> None:
    undated = dated(None, "undated")
    found = after(
        timedelta(hours=7), BEFORE_GAP, replace(WITHIN_GAP, guid="2"), undated
    )
    assert found == [HoldReason.OUTAGE, None, None]


@pytest.mark.parametrize(
    ("gap", "every", "is_outage"),
    [
        (timedelta(hours=6), EVERY, False),
        (timedelta(hours=6, seconds=1), EVERY, True),
        (timedelta(hours=8), timedelta(hours=3), False),
        (timedelta(hours=9, seconds=1), timedelta(hours=3), True),
    ],
)
def test_outage_is_six_hours_or_three_intervals(
    gap: timedelta, every: timedelta, *, is_outage: bool
) -> None:
    expected = HoldReason.OUTAGE if is_outage else None
    assert after(gap, BEFORE_GAP, every=every) == [expected]


def test_long_outage_holds_no_archive_of_its_own_time() -> None:
    feed = started()
    late = [dated(-timedelta(days=1), f"n{n}") for n in range(9)]
    verdicts = feed.poll(*late, after=timedelta(days=20))
    assert set(holds(verdicts)) == {None}
    assert verdicts[0].label == "dated 19 days ago"


def test_what_was_edited_during_an_outage_is_not_held() -> None:
    feed = started()
    feed.poll(BEFORE_GAP)
    edited = replace(BEFORE_GAP, summary="neu")
    assert holds(feed.poll(edited, after=timedelta(days=2))) == [None]


def test_clock_that_was_set_back_is_no_outage() -> None:
    assert after(-timedelta(days=2), BEFORE_GAP) == [None]


# --- old entries --------------------------------------------------------------


def test_single_old_entry_alerts_and_says_its_age() -> None:
    (verdict,) = started().poll(dated(timedelta(days=12), "Bescheid"))
    assert (verdict.hold, verdict.label) == (None, "dated 12 days ago")


@pytest.mark.parametrize("age", [timedelta(days=6), timedelta(days=-6), None])
def test_entry_of_this_week_has_no_label(age: timedelta | None) -> None:
    (verdict,) = started().poll(dated(age))
    assert (verdict.hold, verdict.label) == (None, "")


def test_date_before_there_were_feeds_is_none() -> None:
    (verdict,) = started().poll(
        entry("1", "T", published_at=datetime(1970, 1, 1, tzinfo=UTC))
    )
    assert (verdict.hold, verdict.label) == (None, "")


def test_burst_of_old_entries_waits_and_the_news_among_them_does_not() -> None:
    verdicts = started().poll(*old_ones(5), dated(timedelta(0), "neu"))
    assert holds(verdicts) == [HoldReason.OLD_BURST] * 5 + [None]


def test_four_old_entries_are_no_burst() -> None:
    assert set(holds(started().poll(*old_ones(4)))) == {None}


def test_known_old_entries_do_not_make_a_burst() -> None:
    feed = started()
    feed.poll(*old_ones(4))
    assert set(holds(feed.poll(*old_ones(8)))) == {None}
