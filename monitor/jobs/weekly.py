"""The report on the last week, sent to `ops` at the times of its timetable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.alerts.timetable import next_time
from monitor.alerts.weekly import AroundWeek, weekly_report
from monitor.jobs.in_force import InForce
from monitor.jobs.report import tell_ops
from monitor.model import Run, RunName
from monitor.ports import Clock, Store, Transaction
from monitor.ports.machine import Disk

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class WeeklyJob:
    """Sends the report when it is time; what was missed is sent once, late."""

    store: Store
    clock: Clock
    disk: Disk
    in_force: Callable[[], InForce]
    version: str

    async def run(self) -> None:
        """Send the report if it is time.

        Raises:
            StoreError: the database cannot be written; nothing was sent.
        """
        if self.in_force().settings.watching.report:
            now = self.clock.now()
            await self.store.transact(lambda tx: self._send(tx, now))

    def _send(self, tx: Transaction, now: datetime) -> None:
        in_force = self.in_force()
        last = tx.runs().get(RunName.REPORT)
        if last is not None and last.ran_at <= now and not _is_due(last, in_force, now):
            return
        if last is None or last.ran_at > now:
            # It was asked for just now, or the clock went back.
            tx.save_run(Run(RunName.REPORT, now, last.good_at if last else None))
            return
        tx.save_run(Run(RunName.REPORT, now, now))
        report = weekly_report(
            tx.week(now - WEEK, now),
            AroundWeek(
                rules=tuple(in_force.rules),
                zone=in_force.zone,
                version=self.version,
                space=self.disk.space(),
                canary=tx.runs().get(RunName.CANARY),
            ),
        )
        tell_ops(tx, in_force, report.title, report.text, now)


def _is_due(last: Run, in_force: InForce, now: datetime) -> bool:
    timetable = in_force.settings.watching.report
    return next_time(timetable, in_force.zone, last.ran_at) <= now
