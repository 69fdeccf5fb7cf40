"""What was learned of a feed: how it publishes, what it asks for, where it lives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.model.health import Health


class Tier(StrEnum):
    """Which parser served a document."""

    STRICT = "strict"
    REPAIRED = "repaired"
    FEEDPARSER = "feedparser"
    JSON = "json"


class Wait(StrEnum):
    """What decided how long a feed is left alone until its next poll."""

    EVERY = "every"  # as configured
    FLOOR = "floor"
    TTL = "ttl"  # the feed's ttl or sy:updatePeriod
    CACHE = "cache"  # Cache-Control or Expires
    EQUAL = "equal"  # served whole, without validators, and always the same
    SELDOM = "seldom"  # it publishes seldom
    SKIP = "skip"  # its skipHours or skipDays
    RETRY_AFTER = "retry_after"
    BACKOFF = "backoff"  # it fails
    GAP = "gap"  # shorter than configured: entries were lost between two polls
    PUSHED = "pushed"  # a hub pushes; polling only makes sure


@dataclass(frozen=True, slots=True)
class Habit:
    """How often a feed publishes, with what is old counting less and less.

    `entries` came in `days`; `hours` says how many of them in each hour of the day
    (UTC), empty where none came. `learned_at` is the end of what was learned from.
    """

    entries: float = 0.0
    days: float = 0.0
    hours: tuple[float, ...] = ()
    learned_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Traits:
    """What is known of a feed beyond its last poll; all of it may be unknown.

    `reader` is what read the last document and how, `source` the address that it
    (and so the validators) came from, `tier` what served it, `size` how many entries
    it had. `min_interval`, `skip_hours` and `skip_days` are its wishes, `fresh_for`
    those of its cache headers.

    `wanted` is the `every` that was in force, `interval` the wait that was chosen,
    and `wait` what decided it. `address` is where the feed lives now, empty while
    that is its configured URL; `moved_to` is where permanent redirects lead since
    `moved_seen` polls, and `formerly` what was given up for it. `gap_at` is when
    entries were last lost between two polls. `delays` are the seconds from
    publication to the database of the latest entries.

    `guid_changes` counts the polls that met known entries under new guids;
    `keyed_by_link` says that the guids were given up for it. `seen_at` is when the
    entries of its document were last noted as seen.
    """

    reader: str = ""
    source: str = ""
    tier: Tier | None = None
    size: int = 0
    min_interval: timedelta | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()
    fresh_for: timedelta | None = None
    wanted: timedelta | None = None
    interval: timedelta | None = None
    wait: Wait | None = None
    habit: Habit = Habit()
    address: str = ""
    moved_to: str = ""
    moved_seen: int = 0
    formerly: tuple[str, ...] = ()
    gap_at: datetime | None = None
    delays: tuple[int, ...] = ()
    health: Health = Health()
    guid_changes: int = 0
    keyed_by_link: bool = False
    seen_at: datetime | None = None
