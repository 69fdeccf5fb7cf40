"""Feeds and entries inside a transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert as upsert

from monitor.model import Feed, FeedState, FeedStatus, KnownEntry, Novelty, Verdict
from monitor.store import rows
from monitor.store.search_rows import index_words
from monitor.store.tables import entries, entry_keys, feeds, reports

_TOUCH_EVERY = timedelta(days=1)  # "last seen" is needed to the day

_PER_LINK = 500
"""So many entries with one link are looked at, the newest: a feed whose entries all
link to its home page must not be read whole at each poll."""

_UNTRIED: Mapping[str, object] = {
    "etag": None,
    "last_modified": None,
    "validators_at": None,
    "body_hash": "",
    "equal_bodies": 0,
    "not_before_at": None,
    "status": FeedStatus.OK,
    "errors": 0,
    "error": "",
    "failing_since": None,
    "traits": {},
}
"""What an address has said of itself, before it has said anything."""


class FeedRows:
    """The part of a transaction that reads and writes feeds and entries."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def sync_feeds(self, configured: Sequence[Feed], now: datetime) -> None:
        """Make the stored feeds those of the configuration."""
        found = self._connection.execute(select(feeds)).mappings().all()
        known = {row["name"]: row for row in found}
        for feed in configured:
            if feed.name in known:
                self._adopt(feed, known[feed.name], now)
            else:
                self._insert_feed(feed, now)
        names = {feed.name for feed in configured}
        for name, row in known.items():
            if row["active"] and name not in names:
                self._change_feed(name, {"active": False})
                self._forget_trouble(name)

    def _insert_feed(self, feed: Feed, now: datetime) -> None:
        values = {"name": feed.name, "url": feed.url, "next_poll_at": now}
        self._connection.execute(
            insert(feeds).values(title="", active=True, **_UNTRIED, **values)
        )

    def _adopt(self, feed: Feed, row: rows.Row, now: datetime) -> None:
        values: dict[str, object] = {} if row["active"] else {"active": True}
        # A gone feed that was removed and written down again is meant to be asked.
        is_meant = not row["active"] and row["status"] == FeedStatus.GONE
        if row["url"] != feed.url or is_meant:
            values |= {**_UNTRIED, "url": feed.url, "next_poll_at": now}
            self._forget_trouble(feed.name)
        elif _waits_too_long(feed, row, latest := _latest_poll(feed, row, now), now):
            values["next_poll_at"] = latest
        if values:
            self._change_feed(feed.name, values)

    def _change_feed(self, name: str, values: Mapping[str, object]) -> None:
        this = feeds.c.name == name
        self._connection.execute(update(feeds).where(this).values(**values))

    def _forget_trouble(self, name: str) -> None:
        """End the report on a feed, so that a new trouble is news again."""
        statement = delete(reports).where(reports.c.key == f"feed:{name}")
        self._connection.execute(statement)

    def feed_states(self) -> tuple[FeedState, ...]:
        """Return the state of every configured feed, by name."""
        query = select(feeds).where(feeds.c.active).order_by(feeds.c.name)
        found = self._connection.execute(query).mappings()
        return tuple(rows.feed_state(row) for row in found)

    def claim_due(
        self, now: datetime, *, until: datetime, limit: int, horizon: timedelta
    ) -> tuple[FeedState, ...]:
        """Claim at most `limit` feeds that are due until `until`; return them."""
        at, claimed = feeds.c.next_poll_at, feeds.c.claimed_until
        free = or_(claimed.is_(None), claimed < now, claimed > now + horizon)
        mine = (free, feeds.c.active, feeds.c.status != FeedStatus.GONE)
        ids: list[int] = []
        # One query each: an OR of them all would read the index from end to end.
        for due in (at.is_(None), at <= now, at > now + horizon):
            some = select(feeds.c.id).where(due, *mine).order_by(at)
            limited = some.limit(limit - len(ids))
            ids += self._connection.execute(limited).scalars()
        return self._claimed(ids, until)

    def claim(
        self, ids: Sequence[int], now: datetime, *, until: datetime
    ) -> tuple[FeedState, ...]:
        """Claim those of the feeds that nobody else has claimed; return them."""
        free = or_(feeds.c.claimed_until.is_(None), feeds.c.claimed_until < now)
        return self._claimed(ids, until, free)

    def _claimed(
        self, ids: Sequence[int], until: datetime, *free: ColumnElement[bool]
    ) -> tuple[FeedState, ...]:
        found: list[FeedState] = []
        for some in rows.batches(ids):
            claim = update(feeds).where(feeds.c.id.in_(some), *free)
            claimed = claim.values(claimed_until=until).returning(feeds)
            taken = self._connection.execute(claimed).mappings()
            found += [rows.feed_state(row) for row in taken]
        return tuple(found)

    def make_due(self, ids: Sequence[int], now: datetime) -> None:
        """Let the feeds be polled at the next tick."""
        for some in rows.batches(ids):
            these = feeds.c.id.in_(some)
            due = update(feeds).where(these).values(next_poll_at=now)
            self._connection.execute(due)

    def leave_alone(self, names: Sequence[str], until: datetime) -> None:
        """Let none of the feeds be asked before `until` (their host said so)."""
        for some in rows.batches(names):
            these = update(feeds).where(feeds.c.name.in_(some))
            for column in (feeds.c.not_before_at, feeds.c.next_poll_at):
                is_earlier = or_(column.is_(None), column < until)
                self._connection.execute(
                    these.where(is_earlier).values({column: until})
                )

    def save_feed(self, state: FeedState) -> None:
        """Store the state and end the claim."""
        this = feeds.c.id == state.id
        at_home = update(feeds).where(this, feeds.c.url == state.url)
        values = rows.feed_values(state)
        if not self._connection.execute(at_home.values(**values)).rowcount:
            # It was moved meanwhile: what the old address said counts no more.
            ended = update(feeds).where(this).values(claimed_until=None)
            self._connection.execute(ended)

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

    def _ids_by_key(self, feed_id: int, keys: Collection[str]) -> Iterator[int]:
        for some in rows.batches(keys):
            query = select(entry_keys.c.entry_id).where(
                and_(entry_keys.c.feed_id == feed_id, entry_keys.c.key.in_(some))
            )
            yield from self._connection.execute(query).scalars()

    def _ids_by_link(self, feed_id: int, links: Collection[str]) -> Iterator[int]:
        newest = func.row_number().over(
            partition_by=entries.c.canonical_link, order_by=entries.c.id.desc()
        )
        for some in rows.batches(links):
            ranked = (
                select(entries.c.id, newest.label("place"))
                .where(entries.c.feed_id == feed_id, entries.c.canonical_link.in_(some))
                .subquery("ranked")
            )
            query = select(ranked.c.id).where(ranked.c.place <= _PER_LINK)
            yield from self._connection.execute(query).scalars()

    def save_entry(self, feed_id: int, verdict: Verdict, now: datetime) -> int:
        """Store a new, edited or re-keyed entry; return its id."""
        known, key = verdict.known, verdict.entry.key
        if known is None or verdict.novelty is Novelty.REUSED:
            entry_id = self._insert_entry(feed_id, verdict, now)
        else:
            entry_id = known.id
            self._edit_entry(entry_id, verdict, now)
        index_words(self._connection, entry_id, verdict.entry)
        if verdict.novelty is not Novelty.EDITED:
            self._lead(feed_id, key, entry_id)
        if verdict.novelty is Novelty.REUSED:
            # The guid alone means the newest of the entries that bear it.
            self._lead(feed_id, key.rpartition("#")[0], entry_id)
        return entry_id

    def _lead(self, feed_id: int, key: str, entry_id: int) -> None:
        """Let a key lead to an entry, wherever it led before."""
        values = {"feed_id": feed_id, "key": key, "entry_id": entry_id}
        statement = upsert(entry_keys).values(**values)
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["feed_id", "key"], set_={"entry_id": entry_id}
            )
        )

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


def _latest_poll(feed: Feed, row: rows.Row, now: datetime) -> datetime:
    polled_at: datetime | None = row["polled_at"]
    return (now if polled_at is None else min(polled_at, now)) + feed.every


def _waits_too_long(feed: Feed, row: rows.Row, latest: datetime, now: datetime) -> bool:
    """Say whether a healthy feed is to be polled oftener than when it was last."""
    is_asked_to_wait = row["not_before_at"] is not None and row["not_before_at"] > now
    if row["status"] != FeedStatus.OK or is_asked_to_wait:
        return False
    wanted = rows.traits_of(row).wanted
    is_as_before = wanted is not None and wanted <= feed.every
    return not is_as_before and _is_after(row["next_poll_at"], latest)


def _is_after(at: datetime | None, other: datetime) -> bool:
    return at is not None and at > other
