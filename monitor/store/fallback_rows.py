"""What a fallback tells, inside a transaction: copies, and what becomes of originals.

An original is held as ``told_elsewhere`` and names the message that tells it there
(`told_by`). It is let go again if its own lane is well before that message was sent,
or if that message is dead: told once, wherever it is possible first.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from typing_extensions import override

from monitor.alerts import codec
from monitor.model import DeliveryState, HoldReason, Lane, Message, Stranded, Waiting
from monitor.store.lane_rows import BROKEN, LaneRows, in_lane, is_lane, waiting
from monitor.store.tables import attempts, deliveries, lanes, message_alerts, messages

TOLD_ELSEWHERE = HoldReason.TOLD_ELSEWHERE.value


class FallbackRows(LaneRows):
    """The part of a transaction that tells elsewhere what a lane cannot deliver."""

    def stranded_lanes(self, open_before: datetime) -> tuple[Stranded, ...]:
        """Return the lanes that are broken, or whose circuit is open since before."""
        has_opened = lanes.c.open_since <= open_before
        query = select(lanes).where(or_(lanes.c.broken_since.is_not(None), has_opened))
        return tuple(
            Stranded(
                Lane(row.channel, row.place),
                row.broken_since or row.open_since,
                is_broken=row.broken_since is not None,
                is_told=row.note_id is not None,
            )
            for row in self._connection.execute(query)
        )

    def stranded_deliveries(self, lane: Lane, limit: int) -> tuple[Waiting, ...]:
        """Return at most `limit` deliveries of a lane that nobody told elsewhere yet.

        What told there that this lane does not deliver is none of them.
        """
        note = select(lanes.c.note_id).where(is_lane(lane)).scalar_subquery()
        query = (
            select(deliveries.c.id, messages.c.body, deliveries.c.created_at)
            .join(messages)
            .where(in_lane(lane), _waits(), deliveries.c.told_by.is_(None))
            .where(deliveries.c.id != func.coalesce(note, 0))
            .order_by(deliveries.c.id)
            .limit(limit)
        )
        return tuple(
            Waiting(row.id, codec.from_json(row.body), row.created_at)
            for row in self._connection.execute(query)
        )

    def tell_elsewhere(
        self, delivery_id: int, channel: str, message: Message, places: int
    ) -> None:
        """Hold a delivery, for a channel that gets `message` in its place.

        Where that channel is told all of its alerts anyhow, it gets nothing more.
        """
        row = self._original(delivery_id)
        told_by = self._told_in(channel, row, message)
        if told_by is None:
            at, entry_id = row.created_at, row.entry_id
            told_by = self._insert_message(channel, message, at, entry_id)
            self._connection.execute(
                update(messages)
                .where(messages.c.id == told_by)
                .values(instead_of=row.message_id)
            )
            for place in range(places):
                lane, doubt = Lane(channel, place), row.maybe_sent
                self._insert(told_by, lane, at, released=row.released, maybe_sent=doubt)
        held = {"state": DeliveryState.HELD, "reason": TOLD_ELSEWHERE}
        self._connection.execute(
            update(deliveries)
            .where(deliveries.c.id == delivery_id)
            .values(told_by=told_by, **held)
        )

    def note_in(self, lane: Lane, message: Message, now: datetime) -> None:
        """Let the people of a stranded lane hear `message` when it is well again."""
        message_id = self._insert_message(lane.channel, message, now, None)
        note_id = self._insert(message_id, lane, now)
        self._change_lane(lane, note_id=note_id)

    @override
    def mend(self, lane: Lane) -> bool:
        """Let a lane's deliveries go, also those not told elsewhere by now."""
        was_ill = super().mend(lane)
        if was_ill:
            self._take_back(lane)
        return was_ill

    def _insert_message(
        self, channel: str, message: Message, now: datetime, entry_id: int | None
    ) -> int:
        values: dict[str, object] = {
            "channel": channel,
            "entry_id": entry_id,
            "created_at": now,
        }
        values |= {"body": codec.to_json(message), "story": message.story}
        statement = insert(messages).values(**values)
        made = self._connection.execute(statement.returning(messages.c.id))
        message_id = int(made.scalar_one())
        for alert_id in message.alerts:
            told = {"message_id": message_id, "alert_id": alert_id}
            self._connection.execute(insert(message_alerts).values(**told))
        return message_id

    def _original(self, delivery_id: int) -> Row[tuple[object, ...]]:
        query = (
            select(deliveries, messages.c.entry_id, messages.c.body)
            .join(messages)
            .where(deliveries.c.id == delivery_id)
        )
        return self._connection.execute(query).one()

    def _told_in(
        self, channel: str, row: Row[tuple[object, ...]], message: Message
    ) -> int | None:
        """Return the message that tells a channel the same anyhow, None without one."""
        is_alive = (
            select(deliveries.c.id)
            .where(
                deliveries.c.message_id == messages.c.id,
                deliveries.c.state != DeliveryState.DEAD,
            )
            .exists()
        )
        query = select(messages.c.id).where(messages.c.channel == channel, is_alive)
        query = query.limit(1)
        if not message.alerts:  # a report: the same words went to several channels
            same = and_(messages.c.body == row.body, messages.c.entry_id.is_(None))
            at = messages.c.created_at == row.created_at
            return self._connection.execute(query.where(same, at)).scalar()
        told = (
            select(func.count())
            .where(
                message_alerts.c.message_id == messages.c.id,
                message_alerts.c.alert_id.in_(message.alerts),
            )
            .scalar_subquery()
        )
        some = select(message_alerts.c.message_id).where(
            message_alerts.c.alert_id == message.alerts[0]
        )
        tells_all = and_(messages.c.id.in_(some), told == len(message.alerts))
        return self._connection.execute(query.where(tells_all)).scalar()

    def _take_back(self, lane: Lane) -> None:
        """Let go in a mended lane what its fallback could not tell by now."""
        is_held = deliveries.c.state == DeliveryState.HELD
        held = and_(is_held, in_lane(lane), deliveries.c.reason == TOLD_ELSEWHERE)
        query = select(deliveries.c.told_by).where(held)
        for told_by in {*self._connection.execute(query).scalars()}:
            if told_by is not None and not self._is_told(told_by):
                self._let_go(and_(held, deliveries.c.told_by == told_by))
                self._withdraw(told_by)

    def _is_told(self, message_id: int) -> bool:
        """Say whether a message has arrived somewhere, or may have."""
        query = select(deliveries).where(deliveries.c.message_id == message_id)
        for row in self._connection.execute(query).all():
            if row.state in (DeliveryState.SENT, DeliveryState.LEASED):
                return True
            if row.maybe_sent or (row.told_by and self._is_told(row.told_by)):
                return True
        return False

    def _withdraw(self, message_id: int) -> None:
        """Delete a copy that nobody got, unless another original still needs it."""
        is_copy = select(messages.c.id).where(
            messages.c.id == message_id, messages.c.instead_of.is_not(None)
        )
        if self._connection.execute(is_copy).first() is None:
            return
        if self._connection.execute(_told_by(message_id)).first() is not None:
            return
        these = select(deliveries.c.id).where(deliveries.c.message_id == message_id)
        further = select(deliveries.c.told_by).where(
            deliveries.c.message_id == message_id, deliveries.c.told_by.is_not(None)
        )
        copies = self._connection.execute(further).scalars().all()
        for statement in (
            delete(attempts).where(attempts.c.delivery_id.in_(these)),
            delete(deliveries).where(deliveries.c.message_id == message_id),
            delete(message_alerts).where(message_alerts.c.message_id == message_id),
            delete(messages).where(messages.c.id == message_id),
        ):
            self._connection.execute(statement)
        for copy in copies:
            self._withdraw(copy)

    def _give_back(self, delivery_id: int) -> None:
        """Let the originals of a dead copy wait for their own lanes again.

        They keep what told them, so that no second copy is made.
        """
        this = select(deliveries.c.message_id).where(deliveries.c.id == delivery_id)
        message_id = self._connection.execute(this).scalar_one()
        alive = select(deliveries.c.id).where(
            deliveries.c.message_id == message_id,
            deliveries.c.state != DeliveryState.DEAD,
        )
        if self._connection.execute(alive.limit(1)).first() is not None:
            return
        told = and_(
            deliveries.c.told_by == message_id, deliveries.c.reason == TOLD_ELSEWHERE
        )
        self._connection.execute(update(deliveries).where(told).values(**waiting()))


def _waits() -> ColumnElement[bool]:
    """Return the condition that a delivery waits for its lane."""
    is_held = and_(
        deliveries.c.state == DeliveryState.HELD, deliveries.c.reason == BROKEN
    )
    return or_(deliveries.c.state == DeliveryState.PENDING, is_held)


def _told_by(message_id: int) -> Select[tuple[int]]:
    return (
        select(deliveries.c.id)
        .where(
            deliveries.c.told_by == message_id, deliveries.c.reason == TOLD_ELSEWHERE
        )
        .limit(1)
    )
