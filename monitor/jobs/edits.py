"""After a reload: what the edit of the rules means, in one line to `ops`.

The new rules are in force already; this looks back over stored entries, newest first,
a page at a time, and ends when its time is up: then it says how far it came.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePath
from typing import Final

from monitor.alerts.wording import counted
from monitor.jobs.comparing import Comparison, RuleChange
from monitor.jobs.in_force import InForce
from monitor.jobs.report import tell_ops
from monitor.model import StoredEntry
from monitor.ports import Clock, Store

LOOK_BACK: Final = timedelta(days=30)

_TIME: Final = timedelta(seconds=60)
_PAGE: Final = 200
_MOST_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class EditReport:
    """Tells `ops` what an edit gains and loses."""

    store: Store
    clock: Clock

    async def run(self, old: InForce, new: InForce) -> str:
        """Return the line that `ops` was told, empty where no rule differs.

        Raises:
            StoreError: nothing was told.
        """
        now = self.clock.now()
        compared = await asyncio.to_thread(_comparison, old, new, now)
        if not compared.has_changes:
            return ""
        days = await self._look(compared, now)
        line = summary(compared, old, new, days)
        details = "\n".join(_details(compared))
        await self.store.transact(
            lambda tx: tell_ops(tx, new, line, details, now, is_calm=True)
        )
        return line

    async def _look(self, compared: Comparison, now: datetime) -> int:
        """Look at entries until they or the time end; return how many days it were."""
        since, end = now - LOOK_BACK, self.clock.monotonic() + _TIME.total_seconds()
        before: int | None = None
        while self.clock.monotonic() < end:
            page = await self.store.transact(
                lambda tx, before=before: tx.some_entries(  # type: ignore[misc]
                    since, before=before, limit=_PAGE
                )
            )
            if not page:
                return LOOK_BACK.days
            before = page[-1].id
            await asyncio.to_thread(_look_at, compared, page)
        return round(compared.days(now))


def _comparison(old: InForce, new: InForce, now: datetime) -> Comparison:
    return Comparison(old, new, now, only_changes=True)


def _look_at(compared: Comparison, page: Sequence[StoredEntry]) -> None:
    for stored in page:
        compared.look(stored)


def summary(compared: Comparison, old: InForce, new: InForce, days: int) -> str:
    """Return a line: "rules.yaml: +1 rule, waffen changed: +14 / -3 in 30 days"."""
    changes = [c for c in compared.changes.values() if c.state != "same"]
    rules = {**old.rules, **new.rules}
    files = {PurePath(rules[change.name].path).name for change in changes}
    where = files.pop() if len(files) == 1 else f"{len(files)} rule files"
    what = ", ".join(_counted(changes))
    gained = sum(change.gained for change in changes)
    lost = sum(change.lost for change in changes)
    return f"{where}: {what}: +{gained} / -{lost} in {counted(days, 'day')}"


def _counted(changes: Sequence[RuleChange]) -> list[str]:
    by_state = {
        state: [change.name for change in changes if change.state == state]
        for state in ("new", "removed", "changed")
    }
    said = [
        sign + counted(len(names), "rule")
        for sign, names in (("+", by_state["new"]), ("-", by_state["removed"]))
        if names
    ]
    changed = by_state["changed"]
    if changed:
        is_few = len(changed) <= _MOST_NAMED
        who = ", ".join(changed) if is_few else f"{len(changed)} rules"
        said.append(f"{who} changed")
    return said


def _details(compared: Comparison) -> list[str]:
    """Return a line for each rule that differs, and what is worth a look."""
    lines = [
        f"{change.name} ({change.state}): +{change.gained} / -{change.lost}"
        for change in compared.changes.values()
        if change.state != "same"
    ]
    if dead := compared.dead():
        lines.append(f"match nothing that is stored: {', '.join(dead)}")
    return lines
