"""What the configuration may ask of the monitor's watch over itself."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from config_folder import ConfigFolder, texts

from monitor.config import Loaded
from monitor.model import CanarySpec, HeartbeatSpec, Settings, Watching

FEEDS = "feeds: []\n"
CHANNELS = "channels: {desk: 'console://', chief: 'console://'}\n"
URL = "https://hc.example.org/1234-abcd"


@pytest.fixture
def folder(tmp_path: Path) -> ConfigFolder:
    return ConfigFolder(tmp_path)


def read(folder: ConfigFolder, text: str) -> Loaded:
    folder.config(f"{FEEDS}{CHANNELS}{text}\n")
    return folder.load()


def settings(folder: ConfigFolder, text: str) -> Settings:
    loaded = read(folder, text)
    assert loaded.settings is not None, texts(loaded)
    return loaded.settings


def watching(folder: ConfigFolder, text: str) -> Watching:
    return settings(folder, text).watching


def test_without_a_word_there_is_a_daily_canary(folder: ConfigFolder) -> None:
    assert watching(folder, "") == Watching()
    assert Watching().canary == CanarySpec(timedelta(days=1), ())


def test_ops_is_a_list_of_channels_or_a_mapping(folder: ConfigFolder) -> None:
    for text in ("ops: [desk, chief]", "ops: {channels: [desk, chief]}"):
        assert settings(folder, text).ops == ("desk", "chief")
    found = settings(folder, "ops: {report: 0 8 * * mon}")
    assert found.ops == ("console",)
    assert found.watching.report == "0 8 * * mon"


@pytest.mark.parametrize(
    ("text", "every"),
    [
        (f"ops: {{heartbeat: '{URL}'}}", timedelta(minutes=5)),
        (f"ops: {{heartbeat: {{url: '{URL}', every: 1m}}}}", timedelta(minutes=1)),
        (f"heartbeat: {URL}", timedelta(minutes=5)),
        (f"heartbeat: {{url: '{URL}', every: 30s}}", timedelta(seconds=30)),
    ],
)
def test_heartbeat_has_two_places_and_two_lengths(
    folder: ConfigFolder, text: str, every: timedelta
) -> None:
    assert watching(folder, text).heartbeat == HeartbeatSpec(URL, every)


def test_heartbeat_keeps_its_references(folder: ConfigFolder) -> None:
    found = watching(folder, "ops: {heartbeat: '${PING}'}").heartbeat
    assert found == HeartbeatSpec("${PING}")
    loaded = read(folder, "heartbeat: {url: '${file:ping.url}'}")
    assert loaded.settings is not None
    assert loaded.settings.watching.heartbeat == HeartbeatSpec(
        f"${{file:{folder.path.parent}/ping.url}}"
    )
    assert "ping.url" in texts(loaded)  # it is not there


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("canary: off", CanarySpec(None)),
        ("canary: daily", CanarySpec()),
        ("canary: 6h", CanarySpec(timedelta(hours=6))),
        ("canary: {channels: [desk]}", CanarySpec(channels=("desk",))),
        (
            "canary: {every: 12h, channels: [desk, chief]}",
            CanarySpec(timedelta(hours=12), ("desk", "chief")),
        ),
    ],
)
def test_canary_is_a_word_a_duration_or_a_mapping(
    folder: ConfigFolder, text: str, spec: CanarySpec
) -> None:
    assert watching(folder, text).canary == spec


def test_report_can_be_switched_off(folder: ConfigFolder) -> None:
    assert not watching(folder, "ops: {report: off}").report


@pytest.mark.parametrize(
    ("text", "place", "part"),
    [
        (
            f"ops: {{heartbeat: '{URL}'}}\nheartbeat: {URL}",
            "4:12",
            "`heartbeat` stands under `ops` in line 3 too; keep one of them",
        ),
        ("ops: {report: '0 25 * * *'}", "3:15", "`25` is no hour of a timetable"),
        ("ops: {report: weekly}", "3:15", "write minute, hour, day, month"),
        ("ops: {channels: [dsk]}", "3:18", "did you mean `desk`"),
        ("ops: {beat: x}", "3:7", "unknown key"),
        ("ops: {heartbeat: 'ftp://x/'}", "3:18", "this is no URL to ask"),
        ("heartbeat: {url: 'https://h/${A', every: 1m}", "3:18", "no reference"),
        ("canary: hourly", "3:9", "must be `daily`, `off` or a duration as 6h"),
        ("canary: {channels: [dsk]}", "3:21", "did you mean `desk`"),
    ],
)
def test_what_is_wrong_is_told_where_it_stands(
    folder: ConfigFolder, text: str, place: str, part: str
) -> None:
    loaded = read(folder, text)
    assert loaded.settings is None
    found = [d for d in loaded.diagnostics if f"{d.line}:{d.column}" == place]
    assert any(part in each.text for each in found), loaded.diagnostics
