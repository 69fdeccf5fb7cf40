"""What was: the polls of a day, the versions of a rule, what retention took away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta


@dataclass(frozen=True, slots=True)
class FeedDay:
    """What the polls of one feed on one day (UTC) did.

    `ok` brought a document, `not_modified` had nothing new to bring, `failed` are the
    rest; `pushes` come beside the polls. `longest_gap` is the longest time between two
    good answers of which the second came on this day, `gap_events` how often a whole
    document was new, so that entries may have come and gone between two polls.
    """

    day: date
    polls: int = 0
    ok: int = 0
    not_modified: int = 0
    failed: int = 0
    pushes: int = 0
    entries_new: int = 0
    longest_gap: timedelta = timedelta(0)
    gap_events: int = 0


@dataclass(frozen=True, slots=True)
class RuleVersion:
    """A rule as it was in force from `from_at` until `until_at`, None if it still is.

    `version` is the hash that stands in its matches, `text` its YAML, lists included.
    """

    name: str
    version: str
    text: str
    from_at: datetime
    until_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Retention:
    """How long is kept what is over; None is for ever.

    `entries` counts from when an entry was last seen, `alerts` from when one was made,
    `articles` from when one was read; these take at most `article_space` bytes.
    """

    alerts: timedelta | None = timedelta(days=365)
    entries: timedelta | None = timedelta(days=90)
    articles: timedelta | None = timedelta(days=14)
    article_space: int = 200_000_000


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What one step of retention took away.

    `place` is the id after which the next step goes on, None where all was looked at.
    """

    place: int | None
    count: int = 0
