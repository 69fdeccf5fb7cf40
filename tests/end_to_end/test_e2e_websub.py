"""WebSub, from the hub's push to the alert: the daemon against a hub on loopback."""

from __future__ import annotations

import json
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler
from itertools import pairwise

import pytest
from feedsite import FeedSite, LiveFeed, render_atom, render_rss, reply
from harness import Daemon, Project, said, wait_until
from hub import Hub, call
from receivers import Webhook

PATIENCE = 20.0
HIT = "Aserbaidschan erwägt Waffenlieferungen"


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub() as running:
        yield running


def free_port() -> int:
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def item(title: str) -> bytes:
    """Return a document with one entry, as hubs push it."""
    feed = LiveFeed("")
    feed.publish(title)
    return render_rss(feed)


def offer(site: FeedSite, feed: LiveFeed, hub_url: str, topic: str = "") -> None:
    """Let the feed name its hub, in Link headers."""
    link = f'<{hub_url}>; rel="hub", <{topic or feed.url}>; rel="self"'

    def page(request: BaseHTTPRequestHandler) -> None:
        reply(request, 200, render_rss(feed), Link=link)

    site.serve("/news", page)


@pytest.fixture
def pushed(project: Project, site: FeedSite, feed: LiveFeed, hub: Hub) -> Project:
    """A project whose feed names the hub, and that listens for it."""
    offer(site, feed, hub.url)
    port = free_port()
    listen = {"listen": f"127.0.0.1:{port}", "public_url": f"http://127.0.0.1:{port}"}
    defaults = {"feed": {"every": "10m"}, "rule": {"channels": ["desk"]}}
    project.configure(websub=listen, defaults=defaults)
    return project


def verified(hub: Hub, count: int = 1) -> bool:
    """Wait until the hub has asked back so often; say whether it has."""
    return hub.wait(lambda: len(hub.verified) >= count, PATIENCE)


def running(project: Project) -> Daemon:
    return Daemon(project, "--log-format", "json")


def taken(daemon: Daemon, outcome: str) -> bool:
    """Wait until a push came to this; say whether one has."""
    return wait_until(lambda: bool(daemon.events("push", outcome=outcome)), PATIENCE)


def reasons(project: Project) -> list[str]:
    """Return why each subscription is in its state, as it is stored."""
    with closing(sqlite3.connect(project.database)) as connection:
        found = connection.execute("SELECT reason FROM websub").fetchall()
    return [reason for (reason,) in found]


def test_45_a_push_is_an_alert_at_once(
    pushed: Project, hub: Hub, webhook: Webhook
) -> None:
    with running(pushed) as daemon:
        assert verified(hub), daemon.text()
        answer, begun = hub.push(item(HIT))
        (alert,) = webhook.wait_for("/desk", 1, PATIENCE)

        assert answer.status == 202
        assert HIT in alert.title
        delay = webhook.at["/desk"][0] - begun
        print(f"from the hub's push to the alert: {delay:.3f} s")  # noqa: T201
        assert taken(daemon, "stored")
        (event,) = daemon.events("push")
        assert (event["entries"], event["new"], event["alerts"]) == (1, 1, 1)
        (shown,) = pushed.rows("feeds", "health")
        assert shown["push"] == "active"


@pytest.mark.parametrize("kind", ["rss", "atom", "json"])
def test_41_the_document_names_hub_and_topic(
    pushed: Project, site: FeedSite, feed: LiveFeed, hub: Hub, kind: str
) -> None:
    link = f'<link rel="hub" href="{hub.url}"/><link rel="self" href="{feed.url}"/>'
    said = {
        "rss": render_rss(feed).replace(
            b"<title>", link.replace("<link", "<atom:link").encode() + b"<title>"
        ),
        "atom": render_atom(feed).replace(b"<title>", link.encode() + b"<title>"),
        "json": json.dumps(
            {
                "version": "https://jsonfeed.org/version/1.1",
                "hubs": [{"type": "WebSub", "url": hub.url}],
                "feed_url": feed.url,
                "items": [],
            }
        ).encode(),
    }
    site.serve("/news", lambda request: reply(request, 200, said[kind]))
    with running(pushed) as daemon:
        assert verified(hub), daemon.text()
    assert hub.the_one().topic == feed.url


def test_41_another_topic_is_polled_and_not_subscribed(
    pushed: Project, site: FeedSite, feed: LiveFeed, hub: Hub
) -> None:
    offer(site, feed, hub.url, topic="http://127.0.0.1/everything")
    with running(pushed) as daemon:
        decided = wait_until(lambda: reasons(pushed) == ["other_topic"], PATIENCE)
        assert decided, daemon.text()
    assert hub.asked == []


def test_42_nobody_else_is_confirmed(pushed: Project, hub: Hub) -> None:
    with running(pushed) as daemon:
        assert verified(hub), daemon.text()
        one = hub.the_one()
        for mode in ("subscribe", "unsubscribe", "denied", "publish"):
            query = f"hub.mode={mode}&hub.topic=x&hub.challenge=c"
            assert call(f"{one.callback}?{query}").status == 404
        base = one.callback.rpartition("/")[0]
        for path in ("", "/", "/guess", "/.env"):
            assert call(f"{base}{path}").status == 404
        assert len(one.callback.rpartition("/")[2]) >= 40
        assert one.callback.rpartition("/")[2] not in daemon.text()
        assert one.secret
        assert one.secret not in daemon.text()


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_43_only_what_is_signed_counts(
    pushed: Project, hub: Hub, webhook: Webhook, method: str
) -> None:
    with running(pushed) as daemon:
        assert verified(hub), daemon.text()
        for signature in ("", f"{method}=00"):
            answer, _ = hub.push(item(f"{HIT} nicht"), signature=signature)
            assert answer.status == 202
        hub.push(item(HIT), method=method)
        (alert,) = webhook.wait_for("/desk", 1, PATIENCE)
        assert alert.title.endswith(HIT)
        assert len(daemon.events("push", outcome="bad_signature")) == 2


def test_44_a_lease_is_renewed_before_it_ends(pushed: Project, hub: Hub) -> None:
    hub.behaviour.lease = 2
    with running(pushed) as daemon:
        assert verified(hub, 3), daemon.text()
        first, second, *_ = hub.asked
        assert first.fields == second.fields
        assert hub.the_one().count >= 3


def test_44_a_denial_is_said_and_polling_goes_on(
    pushed: Project, hub: Hub, site: FeedSite
) -> None:
    hub.behaviour.deny = "you are not on the list"
    with running(pushed) as daemon:
        assert verified(hub), daemon.text()
        assert hub.verified[0][1].status == 200
        said = wait_until(
            lambda: bool(daemon.events("websub", outcome="denied_by_hub")), PATIENCE
        )
        assert said, daemon.text()
        (event,) = daemon.events("websub", mode="denied")
        assert event["error"] == "you are not on the list"
        assert len(hub.asked) == 1
        assert site.asked("/news") == 1


def test_a_hub_that_redirects_is_followed(
    pushed: Project, site: FeedSite, feed: LiveFeed, hub: Hub
) -> None:
    offer(site, feed, hub.old_url)
    with running(pushed) as daemon:
        assert verified(hub), daemon.text()
    assert [asked.path for asked in hub.asked] == ["/old", "/hub"]


def test_who_leaves_says_so(pushed: Project, hub: Hub, site: FeedSite) -> None:
    with running(pushed) as daemon:
        assert verified(hub), daemon.text()
        other = site.feed("other")
        pushed.configure(feeds=[{"url": other.url, "name": "other"}])
        assert verified(hub, 2), daemon.text()
        assert [mode for mode, _ in hub.verified] == ["subscribe", "unsubscribe"]
        assert hub.subscribers == {}


def test_websub_is_switched_off_and_on_while_it_runs(
    pushed: Project, hub: Hub, webhook: Webhook
) -> None:
    listen = pushed.settings["websub"]
    with running(pushed) as daemon:
        assert verified(hub), daemon.text()
        pushed.configure(websub=None)
        assert verified(hub, 2), daemon.text()
        assert hub.subscribers == {}
        pushed.configure(websub=listen)
        assert verified(hub, 3), daemon.text()
        hub.push(item(HIT))
        assert webhook.wait_for("/desk", 1, PATIENCE)


def test_a_subscription_outlives_the_process(
    pushed: Project, hub: Hub, webhook: Webhook
) -> None:
    daemon = running(pushed)
    daemon.start()
    assert verified(hub), daemon.text()
    daemon.kill()
    with running(pushed) as again:
        hub.push(item(HIT))
        assert webhook.wait_for("/desk", 1, PATIENCE), again.text()
    assert len(hub.asked) == 1


def test_what_a_hub_pushes_can_do_no_harm(
    pushed: Project, hub: Hub, webhook: Webhook
) -> None:
    with running(pushed) as daemon:
        assert verified(hub), daemon.text()
        for body in HOSTILE:
            answer, _ = hub.push(body)
            assert answer.status in (202, 413)
        hub.push(item(HIT))
        alerts = webhook.wait_for("/desk", 1, PATIENCE)
        assert [alert.title.endswith(HIT) for alert in alerts] == [True], daemon.text()


HOSTILE = (
    b"",
    b"\0" * 1000,
    b"<html><body>Login</body></html>",
    b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY a 'aaaaaaaaaa'>"
    + b"".join(
        f"<!ENTITY {b} '{f'&{a};' * 10}'>".encode() for a, b in pairwise("abcdefghi")
    )
    + b"]><rss version='2.0'><channel><title>&i;</title></channel></rss>",
    b"<rss version='2.0'><channel>" + b"<a>" * 100_000,
    b"/etc/passwd",
    b'{"version": "https://jsonfeed.org/version/1.1", "items": ' + b"[" * 100_000,
)


def test_a_port_that_is_taken_is_a_clear_error(pushed: Project) -> None:
    with closing(socket.socket()) as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        pushed.configure(websub={"listen": f"127.0.0.1:{port}", "public_url": url})
        done = pushed.run("run")
    assert done.returncode == 2, said(done)
    assert f"websub.listen: 127.0.0.1 port {port} cannot be listened at" in done.stderr


def test_a_port_that_is_taken_at_a_reload_is_told(
    pushed: Project, hub: Hub, webhook: Webhook
) -> None:
    good = pushed.settings["websub"]
    with closing(socket.socket()) as other, running(pushed) as daemon:
        assert verified(hub), daemon.text()
        other.bind(("127.0.0.1", 0))
        other.listen()
        listen = f"127.0.0.1:{other.getsockname()[1]}"
        pushed.configure(websub={**good, "listen": listen})  # type: ignore[dict-item]
        (told,) = webhook.wait_for("/ops", 1, PATIENCE)
        assert "hubs cannot push" in told.title
        assert "All feeds are polled." in told.body
        pushed.configure(websub=good)
        told = webhook.wait_for("/ops", 2, PATIENCE)[1]
        assert "hubs can push again" in told.title
