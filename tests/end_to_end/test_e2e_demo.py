"""`monitor demo`: the whole way, without an account, a network or a trace."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from harness import COMMAND, PATIENCE, Project, wait_until

PROMISED = 10.0  # seconds until the alert
MARGIN = 20.0  # more, for a busy machine


class Demo:
    """The demo in a process group and a temporary folder of its own."""

    def __init__(self, root: Path, *args: str) -> None:
        self.project = Project(root)
        self.temporary = root / "tmp"
        self.temporary.mkdir()
        self.before = self.files()
        self.output, self.errors = root / "home.out", root / "home.err"
        environment = self.project.environment() | {"TMPDIR": str(self.temporary)}
        with self.output.open("wb") as out, self.errors.open("wb") as err:
            self.process = subprocess.Popen(  # noqa: S603 - our own command
                [*COMMAND, "demo", *args],
                cwd=root / "home",
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )

    def files(self) -> set[Path]:
        return set(self.project.root.rglob("*"))

    def shown(self) -> str:
        return self.output.read_text(encoding="utf-8")

    def text(self) -> str:
        return self.shown() + self.errors.read_text(encoding="utf-8")

    def has_alerted(self) -> bool:
        return "Aserbaidschan" in self.shown() and "Waffenlieferungen" in self.shown()

    def left_behind(self) -> set[Path]:
        """Return the files that are there now and were not; its output is ours."""
        return self.files() - self.before - {self.output, self.errors}

    def group_is_alive(self) -> bool:
        try:
            os.killpg(self.process.pid, 0)
        except ProcessLookupError:
            return False
        return True


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path


def test_once_shows_the_alert_and_leaves_nothing(root: Path) -> None:
    begun = time.monotonic()
    demo = Demo(root, "--once")
    assert wait_until(demo.has_alerted, PATIENCE), demo.text()
    assert time.monotonic() - begun < PROMISED + MARGIN
    assert demo.process.wait(PATIENCE) == 0, demo.text()
    assert "waffen" in demo.shown().lower()
    assert "config/monitor.yaml" in demo.text(), "what to edit next"
    assert "Traceback" not in demo.text()
    assert demo.left_behind() == set()
    assert not demo.group_is_alive()


def test_goes_on_until_ctrl_c(root: Path) -> None:
    demo = Demo(root)
    assert wait_until(demo.has_alerted, PATIENCE), demo.text()
    assert demo.process.poll() is None
    demo.process.send_signal(signal.SIGINT)
    assert demo.process.wait(PATIENCE) == 0, demo.text()
    assert "config/monitor.yaml" in demo.text()
    assert "Traceback" not in demo.text()
    assert demo.left_behind() == set()
    assert not demo.group_is_alive()
