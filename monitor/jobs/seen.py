"""Entries that are still in a document nobody read: it was not modified."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from monitor.model import FeedState, FeedStatus
from monitor.ports import Transaction

_NOTED_EVERY = timedelta(days=1)  # "last seen" is needed to the day


def note_seen(
    tx: Transaction, after: FeedState, now: datetime, *, is_read: bool
) -> FeedState:
    """Return the state with the time when its entries were last noted as seen.

    Entries that were read are noted one by one. Those of a document that stays as it
    was are noted here, together and once a day, or they would count as vanished.
    """
    seen_at = after.traits.seen_at
    if not is_read:
        if after.status is not FeedStatus.OK or seen_at is None:
            return after
        if now - seen_at < _NOTED_EVERY:
            return after
        tx.touch_document(after.id, seen_at - _NOTED_EVERY, now)
    return replace(after, traits=replace(after.traits, seen_at=now))
