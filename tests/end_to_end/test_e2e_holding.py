"""What is held back for a while, as a person sees it."""

from __future__ import annotations

import json

from feedsite import LiveFeed
from harness import Project, said
from receivers import Webhook

TITLE = "Aserbaidschan erwägt Waffenlieferungen an {}"
PLACES = ("Kiew", "Tiflis", "Astana")


def publish(project: Project, feed: LiveFeed) -> dict[str, object]:
    """Publish three stories after the feed's first poll; return what a poll says."""
    project.poll()
    for place in PLACES:
        feed.publish(TITLE.format(place))
    return project.poll()


def test_a_rules_throttle_is_seen_and_what_it_holds_can_be_sent(
    project: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    rule = {"channels": ["desk"], "throttle": "1/1h"}
    project.configure(defaults={"feed": {"every": "1s"}, "rule": rule})
    counts = publish(project, feed)
    assert (counts["alerts"], counts["held"]) == (3, {"throttled": 2})
    assert len(webhook.accepted["/desk"]) == 1

    states = [row["state"] for row in project.rows("alerts", "list")]
    assert sorted(states) == ["held: throttled", "held: throttled", "sent"]
    assert len(project.rows("alerts", "list", "--state", "held")) == 2
    shown = project.ok("alerts", "show", "3").stdout
    assert "held back on desk: throttled" in shown
    status = json.loads(project.ok("status", "--json").stdout)
    assert status["alerts_held"] == {"throttled": 2}

    done = project.ok("alerts", "release", "--reason", "throttled")
    assert "2 alerts released" in done.stderr
    project.poll()
    first, digest = webhook.accepted["/desk"]
    for place in PLACES:
        assert (TITLE.format(place) in first.text) is not (
            TITLE.format(place) in digest.text
        )
    states = [row["state"] for row in project.rows("alerts", "list")]
    assert states == ["sent"] * 3


def test_a_silence_holds_and_lets_go(
    project: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    project.poll()
    words = "Waffenlieferung AND (Kiew OR Tiflis)"  # no rule has them in this form
    made = project.ok(
        "silence", "add", "--rule", "waffen", "--words", words, "--for",
        "2h", "--why", "known, on it", "--by", "anna",
    )  # fmt: skip
    assert f"rule waffen and words {words} (anna: known, on it)" in made.stdout
    for place in PLACES:
        feed.publish(TITLE.format(place))
    assert project.poll()["held"] == {"silenced": 2}
    assert len(webhook.accepted["/desk"]) == 1
    (row,) = project.rows("silence", "list")
    assert (row["held"], row["state"], row["author"]) == (2, "in force", "anna")

    done = project.ok("silence", "expire", "1", "--release")
    assert "silence 1 ended" in done.stderr
    assert "2 alerts released" in done.stderr
    project.poll()
    assert len(webhook.accepted["/desk"]) == 3
    assert project.rows("silence", "list") == []
    (row,) = project.rows("silence", "list", "--all")
    assert (row["held"], row["state"]) == (0, "over")


def test_a_silence_knows_what_a_rule_and_a_feed_were_called(project: Project) -> None:
    (feed,) = project.settings["feeds"]
    project.configure(feeds=[{**feed, "renamed_from": "alt"}])
    project.write_rules(
        "rules:\n  waffen: {query: Aserbaidschan, renamed_from: [erste, zweite]}\n"
    )
    project.poll()
    for rule, name in (("erste", "alt"), ("waffen", "news")):
        words = ("--rule", rule, "--feed", name, "--for", "2h")
        made = project.ok("silence", "add", *words).stdout
        assert "rule waffen and feed news" in made


def test_a_silence_that_cannot_be_is_refused_with_what_to_write(
    project: Project,
) -> None:
    project.poll()
    for arguments, advice in (
        (("--for", "2h"), "name what to silence"),
        (("--rule", "wafen", "--for", "2h"), "did you mean `waffen`?"),
        (("--feed", "newz", "--for", "2h"), "did you mean `news`?"),
        (("--words", "(", "--for", "2h"), "("),
        (("--rule", "waffen"), "say how long"),
        (("--rule", "waffen", "--for", "2h", "--until", "2099-01-01"), "say how long"),
        (("--rule", "waffen", "--for", "soon"), "write 30m, 2h or 1d"),
        (("--rule", "waffen", "--until", "soon"), "write it as 2026-01-05T14:00"),
        (("--rule", "waffen", "--until", "2020-01-01"), "is over"),
    ):
        done = project.run("silence", "add", *arguments)
        assert done.returncode == 2, said(done)
        assert advice in done.stderr
    done = project.run("silence", "expire", "7")
    assert done.returncode == 1
    assert "there is no silence 7" in done.stderr
    until = ("--until", "2099-01-01T00:00", "--json")
    row = json.loads(project.ok("silence", "add", "--feed", "news", *until).stdout)
    assert (row["id"], row["until"]) == (1, "2099-01-01T00:00:00+00:00")
