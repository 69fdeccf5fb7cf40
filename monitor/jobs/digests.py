"""What waited is told when its time has come; the end of a silence is reported."""

from __future__ import annotations

from datetime import datetime

from monitor.jobs.in_force import InForce
from monitor.jobs.release import release_due
from monitor.jobs.silences import report_ended
from monitor.ports import Transaction


def let_go(tx: Transaction, in_force: InForce, now: datetime) -> int:
    """Tell what has waited long enough, and of silences that ended.

    Returns how many alerts, for a channel, were told.
    """
    report_ended(tx, in_force, now)
    return release_due(tx, in_force, now)
