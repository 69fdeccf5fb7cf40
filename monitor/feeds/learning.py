"""What a poll that went well teaches of its feed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.feeds.address import moved, reader_of
from monitor.feeds.habit import first_habit, learned
from monitor.feeds.holding import dated_at
from monitor.model import (
    Feed,
    FeedState,
    Fetched,
    FetchOutcome,
    HoldReason,
    ParsedFeed,
    Traits,
    Verdict,
    changed,
)

_FEW = 3  # a document of fewer entries turns over without anything being lost
_DELAYS = 20
_BACKDATED = timedelta(days=2)  # its date says nothing of when it appeared


def taught(
    state: FeedState,
    fetched: Fetched,
    parsed: ParsedFeed | None,
    verdicts: Sequence[Verdict],
    *,
    feed: Feed,
    now: datetime,
) -> Traits:
    """Return the traits after a good answer; `state` is from before the poll."""
    traits = moved(state.traits, fetched, feed)
    if fetched.outcome is FetchOutcome.OK:
        traits = changed(traits, source=fetched.url, reader=reader_of(feed))
    if parsed is not None:
        traits = _of_document(traits, parsed)
    if has_gap(state, verdicts):
        traits = replace(traits, gap_at=now)
    fresh_for = fetched.cacheable_for
    return changed(traits, fresh_for=fresh_for, **_of_entries(state, verdicts, now))


def _of_document(traits: Traits, parsed: ParsedFeed) -> Traits:
    return changed(
        traits,
        tier=parsed.tier,
        size=len(parsed.entries),
        min_interval=parsed.min_interval,
        skip_hours=parsed.skip_hours,
        skip_days=parsed.skip_days,
    )


def has_gap(state: FeedState, verdicts: Sequence[Verdict]) -> bool:
    """Say whether entries probably came and went between two polls.

    They did where nothing of a document was known although the last one had entries
    too: it was rolled over, by how much nobody knows.
    """
    if state.succeeded_at is None or min(state.traits.size, len(verdicts)) < _FEW:
        return False
    return all(v.novelty.is_new and not _is_known_again(v) for v in verdicts)


def _is_known_again(verdict: Verdict) -> bool:
    """Say whether the entry is an old one under new names, as in a migration."""
    return verdict.hold is HoldReason.RESET


def _of_entries(
    state: FeedState, verdicts: Sequence[Verdict], now: datetime
) -> dict[str, object]:
    """Return the traits that follow from what was new, by name."""
    traits = state.traits
    new = [verdict.entry for verdict in verdicts if verdict.novelty.is_new]
    dates = [dated_at(entry, now) for entry in new]
    known = [date for date in dates if date is not None]
    if state.succeeded_at is None:
        return {"habit": first_habit(known, now)}
    late = [now - date for date in known if now - date < _BACKDATED]
    delays = (*traits.delays, *(int(wait.total_seconds()) for wait in late))
    return {
        "habit": learned(traits.habit, [date or now for date in dates], now),
        "delays": delays[-_DELAYS:],
    }
