"""Stored entries to be looked through: by their words, or all of them.

Each entry's words stand under our own keys in a full-text index of SQLite, which
narrows a search; the engine decides. The index holds no text, so nothing is taken
out of it: an edited entry gets a new row, and the old one leads to it too. An entry
without a row of this version of the keys counts as found, whatever is looked for: a
new one until it is indexed, which is done when nobody waits for it.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from functools import cache, lru_cache
from itertools import filterfalse, islice
from pathlib import Path
from typing import Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    bindparam,
    delete,
    func,
    select,
    text,
)

from monitor.model import Entry, Indexed, StoredEntry
from monitor.store import rows
from monitor.store.article_tables import article_texts, article_wishes
from monitor.store.prepared import Prepared, driver, insert_rows
from monitor.store.tables import WORD_INDEX, entries, entry_words, feeds
from monitor.text.folding import keys
from monitor.text.words import (
    BESIDE,
    REMEMBERED_CHUNKS,
    REMEMBERED_LENGTH,
    readings,
)

_KEYS_PER_QUERY: Final = 200
_REACH: Final = 10_000
"""So many ids are looked at in one transaction: others wait for their turn."""
_PAGE: Final = 500
_LAST_ENTRY: Final = "SELECT coalesce(max(id), 0) FROM entries"
_LAST_WORDS: Final = "SELECT coalesce(max(id), 0) FROM entry_words"
_ADD_WORDS: Final = (
    "INSERT INTO entry_words (id, entry_id, version, article_id) VALUES (?, ?, ?, ?)"
)
_ADD_KEYS: Final = f"INSERT INTO {WORD_INDEX} (rowid, keys) VALUES (?, ?)"  # noqa: S608 - our own name
_TAKE_KEYS: Final = (
    f"INSERT INTO {WORD_INDEX} ({WORD_INDEX}, rowid, keys) VALUES ('delete', ?, ?)"  # noqa: S608
)
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


def index_all(connection: Connection, found: Sequence[tuple[int, Entry]]) -> None:
    """Let entries, each with its id, be found by their words as they are now."""
    _index(connection, [(id_, None, _tokens(entry)) for id_, entry in found])


def index_articles(connection: Connection, after: int, end: int) -> None:
    """Let entries be found by the words of their articles, too, if they are not yet.

    These are the ones whose ids are higher than `after` and at most `end`.
    """
    asked = {"after": after, "end": end, "version": keys_version()}
    found = _UNINDEXED_ARTICLES.run(connection, **asked).fetchall()
    _index(
        connection,
        [(id_, article_id, _article_tokens(text)) for id_, article_id, text in found],
    )


def _index(
    connection: Connection, found: Sequence[tuple[int, int | None, str]]
) -> None:
    """Store the tokens of entries, or of their articles, each with the ids of both."""
    version = keys_version()
    # Nobody else writes in this transaction, so that the next ids are ours.
    (last,) = driver(connection).execute(_LAST_WORDS).fetchone()
    numbered = list(enumerate(found, last + 1))
    words = [(row, id_, version, article) for row, (id_, article, _) in numbered]
    keys_of = [(row, tokens) for row, (_, _, tokens) in numbered]
    insert_rows(connection, _ADD_WORDS, words)
    insert_rows(connection, _ADD_KEYS, keys_of)


def forget_words(connection: Connection, found: Sequence[tuple[int, Entry]]) -> None:
    """Take entries, each with its id and as it is now, out of the index.

    What an entry was found by before it was edited, or by older keys, stays behind:
    the index holds no text by which it could be taken out. It leads nowhere.
    """
    ids = [id_ for id_, _ in found]
    newest = (
        select(entry_words.c.entry_id, func.max(entry_words.c.id))
        .where(entry_words.c.entry_id.in_(ids), entry_words.c.version == keys_version())
        .where(entry_words.c.article_id.is_(None))
        .group_by(entry_words.c.entry_id)
    )
    row_of = {row[0]: row[1] for row in connection.execute(newest)}
    indexed = [(id_, entry) for id_, entry in found if id_ in row_of]
    taken = [(row_of[id_], _tokens(entry)) for id_, entry in indexed]
    driver(connection).executemany(_TAKE_KEYS, taken)
    forget_article_words(connection, entry_words.c.entry_id.in_(ids))
    connection.execute(delete(entry_words).where(entry_words.c.entry_id.in_(ids)))


def forget_article_words(connection: Connection, which: ColumnElement[bool]) -> None:
    """Take articles out of the index, whose texts must still be there.

    `which` says of a row of the index whether it is one of theirs.
    """
    query = (
        select(entry_words.c.id, article_texts.c.text)
        .join(article_texts, article_texts.c.article_id == entry_words.c.article_id)
        .where(which, entry_words.c.version == keys_version())
    )
    found = connection.execute(query).all()
    taken = [(row.id, _article_tokens(row.text)) for row in found]
    driver(connection).executemany(_TAKE_KEYS, taken)
    these = (which, entry_words.c.article_id.is_not(None))
    connection.execute(delete(entry_words).where(*these))


def _article_tokens(packed: bytes) -> str:
    return _tokens(Entry("", content=rows.unpacked(packed)))


def _tokens(entry: Entry) -> str:
    """Return the tokens of all keys of the entry's words, with a space between.

    No word spans a space. Most are of ASCII, with nothing but the end of a sentence
    beside them, and in small letters their own key; the others are remembered.
    """
    whole = f"{entry.title} {entry.summary} {entry.content} {entry.author}"
    pieces = {piece.strip(BESIDE) for piece in whole.split()}
    special = set(filterfalse(str.isalnum, pieces))
    special.update(filterfalse(str.isascii, pieces))
    plain = set(" ".join(pieces - special).lower().split())
    return " ".join(plain.union(*map(_tokens_of, special)))


def _tokens_of(piece: str) -> frozenset[str]:
    is_short = len(piece) <= REMEMBERED_LENGTH
    return _remembered_tokens(piece) if is_short else _read_tokens(piece)


def _read_tokens(piece: str) -> frozenset[str]:
    return frozenset(_token(key) for found in readings(piece) for key in found.keys)


_remembered_tokens = lru_cache(REMEMBERED_CHUNKS)(_read_tokens)


def _token(key: str) -> str:
    return key.translate(_AS_LETTERS)


def _is_unindexed(version: object) -> ColumnElement[bool]:
    is_indexed = select(entry_words.c.id).where(
        entry_words.c.entry_id == entries.c.id,
        entry_words.c.version == version,
        entry_words.c.article_id.is_(None),
    )
    return ~is_indexed.exists()


def _unindexed_articles(version: object) -> Select[tuple[int, int | None, bytes]]:
    wish = article_wishes.c
    is_indexed = select(entry_words.c.id).where(
        entry_words.c.entry_id == wish.entry_id,
        entry_words.c.article_id == wish.article_id,
        entry_words.c.version == version,
    )
    return (
        select(wish.entry_id, wish.article_id, article_texts.c.text)
        .join(article_texts, article_texts.c.article_id == wish.article_id)
        .where(wish.article_id.is_not(None), ~is_indexed.exists())
    )


_texts = (entries.c.title, entries.c.summary, entries.c.content, entries.c.author)
_UNINDEXED = Prepared(
    select(entries.c.id, *_texts)
    .where(
        entries.c.id > bindparam("after"),
        entries.c.id <= bindparam("end"),
        _is_unindexed(bindparam("version")),
    )
    .order_by(entries.c.id)
    .limit(bindparam("limit"))
)
_UNINDEXED_ARTICLES = Prepared(
    _unindexed_articles(bindparam("version")).where(
        article_wishes.c.entry_id > bindparam("after"),
        article_wishes.c.entry_id <= bindparam("end"),
    )
)


class SearchRows:
    """The part of a transaction that reads stored entries."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def index_some(self, after: int, limit: int) -> Indexed:
        """Index at most `limit` entries of higher ids that are not (by this version).

        Return how far it came; indexed are all entries up to there.
        """
        (last,) = driver(self._connection).execute(_LAST_ENTRY).fetchone()
        end = min(after + _REACH, last)
        of_version = {"after": after, "end": end, "version": keys_version()}
        found = _UNINDEXED.run(self._connection, limit=limit, **of_version).fetchall()
        named = [
            (id_, Entry("", title, summary, content, author=author))
            for id_, title, summary, content, author in found
        ]
        index_all(self._connection, named)
        come = found[-1][0] if len(found) == limit else end
        index_articles(self._connection, after, come)
        return Indexed(len(found), come, is_all=come >= last)

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
        query = _with_articles(since).order_by(entries.c.id.desc()).limit(limit)
        if before is not None:
            query = query.where(entries.c.id < before)
        return tuple(map(rows.read_entry, self._connection.execute(query).mappings()))

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
            query = _with_articles(since).where(entries.c.id.in_(ids))
            newest_first = query.order_by(entries.c.id.desc())
            yield from map(
                rows.read_entry, self._connection.execute(newest_first).mappings()
            )

    def _ids_with(self, keys: Collection[str]) -> set[int]:
        unindexed = select(entries.c.id).where(_is_unindexed(keys_version()))
        found = set(self._connection.execute(unindexed).scalars())
        articles = _unindexed_articles(keys_version())
        of_these = articles.with_only_columns(article_wishes.c.entry_id)
        found.update(self._connection.execute(of_these).scalars())
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


def entries_of_feeds(since: datetime | None = None) -> Select[tuple[object, ...]]:
    """Return the query whose rows `rows.stored_entry` reads."""
    feed = [feeds.c.name.label("feed_name"), feeds.c.title.label("feed_title")]
    query = select(entries, *feed).join(feeds, feeds.c.id == entries.c.feed_id)
    return query if since is None else query.where(entries.c.first_seen_at >= since)


def _with_articles(since: datetime | None) -> Select[tuple[object, ...]]:
    """Return the query whose rows `rows.read_entry` reads."""
    wish, text_of = article_wishes.c, article_texts.c
    return (
        entries_of_feeds(since)
        .add_columns(text_of.text.label("article_text"))
        .outerjoin(article_wishes, wish.entry_id == entries.c.id)
        .outerjoin(article_texts, text_of.article_id == wish.article_id)
    )
