"""Stored entries to be looked through: by their words, or all of them.

Each entry's words stand under our own keys in a full-text index of SQLite, which
narrows a search; the engine decides. The index holds no text, so nothing is taken
out of it: an edited entry gets a new row, and the old one leads to it too. An entry
without a row of this version of the keys counts as found, whatever is looked for.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Collection, Iterator
from datetime import datetime
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Final

from sqlalchemy import ColumnElement, Connection, Select, func, insert, select, text

from monitor.model import Entry, StoredEntry
from monitor.store import rows
from monitor.store.tables import WORD_INDEX, entries, entry_words, feeds
from monitor.text.folding import keys
from monitor.text.words import readings

_KEYS_PER_QUERY: Final = 200
_PAGE: Final = 500
# To the tokenizer only letters and digits of ASCII, and all that is beyond, are words.
_AS_LETTERS: Final = {
    code: chr(0xE000 + code) for code in range(0x80) if not chr(code).isalnum()
}


@cache
def keys_version() -> str:
    """Return a text that changes with the way in which words get their keys."""
    found = hashlib.sha256(unicodedata.unidata_version.encode())
    for function in (keys, readings):  # one of each module that makes keys
        found.update(Path(function.__code__.co_filename).read_bytes())
    return found.hexdigest()[:12]


def index_words(connection: Connection, entry_id: int, entry: Entry) -> None:
    """Let an entry be found by its words as they are now."""
    row = {"entry_id": entry_id, "version": keys_version()}
    made = connection.execute(insert(entry_words).values(**row))
    values = {"row": made.lastrowid, "keys": " ".join(map(_token, _keys(entry)))}
    statement = f"INSERT INTO {WORD_INDEX} (rowid, keys) VALUES (:row, :keys)"  # noqa: S608 - our own name
    connection.execute(text(statement), values)


def _keys(entry: Entry) -> set[str]:
    texts = (entry.title, entry.summary, entry.content, entry.author)
    return {key for each in texts for found in readings(each) for key in found.keys}


def _token(key: str) -> str:
    return key.translate(_AS_LETTERS)


class SearchRows:
    """The part of a transaction that reads stored entries."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def index_some(self, limit: int) -> int:
        """Index entries that are not (by this version); return how many it were."""
        query = select(entries).where(_is_unindexed()).limit(limit)
        found = self._connection.execute(query).mappings().all()
        for row in found:
            index_words(self._connection, row["id"], rows.entry_of(row))
        return len(found)

    def count_entries(self, since: datetime | None = None) -> int:
        """Return how many entries are stored, or were first seen since then."""
        query = select(func.count()).select_from(entries)
        if since is not None:
            query = query.where(entries.c.first_seen_at >= since)
        return int(self._connection.execute(query).scalar_one())

    def some_entries(
        self, since: datetime | None, *, before: int | None, limit: int
    ) -> tuple[StoredEntry, ...]:
        """Return entries first seen since then, the newest below id `before` first."""
        query = _entries(since).order_by(entries.c.id.desc()).limit(limit)
        if before is not None:
            query = query.where(entries.c.id < before)
        return tuple(map(_stored, self._connection.execute(query).mappings()))

    def all_entries(self, since: datetime | None = None) -> Iterator[StoredEntry]:
        """Yield the entries first seen since then, newest first."""
        before: int | None = None
        while some := self.some_entries(since, before=before, limit=_PAGE):
            yield from some
            before = some[-1].id

    def entries_with(
        self, keys: Collection[str], since: datetime | None = None
    ) -> Iterator[StoredEntry]:
        """Yield the entries that may have a word with one of the keys, newest first."""
        wanted = iter(sorted(self._ids_with(keys), reverse=True))
        while ids := list(islice(wanted, _PAGE)):
            query = _entries(since).where(entries.c.id.in_(ids))
            newest_first = query.order_by(entries.c.id.desc())
            yield from map(_stored, self._connection.execute(newest_first).mappings())

    def _ids_with(self, keys: Collection[str]) -> set[int]:
        unindexed = select(entries.c.id).where(_is_unindexed())
        found = set(self._connection.execute(unindexed).scalars())
        found_by = text(
            f"SELECT entry_id FROM entry_words JOIN {WORD_INDEX} AS f"  # noqa: S608
            f" ON f.rowid = entry_words.id WHERE {WORD_INDEX} MATCH :wanted"
        )
        wanted = iter(sorted(keys))
        while some := list(islice(wanted, _KEYS_PER_QUERY)):
            asked = " OR ".join(f'"{_token(key)}"' for key in some)
            found.update(
                self._connection.execute(found_by, {"wanted": asked}).scalars()
            )
        return found


def _is_unindexed() -> ColumnElement[bool]:
    is_indexed = select(entry_words.c.id).where(
        entry_words.c.entry_id == entries.c.id,
        entry_words.c.version == keys_version(),
    )
    return ~is_indexed.exists()


def _entries(since: datetime | None) -> Select[tuple[object, ...]]:
    feed = [feeds.c.name.label("feed_name"), feeds.c.title.label("feed_title")]
    query = select(entries, *feed).join(feeds, feeds.c.id == entries.c.feed_id)
    return query if since is None else query.where(entries.c.first_seen_at >= since)


def _stored(row: rows.Row) -> StoredEntry:
    return StoredEntry(
        id=row["id"],
        entry=rows.entry_of(row),
        feed=row["feed_name"],
        source=row["feed_title"] or row["feed_name"],
        story=row["story"],
        fingerprint=row["fingerprint"],
        first_seen_at=row["first_seen_at"],
        label=row["label"],
    )
