"""The report on the last week, sent to `ops` at the times of its timetable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.alerts.feed_reports import Report
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
        in_force = self.in_force()
        if not in_force.settings.watching.report:
            return
        now = self.clock.now()
        last = await self.store.look(_last)
        if last is None or last.ran_at > now:
            # It was asked for just now, or the clock went back.
            begun = Run(RunName.REPORT, now, last.good_at if last else None)
            await self.store.transact(lambda tx: tx.save_run(begun))
        elif _is_due(last, in_force, now):
            # A busy week takes a while to count: nobody waits for it.
            report = await self.store.look(lambda tx: self._report(tx, in_force, now))
            await self.store.transact(lambda tx: _send(tx, in_force, report, now))

    def _report(self, tx: Transaction, in_force: InForce, now: datetime) -> Report:
        return weekly_report(
            tx.week(now - WEEK, now),
            AroundWeek(
                rules=tuple(in_force.rules),
                zone=in_force.zone,
                version=self.version,
                space=self.disk.space(),
                canary=tx.runs().get(RunName.CANARY),
            ),
        )


def _last(tx: Transaction) -> Run | None:
    return tx.runs().get(RunName.REPORT)


def _send(tx: Transaction, in_force: InForce, report: Report, now: datetime) -> None:
    tx.save_run(Run(RunName.REPORT, now, now))
    tell_ops(tx, in_force, report.title, report.text, now, is_calm=True)


def _is_due(last: Run, in_force: InForce, now: datetime) -> bool:
    timetable = in_force.settings.watching.report
    return next_time(timetable, in_force.zone, last.ran_at) <= now
