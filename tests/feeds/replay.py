"""A history, replayed into a real database by what the daemon does at each poll."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from feed_memory import FeedMemory
from histories import Snapshot
from house import rule

from monitor.feeds import identify
from monitor.feeds.story_index import StoryIndex
from monitor.jobs.in_force import InForce
from monitor.jobs.recording import PollResult, Reading, record
from monitor.model import (
    ChannelSpec,
    Feed,
    FeedState,
    Fetched,
    FetchOutcome,
    HoldReason,
    Novelty,
    ParsedFeed,
    PollPolicy,
    Settings,
    Tier,
)
from monitor.store.database import Database
from monitor.store.transaction import SqlStore, SqlTransaction

FEED = Feed("news", "https://news.example.org/rss", timedelta(hours=4))
EVERYTHING = rule("everything", "NOT Xyzzyx", feeds=("news",))


@dataclass
class Replay:
    """What came of a history: how often each story was told, and what was held."""

    told: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    novelties: Counter[Novelty] = field(default_factory=Counter)
    resets: list[int] = field(default_factory=list)
    unstable_at: int | None = None

    @property
    def twice(self) -> list[str]:
        """Return the stories that were told more than once."""
        return [story for story, times in self.told.items() if times > 1]

    def missed(self, history: Sequence[Snapshot]) -> list[str]:
        """Return the stories that were neither told nor held with a reason."""
        seen = {entry.language for shot in history for entry in shot.entries}
        return sorted(seen - self.told.keys() - self.held.keys())


def replay(history: Sequence[Snapshot], folder: Path, feed: Feed = FEED) -> Replay:
    """Poll a feed once for each snapshot, with a rule that matches everything."""
    store = SqlStore(Database.open(f"sqlite:///{folder}/monitor.db"))
    try:
        # One transaction for all of it: nothing here depends on what a commit costs.
        return store.run(lambda tx: _polls(tx, history, feed))
    finally:
        store.close()


def remember(history: Sequence[Snapshot], feed: Feed = FEED) -> Replay:
    """Poll as `replay` does, with a dictionary for a database: that is quicker."""
    memory = FeedMemory(feed=feed, now=history[0].at)
    found = Replay()
    for number, shot in enumerate(history):
        verdicts = memory.poll(
            *shot.entries, after=shot.at - memory.now, home=shot.home
        )
        if any(v.hold is HoldReason.RESET for v in verdicts):
            found.resets.append(number)
        if found.unstable_at is None and memory.state.traits.keyed_by_link:
            found.unstable_at = number
    held = [v for v in memory.suppressed if v.hold]
    found.told, found.novelties = memory.named, memory.counts
    found.reasons.update(v.hold.value for v in held if v.hold)
    found.reasons[HoldReason.SAME_STORY.value] += len(memory.suppressed) - len(held)
    found.held.update(v.entry.language for v in held)
    return found


def _polls(tx: SqlTransaction, history: Sequence[Snapshot], feed: Feed) -> Replay:
    settings = Settings(
        "", "", "UTC", PollPolicy(), (ChannelSpec("desk", ("x://",)),), (), (feed,)
    )
    in_force = InForce.of(settings, (EVERYTHING,), {})
    tx.sync_feeds([feed], history[0].at)
    found = Replay()
    for number, shot in enumerate(history):
        (state,) = tx.feed_states()
        result = record(
            tx,
            in_force,
            _reading(state, feed, shot),
            shot.at,
            0.5,
            stories=StoryIndex(),
        )
        _note(found, result, number)
    found.told.update(dict(_rows(tx, _TOLD)))
    found.held.update(dict(_rows(tx, _HELD)))
    return found


_TOLD = """
    SELECT entries.language, count(*) FROM message_alerts
    JOIN alerts ON alerts.id = message_alerts.alert_id
    JOIN entries ON entries.id = alerts.entry_id GROUP BY 1
"""
_HELD = """
    SELECT entries.language, count(*) FROM alerts
    JOIN entries ON entries.id = alerts.entry_id WHERE hold IS NOT NULL GROUP BY 1
"""


def _rows(tx: SqlTransaction, query: str) -> list[tuple[str, int]]:
    return [tuple(row) for row in tx._connection.exec_driver_sql(query)]


def _reading(state: FeedState, feed: Feed, shot: Snapshot) -> Reading:
    """Return what the parser makes of a snapshot."""
    entries = identify(shot.entries, home=shot.home)
    parsed = ParsedFeed(Tier.STRICT, link=shot.home, entries=entries)
    body = str(shot.at).encode()
    fetched = Fetched(FetchOutcome.OK, feed.url, status=200, body=body)
    return Reading(state, feed, fetched, parsed)


def _note(found: Replay, result: PollResult, number: int) -> None:
    found.novelties.update(result.novelties)
    found.reasons.update(result.held)
    if result.held[HoldReason.RESET]:
        found.resets.append(number)
    if found.unstable_at is None and result.after.traits.keyed_by_link:
        found.unstable_at = number
