"""The watcher watched: a heartbeat while all is well, silence and a report if not."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler

import pytest
from feedsite import LiveFeed, LoopbackServer
from harness import Daemon, Project, wait_until
from receivers import Webhook

TITLE = "Aserbaidschan erwägt Waffenlieferungen an Kiew"
PATH = "/ping/5b7e-hidden"


class DeadMansSwitch(LoopbackServer):
    """Hears heartbeats."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        super().__init__()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        with self.changed:
            self.heard.append(request.path)
            self.changed.notify_all()
        request.send_response(200)
        request.send_header("Content-Length", "2")
        request.end_headers()
        request.wfile.write(b"OK")


@pytest.fixture
def switch() -> Iterator[DeadMansSwitch]:
    with DeadMansSwitch() as running:
        yield running


def test_the_whole_way_is_watched(
    primed: Project, switch: DeadMansSwitch, webhook: Webhook
) -> None:
    url = f"http://{switch.host}:{switch.port}{PATH}"
    primed.configure(
        ops={"channels": ["ops"], "heartbeat": {"url": url, "every": "1s"}},
        canary={"channels": ["desk"]},
    )
    with Daemon(primed, "--log-format", "json") as daemon:
        assert switch.wait(lambda: len(switch.heard) >= 2, 30), daemon.text()
        (canary,) = webhook.wait_for("/desk", 1, 30)
        assert "canary" in canary.title
        assert daemon.events("canary", error="")
    assert set(switch.heard) == {PATH}
    assert PATH not in daemon.text()
    assert [row["name"] for row in primed.rows("feeds", "list")] == ["news"]
    assert primed.rows("alerts", "list") == []
    assert not primed.run("search", "Kanarienvogelprobe", "--json").stdout
    shown = primed.ok("status").stdout
    assert "heartbeat" in shown
    assert PATH not in shown
    assert "the week to" in primed.ok("status", "--week").stdout


def test_nothing_is_sent_while_messages_wait(
    primed: Project, switch: DeadMansSwitch, webhook: Webhook, feed: LiveFeed
) -> None:
    url = f"http://{switch.host}:{switch.port}{PATH}"
    webhook.always["/desk"] = 503
    feed.publish(TITLE)
    primed.run("poll", "--all", "--wait", "0s")
    with closing(sqlite3.connect(primed.database)) as connection, connection:
        connection.execute("UPDATE deliveries SET created_at = '2026-01-01 00:00:00'")
    primed.configure(heartbeat={"url": url, "every": "1s"})
    with Daemon(primed, "--log-format", "json") as daemon:
        silent = {"reason": "deliveries_overdue", "level": "warning"}
        said = wait_until(lambda: bool(daemon.events("heartbeat", **silent)), 30)
        assert said, daemon.text()
    assert switch.heard == []
    assert "messages wait to be delivered" in primed.ok("status").stdout
