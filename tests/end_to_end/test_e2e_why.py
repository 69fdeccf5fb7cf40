"""Why did I (not) get this: asked of entries, of alerts, and of those never seen."""

from __future__ import annotations

import csv
import hashlib
import json
from dataclasses import replace

from feedsite import FeedSite, LiveFeed
from harness import Project, said
from receivers import Webhook

TITLE = "Aserbaidschan erwägt Waffenlieferungen an Kiew"
LINK = "https://news.example.org/baku?id=7"


def one(project: Project, *args: str) -> dict[str, object]:
    """Run a command with --json that prints one object; return it."""
    (found,) = project.rows(*args)
    return found


def test_why_tells_the_whole_way_of_an_entry(
    primed: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    feed.publish(TITLE, link=LINK)
    webhook.script["/desk"] = [503, 200]
    primed.poll()

    shown = one(primed, "why", "http://www.news.example.org/baku?utm_source=x&id=7#a")

    assert (shown["title"], shown["feed"]) == (TITLE, "news")
    assert shown["known_by"] == "its guid"
    (match,) = shown["matches"]
    assert (match["rule"], match["rule_now"]) == ("waffen", "same")
    assert [place["text"] for place in match["because"]][0] == "Aserbaidschan"
    (alert,) = shown["alerts"]
    assert alert["state"] == "sent"
    (delivery,) = alert["deliveries"]
    outcomes = [(each["outcome"], each["status"]) for each in delivery["tries"]]
    assert outcomes == [("retry", 503), ("sent", 200)]
    for way in (str(shown["id"]), str(shown["key"]), str(shown["guid"]), "#1"):
        assert one(primed, "why", way)["id"] == shown["id"]
    text = primed.ok("why", "#1").stdout
    for words in (TITLE, "rule waffen was true", "title: Aserbaidschan", "retry 503"):
        assert words in text


def test_why_not_names_what_is_missing(primed: Project, feed: LiveFeed) -> None:
    primed.write_rules(
        "rules:\n  hilfe: Aserbaidschan AND Hilfe AND NOT Waffenlieferungen\n"
        "  schach: Schach\n  fern: {query: Kiew, feeds: [-news]}\n",
        "more.yaml",
    )
    feed.publish(TITLE, link=LINK)
    primed.poll()

    shown = one(primed, "why", LINK)

    (near,) = shown["rules_now"]
    assert (near["rule"], near["standing"]) == ("hilfe", "not_true")
    assert near["met"] == ["Aserbaidschan"]
    assert [(each["part"], each["lack"]) for each in near["unmet"]] == [
        ("Hilfe", "missing"),
        ("Waffenlieferungen", "excluded"),
    ]
    text = primed.ok("why", LINK, "--rule", "schach").stdout
    assert "schach: not true" in text
    assert "Schach is missing" in text
    assert (
        "fern: not asked: its feeds are -news"
        in primed.ok("why", LINK, "--rule", "fern").stdout
    )
    assert "No rule was true" in primed.ok("why", LINK, "--rule", "fern").stdout
    wrong = primed.run("why", LINK, "--rule", "nix")
    assert (wrong.returncode, "there is no rule 'nix'" in wrong.stderr) == (2, True)


def test_why_says_that_a_rule_came_later(primed: Project, feed: LiveFeed) -> None:
    feed.publish("Schach in Baku", link=LINK)
    primed.poll()
    primed.write_rules("rules:\n  schach: {query: Schach, lookback: 0s}\n", "more.yaml")
    primed.poll()

    assert (
        "schach: true now, and was not then: it is in force"
        in primed.ok("why", LINK).stdout
    )
    primed.write_rules("rules: {}\n")
    assert one(primed, "why", LINK)["matches"] == []


def test_an_entry_that_is_not_stored_is_explained(
    primed: Project, feed: LiveFeed
) -> None:
    feed.publish("Wetter", link=LINK)
    primed.poll()

    done = primed.run("why", "https://news.example.org/never", "--json")
    elsewhere = primed.run("why", "https://elsewhere.example.org/a")

    assert done.returncode == elsewhere.returncode == 1
    told = json.loads(done.stdout)
    assert told["stored"] is False
    assert "never seen" in told["remark"]
    (carrier,) = told["carriers"]
    assert (carrier["feed"], carrier["entries"], carrier["polls"]) == ("news", 1, 2)
    assert elsewhere.stdout == ""
    assert "never seen" in elsewhere.stderr
    text = primed.run("why", "https://news.example.org/never")
    assert "feed news" in text.stdout
    assert "2 polls, 0 failed" in text.stdout
    assert primed.run("why", "#99").returncode == 1


def test_an_alert_keeps_the_text_it_was_made_from(
    primed: Project, feed: LiveFeed
) -> None:
    story = feed.publish(TITLE, link=LINK)
    primed.poll()
    before = one(primed, "alerts", "show", "1")
    feed.replace(replace(story, title="Alles nur ein Irrtum"))
    primed.poll()

    after = one(primed, "alerts", "show", "1")

    assert after["entry"] == before["entry"]
    assert after["text_sha256"] == before["text_sha256"]
    assert (before["is_edited"], after["is_edited"]) == (False, True)
    assert "edited" in primed.ok("alerts", "show", "1").stdout
    entry = one(primed, "why", LINK)
    assert (entry["title"], entry["edits"]) == ("Alles nur ein Irrtum", 1)


def test_a_copy_says_which_alert_it_joined(
    project: Project, feed: LiveFeed, site: FeedSite
) -> None:
    other = site.feed("taz")
    feeds = [{"url": each.url, "name": each.url[-4:]} for each in (feed, other)]
    project.configure(
        feeds=[{**each, "name": each["name"].strip("/")} for each in feeds]
    )
    project.poll()
    feed.publish(TITLE, link=LINK)
    project.poll()
    other.publish(TITLE, link=LINK)
    project.poll()

    first, second = project.rows("why", LINK)

    assert second["matches"][0]["suppressed"] == "same_story"
    assert first["alerts"][0]["copies"][0]["entry"] == second["id"]
    assert [each["entry"] for each in second["same_story"]] == [first["id"]]
    assert "joined alert 1 (same_story)" in project.ok("why", LINK).stdout


def test_a_held_alert_names_its_way_out(project: Project, feed: LiveFeed) -> None:
    feed.publish(TITLE, link=LINK)
    project.poll()

    text = project.ok("why", LINK).stdout

    assert "alert 1, held: first_poll" in text
    assert "monitor alerts release 1" in text
    project.ok("alerts", "release", "1")
    assert "monitor alerts release 1" not in project.ok("why", LINK).stdout


def test_evidence_is_chained_line_by_line(primed: Project, feed: LiveFeed) -> None:
    feed.publish(f"=1+1 {TITLE}", link=LINK)
    feed.publish(TITLE, link="https://news.example.org/2")
    primed.poll()

    done = primed.ok("alerts", "export", "--jsonl")
    table = primed.ok("alerts", "export", "--csv", "--since", "1d", "--rule", "waffen")

    chain = "0" * 64
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    for line in lines:
        own = line.pop("chain")
        text = json.dumps(line, ensure_ascii=False, separators=(",", ":"))
        chain = hashlib.sha256(f"{chain}\n{text}".encode()).hexdigest()
        assert chain == own
    assert chain in done.stderr
    assert [line["state"] for line in lines] == ["sent", "sent"]
    rows = list(csv.reader(table.stdout.splitlines()))
    assert rows[0] == [*lines[0], "chain"]
    titles = [row[rows[0].index("title")] for row in rows[1:]]
    assert titles == [f"'=1+1 {TITLE}", TITLE]
    chain = "0" * 64
    for *cells, own in rows[1:]:
        text = json.dumps(cells, ensure_ascii=False, separators=(",", ":"))
        chain = hashlib.sha256(f"{chain}\n{text}".encode()).hexdigest()
        assert chain == own
    assert (
        primed.ok("alerts", "export", "--jsonl", "--until", "2020-01-01").stdout == ""
    )
    assert primed.rows("alerts", "list", "--since", "2099-01-01") == []
    for args in (["--csv", "--jsonl"], [], ["--csv", "--since", "gestern"]):
        assert primed.run("alerts", "export", *args).returncode == 2


def test_days_of_a_feed_prove_that_it_was_polled(
    primed: Project, feed: LiveFeed
) -> None:
    feed.publish(TITLE)
    primed.poll()
    primed.poll()

    shown = one(primed, "feeds", "history", "news")

    counts = [shown[name] for name in ("polls", "ok", "failed", "entries_new")]
    assert counts == [3, 3, 0, 1]
    assert "news" in primed.ok("feeds", "history").stdout
    assert primed.run("feeds", "history", "nix").returncode == 1


def test_every_version_of_a_rule_is_kept(primed: Project) -> None:
    primed.write_rules("lists:\n  land: [Aserbaidschan]\nrules:\n  waffen: $land\n")
    primed.poll()
    primed.write_rules("rules: {}\n")
    primed.poll()

    first, second = primed.rows("rules", "history", "waffen")

    assert first["until_at"] == second["from_at"]
    assert second["until_at"] is not None
    assert "+query: $land" in second["change"]
    assert "+  - Aserbaidschan" in second["change"]
    assert first["change"] == ""
    assert "query: Aserbaidschan AND" in primed.ok("rules", "history").stdout
    assert primed.run("rules", "history", "nix").returncode == 1


def test_a_configuration_may_say_how_long_things_are_kept(primed: Project) -> None:
    primed.configure(retain={"alerts": "forever", "entries": "1y"})
    primed.ok("check")
    primed.poll()
    primed.configure(retain={"entries": "1h"})
    refused = primed.run("check")
    assert refused.returncode == 2, said(refused)
    assert "shorter than a week" in refused.stdout + refused.stderr
