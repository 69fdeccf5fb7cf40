"""A rule written out is YAML that says the same, and can be compared line by line."""

from __future__ import annotations

from datetime import date

import pytest
import yaml

from monitor.config import RuleTexts
from monitor.model import Priority, Rule

LISTS = {"land": ["Aserbaidschan", '"Berg Karabach"', "$orte"], "orte": ["Baku"]}


def test_a_rule_is_written_with_the_lists_that_it_names() -> None:
    rule = Rule(
        "waffen",
        "$land AND (Waffen OR Munition)",
        feeds=("tag:de", "-example"),
        channels=("desk",),
        priority=Priority.HIGH,
        expires=date(2026, 3, 1),
        enabled=False,
    )

    text = RuleTexts({**LISTS, "other": ["x"]}).of(rule)

    assert (
        text
        == """\
query: $land AND (Waffen OR Munition)
feeds: ["tag:de", "-example"]
channels: [desk]
priority: high
enabled: false
expires: "2026-03-01"
lists:
  land:
    - Aserbaidschan
    - "\\"Berg Karabach\\""
    - $orte
  orte:
    - Baku
"""
    )


@pytest.mark.parametrize(
    "query",
    [
        "NO",
        "a: b",
        "title:Kiew # nicht",
        "*waffe*",
        "/re+gex/",
        '"zwei Worte"',
        "~Wort",
        "Größe",
        "- x",
        "a AND\nb",
        "Krieg*",
    ],
)
def test_any_query_is_read_back_as_it_is(query: str) -> None:
    text = RuleTexts({}).of(Rule("a", query, channels=("desk",)))

    assert yaml.load(text, yaml.BaseLoader)["query"] == query  # noqa: S506 - texts
