"""What is wrong with a feed, and what is known of its silence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Trouble(StrEnum):
    """What is wrong with a feed; the first ones are the worst."""

    GONE = "gone"  # 410: it is polled no more
    REFUSED = "refused"  # 401 or 403
    NOT_A_FEED = "not_a_feed"  # a page, or a document that cannot be read
    FAILING = "failing"  # for a day
    SILENT = "silent"  # against its own habit
    MOVED = "moved"  # for good: to be written into the configuration
    UNREADABLE = "unreadable"  # in part: some of its entries
    GAP = "gap"  # entries came and went between two polls


@dataclass(frozen=True, slots=True)
class Health:
    """What a feed has now, and how long it may be silent.

    `troubles` are those that are on record. `heard_since` is its first good poll,
    `newest_at` when an entry was new the last time, `longest_gap` the longest time
    without one (an old one counts less and less). From `silent_at` on its silence
    is remarkable, None while too little is known.
    """

    troubles: tuple[Trouble, ...] = ()
    heard_since: datetime | None = None
    newest_at: datetime | None = None
    longest_gap: timedelta = timedelta(0)
    silent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FeedTrouble:
    """A trouble of one feed on record, with what `ops` was told of it.

    `since` is when it began, `noticed_at` when it was seen to be one. `detail` is
    the error, or the new address. `told_at` and `end_told_at` are None until `ops`
    was told. `again` counts how often it came back within a day of its end.
    """

    feed: str
    trouble: Trouble
    host: str
    since: datetime
    noticed_at: datetime
    detail: str = ""
    told_at: datetime | None = None
    ended_at: datetime | None = None
    end_told_at: datetime | None = None
    again: int = 0
