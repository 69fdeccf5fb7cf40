"""The house with a watch over it: a disk that can fill, a web that hears heartbeats."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

from house import OPS, House

from monitor.jobs.canary import CanaryJob
from monitor.jobs.heartbeat import HeartbeatJob
from monitor.jobs.watching import WatchJob
from monitor.jobs.weekly import WeeklyJob
from monitor.model import (
    CanarySpec,
    HeartbeatSpec,
    Run,
    RunName,
    Space,
    Watching,
)
from monitor.testing import InlineParser

GB = 10**9
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass
class FakeDisk:
    """A disk of 100 GB."""

    free: int | None = 50 * GB
    folder: str = "/var/lib/monitor"

    def space(self) -> Space | None:
        return None if self.free is None else Space(self.free, 100 * GB)


@dataclass
class FakePinger:
    """A URL that hears everything, or answers with `error`."""

    error: str = ""
    heard: list[str] = field(default_factory=list)

    async def ping(self, url: str) -> str:
        self.heard.append(url)
        return self.error


class Watched:
    """The jobs of the watch in a house."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.disk, self.pinger, self._heard = FakeDisk(), FakePinger(), 0
        store, clock, journal = house.store, house.clock, house.journal
        in_force = lambda: house.in_force  # noqa: E731 - five jobs ask for it
        self.watch = WatchJob(store, clock, self.disk, in_force)
        self.canary = CanaryJob(store, InlineParser(), clock, journal, in_force)
        self.weekly = WeeklyJob(store, clock, self.disk, in_force, "1.2.3")
        self.heartbeat = HeartbeatJob(store, self.pinger, clock, journal, in_force)

    def ask_for(
        self,
        *,
        canary: CanarySpec | None = None,
        heartbeat: HeartbeatSpec | None = None,
        report: str = "",
        timezone: str = "UTC",
    ) -> None:
        """Put this into force."""
        watching = Watching(heartbeat, report, canary or CanarySpec())
        settings = replace(
            self.house.in_force.settings, watching=watching, timezone=timezone
        )
        self.house.in_force = replace(self.house.in_force, settings=settings)

    def run(self, name: RunName) -> Run:
        """Return what is stored of something that recurs."""
        return self.house.store.run(lambda tx: tx.runs()[name])

    async def looks(self, count: int = 1) -> list[str]:
        """Look so often, a minute apart; return what `ops` has heard since it was."""
        for _ in range(count):
            self.house.clock.advance(MINUTE)
            await self.watch.run()
            await self.house.deliver()
        return await self.heard()

    async def heard(self) -> list[str]:
        """Return the titles of what `ops` has heard since the last time."""
        await self.house.deliver()
        titles = self.house.titles(OPS)
        new, self._heard = titles[self._heard :], len(titles)
        return new

    def text(self) -> str:
        """Return the text of the last report."""
        return [m for lane, m, _ in self.house.places.sent if lane == OPS][-1].text
