"""Why did I (not) get this: asked of entries, of alerts, and of those never seen."""

from __future__ import annotations

import csv
import hashlib
import json
from dataclasses import replace
from datetime import datetime, timedelta

from feedsite import FeedSite, LiveFeed, reply
from harness import Daemon, Project, wait_until
from receivers import Webhook

TITLE = "Aserbaidschan erwägt Waffenlieferungen an Kiew"
LINK = "https://news.example.org/baku?id=7"
MORE = """rules:
  hilfe: Aserbaidschan AND Hilfe AND NOT Waffenlieferungen
  schach: Schach
  fern: {query: Kiew, feeds: [-news]}
  spaet: {query: Kiew, lookback: 0s}
"""


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
    assert match["because"][0]["text"] == "Aserbaidschan"
    (alert,) = shown["alerts"]
    assert alert["state"] == "sent"
    (delivery,) = alert["deliveries"]
    outcomes = [(each["outcome"], each["status"]) for each in delivery["tries"]]
    assert outcomes == [("retry", 503), ("sent", 200)]
    bare = one(primed, "why", "www.news.example.org/baku?id=7")
    assert bare["id"] == shown["id"]
    text = primed.ok("why", "#1").stdout
    for words in (TITLE, "rule waffen was true", "title: Aserbaidschan", "retry 503"):
        assert words in text


def test_why_not_names_what_is_missing(primed: Project, feed: LiveFeed) -> None:
    feed.publish(TITLE, link=LINK)
    primed.poll()
    primed.write_rules(MORE)
    primed.poll()

    shown = one(primed, "why", LINK)
    near, elsewhere, late = shown["rules_now"]
    text = primed.ok("why", LINK, "--rule", "fern").stdout

    assert shown["matches"][0]["rule_now"] == "gone"
    assert (near["rule"], near["standing"]) == ("hilfe", "not_true")
    assert near["met"] == ["Aserbaidschan"]
    assert [(each["part"], each["lack"]) for each in near["unmet"]] == [
        ("Hilfe", "missing"),
        ("Waffenlieferungen", "excluded"),
    ]
    assert (elsewhere["rule"], elsewhere["standing"]) == ("fern", "out_of_scope")
    assert (late["rule"], late["standing"]) == ("spaet", "true")
    assert late["in_force_since"] > shown["first_seen_at"]
    assert "fern: not asked: its feeds are -news" in text
    assert "No rule was true" in text
    wrong = primed.run("why", LINK, "--rule", "nix")
    assert (wrong.returncode, "there is no rule 'nix'" in wrong.stderr) == (2, True)


PAGE = """<html lang="de"><head><title>Besuch</title>
<link rel="canonical" href="{own}"></head><body><article><h1>Besuch aus Baku</h1>{text}
</article></body></html>"""
PARAGRAPH = (
    "<p>{} Der Gast wird am Vormittag erwartet und soll am Abend wieder abreisen, wie "
    "das Amt in Berlin am Montag sagte. Vorgesehen sind zwei Termine und ein Essen mit "
    "dem Minister, danach ein Auftritt vor der Presse.</p>"
)


def test_why_tells_of_an_article_that_waits(
    primed: Project, feed: LiveFeed, site: FeedSite
) -> None:
    link = site.serve("/a", lambda request: reply(request, 500))
    other = site.url("/b")
    feed.publish("Besuch aus Aserbaidschan", link=link)
    feed.publish("Wetter", link=other)
    primed.poll()

    waits = one(primed, "why", link)
    text = primed.ok("why", link).stdout
    unwanted = one(primed, "why", other)

    assert (waits["wish"]["state"], waits["wish"]["rule"]) == ("waiting", "waffen")
    assert waits["article_said"].startswith('asked for by rule waffen ("Aserbaidschan"')
    assert "; waits: attempt 2 at " in waits["article_said"]
    (rule,) = waits["rules_now"]
    assert rule["standing"] == "open"
    assert "waffen: open: true if the article says Waffenlieferungen" in text
    assert unwanted["wish"]["state"] == "unwanted"
    assert "not asked for: no rule could" in unwanted["article_said"]
    assert site.asked("/b") == 0
    figures = {"waiting": 1, "read_24h": 0, "given_up_24h": 0}
    assert one(primed, "status")["articles"] == figures


def test_why_quotes_the_article_that_made_a_rule_true(
    primed: Project, feed: LiveFeed, site: FeedSite
) -> None:
    said = "Gesprochen wird auch über Waffenlieferungen."
    paragraphs = PARAGRAPH.format("Es geht um Energie.") + PARAGRAPH.format(said)
    body = PAGE.format(own=site.url("/own"), text=paragraphs).encode()
    kind = "text/html; charset=utf-8"
    link = site.serve("/a", lambda r: reply(r, 200, body, Content_Type=kind))
    feed.publish("Besuch aus Aserbaidschan", link=link)
    primed.poll()

    shown = one(primed, "why", site.url("/own"))
    alert = one(primed, "alerts", "show", "1")

    assert (shown["wish"]["state"], shown["wish"]["outcome"]) == ("read", "read")
    assert shown["wish"]["characters"] == len(shown["article"])
    (match,) = shown["matches"]
    assert match["article_quotes"] == alert["article_quotes"] == [said]
    assert alert["article_said"] == shown["article_said"]
    assert not alert["is_edited"]
    for command in (("why", link), ("alerts", "show", "1")):
        text = primed.ok(*command).stdout
        assert f"the article says: {said}" in text
        assert f" from {link}, " in text
    assert one(primed, "status")["articles"]["read_24h"] == 1


def test_an_entry_that_is_not_stored_is_explained(
    primed: Project, feed: LiveFeed
) -> None:
    feed.publish("Wetter", link=LINK)
    primed.poll()

    done = primed.run("why", "https://news.example.org/never", "--json")
    text = primed.run("why", "https://news.example.org/never")
    elsewhere = primed.run("why", "https://elsewhere.example.org/a")

    assert done.returncode == elsewhere.returncode == 1
    told = json.loads(done.stdout)
    assert told["stored"] is False
    assert "never seen" in told["remark"]
    (carrier,) = told["carriers"]
    assert (carrier["feed"], carrier["entries"], carrier["polls"]) == ("news", 1, 2)
    assert "feed news" in text.stdout
    assert "2 polls, 0 failed" in text.stdout
    assert (elsewhere.stdout, "never seen" in elsewhere.stderr) == ("", True)


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
    entry = one(primed, "why", LINK)
    assert (entry["title"], entry["edits"]) == ("Alles nur ein Irrtum", 1)


def test_copies_and_what_is_held_are_told(
    project: Project, feed: LiveFeed, site: FeedSite
) -> None:
    other = site.feed("taz")
    feed.publish(TITLE, link=LINK)
    project.poll()
    feeds = [{"url": each.url, "name": each.url[-3:]} for each in (feed, other)]
    project.configure(feeds=[{**feeds[0], "name": "news"}, feeds[1]])
    other.publish(TITLE, link=LINK)
    project.poll()

    first, second = project.rows("why", LINK)
    text = project.ok("why", LINK).stdout

    assert second["matches"][0]["suppressed"] == "same_story"
    assert first["alerts"][0]["copies"][0]["entry"] == second["id"]
    assert [each["entry"] for each in second["same_story"]] == [first["id"]]
    assert "joined alert 1 (same_story)" in text
    assert "alert 1, held at first: first_poll" in text
    assert "monitor alerts release 1" in text


def test_evidence_is_chained_line_by_line(primed: Project, feed: LiveFeed) -> None:
    feed.publish(f"=1+1 {TITLE}", link=LINK)
    primed.poll()
    feed.publish(TITLE, link="https://news.example.org/2")
    primed.poll()

    done = primed.ok("alerts", "export", "--jsonl")
    table = primed.ok("alerts", "export", "--csv", "--since", "1d", "--rule", "waffen")

    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["state"] for line in lines] == ["sent", "sent"]
    last = checked([(line, line.pop("chain")) for line in lines])
    assert last in done.stderr
    header, *rows = csv.reader(table.stdout.splitlines())
    assert header == [*lines[0], "chain"]
    titles = [row[header.index("title")] for row in rows]
    assert titles == [f"'=1+1 {TITLE}", TITLE]
    checked([(cells, own) for *cells, own in rows])
    nothing = primed.run("alerts", "export", "--jsonl", "--until", "2020-01-01")
    assert (nothing.returncode, nothing.stdout) == (0, "")
    assert primed.run("alerts", "export").returncode == 2
    assert primed.run("alerts", "list", "--since", "gestern").returncode == 2


def test_a_name_that_nothing_has_is_no_evidence_that_nothing_was(
    primed: Project, feed: LiveFeed
) -> None:
    feed.publish(TITLE)
    primed.poll()
    primed.write_rules("rules: {andere: Andere}")

    assert primed.ok("alerts", "export", "--jsonl", "--rule", "waffen").stdout
    assert primed.ok("alerts", "list", "--rule", "andere", "--feed", "news").stdout
    for words in (
        ("export", "--csv", "--rule", "wafen"),
        ("list", "--rule", "wafen"),
        ("release", "--rule", "wafen"),
    ):
        done = primed.run("alerts", *words)
        assert (done.returncode, done.stdout) == (2, "")
        assert "there is no rule 'wafen', and no alert of one is kept" in done.stderr
    done = primed.run("alerts", "list", "--feed", "newz")
    assert done.returncode == 2
    assert "there is no feed 'newz'" in done.stderr
    assert "did you mean `news`?" in done.stderr


def test_times_are_read_in_the_configured_zone(primed: Project, feed: LiveFeed) -> None:
    feed.publish(TITLE)
    primed.poll()
    made = datetime.fromisoformat(str(one(primed, "alerts", "list")["created_at"]))
    primed.configure(timezone="Etc/GMT-5")  # five hours ahead of UTC
    local = made + timedelta(hours=5)
    before, after = (
        (local + timedelta(minutes=n)).replace(tzinfo=None).isoformat() for n in (-1, 1)
    )

    assert primed.rows("alerts", "list", "--since", before)
    assert not primed.rows("alerts", "list", "--since", after)
    for option, time, lines in (
        ("--since", before, 1),
        ("--since", after, 0),
        ("--until", before, 0),
        ("--until", after, 1),
        ("--until", f"{made.isoformat()}", 0),
        ("--since", f"{made.isoformat()}", 1),
    ):
        done = primed.ok("alerts", "export", "--jsonl", option, time)
        assert done.stdout.count("\n") == lines, (option, time)
    done = primed.run("alerts", "list", "--since", "0001-01-01")
    assert done.returncode == 2, "nobody can say it in UTC"
    assert "is no time" in done.stderr


def checked(lines: list[tuple[object, str]]) -> str:
    """Check the chain as anybody can; return its last hash."""
    chain = "0" * 64
    for line, own in lines:
        text = json.dumps(line, ensure_ascii=False, separators=(",", ":"))
        chain = hashlib.sha256(f"{chain}\n{text}".encode()).hexdigest()
        assert chain == own
    return chain


def test_polls_and_versions_of_rules_are_kept(primed: Project, feed: LiveFeed) -> None:
    feed.publish("Wetter")
    primed.write_rules("lists:\n  land: [Aserbaidschan]\nrules:\n  waffen: $land\n")
    primed.poll()
    primed.write_rules("rules: {}\n")
    primed.poll()

    day = one(primed, "feeds", "history", "news")
    first, second = primed.rows("rules", "history", "waffen")
    text = primed.ok("rules", "history").stdout

    names = ("polls", "ok", "not_modified", "failed", "entries_new")
    assert [day[name] for name in names] == [3, 2, 1, 0, 1]
    assert first["until_at"] == second["from_at"]
    assert second["until_at"] is not None
    assert "+query: $land" in second["change"]
    assert "+    - Aserbaidschan" in second["change"]
    assert "query: Aserbaidschan AND" in text
    assert primed.run("rules", "history", "nix").returncode == 1
    assert primed.run("feeds", "history", "nix").returncode == 1


def test_the_daemon_looks_once_a_day_what_is_over(project: Project) -> None:
    with Daemon(project, "--log-format", "json") as daemon:
        assert wait_until(lambda: bool(daemon.events("retain")), 30), daemon.text()
    with Daemon(project, "--log-format", "json") as daemon:
        assert wait_until(lambda: len(daemon.events("poll")) > 1, 30), daemon.text()
    assert len(daemon.events("retain")) == 1
