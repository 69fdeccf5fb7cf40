"""The part of a transaction that keeps what was, and forgets what is over."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from monitor.model import FeedDay, Forgotten, RuleVersion


class Keeping(Protocol):
    """What a job may keep of the past, and forget, inside one transaction."""

    def note_day(self, feed_id: int, day: FeedDay) -> None:
        """Add to what is kept of a feed's day; the longest gap stays the longest."""

    def rules_in_history(self) -> Mapping[str, str]:
        """Return the versions of the rules that are in force by the history."""

    def save_rule_history(
        self, begun: Sequence[RuleVersion], ended: Collection[str], now: datetime
    ) -> None:
        """Note that versions came into force, and that those of `ended` are over."""

    def done_at(self, name: str) -> datetime | None:
        """Return when some work was done last, None if it never was."""

    def note_done(self, name: str, now: datetime) -> None:
        """Note that some work is done."""

    def done_works(self, prefix: str) -> Mapping[str, datetime]:
        """Return when each work was done last whose name begins like this."""

    def forget_work(self, name: str) -> None:
        """Forget that some work was ever done."""

    def forget_alerts(self, before: datetime, *, after: int, limit: int) -> Forgotten:
        """Delete alerts made before then, with their messages; look at `limit` of them.

        None that waits, and none whose entry may still be in its feed. The matches
        stay with their entries: the rules do not fire for them again.
        """

    def forget_messages(self, before: datetime, *, after: int, limit: int) -> Forgotten:
        """Delete reports made before then that do not wait; look at `limit`."""

    def forget_entries(self, before: datetime, *, after: int, limit: int) -> Forgotten:
        """Delete entries last seen before then, with keys and words; look at `limit`.

        None that may still be in its feed, and none that an alert tells of.
        """

    def forget_article_texts(
        self, before: datetime | None, space: int, *, limit: int
    ) -> int:
        """Delete texts of articles, the oldest first, at most `limit`; count them.

        They are those read before then, and as many more as take the others beyond
        `space` bytes.
        """

    def forget_articles(self, *, after: int, limit: int) -> Forgotten:
        """Delete articles without a text that no entry wants; look at `limit`."""

    def forget_history(self, before: datetime) -> int:
        """Delete days and versions of rules that were over before then; count them."""
