"""What one poll decides about the entries of a document."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from monitor.feeds.holding import age_label, holds
from monitor.feeds.recognition import Finding, Memory, recognize
from monitor.feeds.stories import stories
from monitor.model import (
    Entry,
    Feed,
    FeedState,
    HoldReason,
    KnownEntry,
    Novelty,
    Verdict,
)


def decide(
    entries: Sequence[Entry],
    known: Sequence[KnownEntry],
    *,
    state: FeedState,
    feed: Feed,
    now: datetime,
) -> tuple[Verdict, ...]:
    """Return a verdict on each entry of a document, in its order.

    `entries` come from `identify`; `known` are the stored entries of the feed that
    have one of their keys or canonical links; `state` is the feed's before this poll.
    """
    memory = Memory(known)
    findings = recognize(entries, memory)
    new = [found.entry for found in findings if _is_new(found)]
    waits = iter(holds(new, state=state, feed=feed, now=now))
    return tuple(
        _new(found, story, next(waits), now) if _is_new(found) else _old(found, story)
        for found, story in zip(findings, stories(findings, memory, state), strict=True)
    )


def _is_new(found: Finding) -> bool:
    return found.novelty in {Novelty.NEW, Novelty.REUSED}


def _new(found: Finding, story: str, hold: HoldReason | None, now: datetime) -> Verdict:
    return Verdict(
        entry=found.entry,
        novelty=found.novelty,
        fingerprint=found.fingerprint,
        story=story,
        known=found.known,
        hold=hold,
        label=age_label(found.entry, now),
    )


def _old(found: Finding, story: str) -> Verdict:
    """Return the verdict on a known entry: what an edit makes true is news."""
    return Verdict(
        entry=found.entry,
        novelty=found.novelty,
        fingerprint=found.fingerprint,
        story=story,
        known=found.known,
    )
