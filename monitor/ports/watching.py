"""What the watch over the monitor itself reads and writes inside one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from monitor.model import (
    DeliveryState,
    Feed,
    FeedState,
    LaneQueue,
    OpenReport,
    Overdue,
    Run,
    RunName,
    Week,
)


class WatchTransaction(Protocol):
    """The part of a transaction that tells how the monitor is doing."""

    def runs(self) -> Mapping[RunName, Run]:
        """Return when each thing that recurs ran last."""

    def save_run(self, run: Run) -> None:
        """Note that something ran."""

    def open_reports(self, prefix: str) -> tuple[OpenReport, ...]:
        """Return the troubles that `ops` knows of, by key, with such keys."""

    def waiting(self) -> tuple[LaneQueue, ...]:
        """Return for each channel what waits for its turn, nothing that is held."""

    def overdue(self, now: datetime) -> Overdue:
        """Return what should have been done by now.

        That a feed waits counts only if none was polled since it was due.
        """

    def dead_since(self, channel: str, since: datetime) -> tuple[int, ...]:
        """Return the alerts whose delivery to a channel died since then."""

    def lend_feed(self, feed: Feed, now: datetime) -> FeedState:
        """Store a feed that is in no configuration; return its state.

        It is for a transaction that is undone.
        """

    def canary_states(
        self, at: datetime
    ) -> Mapping[str, tuple[tuple[DeliveryState, str], ...]]:
        """Return state and reason of each delivery of the canary of `at`, by channel.

        The channel is the one that was meant, wherever the message went.
        """

    def drop_canary(self, at: datetime) -> None:
        """Delete the messages of the canary of `at`, but for what is in flight."""

    def week(self, since: datetime, until: datetime) -> Week:
        """Return what was stored and sent between the two."""
