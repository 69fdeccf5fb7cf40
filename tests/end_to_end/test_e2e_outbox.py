"""Channels that refuse, hang or break: nothing is lost, order holds, others go on."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta

import pytest
from feedsite import FeedSite, LiveFeed, reply
from harness import Daemon, Project, said
from receivers import Webhook, free_port

FIRST = "Aserbaidschan erwägt Waffenlieferungen an Kiew"
SECOND = "Waffenlieferungen: Aserbaidschan dementiert"
SOON = 15.0
REPEAT = "possible repeat"


def poll(project: Project, *args: str) -> tuple[int, dict[str, object]]:
    """Poll everything; return the exit code and the counts."""
    done = project.run("poll", "--all", "--json", *args)
    assert "Traceback" not in done.stderr
    return done.returncode, json.loads(done.stdout)


def with_channels(project: Project, **more: object) -> None:
    """Give the project more channels, and the rule all but `ops`."""
    channels = dict(project.settings["channels"]) | more  # type: ignore[call-overload]
    names = [name for name in channels if name != "ops"]
    rule = {"channels": names}
    project.configure(
        channels=channels, defaults={"feed": {"every": "1s"}, "rule": rule}
    )


def titles(webhook: Webhook, path: str) -> list[str]:
    """Return which of the two stories arrived at `path`, in order."""
    known = (FIRST, SECOND)
    return [t for a in webhook.accepted[path] for t in known if t in a.title]


def alert_states(project: Project) -> dict[str, str]:
    return {str(r["title"]): str(r["state"]) for r in project.rows("alerts", "list")}


# --- later is good enough -------------------------------------------------------------


def test_unavailable_receiver_gets_everything_later_in_order(
    primed: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    webhook.script["/desk"] = [503]
    feed.publish(FIRST)
    code, counts = poll(primed, "--wait", "0s")
    assert (code, counts["sent"], counts["pending"]) == (1, 0, 1)
    feed.publish(SECOND)
    code, counts = poll(primed, "--wait", "20s")
    assert (code, counts["sent"], counts["pending"]) == (0, 2, 0)
    assert titles(webhook, "/desk") == [FIRST, SECOND]
    assert len(webhook.tries["/desk"]) == 3
    assert REPEAT not in webhook.accepted["/desk"][0].body, "a refusal is no delivery"


def test_retry_after_is_respected_and_blocks_the_head_only_there(
    primed: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    with_channels(primed, night=webhook.channel("/night"))
    webhook.script["/desk"] = [(429, {"Retry_After": "4"})]
    feed.publish(FIRST)
    code, counts = poll(primed, "--wait", "1s")
    assert (code, counts["sent"], counts["pending"]) == (1, 1, 1)
    feed.publish(SECOND)
    code, counts = poll(primed, "--wait", "15s")
    assert (code, counts["sent"], counts["pending"]) == (0, 3, 0)
    assert titles(webhook, "/desk") == titles(webhook, "/night") == [FIRST, SECOND]
    first, second, _ = webhook.at["/desk"]
    assert second - first >= 4


@pytest.mark.parametrize("status", [408, 425, 500, 502])
def test_passing_troubles_are_retried(
    primed: Project, feed: LiveFeed, webhook: Webhook, status: int
) -> None:
    webhook.script["/desk"] = [status]
    feed.publish(FIRST)
    code, counts = poll(primed, "--wait", "15s")
    assert (code, counts["sent"], counts["dead"]) == (0, 1, 0)
    assert len(webhook.tries["/desk"]) == 2


def test_channel_that_is_down_delays_only_its_own(
    primed: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    port = free_port()
    with_channels(primed, night=f"json://127.0.0.1:{port}/night")
    feed.publish(FIRST)
    code, counts = poll(primed, "--wait", "0s")
    assert (code, counts["sent"], counts["pending"]) == (1, 1, 1)
    assert titles(webhook, "/desk") == [FIRST]
    night = primed.row("channels", "list", name="night")
    assert "refused" in str(night["error"]).lower()
    with Webhook(port) as back:
        feed.publish(SECOND)
        code, _ = poll(primed, "--wait", "20s")
        assert code == 0
        assert titles(back, "/night") == [FIRST, SECOND]
        assert REPEAT not in back.accepted["/night"][0].body, "nobody was there"
    assert titles(webhook, "/desk") == [FIRST, SECOND]


def test_hanging_receiver_may_have_got_it_and_delays_only_its_own(
    primed: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    with_channels(primed, night=webhook.channel("/night"))
    webhook.script["/desk"] = ["hang"]
    feed.publish(FIRST)
    with Daemon(primed, "--log-format", "json") as daemon:
        assert len(webhook.wait_for("/night", 1, SOON)) == 1, daemon.text()
        assert webhook.accepted["/desk"] == []
        assert len(webhook.wait_for("/desk", 1, 60)) == 1, daemon.text()
    first, second = webhook.at["/desk"]
    assert second - first >= 10, "a slow receiver has its time"
    assert REPEAT in webhook.accepted["/desk"][0].body
    assert REPEAT not in webhook.accepted["/night"][0].body


def test_late_message_says_how_late(
    primed: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    webhook.script["/desk"] = [(503, {"Retry_After": "1"})]
    feed.publish(FIRST)
    assert poll(primed, "--wait", "0s")[0] == 1
    age_deliveries(primed, timedelta(hours=3, minutes=10))
    assert poll(primed, "--wait", "10s")[0] == 0
    (alert,) = webhook.accepted["/desk"]
    assert re.search(r"3 h.* late", alert.body), alert.body


def age_deliveries(project: Project, age: timedelta) -> None:
    """Make what waits older, since the clock of a black box cannot be set."""
    with closing(sqlite3.connect(project.database)) as connection, connection:
        rows = connection.execute("SELECT id, created_at FROM deliveries").fetchall()
        assert rows
        for key, at in rows:
            older = datetime.fromisoformat(at) - age
            text = older.isoformat(sep=at[10], timespec="microseconds")
            change = "UPDATE deliveries SET created_at = ? WHERE id = ?"
            connection.execute(change, (text, key))


def test_two_places_of_a_channel_succeed_and_fail_separately(
    primed: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    with_channels(primed, desk=[webhook.channel("/a"), webhook.channel("/b")])
    webhook.script["/b"] = [(503, {"Retry_After": "1"})]
    feed.publish(FIRST)
    code, counts = poll(primed, "--wait", "0s")
    assert (code, counts["sent"], counts["pending"]) == (1, 1, 1)
    assert poll(primed, "--wait", "10s")[0] == 0
    assert (titles(webhook, "/a"), titles(webhook, "/b")) == ([FIRST], [FIRST])
    assert len(webhook.tries["/a"]) == 1


# --- a broken channel -----------------------------------------------------------------


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_broken_channel_is_held_and_told_and_let_go_by_a_good_test(
    primed: Project, feed: LiveFeed, webhook: Webhook, status: int
) -> None:
    webhook.always["/desk"] = status
    feed.publish(FIRST)
    feed.publish(SECOND)
    code, counts = poll(primed)
    assert (code, counts["dead"]) == (1, 0)
    assert sum(counts["held"].values()) == 2, counts  # type: ignore[attr-defined]
    assert len(webhook.tries["/desk"]) == 1, "the others wait without a try"
    (report,) = webhook.accepted["/ops"]
    assert "desk" in report.title
    assert str(status) in report.text
    assert "monitor channels test desk" in report.text
    assert poll(primed)[0] == 1
    assert len(webhook.tries["/desk"]) == 1
    assert len(webhook.accepted["/ops"]) == 1, "one loud report"
    webhook.always["/desk"] = 200
    primed.ok("channels", "test", "desk")
    assert poll(primed)[0] == 0
    assert sorted(titles(webhook, "/desk")) == sorted([FIRST, SECOND])


def test_edited_configuration_mends_a_channel(
    primed: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    webhook.always["/desk"] = 404
    feed.publish(FIRST)
    assert poll(primed)[0] == 1
    with_channels(primed, desk=webhook.channel("/right"))
    code, counts = poll(primed)
    assert (code, counts["held"]) == (0, {})
    assert titles(webhook, "/right") == [FIRST]


def test_broken_channel_beside_a_daemon_is_mended_by_a_test(
    primed: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    webhook.script["/desk"] = [404]
    with Daemon(primed) as daemon:
        feed.publish(FIRST)
        assert len(webhook.wait_for("/ops", 1, SOON)) == 1, daemon.text()
        feed.publish(SECOND)
        primed.ok("channels", "test", "desk")
        assert len(webhook.wait_for("/desk", 3, SOON)) == 3, daemon.text()
    assert titles(webhook, "/desk") == [FIRST, SECOND]


def test_ops_channel_that_is_broken_is_told_elsewhere(
    primed: Project, webhook: Webhook
) -> None:
    """Who would hear that the channel for reports does not work?"""
    webhook.always["/ops"] = 404
    primed.write_rules("rules:\n  kaputt: Baku AND\n")
    poll(primed)
    poll(primed)
    assert any("ops" in alert.title for alert in webhook.accepted["/desk"])


# --- a broken message -----------------------------------------------------------------


def test_refused_message_is_tried_bare_and_then_overtaken(
    primed: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    webhook.always["/desk"] = lambda payload: (
        400 if FIRST in str(payload["title"]) + str(payload["message"]) else 200
    )
    feed.publish(FIRST)
    code, counts = poll(primed)
    assert (code, counts["dead"], counts["pending"]) == (1, 1, 0)
    assert len(webhook.tries["/desk"]) == 2
    feed.publish(SECOND)
    code, counts = poll(primed)
    assert (code, counts["sent"]) == (0, 1), "an old death is no new trouble"
    assert titles(webhook, "/desk") == [SECOND]
    assert any("desk" in alert.title for alert in webhook.accepted["/ops"])
    assert "dead" in alert_states(primed)[FIRST]
    webhook.always["/desk"] = 200
    (dead,) = primed.rows("alerts", "list", "--state", "dead")
    shown = primed.ok("alerts", "show", str(dead["id"])).stdout
    assert "400" in shown, "explained"
    primed.ok("alerts", "retry", str(dead["id"]))
    assert poll(primed)[0] == 0
    assert titles(webhook, "/desk") == [SECOND, FIRST]


@pytest.mark.parametrize("status", [400, 413, 422])
def test_bare_text_may_succeed(
    primed: Project, feed: LiveFeed, webhook: Webhook, status: int
) -> None:
    webhook.script["/desk"] = [status]
    feed.publish(FIRST)
    code, counts = poll(primed)
    assert (code, counts["sent"], counts["dead"]) == (0, 1, 0)
    (alert,) = webhook.accepted["/desk"]
    assert FIRST in alert.text
    assert webhook.accepted["/ops"] == []


# --- the rest -------------------------------------------------------------------------


def test_bad_feed_is_no_failure_of_poll(primed: Project, site: FeedSite) -> None:
    site.serve("/news", lambda request: reply(request, 500))
    done = primed.run("poll", "--all", "--json")
    assert done.returncode == 0, said(done)
    assert json.loads(done.stdout)["failed"] == 1


def test_retry_and_release_of_what_is_not_there(primed: Project) -> None:
    for command in (("retry", "99"), ("release", "99"), ("show", "99")):
        done = primed.run("alerts", *command)
        assert done.returncode == 1, said(done)
        assert "Traceback" not in done.stderr


def test_redirecting_receiver_is_not_followed(
    primed: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    """A receiver that moved is a question for people; an alert is not sent along."""
    target = f"http://127.0.0.1:{webhook.port}/elsewhere"
    webhook.always["/desk"] = (307, {"Location": target})
    feed.publish(FIRST)
    code, counts = poll(primed, "--wait", "0s")
    assert (code, counts["sent"]) == (1, 0)
    assert webhook.tries["/elsewhere"] == []
