"""A night: what comes while people sleep is there in the morning, entry by entry."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

from feedsite import FeedSite, LiveFeed
from harness import Daemon, Project, wait_until
from receivers import Mailbox, Webhook

SOON = 60.0
RULES = """rules:
  waffen: {query: Aserbaidschan AND Waffenlieferungen, channels: [bed, desk, mail]}
  baku: {query: Baku, channels: [bed]}
  beben: {query: Erdbeben, channels: [bed], priority: urgent}
"""
TEXT = "Das teilte das Ministerium in Baku mit: {} Panzer, Näheres ist nicht bekannt."


def around_now() -> str:
    """Return quiet hours that hold now, in UTC, whatever the time."""
    now = datetime.now(UTC)  # noqa: TID251 - the clock of the daemon
    begin, end = now - timedelta(hours=2), now + timedelta(hours=2)
    return f"{begin:%H:%M}-{end:%H:%M}"


def channels(webhook: Webhook, mailbox: Mailbox, *, quiet: bool) -> dict[str, object]:
    bed: dict[str, object] = {"urls": [webhook.channel("/bed")]}
    if quiet:
        bed["quiet_hours"] = around_now()
    return {
        "bed": bed,
        "desk": webhook.channel("/desk"),
        "mail": {"urls": [mailbox.channel()], "digest": "0 0 1 1 *"},
        "ops": webhook.channel("/ops"),
    }


def told(webhook: Webhook, path: str) -> list[int]:
    """Return the alerts that a place was told of, in order."""
    ids: list[int] = []
    for alert in webhook.accepted[path]:
        found = alert.payload["alerts"]
        assert isinstance(found, list)
        ids += found
    return ids


def held(project: Project) -> Counter[str]:
    """Return what waits, by channel and reason."""
    found: Counter[str] = Counter()
    for row in project.rows("alerts", "list", "--state", "held"):
        waiting = row["waiting"]
        assert isinstance(waiting, list)
        found.update(f"{one['channel']}: {one['reason']}" for one in waiting)
    return found


def held_of(project: Project, rule: str) -> list[dict[str, object]]:
    """Return the alerts of a rule that wait."""
    return project.rows("alerts", "list", "--state", "held", "--rule", rule)


def begun(
    project: Project, webhook: Webhook, mailbox: Mailbox, *feeds: LiveFeed
) -> None:
    """Let everything be polled once, of empty feeds: whatever comes now is news."""
    project.configure(
        timezone="UTC",
        channels=channels(webhook, mailbox, quiet=True),
        defaults={"feed": {"every": "1s"}, "rule": {"throttle": "3/1h"}},
        feeds=[{"url": feed.url, "name": feed.url[-3:]} for feed in feeds],
    )
    project.write_rules(RULES)
    project.poll()


def evening(project: Project, feed: LiveFeed) -> dict[str, object]:
    """Publish eight entries that two rules want, and an urgent one; poll."""
    for n in range(8):
        feed.publish(
            f"Aserbaidschan erwägt Waffenlieferungen an Ort{n}",
            summary=TEXT.format(n * 7),
            link=f"https://one.example/{n}",
        )
    feed.publish("Erdbeben bei Tiflis", link="https://one.example/beben")
    return project.poll()


def night(project: Project, daemon: Daemon, feed: LiveFeed) -> None:
    """Publish a copy and two entries; pull the plug in between."""
    title = "Aserbaidschan erwägt Waffenlieferungen an Ort7"
    link = "https://two.example/7"
    feed.publish(title, summary=TEXT.format(49), link=link)
    feed.publish("Baku: Kiew berät heute", link="https://two.example/kiew")
    assert wait_until(lambda: len(held_of(project, "baku")) == 9, SOON), daemon.text()
    daemon.kill()
    daemon.start()
    feed.publish("Baku: Riga berät heute", link="https://two.example/riga")
    assert wait_until(lambda: len(held_of(project, "baku")) == 10, SOON), daemon.text()


def assert_read_in_the_morning(webhook: Webhook, titles: set[object]) -> None:
    """Look for every title in the digest of the quiet hours."""
    digest = webhook.accepted["/bed"][1]
    assert digest.title == "[waffen, baku] 10 entries of the quiet hours"
    assert "also: " in digest.body, "the copy is named"
    items = digest.payload["items"]
    assert isinstance(items, list)
    assert {item["entry_title"] for item in items} == titles
    assert len(items) == len(titles)


def assert_mailed(mailbox: Mailbox, titles: set[object]) -> None:
    """Look for every title in both forms of the one mail."""
    (mail,) = mailbox.messages
    for kind in ("plain", "html"):
        part = mail.get_body((kind,))
        assert part is not None
        text = part.get_content()
        assert [title for title in titles if str(title) not in text] == []


def test_a_night_is_reconciled_entry_by_entry(
    project: Project, site: FeedSite, webhook: Webhook, mailbox: Mailbox
) -> None:
    one, two = site.feed("one"), site.feed("two")
    begun(project, webhook, mailbox, one, two)
    counts = evening(project, one)
    assert counts["alerts"] == 17, "waffen and baku of eight, and the earthquake"
    assert counts["held"] == {"quiet_hours": 16, "throttled": 5, "digest": 8}

    with Daemon(project, "--log-format", "json") as daemon:
        night(project, daemon, two)
        assert [a.payload["rules"] for a in webhook.accepted["/bed"]] == [["beben"]]
        assert held(project) == {
            "bed: quiet_hours": 18,
            "desk: throttled": 5,
            "mail: digest": 8,
        }

        # The morning: the hours are over, and a person wants the rest as well.
        project.configure(channels=channels(webhook, mailbox, quiet=False))
        assert wait_until(lambda: len(told(webhook, "/bed")) == 19, SOON), daemon.text()
        released = project.ok("alerts", "release", "--all").stderr
        assert "8 alerts released" in released
        assert wait_until(lambda: len(told(webhook, "/desk")) == 8, SOON), daemon.text()
        assert wait_until(lambda: len(mailbox.messages) == 1, SOON), daemon.text()

    rows = {row["id"]: row for row in project.rows("alerts", "list")}
    assert {row["state"] for row in rows.values()} == {"sent"}
    of_rules = Counter(row["rule"] for row in rows.values())
    assert of_rules == {"waffen": 8, "baku": 10, "beben": 1}
    weapons = {i: row["title"] for i, row in rows.items() if row["rule"] == "waffen"}
    assert Counter(told(webhook, "/bed")) == Counter(rows.keys()), "each once"
    assert Counter(told(webhook, "/desk")) == Counter(weapons.keys())
    awake = {row["title"] for row in rows.values() if row["rule"] != "beben"}
    assert_read_in_the_morning(webhook, awake)
    assert_mailed(mailbox, set(weapons.values()))
