"""The entries of one document, stored together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby

from sqlalchemy import insert
from sqlalchemy.dialects.sqlite import insert as upsert

from monitor.model import Novelty, Verdict
from monitor.store import rows
from monitor.store.feed_rows import FeedRows
from monitor.store.prepared import Prepared, driver
from monitor.store.search_rows import index_all
from monitor.store.tables import entries, entry_keys

_ENTRY = Prepared(insert(entries), [c.name for c in entries.c])
_lead = upsert(entry_keys)
_LEAD = Prepared(
    _lead.on_conflict_do_update(
        index_elements=["feed_id", "key"], set_={"entry_id": _lead.excluded.entry_id}
    ),
    ["feed_id", "key", "entry_id"],
)
_LAST_ID = "SELECT coalesce(max(id), 0) FROM entries"


class EntryRows(FeedRows):
    """The part of a transaction that writes the entries of a document."""

    def save_entries(
        self, feed_id: int, verdicts: Sequence[Verdict], now: datetime
    ) -> list[int]:
        """Store new, edited and re-keyed entries; return their ids, in their order."""
        ids: list[int] = []
        for is_new, some in groupby(verdicts, _is_new):
            if is_new:
                ids += self._insert_entries(feed_id, list(some), now)
            else:
                ids += [self.save_entry(feed_id, each, now) for each in some]
        return ids

    def _insert_entries(
        self, feed_id: int, verdicts: Sequence[Verdict], now: datetime
    ) -> Sequence[int]:
        # Nobody else writes in this transaction, so that the next ids are ours.
        (last,) = driver(self._connection).execute(_LAST_ID).fetchone()
        ids = range(last + 1, last + 1 + len(verdicts))
        numbered = list(zip(ids, verdicts, strict=True))
        _ENTRY.insert(self._connection, _entry_rows(feed_id, numbered, now))
        _LEAD.insert(
            self._connection,
            (
                {"feed_id": feed_id, "key": verdict.entry.key, "entry_id": entry_id}
                for entry_id, verdict in numbered
            ),
        )
        index_all(self._connection, [(n, verdict.entry) for n, verdict in numbered])
        return ids


def _is_new(verdict: Verdict) -> bool:
    return verdict.novelty is Novelty.NEW


def _entry_rows(
    feed_id: int, numbered: Sequence[tuple[int, Verdict]], now: datetime
) -> Iterator[dict[str, object]]:
    for entry_id, verdict in numbered:
        yield {
            **rows.entry_values(verdict.entry),
            "id": entry_id,
            "feed_id": feed_id,
            "key": verdict.entry.key,
            "fingerprint": verdict.fingerprint,
            "story": verdict.story,
            "label": verdict.label,
            "first_seen_at": now,
            "last_seen_at": now,
        }
