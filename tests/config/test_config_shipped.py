"""The files that come with the monitor: free of findings, and true to their schemas."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from monitor.config import config_schema, load, rules_schema
from monitor.config.config_model import Channel, Config, FeedEntry, Poll
from monitor.config.defaults_model import RuleDefaults
from monitor.wiring.word_forms import WordForms

ROOT = Path(__file__).resolve().parents[2]
RULES = sorted((ROOT / "rules").glob("*.yaml"))


@pytest.mark.parametrize(
    ("name", "schema"), [("config", config_schema()), ("rules", rules_schema())]
)
def test_schemas_are_those_of_the_models(name: str, schema: object) -> None:
    path = ROOT / "config" / ("monitor" if name == "config" else name)
    text = path.with_suffix(".schema.json").read_text(encoding="utf-8")
    again = f"monitor schema {name} > {path.name}.schema.json"
    assert json.loads(text) == schema, again
    jsonschema.Draft202012Validator.check_schema(json.loads(text))


def test_files_are_free_of_findings() -> None:
    loaded = load(
        ROOT / "config" / "monitor.yaml",
        check_url=lambda _: None,
        environ={},
        forms_of=WordForms(uses_database=False),
    )
    assert loaded.diagnostics == ()
    assert loaded.is_usable
    assert loaded.settings is not None
    assert len(loaded.settings.feeds) >= 12
    tests = [test for rule in loaded.rules for test in rule.tests]
    assert {test.expected for test in tests} == {True, False}


def test_editors_find_no_fault_in_them() -> None:
    """Editors see YAML with its guesses, so check what PyYAML guesses too."""
    config = (ROOT / "config" / "monitor.yaml").read_text(encoding="utf-8")
    jsonschema.validate(yaml.safe_load(config), config_schema())
    assert config.startswith("# yaml-language-server: $schema=monitor.schema.json\n")
    for path in RULES:
        text = path.read_text(encoding="utf-8")
        jsonschema.validate(yaml.safe_load(text), rules_schema())
        assert text.startswith(
            "# yaml-language-server: $schema=../config/rules.schema.json\n"
        )


def test_every_key_is_shown() -> None:
    config = (ROOT / "config" / "monitor.yaml").read_text(encoding="utf-8")
    for model in (Config, Poll, Channel, FeedEntry, RuleDefaults):
        for key in model.model_fields:
            assert f"{key}:" in config, key


@pytest.mark.parametrize(
    "text",
    [
        "poll: {floor: 0, concurrency: 50, max_body: 16000000}\nfeeds: []",
        "feeds: [{url: 'http://a.de', tags: [2024, on], headers: {A: 1}}]",
        "channels: {a: x://, b: [x://], c: {urls: [x://]}}\nfeeds: []",
        "channels: {a: {urls: [x://], throttle: 9/1m, probe: false}}\nfeeds: []",
        "channels: {a: {urls: [x://], renamed_from: b}}\nfeeds: []",
        "websub: {listen: '127.0.0.1:80', public_url: 'https://a.de/x'}\nfeeds: []",
    ],
)
def test_editors_accept_what_the_monitor_accepts(text: str) -> None:
    jsonschema.validate(yaml.safe_load(text), config_schema())


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "feeds: [{url: 'http://a.de', evry: 5m}]",
        "feeds: []\npoll: {floor: 5 parsecs}",
        "feeds: []\ndefaults: {rule: {priority: hihg}}",
        "feeds: []\nchannels: {a: []}",
        "feeds: [ftp://a.de]",
        "feeds: []\nwebsub: {listen: '127.0.0.1:80'}",
        "feeds: []\nwebsub: {listen: here, public_url: 'https://a.de'}",
    ],
)
def test_editors_refuse_what_the_monitor_refuses(text: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(yaml.safe_load(text), config_schema())
