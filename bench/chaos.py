"""Kill a real daemon again and again while its receiver misbehaves; then reckon.

    python bench/chaos.py                                       a short one, a minute
    python bench/chaos.py --kills 500 --alerts 20000 --seed 1   the whole, half an hour

Feeds on loopback publish faster and faster; eight rules tell six channels, all of them
``json://`` on one receiver. It accepts most, and of each hundred requests some time
out, accepted or not, some are dropped, accepted or not, some get 429 with a
Retry-After, 500, 400 or 404; one entry in 200 gets 400 for ever. The daemon is killed
(-9) while it starts, when it fetches, amid a delivery, right after one, or at any
moment. Then it lives on until all is told, and the operator does what an operator
would do: tests channels that are broken, and tries again what is dead.

Every message is looked up by its entry: in what was published, in the database, in
`monitor alerts list --json`, and in what the receiver accepted. The exit code is 1
where a bound is broken. The same seed rolls the same dice; how far a daemon gets before
it is killed is up to the machine.
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from storm.lives import House, Life, Trap
from storm.receiver import Receiver
from storm.reckoning import Sum, by_name, count, integrity, lost, reckon, states
from storm.supply import CHANNELS, Site, Supply

_MOMENTS = {"start": 0.1, "poll": 0.15, "send": 0.3, "record": 0.25, "any": 0.2}
_WORKS = 2.0  # seconds that a daemon has at most before it is killed
_ACCELERATION = 1.5  # of a line, to this power: the last lives see the most entries
_OPEN = "SELECT count(*) FROM deliveries WHERE state NOT IN ('sent', 'dead')"
_DEAD = "SELECT count(*) FROM deliveries WHERE state = 'dead'"
_STORED = """SELECT feeds.name, count(*)
  FROM entries JOIN feeds ON feeds.id = entries.feed_id GROUP BY 1"""
_BROKEN = "SELECT count(*) FROM lanes"
_LOOK_EVERY = 50  # lives
_LAST = 60  # alerts that are left for the last daemon, while each channel breaks


@dataclass
class Storm:
    """One run."""

    given: argparse.Namespace
    supply: Supply
    receiver: Receiver
    site: Site
    house: House
    dice: random.Random
    moments: Counter[str] = field(default_factory=Counter)
    dead: int = 0

    def rage(self) -> None:
        """Let daemons live and die until all the kills are done."""
        self.receiver.is_bad = True
        for number in range(1, self.given.kills + 1):
            share = (number / self.given.kills) ** _ACCELERATION
            self._live(round((self.given.alerts - _LAST) * share))
            if number % _LOOK_EVERY == 0:
                found = integrity(self.house.database, "quick_check")
                say(f"{number} kills, {len(self.receiver.arrivals)} arrived, {found}")

    def _live(self, goal: int) -> None:
        """Let one daemon work until it is killed; `goal` alerts are due by then."""
        moment = self.dice.choices([*_MOMENTS], [*_MOMENTS.values()])[0]
        self.moments[moment] += 1
        life = self.house.begin()
        try:
            self._live_until(moment, life, goal)
            life.require_alive()
        finally:
            life.kill()
        self._publish_until(goal)

    def _publish_until(self, goal: int) -> None:
        """Publish what is still to come, as long as no feed forgets what is not stored.

        What a publisher took out before anybody asked is no loss of the monitor's.
        """
        stored = by_name(self.house.database, _STORED)
        while self.supply.alerts < goal and self.supply.holds_what_is_not_in(stored):
            self.supply.publish()

    def _live_until(self, moment: str, life: Life, goal: int) -> None:
        if moment == "start":
            time.sleep(self.dice.uniform(0, 1.2))
            return
        with self._set(moment, life) as trap:
            life.wait_ready(trap.sprung)
            self._work(goal, trap, time.monotonic() + self._span(moment))

    def _span(self, moment: str) -> float:
        return self.dice.uniform(0, _WORKS) if moment == "any" else _WORKS

    def _work(self, goal: int, trap: Trap, until: float) -> None:
        """Publish while the daemon works."""
        step = max(1, (goal - self.supply.alerts) // 15)
        while time.monotonic() < until and not trap.sprung.wait(0.03):
            self._publish_until(min(goal, self.supply.alerts + step))

    @contextmanager
    def _set(self, moment: str, life: Life) -> Iterator[Trap]:
        """Set the trap that kills the daemon at the moment that was chosen."""
        later = {"poll": 0.06, "record": 0.02}.get(moment, 0.0)
        pause = self.dice.uniform(0, later)

        def spring() -> None:
            time.sleep(pause)
            life.pull_the_plug()

        trap = Trap(self.dice.randint(1, 8 if moment == "poll" else 50), spring)
        if moment == "poll":
            self.site.asked = trap.call
        elif moment == "send":
            self.receiver.before = trap.call
        elif moment == "record":
            self.receiver.after = trap.call
        try:
            yield trap
        finally:
            self.site.asked = self.receiver.before = self.receiver.after = _nothing

    def calm(self) -> Sum:
        """Let one daemon finish, with an operator beside it; return the sum."""
        self.receiver.break_each(CHANNELS)
        life = self.house.begin()
        try:
            return self._settle(life)
        finally:
            life.kill()

    def _settle(self, life: Life) -> Sum:
        life.wait_ready(threading.Event())
        while self.supply.alerts < self.given.alerts:
            self._publish_until(self.given.alerts)
            time.sleep(0.2)
        self._until(lambda: self._count(_OPEN) == 0)
        due = self.supply.due()
        gone = lost(due, self.receiver.arrivals, states(self.house.database))
        self.receiver.is_bad = False
        self.receiver.poison = lambda _: False
        self.dead = self._count(_DEAD)
        if self.dead:
            self.house.command("alerts", "retry", "--all")
        self._until(lambda: self._count(_OPEN) + self._count(_DEAD) == 0)
        life.end()
        listed = self.house.command("alerts", "list", "--json", "--limit", "1000000")
        return reckon(
            due,
            self.receiver.arrivals,
            self.house.database,
            listed,
            were_lost=len(gone),
            most_in_flight=self.given.kills * len(CHANNELS) + self.receiver.slow,
        )

    def _count(self, query: str) -> int:
        return count(self.house.database, query)

    def _until(self, holds: Callable[[], bool]) -> None:
        """Wait, and test the channels that are broken, as an operator would."""
        begun = time.monotonic()
        while not self._is_told() or not holds():
            if time.monotonic() - begun > self.given.patience:
                raise RuntimeError(f"not all was told in time; see {self.house.log}")
            if self._count(_BROKEN):
                self._mend()
            time.sleep(1)

    def _is_told(self) -> bool:
        """Say whether the database knows all that is due."""
        return len(states(self.house.database)) >= len(self.supply.due())

    def _mend(self) -> None:
        listed = self.house.command("channels", "list", "--json")
        for line in listed.splitlines():
            channel = json.loads(line)
            if channel["broken_since"]:
                self.house.command("channels", "test", channel["name"])


def _nothing() -> None:
    """Do nothing."""


def say(text: str) -> None:
    """Print to standard error."""
    print(text, file=sys.stderr)


def arguments() -> argparse.Namespace:
    """Return what was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=12)
    parser.add_argument("--alerts", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--feeds", type=int, default=6)
    parser.add_argument(
        "--patience", type=float, default=900, help="seconds at the end"
    )
    parser.add_argument("--keep", type=Path, help="a new folder for all files")
    return parser.parse_args()


def run(given: argparse.Namespace, folder: Path) -> int:
    """Run the storm, print what came of it; return the exit code."""
    dice = random.Random(given.seed)
    supply = Supply(given.feeds, random.Random(given.seed + 1))
    begun = time.monotonic()
    with Receiver(random.Random(given.seed + 2)) as receiver, Site(supply) as site:
        receiver.poison = lambda number: number % 200 == 97
        channels = receiver.urls([*CHANNELS, "ops"])
        house = House(folder / "house", site.urls(), channels)
        house.command("poll", "--all")  # of empty feeds: whatever comes now is new
        storm = Storm(given, supply, receiver, site, house, dice)
        storm.rage()
        raged = time.monotonic() - begun
        total = storm.calm()
    seconds = time.monotonic() - begun
    report(storm, total, raged, seconds)
    return 1 if total.broken else 0


def report(storm: Storm, total: Sum, raged: float, seconds: float) -> None:
    """Print a table, and all of it as one object."""
    given, came = storm.given, len(storm.receiver.arrivals)
    print(
        f"{platform.python_version()}; seed {given.seed}: {given.kills} kills in "
        f"{raged:.0f} s, then {seconds - raged:.0f} s of calm; killed at: "
        + ", ".join(f"{name} {n}" for name, n in sorted(storm.moments.items()))
        + f"; {storm.dead} dead, tried again\nanswers: "
        + ", ".join(f"{way} {n}" for way, n in sorted(storm.receiver.ways.items()))
        + "\n\n| | |\n|---|---:|"
    )
    for name, value in total.rows().items():
        mark = " **broken**" if name in total.broken else ""
        print(f"| {name.replace('_', ' ')} | {value}{mark} |")
    print(f"| repeats of what arrived | {total.repeats / came:.2%} |\n")
    print(
        json.dumps(
            {
                "kills": given.kills,
                "seed": given.seed,
                "seconds": round(seconds, 1),
                "arrivals": came,
                "slow_answers": storm.receiver.slow,
                "dead_and_tried_again": storm.dead,
                **total.rows(),
                "repeat_rate": round(total.repeats / came, 5),
                "broken": total.broken,
            }
        )
    )


def main() -> int:
    """Run in a folder that is removed, unless it is to be kept."""
    given = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # and no daemon stays
    if given.keep is not None:
        return run(given, given.keep)
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        return run(given, Path(folder))


if __name__ == "__main__":
    sys.exit(main())
