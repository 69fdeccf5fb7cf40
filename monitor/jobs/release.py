"""Let held alerts go out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from monitor.alerts import PlannedAlert, compose
from monitor.jobs.in_force import InForce
from monitor.model import HeldQuery, Rule, StoredAlert
from monitor.ports import Transaction


def release(
    tx: Transaction, in_force: InForce, query: HeldQuery, now: datetime
) -> tuple[StoredAlert, ...]:
    """Put the held alerts that `query` names into the outbox; return them."""
    held = tx.held_alerts(query)
    for _, alerts in groupby(held, key=lambda alert: alert.entry_id):
        tell(tx, in_force, tuple(alerts), now)
    tx.unhold([alert.id for alert in held], now)
    return held


def tell(
    tx: Transaction, in_force: InForce, alerts: Sequence[StoredAlert], now: datetime
) -> None:
    """Put the alerts of one entry into the outbox: one message for each channel."""
    if not alerts:
        return
    first = alerts[0]
    messages = compose(
        first.entry,
        [_planned(alert, in_force) for alert in alerts],
        source=first.source,
        first_seen_at=first.first_seen_at,
        label=first.label,
    )
    for channel, message in messages:
        places = in_force.places.get(channel, 1)
        tx.enqueue(channel, message, places, now, entry_id=first.entry_id)


def _planned(alert: StoredAlert, in_force: InForce) -> PlannedAlert:
    # A rule that was given other channels since means the new ones.
    rule: Rule | None = in_force.rules.get(alert.rule)
    channels = alert.channels if rule is None else rule.channels
    return PlannedAlert(
        id=alert.id,
        rule=alert.rule,
        channels=channels,
        priority=alert.priority,
        because=alert.because,
    )
