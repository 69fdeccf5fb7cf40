"""What a channel may say: its fallback, its pace, its old name; and how it is shown."""

from __future__ import annotations

from feedsite import LiveFeed
from harness import Project, said
from receivers import Webhook
from test_e2e_outbox import FIRST, SECOND, poll, titles


def with_desk(project: Project, webhook: Webhook, **keys: object) -> None:
    """Give the channel `desk` more keys, beside `night` and `ops`."""
    project.configure(
        channels={
            "desk": {"urls": [webhook.channel("/desk")], **keys},
            "night": webhook.channel("/night"),
            "ops": webhook.channel("/ops"),
        }
    )


def test_fallback_stands_in_for_a_broken_channel_once(
    eager: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    with_desk(eager, webhook, fallback="night")
    webhook.always["/desk"] = 404
    feed.publish(FIRST)
    poll(eager)
    code, counts = poll(eager)
    assert (code, counts["held"]) == (1, {"channel_broken": 1, "told_elsewhere": 1})
    (copy,) = webhook.accepted["/night"]
    assert FIRST in copy.title
    assert "desk is broken: sent here instead" in copy.body
    desk = eager.row("channels", "list", name="desk")
    assert (desk["state"], desk["fallback"], desk["held"]) == ("broken", "night", 2)
    assert "404" in str(desk["error"])
    (status,) = eager.rows("status")
    assert status["channels_broken"] == ["desk"]
    assert status["channels_without_answer"] == []
    webhook.always["/desk"] = 200
    poll(eager)
    feed.publish(SECOND)
    assert poll(eager)[0] == 0
    assert titles(webhook, "/desk") == [SECOND]
    assert titles(webhook, "/night") == [FIRST]
    assert "channel desk works again" in webhook.accepted["/desk"][0].title


def test_throttle_leaves_the_rest_for_later(
    eager: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    with_desk(eager, webhook, throttle="1/1h")
    feed.publish(FIRST)
    feed.publish(SECOND)
    code, counts = poll(eager)
    assert (code, counts["sent"], counts["pending"]) == (1, 1, 1)
    with_desk(eager, webhook, throttle="none")
    code, counts = poll(eager)
    assert (code, counts["sent"], counts["pending"]) == (0, 1, 0)
    assert sorted(titles(webhook, "/desk")) == sorted([FIRST, SECOND])


def test_renamed_channel_and_rule_take_what_waits_along(
    eager: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    webhook.always["/desk"] = 404
    feed.publish(FIRST)
    assert poll(eager)[0] == 1
    raum = {"urls": [webhook.channel("/raum")], "renamed_from": "desk"}
    defaults = {"rule": {"channels": ["raum"]}}
    eager.configure(
        channels={"raum": raum, "ops": webhook.channel("/ops")}, defaults=defaults
    )
    query = "Aserbaidschan AND Waffenlieferungen"
    eager.write_rules(f"rules:\n  krieg: {{query: {query}, renamed_from: waffen}}\n")
    code, counts = poll(eager)
    assert (code, counts["alerts"]) == (0, 0), "the rule is no new one"
    assert titles(webhook, "/raum") == [FIRST]


def test_channels_test_shows_what_was_sent_and_what_went_wrong(
    project: Project, webhook: Webhook
) -> None:
    urls = [webhook.channel("/a"), webhook.channel("/b")]
    project.configure(channels={"desk": urls, "ops": webhook.channel("/ops")})
    webhook.always["/b"] = (403, {"X": "no"})
    done = project.run("channels", "test", "desk")
    assert done.returncode == 1, said(done)
    good, bad = (line for line in done.stdout.splitlines() if "desk (" in line)
    assert "arrived in" in good
    assert "did not arrive" in bad
    assert "403" in bad
    assert done.stdout.count("  | [monitor] test of channel desk") == 2
    done = project.run("channels", "test", "desk", "--json")
    first, second = done.stdout.splitlines()
    assert '"arrived": true' in first
    assert '"sent": {"title": "[monitor] test of channel desk"' in second
