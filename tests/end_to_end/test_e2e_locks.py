"""One database, several commands: who may work beside whom, and who may not at all."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler

import pytest
from feedsite import FeedSite, LiveFeed
from harness import COMMAND, Daemon, Finished, Project, said, wait_until
from receivers import Webhook

TITLE = "Aserbaidschan erwägt Waffenlieferungen an Kiew"
SOON = 15.0
NOBODY = 65534
READERS = [
    "feeds list --json",
    "rules list",
    "channels list --json",
    "alerts list",
    "alerts show 1",
    "why 1",
    "status --json",
]


def test_two_daemons_on_one_database_are_refused(
    primed: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    with Daemon(primed) as daemon:
        done = primed.run("run")
        assert done.returncode == 1, said(done)
        assert "monitor run" in done.stderr
        assert str(daemon.process.pid) in done.stderr
        assert "Traceback" not in done.stderr
        feed.publish(TITLE)
        assert len(webhook.wait_for("/desk", 1, SOON)) == 1, "the first one works on"


def test_poll_beside_run_marks_the_feeds_as_due(
    project: Project, feed: LiveFeed, site: FeedSite, webhook: Webhook
) -> None:
    project.configure(feeds=[{"url": feed.url, "name": "news", "every": "1h"}])
    with Daemon(project) as daemon:
        assert site.wait(lambda: site.asked("/news") == 1, SOON), daemon.text()
        feed.publish(TITLE)
        done = project.ok("poll", "--all", "--json")
        assert json.loads(done.stdout) == {"queued": 1}
        assert len(webhook.wait_for("/desk", 1, SOON)) == 1, daemon.text()
        assert site.asked("/news") == 2
        assert json.loads(project.ok("poll", "news", "--json").stdout) == {"queued": 1}
        assert site.wait(lambda: site.asked("/news") == 3, SOON), daemon.text()


def test_reading_commands_work_beside_run(eager: Project, feed: LiveFeed) -> None:
    feed.publish(TITLE)
    eager.poll()
    with Daemon(eager), ThreadPoolExecutor(2) as pool:
        texts = pool.map(lambda c: eager.ok(*c.split()).stdout, READERS)
        assert all(text.strip() for text in texts)


def test_release_and_retry_beside_run_are_seen(
    project: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    feed.publish(TITLE)
    webhook.script["/desk"] = [400, 400]
    with Daemon(project, "--log-format", "json") as daemon:
        held = lambda: daemon.events("poll", matches=1)  # noqa: E731
        assert wait_until(held, SOON), daemon.text()
        project.ok("alerts", "release", "--all")
        dead = lambda: daemon.events("delivery", state="dead")  # noqa: E731
        assert wait_until(dead, SOON), daemon.text()
        assert webhook.accepted["/desk"] == []
        project.ok("alerts", "retry", "--all")
        assert len(webhook.wait_for("/desk", 1, SOON)) == 1, daemon.text()


def beside_a_slow_poll(
    project: Project, feed: LiveFeed, site: FeedSite, *command: str
) -> Finished:
    """Run a command while a poll waits for its feed; return how it ended."""
    asked, go_on = threading.Event(), threading.Event()

    def slow(request: BaseHTTPRequestHandler) -> None:
        asked.set()
        go_on.wait(60)
        feed.page(request)

    site.serve("/news", slow)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(project.run, "poll", "--all")
        assert asked.wait(SOON)
        second = project.run(*command)
        go_on.set()
        assert first.result().returncode == 0, said(first.result())
    return second


def test_poll_beside_poll_ends_with_1(
    primed: Project, feed: LiveFeed, site: FeedSite
) -> None:
    second = beside_a_slow_poll(primed, feed, site, "poll", "--all", "--json")
    assert second.returncode == 1, said(second)
    assert "monitor poll" in second.stderr
    assert second.stdout == ""
    assert "Traceback" not in second.stderr


def test_run_beside_poll_is_refused(
    primed: Project, feed: LiveFeed, site: FeedSite
) -> None:
    second = beside_a_slow_poll(primed, feed, site, "run")
    assert second.returncode == 1, said(second)
    assert "monitor poll" in second.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
@pytest.mark.parametrize("command", ["poll", "run", "alerts retry --all"])
def test_another_users_state_is_refused_with_the_line_to_type(
    primed: Project, command: str
) -> None:
    state = primed.database.parent
    for path in (state, *state.iterdir()):
        os.chown(path, NOBODY, NOBODY)
    before = {path: path.read_bytes() for path in state.iterdir()}
    done = primed.run(*command.split())
    assert done.returncode in (1, 2), said(done)
    owner = state.owner()
    assert f"sudo -u {owner} monitor" in done.stderr, said(done)
    assert "Traceback" not in done.stderr
    assert {path: path.read_bytes() for path in state.iterdir()} == before
    assert all(path.stat().st_uid == NOBODY for path in state.iterdir())


def test_interrupted_poll_leaves_nothing_locked(
    primed: Project, site: FeedSite, feed: LiveFeed, webhook: Webhook
) -> None:
    site.serve("/news", lambda _: site.released.wait(60) and None)
    command = subprocess.Popen(  # noqa: S603 - our own command
        [*COMMAND, "poll", "--all"],
        cwd=primed.root,
        env=primed.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    assert site.wait(lambda: site.asked("/news") == 2, SOON)
    command.kill()
    command.wait()
    site.serve("/news", feed.page)
    feed.publish(TITLE)
    primed.poll()
    assert len(webhook.accepted["/desk"]) == 1
