"""What sets the outbox right inside a transaction: orphans, retries, other places."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, delete, or_, select, update

from monitor.model import DeliveryState, HoldReason, Lane
from monitor.store import rows
from monitor.store.fallback_rows import TOLD_ELSEWHERE, FallbackRows
from monitor.store.tables import (
    alerts,
    attempts,
    deliveries,
    entries,
    feeds,
    message_alerts,
    messages,
)

ORPHANED = HoldReason.ORPHANED.value

_UNSENT = (DeliveryState.PENDING, DeliveryState.LEASED, DeliveryState.HELD)


class RepairRows(FallbackRows):
    """The part of a transaction that lets orphaned and dead deliveries go."""

    def sync_outbox(self, configured: Collection[Lane], rules: Collection[str]) -> int:
        """Hold what has lost its lane, rule or feed; let go what has it again."""
        lanes, names = frozenset(configured), frozenset(rules)
        is_orphaned: dict[int, bool] = {}
        kept: set[int] = set()
        for found in self._connection.execute(_unsent()):
            if found.reason == TOLD_ELSEWHERE:
                continue  # it waits for nobody: others were told
            is_orphaned[found.id] = found.reason == ORPHANED
            # A report has no rule and no feed; it only needs its lane.
            is_free = found.rule is None or found.released or found.released_at
            is_wanted = is_free or (found.rule in names and found.active is not False)
            if is_wanted and Lane(found.channel, found.place) in lanes:
                kept.add(found.id)
        lost = is_orphaned.keys() - kept
        self._orphan(one for one in lost if not is_orphaned[one])
        for some in rows.batches(one for one in kept if is_orphaned[one]):
            self._let_go(deliveries.c.id.in_(some))
        return len(lost)

    def _orphan(self, ids: Iterable[int]) -> None:
        # What is in flight may arrive all the same; `settle` records it then.
        is_leased = deliveries.c.state == DeliveryState.LEASED
        values = {
            "state": DeliveryState.HELD,
            "reason": ORPHANED,
            "maybe_sent": or_(deliveries.c.maybe_sent, is_leased),
            "leased_until": None,
        }
        for some in rows.batches(ids):
            these = deliveries.c.id.in_(some)
            self._connection.execute(update(deliveries).where(these).values(**values))

    def redirect(
        self, alert_ids: Sequence[int], channel: str | None, places: int
    ) -> int:
        """Send orphaned deliveries of the alerts to another channel; count them."""
        return sum(
            self._redirect(some, channel, places) for some in rows.batches(alert_ids)
        )

    def _redirect(self, alert_ids: list[int], channel: str | None, places: int) -> int:
        orphaned = and_(deliveries.c.reason == ORPHANED, _of_alerts(alert_ids))
        if channel is None:
            return self._let_go(orphaned, released=True)
        query = select(deliveries).where(orphaned).order_by(deliveries.c.place)
        of_message: dict[int, list[Row[Any]]] = defaultdict(list)
        for row in self._connection.execute(query):
            of_message[row.message_id].append(row)
        for found in of_message.values():
            self._move(found, channel, places)
        return sum(len(found) for found in of_message.values())

    def tell_after_all(self, alert_ids: Sequence[int]) -> int:
        """Let go what was told elsewhere: it is told in its own channel as well."""
        is_held = deliveries.c.reason == TOLD_ELSEWHERE
        return self._let_go(and_(is_held, _of_alerts(alert_ids)))

    def _move(self, found: Sequence[Row[Any]], channel: str, places: int) -> None:
        """Give one message to each place of a channel, and to none of them twice."""
        for place, row in enumerate(found[:places]):
            this = deliveries.c.id == row.id
            values = {"channel": channel, "place": place}
            self._connection.execute(update(deliveries).where(this).values(**values))
            self._let_go(this, released=True, maybe_sent=False, bare=False)
        for place in range(len(found), places):
            lane, first = Lane(channel, place), found[0]
            self._insert(first.message_id, lane, first.created_at, released=True)
        for row in found[places:]:
            tried = attempts.c.delivery_id == row.id
            self._connection.execute(delete(attempts).where(tried))
            this = deliveries.c.id == row.id
            self._connection.execute(delete(deliveries).where(this))

    def retry_dead(
        self,
        alert_ids: Sequence[int],
        now: datetime,  # noqa: ARG002 - the port's words
    ) -> int:
        """Let dead deliveries (of all alerts if none is named) try again."""
        dead = deliveries.c.state == DeliveryState.DEAD
        again = {"bare": False, "released": True}
        if not alert_ids:
            return self._wait_again(dead, **again)
        return sum(
            self._wait_again(and_(dead, _of_alerts(some)), **again)
            for some in rows.batches(alert_ids)
        )


def _unsent() -> Select[Any]:
    """Return the query for what is not sent, a row for each alert that it tells."""
    return (
        select(
            deliveries.c.id,
            deliveries.c.channel,
            deliveries.c.place,
            deliveries.c.reason,
            deliveries.c.released,
            alerts.c.rule,
            alerts.c.released_at,
            feeds.c.active,
        )
        .select_from(
            deliveries.join(messages)
            .outerjoin(message_alerts)
            .outerjoin(alerts, alerts.c.id == message_alerts.c.alert_id)
            .outerjoin(entries, entries.c.id == alerts.c.entry_id)
            .outerjoin(feeds, feeds.c.id == entries.c.feed_id)
        )
        .where(deliveries.c.state.in_(_UNSENT))
    )


def _of_alerts(alert_ids: Sequence[int]) -> ColumnElement[bool]:
    told = select(message_alerts.c.message_id).where(
        message_alerts.c.alert_id.in_(alert_ids)
    )
    return deliveries.c.message_id.in_(told)
