"""What is told of alerts that died: the first at once, then those of its hour."""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.alerts.self_reports import more_dead
from monitor.jobs.in_force import InForce
from monitor.jobs.report import tell_ops
from monitor.model import Delivery, DeliveryState, Settled
from monitor.ports import Transaction

_KEY = "dead:"
_LOT = timedelta(hours=1)


def tell_of_dead(
    tx: Transaction,
    in_force: InForce,
    delivery: Delivery,
    settled: Settled,
    now: datetime,
) -> None:
    """Tell `ops` of an alert that died, unless one of its channel did of late.

    The death of a report is not reported.
    """
    if (
        settled.state is not DeliveryState.DEAD
        or not delivery.message.kind.tells_alerts
    ):
        return
    name = delivery.lane.channel
    tell_of_more_dead(tx, in_force, now)
    if any(report.key == _KEY + name for report in tx.open_reports(_KEY)):
        return
    ids = " ".join(str(alert) for alert in delivery.message.alerts)
    tx.open_report(_KEY + name, ids, now)
    title = f"an alert did not reach channel {name}"
    text = (
        f"{delivery.message.title}: {settled.reason}. "
        f"To try again: monitor alerts retry {ids}"
    )
    tell_ops(tx, in_force, title, text, now, without=name)


def tell_of_more_dead(tx: Transaction, in_force: InForce, now: datetime) -> None:
    """Tell `ops` what died within an hour of an alert that was told, all in one."""
    for report in tx.open_reports(_KEY):
        if report.since <= now < report.since + _LOT:
            continue
        name = report.key.removeprefix(_KEY)
        told = {int(alert) for alert in report.detail.split()}
        dead = [a for a in tx.dead_since(name, report.since) if a not in told]
        tx.close_report(report.key)
        if dead:
            tx.open_report(report.key, " ".join(map(str, dead)), now)
            found = more_dead(name, dead)
            tell_ops(tx, in_force, found.title, found.text, now, without=name)
