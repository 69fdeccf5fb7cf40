"""What comes out of a configuration that is right."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from config_folder import ConfigFolder, texts
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.config import parse_duration
from monitor.config.feed_url import slug
from monitor.config.quantities import kept_for, rate
from monitor.model import (
    ChannelSpec,
    Feed,
    FeedKind,
    Identity,
    MessageTemplate,
    PollPolicy,
    Priority,
    Rate,
    Retention,
    Rule,
    Settings,
    WebSub,
)

FULL = """\
database: sqlite:///here.db
rules: ../rules/rules.yaml
timezone: Europe/Berlin
poll:
  floor: 0s
  concurrency: 7
  per_host: {connections: 3, spacing: 500ms}
  max_body: 512kB
  allow_networks: [127.0.0.1, "fd00::/8"]
  contact: https://example.org/about
  proxy: http://${PROXY}/
  ca_file: ca.pem
channels:
  newsroom: ${SLACK_URL}
  desk: ["${file:desk.url}", "json://h/${credential:x}"]
  night: {urls: ["json://night"], template: kurz}
templates:
  kurz: {title: "{{ title }}", body: "{{ link }}"}
ops: [newsroom, desk]
defaults:
  feed: {every: 1h30m, lookback: 1d}
  rule: {channels: [night], priority: low}
websub: {listen: "[::1]:8090", public_url: https://example.org/hubs/}
retain: {alerts: forever, entries: 30d}
feeds:
  - https://www.example.org/News/rss.xml
  - url: http://example.org/atom#top
    name: NO
    tags: [on, 22:00]
    every: 5m
    lookback: 0
    headers: {Authorization: "${TOKEN}", X: 1}
    encoding: Windows-1251
    kind: sitemap
    identity: link
"""


@pytest.fixture
def folder(tmp_path: Path) -> ConfigFolder:
    folder = ConfigFolder(tmp_path, environ={"TZ": "Asia/Baku"})
    folder.rules("rules: {a: Baku}\n")
    return folder


def settings_of(folder: ConfigFolder, text: str) -> Settings:
    folder.config(text)
    loaded = folder.load()
    assert loaded.settings is not None, texts(loaded)
    return loaded.settings


def test_every_key_arrives(folder: ConfigFolder) -> None:
    (folder.root / "config" / "ca.pem").write_text("")
    settings = settings_of(folder, FULL)
    here = folder.root / "config"
    assert settings == Settings(
        database=f"sqlite:///{here}/here.db",
        rules_path=str(here / "../rules/rules.yaml"),
        timezone="Europe/Berlin",
        poll=PollPolicy(
            floor=timedelta(0),
            concurrency=7,
            host_connections=3,
            host_spacing=timedelta(milliseconds=500),
            max_body=512_000,
            allow_networks=("127.0.0.1/32", "fd00::/8"),
            contact="https://example.org/about",
            proxy="http://${PROXY}/",
            ca_file=str(here / "ca.pem"),
        ),
        channels=(
            ChannelSpec("newsroom", ("${SLACK_URL}",)),
            ChannelSpec(
                "desk", (f"${{file:{here}/desk.url}}", "json://h/${credential:x}")
            ),
            ChannelSpec(
                "night",
                ("json://night",),
                template=MessageTemplate("kurz", "{{ title }}", "{{ link }}"),
            ),
        ),
        ops=("newsroom", "desk"),
        feeds=(
            Feed(
                name="example.org-news-rss",
                url="https://www.example.org/News/rss.xml",
                every=timedelta(minutes=90),
                lookback=timedelta(days=1),
            ),
            Feed(
                name="NO",
                url="http://example.org/atom",
                every=timedelta(minutes=5),
                lookback=timedelta(0),
                tags=("on", "22:00"),
                headers=(("Authorization", "${TOKEN}"), ("X", "1")),
                every_is_own=True,
                encoding="Windows-1251",
                kind=FeedKind.SITEMAP,
                identity=Identity.LINK,
            ),
        ),
        default_rule=Rule(
            "",
            "",
            channels=("night",),
            priority=Priority.LOW,
            throttle=Rate(20, timedelta(hours=1)),
        ),
        websub=WebSub("::1", 8090, "https://example.org/hubs"),
        retain=Retention(None, timedelta(days=30)),
    )


def test_defaults(folder: ConfigFolder) -> None:
    settings = settings_of(folder, "feeds: [https://example.org/a]\npoll:\nops:\n")
    assert settings.database == f"sqlite:///{folder.root}/var/monitor.db"
    assert settings.rules_path == str(folder.root / "config" / "../rules")
    assert settings.timezone == "Asia/Baku"
    assert settings.poll == PollPolicy()
    assert settings.channels == (ChannelSpec("console", ("console://",)),)
    assert settings.ops == ("console",)
    (feed,) = settings.feeds
    assert (feed.every, feed.every_is_own) == (timedelta(minutes=10), False)


def test_state_directory_of_systemd(folder: ConfigFolder) -> None:
    folder.environ["STATE_DIRECTORY"] = "/var/lib/monitor:/var/lib/other"
    assert settings_of(folder, "feeds: []\n").database == (
        "sqlite:////var/lib/monitor/monitor.db"
    )


def test_absolute_database(folder: ConfigFolder) -> None:
    text = "feeds: []\ndatabase: sqlite:////var/x.db\n"
    assert settings_of(folder, text).database == "sqlite:////var/x.db"


def test_console_may_be_redefined(folder: ConfigFolder) -> None:
    settings = settings_of(folder, "feeds: []\nchannels: {console: json://h/x}\n")
    assert settings.channels == (ChannelSpec("console", ("json://h/x",)),)


def test_rules_beside_the_file_come_first(folder: ConfigFolder) -> None:
    beside = folder.root / "config" / "rules"
    beside.mkdir()
    (beside / "x.yml").write_text("rules: {b: Baku}\n")
    loaded = folder.load()
    assert loaded.settings is not None
    assert loaded.settings.rules_path == str(beside)
    assert [rule.name for rule in loaded.rules] == ["b"]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("0s", 0),
        ("90s", 90),
        ("1h30m", 5400),
        ("7d", 604_800),
        ("2w", 1_209_600),
    ],
)
def test_durations(text: str, seconds: int) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


def test_times_to_keep_something() -> None:
    assert kept_for("90d") == timedelta(days=90)
    assert kept_for("2y") == timedelta(days=730)
    assert kept_for("forever") is None


@pytest.mark.parametrize(
    ("text", "said"),
    [("for ever", "write 90d, 1y"), ("y", "write 90d"), ("6d", "shorter than a week")],
)
def test_what_is_too_short_to_keep_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        kept_for(text)


def test_rates() -> None:
    assert rate("20/1h") == Rate(20, timedelta(hours=1))
    assert rate("none") is None


@pytest.mark.parametrize("text", ["", "20", "0/1h", "20/0", "20/h", "/1h", "-1/1h"])
def test_what_is_no_rate_is_told_how_to_write_one(text: str) -> None:
    with pytest.raises(ValueError, match="write how many in what time: 20/1h, or none"):
        rate(text)


@settings(deadline=None)
@given(st.text())
def test_duration_or_none(text: str) -> None:
    found = parse_duration(text)
    assert found is None or found >= timedelta(0)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://www.tagesschau.de/index~rss2.xml", "tagesschau.de-index-rss2"),
        ("https://newsfeed.zeit.de/index", "newsfeed.zeit.de-index"),
        ("https://user:${PW}@example.org:8443/", "example.org"),
        ("https://example.org/ä/Ö.rss", "example.org-ä-ö"),
    ],
)
def test_name_by_the_url(url: str, name: str) -> None:
    assert slug(url) == name


def test_name_by_the_url_shows_no_key_and_tells_queries_apart() -> None:
    one, two = (slug(f"https://example.org/f?key={key}") for key in ("abc", "abd"))
    assert one != two
    assert "abc" not in one
    assert one.startswith("example.org-f-")
    assert slug("${FEED}") != slug("${FEED2}")
