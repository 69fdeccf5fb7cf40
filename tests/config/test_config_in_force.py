"""Rules that rest, end and look back; the languages of word forms."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from config_folder import CONFIG, ConfigFolder, check_url, texts

from monitor.config import Loaded, format_for_github, load
from monitor.config.languages import LANGUAGES
from monitor.lexicon.process import supported_languages
from monitor.matching.forms import Forms, WordForm
from monitor.model import Diagnostic, Settings, Severity

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
ZONE = "timezone: Pacific/Kiritimati\n"  # fourteen hours ahead


@pytest.fixture
def folder(tmp_path: Path) -> ConfigFolder:
    return ConfigFolder(tmp_path)


def loaded(folder: ConfigFolder, rule: str, now: datetime = NOON) -> Loaded:
    folder.rules(f"rules:\n  baku: {{query: Baku, {rule}}}\n")
    return load(folder.path, check_url=check_url, environ={}, now=now)


def test_a_rule_says_whether_how_long_and_since_when_it_counts(
    folder: ConfigFolder,
) -> None:
    (rule,) = loaded(folder, "enabled: false, expires: 2026-12-31, lookback: 7d").rules
    (plain,) = loaded(folder, "priority: low").rules

    assert (rule.enabled, rule.expires) == (False, date(2026, 12, 31))
    assert rule.lookback == timedelta(days=7)
    assert (plain.enabled, plain.expires) == (True, None)
    assert plain.lookback == timedelta(hours=24)
    assert rule.version != plain.version


def test_a_rule_asks_for_edits_or_the_defaults_do(folder: ConfigFolder) -> None:
    assert not loaded(folder, "priority: low").rules[0].on_edit
    assert loaded(folder, "on_edit: true").rules[0].on_edit
    folder.config(f"{CONFIG}defaults: {{rule: {{on_edit: true}}}}\n")
    assert loaded(folder, "priority: low").rules[0].on_edit
    assert not loaded(folder, "on_edit: false").rules[0].on_edit


@pytest.mark.parametrize(
    ("last", "says", "severity"),
    [
        ("2026-01-04", "out of force since 2026-01-04", Severity.WARNING),
        ("2026-01-05", "this rule ends today", Severity.NOTE),
        ("2026-01-06", "this rule ends tomorrow", Severity.NOTE),
        ("2026-01-19", "this rule ends in 14 days", Severity.NOTE),
    ],
)
def test_the_end_of_a_rule_is_said(
    folder: ConfigFolder, last: str, says: str, severity: Severity
) -> None:
    (found,) = loaded(folder, f"expires: {last}").diagnostics

    assert says in found.text
    assert found.severity is severity


def test_the_day_is_that_of_the_configured_zone(folder: ConfigFolder) -> None:
    folder.config(CONFIG + ZONE)
    (found,) = loaded(folder, "expires: 2026-01-05").diagnostics

    assert "out of force" in found.text


def test_a_far_end_is_not_said(folder: ConfigFolder) -> None:
    assert loaded(folder, "expires: 2026-01-20").diagnostics == ()


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ("expires: 31.12.2026", "`31.12.2026` is no day; write one as 2026-12-31"),
        ("expires: 2026-02-30", "`2026-02-30` is no day"),
        ("enabled: no", "`no` must be `true` or `false`"),
        ("lookback: lange", "is no duration"),
    ],
)
def test_what_is_wrong_is_said(folder: ConfigFolder, rule: str, says: str) -> None:
    assert says in texts(loaded(folder, rule))


def test_a_language_without_a_lexicon_is_refused(folder: ConfigFolder) -> None:
    folder.config(CONFIG + "languages: [de, klingon]\n")

    assert "there is no lexicon for `klingon`" in texts(loaded(folder, "feeds: []"))


def test_the_languages_are_those_of_the_lexica() -> None:
    assert set(LANGUAGES) == supported_languages()


def test_rules_are_read_with_the_forms_of_their_words(folder: ConfigFolder) -> None:
    folder.config(CONFIG + "languages: [de, fr, de]\n")
    folder.rules("rules:\n  krieg: {query: Krieg, should_match: [Viele Kriege]}\n")
    asked: list[tuple[set[str], tuple[str, ...]]] = []

    def forms_of(terms: Collection[str], settings: Settings) -> Forms:
        asked.append((set(terms), settings.languages))
        return {"Krieg": (WordForm("Krieg"), WordForm("Kriege"))}

    found = load(folder.path, check_url=check_url, environ={}, forms_of=forms_of)

    assert asked == [({"Krieg"}, ("de", "fr"))]
    assert found.diagnostics == ()
    assert set(found.forms) == {"Krieg"}


def test_given_texts_are_read_in_place_of_the_files(folder: ConfigFolder) -> None:
    folder.rules("rules:\n  neu: Baku\n")
    found = load(
        folder.path,
        check_url=check_url,
        environ={},
        texts={"rules.yaml": "rules:\n  alt: Kiew\n"},
    )

    assert [rule.name for rule in found.rules] == ["alt"]


def test_findings_are_commands_of_a_workflow() -> None:
    found = Diagnostic("a,b:c.yaml", 3, 7, Severity.NOTE, "100 %\nmore")

    assert format_for_github(found) == (
        "::notice file=a%2Cb%3Ac.yaml,line=3,col=7::100 %25%0Amore"
    )
