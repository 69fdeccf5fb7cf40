"""What a poll or a push adds to the record of its feed's day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.feeds import is_failure
from monitor.model import FeedDay, FeedState, Fetched, FetchOutcome


def day_of_poll(
    before: FeedState,
    after: FeedState,
    fetched: Fetched,
    *,
    error: str,
    entries_new: int,
    now: datetime,
) -> FeedDay:
    """Return the day with one poll; `before` and `after` are the states around it."""
    is_bad = is_failure(fetched, error)
    is_same = fetched.outcome is FetchOutcome.NOT_MODIFIED
    last = None if is_bad else before.succeeded_at
    return FeedDay(
        day=now.astimezone(UTC).date(),
        polls=1,
        ok=int(not is_bad and not is_same),
        not_modified=int(is_same),
        failed=int(is_bad),
        entries_new=entries_new,
        longest_gap=timedelta(0) if last is None else max(now - last, timedelta(0)),
        gap_events=int(after.traits.gap_at == now),
    )


def day_of_push(entries_new: int, now: datetime) -> FeedDay:
    """Return the day with one push."""
    day = now.astimezone(UTC).date()
    return FeedDay(day=day, pushes=1, entries_new=entries_new)
