"""How many entries came on each of the last days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, Integer, cast, func, select

from monitor.store.tables import entries, feeds

_A_SECOND = 1 / 86_400  # of a day: SQLite's own days are exact to the millisecond


def entries_per_day(
    connection: Connection, now: datetime, days: int
) -> Mapping[str, list[int]]:
    """Return how many entries each feed had in each of the last days, oldest first.

    A day is 24 hours that end with `now` or whole days before it. What the first
    poll found is left out: nobody knows on which day it came.
    """
    heard = func.json_extract(feeds.c.traits, "$.health.heard_since")
    first = func.coalesce(func.julianday(heard), 0.0) + _A_SECOND
    seen = func.julianday(entries.c.first_seen_at)
    day = cast(func.julianday(now) - seen, Integer)
    query = (
        select(feeds.c.name, day, func.count())
        .join(entries, entries.c.feed_id == feeds.c.id)
        .where(
            entries.c.first_seen_at > now - timedelta(days=days),
            entries.c.first_seen_at <= now,
            seen > first,
        )
        .group_by(feeds.c.id, day)
    )
    found: dict[str, list[int]] = defaultdict(lambda: [0] * days)
    for name, days_ago, count in connection.execute(query):
        found[name][-1 - min(days_ago, days - 1)] += count
    return found
