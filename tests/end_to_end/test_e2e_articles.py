"""The story this began with: a word in the teaser, the other in the article alone."""

from __future__ import annotations

import json
import os
import random
import re
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import hostile_pages
import newspaper
import pytest
from feedsite import FeedSite, LiveFeed, Page
from harness import Daemon, Project, wait_until
from hostile import hang_up
from newspaper import LAYOUTS, QUOTE, neighbour, print_article, story
from receivers import Webhook

MARKED = QUOTE.replace("Waffenlieferungen", "»Waffenlieferungen«")
KILLS = int(os.environ.get("MONITOR_KILLS", "12"))
DRAIN = 60.0  # seconds for what is left
REPEAT = "possible repeat"
TITLE = "Aserbaidschan erwägt Waffenlieferungen an Kiew"
TEASER = "Aserbaidschans Präsident ist unterwegs."
UNTHROTTLED = {"channels": ["desk"], "throttle": "none"}
LOOPBACK = {
    "floor": "0s",
    "per_host": {"connections": "20", "spacing": "0s"},
    "allow_networks": ["127.0.0.0/8"],
}


def titles(webhook: Webhook) -> set[str]:
    return {alert.title for alert in webhook.accepted["/desk"]}


def asked(project: Project, query: str) -> list[tuple[object, ...]]:
    """Return what the database answers."""
    with closing(sqlite3.connect(project.database)) as connection:
        return connection.execute(query).fetchall()


def unread(project: Project) -> int:
    """Return how many entries wait for their article, or to be decided about."""
    states = asked(project, "SELECT state FROM article_wishes")
    return sum(state in {"undecided", "waiting"} for (state,) in states)


def integrity(project: Project) -> str:
    return str(asked(project, "PRAGMA integrity_check")[0][0])


@pytest.fixture
def presses() -> Iterator[list[FeedSite]]:
    """One host for each layout: hosts are asked side by side, a host is not."""
    with ExitStack() as stack:
        hosts = [f"127.0.0.{n}" for n in range(11, 11 + len(LAYOUTS))]
        yield [stack.enter_context(FeedSite(host)) for host in hosts]


@pytest.fixture
def desk(project: Project) -> Project:
    """The project of the birth rule; its first poll alerts of what is young."""
    feed = {"every": "1s", "lookback": "1h"}
    project.configure(poll=LOOPBACK, defaults={"feed": feed, "rule": UNTHROTTLED})
    return project


def test_the_story_alerts_once_and_its_neighbour_never(
    desk: Project, feed: LiveFeed, webhook: Webhook, presses: list[FeedSite]
) -> None:
    wanted, urls = set(), set()
    for number, (press, layout) in enumerate(zip(presses, LAYOUTS, strict=True)):
        told = story(number, press.url("/a/1"))
        wanted.add(f"[waffen] {told.title}")
        urls.add(print_article(press, feed, "/a/1", told, layout))
        other = neighbour(number, press.url("/a/2"))
        urls.add(print_article(press, feed, "/a/2", other, layout))
    feed_of_hours = {"every": "1h", "lookback": "1h"}
    desk.configure(defaults={"feed": feed_of_hours, "rule": UNTHROTTLED})
    with Daemon(desk, "--log-format", "json") as daemon:
        webhook.wait_for("/desk", len(LAYOUTS), 30)
        assert wait_until(lambda: len(daemon.events("article")) == len(urls), 30)
        read = daemon.events("article", outcome="read", feeds=["news"])
        assert {event["url"] for event in read} == urls
        assert titles(webhook) == wanted
        last = story(
            len(LAYOUTS)
        )  # `poll` leaves the feed and its article to the daemon
        print_article(presses[0], feed, "/a/3", last)
        assert json.loads(desk.ok("poll", "--json").stdout) == {"queued": 1}
        alerts = webhook.wait_for("/desk", len(LAYOUTS) + 1, 15)
    assert len(alerts) == len(LAYOUTS) + 1, "none twice"
    assert titles(webhook) == {*wanted, f"[waffen] {last.title}"}
    assert [alert.body for alert in alerts if MARKED not in alert.body] == []
    assert all(press.asked("/a/1") == press.asked("/a/2") == 1 for press in presses)


@dataclass
class Printer:
    """Prints stories and neighbours whose pages kill whoever asks for them."""

    feed: LiveFeed
    presses: list[FeedSite]
    dice: random.Random
    daemon: Daemon
    wanted: set[str] = field(default_factory=set)
    number: int = 0
    armed: threading.Event = field(default_factory=threading.Event)
    struck: threading.Event = field(default_factory=threading.Event)

    def print_two(self) -> None:
        """Print a story and a neighbour, each on any host, in any layout."""
        for tell in (story, neighbour):
            self.number += 1
            press = self.dice.choice(self.presses)
            path = f"/a/{self.number}"
            told = tell(self.number, press.url(path))
            if tell is story:
                self.wanted.add(f"[waffen] {told.title}")
            page = self.dice.choice(LAYOUTS)(told)
            print_article(press, self.feed, path, told)
            press.serve(path, self.deadly(page.encode(), self.dice.random()))

    def deadly(self, body: bytes, moment: float) -> Page:
        """Return a page that kills who reads it, once: before, amid or after it."""

        def page(request: BaseHTTPRequestHandler) -> None:
            is_armed = self.armed.is_set()
            self.armed.clear()
            if is_armed and moment < 0.2:
                self.strike()
                return
            request.send_response(200)
            request.send_header("Content-Type", newspaper.HTML)
            request.send_header("Content-Length", str(len(body)))
            request.end_headers()
            half = len(body) // 2 if is_armed and moment < 0.4 else len(body)
            request.wfile.write(body[:half])
            if is_armed:
                request.wfile.flush()
                self.struck.wait(3 * moment - 1.2)  # while it is read and recorded
                self.strike()

        return page

    def strike(self) -> None:
        self.daemon.process.kill()
        self.struck.set()


def test_killed_between_feed_and_article_nothing_is_lost(
    desk: Project, feed: LiveFeed, webhook: Webhook, presses: list[FeedSite]
) -> None:
    dice = random.Random(20260504)  # noqa: S311 - the same moments each time
    daemon = Daemon(desk)
    printer = Printer(feed, presses, dice, daemon)
    for _ in range(KILLS):
        printer.print_two()
        printer.struck.clear()
        printer.armed.set()
        daemon.start()
        assert printer.struck.wait(30), daemon.text()
        daemon.kill()
    printer.armed.clear()
    with daemon:
        webhook.wait(lambda: printer.wanted <= titles(webhook), DRAIN)
        assert wait_until(lambda: unread(desk) == 0, DRAIN), daemon.text()
    desk.poll()
    alerts = webhook.accepted["/desk"]
    assert titles(webhook) == printer.wanted
    again = Counter(alert.title for alert in alerts if REPEAT not in alert.body)
    assert set(again.values()) == {1}, "a repeat says that it is one"
    assert len(alerts) - len(again) <= KILLS
    assert [alert.body for alert in alerts if MARKED not in alert.body] == []
    assert integrity(desk) == "ok"
    assert "Traceback" not in daemon.text()


@pytest.fixture
def bad_sites() -> Iterator[dict[str, FeedSite]]:
    """One host for each bad page, by its name."""
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(FeedSite(f"127.0.1.{number}"))
            for number, name in enumerate(hostile_pages.NAMES, 1)
        }


def most_memory(pid: int) -> int:
    """Return the most memory that a process had at once, in MB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


def workers(pid: int) -> list[int]:
    """Return the processes that a process has started."""
    found = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(each) for file in found for each in file.read_text().split()]


def test_bad_pages_harm_only_themselves_and_are_explained(
    desk: Project,
    feed: LiveFeed,
    webhook: Webhook,
    bad_sites: dict[str, FeedSite],
    tmp_path: Path,
) -> None:
    secret = tmp_path / "secret.html"
    secret.write_text(hostile_pages.WORDS)
    for name, press in bad_sites.items():
        hostile_pages.serve(press, name, str(secret))
        feed.publish(f"Blatt {name}", summary=TEASER, link=press.url("/a"))
    with Daemon(desk, "--log-format", "json") as daemon:
        assert wait_until(lambda: daemon.events("article"), 30), daemon.text()
        begun = time.monotonic()
        feed.publish(TITLE)
        assert webhook.wait(lambda: f"[waffen] {TITLE}" in titles(webhook), 30)
        seconds = time.monotonic() - begun
        everything = len(hostile_pages.NAMES)
        wait_until(lambda: len(daemon.events("article")) >= everything, 60)
        memory = most_memory(daemon.process.pid)
        of_workers = [most_memory(pid) for pid in workers(daemon.process.pid)]
    said = {
        str(name): f"{reason} {detail}"
        for name, reason, detail in asked(
            desk,
            "SELECT substr(entries.title, 7), articles.reason, articles.detail"
            " FROM article_wishes JOIN entries ON entries.id = entry_id"
            " JOIN articles ON articles.id = article_id",
        )
    }
    assert [
        (name, said.get(name))
        for name in hostile_pages.NAMES
        if not re.search(hostile_pages.expected(name), said.get(name, ""))
    ] == []
    logged = {f"{e['outcome']} {e['detail']}" for e in daemon.events("article")}
    assert logged == set(said.values())
    good = {f"[waffen] Blatt {name}" for name in hostile_pages.GOOD}
    assert titles(webhook) == {*good, f"[waffen] {TITLE}"}
    assert len(webhook.accepted["/desk"]) == len(good) + 1
    assert "Traceback" not in daemon.text()
    assert seconds < 10, "usually one; but the machine may be busy"
    assert memory < 400
    assert max(of_workers) < 400


def silent(press: FeedSite) -> Page:
    """Return a page that never says anything."""
    return lambda _: press.released.wait(DRAIN) and None


def dripping(press: FeedSite) -> Page:
    """Return a page of a byte a second, without end."""

    def page(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Type", newspaper.HTML)
        request.end_headers()
        while not press.released.wait(1):
            request.wfile.write(b"<")
            request.wfile.flush()

    return page


def heading(press: FeedSite) -> Page:
    """Return a page whose headers never end."""

    def page(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not press.released.wait(0.2):
            request.wfile.write(b"X-More: of it\r\n")
            request.wfile.flush()

    return page


def test_sites_that_hang_hold_up_nobody_and_no_end(
    desk: Project, feed: LiveFeed, webhook: Webhook, presses: list[FeedSite]
) -> None:
    good, *hanging = presses[:5]
    for number, press in enumerate(hanging, 1):
        print_article(press, feed, "/a", story(number))
    hanging[0].serve("/a", silent(hanging[0]))
    hanging[1].serve("/a", dripping(hanging[1]))
    hanging[2].serve("/a", heading(hanging[2]))
    hanging[3].serve("/robots.txt", silent(hanging[3]))
    with Daemon(desk) as daemon:
        assert wait_until(lambda: all(press.requests for press in hanging), 30)
        feed.publish(TITLE)
        print_article(good, feed, "/a", story(0))
        came = webhook.wait_for("/desk", 2, 15)
        daemon.stop()
    assert {alert.title for alert in came} == {
        f"[waffen] {TITLE}",
        f"[waffen] {story(0).title}",
    }
    assert unread(desk) == len(hanging), "what was under way is not lost"


def test_cron_tells_what_the_feed_says_before_it_reads_articles(
    desk: Project, feed: LiveFeed, webhook: Webhook, presses: list[FeedSite]
) -> None:
    press, silent = presses[:2]
    feed.publish(TITLE)
    told = story(0)
    print_article(press, feed, "/a", told)
    article, before = press.pages["/a"], list[str]()

    def page(request: BaseHTTPRequestHandler) -> None:
        before.extend(titles(webhook))
        article(request)

    press.serve("/a", page)
    for number, path in enumerate(paths := ("/a/1", "/a/2", "/a/3"), 1):
        print_article(silent, feed, path, story(number))
        silent.serve(path, hang_up)
    counts = desk.poll()
    assert before == [f"[waffen] {TITLE}"]
    assert titles(webhook) == {f"[waffen] {TITLE}", f"[waffen] {told.title}"}
    expected = {"entries_new": 5, "matches": 2, "alerts": 2, "sent": 2, "pending": 0}
    assert expected.items() <= counts.items()
    assert [silent.asked(path) for path in paths].count(1) == 1, "not one by one"
    again = desk.poll()
    assert (again["alerts"], again["sent"], press.asked("/a")) == (0, 0, 1)
    assert unread(desk) == len(paths)
