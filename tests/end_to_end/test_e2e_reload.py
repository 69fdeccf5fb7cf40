"""Edited files: in force within two seconds; what is broken leaves what was good."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import WEAPONS
from feedsite import FeedSite, LiveFeed
from harness import Daemon, Project, replace_file, said, wait_until
from receivers import Webhook

IN_FORCE = 2.0  # seconds that are promised
WITH_NEW_WORDS = 10.0  # where their forms must be read
MARGIN = 2.0  # more, for a busy machine
SOON = 15.0
BAKU = "rules:\n  baku: title:Baku\n"
LISTS = "lists:\n  land: [Georgien]\nrules:\n  alt: Eriwan\n"
BROKEN = "rules:\n  kaputt: Tiflis AND\n"


@pytest.fixture
def daemon(eager: Project) -> Iterator[Daemon]:
    with Daemon(eager) as running:
        yield running


@contextmanager
def edited(daemon: Daemon, within: float = WITH_NEW_WORDS) -> Iterator[None]:
    """Wait at the end until the edit that the block makes is in force."""
    count = daemon.notify.count("READY=1")
    yield
    begun = time.monotonic()
    assert daemon.says("READY=1", count + 1, SOON), daemon.text()
    took = time.monotonic() - begun
    assert took < within + MARGIN, f"{took:.1f} s\n{daemon.text()}"


def hears(webhook: Webhook, path: str, word: str) -> bool:
    """Wait until an alert with this word arrived at `path`."""
    return webhook.wait(
        lambda: any(word in alert.text for alert in webhook.accepted[path]), SOON
    )


def in_place(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def by_symbolic_link(path: Path, text: str) -> None:
    """Swap a link, as configuration managers do."""
    store = path.parent.parent / f"store-{len(text)}"
    store.mkdir()
    (store / path.name).write_text(text, encoding="utf-8")
    link = path.with_name(f".{path.name}.link")
    link.symlink_to(store / path.name)
    link.replace(path)


def test_edited_rules_are_in_force_however_they_are_written(
    eager: Project, daemon: Daemon, feed: LiveFeed, webhook: Webhook
) -> None:
    path = eager.root / "rules" / "rules.yaml"
    for number, write in enumerate((replace_file, in_place, by_symbolic_link)):
        word = ("Tiflis", "Eriwan", "Baku")[number]
        with edited(daemon):
            write(path, f"rules:\n  stadt{number}: {word}\n")
        feed.publish(f"{word} feiert die Waffenlieferungen nach Aserbaidschan")
        assert hears(webhook, "/desk", word), daemon.text()
    titles = [alert.title for alert in webhook.accepted["/desk"]]
    assert [f"stadt{n}" in title for n, title in enumerate(titles)] == [True] * 3
    assert not any("waffen" in title.split(":")[0] for title in titles), "it is gone"


def test_new_file_counts_and_a_removed_one_does_not(
    eager: Project, daemon: Daemon, feed: LiveFeed, webhook: Webhook
) -> None:
    with edited(daemon):
        more = eager.write_rules(BAKU, "more.yml")
    feed.publish("Schach in Baku Nr1")
    assert hears(webhook, "/desk", "Nr1"), daemon.text()
    with edited(daemon, within=IN_FORCE):  # no word is new
        more.unlink()
    feed.publish("Schach in Baku Nr2")
    feed.publish("Aserbaidschan: Waffenlieferungen Nr3")
    assert hears(webhook, "/desk", "Nr3"), daemon.text()
    assert not any("Nr2" in alert.text for alert in webhook.accepted["/desk"])


def test_half_written_file_is_not_a_trouble_once_it_is_whole(
    eager: Project, daemon: Daemon, feed: LiveFeed, webhook: Webhook
) -> None:
    """An editor that writes slowly: a good end is all that matters."""
    path = eager.root / "rules" / "rules.yaml"
    with edited(daemon), path.open("w", encoding="utf-8") as file:
        for part in ("rules:\n  ba", "ku: Baku AN", "D Schach\n"):
            file.write(part)
            file.flush()
    feed.publish("Schach in Baku")
    assert hears(webhook, "/desk", "Baku"), daemon.text()


@pytest.fixture
def contacted(eager: Project, webhook: Webhook) -> Project:
    """The rule file names a contact, the channel `boss`."""
    channels = dict(eager.settings["channels"])  # type: ignore[call-overload]
    eager.configure(channels=channels | {"boss": webhook.channel("/boss")})
    eager.write_rules(f"contact: boss\nrules:\n  waffen: {WEAPONS}\n")
    return eager


def test_broken_rule_file_keeps_its_last_good_version(
    contacted: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    with Daemon(contacted) as daemon:
        with edited(daemon):
            contacted.write_rules(f"contact: boss\n{BROKEN}")
        assert hears(webhook, "/ops", "rules.yaml"), daemon.text()
        assert hears(webhook, "/boss", "rules.yaml"), daemon.text()
        assert "rules.yaml:3:" in daemon.logged()
        feed.publish("Aserbaidschan: Waffenlieferungen Nr1")
        assert hears(webhook, "/desk", "Nr1"), "the last good version"
        with edited(daemon):
            contacted.write_rules(BAKU, "more.yaml")
        feed.publish("Schach in Baku Nr2")
        assert hears(webhook, "/desk", "Nr2"), "another file's edit takes effect"


def test_rule_whose_own_test_fails_is_not_taken_over(
    contacted: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    wrong = f"{{query: {WEAPONS} AND Schach, should_match: [Waffen aus Baku]}}"
    with Daemon(contacted) as daemon:
        with edited(daemon):
            contacted.write_rules(f"contact: boss\nrules:\n  waffen: {wrong}\n")
        for path in ("/ops", "/boss"):
            (told,) = webhook.wait_for(path, 1, SOON)
            assert "rule file rules.yaml is broken" in told.title, daemon.text()
            assert "last good version stays in force" in told.text
            assert "this should match, and does not" in told.text
        feed.publish("Aserbaidschan: Waffenlieferungen Nr1")
        assert hears(webhook, "/desk", "Nr1"), "the last good version"


def test_last_good_version_survives_a_restart_and_recovery_is_told(
    contacted: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    contacted.poll()
    contacted.write_rules(f"contact: boss\n{BROKEN}")
    contacted.poll()
    with Daemon(contacted) as daemon:
        feed.publish("Aserbaidschan: Waffenlieferungen Nr1")
        assert hears(webhook, "/desk", "Nr1"), daemon.text()
        with edited(daemon):
            daemon.process.send_signal(signal.SIGHUP)
        told = [len(webhook.accepted[path]) for path in ("/ops", "/boss")]
        assert told == [1, 1], "once, not at each look or start"
        with edited(daemon):
            contacted.write_rules("contact: boss\nrules:\n  gut: Tiflis\n")
        feed.publish("Tiflis Nr2")
        assert hears(webhook, "/desk", "Nr2"), daemon.text()
        assert len(webhook.wait_for("/boss", 2, SOON)) == 2, "that it is good again"
        said_to_ops = [told.title for told in webhook.wait_for("/ops", 3, SOON)]
        assert "is good again" in said_to_ops[1], "first the files, then the edit"
        assert "+1 rule" in said_to_ops[2], "and what the edit means"


def test_broken_configuration_keeps_the_running_one(
    eager: Project, daemon: Daemon, feed: LiveFeed, webhook: Webhook
) -> None:
    with edited(daemon):
        eager.configure(nonsense="1")
    assert hears(webhook, "/ops", "monitor.yaml"), daemon.text()
    assert "nonsense" in webhook.accepted["/ops"][0].text
    feed.publish("Aserbaidschan: Waffenlieferungen Nr1")
    assert hears(webhook, "/desk", "Nr1"), daemon.text()
    with edited(daemon):
        daemon.process.send_signal(signal.SIGHUP)
    assert len(webhook.accepted["/ops"]) == 1, "told once"
    refused = eager.run("poll")
    assert refused.returncode == 2, said(refused)
    with edited(daemon):
        eager.configure(nonsense=None)
    assert len(webhook.wait_for("/ops", 2, SOON)) == 2, "and told that it is good again"


def test_list_that_breaks_another_file_reverts_the_file_that_changed(
    eager: Project, daemon: Daemon, feed: LiveFeed, webhook: Webhook
) -> None:
    with edited(daemon):
        eager.write_rules(LISTS, "a.yaml")
    with edited(daemon):
        eager.write_rules("rules:\n  fest: $land AND Schach\n", "b.yaml")
    with edited(daemon):
        renamed = LISTS.replace("land:", "lnad:").replace("alt: Eriwan", "neu: Tiflis")
        eager.write_rules(renamed, "a.yaml")
    assert hears(webhook, "/ops", "a.yaml"), daemon.text()
    assert "rule file b.yaml" not in webhook.accepted["/ops"][0].title
    feed.publish("Schach in Georgien Nr1")
    feed.publish("Eriwan Nr2")
    feed.publish("Tiflis Nr3")
    feed.publish("Aserbaidschan: Waffenlieferungen Nr4")
    for word in ("Nr1", "Nr2", "Nr4"):
        assert hears(webhook, "/desk", word), f"{word}\n{daemon.text()}"
    assert not any("Nr3" in alert.text for alert in webhook.accepted["/desk"])


def test_new_feed_is_polled_at_once_and_a_removed_one_no_more(
    eager: Project, daemon: Daemon, site: FeedSite, feed: LiveFeed
) -> None:
    other = site.feed("other")
    with edited(daemon):
        eager.configure(
            feeds=[
                {"url": other.url, "name": "other", "every": "1h"},
                {"url": site.feed("third").url, "name": "third"},
            ]
        )
    assert site.wait(lambda: site.asked("/other") == 1, SOON), daemon.text()
    asked = site.asked("/news")
    begun = site.asked("/third")
    assert site.wait(lambda: site.asked("/third") >= begun + 3, SOON), daemon.text()
    assert site.asked("/news") <= asked + 1, feed.url
    assert site.asked("/other") == 1


def test_changed_channel_is_used_at_once(
    eager: Project, daemon: Daemon, feed: LiveFeed, webhook: Webhook
) -> None:
    channels = dict(eager.settings["channels"])  # type: ignore[call-overload]
    with edited(daemon):
        eager.configure(channels=channels | {"desk": webhook.channel("/moved")})
    feed.publish("Aserbaidschan: Waffenlieferungen Nr1")
    assert hears(webhook, "/moved", "Nr1"), daemon.text()
    assert webhook.tries["/desk"] == []


# --- what was removed while it had deliveries waiting -------------------------------


@pytest.fixture
def waiting(eager: Project, feed: LiveFeed, webhook: Webhook) -> Project:
    """A delivery to `desk` that waits for its next try."""
    webhook.script["/desk"] = [(503, {"Retry_After": "1"})]
    feed.publish("Aserbaidschan: Waffenlieferungen")
    assert eager.run("poll", "--all", "--wait", "0s").returncode == 1
    return eager


def states(project: Project) -> str:
    return json.dumps(project.rows("alerts", "list"))


def without_desk(project: Project, webhook: Webhook) -> dict[str, object]:
    """Configure the channel `other` in the place of `desk`; return what was."""
    before = dict(project.settings)
    project.configure(
        channels={"other": webhook.channel("/other"), "ops": webhook.channel("/ops")},
        defaults=before["defaults"] | {"rule": {"channels": ["other"]}},  # type: ignore[operator]
    )
    return before


def test_removed_channel_keeps_its_deliveries_until_it_returns(
    waiting: Project, webhook: Webhook
) -> None:
    before = without_desk(waiting, webhook)
    waiting.run("poll", "--wait", "3s")
    assert len(webhook.tries["/desk"]) == 1
    assert "orphaned" in states(waiting)
    assert "orphaned" in waiting.ok("alerts", "list").stdout
    waiting.configure(**before)
    waiting.ok("poll", "--wait", "10s")
    assert len(webhook.accepted["/desk"]) == 1
    assert "orphaned" not in states(waiting)


def test_orphaned_deliveries_can_be_sent_elsewhere(
    waiting: Project, webhook: Webhook
) -> None:
    without_desk(waiting, webhook)
    with Daemon(waiting) as daemon:
        assert wait_until(lambda: "orphaned" in states(waiting), SOON), daemon.text()
        (alert,) = waiting.rows("alerts", "list")
        refused = waiting.run("alerts", "release", str(alert["id"]))
        assert refused.returncode == 1, said(refused)
        assert "name another with --to CHANNEL" in refused.stderr
        waiting.ok("alerts", "release", "--to", "other", str(alert["id"]))
        assert hears(webhook, "/other", "Waffenlieferungen"), daemon.text()
    assert len(webhook.accepted["/other"]) == 1
    assert len(webhook.tries["/desk"]) == 1


@pytest.mark.parametrize("what", ["rule", "feed"])
def test_removed_rule_or_feed_orphans_what_waits(
    waiting: Project, webhook: Webhook, site: FeedSite, what: str
) -> None:
    if what == "rule":
        waiting.write_rules(BAKU)
    else:
        waiting.configure(feeds=[{"url": site.feed("other").url, "name": "other"}])
    waiting.run("poll", "--wait", "3s")
    assert "orphaned" in states(waiting)
    assert len(webhook.tries["/desk"]) == 1, "kept, not sent"
    (alert,) = waiting.rows("alerts", "list")
    waiting.ok("alerts", "release", str(alert["id"]))
    waiting.ok("poll", "--wait", "10s")
    assert len(webhook.accepted["/desk"]) == 1
