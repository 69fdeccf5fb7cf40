"""How fast feeds are polled, beside other programs, in one run on this machine.

    python bench/polling.py                  1,000 feeds, the peers, slow hosts, 10,000
    python bench/polling.py --quick          100 feeds, without the 10,000
    python bench/polling.py --feeds 300 --only ours,reader --hosts 1

Half of the feeds are RSS, half Atom, 50 entries each, German and English; a fifth has
neither ETag nor Last-Modified. nginx serves them on addresses of 127.0.0.0/8: each
address is a host of ten feeds, which nobody has to look up. Where nginx is absent a
small server of Python's own stands in, and takes processor time from all.

*Cold* is the first pass over feeds that are written in and were never asked,
*unchanged* one in which nothing is new. Every program is a whole process, started and
ended; ours also runs its rounds inside a daemon that is up, and has 1,000 rules
loaded. The spacing is 0 s, the database as durable as always (`synchronous=FULL`).
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from polls.measuring import Cost
from polls.ours import Ours, Round, imported
from polls.peers import PEERS, Curl
from polls.serving import hosts, served, slow_hosts
from polls.site import MadeFeed, build

FEEDS_OF_A_HOST = 10
_PASSES = ("cold", "unchanged")
SLOW = {"200 ms": 0.2, "5 s": 5.0, "never": 3600.0}


@dataclass(frozen=True, slots=True)
class Row:
    """What one program took, cold and unchanged."""

    name: str
    cold: Cost
    unchanged: Cost


def urls_of(made: Sequence[MadeFeed], addresses: Sequence[str], port: int) -> list[str]:
    """Return the address of each feed, the hosts in turn."""
    return [
        f"http://{addresses[n % len(addresses)]}:{port}/{feed.path}"
        for n, feed in enumerate(made)
    ]


def median(costs: Sequence[Cost]) -> Cost:
    """Return the pass that took the median of the wall time."""
    return sorted(costs, key=lambda cost: cost.wall)[(len(costs) - 1) // 2]


class Bench:
    """One site, and a folder in which every program has its own."""

    def __init__(self, folder: Path, given: argparse.Namespace) -> None:
        self.folder = folder
        self.given = given
        self.rows: list[Row] = []

    def is_wanted(self, name: str) -> bool:
        """Say whether a program is to be measured."""
        return not self.given.only or name.split(maxsplit=1)[
            0
        ] in self.given.only.split(",")

    def peers(self, urls: Sequence[str]) -> None:
        """Measure every peer that is installed."""
        for kind in PEERS:
            if not self.is_wanted(kind.name):
                continue
            if not kind.is_there():
                print(f"{kind.name} is not installed: skipped", file=sys.stderr)
                continue
            peer = kind(self.folder / kind.program)
            peer.prepare(urls)
            print(f"{kind.name} {peer.version()} ...", file=sys.stderr)
            name = f"{kind.name} {peer.version()}"
            cold = peer.pass_(is_first=True)
            again = [peer.pass_(is_first=False) for _ in range(self.given.passes)]
            self.rows.append(Row(name, cold, median(again)))

    def ours(self, urls: Sequence[str], name: str = "ours") -> Ours:
        """Return the monitor with the feeds written in, a database of its own."""
        monitor = Ours(self.folder / name, self.given.rules)
        monitor.prepare(urls)
        return monitor

    def whole(self, urls: Sequence[str]) -> None:
        """Measure the monitor as a whole process."""
        print("ours, the whole process ...", file=sys.stderr)
        monitor = self.ours(urls)
        cold = monitor.pass_()
        again = [monitor.pass_() for _ in range(self.given.passes)]
        self.rows.append(Row("**ours**, the whole process", cold, median(again)))
        print(f"imports alone: {imported():.0f} MB", file=sys.stderr)

    def warm(self, urls: Sequence[str], name: str = "warm") -> list[Round]:
        """Return rounds inside a daemon: a cold one, and unchanged ones."""
        print(f"ours, inside a daemon, {len(urls) - 1} feeds ...", file=sys.stderr)
        return self.ours(urls, name).in_daemon(1 + self.given.passes)


def table(rows: Sequence[Row]) -> Iterator[str]:
    """Yield the table; a ratio is how many times as long as ours it takes."""
    ours = next((row for row in rows if "ours" in row.name), None)
    heads = ("wall", "processor", "ratio")
    cold, unchanged = (" | ".join(f"{w}, {h}" for h in heads) for w in _PASSES)
    yield f"| | {cold} | {unchanged} | MB (with children) |"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|"
    for row in rows:
        cells = [row.name]
        for name in _PASSES:
            cost: Cost = getattr(row, name)
            base = None if ours is None else getattr(ours, name).wall
            ratio = "" if base is None else f"{cost.wall / base:.1f}"
            cells += [f"{cost.wall:.2f} s", f"{cost.cpu:.2f} s", ratio]
        most = max(row.cold, row.unchanged, key=lambda cost: cost.tree)
        cells.append(f"{max(row.cold.own, row.unchanged.own):.0f} ({most.tree:.0f})")
        yield f"| {' | '.join(cells)} |"


def daemon_lines(rounds: Sequence[Round], feeds: int) -> Iterator[str]:
    """Yield what the rounds inside a daemon took."""
    first, *again = rounds
    wall = statistics.median(each.wall for each in again)
    cpu = statistics.median(each.cpu for each in again)
    yield (
        f"inside a daemon, {feeds:,} feeds: cold {first.wall:.2f} s "
        f"({first.cpu:.2f} s of processor time, {first.entries_new:,} entries), "
        f"unchanged {wall:.2f} s ({cpu:.2f} s); which articles are wanted took "
        f"{first.deciding:.2f} s of processor time more"
    )


def with_slow_hosts(bench: Bench, urls: Sequence[str], made: Sequence[MadeFeed]) -> str:
    """Return when the last healthy feed was done, with 20 slow hosts among them."""
    with slow_hosts(bench.folder / "site", [*SLOW.values()], 20) as slow:
        bad = [f"http://{at}/{made[n].path}" for n, at in enumerate(slow)]
        monitor = bench.ours([urls[0], *bad, *urls[1:]], "slow")
        (found,) = monitor.in_daemon(
            1, healthy=f":{urls[0].split(':')[2].split('/')[0]}/"
        )
    return (
        f"with 20 slow hosts ({', '.join(SLOW)}): the last of {len(urls) - 1} healthy "
        f"feeds was done after {found.last_healthy:.2f} s, the round {found.wall:.1f} s"
    )


def arguments() -> argparse.Namespace:
    """Return what was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="100 feeds, one pass")
    parser.add_argument("--feeds", type=int, default=1000)
    parser.add_argument("--entries", type=int, default=50)
    parser.add_argument("--rules", type=int, default=1000)
    parser.add_argument("--hosts", type=int, help="default: one for ten feeds")
    parser.add_argument("--many", type=int, default=10_000, help="0: leave it out")
    parser.add_argument("--passes", type=int, default=3, help="unchanged ones")
    parser.add_argument("--only", default="", help="ours,reader,newsboat,...")
    parser.add_argument("--no-slow", action="store_true", help="without slow hosts")
    given = parser.parse_args()
    if given.quick:
        given.feeds, given.many, given.passes = 100, 0, 1
    return given


def run(given: argparse.Namespace, folder: Path) -> None:
    """Measure, and print."""
    bench = Bench(folder, given)
    count = given.feeds
    addresses = hosts(given.hosts or max(1, max(count, given.many) // FEEDS_OF_A_HOST))
    near = addresses[: given.hosts or max(1, count // FEEDS_OF_A_HOST)]
    made = build(folder / "site", 1 + max(count, given.many), given.entries)
    with served(folder / "site", folder / "nginx", addresses) as (server, port):
        urls = urls_of(made[: count + 1], near, port)
        size = sum((folder / "site" / feed.path).stat().st_size for feed in made)
        print(
            f"{platform.python_version()}, {os.cpu_count()} cores, {server}; "
            f"{count} feeds of {given.entries} entries on {len(near)} hosts, "
            f"{size / len(made) / 1000:.0f} kB each, {given.rules} rules\n"
        )
        bench.peers(urls[1:])
        lines: list[str] = []
        if bench.is_wanted("ours"):
            bench.whole(urls)
            rounds = bench.warm(urls)
            lines += daemon_lines(rounds, count)
            if not given.no_slow:
                lines.append(with_slow_hosts(bench, urls, made))
        if bench.is_wanted("ours") and given.many:
            many = bench.warm(urls_of(made, addresses, port), "many")
            lines += daemon_lines(many, given.many)
            lines.append(_growth(rounds, many, count, given.many))
        print("\n".join(table(bench.rows)), "\n")
        print("\n".join(lines))


def _growth(few: Sequence[Round], many: Sequence[Round], a: int, b: int) -> str:
    grown = [
        (of_many.cpu / b) / (of_few.cpu / a)
        for of_few, of_many in zip(few[:2], many[:2], strict=True)
    ]
    cold, unchanged = (f"{each:.2f}" for each in grown)
    return f"cost of a feed, {b:,} to {a:,}: cold {cold} times, unchanged {unchanged}"


def main() -> None:
    """Measure in a folder that is removed."""
    if not Curl.is_there():
        print("without curl there is no floor", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="polling-") as folder:
        run(arguments(), Path(folder))


if __name__ == "__main__":
    main()
