"""What a first poll holds back, and how it comes out again."""

from __future__ import annotations

import re
import shlex
from datetime import UTC, datetime, timedelta

from feedsite import LiveFeed
from harness import Finished, Project, said
from receivers import Webhook

TITLE = "Aserbaidschan erwägt Waffenlieferungen an Kiew"


def release_command(done: Finished) -> list[str]:
    """Return the arguments of the command that the output told us to type."""
    found = re.search(r"monitor (alerts release[^\n`]*)", done.stdout + done.stderr)
    assert found, said(done)
    return shlex.split(found[1].strip().rstrip(".)'\""))


def test_first_poll_holds_and_says_how_to_release(
    project: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    feed.publish(TITLE)
    feed.publish("Schach in Baku")
    first = project.ok("poll", "--all")
    assert re.search(r"\b1\b", first.stdout + first.stderr), said(first)
    assert webhook.tries["/desk"] == []

    project.ok(*release_command(first))
    project.poll()
    (alert,) = webhook.accepted["/desk"]
    assert TITLE in alert.text
    project.poll()
    assert len(webhook.accepted["/desk"]) == 1


def test_first_poll_counts_what_it_held(project: Project, feed: LiveFeed) -> None:
    feed.publish(TITLE)
    counts = project.poll()
    assert (counts["matches"], counts["held"]) == (1, {"first_poll": 1})
    assert (counts["sent"], counts["pending"]) == (0, 0)
    (alert,) = project.rows("alerts", "list")
    assert "first_poll" in str(alert)


def test_held_alert_of_a_first_poll_is_not_repeated_later(
    project: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    feed.publish(TITLE)
    project.poll()
    feed.publish("Aserbaidschan: neue Waffenlieferungen nach Georgien?")
    project.poll()
    (alert,) = webhook.accepted["/desk"]
    assert "Georgien" in alert.text


def test_lookback_lets_young_entries_through(
    project: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    now = datetime.now(UTC)  # noqa: TID251 - the publisher's clock
    feed.publish(f"{TITLE} (jung)", published_at=now - timedelta(minutes=10))
    feed.publish(f"{TITLE} (alt)", published_at=now - timedelta(hours=3))
    project.configure(feeds=[{"url": feed.url, "name": "news", "lookback": "1h"}])
    counts = project.poll()
    assert counts["held"] == {"first_poll": 1}
    (alert,) = webhook.accepted["/desk"]
    assert "jung" in alert.text
    assert "alt" not in alert.title
