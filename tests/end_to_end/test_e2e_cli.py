"""The command line's own manners: where it looks, how it ends, what it lists."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jsonschema
import pytest
from feedsite import LiveFeed
from harness import Project, said
from receivers import Webhook

COMMANDS = [
    "run",
    "poll",
    "check",
    "demo",
    "grep",
    "schema",
    "status",
    "feeds preview",
    "feeds list",
    "rules list",
    "rules test",
    "channels list",
    "channels test",
    "alerts list",
    "alerts show",
    "alerts retry",
    "alerts release",
    "alerts export",
    "why",
    "feeds history",
    "rules history",
]


def test_config_before_and_after_the_command(project: Project) -> None:
    elsewhere = project.root / "elsewhere.yaml"
    project.config.rename(elsewhere)
    project.root.joinpath("elsewhere").mkdir()
    text = elsewhere.read_text(encoding="utf-8")
    elsewhere.write_text(
        text.replace("{", '{"rules": "rules", "database": "sqlite:///x.db",', 1)
    )
    for args in (
        ("--config", str(elsewhere), "feeds", "list"),
        ("feeds", "list", "--config", str(elsewhere)),
        ("feeds", "--config", str(elsewhere), "list"),
    ):
        done = project.run(*args)
        assert done.returncode == 0, said(done)
        assert "news" in done.stdout
    assert project.run("feeds", "list").returncode == 2


def test_config_from_the_environment(project: Project, tmp_path: Path) -> None:
    done = Project(tmp_path, env={"MONITOR_CONFIG": str(project.config)})
    project.config.rename(tmp_path / "config" / "other.yaml")
    done.env["MONITOR_CONFIG"] = str(tmp_path / "config" / "other.yaml")
    assert "news" in done.ok("feeds", "list").stdout
    done.env["MONITOR_CONFIG"] = str(tmp_path / "nowhere.yaml")
    missing = done.run("feeds", "list")
    assert missing.returncode == 2, said(missing)
    assert "nowhere.yaml" in missing.stderr


def test_paths_are_relative_to_the_file(project: Project, tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    moved = tmp_path / "x" / "monitor.yaml"
    project.configure(database="sqlite:///here.db", rules="../rules")
    project.config.rename(moved)
    project.ok("poll", "--all", "--config", str(moved))
    assert (tmp_path / "x" / "here.db").exists()


@pytest.mark.parametrize(
    "args",
    [("nonsense",), ("poll", "--nonsense"), ("grep",), ("schema", "nonsense")],
)
def test_bad_arguments_end_with_2(tmp_path: Path, args: tuple[str, ...]) -> None:
    done = Project(tmp_path).run(*args)
    assert done.returncode == 2, said(done)
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("command", ["run", "poll", "check", "feeds list", "status"])
def test_unusable_configuration_ends_with_2(project: Project, command: str) -> None:
    project.configure(nonsense="1")
    done = project.run(*command.split())
    assert done.returncode == 2, said(done)
    assert "monitor.yaml:" in done.stdout + done.stderr
    assert ": error: " in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_first_start_with_a_broken_rule_file_is_refused(project: Project) -> None:
    project.write_rules("rules:\n  kaputt: Baku AND\n", "b.yaml")
    for command in ("poll", "run"):
        done = project.run(command)
        assert done.returncode == 2, said(done)
        assert "b.yaml:2:" in done.stdout + done.stderr


def test_every_command_explains_itself_with_an_example(tmp_path: Path) -> None:
    project = Project(tmp_path)
    with ThreadPoolExecutor(2) as pool:
        helps = pool.map(lambda c: project.run(*c.split(), "--help"), COMMANDS)
        for command, done in zip(COMMANDS, helps, strict=True):
            assert done.returncode == 0, said(done)
            words = done.stdout.replace("Usage: ", "").split("monitor " + command)
            assert len(words) > 1, f"no example of {command}\n{done.stdout}"


def test_version_and_help(tmp_path: Path) -> None:
    project = Project(tmp_path)
    top = project.ok("--help").stdout
    assert [c for c in COMMANDS if c.split()[0] not in top] == []


def test_schemas_are_true_of_a_configuration(project: Project) -> None:
    config = json.loads(project.ok("schema", "config").stdout)
    rules = json.loads(project.ok("schema", "rules").stdout)
    good = json.loads(project.config.read_text(encoding="utf-8"))
    jsonschema.validate(good, config)
    jsonschema.validate({"rules": {"a": "Baku", "b": {"query": "Öl"}}}, rules)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(good | {"nonsense": 1}, config)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"rules": {"a": {"qery": "Baku"}}}, rules)


def test_lists_give_one_object_a_line(
    primed: Project, feed: LiveFeed, webhook: Webhook
) -> None:
    (news,) = primed.rows("feeds", "list")
    assert (news["name"], news["url"]) == ("news", feed.url)
    (rule,) = primed.rows("rules", "list")
    assert rule["name"] == "waffen"
    assert rule["channels"] == ["desk"]
    channels = primed.rows("channels", "list")
    assert {row["name"] for row in channels} == {"desk", "ops"}
    assert webhook.channel("/desk") not in json.dumps(channels), "redacted"


def test_tables_are_for_people(primed: Project) -> None:
    assert "news" in primed.ok("feeds", "list").stdout
    assert "waffen" in primed.ok("rules", "list").stdout
    assert "desk" in primed.ok("channels", "list").stdout
    done = primed.ok("status")
    assert done.stdout.strip()


def test_status_is_one_object(primed: Project, feed: LiveFeed) -> None:
    feed.publish("Aserbaidschan: Waffenlieferungen")
    primed.poll()
    (status,) = primed.rows("status")
    assert status, "says something"


def test_rules_test_runs_the_examples(primed: Project) -> None:
    primed.write_rules(
        "rules:\n  waffen:\n    query: Baku\n    should_match: [In Baku]\n"
    )
    assert primed.run("rules", "test").returncode == 0
    assert primed.run("rules", "test", "waffen").returncode == 0
    assert primed.run("rules", "test", "nosuchrule").returncode == 2


def test_channels_test_says_whether_it_arrived(
    project: Project, webhook: Webhook
) -> None:
    project.ok("channels", "test", "desk")
    assert len(webhook.accepted["/desk"]) == 1
    webhook.always["/desk"] = 500
    failed = project.run("channels", "test", "desk")
    assert failed.returncode == 1, said(failed)
    assert "500" in failed.stdout + failed.stderr
    assert project.run("channels", "test", "nosuch").returncode == 2


def test_unicode_survives_an_ascii_terminal(primed: Project, feed: LiveFeed) -> None:
    feed.publish("Aserbaidschan prüft Waffenlieferungen „sofort“")
    primed.poll()
    primed.env |= {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0"}
    done = primed.run("alerts", "list")
    assert done.returncode == 0, said(done)
