"""Is a feed well: what `ops` hears of many feeds, and `monitor feeds health`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from conftest import configured
from feedsite import FeedSite, LiveFeed, reply
from harness import Daemon, Project, said, wait_until
from receivers import Webhook

SOON = 30.0  # seconds in which a report must have arrived, on a busy machine too
MANY = [f"feed{n:02}" for n in range(40)]
PAGE = b"<html><body><form><input type=password></form></body></html>"


def refuse(request: BaseHTTPRequestHandler) -> None:
    reply(request, 403)


def serve_page(request: BaseHTTPRequestHandler) -> None:
    reply(request, 200, PAGE, Content_Type="text/html")


def vanish(request: BaseHTTPRequestHandler) -> None:
    reply(request, 410)


@pytest.fixture
def other_host() -> Iterator[FeedSite]:
    with FeedSite() as running:
        yield running


def titles(webhook: Webhook) -> list[str]:
    return [
        alert.title.removeprefix("[monitor] ") for alert in webhook.accepted["/ops"]
    ]


def many(root: Path, site: FeedSite, webhook: Webhook) -> Project:
    """Return a project of forty feeds of one host, all well."""
    for name in MANY:
        site.feed(name).publish("Schach in Baku")
    desk, ops = webhook.channel("/desk"), webhook.channel("/ops")
    return configured(root, desk, ops, *(site.url(f"/{name}") for name in MANY))


def test_forty_feeds_of_a_host_make_one_report_and_one_end(
    tmp_path: Path, site: FeedSite, webhook: Webhook
) -> None:
    project = many(tmp_path, site, webhook)
    project.poll()
    pages = dict(site.pages)
    site.pages = dict.fromkeys(pages, refuse)
    with Daemon(project) as daemon:
        assert webhook.wait_for("/ops", 1, SOON), daemon.text()
    (told,) = webhook.accepted["/ops"]
    host = f"{site.host}:{site.port}"
    assert f"{host}: 40 feeds are failing: they refuse to answer" in told.title
    assert "feed00, feed01, feed02, feed03, feed04 and 35 more." in told.body
    for _ in range(2):  # each is a restart, too
        project.poll()
    site.pages = {**pages, "/feed39": refuse}
    project.poll()
    assert len(titles(webhook)) == 1, "one of them is not well"
    site.pages = pages
    for _ in range(2):
        project.poll()
    assert titles(webhook)[1:] == [f"{host}: all 40 feeds work again"]


def test_hosts_and_kinds_of_trouble_are_told_apart(
    tmp_path: Path,
    site: FeedSite,
    other_host: FeedSite,
    feed: LiveFeed,
    webhook: Webhook,
) -> None:
    urls = [
        site.serve("/page", serve_page),
        site.serve("/page2", serve_page),
        other_host.serve("/old", vanish),
        other_host.serve("/wall", refuse),
        other_host.serve("/broken", lambda request: reply(request, 500)),
    ]
    desk, ops = webhook.channel("/desk"), webhook.channel("/ops")
    project = configured(tmp_path, desk, ops, feed.url, *urls)
    for _ in range(3):
        project.poll()
    host = f"{site.host}:{site.port}"
    assert sorted(titles(webhook)) == [
        f"{host}: 2 feeds are failing: what they serve is no feed",
        "feed old is gone",
        "feed wall is failing: it refuses to answer",
    ]
    (page,) = [a for a in webhook.accepted["/ops"] if "no feed" in a.title]
    assert "an HTML page (a login), not a feed" in page.body
    assert "in a browser" in page.body
    site.feed("page")
    site.feed("page2")
    project.poll()
    assert titles(webhook)[3:] == [f"{host}: all 2 feeds work again"]


def health(project: Project) -> list[dict[str, object]]:
    done = project.run("feeds", "health", "--json")
    assert done.returncode in (0, 1), said(done)
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def three(eager: Project, feed: LiveFeed, site: FeedSite) -> Project:
    """A project of a feed that is well, one that is refused, and one that is gone."""
    urls = {
        "news": feed.url,
        "wall": site.serve("/wall", refuse),
        "old": site.serve("/old", vanish),
    }
    eager.configure(feeds=[{"url": url, "name": name} for name, url in urls.items()])
    return eager


def test_health_is_shown_beside_the_daemon(three: Project, feed: LiveFeed) -> None:
    with Daemon(three) as daemon:
        polled = {"gone", "failing", "ok"}
        assert wait_until(lambda: {r["status"] for r in health(three)} == polled, SOON)
        feed.publish("Schach in Baku")
        assert wait_until(lambda: health(three)[-1]["entries_per_day"][-1] == 1, SOON)
        shown = three.run("feeds", "health")
        assert daemon.process.poll() is None
    assert shown.returncode == 1, said(shown)
    lines = shown.stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["name", "old", "wall", "news"]
    assert "█" in lines[3]
    assert "\x1b" not in shown.stdout
    assert "3 feeds: 1 gone, 1 refused, 1 ok" in shown.stderr


def test_health_as_data(three: Project) -> None:
    three.poll()
    old, wall, news = health(three)
    assert (old["name"], old["status"], old["trouble"]) == ("old", "gone", "gone")
    assert old["next_poll"] is None
    assert (wall["status"], wall["trouble"]) == ("failing", "refused")
    assert "403" in str(wall["detail"])
    assert wall["since"]
    assert wall["advice"]
    assert (news["name"], news["status"], news["trouble"]) == ("news", "ok", None)
    assert (news["wanted"], news["advice"]) == (1.0, "")
    assert news["last_success"]
    assert news["entries_per_day"] == [0] * 14


def test_health_of_well_feeds_is_no_problem(primed: Project) -> None:
    shown = primed.ok("feeds", "health", "news")
    assert "news  ok" in shown.stdout
    unknown = primed.run("feeds", "health", "nwes")
    assert unknown.returncode == 2
    assert "there is no feed 'nwes'" in unknown.stderr


def test_health_without_a_database_shows_what_is_configured(project: Project) -> None:
    (row,) = project.rows("feeds", "health")
    assert (row["name"], row["status"]) == ("news", "never polled")
    assert "never polled" in project.ok("feeds", "health").stdout


def test_no_name_is_cut_in_a_pipe(project: Project) -> None:
    name = "a-very-long-name-of-a-feed-" * 3
    (feed,) = project.settings["feeds"]
    project.configure(feeds=[{**feed, "name": name}])
    assert name in project.ok("feeds", "health").stdout
