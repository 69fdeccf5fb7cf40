"""What comes out of rule files that are right."""

from __future__ import annotations

from pathlib import Path

import pytest
from config_folder import CONFIG, ConfigFolder, places, texts

from monitor.config import document_of
from monitor.matching import Document
from monitor.model import Priority, Rule, RuleTest

FULL = """\
contact: newsroom
lists:
  baku: [Baku, Aserbaidschan]
rules:
  kurz: Baku
  lang:
    query: >-
      $baku AND NOT Sport
    feeds: [tag:de, -example]
    channels: [newsroom]
    priority: urgent
    should_match:
      - Waffen für Baku
      - {summary: Baku, tags: [de, 1], lang: no, categories: [a]}
    should_not_match: [Sport in Baku]
"""


@pytest.fixture
def folder(tmp_path: Path) -> ConfigFolder:
    return ConfigFolder(tmp_path)


def rules_of(folder: ConfigFolder, text: str) -> dict[str, Rule]:
    folder.rules(text)
    loaded = folder.load()
    assert loaded.is_usable, texts(loaded)
    return {rule.name: rule for rule in loaded.rules}


def test_every_key_arrives(folder: ConfigFolder) -> None:
    short, long = rules_of(folder, FULL).values()
    assert (short.name, short.query, short.feeds) == ("kurz", "Baku", ())
    assert (short.channels, short.priority) == (("console",), Priority.NORMAL)
    assert long.query == "$baku AND NOT Sport"
    assert long.feeds == ("tag:de", "-example")
    assert (long.channels, long.priority) == (("newsroom",), Priority.URGENT)
    assert long.tests == (
        RuleTest((("title", "Waffen für Baku"),), expected=True),
        RuleTest(
            (
                ("summary", "Baku"),
                ("lang", "no"),
                ("tags", "de"),
                ("tags", "1"),
                ("categories", "a"),
            ),
            expected=True,
        ),
        RuleTest((("title", "Sport in Baku"),), expected=False),
    )
    assert document_of(long.tests[1]) == Document(
        summary="Baku", language="no", tags=("de", "1"), categories=("a",)
    )


def test_contact_sources_and_lists(folder: ConfigFolder) -> None:
    folder.rules(FULL)
    loaded = folder.load()
    assert loaded.contacts == {"rules.yaml": "newsroom"}
    assert loaded.sources == {"rules.yaml": FULL}
    assert loaded.lists == {"baku": ("Baku", "Aserbaidschan")}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("AND NOT Sport", "AND NOT (Sport OR Öl)"),
        ("[Baku, Aserb", "[Baku, Tiflis, Aserb"),
        ("[tag:de, -example]", "[tag:de]"),
        ("[newsroom]\n    p", "[console]\n    p"),
        ("urgent", "high"),
    ],
)
def test_version_follows_what_a_rule_does(
    folder: ConfigFolder, old: str, new: str
) -> None:
    before = rules_of(folder, FULL)
    after = rules_of(folder, FULL.replace(old, new))
    assert after["lang"].version != before["lang"].version
    assert after["kurz"].version == before["kurz"].version


def test_version_ignores_tests_and_layout(folder: ConfigFolder) -> None:
    before = rules_of(folder, FULL)
    after = rules_of(folder, "# x\n" + FULL.replace("Waffen für", "Öl aus"))
    assert after["lang"].version == before["lang"].version


def test_version_follows_lists_in_lists(folder: ConfigFolder) -> None:
    text = "lists: {a: [$b], b: [Baku]}\nrules: {r: $a}\n"
    before = rules_of(folder, text)
    assert rules_of(folder, text.replace("Baku", "Tiflis"))["r"].version != (
        before["r"].version
    )


def test_lists_are_shared_by_all_files(folder: ConfigFolder) -> None:
    folder.rules("lists: {stadt: [Baku]}\n", "z.yml")
    rules = rules_of(folder, "rules: {a: $stadt}\n")
    assert list(rules) == ["a"]


def test_names_twice_in_two_files(folder: ConfigFolder) -> None:
    folder.rules("lists:\n  l: [x]\nrules:\n  a: x\n", "a.yaml")
    folder.rules("lists:\n  l: [x]\nrules:\n  a: x\n", "b.yaml")
    loaded = folder.load()
    assert places(loaded) == ["b.yaml:2:3", "b.yaml:4:3"]
    assert "a.yaml:4" in texts(loaded)


def test_what_editors_leave_about_is_no_rule_file(folder: ConfigFolder) -> None:
    for name in (".hidden.yaml", "a.yaml~", "#a.yaml#", "a.yaml.swp", "README.md"):
        folder.rules("no rules: [", name)
    assert list(rules_of(folder, "rules: {a: Baku}\n")) == ["a"]


def test_negations_alone_need_feeds(folder: ConfigFolder) -> None:
    rules = rules_of(folder, "rules: {a: {query: NOT Sport, feeds: [example]}}\n")
    assert list(rules) == ["a"]


def test_failed_examples_are_told_apart(folder: ConfigFolder) -> None:
    folder.rules("rules: {a: {query: Baku, should_match: [Tiflis]}}\n")
    loaded = folder.load()
    assert loaded.failed_tests == loaded.diagnostics
    assert [rule.name for rule in loaded.rules] == ["a"]
    assert not loaded.is_usable


@pytest.mark.parametrize("full_text", ["auto", "always", "never"])
def test_an_example_may_have_an_article(folder: ConfigFolder, full_text: str) -> None:
    folder.rules(
        f"rules: {{a: {{query: Baku AND Waffen, full_text: {full_text}, "
        "should_match: [{title: Baku, article: Es geht um Waffen.}]}}\n"
    )
    loaded = folder.load()
    (test,) = loaded.rules[0].tests
    assert document_of(test).article == "Es geht um Waffen."
    assert bool(loaded.failed_tests) is (full_text == "never")


def test_no_rules_is_legal(folder: ConfigFolder) -> None:
    assert rules_of(folder, "# none yet\n") == {}


def test_paths_are_shown_as_given(
    folder: ConfigFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    from monitor.config import load  # noqa: PLC0415 - a relative path needs a folder

    folder.rules("rules: {a: Baku AND}\n")
    monkeypatch.chdir(folder.root)
    found = load(Path("config/monitor.yaml"), check_url=lambda _: None, environ={})
    assert [each.path for each in found.diagnostics] == ["rules/rules.yaml"]


def test_default_channels_of_the_configuration(folder: ConfigFolder) -> None:
    folder.config(CONFIG + "defaults: {rule: {channels: [newsroom], priority: low}}\n")
    rule = rules_of(folder, "rules: {a: Baku}\n")["a"]
    assert (rule.channels, rule.priority) == (("newsroom",), Priority.LOW)
