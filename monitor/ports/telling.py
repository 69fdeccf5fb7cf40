"""What a transaction knows of stories: which alerts tell of one event, and who did."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Protocol

from monitor.model import Because, Rule, StoredAlert, StoredEntry, Thread, Verdict


class Telling(Protocol):
    """The part of a transaction that knows which alerts belong together."""

    def note_publisher(self, match_id: int, publisher: str, fingerprint: str) -> None:
        """Note who published the text of a match, and which text that was."""

    def recent_stories(
        self, since: datetime, limit: int
    ) -> tuple[tuple[StoredEntry, str], ...]:
        """Return the entries that began a story since then, with who published them.

        The oldest first, the newest `limit` of them; none that was edited since.
        """

    def first_of_event(self, rule: str, story: str) -> int | None:
        """Return the alert that began the event of which a story tells."""

    def refer(self, alert_id: int, first_id: int) -> None:
        """Note that an alert tells of the event of which the first alert told."""

    def told_of_entry(self, rule: str, entry_id: int) -> StoredAlert | None:
        """Return the alert by which a rule told of an entry, None if none did."""

    def add_edit(
        self,
        told: StoredAlert,
        rule: Rule,
        verdict: Verdict,
        now: datetime,
        *,
        because: Sequence[Because],
        change: str,
        silence_id: int | None = None,
    ) -> StoredAlert | None:
        """Store the alert of an edit of what was told, None if it is there already.

        A silence that is named holds it.
        """

    def thread(self, alert_ids: Sequence[int]) -> Thread:
        """Return what a message of these alerts says of their story."""

    def threaded(self, alert_ids: Sequence[int]) -> AbstractSet[int]:
        """Return those of the alerts of whose thread there is something to say."""

    def few_sources_of(self, alert_id: int) -> tuple[StoredAlert, ...]:
        """Return what waits for more publishers in the thread of an alert."""

    def sources_of_story(self, rule: str, story: str) -> tuple[str, ...]:
        """Return the publishers that told the rule of the event of which a story tells.

        It counts whatever made the rule true: also what is held, and copies.
        """
