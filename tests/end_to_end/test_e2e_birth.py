"""The rule that the project was born with: one alert, whatever the entry does."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from conftest import configured
from feedsite import FeedSite, LiveFeed, Story
from harness import Daemon, Project
from receivers import Webhook

TITLE = "Aserbaidschan erwägt Waffenlieferungen an Kiew"
COUNTS = {
    "feeds": int,
    "polled": int,
    "not_modified": int,
    "failed": int,
    "not_due": int,
    "entries_new": int,
    "entries_changed": int,
    "matches": int,
    "alerts": int,
    "held": dict,
    "sent": int,
    "pending": int,
    "dead": int,
}


def only_alert(webhook: Webhook) -> str:
    accepted = webhook.accepted["/desk"]
    assert [a.title for a in accepted] == [accepted[0].title] if accepted else False
    return accepted[0].text


def test_two_polls_give_one_alert(
    primed: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    feed.publish(TITLE)
    first, second = primed.poll(), primed.poll()
    assert "waffen" in only_alert(webhook)
    assert (first["entries_new"], first["alerts"], first["sent"]) == (1, 1, 1)
    assert (second["entries_new"], second["alerts"], second["sent"]) == (0, 0, 0)


@pytest.mark.parametrize("kind", ["rss", "atom", "json"])
def test_words_may_stand_in_title_and_text(
    primed: Project, feed: LiveFeed, webhook: Webhook, kind: str
) -> None:
    feed.kind = kind
    feed.publish(
        "Baku prüft", summary="Auch Waffenlieferungen? ASERBAIDSCHAN schweigt."
    )
    primed.poll()
    assert "Baku prüft" in only_alert(webhook)


@pytest.mark.parametrize(
    "title",
    [
        "Aserbaidschan stoppt Waffen\N{SOFT HYPHEN}lieferungen",
        "Aserbaidschan stoppt Waffen-Lieferungen",
        "ASERBAIDSCHAN UND WAFFENLIEFERUNGEN",
    ],
)
def test_spelling_does_not_matter(
    primed: Project, feed: LiveFeed, webhook: Webhook, title: str
) -> None:
    feed.publish(title)
    primed.poll()
    only_alert(webhook)


def test_one_word_is_not_enough(
    primed: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    feed.publish("Aserbaidschan gewinnt im Schach")
    feed.publish("Waffenlieferungen bleiben umstritten")
    counts = primed.poll()
    assert (counts["entries_new"], counts["matches"]) == (2, 0)
    assert webhook.tries["/desk"] == []


def test_changed_guid_and_title_give_no_second_alert(
    primed: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    story = feed.publish(TITLE)
    primed.poll()
    feed.replace(dataclasses.replace(story, guid="another-guid"))
    primed.poll()
    feed.replace(dataclasses.replace(story, title=f"{TITLE}: Alijew äußert sich"))
    edited = primed.poll()
    assert edited["entries_changed"] == 1
    only_alert(webhook)


def test_edit_that_makes_the_rule_true_alerts(
    primed: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    story = feed.publish("Aserbaidschan erwägt Hilfe an Kiew")
    primed.poll()
    assert webhook.accepted["/desk"] == []
    feed.replace(dataclasses.replace(story, title=TITLE))
    primed.poll()
    assert TITLE in only_alert(webhook)


def test_same_link_in_a_second_feed_gives_no_second_alert(
    tmp_path: Path, site: FeedSite, webhook: Webhook
) -> None:
    one, two = site.feed("one"), site.feed("two", "atom")
    project = configured(
        tmp_path, webhook.channel("/desk"), webhook.channel("/ops"), one.url, two.url
    )
    project.poll()
    story = one.publish(TITLE)
    project.poll()
    link = story.link.replace("https://", "http://www.") + "?utm_source=rss#top"
    two.replace(Story(TITLE, link, "urn:other", "", story.published_at))
    counts = project.poll()
    assert counts["entries_new"] == 1
    only_alert(webhook)


def test_both_feeds_in_one_poll_give_one_alert(
    tmp_path: Path, site: FeedSite, webhook: Webhook
) -> None:
    one, two = site.feed("one"), site.feed("two")
    project = configured(
        tmp_path, webhook.channel("/desk"), webhook.channel("/ops"), one.url, two.url
    )
    project.poll()
    two.replace(one.publish(TITLE))
    counts = project.poll()
    assert (counts["entries_new"], counts["alerts"]) == (2, 1)
    only_alert(webhook)


def test_restart_gives_no_second_alert(
    primed: Project, feed: LiveFeed, webhook: Webhook, site: FeedSite
) -> None:
    feed.publish(TITLE)
    primed.poll()
    for _ in range(2):
        before = site.asked("/news")
        with Daemon(primed):
            assert site.wait(lambda seen=before: site.asked("/news") > seen, 15)
    primed.poll()
    only_alert(webhook)


def test_poll_json_has_exactly_the_promised_keys(
    primed: Project, feed: LiveFeed
) -> None:
    feed.publish(TITLE)
    counts = primed.poll()
    assert {key: type(value) for key, value in counts.items()} == COUNTS
    assert (counts["feeds"], counts["polled"], counts["matches"]) == (1, 1, 1)
    assert (counts["failed"], counts["not_due"], counts["held"]) == (0, 0, {})
    assert (counts["pending"], counts["dead"]) == (0, 0)


def test_unchanged_feed_is_asked_conditionally(primed: Project, site: FeedSite) -> None:
    assert "If-None-Match" not in site.requests[0][1]
    counts = primed.poll()
    assert counts["not_modified"] == 1
    sent = site.requests[-1][1]
    assert sent["If-None-Match"].startswith('"')
    assert not {"Cookie", "Referer"} & set(sent)
    assert "/" in sent["User-Agent"]
    assert "Mozilla" not in sent["User-Agent"]


def test_without_all_only_due_feeds_are_polled(
    project: Project, feed: LiveFeed, site: FeedSite
) -> None:
    project.configure(feeds=[{"url": feed.url, "name": "news", "every": "1h"}])
    project.ok("poll")
    counts = json.loads(project.ok("poll", "--json").stdout)
    assert (counts["polled"], counts["not_due"]) == (0, 1)
    assert site.asked("/news") == 1


def test_floor_binds_even_a_forced_poll(project: Project, site: FeedSite) -> None:
    poll = dict(project.settings["poll"]) | {"floor": "1h"}  # type: ignore[call-overload]
    project.configure(poll=poll)
    project.poll()
    counts = project.poll()
    assert (counts["polled"], counts["not_due"]) == (0, 1)
    assert site.asked("/news") == 1


def test_poll_of_named_feeds_leaves_the_others(
    tmp_path: Path, site: FeedSite, webhook: Webhook
) -> None:
    one, two = site.feed("one"), site.feed("two")
    project = configured(
        tmp_path, webhook.channel("/desk"), webhook.channel("/ops"), one.url, two.url
    )
    project.poll("two")
    assert (site.asked("/one"), site.asked("/two")) == (0, 1)
    assert project.run("poll", "nosuchfeed").returncode == 2
