"""The power button, at any moment: nothing is lost, and repeats are marked as such."""

from __future__ import annotations

import os
import random
import re
import signal
import sqlite3
import subprocess
import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from conftest import configured
from feedsite import FeedSite, LiveFeed
from harness import Daemon, Project, wait_until
from receivers import Alert, Webhook

KILLS = int(os.environ.get("MONITOR_KILLS", "12"))
FEEDS = 50
REFUSED = 0.05
DRAIN = 240.0  # seconds for what is left: some of it waits for its next try
TITLE = "Aserbaidschan erwägt Waffenlieferungen an Kiew"
REPEAT = "possible repeat"
MARK = re.compile(r"Nummer (\d+)\b")


@dataclass
class Newsroom:
    """Publishes at random on all feeds, until the block ends."""

    feeds: list[LiveFeed]
    dice: random.Random
    wanted: set[int] = field(default_factory=set)
    others: set[int] = field(default_factory=set)
    over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._work)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self._thread.join()

    def _work(self) -> None:
        number = 0
        while not self.over.wait(self.dice.uniform(0, 0.5)):
            number += 1
            feed = self.dice.choice(self.feeds)
            if number % 4:
                self.wanted.add(number)
                feed.publish(f"Aserbaidschan: Waffenlieferungen, Nummer {number}")
            else:
                self.others.add(number)
                feed.publish(f"Aserbaidschan: Schach, Nummer {number}")


def kill_at_random(daemon: Daemon, webhook: Webhook, dice: random.Random) -> None:
    """Kill it while it starts, works or waits; half of the time amid a delivery."""
    daemon.start(ready=False)
    if dice.random() < 0.5:
        seen = len(webhook.tries["/desk"]) + dice.randrange(1, 4)
        webhook.wait(lambda: len(webhook.tries["/desk"]) >= seen, 8)
    else:
        try:
            code = daemon.process.wait(dice.uniform(0, 4))
        except subprocess.TimeoutExpired:
            code = None
        assert code is None, daemon.text()
    daemon.kill()


def number_of(alert: Alert) -> int:
    found = MARK.search(alert.title)
    assert found, alert.title
    return int(found[1])


def unmarked_repeats(alerts: list[Alert]) -> list[str]:
    """Return the titles that came again without a word about it."""
    seen: set[int] = set()
    found = []
    for alert in alerts:
        if number_of(alert) in seen and REPEAT not in alert.body:
            found.append(alert.title)
        seen.add(number_of(alert))
    return found


def integrity(project: Project) -> str:
    with sqlite3.connect(project.database) as connection:
        return str(connection.execute("PRAGMA integrity_check").fetchone()[0])


def test_killed_at_random_nothing_is_lost_and_every_repeat_is_marked(
    tmp_path: Path, site: FeedSite, webhook: Webhook
) -> None:
    dice = random.Random(20260801)  # noqa: S311 - the same moments each time
    refusals = random.Random(7)  # noqa: S311
    feeds = [site.feed(f"f{n}") for n in range(FEEDS)]
    urls = [feed.url for feed in feeds]
    project = configured(tmp_path, webhook.channel("/desk"), "console://", *urls)
    project.poll()
    webhook.always["/desk"] = lambda _: 503 if refusals.random() < REFUSED else 200
    daemon = Daemon(project)
    with Newsroom(feeds, dice) as newsroom:
        for _ in range(KILLS):
            kill_at_random(daemon, webhook, dice)
    with Daemon(project) as daemon:

        def arrived() -> bool:
            return newsroom.wanted <= {number_of(a) for a in webhook.accepted["/desk"]}

        webhook.wait(arrived, DRAIN)
        daemon.stop()
    webhook.always["/desk"] = 200
    project.ok("poll", "--wait", "30s")
    came = Counter(number_of(a) for a in webhook.accepted["/desk"])
    assert newsroom.wanted - set(came) == set(), f"lost\n{daemon.text()[-5000:]}"
    assert set(came) - newsroom.wanted == set(), "invented"
    assert sum(came.values()) - len(came) <= KILLS, "more than one for each kill"
    assert unmarked_repeats(webhook.accepted["/desk"]) == []
    assert integrity(project) == "ok"
    assert "Traceback" not in daemon.text()


def test_killed_between_sent_and_recorded_comes_again_and_says_so(
    eager: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    with Daemon(eager) as daemon:

        def pull_the_plug(_: object) -> int:
            os.kill(daemon.process.pid, signal.SIGKILL)
            daemon.process.wait()
            return 200

        webhook.script["/desk"] = [pull_the_plug]
        feed.publish(TITLE)
        assert webhook.wait_for("/desk", 1, 15), daemon.text()
        daemon.process.wait()
    eager.poll()
    eager.poll()
    first, second = webhook.accepted["/desk"]
    assert REPEAT not in first.body
    assert REPEAT in second.body
    assert first.title == second.title


def test_killed_while_a_retry_waits_comes_once_and_unmarked(
    eager: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    webhook.script["/desk"] = [(503, {"Retry_After": "5"})]
    with Daemon(eager, "--log-format", "json") as daemon:
        feed.publish(TITLE)
        assert webhook.wait(lambda: webhook.tries["/desk"], 15), daemon.text()
        assert wait_until(lambda: daemon.events("delivery", status=503), 10)
        daemon.process.kill()
        daemon.process.wait()
    eager.ok("poll", "--wait", "15s")
    (alert,) = webhook.accepted["/desk"]
    assert REPEAT not in alert.body
    first, second = webhook.at["/desk"]
    assert second - first >= 5, "Retry-After outlives the crash"


def test_killed_before_the_poll_is_stored_asks_again(
    eager: Project, feed: LiveFeed, webhook: Webhook, site: FeedSite
) -> None:
    feed.publish(TITLE)
    with Daemon(eager) as daemon:
        served = threading.Event()

        def pull_the_plug(_: object) -> None:
            os.kill(daemon.process.pid, signal.SIGKILL)
            served.set()

        site.serve("/news", pull_the_plug)
        assert served.wait(15), daemon.text()
        daemon.process.wait()
    site.serve("/news", feed.page)
    eager.poll()
    eager.poll()
    assert len(webhook.accepted["/desk"]) == 1
