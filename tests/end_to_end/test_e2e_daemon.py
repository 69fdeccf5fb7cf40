"""`monitor run`: what it tells systemd, what it logs, how it ends, what it survives."""

from __future__ import annotations

import signal
import time
from datetime import datetime
from pathlib import Path

from conftest import configured
from feedsite import FeedSite, LiveFeed
from harness import DRAIN, PATIENCE, Daemon, Project, wait_until
from hostile import dripping
from receivers import Webhook

TITLE = "Aserbaidschan erwägt Waffenlieferungen an Kiew"
SOON = 15.0  # seconds in which a new entry must have arrived, on a busy machine too
REPEAT = "possible repeat"


def two_feeds(root: Path, site: FeedSite, webhook: Webhook, other: str) -> Project:
    """Return a project of `news` and a feed at /`other`."""
    desk, ops = webhook.channel("/desk"), webhook.channel("/ops")
    return configured(root, desk, ops, site.url("/news"), site.url(f"/{other}"))


# --- what systemd hears -------------------------------------------------------------


def test_never_ready_with_files_that_cannot_be_in_force(project: Project) -> None:
    project.write_rules("rules:\n  waffen: Aserbaidschan AND\n")
    daemon = Daemon(project)
    daemon.start(ready=False)
    code = daemon.process.wait(PATIENCE)
    daemon.clean()
    assert code == 2, daemon.text()
    assert "rules.yaml:2:" in daemon.logged()
    assert daemon.notify.count("READY=1") == 0


def test_ready_comes_with_the_first_files_in_force(eager: Project) -> None:
    with Daemon(eager, "--log-format", "json") as daemon:
        (files,) = daemon.events("files")
        assert (files["feeds"], files["rules"]) == (1, 1)
        (status,) = eager.rows("status")
        assert "run" in str(status["running"])
        assert str(daemon.process.pid) in str(status["running"])
        assert "RELOADING=1" not in daemon.notify.seen


def test_hangup_reloads_and_sigterm_says_so(eager: Project) -> None:
    with Daemon(eager) as daemon:
        daemon.process.send_signal(signal.SIGHUP)
        assert daemon.says("RELOADING=1", 1), daemon.text()
        assert daemon.says("READY=1", 2), daemon.text()
        daemon.stop()
    seen = daemon.notify.seen
    states = [s for s in seen if s in ("READY=1", "RELOADING=1", "STOPPING=1")]
    assert states == ["READY=1", "RELOADING=1", "READY=1", "STOPPING=1"]
    assert [s for s in seen if s.startswith("MONOTONIC_USEC=")], "systemd wants it"


def test_watchdog_is_fed_while_it_lives(eager: Project) -> None:
    with Daemon(eager, env={"WATCHDOG_USEC": "3000000"}) as daemon:
        assert daemon.says("WATCHDOG=1", 2, seconds=12), daemon.text()


# --- what it does -------------------------------------------------------------------


def test_new_entry_arrives_within_seconds(
    eager: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    with Daemon(eager) as daemon:
        feed.publish(TITLE)
        assert len(webhook.wait_for("/desk", 1, SOON)) == 1, daemon.text()


def test_console_alert_on_standard_output_and_log_on_standard_error(
    eager: Project, feed: LiveFeed
) -> None:
    eager.configure(channels={"desk": "console://"}, ops=["desk"])
    with Daemon(eager) as daemon:
        feed.publish(TITLE)
        assert wait_until(lambda: TITLE in daemon.printed(), SOON), daemon.text()
        daemon.stop()
    assert "poll" in daemon.logged()
    assert "outcome=" in daemon.logged()
    assert "outcome=" not in daemon.printed()


def test_one_wide_event_for_each_poll_and_delivery(
    eager: Project, feed: LiveFeed, webhook: Webhook, site: FeedSite
) -> None:
    webhook.script["/desk"] = [503]
    with Daemon(eager, "--log-format", "json") as daemon:
        feed.publish(TITLE)
        assert webhook.wait_for("/desk", 1, 2 * SOON), daemon.text()
        daemon.stop()
    for event in daemon.events("poll") + daemon.events("delivery"):
        assert event["level"] in {"debug", "info", "warning", "error"}
        assert datetime.fromisoformat(str(event["time"])).utcoffset() is not None
        assert event["outcome"]
    polls = daemon.events("poll", feed="news")
    assert len(polls) == site.asked("/news")
    assert {p["outcome"] for p in polls} <= {"ok", "not_modified"}
    (found,) = [p for p in polls if p["alerts"] == 1]
    assert (found["status"], found["new"], found["matches"]) == (200, 1, 1)
    failed, sent = daemon.events("delivery", channel="desk")
    assert (failed["status"], sent["status"]) == (503, 200)
    assert (failed["outcome"] == "sent", sent["outcome"] == "sent") == (False, True)


def test_text_log_is_one_line_an_event(eager: Project, site: FeedSite) -> None:
    with Daemon(eager) as daemon:
        assert site.wait(lambda: site.asked("/news") >= 3, SOON)
        daemon.stop()
    assert daemon.notify.count("WATCHDOG=1") == 0, "nobody asked for it"
    lines = daemon.logged().splitlines()
    assert len([line for line in lines if "feed=news" in line]) >= 2, daemon.text()
    assert all(line.startswith("20") for line in lines), "each begins with its time"


def test_without_any_feed_it_waits_for_one(project: Project) -> None:
    project.configure(feeds=[])
    with Daemon(project) as daemon:
        assert "Traceback" not in daemon.text()
        assert daemon.stop() < DRAIN


# --- how it ends --------------------------------------------------------------------


def test_ctrl_c_ends_it_politely(eager: Project) -> None:
    with Daemon(eager) as daemon:
        assert daemon.stop(signal.SIGINT) < DRAIN
    assert daemon.notify.count("STOPPING=1") == 1


def test_hanging_feed_and_channel_do_not_delay_the_end(
    tmp_path: Path, site: FeedSite, webhook: Webhook, feed: LiveFeed
) -> None:
    site.feed("stuck")
    project = two_feeds(tmp_path, site, webhook, "stuck")
    project.write_rules("rules:\n  b: {query: Baku, channels: [ops]}\n", "b.yaml")
    feeds = {"feed": {"every": "1s", "lookback": "1h"}, "rule": {"channels": ["desk"]}}
    project.configure(defaults=feeds)
    site.serve("/stuck", lambda _: site.released.wait() and None)
    webhook.always["/desk"] = "hang"
    with Daemon(project) as daemon:
        feed.publish(TITLE)
        assert webhook.wait(lambda: webhook.tries["/desk"], SOON), daemon.text()
        assert site.wait(lambda: site.asked("/stuck") > 0, SOON), daemon.text()
        feed.publish("Schach in Baku")
        assert webhook.wait_for("/ops", 1, SOON), daemon.text()
        assert daemon.stop() < DRAIN
    assert "Traceback" not in daemon.text()
    webhook.always["/desk"] = 200
    site.feed("stuck")
    project.ok("poll")
    (alert,) = webhook.accepted["/desk"]
    assert TITLE in alert.text
    assert REPEAT in alert.body, "it may have arrived before the end"


def test_what_hangs_is_given_up(
    tmp_path: Path, site: FeedSite, webhook: Webhook
) -> None:
    """Feeds that hang or drip, and a receiver that may have got the alert."""
    project = two_feeds(tmp_path, site, webhook, "drip")
    rule = {"channels": ["desk", "ops"]}
    feeds = [*project.settings["feeds"], {"url": site.feed("ok").url, "name": "ok"}]  # type: ignore[misc]
    lookback = {"every": "1s", "lookback": "1h"}
    project.configure(defaults={"feed": lookback, "rule": rule}, feeds=feeds)
    site.serve("/news", lambda _: site.released.wait() and None)
    site.serve("/drip", dripping(site))
    webhook.script["/desk"] = ["hang"]
    site.feed("ok").publish(TITLE)
    with Daemon(project, "--log-format", "json") as daemon:
        assert len(webhook.wait_for("/ops", 1, SOON)) == 1, "delayed by nobody"
        assert len(webhook.wait_for("/desk", 1, PATIENCE)) == 1, daemon.text()
        for name in ("news", "drip"):
            given_up = lambda n=name: daemon.events("poll", feed=n, outcome="timeout")  # noqa: E731
            assert wait_until(given_up, PATIENCE), daemon.text()
    first, second = webhook.at["/desk"]
    assert second - first >= 10, "a slow receiver has its time"
    assert REPEAT in webhook.accepted["/desk"][0].body
    assert REPEAT not in webhook.accepted["/ops"][0].body


# --- what it survives ---------------------------------------------------------------


def with_an_hourly_feed(
    root: Path, site: FeedSite, webhook: Webhook, feed: LiveFeed
) -> Project:
    """Return a project of the hourly `news` and of `pacer`, which shows time pass."""
    project = two_feeds(root, site, webhook, "pacer")
    pacer = site.feed("pacer")
    hourly = {"url": feed.url, "name": "news", "every": "1h"}
    project.configure(feeds=[hourly, {"url": pacer.url, "name": "pacer"}])
    return project


def wait_two_rounds(site: FeedSite) -> bool:
    """Wait until feeds that are asked each second were asked twice more."""
    begun = site.asked("/pacer")
    return site.wait(lambda: site.asked("/pacer") >= begun + 2, SOON)


def test_interval_survives_a_restart_and_a_crash(
    tmp_path: Path, site: FeedSite, webhook: Webhook, feed: LiveFeed
) -> None:
    project = with_an_hourly_feed(tmp_path, site, webhook, feed)
    for is_polite in (True, False, True):
        with Daemon(project) as daemon:
            assert wait_two_rounds(site), daemon.text()
            assert site.asked("/news") == 1, daemon.text()
            if not is_polite:
                daemon.process.kill()
                daemon.process.wait()


def test_reload_does_not_hurry_a_feed(
    tmp_path: Path, site: FeedSite, webhook: Webhook, feed: LiveFeed
) -> None:
    project = with_an_hourly_feed(tmp_path, site, webhook, feed)
    with Daemon(project) as daemon:
        assert site.wait(lambda: site.asked("/news") == 1, SOON)
        for number in (2, 3):
            daemon.process.send_signal(signal.SIGHUP)
            assert daemon.says("READY=1", number), daemon.text()
        assert wait_two_rounds(site), daemon.text()
        assert site.asked("/news") == 1, daemon.text()


def test_slow_host_with_many_feeds_leaves_the_others_alone(
    eager: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    with FeedSite() as slow:
        urls = [f"/{n}" for n in range(40)]
        for url in urls:
            slow.serve(url, lambda _: slow.released.wait() and None)
        news = {"url": feed.url, "name": "news"}
        eager.configure(feeds=[news, *map(slow.url, urls)])
        with Daemon(eager) as daemon:
            assert slow.wait(lambda: len(slow.requests) >= 20, SOON), daemon.text()
            begun = time.monotonic()
            feed.publish(TITLE)
            assert webhook.wait_for("/desk", 1, SOON), daemon.text()
            assert time.monotonic() - begun < SOON
            assert daemon.stop() < DRAIN
