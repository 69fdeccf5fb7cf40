"""The monitor: as a whole process, and inside a daemon that is warm."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from polls.measuring import Cost, measured
from polls.site import Newsroom

_CONFIG = """
database: sqlite:///monitor.db
rules: rules.yaml
languages: [de, en]
poll:
  floor: 0s
  allow_networks: [127.0.0.0/8]
  per_host: {connections: 2, spacing: 0s}
defaults: {full_text: never}
feeds:
"""
_SCRIPT = "import sys; from monitor.cli import main; sys.argv[0] = 'monitor'; main()"

_IMPORTS = """
import monitor.cli, monitor.wiring, monitor.feeds.parse, rich.progress, time
time.sleep(0.2)
"""


@dataclass(frozen=True, slots=True)
class Round:
    """One round inside a daemon: seconds, and what it did.

    `deciding` is the processor time in which it was decided afterwards which articles
    are wanted.
    """

    wall: float
    cpu: float
    polled: int
    not_modified: int
    entries_new: int
    failed: int
    last_healthy: float
    deciding: float


def environment() -> dict[str, str]:
    """Return the environment of an installed program: it keeps its compiled code."""
    hidden = {"PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"}
    return {name: value for name, value in os.environ.items() if name not in hidden}


class Ours:
    """The monitor with `rules` rules.

    What is not a poll was done before: the tables are made and the rules' word forms
    are known, by a poll of one other feed. No article is read, since there are none:
    the whole process wants none, the daemon only finds out which it wants.
    """

    def __init__(self, folder: Path, rules: int) -> None:
        self.config = folder / "monitor.yaml"
        folder.mkdir(parents=True, exist_ok=True)
        room = Newsroom(4)
        made = [f"  rule-{n}: '{room.rule()}'" for n in range(rules)]
        text = "\n".join(["rules:", *made]) if made else "rules: {}"
        (folder / "rules.yaml").write_text(text, encoding="utf-8")

    def prepare(self, urls: Sequence[str]) -> None:
        """Write the feeds in."""
        self._write(urls[:1])
        self.pass_()
        self._write(urls[1:])

    def _write(self, urls: Sequence[str]) -> None:
        lines = [f"  - {{url: '{url}', every: 1m}}" for url in urls]
        self.config.write_text(_CONFIG + "\n".join(lines), encoding="utf-8")

    def pass_(self) -> Cost:
        """Return what one pass over all feeds costs as a process."""
        given = ["--config", str(self.config), "poll", "--all", "--json"]
        return measured([sys.executable, "-c", _SCRIPT, *given], environment())

    def in_daemon(self, rounds: int, healthy: str = "") -> list[Round]:
        """Return what rounds cost in a process of its own that stays up.

        `healthy` is what the addresses of feeds have that count for `last_healthy`.
        """
        text = self.config.read_text(encoding="utf-8")
        wanting = text.replace("full_text: never", "full_text: auto")
        self.config.write_text(wanting, encoding="utf-8")
        script = str(Path(__file__).parent / "warm.py")
        arguments = [str(self.config), str(rounds), healthy]
        cost = measured([sys.executable, script, *arguments], environment())
        return [Round(**json.loads(line)) for line in _objects(cost.output)]


def _objects(output: str) -> list[str]:
    return [line for line in output.splitlines() if line.startswith("{")]


def imported() -> float:
    """Return the MB of a process that has imported what a poll needs, and no more."""
    return measured([sys.executable, "-c", _IMPORTS], environment()).own
