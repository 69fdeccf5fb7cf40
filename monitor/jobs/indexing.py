"""The words of new entries are indexed when nobody waits for it.

Until then a search looks at each of them, so that nothing is missed. A poll stores
fifty entries in the time in which their words can be indexed, and its alerts are not
to wait for that.
"""

from __future__ import annotations

from monitor.ports import Store

_AT_ONCE = 100


class IndexJob:
    """Indexes what is not, a few entries at a time: others have their turn between."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._after = 0

    async def run(self, at_most: int | None = None) -> None:
        """Index until all are, or `at_most` (and a few more).

        Raises:
            StoreError: the last few were not indexed.
        """
        count = 0
        while at_most is None or count < at_most:
            after = self._after
            found = await self._store.transact(
                lambda tx, after=after: tx.index_some(after, _AT_ONCE)  # type: ignore[misc]
            )
            self._after = found.come
            count += found.count
            if found.is_all:
                return
