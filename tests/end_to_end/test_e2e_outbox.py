"""Channels that refuse, hang or break: nothing is lost, order holds, others go on."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta

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
    defaults = dict(project.settings["defaults"]) | {
        "rule": {"channels": names, "throttle": "none"}
    }  # type: ignore[call-overload]
    project.configure(channels=channels, defaults=defaults)


def titles(webhook: Webhook, path: str) -> list[str]:
    """Return which of the two stories arrived at `path`, in order."""
    known = (FIRST, SECOND)
    return [t for a in webhook.accepted[path] for t in known if t in a.title]


def alert_states(project: Project) -> dict[str, str]:
    return {str(r["title"]): str(r["state"]) for r in project.rows("alerts", "list")}


# --- later is good enough -------------------------------------------------------------


def test_unavailable_receiver_gets_everything_later_in_order(
    eager: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    webhook.script["/desk"] = [503]
    feed.publish(FIRST)
    code, counts = poll(eager, "--wait", "0s")
    assert (code, counts["sent"], counts["pending"]) == (1, 0, 1)
    feed.publish(SECOND)
    code, counts = poll(eager, "--wait", "20s")
    assert (code, counts["sent"], counts["pending"]) == (0, 2, 0)
    assert titles(webhook, "/desk") == [FIRST, SECOND]
    assert len(webhook.tries["/desk"]) == 3
    assert REPEAT not in webhook.accepted["/desk"][0].body, "a refusal is no delivery"


def test_retry_after_is_respected_and_blocks_the_head_only_there(
    eager: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    with_channels(eager, night=webhook.channel("/night"))
    webhook.script["/desk"] = [(429, {"Retry_After": "4"})]
    feed.publish(FIRST)
    code, counts = poll(eager, "--wait", "1s")
    assert (code, counts["sent"], counts["pending"]) == (1, 1, 1)
    feed.publish(SECOND)
    code, counts = poll(eager, "--wait", "15s")
    assert (code, counts["sent"], counts["pending"]) == (0, 3, 0)
    assert titles(webhook, "/desk") == titles(webhook, "/night") == [FIRST, SECOND]
    first, second, _ = webhook.at["/desk"]
    assert second - first >= 4


def test_passing_troubles_are_retried(
    eager: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    statuses = (408, 425, 429, 500, 502)
    places = {f"/p{status}": status for status in statuses}
    with_channels(eager, desk=[webhook.channel(path) for path in places])
    for path, status in places.items():
        webhook.script[path] = [status]
    feed.publish(FIRST)
    code, counts = poll(eager, "--wait", "15s")
    assert (code, counts["sent"], counts["dead"]) == (0, 5, 0)
    assert [len(webhook.tries[path]) for path in places] == [2] * 5


def test_channel_that_is_down_delays_only_its_own(
    eager: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    port = free_port()
    with_channels(eager, night=f"json://127.0.0.1:{port}/night")
    feed.publish(FIRST)
    code, counts = poll(eager, "--wait", "0s")
    assert (code, counts["sent"], counts["pending"]) == (1, 1, 1)
    assert titles(webhook, "/desk") == [FIRST]
    night = eager.row("channels", "list", name="night")
    assert "connection" in str(night["error"]).lower()
    with Webhook(port) as back:
        feed.publish(SECOND)
        code, _ = poll(eager, "--wait", "20s")
        assert code == 0
        assert titles(back, "/night") == [FIRST, SECOND]
        assert REPEAT not in back.accepted["/night"][0].body, "nobody was there"
    assert titles(webhook, "/desk") == [FIRST, SECOND]


def test_late_message_says_how_late(
    eager: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    webhook.script["/desk"] = [(503, {"Retry_After": "1"})]
    feed.publish(FIRST)
    assert poll(eager, "--wait", "0s")[0] == 1
    age_deliveries(eager, timedelta(hours=3, minutes=10))
    assert poll(eager, "--wait", "10s")[0] == 0
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
    eager: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    with_channels(eager, desk=[webhook.channel("/a"), webhook.channel("/b")])
    webhook.script["/b"] = [(503, {"Retry_After": "1"})]
    feed.publish(FIRST)
    code, counts = poll(eager, "--wait", "0s")
    assert (code, counts["sent"], counts["pending"]) == (1, 1, 1)
    assert poll(eager, "--wait", "10s")[0] == 0
    assert (titles(webhook, "/a"), titles(webhook, "/b")) == ([FIRST], [FIRST])
    assert len(webhook.tries["/a"]) == 1


# --- a broken channel -----------------------------------------------------------------


def test_broken_channel_is_held_and_told_and_let_go_by_a_good_test(
    eager: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    webhook.always["/desk"] = 404
    feed.publish(FIRST)
    feed.publish(SECOND)
    code, counts = poll(eager)
    assert (code, counts["dead"]) == (1, 0)
    assert sum(counts["held"].values()) == 2, counts  # type: ignore[attr-defined]
    assert len(webhook.tries["/desk"]) == 1, "the others wait without a try"
    (report,) = webhook.accepted["/ops"]
    assert "desk" in report.title
    assert "404" in report.text
    assert "monitor channels test desk" in report.text
    assert poll(eager)[0] == 1
    assert len(webhook.tries["/desk"]) <= 2, "a new start may look once again"
    assert len(webhook.accepted["/ops"]) == 1, "one loud report"
    webhook.always["/desk"] = 200
    eager.ok("channels", "test", "desk")
    assert poll(eager)[0] == 0
    assert sorted(titles(webhook, "/desk")) == sorted([FIRST, SECOND])


def test_each_refusal_breaks_its_own_place_only(
    eager: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    places = {f"/p{status}": status for status in (401, 403, 410, 200)}
    with_channels(eager, desk=[webhook.channel(path) for path in places])
    webhook.always |= places
    feed.publish(FIRST)
    code, counts = poll(eager)
    assert (code, counts["dead"]) == (1, 0)
    assert counts["held"] == {"channel_broken": 3}
    assert [len(webhook.tries[path]) for path in places] == [1] * 4


def test_edited_configuration_mends_a_channel(
    eager: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    webhook.always["/desk"] = 404
    feed.publish(FIRST)
    assert poll(eager)[0] == 1
    with_channels(eager, desk=webhook.channel("/right"))
    code, counts = poll(eager)
    assert (code, counts["held"]) == (0, {})
    assert titles(webhook, "/right") == [FIRST]


def test_broken_channel_beside_a_daemon_is_mended_by_a_test(
    eager: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    webhook.script["/desk"] = [404]
    with Daemon(eager) as daemon:
        feed.publish(FIRST)
        assert len(webhook.wait_for("/ops", 1, SOON)) == 1, daemon.text()
        feed.publish(SECOND)
        eager.ok("channels", "test", "desk")
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
    eager: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    webhook.always["/desk"] = lambda payload: (
        400 if FIRST in str(payload["title"]) + str(payload["message"]) else 200
    )
    feed.publish(FIRST)
    code, counts = poll(eager)
    assert (code, counts["dead"], counts["pending"]) == (1, 1, 0)
    assert len(webhook.tries["/desk"]) == 2
    feed.publish(SECOND)
    code, counts = poll(eager)
    assert (code, counts["sent"]) == (0, 1), "an old death is no new trouble"
    assert titles(webhook, "/desk") == [SECOND]
    assert any("desk" in alert.title for alert in webhook.accepted["/ops"])
    assert "dead" in alert_states(eager)[FIRST]
    webhook.always["/desk"] = 200
    (dead,) = eager.rows("alerts", "list", "--state", "dead")
    shown = eager.ok("alerts", "show", str(dead["id"])).stdout
    assert "400" in shown, "explained"
    eager.ok("alerts", "retry", str(dead["id"]))
    assert poll(eager)[0] == 0
    assert titles(webhook, "/desk") == [SECOND, FIRST]


def test_bare_text_may_succeed(
    eager: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    places = {f"/p{status}": status for status in (400, 413, 422)}
    with_channels(eager, desk=[webhook.channel(path) for path in places])
    for path, status in places.items():
        webhook.script[path] = [status]
    feed.publish(FIRST)
    code, counts = poll(eager)
    assert (code, counts["sent"], counts["dead"]) == (0, 3, 0)
    for path in places:
        (alert,) = webhook.accepted[path]
        assert FIRST in alert.text
    assert webhook.accepted["/ops"] == []


# --- the rest -------------------------------------------------------------------------


def test_bad_feed_is_no_failure_of_poll(eager: Project, site: FeedSite) -> None:
    site.serve("/news", lambda request: reply(request, 500))
    done = eager.run("poll", "--all", "--json")
    assert done.returncode == 0, said(done)
    assert json.loads(done.stdout)["failed"] == 1


def test_retry_and_release_of_what_is_not_there(eager: Project) -> None:
    for command in (("retry", "99"), ("release", "99"), ("show", "99")):
        done = eager.run("alerts", *command)
        assert done.returncode == 1, said(done)
        assert "Traceback" not in done.stderr


def test_redirecting_receiver_is_not_followed(
    eager: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    """A receiver that moved is a question for people; an alert is not sent along."""
    target = f"http://127.0.0.1:{webhook.port}/elsewhere"
    webhook.always["/desk"] = (307, {"Location": target})
    feed.publish(FIRST)
    code, counts = poll(eager, "--wait", "0s")
    assert (code, counts["sent"]) == (1, 0)
    assert webhook.tries["/elsewhere"] == []
