"""A database that cannot be used, a disk that is full: said, and nothing is lost."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from feedsite import FeedSite, LiveFeed
from harness import Daemon, Project, said, wait_until
from receivers import Webhook

TITLE = "Aserbaidschan erwägt Waffenlieferungen an Kiew"


def refused(project: Project, *commands: str) -> str:
    """Run commands that must refuse the database untouched; return what they say."""
    before = project.database.read_bytes()
    said_so = ""
    for command in commands:
        done = project.run(*command.split())
        assert done.returncode in (1, 2), said(done)
        assert "Traceback" not in done.stderr
        assert project.database.name in done.stderr, said(done)
        said_so += done.stderr
    assert project.database.read_bytes() == before
    return said_so


def test_database_of_a_newer_version_is_refused(primed: Project) -> None:
    with closing(sqlite3.connect(primed.database)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    text = refused(primed, "run", "poll", "feeds list", "alerts retry --all")
    assert "newer" in text


def test_file_that_is_no_database_is_refused(project: Project) -> None:
    project.database.write_text("Das ist keine Datenbank.\n" * 500, encoding="utf-8")
    assert "not a database" in refused(project, "run", "poll", "status")


@pytest.fixture
def small_disk(primed: Project) -> Iterator[Path]:
    """The state directory on a file system of its own, of three megabytes."""
    state = primed.database.parent
    mount, umount = shutil.which("mount"), shutil.which("umount")
    if os.geteuid() != 0 or not mount or not umount:
        pytest.skip("only root can mount a small file system")
    kept = primed.root / "kept"
    shutil.copytree(state, kept)
    options = ["-t", "tmpfs", "-o", "size=3m", "none", str(state)]
    done = subprocess.run([mount, *options], capture_output=True, check=False)  # noqa: S603
    if done.returncode:
        pytest.skip("no file system can be mounted here")
    shutil.copytree(kept, state, dirs_exist_ok=True)
    yield state
    subprocess.run([umount, "-l", str(state)], check=True)  # noqa: S603


def fill(disk: Path) -> Path:
    """Write a file until nothing is free any more; return it."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"x" * 4096)
    return filler


def test_full_disk_is_said_and_loses_nothing(
    primed: Project, small_disk: Path, feed: LiveFeed, webhook: Webhook
) -> None:
    filler = fill(small_disk)
    for number in range(30):
        feed.publish(f"{TITLE} {number}", summary="Text " * 2000)
    done = primed.run("poll", "--all", "--json")
    assert done.returncode == 1, said(done)
    assert "Traceback" not in done.stderr, said(done)
    assert "full" in done.stderr
    assert str(primed.database) in done.stderr
    filler.unlink()
    primed.poll()
    primed.poll()
    assert len(webhook.accepted["/desk"]) == 30


def test_daemon_outlives_a_disk_that_fills_during_a_poll(
    primed: Project, small_disk: Path, site: FeedSite, feed: LiveFeed, webhook: Webhook
) -> None:
    def fill_and_answer(request: BaseHTTPRequestHandler) -> None:
        fill(small_disk)
        feed.page(request)

    for number in range(30):
        feed.publish(f"{TITLE} {number}", summary="Text " * 2000)
    site.serve("/news", fill_and_answer)
    with Daemon(primed, env={"WATCHDOG_USEC": "3000000"}) as daemon:
        assert wait_until(lambda: "full" in daemon.logged(), 30), daemon.text()
        fed = daemon.notify.count("WATCHDOG=1")
        assert daemon.says("WATCHDOG=1", fed + 2, 15), "a restart would not help"
        site.serve("/news", feed.page)
        (small_disk / "filler").unlink()
        assert len(webhook.wait_for("/desk", 30, 60)) == 30, daemon.text()
    assert len({alert.title for alert in webhook.accepted["/desk"]}) == 30
    assert "Traceback" not in daemon.text()


def test_disk_that_fills_after_the_sending_causes_no_repeat(
    primed: Project, small_disk: Path, feed: LiveFeed, webhook: Webhook
) -> None:
    fillers: list[Path] = []

    def fill_and_accept(_: object) -> int:
        fillers.append(fill(small_disk))
        return 200

    webhook.script["/desk"] = [fill_and_accept]
    with Daemon(primed, "--log-format", "json") as daemon:
        feed.publish(f"{TITLE} (eins)")
        assert len(webhook.wait_for("/desk", 1, 15)) == 1, daemon.text()
        feed.publish(f"{TITLE} (zwei)", summary="Text " * 20_000)
        assert wait_until(lambda: "full" in daemon.logged(), 30), daemon.text()
        fillers[0].unlink()
        assert len(webhook.wait_for("/desk", 2, 60)) == 2, daemon.text()
        daemon.stop()
    primed.poll()
    assert len(webhook.accepted["/desk"]) == 2


def test_limit_on_file_size_is_said_and_loses_nothing(
    primed: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    """The same without a file system of its own: no file may grow beyond this."""
    limit = primed.database.stat().st_size + 20_000
    for number in range(30):
        feed.publish(f"{TITLE} {number}", summary="Text " * 2000)
    blocks = f"ulimit -f {limit // 512}"
    shell = ("/bin/sh", "-c", f'{blocks}; exec "$@"', "sh")
    done = primed.run("poll", "--all", "--json", before=shell)
    assert done.returncode == 1, said(done)
    assert "Traceback" not in done.stderr, said(done)
    assert str(primed.database) in done.stderr, said(done)
    primed.poll()
    assert len(webhook.accepted["/desk"]) == 30
