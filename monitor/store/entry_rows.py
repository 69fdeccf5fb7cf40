"""Entries inside a transaction; those of one document are stored together."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy import bindparam, func, insert, select, text, update
from sqlalchemy.dialects.sqlite import insert as upsert

from monitor.model import Entry, KnownEntry, Novelty, Verdict
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

_TOUCH_EVERY = timedelta(days=1)  # "last seen" is needed to the day

_PER_LINK = 500
"""So many entries with one link are looked at, the newest: a feed whose entries all
link to its home page must not be read whole at each poll."""

_TOUCH = Prepared(
    update(entries).where(
        entries.c.id.in_(text("SELECT value FROM json_each(:ids)")),
        entries.c.last_seen_at < bindparam("before"),
    ),
    ["last_seen_at"],
)

_BY_KEY = Prepared(
    select(entry_keys.c.entry_id).where(
        entry_keys.c.feed_id == bindparam("feed"),
        entry_keys.c.key.in_(bindparam("some", expanding=True)),
    )
)
_ranked = (
    select(
        entries.c.id,
        func.row_number()
        .over(partition_by=entries.c.canonical_link, order_by=entries.c.id.desc())
        .label("place"),
    )
    .where(
        entries.c.feed_id == bindparam("feed"),
        entries.c.canonical_link.in_(bindparam("some", expanding=True)),
    )
    .subquery("ranked")
)
_BY_LINK = Prepared(select(_ranked.c.id).where(_ranked.c.place <= _PER_LINK))


class EntryRows(FeedRows):
    """The part of a transaction that reads and writes entries."""

    def known_entries(
        self, feed_id: int, keys: Collection[str], links: Collection[str]
    ) -> tuple[KnownEntry, ...]:
        """Return the feed's entries that have one of the keys or canonical links."""
        ids = set(self._ids_by_key(feed_id, keys)) | set(
            self._ids_by_link(feed_id, links)
        )
        keys_of: dict[int, list[str]] = defaultdict(list)
        found: list[rows.Row] = []
        for some in rows.batches(ids):
            pairs = select(entry_keys.c.entry_id, entry_keys.c.key).where(
                entry_keys.c.entry_id.in_(some)
            )
            for entry_id, key in self._connection.execute(pairs):
                keys_of[entry_id].append(key)
            query = select(entries).where(entries.c.id.in_(some)).order_by(entries.c.id)
            found += self._connection.execute(query).mappings().all()
        return tuple(
            KnownEntry(
                id=row["id"],
                keys=tuple(sorted(keys_of[row["id"]])),
                entry=rows.entry_of(row),
                fingerprint=row["fingerprint"],
                last_seen_at=row["last_seen_at"],
            )
            for row in found
        )

    def latest_entries(self, feed_id: int, limit: int) -> tuple[Entry, ...]:
        """Return at most `limit` of the feed's entries, those stored last."""
        of_feed = select(entries.c.id).where(entries.c.feed_id == feed_id)
        latest = of_feed.order_by(entries.c.id.desc()).limit(limit)
        query = select(entries).where(entries.c.id.in_(latest))
        found = self._connection.execute(query).mappings()
        return tuple(rows.entry_of(row) for row in found)

    def _ids_by_key(self, feed_id: int, keys: Collection[str]) -> Iterator[int]:
        for some in rows.batches(keys):
            found = _BY_KEY.find(self._connection, some, feed=feed_id)
            yield from (entry_id for (entry_id,) in found)

    def _ids_by_link(self, feed_id: int, links: Collection[str]) -> Iterator[int]:
        for some in rows.batches(links):
            found = _BY_LINK.find(self._connection, some, feed=feed_id)
            yield from (entry_id for (entry_id,) in found)

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
        return ids

    def save_entry(self, feed_id: int, verdict: Verdict, now: datetime) -> int:
        """Store a new, edited or re-keyed entry; return its id."""
        known, key = verdict.known, verdict.entry.key
        if known is None or verdict.novelty is Novelty.REUSED:
            (entry_id,) = self._insert_entries(feed_id, [verdict], now)
        else:
            entry_id = known.id
            self._edit_entry(entry_id, verdict, now)
            if verdict.novelty is not Novelty.EDITED:
                self._lead(feed_id, key, entry_id)
        if verdict.novelty is Novelty.REUSED:
            # The guid alone means the newest of the entries that bear it.
            self._lead(feed_id, key.rpartition("#")[0], entry_id)
        return entry_id

    def _lead(self, feed_id: int, key: str, entry_id: int) -> None:
        """Let a key lead to an entry, wherever it led before."""
        lead = {"feed_id": feed_id, "key": key, "entry_id": entry_id}
        _LEAD.run(self._connection, **lead)

    def _edit_entry(self, entry_id: int, verdict: Verdict, now: datetime) -> None:
        values: dict[str, object] = {
            **rows.entry_values(verdict.entry),
            "fingerprint": verdict.fingerprint,
            "last_seen_at": now,
        }
        if verdict.novelty is Novelty.EDITED:
            values |= {"edits": entries.c.edits + 1, "edited_at": now}
        this = entries.c.id == entry_id
        self._connection.execute(update(entries).where(this).values(**values))
        # At once: it may have a row already, which says nothing of its new words.
        index_all(self._connection, [(entry_id, verdict.entry)])

    def touch_document(self, feed_id: int, since: datetime, now: datetime) -> None:
        """Note that the feed's entries seen since `since` are still there."""
        these = (entries.c.feed_id == feed_id, entries.c.last_seen_at >= since)
        self._connection.execute(update(entries).where(*these).values(last_seen_at=now))

    def touch_entries(self, ids: Sequence[int], now: datetime) -> None:
        """Note that the entries were seen (to the day)."""
        times = {"last_seen_at": now, "before": now - _TOUCH_EVERY}
        _TOUCH.run(self._connection, ids=json.dumps(list(ids)), **times)


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
            "edits": 0,
            "edited_at": None,
        }
