"""Feeds and entries inside a transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import Connection, and_, bindparam, insert, or_, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from monitor.model import Feed, FeedState, KnownEntry, Novelty, Verdict
from monitor.store import rows
from monitor.store.tables import entries, entry_keys, feeds

T = TypeVar("T", int, str)

_PER_QUERY = 500  # values in one IN (...): far below every SQLite's limit
_TOUCH_EVERY = timedelta(days=1)  # "last seen" is needed to the day


def _batches(values: Iterable[T]) -> Iterator[list[T]]:
    some = sorted(values)
    for start in range(0, len(some), _PER_QUERY):
        yield some[start : start + _PER_QUERY]


class FeedRows:
    """The part of a transaction that reads and writes feeds and entries."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def sync_feeds(self, configured: Sequence[Feed], now: datetime) -> None:
        """Make the stored feeds those of the configuration."""
        names = [feed.name for feed in configured]
        known = self._connection.execute(select(feeds.c.name, feeds.c.url))
        urls = {row.name: row.url for row in known}
        self._connection.execute(
            update(feeds).where(feeds.c.name.not_in(names)).values(active=False)
        )
        for feed in configured:
            if feed.name not in urls:
                self._insert_feed(feed, now)
            else:
                self._adopt(feed, is_moved=urls[feed.name] != feed.url)

    def _insert_feed(self, feed: Feed, now: datetime) -> None:
        values = {"name": feed.name, "url": feed.url, "next_poll_at": now}
        self._connection.execute(
            insert(feeds).values(
                **values,
                title="",
                body_hash="",
                errors=0,
                equal_bodies=0,
                status="ok",
                error="",
                active=True,
            )
        )

    def _adopt(self, feed: Feed, *, is_moved: bool) -> None:
        values: dict[str, object] = {"active": True}
        if is_moved:
            # What the old address said of itself is no use at the new one.
            values |= {
                "url": feed.url,
                "etag": None,
                "last_modified": None,
                "validators_at": None,
                "body_hash": "",
                "status": "ok",
                "errors": 0,
                "not_before_at": None,
                "next_poll_at": feeds.c.polled_at,
            }
        this = feeds.c.name == feed.name
        self._connection.execute(update(feeds).where(this).values(**values))

    def feed_states(self) -> tuple[FeedState, ...]:
        """Return the state of every configured feed, by name."""
        query = select(feeds).where(feeds.c.active).order_by(feeds.c.name)
        found = self._connection.execute(query).mappings()
        return tuple(rows.feed_state(row) for row in found)

    def claim_due(
        self, now: datetime, *, until: datetime, limit: int, horizon: timedelta
    ) -> tuple[FeedState, ...]:
        """Claim at most `limit` feeds that are due until `until`; return them."""
        due = or_(
            feeds.c.next_poll_at <= now,
            feeds.c.next_poll_at > now + horizon,
            feeds.c.next_poll_at.is_(None),
        )
        free = or_(
            feeds.c.claimed_until.is_(None),
            feeds.c.claimed_until < now,
            feeds.c.claimed_until > now + horizon,
        )
        query = (
            select(feeds.c.id)
            .where(due, free, feeds.c.active, feeds.c.status != "gone")
            .order_by(feeds.c.next_poll_at)
            .limit(limit)
        )
        ids = list(self._connection.execute(query).scalars())
        return self._claimed(ids, until)

    def claim(
        self, ids: Sequence[int], now: datetime, *, until: datetime
    ) -> tuple[FeedState, ...]:
        """Claim those of the feeds that nobody else has claimed; return them."""
        free = or_(feeds.c.claimed_until.is_(None), feeds.c.claimed_until < now)
        query = select(feeds.c.id).where(feeds.c.id.in_(ids), free)
        return self._claimed(list(self._connection.execute(query).scalars()), until)

    def _claimed(self, ids: list[int], until: datetime) -> tuple[FeedState, ...]:
        if not ids:
            return ()
        claim = update(feeds).where(feeds.c.id.in_(ids)).values(claimed_until=until)
        found = self._connection.execute(claim.returning(feeds)).mappings()
        return tuple(rows.feed_state(row) for row in found)

    def make_due(self, ids: Sequence[int], now: datetime) -> None:
        """Let the feeds be polled at the next tick."""
        these = feeds.c.id.in_(ids)
        self._connection.execute(update(feeds).where(these).values(next_poll_at=now))

    def save_feed(self, state: FeedState) -> None:
        """Store the state and end the claim."""
        this = feeds.c.id == state.id
        values = rows.feed_values(state)
        self._connection.execute(update(feeds).where(this).values(**values))

    def known_entries(
        self, feed_id: int, keys: Collection[str], links: Collection[str]
    ) -> tuple[KnownEntry, ...]:
        """Return the feed's entries that have one of the keys or canonical links."""
        ids = set(self._ids_by_key(feed_id, keys)) | set(
            self._ids_by_link(feed_id, links)
        )
        keys_of: dict[int, list[str]] = defaultdict(list)
        found: list[rows.Row] = []
        for some in _batches(ids):
            pairs = select(entry_keys.c.entry_id, entry_keys.c.key).where(
                entry_keys.c.entry_id.in_(some)
            )
            for entry_id, key in self._connection.execute(pairs):
                keys_of[entry_id].append(key)
            query = select(entries).where(entries.c.id.in_(some))
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

    def _ids_by_key(self, feed_id: int, keys: Collection[str]) -> Iterator[int]:
        for some in _batches(keys):
            query = select(entry_keys.c.entry_id).where(
                and_(entry_keys.c.feed_id == feed_id, entry_keys.c.key.in_(some))
            )
            yield from self._connection.execute(query).scalars()

    def _ids_by_link(self, feed_id: int, links: Collection[str]) -> Iterator[int]:
        for some in _batches(links):
            query = select(entries.c.id).where(
                and_(entries.c.feed_id == feed_id, entries.c.canonical_link.in_(some))
            )
            yield from self._connection.execute(query).scalars()

    def save_entry(self, feed_id: int, verdict: Verdict, now: datetime) -> int:
        """Store a new, edited or re-keyed entry; return its id."""
        if verdict.known is None or verdict.novelty is Novelty.REUSED:
            entry_id = self._insert_entry(feed_id, verdict, now)
        else:
            entry_id = verdict.known.id
            self._edit_entry(entry_id, verdict, now)
        key = {"feed_id": feed_id, "key": verdict.entry.key, "entry_id": entry_id}
        self._connection.execute(
            upsert(entry_keys).values(**key).on_conflict_do_nothing()
        )
        return entry_id

    def _insert_entry(self, feed_id: int, verdict: Verdict, now: datetime) -> int:
        statement = insert(entries).values(
            feed_id=feed_id,
            key=verdict.entry.key,
            fingerprint=verdict.fingerprint,
            story=verdict.story,
            label=verdict.label,
            first_seen_at=now,
            last_seen_at=now,
            **rows.entry_values(verdict.entry),
        )
        found = self._connection.execute(statement.returning(entries.c.id))
        return int(found.scalar_one())

    def _edit_entry(self, entry_id: int, verdict: Verdict, now: datetime) -> None:
        values = {
            **rows.entry_values(verdict.entry),
            "fingerprint": verdict.fingerprint,
            "last_seen_at": now,
        }
        this = entries.c.id == entry_id
        self._connection.execute(update(entries).where(this).values(**values))

    def touch_entries(self, ids: Sequence[int], now: datetime) -> None:
        """Note that the entries were seen (to the day)."""
        if not ids:
            return
        statement = (
            update(entries)
            .where(
                entries.c.id == bindparam("entry"),
                entries.c.last_seen_at < now - _TOUCH_EVERY,
            )
            .values(last_seen_at=now)
        )
        self._connection.execute(statement, [{"entry": entry_id} for entry_id in ids])
