"""An edited rule in the running daemon, and the commands that show what it does."""

from __future__ import annotations

import json

import pytest
from feedsite import LiveFeed
from harness import Daemon, Project, said
from receivers import Webhook

SOON = 20.0
RULE = "rules:\n  waffen: Aserbaidschan AND Waffenlieferung\n"
MORE = RULE + "  georgien: {query: Georgien, lookback: 2h}\n"
REST = RULE + "  rest: {query: Wetter, enabled: false}\n"


def test_a_new_rule_catches_up_and_ops_hears_what_the_edit_means(
    eager: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    eager.write_rules(RULE)
    for title in ("Georgien wählt", "Georgien streikt", "Wetter"):
        feed.publish(title)
    with Daemon(eager, "--log-format", "json") as daemon:
        assert webhook.wait(lambda: bool(daemon.events("poll", new=3)), SOON)
        eager.write_rules(MORE)
        assert webhook.wait(lambda: bool(webhook.accepted["/desk"]), SOON), (
            daemon.text()
        )
        line = "rules.yaml: +1 rule: +2 / -0 in 30 days"
        assert webhook.wait(
            lambda: any(line in told.title for told in webhook.accepted["/ops"]), SOON
        ), daemon.text()
    (told,) = webhook.accepted["/desk"]
    assert "catch-up: 2 entries" in told.title
    assert "Georgien streikt" in told.text


def test_what_is_caught_up_on_survives_a_kill_and_comes_once(
    eager: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    eager.write_rules(RULE)
    feed.publish("Georgien wählt")
    eager.poll()
    with Daemon(eager) as daemon:
        count = daemon.notify.count("READY=1")
        eager.write_rules(MORE)
        assert daemon.says("READY=1", count + 1, SOON), daemon.text()
        daemon.kill()
        daemon.start()
        assert webhook.wait_for("/desk", 1, SOON), daemon.text()
        daemon.kill()
        daemon.start()
        feed.publish("Georgien streikt")
        assert webhook.wait(
            lambda: any("streikt" in told.text for told in webhook.accepted["/desk"]),
            SOON,
        ), daemon.text()
    told = [m for m in webhook.accepted["/desk"] if "possible repeat" not in m.text]
    assert ["catch-up: 1 entry" in message.title for message in told] == [True, False]
    assert "because: title: Georgien" in told[0].text


def test_rules_are_explained_word_by_word(eager: Project) -> None:
    lists = "lists:\n  land: [Aserbaidschan, Baku, Baku]\n"
    more = "  eng: $land AND EU-Gipfel AND ~Minister\n  weit: $land AND EU-Gipfel\n"
    eager.write_rules(f"{lists}rules:\n{more}")

    shown = eager.ok("rules", "explain", "eng").stdout
    assert "    Aserbaidschan  =  Aserbaidschan, " in shown
    assert "  EU-Gipfel  =  EU-Gipfel, EU-Gipfel" in shown
    assert "and longer words that begin with Minister\n" in shown
    assert "warning: in $land, Baku: this stands in item 2 already" in shown
    assert "warning: whatever this rule matches, `weit` matches too" in shown
    assert "anchor: " in shown
    found = json.loads(eager.ok("rules", "explain", "eng", "--json").stdout)
    assert "Aserbaidschans" in found["forms"]["Aserbaidschan"]
    assert len(found["remarks"]) == 2
    checked = eager.ok("check").stdout
    assert "rules.yaml:4:3: warning: whatever this rule matches, `weit`" in checked
    assert eager.ok("rules", "test").stdout == "eng: no tests\nweit: no tests\n"


def test_a_rule_that_tells_others_than_the_one_around_it_is_only_noted(
    eager: Project,
) -> None:
    eager.write_rules(
        "rules:\n  weit: Baku\n  eng: {query: Baku AND Kiew, priority: urgent}\n"
    )
    assert "note: whatever this rule matches, `weit`" in eager.ok("check").stdout


@pytest.fixture
def stocked(eager: Project, feed: LiveFeed) -> Project:
    """A project with one rule and two entries."""
    eager.write_rules(RULE)
    feed.publish("Aserbaidschans Waffenlieferungen")
    feed.publish("Aserbaidschan will Militärhilfe")
    eager.poll()
    return eager


def test_stored_entries_are_searched_and_near_misses_found(stocked: Project) -> None:
    found = stocked.rows("search", "Aserbaidschan AND Waffenlieferung")
    assert [row["title"] for row in found] == ["Aserbaidschans Waffenlieferungen"]
    shown = stocked.ok("search", "--rule", "waffen", "--since", "1d").stdout
    assert "title: Aserbaidschans ~ Aserbaidschan" in shown
    near = stocked.ok("search", "--rule", "waffen", "--near").stdout
    assert "1 lacked only Waffenlieferung; there: Militärhilfe 1" in near
    grouped = "Tiflis OR (Aserbaidschan AND Schach)"
    near = stocked.ok("search", grouped, "--near").stdout
    assert near.startswith("2 lacked only Schach\n")
    assert stocked.run("search", "Tiflis").returncode == 1
    assert stocked.run("search").returncode == 2
    assert stocked.run("search", "Tiflis", "--near").returncode == 2


def test_edited_rules_are_planned_and_reported_on(stocked: Project) -> None:
    stocked.write_rules(RULE.replace("AND", "OR") + "  tot: Nirgendwo\n")
    plan = json.loads(stocked.ok("rules", "plan", "--json").stdout)
    by_name = {change["name"]: change for change in plan["rules"]}
    assert (by_name["waffen"]["gained"], by_name["waffen"]["lost"]) == (1, 0)
    assert plan["dead"] == ["tot"]
    shown = stocked.ok("rules", "plan").stdout
    assert "rules.yaml: +1 rule, waffen changed: +1 / -0 in 1 day\n" in shown
    assert "+ waffen: Aserbaidschan will Militärhilfe\n" in shown
    assert "dead: tot matches none of 2 stored entries\n" in shown
    assert "channel desk: 2.0 alerts a day\n" in shown

    report = stocked.row("rules", "report", name="waffen")
    assert (report["matches"], report["stories"]) == (1, 1)
    explained = stocked.ok("rules", "explain", "waffen").stdout
    assert "Waffenlieferungen" in explained
    assert stocked.run("rules", "explain", "nichts").returncode == 2


def test_alerts_and_searches_give_the_same_reasons(
    eager: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    feed.publish("Aserbaidschans Ziel", summary="Es will Waffenlieferungen.")
    eager.poll()

    because = ("title: Aserbaidschans ~ Aserbaidschan", "summary: Waffenlieferungen")
    (told,) = webhook.wait_for("/desk", 1, SOON)
    assert f"because: {'; '.join(because)}" in told.text
    shown = eager.ok("search", "--rule", "waffen").stdout
    assert all(f"  {reason}\n" in shown for reason in because)
    assert "  Es will »Waffenlieferungen«.\n" in shown
    assert "; ".join(because) in eager.ok("alerts", "show", "1").stdout


def test_a_search_without_entries_or_with_a_wrong_query_says_so(
    eager: Project,
) -> None:
    nothing = eager.run("search", "Baku")
    assert nothing.returncode == 1
    assert "nothing is stored yet" in nothing.stderr
    eager.poll()
    nothing = eager.run("search", "Baku")
    assert (nothing.returncode, nothing.stdout) == (1, "")
    assert "0 entries" in nothing.stderr
    wrong = eager.run("search", "Baku Kiew")
    assert wrong.returncode == 2
    assert "no operator between Baku and Kiew" in wrong.stderr


def test_a_rule_that_rests_is_silent_and_one_that_ended_is_said(
    eager: Project, feed: LiveFeed
) -> None:
    eager.write_rules(REST + "  alt: {query: Wetter, expires: 2020-02-30}\n")
    wrong = eager.run("check", "--format", "github")
    assert wrong.returncode == 2, said(wrong)
    assert wrong.stdout.startswith("::error file=rules/rules.yaml,line=4,col=")
    eager.write_rules(REST + "  alt: {query: Wetter, expires: 2020-02-20}\n")
    assert "is out of force since 2020-02-20" in eager.ok("check").stdout
    feed.publish("Wetter")

    assert eager.poll()["alerts"] == 0
