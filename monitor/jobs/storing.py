"""What was got at a price is stored even when the disk is full for a while."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from monitor.errors import StoreError
from monitor.ports import Clock, Journal, Store, Transaction

T = TypeVar("T")

_PAUSE = timedelta(seconds=1)
_SAY_EVERY = 60


async def store_with_patience(
    store: Store,
    work: Callable[[Transaction], T],
    *,
    tries: int,
    clock: Clock,
    journal: Journal,
) -> T:
    """Run `work` in one transaction, again each second until it can be stored.

    Raises:
        StoreError: it could not, for so many tries; nothing was written.
    """
    for left in reversed(range(1, tries)):
        try:
            return await store.transact(work)
        except StoreError as error:
            if (tries - 1 - left) % _SAY_EVERY == 0:
                journal.event("store", level="error", error=str(error))
            await clock.sleep(_PAUSE)
    return await store.transact(work)
