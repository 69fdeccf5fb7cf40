"""The troubles of feeds inside a transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, and_, delete, or_, select
from sqlalchemy.dialects.sqlite import insert

from monitor.model import FeedTrouble, Trouble
from monitor.store import rows
from monitor.store.tables import feed_troubles, feeds

_KEY = (feed_troubles.c.feed, feed_troubles.c.trouble)
_UNTOLD = (
    select(feed_troubles.c.feed)
    .where(
        or_(
            feed_troubles.c.told_at.is_(None),
            and_(
                feed_troubles.c.ended_at.is_not(None),
                feed_troubles.c.end_told_at.is_(None),
            ),
        )
    )
    .limit(1)
)


class TroubleRows:
    """The part of a transaction that reads and writes troubles of feeds."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def feed_troubles(self, feed: str = "") -> tuple[FeedTrouble, ...]:
        """Return the troubles of one feed, or of all, by feed."""
        query = select(feed_troubles).order_by(*_KEY)
        if feed:
            query = query.where(feed_troubles.c.feed == feed)
        found = self._connection.execute(query).mappings()
        return tuple(_trouble(row) for row in found)

    def has_untold_troubles(self) -> bool:
        """Say whether the begin or the end of a trouble may have to be told."""
        return self._connection.execute(_UNTOLD).first() is not None

    def save_troubles(self, troubles: Sequence[FeedTrouble]) -> None:
        """Store the troubles as they are now."""
        for trouble in troubles:
            values = asdict(trouble)
            kept = insert(feed_troubles).values(**values)
            self._connection.execute(
                kept.on_conflict_do_update(index_elements=_KEY, set_=values)
            )

    def drop_troubles(self, troubles: Sequence[FeedTrouble]) -> None:
        """Forget the troubles."""
        for trouble in troubles:
            feed, kind = _KEY
            this = and_(feed == trouble.feed, kind == trouble.trouble)
            self._connection.execute(delete(feed_troubles).where(this))

    def are_awaited(
        self, names: Collection[str], since: datetime, now: datetime
    ) -> bool:
        """Say whether one of the feeds, not polled since then, is being asked now."""
        unseen = or_(feeds.c.polled_at.is_(None), feeds.c.polled_at < since)
        asked = (feeds.c.active, unseen, feeds.c.claimed_until >= now)
        for some in rows.batches(names):
            query = select(feeds.c.id).where(feeds.c.name.in_(some), *asked).limit(1)
            if self._connection.execute(query).first() is not None:
                return True
        return False


def _trouble(row: rows.Row) -> FeedTrouble:
    return FeedTrouble(**{**row, "trouble": Trouble(row["trouble"])})
