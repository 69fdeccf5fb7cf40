"""Letting go what is held, however much it is: in short transactions."""

from __future__ import annotations

from datetime import datetime

from monitor.jobs.in_force import InForce
from monitor.jobs.release import parts, release
from monitor.model import HeldQuery, StoredAlert
from monitor.store.transaction import SqlStore


def release_all(
    store: SqlStore, in_force: InForce, query: HeldQuery, now: datetime
) -> list[StoredAlert]:
    """Let go what is held and `query` names; return the alerts.

    The daemon can write in between.
    """
    released: list[StoredAlert] = []
    for part in store.run(lambda tx: parts(tx, query)):
        released += store.run(
            lambda tx, part=part: release(tx, in_force, part, now)  # type: ignore[misc]
        )
    return released
