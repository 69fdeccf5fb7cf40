"""What a transaction knows of alerts on their way to channels, and of silences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from monitor.model import (
    EVERYTHING,
    HeldQuery,
    Hold,
    HoldReason,
    Route,
    RouteWait,
    Silence,
    StoredAlert,
)


class Routing(Protocol):
    """The part of a transaction between alerts and the outbox."""

    def add_route(
        self,
        alert: StoredAlert,
        channel: str,
        now: datetime,
        *,
        hold: Hold | None = None,
        message_id: int | None = None,
    ) -> None:
        """Note that the alert waits for a channel, or is told to it in a message."""

    def told_at(
        self, rule: str, channel: str, since: datetime, most: int
    ) -> tuple[datetime, ...]:
        """Return when the rule told the channel after `since`, the newest first."""

    def waits_until(
        self, rule: str, channel: str, reason: HoldReason
    ) -> datetime | None:
        """Return until when the rule's alerts wait for the channel, None if none do."""

    def note_told(
        self, alert_ids: Sequence[int], channel: str, message_id: int, now: datetime
    ) -> None:
        """Note that a message tells the channel of the alerts; they wait no longer."""

    def postpone(self, route_ids: Sequence[int], hold: Hold, now: datetime) -> None:
        """Let routes wait on, for another reason or until another time."""

    def waits(self) -> tuple[RouteWait, ...]:
        """Return everything that waits, the oldest first."""

    def waits_over(self, now: datetime) -> tuple[RouteWait, ...]:
        """Return the waits that are over, the oldest first."""

    def routes(self, route_ids: Sequence[int]) -> tuple[Route, ...]:
        """Return these routes, which wait, the oldest first."""

    def held_ids(self, query: HeldQuery) -> tuple[int, ...]:
        """Return the ids of the alerts meant that are held, whole or for a channel."""

    def waiting_routes(self, query: HeldQuery) -> tuple[Route, ...]:
        """Return the routes that wait, of the alerts that are meant."""

    def waiting_counts(self, query: HeldQuery = EVERYTHING) -> Mapping[str, int]:
        """Return how many of the alerts meant wait for a channel, by reason."""

    def add_silence(self, silence: Silence) -> int:
        """Store a silence; return its id."""

    def silences(self, now: datetime | None = None) -> tuple[Silence, ...]:
        """Return the silences in force at `now`, all that ever were without it."""

    def end_silence(self, silence_id: int, now: datetime) -> bool:
        """End a silence; say whether it was in force."""

    def ended_silences(self, now: datetime) -> tuple[Silence, ...]:
        """Return the silences that ended and were not told of; they count as told."""

    def silenced_counts(self) -> Mapping[int, int]:
        """Return how many alerts each silence holds still."""
