"""What a poll that went well teaches: the habit, and how late entries are seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from feed_memory import FEED, NOW, UNPOLLED, ago, entry

from monitor.feeds.learning import taught
from monitor.model import (
    Entry,
    FeedState,
    Fetched,
    FetchOutcome,
    Novelty,
    ParsedFeed,
    Tier,
    Traits,
    Verdict,
)

OK = Fetched(FetchOutcome.OK, FEED.url, 200)
KNOWN = replace(UNPOLLED, succeeded_at=ago(minutes=10))


def learned(state: FeedState, *entries: Entry) -> Traits:
    verdicts = tuple(Verdict(one, Novelty.NEW, "", "") for one in entries)
    parsed = ParsedFeed(Tier.STRICT, entries=entries)
    return taught(state, OK, parsed, verdicts, feed=FEED, now=NOW)


def test_first_poll_teaches_the_habit_and_no_delay() -> None:
    traits = learned(UNPOLLED, *(entry(published_at=ago(hours=h)) for h in (1, 24, 48)))
    assert traits.habit.days == 2
    assert (traits.delays, traits.size) == ((), 3)


def test_delays_are_those_of_the_latest_dated_entries() -> None:
    old, undated = entry(published_at=ago(days=3)), entry()
    future = entry(published_at=NOW + timedelta(hours=1))
    some = [entry(published_at=ago(seconds=s)) for s in range(30)]
    first = learned(KNOWN, some[5], old, undated, future)
    assert first.delays == (5, 0)
    assert first.habit.entries == 4
    assert learned(KNOWN, *some).delays == tuple(range(10, 30))


def test_known_entries_teach_nothing() -> None:
    known = Verdict(entry(published_at=ago(hours=1)), Novelty.UNCHANGED, "", "")
    traits = taught(KNOWN, OK, None, (known,), feed=FEED, now=NOW)
    assert (traits.delays, traits.habit.entries) == ((), 0.0)
