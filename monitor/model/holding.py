"""What holds alerts back on their way to a channel, and for how long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.model.alerts import StoredAlert
from monitor.model.configuration import Priority
from monitor.model.entries import HoldReason


@dataclass(frozen=True, slots=True)
class Hold:
    """Why an alert waits for a channel, and until when at the latest."""

    reason: HoldReason
    until: datetime


@dataclass(frozen=True, slots=True)
class Route:
    """An alert on its way to one channel, where it waits.

    `since` is when its wait for this reason began.
    """

    id: int
    alert: StoredAlert
    channel: str
    hold: Hold
    since: datetime


@dataclass(frozen=True, slots=True)
class RouteWait:
    """What decides how long a route waits on: its rule, channel and priority."""

    id: int
    rule: str
    channel: str
    priority: Priority
    hold: Hold


@dataclass(frozen=True, slots=True)
class Silence:
    """A person's temporary hold: what every field that is set says is held.

    `words` is a query. `ended_at` is when a person ended it before `until`.
    """

    id: int
    until: datetime
    created_at: datetime
    rule: str = ""
    feed: str = ""
    words: str = ""
    author: str = ""
    why: str = ""
    ended_at: datetime | None = None

    def is_in_force(self, now: datetime) -> bool:
        """Say whether it holds alerts now."""
        return self.ended_at is None and now < self.until
