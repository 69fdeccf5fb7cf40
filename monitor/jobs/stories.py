"""Which story an entry tells: its own, or one that another publisher began.

What matched goes into the index at once, inside the transaction, so that the next one
finds it although both may be committed together. Where that is undone, the index knows
more than the database; no alert is lost by it, for only an alert that is stored takes
copies in: without one, the next entry of the story is told itself.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.alerts.also import also
from monitor.feeds.gist import Gist, gist
from monitor.feeds.publisher import publisher
from monitor.feeds.story_index import StoryIndex
from monitor.feeds.telling import WITHIN
from monitor.model import DigestItem, Feed, HoldReason, Message, StoredAlert, Verdict
from monitor.ports import Transaction


@dataclass(frozen=True, slots=True)
class Placed:
    """An entry with its place among the stories.

    `verdict` has the story to which it belongs; `event` is that of which it tells as
    well, in words of its own, "" if there is none.
    """

    verdict: Verdict
    gist: Gist
    event: str


def place(index: StoryIndex, verdict: Verdict, feed: Feed, now: datetime) -> Placed:
    """Return where an entry that a rule is true of belongs."""
    who = publisher(verdict.entry, feed.url)
    one = gist(verdict.entry, story=verdict.story, who=who, at=now)
    found = index.find(one)
    story = found.same_text or verdict.story
    return Placed(replace(verdict, story=story), one, found.same_event)


def note_alerted(
    tx: Transaction,
    index: StoryIndex,
    placed: Placed,
    alert: StoredAlert,
    match_id: int,
) -> None:
    """Note who published it, let others find its story, and refer to theirs."""
    tx.note_publisher(match_id, placed.gist.publisher, placed.verdict.fingerprint)
    if placed.verdict.story == placed.gist.story:
        index.add(placed.gist)
    if placed.event and alert.hold is not HoldReason.SAME_STORY:
        first_id = tx.first_of_event(alert.rule, placed.event)
        if first_id is not None and first_id != alert.id:
            tx.refer(alert.id, first_id)


def remember_stories(tx: Transaction, index: StoryIndex, now: datetime) -> None:
    """Fill the index with what was told or held in the last two days."""
    for stored, who in tx.recent_stories(now - WITHIN, index.most):
        at = stored.first_seen_at
        index.add(gist(stored.entry, story=stored.story, who=who, at=at))


def with_story(tx: Transaction, message: Message) -> Message:
    """Return the message with what there is to say of its story, and of its items'."""
    if message.items:
        threaded = tx.threaded([i for item in message.items for i in item.alerts])
        items = [_with_thread(tx, item, threaded) for item in message.items]
        return replace(message, items=tuple(items))
    thread = tx.thread(message.alerts)
    return replace(
        message,
        story=thread.story,
        first_alert=thread.first_alert,
        also=also(thread.sources),
        change=thread.change,
    )


def _with_thread(
    tx: Transaction, item: DigestItem, threaded: AbstractSet[int]
) -> DigestItem:
    if threaded.isdisjoint(item.alerts):
        return item
    thread = tx.thread(item.alerts)
    return replace(item, also=also(thread.sources), change=thread.change)
