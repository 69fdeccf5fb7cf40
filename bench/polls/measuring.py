"""A command's wall time, processor time and memory, its children's included."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_EVERY = 0.02


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds and MB.

    `own` is the most that the process itself had, `tree` with its children at a time.
    """

    wall: float
    cpu: float
    own: float
    tree: float
    output: str = ""


class _Watch(threading.Thread):
    """Looks at the memory of a process and of all that descend from it."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._over = threading.Event()
        self.own = self.tree = 0.0

    def run(self) -> None:
        """Look until the end."""
        while not self._over.wait(_EVERY):
            self.own = max(self.own, _status(self._pid, "VmHWM"))
            total = sum(_status(pid, "VmRSS") for pid in _family(self._pid))
            self.tree = max(self.tree, total)

    def stop(self) -> None:
        """Look no more."""
        self._over.set()
        self.join()


def _family(pid: int) -> list[int]:
    found = [pid]
    for each in found:
        try:
            tasks = list(Path(f"/proc/{each}/task").iterdir())
            for task in tasks:
                found += map(int, (task / "children").read_text().split())
        except OSError:
            continue
    return found


def _status(pid: int, name: str) -> float:
    """Return a figure of /proc in MB."""
    try:
        text = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return 0.0
    _, _, rest = text.partition(f"{name}:")
    return int(rest.split()[0]) * 1024 / 1e6 if rest else 0.0


def measured(
    arguments: Sequence[str],
    env: Mapping[str, str] | None = None,
    *,
    fails: bool = False,
) -> Cost:
    """Return what a command cost.

    Raises:
        SystemExit: it failed, and that is not expected (`fails`).
    """
    started = time.perf_counter()
    with subprocess.Popen(
        arguments, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        watch = _Watch(process.pid)
        watch.start()
        output = process.stdout.read() if process.stdout else ""
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        watch.stop()
    if process.returncode and not fails:
        raise SystemExit(f"{' '.join(arguments)[:200]}\nfailed:\n{output[-2000:]}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, watch.own, watch.tree, output)
