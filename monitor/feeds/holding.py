"""Which new entries wait, because they are new to us and no news."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from monitor.feeds.familiar import familiar
from monitor.feeds.resets import known_again, no_news
from monitor.model import Entry, Feed, FeedState, HoldReason

_OUTAGE = timedelta(hours=6)
_MISSED_INTERVALS = 3
_OLD = timedelta(days=7)
_BURST = 5  # so many old entries at once are an archive that was opened
_FIRST_FEED = datetime(1990, 1, 1, tzinfo=UTC)  # a date before is a mistake


def holds(
    entries: Sequence[Entry],
    *,
    state: FeedState,
    feed: Feed,
    now: datetime,
    earlier: Sequence[Entry] | None = None,
) -> tuple[HoldReason | None, ...]:
    """Return for each new entry of one poll why its alerts wait, None if they may go.

    `state` is the feed's before the poll. `earlier` are the newest stored entries of
    the feed, given if there is nothing but new ones in the document.
    """
    dates = [dated_at(entry, now) for entry in entries]
    since = state.succeeded_at
    if since is None:
        young = [date is not None and now - date < feed.lookback for date in dates]
        return tuple(None if fine else HoldReason.FIRST_POLL for fine in young)
    reasons: list[tuple[Sequence[bool], HoldReason]]
    known = known_again(familiar(entries, earlier or ()))
    if now - since > max(_OUTAGE, _MISSED_INTERVALS * feed.every):
        before = [date is not None and date < since for date in dates]
        reasons = [(known, HoldReason.RESET), (before, HoldReason.OUTAGE)]
    else:
        reasons = [
            (known, HoldReason.RESET),
            (_burst(dates, now), HoldReason.OLD_BURST),
            (_reset(known, dates, earlier, since), HoldReason.RESET),
        ]
    return tuple(
        next((why for is_held, why in reasons if is_held[place]), None)
        for place in range(len(dates))
    )


def _reset(
    known: Sequence[bool],
    dates: Sequence[datetime | None],
    earlier: Sequence[Entry] | None,
    since: datetime,
) -> Sequence[bool]:
    """Return which entries a reset brought; there is none beside known entries."""
    if earlier is None:
        return known
    newest = max((d for e in earlier if (d := dated_at(e, since))), default=None)
    return no_news(known, dates, since=since, newest=newest)


def _burst(dates: Sequence[datetime | None], now: datetime) -> list[bool]:
    old = [_is_old(date, now) for date in dates]
    return old if sum(old) >= _BURST else [False] * len(old)


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
