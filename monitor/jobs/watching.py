"""The watch over the monitor itself: once a minute, each trouble told once.

::

    clock       did wall and monotonic time part
    database    how long does it take to answer
    disk        how much is free of its volume
    backlog     which channel falls behind, though it is not broken
    dead        which alerts died since the one that was told, all in one report
    errors      what of our own work failed
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.alerts import self_reports as words
from monitor.alerts.feed_reports import Report
from monitor.jobs.dead import tell_of_more_dead
from monitor.jobs.in_force import InForce
from monitor.jobs.report import tell_ops
from monitor.ports import Clock, Store, Transaction
from monitor.ports.machine import Disk

DISK, CLOCK, WRITER, ERRORS = "disk", "clock", "writer", "errors"
BACKLOG = "backlog:"

_JUMP = timedelta(seconds=30)
_ONCE_A_DAY = "%Y-%m-%d"
_LOOKS = 5
"""So many looks in a row a channel has to be behind, and not to catch up."""


@dataclass(frozen=True, slots=True)
class _Behind:
    """A channel that falls behind: for how many looks, and how much waited then."""

    count: int
    looks: int = 0


@dataclass(slots=True)
class WatchJob:
    """Looks once a minute; what it has to remember it keeps, or it is in `reports`."""

    store: Store
    clock: Clock
    disk: Disk
    in_force: Callable[[], InForce]
    _offset: float | None = None
    _behind: Mapping[str, _Behind] = field(default_factory=dict)
    _errors: dict[str, tuple[float, str]] = field(default_factory=dict)
    _took: timedelta = timedelta(0)

    def note_error(self, where: str, text: str) -> None:
        """Note that work of our own failed."""
        self._errors[where] = (self.clock.monotonic(), text)

    async def run(self) -> None:
        """Look at everything, and tell `ops` what began and what ended.

        Raises:
            StoreError: the database cannot be written.
        """
        now, jump, took = self.clock.now(), self._jump(), self._took
        before, lately = self._behind, self._lately()
        begun = self.clock.monotonic()

        def look(tx: Transaction) -> dict[str, _Behind]:
            look = _Look(tx, self.in_force(), now)
            look.at_clock(jump)
            look.at_writer(took)
            look.at_disk(self.disk)
            tell_of_more_dead(tx, look.in_force, now)
            look.at_errors(lately)
            return look.at_backlog(before)

        self._behind = await self.store.transact(look)
        self._took = timedelta(seconds=self.clock.monotonic() - begun)

    def _jump(self) -> timedelta:
        """Return by how much wall and monotonic time parted since the last look."""
        offset = self.clock.now().timestamp() - self.clock.monotonic()
        jump = 0.0 if self._offset is None else offset - self._offset
        self._offset = offset
        return timedelta(seconds=jump)

    def _lately(self) -> Mapping[str, str]:
        """Return where work of our own failed of late, the last one last."""
        since = self.clock.monotonic() - words.QUIET.total_seconds()
        kept = {where: e for where, e in self._errors.items() if e[0] >= since}
        self._errors = kept
        by_time = sorted(kept.items(), key=lambda one: one[1][0])
        return {where: text for where, (_, text) in by_time}


@dataclass(frozen=True, slots=True)
class _Look:
    """One look, inside one transaction."""

    tx: Transaction
    in_force: InForce
    now: datetime

    def _tell(self, report: Report, *, without: str = "", again: str = "") -> None:
        tell_ops(
            self.tx,
            self.in_force,
            report.title,
            report.text,
            self.now,
            without=without,
            again=again,
            is_calm=report.is_calm,
        )

    def at_clock(self, jump: timedelta) -> None:
        """Tell of a jump, once a day."""
        if abs(jump) <= _JUMP:
            return
        if self.tx.open_report(CLOCK, f"{self.now:{_ONCE_A_DAY}}", self.now):
            self._tell(words.clock_jumped(jump))

    def at_writer(self, took: timedelta) -> None:
        """Tell that the database is slow, or quick again."""
        if took > words.SLOW:
            if self._opens(WRITER):
                self._tell(words.slow_writer(took))
        elif took < words.QUICK and self.tx.close_report(WRITER):
            self._tell(words.quick_writer())

    def at_disk(self, disk: Disk) -> None:
        """Tell that the disk is nearly full, or has room again."""
        space = disk.space()
        if space is None:
            return
        was_low = bool(self.tx.open_reports(DISK))
        is_low = words.is_low(space, was_low=was_low)
        if is_low and self._opens(DISK):
            self._tell(words.disk_low(space, disk.folder))
        elif not is_low and self.tx.close_report(DISK):
            self._tell(words.disk_well(space))

    def at_errors(self, lately: Mapping[str, str]) -> None:
        """Tell that our own work fails, or has done well for a while."""
        if lately:
            if self._opens(ERRORS):
                *_, last = lately.values()
                self._tell(words.own_errors(tuple(lately), last))
        elif self.tx.close_report(ERRORS):
            self._tell(words.no_errors())

    def at_backlog(self, before: Mapping[str, _Behind]) -> dict[str, _Behind]:
        """Tell which channel falls behind, and which has caught up; return the first.

        `before` is what the last look returned.
        """
        waiting = self.tx.waiting()
        late = {w.channel: w for w in waiting if words.falls_behind(w, self.now)}
        seen = {name: _again(before.get(name), w.count) for name, w in late.items()}
        for name, found in late.items():
            if seen[name].looks >= _LOOKS and self._opens(BACKLOG + name):
                self._tell(words.behind(found, self.now), without=name)
        for report in self.tx.open_reports(BACKLOG):
            name = report.key.removeprefix(BACKLOG)
            if name not in late and self.tx.close_report(report.key):
                self._tell(words.caught_up(name), again=name)
        return seen

    def _opens(self, key: str) -> bool:
        return self.tx.open_report(key, "", self.now)


def _again(before: _Behind | None, count: int) -> _Behind:
    """Return what is known of a channel that is behind at one more look.

    One that has fewer messages than before catches up by itself, and begins anew.
    """
    if before is None or count < before.count:
        return _Behind(count)
    return _Behind(before.count, before.looks + 1)
