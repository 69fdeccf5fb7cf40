"""What one poll decides about the entries of a document."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from monitor.feeds.holding import age_label, holds
from monitor.feeds.identity import identity_in_force
from monitor.feeds.recognition import Finding, Memory, recognize
from monitor.feeds.stories import stories
from monitor.model import (
    Entry,
    Feed,
    FeedState,
    HoldReason,
    KnownEntry,
    Verdict,
)

_BEFORE, _SOME = 2, 100
"""Earlier entries to look at: the last documents of a feed, and a few more."""


def decide(
    entries: Sequence[Entry],
    known: Sequence[KnownEntry],
    *,
    state: FeedState,
    feed: Feed,
    now: datetime,
    earlier: Callable[[int], Sequence[Entry]] = lambda _: (),
) -> tuple[Verdict, ...]:
    """Return a verdict on each entry of a document, in its order.

    `entries` come from `keyed`; `known` are the stored entries of the feed that have
    one of their `sought_keys` or canonical links; `state` is the feed's before this
    poll. `earlier` reads so many of the newest stored entries; it is only asked if
    everything in the document is new.
    """
    memory = Memory(known)
    findings = recognize(entries, memory, identity_in_force(feed, state.traits))
    new = [found.entry for found in findings if found.novelty.is_new]
    is_all = len(new) == len(findings) and state.succeeded_at is not None
    before = earlier(_BEFORE * len(new) + _SOME) if new and is_all else None
    waits = iter(holds(new, state=state, feed=feed, now=now, earlier=before))
    return tuple(
        _new(found, story, next(waits), now)
        if found.novelty.is_new
        else _old(found, story)
        for found, story in zip(findings, stories(findings, memory, state), strict=True)
    )


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
