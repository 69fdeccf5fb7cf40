"""Waits that end at a time of day, when that time turns out to have been wrong."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Table,
    and_,
    bindparam,
    select,
    update,
)

from monitor.model import HoldReason
from monitor.store.article_tables import articles, host_pauses
from monitor.store.route_tables import routes
from monitor.store.tables import deliveries, feeds, lanes, websub

_WAITS: tuple[Column[datetime], ...] = (
    feeds.c.next_poll_at,
    feeds.c.not_before_at,
    feeds.c.claimed_until,
    deliveries.c.next_attempt_at,
    deliveries.c.leased_until,
    lanes.c.probe_at,
    websub.c.due_at,
    websub.c.lease_ends_at,
    articles.c.next_attempt_at,
    articles.c.leased_until,
    host_pauses.c.until,
)
"""Each was reckoned from a now, and is to come as long after it as was meant."""


class ClockRows:
    """The part of a transaction that follows the clock when somebody sets it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def set_back(self, by: timedelta, now: datetime) -> None:
        """Let what waits for a time after `now` come sooner, by so much."""
        for column in _WAITS:
            self._set_back(column, by, now)
        # What waits for a time of day, as quiet hours do, waits for that time still.
        counts_on = routes.c.reason.in_((HoldReason.COOLDOWN, HoldReason.THROTTLED))
        self._set_back(routes.c.until, by, now, counts_on)

    def _set_back(
        self,
        column: Column[datetime],
        by: timedelta,
        now: datetime,
        *which: ColumnElement[bool],
    ) -> None:
        table: Table = column.table
        key = table.primary_key.columns
        waits = select(*key, column).where(column > now, *which)
        moved = [
            {f"its_{name}": row[name] for name in key.keys()}  # noqa: SIM118 - columns
            | {"at": row[column.name] - by}
            for row in self._connection.execute(waits).mappings()
        ]
        if moved:
            this = and_(*(one == bindparam(f"its_{one.name}") for one in key))
            change = update(table).where(this).values({column: bindparam("at")})
            self._connection.execute(change, moved)
