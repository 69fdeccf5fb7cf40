"""Entries, what a poll decides about them, and the state of their feed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.model.fetching import Validators
from monitor.model.traits import Tier, Traits


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in a feed; every text is plain text as it is matched.

    `article` is the whole text, "" where it was not read.
    `guid` is the publisher's id verbatim, `key` our identity of the entry within
    its feed, `link` the address for people, `canonical_link` the one for comparing.
    """

    key: str
    title: str = ""
    summary: str = ""
    content: str = ""
    guid: str | None = None
    link: str | None = None
    canonical_link: str | None = None
    enclosure: str | None = None
    author: str = ""
    published_at: datetime | None = None
    updated_at: datetime | None = None
    categories: tuple[str, ...] = ()
    language: str = ""
    article: str = ""

    def known_as(self, key: str, canonical_link: str | None) -> Entry:
        """Return the entry with another identity; three times as fast as `replace`."""
        return Entry(
            key,
            self.title,
            self.summary,
            self.content,
            self.guid,
            self.link,
            canonical_link,
            self.enclosure,
            self.author,
            self.published_at,
            self.updated_at,
            self.categories,
            self.language,
            self.article,
        )


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A feed document: what it says of itself, and its entries in its order.

    `min_interval` is the publisher's ttl or sy:updatePeriod; `skip_hours` (GMT,
    0 to 23) and `skip_days` (Monday = 0) are when it asks not to be polled.
    `missing` is how many entries its tags promise that could not be read. `hub` and
    `self_link` are where it says it can be subscribed to, and its own address.
    """

    tier: Tier
    title: str = ""
    link: str | None = None
    language: str = ""
    entries: tuple[Entry, ...] = ()
    min_interval: timedelta | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()
    missing: int = 0
    hub: str | None = None
    self_link: str | None = None


@dataclass(frozen=True, slots=True)
class KnownEntry:
    """An entry that is already stored, as far as identity needs it."""

    id: int
    keys: tuple[str, ...]
    entry: Entry
    fingerprint: str
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """An entry as it is stored, with where it came from and when."""

    id: int
    entry: Entry
    feed: str
    source: str
    story: str
    fingerprint: str
    first_seen_at: datetime
    label: str = ""


class Novelty(StrEnum):
    """What an entry of a document is to what is stored of its feed."""

    NEW = "new"
    EDITED = "edited"  # same key, other fingerprint
    ALIAS = "alias"  # a known entry under a new guid
    REUSED = "reused"  # a known guid on a new entry
    UNCHANGED = "unchanged"

    @property
    def is_new(self) -> bool:
        """Say whether the entry was not known before."""
        return self is Novelty.NEW or self is Novelty.REUSED


class HoldReason(StrEnum):
    """Why an alert or a delivery waits although nothing is wrong with it."""

    FIRST_POLL = "first_poll"
    OUTAGE = "outage"
    OLD_BURST = "old_burst"
    RESET = "reset"  # the feed brought its old entries anew
    SILENCED = "silenced"  # by a person, for a while
    FEW_SOURCES = "few_sources"  # the rule wants more publishers to tell it
    SAME_STORY = "same_story"
    COOLDOWN = "cooldown"  # the rule told something a moment ago
    THROTTLED = "throttled"  # the rule told too much of late
    QUIET_HOURS = "quiet_hours"
    DIGEST = "digest"  # it is told with others, at a set time
    CHANNEL_BROKEN = "channel_broken"
    TOLD_ELSEWHERE = "told_elsewhere"  # its channel failed: the fallback has it
    ORPHANED = "orphaned"

    @property
    def is_for_a_person(self) -> bool:
        """Say whether it is held whole until a person lets it go: nobody was told."""
        return self in {
            HoldReason.FIRST_POLL,
            HoldReason.OUTAGE,
            HoldReason.OLD_BURST,
            HoldReason.RESET,
            HoldReason.SILENCED,
            HoldReason.FEW_SOURCES,
        }

    @property
    def is_no_news(self) -> bool:
        """Say whether it holds what was published long before it was found."""
        return self in {HoldReason.FIRST_POLL, HoldReason.OLD_BURST, HoldReason.RESET}

    @property
    def ends_by_itself(self) -> bool:
        """Say whether it holds an alert back for a channel until a set time."""
        return self in {
            HoldReason.COOLDOWN,
            HoldReason.THROTTLED,
            HoldReason.QUIET_HOURS,
            HoldReason.DIGEST,
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one poll decides about one entry of the document.

    `entry` carries the key under which it is kept (for ALIAS: the new key that
    leads to `known`). `story` is the key of the story it belongs to. `hold` is
    why its alerts wait, None when they may go out. `label` is a remark for the
    message ("dated 12 days ago").
    """

    entry: Entry
    novelty: Novelty
    fingerprint: str
    story: str
    known: KnownEntry | None = None
    hold: HoldReason | None = None
    label: str = ""


class FeedStatus(StrEnum):
    """The state of a feed."""

    OK = "ok"
    FAILING = "failing"
    GONE = "gone"


CLAIM = timedelta(minutes=10)
"""How long a feed that is claimed is let be, should nobody store its poll."""


@dataclass(frozen=True, slots=True)
class FeedState:
    """What is stored about a feed between two polls.

    `polled_at` is the last try, `succeeded_at` the last good answer (304 counts),
    both None before the first. `validators_at` is when the last 200 came.
    `not_before_at` is the end of a Retry-After. `equal_bodies` counts polls in a
    row whose body was the same without a 304. `traits` is what was learned of it.
    """

    id: int
    name: str
    url: str
    title: str = ""
    validators: Validators = Validators()
    validators_at: datetime | None = None
    body_hash: str = ""
    polled_at: datetime | None = None
    succeeded_at: datetime | None = None
    next_poll_at: datetime | None = None
    not_before_at: datetime | None = None
    errors: int = 0
    equal_bodies: int = 0
    status: FeedStatus = FeedStatus.OK
    error: str = ""
    failing_since: datetime | None = None
    traits: Traits = Traits()
