"""The way of alerts to their channels, for those who ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from monitor.model import HoldReason
from monitor.store import rows
from monitor.store.route_tables import routes


@dataclass(frozen=True, slots=True)
class WaitView:
    """One wait of an alert for a channel; `ended_at` is None while it lasts.

    `until` is when it ends by itself, None of one that is over.
    """

    reason: HoldReason
    since: datetime
    ended_at: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class RouteView:
    """The way of an alert to one channel, with its waits, the oldest first."""

    channel: str
    told_at: datetime | None
    message_id: int | None
    waits: tuple[WaitView, ...]

    @property
    def waiting(self) -> WaitView | None:
        """Return the wait that lasts, None if there is none."""
        lasts = [wait for wait in self.waits if wait.ended_at is None]
        return lasts[0] if lasts else None


def routes_of(
    connection: Connection, alert_ids: Sequence[int]
) -> dict[int, list[RouteView]]:
    """Return the ways of each alert, in the order of its channels."""
    found: dict[int, list[RouteView]] = {alert_id: [] for alert_id in alert_ids}
    for some in rows.batches(alert_ids):
        query = select(routes).where(routes.c.alert_id.in_(some))
        for row in connection.execute(query.order_by(routes.c.id)).mappings():
            found[row["alert_id"]].append(_view(row))
    return found


def _view(row: rows.Row) -> RouteView:
    waits = [
        WaitView(HoldReason(reason), rows.time_of(since), rows.time_of(ended))
        for reason, since, ended in row["waits"]
    ]
    if row["until"] is not None:
        reason = HoldReason(row["reason"])
        waits.append(WaitView(reason, row["since"], until=row["until"]))
    return RouteView(row["channel"], row["told_at"], row["message_id"], tuple(waits))
