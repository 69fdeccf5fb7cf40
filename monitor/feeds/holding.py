"""Which new entries wait, because they are new to us and no news."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from monitor.model import Entry, Feed, FeedState, HoldReason

_OUTAGE = timedelta(hours=6)
_MISSED_INTERVALS = 3
_OLD = timedelta(days=7)
_BURST = 5  # so many old entries at once are an archive that was opened
_FIRST_FEED = datetime(1990, 1, 1, tzinfo=UTC)  # a date before is a mistake


def holds(
    entries: Sequence[Entry], *, state: FeedState, feed: Feed, now: datetime
) -> tuple[HoldReason | None, ...]:
    """Return for each new entry of one poll why its alerts wait, None if they may go.

    `state` is the feed's before the poll.
    """
    dates = [dated_at(entry, now) for entry in entries]
    if state.succeeded_at is None:
        reason, is_news = (
            HoldReason.FIRST_POLL,
            [date is not None and now - date < feed.lookback for date in dates],
        )
    elif now - state.succeeded_at > max(_OUTAGE, _MISSED_INTERVALS * feed.every):
        reason, is_news = (
            HoldReason.OUTAGE,
            [date is None or date >= state.succeeded_at for date in dates],
        )
    else:
        old = [_is_old(date, now) for date in dates]
        reason, is_news = (
            HoldReason.OLD_BURST,
            [sum(old) < _BURST or not is_old for is_old in old],
        )
    return tuple(None if fine else reason for fine in is_news)


def age_label(entry: Entry, now: datetime) -> str:
    """Return ``dated 12 days ago`` for an entry older than a week, else nothing."""
    date = dated_at(entry, now)
    if date is None or not _is_old(date, now):
        return ""
    return f"dated {(now - date).days} days ago"


def dated_at(entry: Entry, now: datetime) -> datetime | None:
    """Return the date of the entry, at most `now`, None if it has no sane one."""
    date = entry.published_at or entry.updated_at
    if date is None or date < _FIRST_FEED:
        return None
    return min(date, now)


def _is_old(date: datetime | None, now: datetime) -> bool:
    return date is not None and now - date > _OLD
