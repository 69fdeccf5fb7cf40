"""Texts of articles that are stored: searched, and seen by plans."""

from __future__ import annotations

import json

import pytest
from feedsite import LiveFeed
from harness import Project
from stored_articles import give_article

from monitor.clock import SystemClock
from monitor.store.database import Database
from monitor.store.transaction import SqlStore

RULE = "rules:\n  waffen: Aserbaidschan AND Waffenlieferung\n"
SENTENCE = "Es geht um Waffenlieferungen."


@pytest.fixture
def stocked(eager: Project, feed: LiveFeed) -> Project:
    """A project with an entry whose article was read, and another."""
    eager.write_rules(RULE)
    feed.publish("Aserbaidschan verhandelt")
    feed.publish("Aserbaidschan feiert")
    eager.poll("--wait", "0s")
    store = SqlStore(Database.open(f"sqlite:///{eager.database}"))
    now = SystemClock().now()
    text = f"Der Präsident reist ab.\n{SENTENCE} Mehr weiß niemand."
    first = store.run(lambda tx: tx.some_entries(None, before=None, limit=9))
    (read,) = [one.id for one in first if "verhandelt" in one.entry.title]
    store.run(lambda tx: give_article(tx, read, text, now))
    store.close()
    return eager


def never(rules: str) -> str:
    return rules.replace(
        "Aserbaidschan AND Waffenlieferung",
        "{query: Aserbaidschan AND Waffenlieferung, full_text: never}",
    )


def test_stored_articles_are_searched_and_quoted(stocked: Project) -> None:
    (found,) = stocked.rows("search", "Aserbaidschan AND Waffenlieferung")
    assert found["title"] == "Aserbaidschan verhandelt"
    because = found["because"]
    assert isinstance(because, list)
    assert [place["field"] for place in because] == ["title", "article"]
    shown = stocked.ok("search", "--rule", "waffen").stdout
    assert "  Es geht um »Waffenlieferungen«.\n" in shown
    near = stocked.ok("search", "--rule", "waffen", "--near").stdout
    assert near.startswith("1 lacked only Waffenlieferung")

    stocked.write_rules(never(RULE))
    assert stocked.run("search", "--rule", "waffen").returncode == 1
    near = stocked.ok("search", "--rule", "waffen", "--near").stdout
    assert near.startswith("2 lacked only Waffenlieferung")


def test_rules_are_tested_on_articles(stocked: Project) -> None:
    example = f"    should_match: [{{title: Aserbaidschan, article: {SENTENCE}}}]\n"
    rule = "  waffen:\n    query: Aserbaidschan AND Waffenlieferung\n"
    stocked.write_rules(f"rules:\n{rule}{example}")
    assert stocked.ok("rules", "test").stdout == "waffen: 1 of 1 hold\n"
    stocked.write_rules(f"rules:\n{rule}    full_text: never\n{example}")
    assert "0 of 1 hold" in stocked.run("rules", "test").stdout


def test_a_plan_sees_articles_but_not_for_rules_that_read_none(
    stocked: Project,
) -> None:
    more = "  neu: Präsident\n  nie: {query: Präsident, full_text: never}\n"
    stocked.write_rules(RULE + more)
    plan = json.loads(stocked.ok("rules", "plan", "--json").stdout)
    by_name = {change["name"]: change for change in plan["rules"]}
    assert (by_name["neu"]["gained"], by_name["nie"]["gained"]) == (1, 0)
    shown = stocked.ok("rules", "plan").stdout
    assert "neu: 1 of 1 match by the article alone\n" in shown
