"""A monitor on disk, and the lives of its daemon: each begins, works and is killed."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from storm.supply import CHANNELS, RULES

from monitor.config.defaults_model import RuleDefaults

_READY = 60.0
_COMMAND = (sys.executable, "-m", "monitor")


class Trap:
    """Springs at the n-th call, once; whoever waits for it is told."""

    def __init__(self, count: int, spring: Callable[[], None]) -> None:
        self.sprung = threading.Event()
        self._left = count
        self._spring = spring
        self._lock = threading.Lock()

    def call(self) -> None:
        """Count one call."""
        with self._lock:
            self._left -= 1
            is_now = self._left == 0
        if is_now:
            self.sprung.set()
            self._spring()


@dataclass(slots=True)
class House:
    """The files of a monitor, and its commands."""

    folder: Path
    feeds: Iterable[tuple[str, str]]
    channels: Mapping[str, str]
    socket: socket.socket = field(init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(self.folder / "notify"))
        self._write("monitor.yaml", self._configuration())
        rules = {name: {"query": name, "channels": to} for name, to in RULES.items()}
        self._write("rules.yaml", {"rules": rules})

    def _configuration(self) -> dict[str, object]:
        # Here a flood is what is wanted: nothing may be held back because of it.
        unheld = {"throttle": "none"} if "throttle" in RuleDefaults.model_fields else {}
        return {
            "database": "sqlite:///monitor.db",
            "rules": "rules.yaml",
            "poll": {
                "floor": "0s",
                "per_host": {"connections": "20", "spacing": "0s"},
                "allow_networks": ["127.0.0.1/32"],
            },
            "channels": dict(self.channels),
            "ops": ["ops"],
            "defaults": {"rule": {"channels": CHANNELS, **unheld}},
            "feeds": [
                {"url": url, "name": name, "every": "1s"} for name, url in self.feeds
            ],
        }

    def _write(self, name: str, content: object) -> None:
        (self.folder / name).write_text(json.dumps(content), encoding="utf-8")

    @property
    def database(self) -> Path:
        """Return the database's file."""
        return self.folder / "monitor.db"

    @property
    def log(self) -> Path:
        """Return the file that the daemons write their log lines to."""
        return self.folder / "daemon.log"

    def command(self, *words: str) -> str:
        """Run one command; return its standard output.

        Raises:
            RuntimeError: it met no good end; the text is what it said.
        """
        done = subprocess.run(
            [*_COMMAND, *words],
            cwd=self.folder,
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{words}: exit {done.returncode}: {done.stderr}")
        return done.stdout

    def _environment(self) -> dict[str, str]:
        hidden = {"PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"}
        kept = {name: value for name, value in os.environ.items() if name not in hidden}
        own = {"MONITOR_CONFIG": str(self.folder / "monitor.yaml")}
        root = str(Path(__file__).resolve().parents[2])
        return {**kept, **own, "PYTHONPATH": root}

    def begin(self) -> Life:
        """Start the daemon, and wait for nothing."""
        self._forget_words()
        env = {**self._environment(), "NOTIFY_SOCKET": str(self.folder / "notify")}
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [*_COMMAND, "run", "--log-format", "json"],
                cwd=self.folder,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
            )
        return Life(process, self.socket)

    def _forget_words(self) -> None:
        self.socket.setblocking(False)  # noqa: FBT003 - the name says it
        with suppress(BlockingIOError):
            while True:
                self.socket.recv(4096)


@dataclass(slots=True)
class Life:
    """One process of the daemon."""

    process: subprocess.Popen[bytes]
    socket: socket.socket

    def wait_ready(self, ended: threading.Event) -> None:
        """Wait until it works, or has `ended`.

        Raises:
            RuntimeError: it does not begin to work.
        """
        until = time.monotonic() + _READY
        self.socket.settimeout(0.05)
        while time.monotonic() < until and not ended.is_set():
            with suppress(TimeoutError):
                if b"READY=1" in self.socket.recv(4096):
                    return
            if self.process.poll() is not None and not ended.is_set():
                break
        if not ended.is_set():
            raise RuntimeError(f"no daemon: exit {self.process.poll()}")

    def kill(self) -> None:
        """Kill it, as the power button would, and what it has begun."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def require_alive(self) -> None:
        """Make sure that nothing but us ended it.

        Raises:
            RuntimeError: it ended by itself.
        """
        if self.process.poll() not in (None, -signal.SIGKILL):
            raise RuntimeError(f"it ended by itself: exit {self.process.returncode}")

    def pull_the_plug(self) -> None:
        """Kill it this instant, from whatever thread."""
        with suppress(ProcessLookupError):
            os.kill(self.process.pid, signal.SIGKILL)

    def end(self) -> None:
        """End it politely.

        Raises:
            RuntimeError: it did not end well.
        """
        self.process.terminate()
        if self.process.wait(20):
            raise RuntimeError(f"exit {self.process.returncode} after SIGTERM")
