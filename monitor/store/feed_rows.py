"""Feeds inside a transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Connection,
    bindparam,
    delete,
    insert,
    or_,
    select,
    update,
)

from monitor.model import (
    CLAIM,
    Feed,
    FeedState,
    FeedStatus,
    Wait,
)
from monitor.store import rows
from monitor.store.prepared import Prepared
from monitor.store.tables import feed_troubles, feeds

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

_SAVE = Prepared(
    update(feeds).where(
        feeds.c.id == bindparam("of_id"), feeds.c.url == bindparam("at_url")
    ),
    tuple(rows.feed_values(FeedState(0, "", ""))),
)


class FeedRows:
    """The part of a transaction that reads and writes feeds."""

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
        """Forget the troubles of a feed, so that a new one is news again."""
        statement = delete(feed_troubles).where(feed_troubles.c.feed == name)
        self._connection.execute(statement)

    def feed_states(self) -> tuple[FeedState, ...]:
        """Return the state of every configured feed, by name."""
        query = select(feeds).where(feeds.c.active).order_by(feeds.c.name)
        found = self._connection.execute(query).mappings()
        return tuple(rows.feed_state(row) for row in found)

    def feed_state(self, feed_id: int) -> FeedState | None:
        """Return the state of a feed that stands in the configuration, else None."""
        query = select(feeds).where(feeds.c.id == feed_id, feeds.c.active)
        row = self._connection.execute(query).mappings().first()
        return None if row is None else rows.feed_state(row)

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

    def make_due(self, ids: Sequence[int]) -> None:
        """Let the feeds be polled at the next tick, by a person's wish."""
        for some in rows.batches(ids):
            these = feeds.c.id.in_(some)
            due = update(feeds).where(these).values(next_poll_at=None)
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

    def save_feed(self, state: FeedState) -> bool:
        """Store the state and end the claim; say whether the state still counts."""
        values = rows.feed_values(state)
        home = {"of_id": state.id, "at_url": state.url}
        if _SAVE.run(self._connection, **home, **values).rowcount:
            return True
        # It was moved meanwhile: what the old address said counts no more.
        this = update(feeds).where(feeds.c.id == state.id)
        self._connection.execute(this.values(claimed_until=None))
        return False


def free_claims(connection: Connection) -> None:
    """End all claims; a feed that may have been asked waits as if it had been.

    One that was never polled is due at once.
    """
    claimed = select(feeds).where(feeds.c.claimed_until.is_not(None))
    for row in connection.execute(claimed).mappings().all():
        traits = rows.traits_of(row)
        values: dict[str, object] = {"claimed_until": None}
        if traits.interval is not None:
            values["next_poll_at"] = row["claimed_until"] - CLAIM + traits.interval
        this = feeds.c.id == row["id"]
        connection.execute(update(feeds).where(this).values(**values))


def _latest_poll(feed: Feed, row: rows.Row, now: datetime) -> datetime:
    polled_at: datetime | None = row["polled_at"]
    return (now if polled_at is None else min(polled_at, now)) + feed.every


def _waits_too_long(feed: Feed, row: rows.Row, latest: datetime, now: datetime) -> bool:
    """Say whether a healthy feed is to be polled oftener than when it was last."""
    is_asked_to_wait = row["not_before_at"] is not None and row["not_before_at"] > now
    if row["status"] != FeedStatus.OK or is_asked_to_wait:
        return False
    traits = rows.traits_of(row)
    is_as_before = traits.wanted is not None and traits.wanted <= feed.every
    if traits.wait is Wait.PUSHED:  # nobody may be pushing any more
        is_as_before = False
    next_poll_at: datetime | None = row["next_poll_at"]
    return not is_as_before and next_poll_at is not None and next_poll_at > latest
