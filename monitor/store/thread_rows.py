"""Which message told a lane of a story first, so that a later one can answer it."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, or_, select

from monitor.model import Lane, Message
from monitor.store.tables import deliveries, message_alerts, messages


def first_receipt(connection: Connection, lane: Lane, message: Message) -> str:
    """Return the receipt of the message that this one answers, empty without any.

    That is the eldest in the lane of the same story, or about the alert that told of
    its event first.
    """
    if not (message.story or message.first_alert):
        return ""
    query = (
        select(deliveries.c.receipt)
        .where(_belongs_to(message))
        .where(deliveries.c.channel == lane.channel, deliveries.c.place == lane.place)
        .where(deliveries.c.receipt != "")
        .order_by(deliveries.c.id)
        .limit(1)
    )
    return connection.execute(query).scalar_one_or_none() or ""


def _belongs_to(message: Message) -> ColumnElement[bool]:
    of_story = select(messages.c.id).where(messages.c.story == message.story)
    told = select(message_alerts.c.message_id).where(
        message_alerts.c.alert_id == message.first_alert
    )
    found = [deliveries.c.message_id.in_(told)] if message.first_alert else []
    if message.story:
        found.append(deliveries.c.message_id.in_(of_story))
    return or_(*found)
