"""A project on disk, the command line as a subprocess, the daemon as a context manager.

The monitor is a black box here: what it is told stands in files and arguments, what it
answers is exit codes, output and what arrives at the loopback servers.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

REPOSITORY = Path(__file__).resolve().parents[2]
COMMAND = (sys.executable, "-m", "monitor")
PATIENCE = 60.0  # seconds that one command may take on a busy machine
DRAIN = 10.0  # seconds that the daemon has after SIGTERM

Finished = subprocess.CompletedProcess[str]


def wait_until(predicate: Callable[[], bool], seconds: float) -> bool:
    """Ask until `predicate` holds or the time is up; say whether it holds."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not predicate():
        if time.monotonic() > deadline:
            return False
        pause.wait(0.05)
    return True


@dataclass
class Project:
    """A folder as a user has it: config/monitor.yaml, rules/*.yaml, var/."""

    root: Path
    env: dict[str, str] = field(default_factory=dict)
    settings: dict[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for folder in ("config", "rules", "var", "home"):
            (self.root / folder).mkdir(exist_ok=True)

    @property
    def config(self) -> Path:
        return self.root / "config" / "monitor.yaml"

    @property
    def database(self) -> Path:
        return self.root / "var" / "monitor.db"

    def configure(self, **keys: object) -> None:
        """Change top-level keys of the configuration and write it (None drops one)."""
        self.settings |= keys
        kept = {k: v for k, v in self.settings.items() if v is not None}
        replace_file(self.config, json.dumps(kept, indent=1, ensure_ascii=False))

    def write_rules(self, text: str, name: str = "rules.yaml") -> Path:
        """Write a rule file as an editor does (a new file moved over the old)."""
        path = self.root / "rules" / name
        replace_file(path, text)
        return path

    def environment(self) -> dict[str, str]:
        """Return the smallest environment that the command needs."""
        return {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "HOME": str(self.root / "home"),
            "PYTHONPATH": str(REPOSITORY),
            "PYTHONDONTWRITEBYTECODE": os.environ.get("PYTHONDONTWRITEBYTECODE", ""),
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "COLUMNS": "240",
            **self.env,
        }

    def run(
        self, *args: str, stdin: str = "", before: tuple[str, ...] = ()
    ) -> Finished:
        """Run one command to its end; `before` is what starts it (a shell)."""
        return subprocess.run(  # noqa: S603 - our own command
            [*before, *COMMAND, *args],
            cwd=self.root,
            env=self.environment(),
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=PATIENCE,
            check=False,
        )

    def ok(self, *args: str, stdin: str = "") -> Finished:
        """Run one command that has to end with 0."""
        done = self.run(*args, stdin=stdin)
        assert done.returncode == 0, said(done)
        return done

    def poll(self, *args: str) -> dict[str, object]:
        """Poll every feed and return the counts."""
        done = self.ok("poll", "--all", "--json", *args)
        counts = json.loads(done.stdout)
        assert isinstance(counts, dict)
        return counts

    def rows(self, *args: str) -> list[dict[str, object]]:
        """Run a list command with --json and return one object for each line."""
        done = self.ok(*args, "--json")
        return [json.loads(line) for line in done.stdout.splitlines() if line.strip()]

    def row(self, *args: str, name: str) -> dict[str, object]:
        """Return the one line of a list that has this name."""
        found = [row for row in self.rows(*args) if row.get("name") == name]
        assert len(found) == 1, found
        return found[0]


def said(done: Finished) -> str:
    """Return everything a command said, for an assertion's message."""
    return f"exit {done.returncode}\n--- out\n{done.stdout}\n--- err\n{done.stderr}"


def replace_file(path: Path, text: str) -> None:
    """Write a file the way editors do, so that no reader sees half of it."""
    new = path.with_name(f".{path.name}.new")
    new.write_text(text, encoding="utf-8")
    new.replace(path)


class NotifySocket:
    """systemd's side of sd_notify: a thread that always reads, as systemd does."""

    def __init__(self) -> None:
        self._folder = tempfile.mkdtemp(prefix="e2e")  # a socket's path must be short
        self.path = f"{self._folder}/notify"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.path)
        self.seen: list[str] = []
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        while (datagram := self._socket.recv(4096)) != b"CLOSE":
            self.seen += datagram.decode().splitlines()

    def count(self, state: str) -> int:
        """Return how often `state` was said so far."""
        return self.seen.count(state)

    def close(self) -> None:
        self._socket.connect(self.path)
        self._socket.send(b"CLOSE")
        self._thread.join()
        self._socket.close()
        shutil.rmtree(self._folder)


class Daemon:
    """`monitor run` in its own process group; leaving the block ends it politely."""

    def __init__(
        self, project: Project, *args: str, env: Mapping[str, str] | None = None
    ) -> None:
        self.project = project
        self.args = args
        self.env = env or {}
        self.log = project.root / "daemon.log"  # its standard error
        self.output = project.root / "daemon.out"  # its standard output

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            if kind is None and self.process.poll() is None:
                self.stop()
        finally:
            self.clean()

    def start(self, *, ready: bool = True) -> None:
        """Start it and wait until it says that it is ready."""
        self.notify = NotifySocket()
        env = {**self.project.environment(), "NOTIFY_SOCKET": self.notify.path}
        with self.log.open("ab") as log, self.output.open("ab") as output:
            self.process = subprocess.Popen(  # noqa: S603 - our own command
                [*COMMAND, "run", *self.args],
                cwd=self.project.root,
                env={**env, **self.env},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=log,
                start_new_session=True,
            )
        if ready:
            self.wait_ready()

    def wait_ready(self) -> None:
        arrived = wait_until(
            lambda: self.notify.count("READY=1") > 0 or self.process.poll() is not None,
            PATIENCE,
        )
        assert arrived, self.text()
        assert self.process.poll() is None, self.text()

    def text(self) -> str:
        """Return everything the daemon printed and logged so far."""
        return self.logged() + self.printed()

    def logged(self) -> str:
        """Return its standard error so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def printed(self) -> str:
        """Return its standard output so far."""
        return self.output.read_text(encoding="utf-8", errors="replace")

    def events(self, name: str, **fields: object) -> list[dict[str, object]]:
        """Return the whole JSON log lines of this event that have these fields."""
        lines = self.logged().split("\n")[:-1]  # the last one may be half written
        found = [json.loads(line) for line in lines]
        wanted = {"event": name, **fields}
        return [event for event in found if wanted.items() <= event.items()]

    def says(self, state: str, count: int, seconds: float = PATIENCE) -> bool:
        """Wait until systemd was told `state` this often; say whether it was."""
        return wait_until(lambda: self.notify.count(state) >= count, seconds)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> float:
        """Send SIGTERM, return the seconds until the exit, which has to be clean."""
        begun = time.monotonic()
        self.process.send_signal(number)
        try:
            code = self.process.wait(DRAIN)
        except subprocess.TimeoutExpired:
            raise AssertionError(
                f"alive {DRAIN} s after {number}\n{self.text()}"
            ) from None
        assert code == 0, f"exit {code} after {number}\n{self.text()}"
        return time.monotonic() - begun

    def kill(self) -> None:
        """Pull the plug: SIGKILL, as the power button would."""
        self.process.kill()
        self.process.wait()
        self.clean()

    def clean(self) -> None:
        """End what is left of its process group."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.notify.close()
