"""One story, one alert; each poll here is a process of its own."""

from __future__ import annotations

from dataclasses import replace

from feedsite import LiveFeed
from harness import Project
from receivers import Webhook

TITLE = "Aserbaidschan erwägt Waffenlieferungen an Kiew"
TEXT = "Das teilte das Ministerium am Montag in Baku mit, Näheres ist nicht bekannt."


def test_copy_of_another_publisher_joins_the_alert_of_another_process(
    primed: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    feed.publish(TITLE, summary=TEXT, link="https://one.example/baku")
    assert primed.poll()["alerts"] == 1
    feed.publish(f"Update: {TITLE}", summary=TEXT, link="https://other.example/b")
    counts = primed.poll()
    assert (counts["alerts"], counts["held"]) == (0, {"same_story": 1})
    feed.publish(f"{TITLE} und Riga", summary=TEXT, link="https://third.example/c")
    assert primed.poll()["alerts"] == 1
    assert len(webhook.accepted["/desk"]) == 2


def test_edit_is_told_if_the_rule_asks_for_it(
    primed: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    primed.write_rules("rules:\n  waffen: {query: Waffenlieferungen, on_edit: true}\n")
    first = feed.publish(TITLE, summary=TEXT, link="https://one.example/baku")
    primed.poll()
    feed.replace(replace(first, title=TITLE.replace("erwägt", "beschließt")))
    assert primed.poll()["alerts"] == 1
    assert primed.poll()["alerts"] == 0
    assert [("erwägt" in a.title) for a in webhook.accepted["/desk"]] == [True, False]
