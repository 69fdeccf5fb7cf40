"""Whatever a server sends harms only its own feed, and is explained."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from conftest import configured
from feedsite import FeedSite, LiveFeed, Page, reply
from harness import Finished, Project, said
from hostile import BAD, ODD, Scene
from receivers import Webhook

TITLE = "Aserbaidschan erwägt Waffenlieferungen an Kiew"
SECRET = "GEHEIM-7f3a9c"  # noqa: S105 - what must appear nowhere
BOUND = 60.0  # seconds for a round in which feeds hang; each may take half of it
HEALTHY = "healthy"


@dataclass
class Day:
    """Feeds that were good, turned bad all at once, and were mended again."""

    project: Project
    site: FeedSite
    inner: FeedSite
    webhook: Webhook
    feeds: dict[str, LiveFeed]
    rows: dict[str, dict[str, object]] = field(default_factory=dict)
    conditions: dict[str, str] = field(default_factory=dict)
    rounds: list[Finished] = field(default_factory=list)
    seconds: float = 0.0

    def publish(self, word: str) -> None:
        """Put a story with this word into every feed."""
        for name, feed in self.feeds.items():
            feed.publish(f"{TITLE}: {word} {name}")

    def arrived(self, word: str) -> list[str]:
        """Return the feeds whose story with this word reached the channel."""
        mark = f"{TITLE}: {word} "
        titles = [alert.title for alert in self.webhook.accepted["/desk"]]
        return [title.partition(mark)[2] for title in titles if mark in title]

    def poll(self) -> dict[str, str]:
        """Poll everything; return the ETag that each feed was asked with."""
        seen, begun = len(self.site.requests), time.monotonic()
        self.rounds.append(self.project.run("poll", "--all", "--json"))
        self.seconds = max(self.seconds, time.monotonic() - begun)
        asked = self.site.requests[seen:]
        return {p.strip("/"): sent.get("If-None-Match", "") for p, sent in asked}


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    """The day, lived once for all tests: hanging feeds take their time."""
    root = tmp_path_factory.mktemp("day")
    with FeedSite() as site, FeedSite("127.0.0.2") as inner, Webhook() as webhook:
        inner.feed("inside").publish(f"{TITLE}: {SECRET}")
        scene = Scene(site, secret_file(root), inner.url("/inside"))
        pages = {name: bad.make(scene) for name, bad in BAD.items()}
        pages |= {name: make(scene) for name, make in ODD.items()}
        feeds = {name: site.feed(name) for name in (*pages, HEALTHY)}
        urls = [feed.url for feed in feeds.values()]
        desk, ops = webhook.channel("/desk"), webhook.channel("/ops")
        day = Day(configured(root, desk, ops, *urls), site, inner, webhook, feeds)
        live(day, pages)
        yield day


def secret_file(root: Path) -> str:
    path = root / "secret.xml"
    item = f"<item><title>{TITLE} {SECRET}</title><guid>s</guid></item>"
    path.write_text(f'<rss version="2.0"><channel>{item}</channel></rss>')
    return str(path)


def live(day: Day, pages: dict[str, Page]) -> None:
    """Poll the feeds while they are good, bad, and good again."""
    day.publish("alt")
    day.poll()
    for name, page in pages.items():
        day.site.serve(f"/{name}", page)
    day.publish("neu")
    day.poll()
    day.rows = {str(r["name"]): r for r in day.project.rows("feeds", "list")}
    for name, feed in day.feeds.items():
        day.site.serve(f"/{name}", feed.page)
    day.publish("wieder")
    day.conditions = day.poll()


@pytest.mark.parametrize("name", BAD)
def test_trouble_is_explained(day: Day, name: str) -> None:
    row = day.rows[name]
    assert row["status"] == "failing", row
    assert re.search(BAD[name].says, str(row["error"]), re.IGNORECASE), row["error"]
    assert len(str(row["error"])) < 500
    assert not re.search(r"Error\(|b['\"]|<class", str(row["error"])), "plain words"


@pytest.mark.parametrize("name", BAD)
def test_validators_and_entries_are_unharmed(day: Day, name: str) -> None:
    assert day.conditions[name].startswith('"'), "asked with the validators of before"
    assert day.arrived("wieder").count(name) == 1
    assert day.arrived("neu").count(name) == 1, "late, but once"
    assert day.arrived("alt") == [], "held on the first poll, and still known"


@pytest.mark.parametrize("name", ODD)
def test_odd_feed_works_on(day: Day, name: str) -> None:
    assert day.arrived("wieder").count(name) == 1


def test_healthy_feed_is_not_harmed(day: Day) -> None:
    assert day.rows[HEALTHY]["status"] == "ok"
    assert day.arrived("neu").count(HEALTHY) == 1
    assert day.arrived("wieder").count(HEALTHY) == 1


def test_round_is_bounded_and_ends_well(day: Day) -> None:
    assert day.seconds < BOUND
    for done in day.rounds:
        assert done.returncode == 0, said(done)
        assert "Traceback" not in done.stderr, said(done)


def test_nothing_was_read_that_nobody_may_read(day: Day) -> None:
    assert day.inner.requests == [], "refused before the connection"
    assert day.site.asked("/evil.dtd") == 0
    told = [a.text for path in ("/desk", "/ops") for a in day.webhook.accepted[path]]
    state = [path.read_bytes() for path in day.project.database.parent.iterdir()]
    said_so = [done.stdout + done.stderr for done in day.rounds]
    assert not any(SECRET in text for text in told + said_so)
    assert not any(SECRET.encode() in content for content in state)


def test_bomb_of_entities_is_not_unfolded(day: Day) -> None:
    texts = [alert.text for alert in day.webhook.accepted["/desk"]]
    assert all(text.count("lachen") < 20 for text in texts)
    assert day.project.database.stat().st_size < 20_000_000


def test_operators_hear_of_what_needs_them_only(day: Day) -> None:
    titles = [alert.title for alert in day.webhook.accepted["/ops"]]
    assert sum("feed wall is failing" in title for title in titles) == 1
    assert not any("feed missing" in title for title in titles), "a day has not passed"


# --- answers that say not to come again ---------------------------------------------


def test_gone_feed_is_told_once_and_not_asked_again(
    primed: Project, site: FeedSite, webhook: Webhook
) -> None:
    site.serve("/news", lambda request: reply(request, 410))
    primed.poll()
    asked = site.asked("/news")
    counts = primed.poll()
    primed.ok("poll", "news")
    assert site.asked("/news") == asked
    assert counts["polled"] == 0
    (report,) = webhook.accepted["/ops"]
    assert "news" in report.title
    assert "410" in report.text
    assert primed.row("feeds", "list", name="news")["status"] == "gone"


def test_retry_after_binds_even_a_forced_poll(
    primed: Project, site: FeedSite, feed: LiveFeed
) -> None:
    limit = {"Retry_After": "3600"}
    site.serve("/news", lambda request: reply(request, 429, **limit))
    primed.poll()
    site.serve("/news", feed.page)
    counts = primed.poll()
    primed.ok("poll", "news")
    assert site.asked("/news") == 2
    assert (counts["polled"], counts["not_due"]) == (0, 1)


def test_retry_after_is_for_the_whole_host_and_for_no_other(
    tmp_path: Path, site: FeedSite, webhook: Webhook
) -> None:
    one, two = site.feed("one"), site.feed("two")
    with FeedSite() as elsewhere:
        far = elsewhere.feed("far")
        desk, ops = webhook.channel("/desk"), webhook.channel("/ops")
        project = configured(tmp_path, desk, ops, one.url, two.url, far.url)
        project.poll()
        limit = {"Retry_After": "3600"}
        site.serve("/one", lambda request: reply(request, 429, **limit))
        project.poll("one")
        far.publish(TITLE)
        project.poll()
        assert len(webhook.accepted["/desk"]) == 1
        assert elsewhere.asked("/far") == 2
        assert (site.asked("/one"), site.asked("/two")) == (2, 1)


def test_private_feed_needs_leave(primed: Project, webhook: Webhook) -> None:
    with FeedSite("127.0.0.2") as inner:
        story = inner.feed("inside")
        primed.configure(feeds=[{"url": story.url, "name": "inside"}])
        primed.poll()
        assert inner.requests == []
        error = str(primed.row("feeds", "list", name="inside")["error"])
        assert "allow_networks" in error
        assert webhook.accepted["/desk"] == []
