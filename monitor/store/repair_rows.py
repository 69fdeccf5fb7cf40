"""What sets the outbox right inside a transaction: mending, orphans, retries."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, delete, select, update

from monitor.model import DeliveryState, HoldReason, Lane
from monitor.store.tables import (
    alerts,
    deliveries,
    entries,
    feeds,
    lanes,
    message_alerts,
    messages,
)

BROKEN = HoldReason.CHANNEL_BROKEN.value
ORPHANED = HoldReason.ORPHANED.value


def in_lane(lane: Lane) -> ColumnElement[bool]:
    """Return the condition that a delivery is of the lane."""
    return and_(deliveries.c.channel == lane.channel, deliveries.c.place == lane.place)


def is_lane(lane: Lane) -> ColumnElement[bool]:
    """Return the condition that a row of ``lanes`` is the lane's."""
    return and_(lanes.c.channel == lane.channel, lanes.c.place == lane.place)


class RepairRows:
    """The part of a transaction that lets held, orphaned and dead deliveries go."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def mend(self, lane: Lane) -> bool:
        """Let a broken lane's deliveries go; say whether it was broken."""
        ended = self._connection.execute(delete(lanes).where(is_lane(lane)))
        self._let_go(and_(in_lane(lane), deliveries.c.reason == BROKEN))
        return bool(ended.rowcount)

    def probe_broken(self, now: datetime) -> None:
        """Let every broken lane be probed at the next sweep."""
        self._connection.execute(update(lanes).values(probe_at=now))

    def sync_outbox(self, configured: Collection[Lane], rules: Collection[str]) -> int:
        """Hold what has lost its lane, rule or feed; let go what has it again."""
        lost = self._lost(configured, rules)
        self._connection.execute(
            update(deliveries)
            .where(deliveries.c.id.in_(lost))
            .values(state=DeliveryState.HELD, reason=ORPHANED)
        )
        found_again = and_(
            deliveries.c.reason == ORPHANED, deliveries.c.id.not_in(lost)
        )
        self._let_go(found_again)
        return len(lost)

    def _lost(self, configured: Collection[Lane], rules: Collection[str]) -> list[int]:
        """Return the unsent deliveries whose lane is gone, or all of whose alerts."""
        query = (
            select(
                deliveries.c.id,
                deliveries.c.channel,
                deliveries.c.place,
                alerts.c.rule,
                feeds.c.active,
            )
            .select_from(
                deliveries.join(messages)
                .outerjoin(message_alerts)
                .outerjoin(alerts, alerts.c.id == message_alerts.c.alert_id)
                .outerjoin(entries, entries.c.id == messages.c.entry_id)
                .outerjoin(feeds, feeds.c.id == entries.c.feed_id)
            )
            .where(deliveries.c.state.in_((DeliveryState.PENDING, DeliveryState.HELD)))
        )
        is_kept: dict[int, bool] = {}
        for found in self._connection.execute(query):
            delivery_id, channel, place, rule, is_active = found
            # A report has no rule and no feed; it only needs its lane.
            is_wanted = rule is None or (rule in rules and is_active is not False)
            kept = Lane(channel, place) in configured and is_wanted
            is_kept[delivery_id] = is_kept.get(delivery_id, False) or kept
        return [delivery_id for delivery_id, kept in is_kept.items() if not kept]

    def redirect(self, alert_ids: Sequence[int], channel: str, places: int) -> int:
        """Send orphaned deliveries of the alerts to another channel; count them."""
        orphaned = and_(deliveries.c.reason == ORPHANED, self._of_alerts(alert_ids))
        query = select(deliveries.c.id, deliveries.c.place).where(orphaned)
        found = self._connection.execute(query).all()
        for row in found:
            values = {"channel": channel, "place": min(row.place, places - 1)}
            this = deliveries.c.id == row.id
            self._connection.execute(update(deliveries).where(this).values(**values))
        self._let_go(deliveries.c.id.in_([row.id for row in found]))
        return len(found)

    def retry_dead(self, alert_ids: Sequence[int], now: datetime) -> int:
        """Let dead deliveries (of all alerts if none is named) try again."""
        dead = deliveries.c.state == DeliveryState.DEAD
        which = and_(dead, self._of_alerts(alert_ids)) if alert_ids else dead
        statement = (
            update(deliveries)
            .where(which)
            .values(
                state=DeliveryState.PENDING,
                reason="",
                next_attempt_at=now,
                first_attempt_at=None,  # its age counts anew
                bare=False,
            )
        )
        return self._connection.execute(statement).rowcount

    def _of_alerts(self, alert_ids: Sequence[int]) -> ColumnElement[bool]:
        told = select(message_alerts.c.message_id).where(
            message_alerts.c.alert_id.in_(alert_ids)
        )
        return deliveries.c.message_id.in_(told)

    def _let_go(self, which: ColumnElement[bool]) -> int:
        held = deliveries.c.state == DeliveryState.HELD
        statement = (
            update(deliveries)
            .where(which, held)
            .values(state=DeliveryState.PENDING, reason="", next_attempt_at=None)
        )
        return self._connection.execute(statement).rowcount
