"""Which alerts a list is narrowed to: by state, by what was told together."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, or_, select

from monitor.model import DeliveryState
from monitor.store.route_tables import routes
from monitor.store.tables import alerts, deliveries, message_alerts


def in_state(state: str) -> ColumnElement[bool]:
    """Return whether an alert is held or waits, or has a delivery in the state."""
    if state == DeliveryState.HELD:
        is_held = alerts.c.hold.is_not(None)
        waits = select(routes.c.alert_id).where(routes.c.until.is_not(None))
        return or_(is_held, alerts.c.id.in_(_told_in(state)), alerts.c.id.in_(waits))
    return alerts.c.id.in_(_told_in(state))


def _told_in(state: str) -> Select[tuple[int]]:
    return (
        select(message_alerts.c.alert_id)
        .join(deliveries, deliveries.c.message_id == message_alerts.c.message_id)
        .where(deliveries.c.state == state)
    )


def told_in_one_message(alert_id: int) -> Select[tuple[int]]:
    """Return the ids of the alerts that some message told together with this one."""
    message_id = message_alerts.c.message_id
    told = select(message_id).where(message_alerts.c.alert_id == alert_id)
    return select(message_alerts.c.alert_id).where(message_id.in_(told))
