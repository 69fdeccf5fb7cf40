"""What a channel may say beside its URLs, and what names were before."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from config_folder import ConfigFolder, places, texts

from monitor.model import ChannelSpec, Rate

CHANNELS = """\
channels:
  newsroom:
    urls: [json://h/a]
    fallback: desk
    throttle: 20/1m
    probe: false
    renamed_from: redaktion
  desk: {urls: json://h/b, throttle: none, fallback: console, renamed_from: [a, b]}
  chief: json://h/c
feeds: [{url: "https://example.org/rss.xml", name: neu, renamed_from: alt}]
"""


@pytest.fixture
def folder(tmp_path: Path) -> ConfigFolder:
    folder = ConfigFolder(tmp_path)
    folder.rules("rules: {a: {query: Baku, renamed_from: [b, c]}}\n")
    return folder


def test_every_key_of_a_channel_arrives(folder: ConfigFolder) -> None:
    folder.config(CHANNELS.replace("urls: json://h/b", "urls: [json://h/b]"))
    loaded = folder.load()
    assert loaded.settings is not None, texts(loaded)
    found = {spec.name: spec for spec in loaded.settings.channels}
    assert found["newsroom"] == ChannelSpec(
        "newsroom",
        ("json://h/a",),
        fallback="desk",
        rates=(Rate(20, timedelta(minutes=1)),),
        probe=False,
        renamed_from=("redaktion",),
    )
    assert found["desk"].rates == ()
    assert found["desk"].renamed_from == ("a", "b")
    assert found["chief"] == ChannelSpec("chief", ("json://h/c",))
    assert "console" in found, "a fallback is told"
    assert loaded.settings.feeds[0].renamed_from == ("alt",)
    assert loaded.rules[0].renamed_from == ("b", "c")


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("a: {urls: [json://h], fallback: b}", "2:35", "there is no channel `b`"),
        ("a: {urls: [json://h], fallback: a}", "2:35", "cannot stand in for itself"),
        ("a: {urls: [json://h], throttle: 20}", "2:35", "is no rate; write how many"),
        ("a: {urls: [json://h], probe: maybe}", "2:32", "`true` or `false`"),
        ("a: {urls: [json://h], renamed_from: a}", "2:39", "`a` is its own name"),
        (
            "a: {urls: [json://h], renamed_from: [x, x]}",
            "2:43",
            "`x` stands here twice",
        ),
        (
            "a: {urls: [json://h], renamed_from: b}\n  b: json://h",
            "2:39",
            "`b` still exists",
        ),
        (
            """a: {urls: [json://h], renamed_from: x}
  b: {urls: [json://h], renamed_from: [y, x]}""",
            "3:43",
            "`a` was called `x` too",
        ),
        (
            """a: {urls: [json://h], fallback: b}
  b: {urls: [json://h], fallback: c}
  c: {urls: [json://h], fallback: b}
  d: {urls: [json://h], fallback: b}""",
            "3:35",
            "in a circle: `b` -> `c` -> `b`; one of them has to end it",
        ),
    ],
)
def test_what_is_wrong_with_a_channel(
    folder: ConfigFolder, text: str, where: str, what: str
) -> None:
    folder.config(f"channels:\n  {text}\nfeeds: ['https://example.org/x']\n")
    loaded = folder.load()
    assert places(loaded) == [f"monitor.yaml:{where}"], texts(loaded)
    assert what in texts(loaded)


def test_what_is_wrong_with_old_names_of_feeds(folder: ConfigFolder) -> None:
    folder.config(
        "feeds:\n"
        "  - {url: 'https://example.org/a', name: a, renamed_from: b}\n"
        "  - {url: 'https://example.org/b', name: b, renamed_from: example.org-a}\n"
        "  - {url: 'https://example.org/c', name: c, renamed_from: [example.org-a]}\n"
    )
    loaded = folder.load()
    assert places(loaded) == ["monitor.yaml:2:59", "monitor.yaml:4:60"], texts(loaded)


def test_what_is_wrong_with_old_names_of_rules(folder: ConfigFolder) -> None:
    folder.rules("rules:\n  b: {query: Baku, renamed_from: [a, z]}\n", "one.yaml")
    folder.rules("rules:\n  d: {query: Baku, renamed_from: z}\n", "two.yaml")
    loaded = folder.load()
    assert places(loaded) == [
        "one.yaml:2:35",
        "rules.yaml:1:41",
        "two.yaml:2:34",
    ], texts(loaded)
    assert "`a` still exists" in texts(loaded)
    assert "`b` was called `z` too" in texts(loaded)
