"""`monitor check`: every error at once, each at its line and column."""

from __future__ import annotations

import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from harness import Finished, Project, said

GOOD_CONFIG = """\
channels:
  newsroom: json://127.0.0.1:9/newsroom
feeds:
  - url: https://example.org/rss.xml
    name: example
"""
GOOD_RULES = "rules:\n  gut: Aserbaidschan\n"


@dataclass(frozen=True)
class Broken:
    """A broken pair of files; `at` marks the culprit, `says` what must be said."""

    at: str
    says: str
    config: str = GOOD_CONFIG
    rules: str = GOOD_RULES

    @property
    def name(self) -> str:
        return "monitor.yaml" if self.at in self.config else "rules.yaml"

    def place(self) -> tuple[int, int]:
        """Return line and column of the culprit, the last place where it stands."""
        text = self.config if self.name == "monitor.yaml" else self.rules
        start = text.rindex(self.at)
        return text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)


BROKEN = {
    "unknown key": Broken(
        "chanels",
        r"did you mean .?channels",
        config="chanels:\n  x: console://\nfeeds: [https://example.org/a]\n",
    ),
    "unknown key in a feed": Broken(
        "evry", "every", config=GOOD_CONFIG + "    evry: 5m\n"
    ),
    "wrong type": Broken("often", "mapping|keys", config=GOOD_CONFIG + "poll: often\n"),
    "duplicate key": Broken(
        "feeds: []", "twice|duplicate|already", config=GOOD_CONFIG + "feeds: []\n"
    ),
    "alias": Broken(
        "*places",
        "alias",
        config=GOOD_CONFIG.replace(
            "  newsroom: json://127.0.0.1:9/newsroom",
            "  one: &places [console://]\n  newsroom: *places",
        ),
    ),
    "unknown channel": Broken(
        "newsrom",
        r"did you mean .?newsroom",
        rules="rules:\n  a:\n    query: Öl\n    channels: [console, newsrom]\n",
    ),
    "unknown ops channel": Broken(
        "newsrom]", r"newsroom", config=GOOD_CONFIG + "ops: [newsrom]\n"
    ),
    "unknown list": Broken(
        "$aserbaidshan",
        r"did you mean .{0,2}aserbaidschan",
        rules="lists:\n  aserbaidschan: [Baku]\nrules:\n  a:\n    query: >-\n"
        "      (Waffen OR Rüstung)\n      AND $aserbaidshan AND NOT Sport\n",
    ),
    "unknown feed": Broken(
        "exmple",
        r"did you mean .{0,2}example",
        rules="rules:\n  a: {query: Baku, feeds: [exmple]}\n",
    ),
    "bad duration": Broken(
        "5 parsecs", "5m|duration", config=GOOD_CONFIG + "    every: 5 parsecs\n"
    ),
    "unknown kind of channel": Broken(
        "slak://",
        "slack",
        config=GOOD_CONFIG.replace("json://127.0.0.1:9/newsroom", "slak://a/b/c"),
    ),
    "two bare words": Broken(
        "Waffen",
        "AND",
        rules="rules:\n  ä: Rüstungsgüter OR Aserbaidschan Waffen\n",
    ),
    "lower-case operator": Broken(
        "und",
        "AND|UND",
        rules="rules:\n  a:\n    query: Aserbaidschan und Waffen\n",
    ),
    "unknown field": Broken(
        "titel", r"did you mean .?title", rules="rules:\n  a: Baku OR titel:Waffen\n"
    ),
    "group with AND beside NEAR": Broken(
        "Öl AND Gas", "join it with AND", rules="rules:\n  a: Baku NEAR (Öl AND Gas)\n"
    ),
    "regular expression": Broken(
        "(?=en)", "look around", rules="rules:\n  a: Baku OR /Waff(?=en)/\n"
    ),
    "unclosed parenthesis": Broken(
        "(Waffen", r"\)|clos", rules="rules:\n  a: Baku AND (Waffen OR Öl\n"
    ),
    "only negations": Broken(
        "NOT Sport", "feeds|only", rules="rules:\n  a: NOT Sport\n"
    ),
    "key of a later version": Broken(
        "metrics",
        "unknown|metrics",
        rules="rules:\n  a:\n    query: Baku\n    metrics: auto\n",
    ),
    "bad priority": Broken(
        "hihg", "high", rules="rules:\n  a: {query: Baku, priority: hihg}\n"
    ),
    "unknown time zone": Broken(
        "Europe/Berlni", "Berlin|zone", config=GOOD_CONFIG + "timezone: Europe/Berlni\n"
    ),
    "duplicate rule": Broken(
        "a: Tiflis", "twice|duplicate|already", rules="rules:\n  a: Baku\n  a: Tiflis\n"
    ),
}


def check(root: Path, broken: Broken) -> Finished:
    root.mkdir()
    project = Project(root)
    project.config.write_text(broken.config, encoding="utf-8")
    project.write_rules(broken.rules)
    return project.run("check")


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Finished]:
    """Every broken pair, checked; two at a time, since each is its own process."""
    root = tmp_path_factory.mktemp("check")
    with ThreadPoolExecutor(2) as pool:
        runs = {
            name: pool.submit(check, root / str(n), broken)
            for n, (name, broken) in enumerate(BROKEN.items())
        }
        return {name: run.result() for name, run in runs.items()}


@pytest.mark.parametrize("name", BROKEN)
def test_error_points_at_the_culprit(
    checked: Mapping[str, Finished], name: str
) -> None:
    done, broken = checked[name], BROKEN[name]
    assert done.returncode == 2, said(done)
    report = done.stdout + done.stderr
    lines = [line for line in report.splitlines() if ": error: " in line]
    line, column = broken.place()
    here = rf"{re.escape(broken.name)}:{line}:{column}: error: "
    assert [found for found in lines if re.search(here, found)], f"{here}\n{said(done)}"
    assert len(lines) == 1, said(done)
    assert re.search(broken.says, report, re.DOTALL), said(done)


@pytest.mark.parametrize("name", BROKEN)
def test_error_shows_the_line_and_a_caret(
    checked: Mapping[str, Finished], name: str
) -> None:
    done, broken = checked[name], BROKEN[name]
    report = (done.stdout + done.stderr).splitlines()
    text = broken.config if broken.name == "monitor.yaml" else broken.rules
    source = text.splitlines()[broken.place()[0] - 1]
    shown = next((n for n, line in enumerate(report) if source.strip() in line), None)
    assert shown is not None, said(done)
    offset = report[shown].index(source.strip()) - len(source) + len(source.lstrip())
    assert report[shown + 1].index("^") - offset == broken.place()[1] - 1, said(done)


def test_all_errors_of_all_files_at_once(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.config.write_text(
        GOOD_CONFIG + "    every: soon\nops: [nobody]\n", encoding="utf-8"
    )
    project.write_rules("rules:\n  a: Baku AND\n  b: {query: x, channels: [none]}\n")
    project.write_rules("lists:\n  l: [Baku\nrules:\n", "half.yaml")
    done = project.run("check")
    assert done.returncode == 2
    places = re.findall(r"([\w.]+):(\d+):\d+: error: ", done.stdout + done.stderr)
    assert ("monitor.yaml", "6") in places, said(done)
    assert ("monitor.yaml", "7") in places, said(done)
    assert ("rules.yaml", "2") in places, said(done)
    assert ("rules.yaml", "3") in places, said(done)
    assert [name for name, _ in places if name == "half.yaml"], said(done)


def test_rule_name_twice_in_two_files(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.config.write_text(GOOD_CONFIG, encoding="utf-8")
    project.write_rules("rules:\n  gut: Baku\n", "a.yaml")
    project.write_rules("rules:\n  gut: Tiflis\n", "b.yaml")
    done = project.run("check")
    assert done.returncode == 2, said(done)
    assert "b.yaml:2:3: error: " in done.stdout + done.stderr, said(done)


@pytest.mark.parametrize(
    "query", ['"a b" OR c', "@bundeskanzler OR Baku", "*lieferung", "Foo AND #tag"]
)
def test_what_yaml_does_to_a_query_is_explained(tmp_path: Path, query: str) -> None:
    project = Project(tmp_path)
    project.config.write_text(GOOD_CONFIG, encoding="utf-8")
    project.write_rules(f"rules:\n  a: {query}\n")
    done = project.run("check")
    assert done.returncode == 2, said(done)
    assert "rules.yaml:2:" in done.stdout + done.stderr
    assert "YAML" in done.stdout + done.stderr, said(done)
    assert "query: >-" in done.stdout + done.stderr, said(done)


def test_failing_example_is_a_problem(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.config.write_text(GOOD_CONFIG, encoding="utf-8")
    project.write_rules(
        "rules:\n  a:\n    query: Baku AND Waffen\n"
        "    should_match: [Baku kauft Waffen, Baku kauft Äpfel]\n"
        "    should_not_match:\n      - title: Schach\n        summary: in Baku\n"
    )
    done = project.run("check")
    assert done.returncode != 0, said(done)
    assert "rules.yaml:4:39: error: " in done.stdout + done.stderr, said(done)
    assert "kauft Waffen]" not in done.stdout + done.stderr
    tested = project.run("rules", "test")
    assert tested.returncode == 1, said(tested)


def test_good_files_end_with_0_and_touch_nothing(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.config.write_text(GOOD_CONFIG, encoding="utf-8")
    project.write_rules(GOOD_RULES)
    done = project.run("check")
    assert done.returncode == 0, said(done)
    assert "error" not in done.stderr
    assert list((tmp_path / "var").iterdir()) == []


def test_unset_secret_is_a_note_and_an_error_on_demand(tmp_path: Path) -> None:
    project = Project(tmp_path)
    config = GOOD_CONFIG.replace("json://127.0.0.1:9/newsroom", "${SLACK_URL}")
    project.config.write_text(config, encoding="utf-8")
    project.write_rules(GOOD_RULES)
    noted = project.run("check")
    assert noted.returncode == 0, said(noted)
    assert re.search(
        r"monitor\.yaml:2:\d+: note: .*SLACK_URL", noted.stdout + noted.stderr
    )
    refused = project.run("check", "--secrets")
    assert refused.returncode == 2, said(refused)
    found = refused.stdout + refused.stderr
    assert re.search(r"monitor\.yaml:2:\d+: error: .*SLACK_URL", found)


def test_ambiguous_query_is_a_warning(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.config.write_text(GOOD_CONFIG, encoding="utf-8")
    project.write_rules("rules:\n  a: Baku OR Tiflis AND Waffen\n")
    done = project.run("check")
    assert done.returncode == 0, said(done)
    found = done.stdout + done.stderr
    assert re.search(r"rules\.yaml:2:\d+: warning: ", found), said(done)
    assert "(Tiflis AND Waffen)" in found, said(done)
