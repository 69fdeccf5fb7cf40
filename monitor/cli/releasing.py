"""Letting go what is held, however much it is: in short transactions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.jobs.in_force import InForce
from monitor.jobs.release import parts, release
from monitor.model import HeldQuery, StoredAlert
from monitor.ports import Transaction
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


@dataclass(frozen=True, slots=True)
class LetGo:
    """How many deliveries went, and how many cannot because their channel is gone."""

    gone: int
    stuck: int = 0

    def and_more(self, count: int) -> LetGo:
        """Return the same with more of those that went."""
        return replace(self, gone=self.gone + count)

    @property
    def words(self) -> str:
        """Return what there is to say of them, empty if there is nothing."""
        gone = f", {self.gone} deliveries let go" if self.gone else ""
        advice = "whose channel is gone stay: name another with --to CHANNEL"
        return gone + (f", {self.stuck} {advice}" if self.stuck else "")


def let_go(
    tx: Transaction, in_force: InForce, orphans: Sequence[int], to: str
) -> LetGo:
    """Let orphaned deliveries go to a channel, or where they were meant to go."""
    if to:
        return LetGo(tx.redirect(orphans, to, in_force.places[to]))
    before = tx.sync_outbox(in_force.lanes, in_force.rules)
    asked = tx.redirect(orphans, None, 0)
    gone = before - tx.sync_outbox(in_force.lanes, in_force.rules)
    return LetGo(gone, asked - gone)
