"""Clocks that somebody sets, and machines that sleep: nothing lost, and on at once."""

from __future__ import annotations

import os
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from feedsite import LiveFeed
from harness import REPOSITORY, Daemon, Project, wait_until
from receivers import Webhook

HOUR, DAY, YEAR = timedelta(hours=1), timedelta(days=1), timedelta(days=365)
FIRST = "Aserbaidschan erwägt Waffenlieferungen an Kiew"
SECOND = "Waffenlieferungen: Aserbaidschan dementiert"
REPEAT = "possible repeat"
SOON = 30.0

WALL_CLOCK = """
import datetime as real, os
from pathlib import Path

class Clock(real.datetime):
    @classmethod
    def now(cls, tz=None):
        seconds = float(Path(os.environ["WALL_CLOCK"]).read_text())
        return real.datetime.now(tz) + real.timedelta(seconds=seconds)

import apscheduler.executors.base, apscheduler.schedulers.base, monitor.clock
for reader in (apscheduler.executors.base, apscheduler.schedulers.base, monitor.clock):
    reader.datetime = Clock
"""
"""Python runs it at each start: whoever asks for the time gets that of a file."""


class WallClock:
    """The wall clock of a daemon; its monotonic clock goes on as it always does."""

    def __init__(self, folder: Path) -> None:
        (folder / "sitecustomize.py").write_text(WALL_CLOCK, encoding="utf-8")
        self._file = folder / "seconds"
        self.env = {
            "PYTHONPATH": f"{folder}:{REPOSITORY}",
            "WALL_CLOCK": str(self._file),
        }
        self.set(timedelta(0))

    def set(self, ahead: timedelta) -> None:
        new = self._file.with_name("new")
        new.write_text(str(ahead.total_seconds()), encoding="utf-8")
        new.replace(self._file)


@pytest.fixture
def wall(tmp_path: Path) -> WallClock:
    folder = tmp_path / "clock"
    folder.mkdir()
    return WallClock(folder)


def titles(webhook: Webhook) -> list[str]:
    return [
        t for a in webhook.accepted["/desk"] for t in (FIRST, SECOND) if t in a.title
    ]


@pytest.mark.parametrize("jump", [HOUR, -HOUR, YEAR, -YEAR], ids=str)
def test_clock_that_is_set_stops_neither_polls_nor_retries(
    eager: Project, feed: LiveFeed, webhook: Webhook, wall: WallClock, jump: timedelta
) -> None:
    webhook.script["/desk"] = [(503, {"Retry_After": "3"})]
    with Daemon(eager, "--log-format", "json", env=wall.env) as daemon:
        feed.publish(FIRST)
        assert wait_until(lambda: daemon.events("delivery", status=503), SOON)
        wall.set(jump)
        now = datetime.now(UTC)  # noqa: TID251 - the publisher's clock, which is right
        feed.publish(SECOND, published_at=now + jump)
        webhook.wait_for("/desk", 2, SOON)
        assert titles(webhook) == [FIRST, SECOND], daemon.text()
        (jumped,) = daemon.events("clock_jumped")
        assert abs(float(str(jumped["seconds"])) - jump.total_seconds()) < 5
        daemon.stop()
    assert not any(REPEAT in alert.body for alert in webhook.accepted["/desk"])
    assert "Traceback" not in daemon.text()


def test_machine_that_sleeps_for_a_day_amid_a_delivery_goes_on(
    eager: Project, feed: LiveFeed, webhook: Webhook, wall: WallClock
) -> None:
    with Daemon(eager, "--log-format", "json", env=wall.env) as daemon:

        def sleep_for_a_day(_: object) -> int:
            os.killpg(daemon.process.pid, signal.SIGSTOP)
            wall.set(DAY)
            os.killpg(daemon.process.pid, signal.SIGCONT)
            return 200

        webhook.script["/desk"] = [sleep_for_a_day]
        feed.publish(FIRST)
        assert webhook.wait_for("/desk", 1, SOON), daemon.text()
        now = datetime.now(UTC)  # noqa: TID251 - the publisher's clock, which is right
        feed.publish(SECOND, published_at=now + DAY)
        webhook.wait_for("/desk", 2, SOON)
        daemon.stop()
    assert titles(webhook) == [FIRST, SECOND], daemon.text()
    assert not any(REPEAT in alert.body for alert in webhook.accepted["/desk"])
    assert "Traceback" not in daemon.text()
