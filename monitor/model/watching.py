"""How the monitor watches itself: what is asked for, and what was seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class HeartbeatSpec:
    """A URL that hears from us while all is well, ``${...}`` unexpanded."""

    url: str
    every: timedelta = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class CanarySpec:
    """How often an entry of our own goes the whole way; None for never.

    `channels` get a message of it; to the others it goes only as far as the outbox.
    """

    every: timedelta | None = timedelta(days=1)
    channels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Watching:
    """What the configuration asks for; `report` is a timetable, "" for none."""

    heartbeat: HeartbeatSpec | None = None
    report: str = ""
    canary: CanarySpec = field(default_factory=CanarySpec)


class RunName(StrEnum):
    """What runs at set times, as it is stored."""

    CANARY = "canary"
    HEARTBEAT = "heartbeat"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class Run:
    """When something that recurs ran last, and was good last.

    `detail` is why it was not good the last time, "" if it was or is under way.
    """

    name: RunName
    ran_at: datetime
    good_at: datetime | None = None
    detail: str = ""


class CanaryStep(StrEnum):
    """The way of an entry; a canary fails at one of these."""

    PARSE = "parse"
    STORE = "store"
    MATCH = "match"
    ALERT = "alert"
    OUTBOX = "outbox"
    CHANNEL = "channel"


class NoBeat(StrEnum):
    """Why no heartbeat is sent."""

    NO_TICK = "the tick has not run"
    POLLS_OVERDUE = "feeds wait to be polled"
    DELIVERIES_OVERDUE = "messages wait to be delivered"
    NO_CANARY = "the canary has not arrived in time"
    CANARY_FAILED = "the canary failed"


@dataclass(frozen=True, slots=True)
class Space:
    """What is free of the volume that the database lies on, in bytes."""

    free: int
    total: int


@dataclass(frozen=True, slots=True)
class LaneQueue:
    """The deliveries of a channel that wait for their turn, not those held."""

    channel: str
    count: int
    oldest_at: datetime


@dataclass(frozen=True, slots=True)
class OpenReport:
    """A trouble that `ops` was told of and that has not ended."""

    key: str
    detail: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Overdue:
    """The oldest of what should have been done by now, None if nothing waits."""

    poll_at: datetime | None = None
    delivery_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ChannelWeek:
    """What a channel delivered; the delays are from first seen to sent."""

    channel: str
    sent: int = 0
    late: int = 0
    dead: int = 0
    median: timedelta | None = None
    p95: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Week:
    """What was stored and sent from `since` to `until`.

    `polls`, `failed` ones and `gaps` (entries may have come and gone unseen) are those
    of whole days (UTC), from that of `since` on. `alerts` counts by rule, `held` by
    reason the alerts that wait now, `stuck` the messages that wait for a channel that
    is broken or gone, `noisy` entries by feed.
    """

    since: datetime
    until: datetime
    polls: int = 0
    failed: int = 0
    gaps: int = 0
    entries: int = 0
    matches: int = 0
    alerts: Mapping[str, int] = field(default_factory=dict)
    held: Mapping[str, int] = field(default_factory=dict)
    stuck: Mapping[str, int] = field(default_factory=dict)
    noisy: Mapping[str, int] = field(default_factory=dict)
    channels: tuple[ChannelWeek, ...] = ()
    feeds: Mapping[str, int] = field(default_factory=dict)
    failing: tuple[str, ...] = ()
