"""Each mistake is one error, at the culprit, that says what to write instead."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from config_folder import CONFIG, ConfigFolder, places, texts

from monitor.model import Severity

RULES = "rules:\n  gut: Baku\n"

CONFIGS = {
    "rule without colon": ("feeds: []\nops\n", "2:1", "`: `"),
    "tab": ("poll:\n\tfloor: 1m\n", "2:1", "tab"),
    "unclosed list": ("feeds: [https://a.de/x\nops: [console]\n", "2:4", "line 1"),
    "unclosed list at the end": ("feeds: [https://a.de/x\n", "1:8", "line 1"),
    "unclosed quote": ('feeds: []\ntimezone: "UTC\n', "2:11", "never closed"),
    "two documents": (f"{CONFIG}---\nfeeds: []\n", "7:1", "second document"),
    "invisible character": ("feeds: [a\x07]\n", "1:10", r"U\+0007"),
    "anchor": ("feeds: &x []\n", "1:8", "anchor"),
    "tag": (CONFIG + "ops: !!python/tuple [console]\n", "7:6", "tag"),
    "merge key": (CONFIG + "poll: {<<: {floor: 1m}}\n", "7:8", "merge"),
    "key that is a list": (CONFIG + "poll: {[a]: b}\n", "7:8", "key"),
    "deep nesting": ("feeds: " + "[" * 40 + "]" * 40 + "\n", "1:38", "levels"),
    "empty": ("", "1:1", "feeds"),
    "only a comment": ("# nothing\n", "1:1", "feeds"),
    "a list": ("- a\n", "1:1", "mapping"),
    "no feeds": ("ops: [console]\n", "1:1", "`feeds` is missing"),
    "feeds empty": ("feeds:\n", "1:7", "`feeds` is missing"),
    "text for a list": (CONFIG + "ops: console\n", "7:6", r"list"),
    "list for a text": (CONFIG + "timezone: [UTC]\n", "7:11", "single value"),
    "feed without url": ("feeds: [{name: a}]\n", "1:9", "`url` is missing"),
    "feed that is a file": ("feeds: [file:///etc/x]\n", "1:9", "http"),
    "feed without host": ("feeds: ['https:///x']\n", "1:9", "host"),
    "feed with a space": ("feeds: [https://a.de/a b]\n", "1:9", "%20"),
    "feed with a bad port": ("feeds: ['https://a.de:x/']\n", "1:9", "[Pp]ort"),
    "feed named twice": (
        "feeds:\n- {url: http://a.de/x, name: b}\n- {url: http://a.de/y, name: b}\n",
        "3:30",
        "line 2",
    ),
    "same slug": ("feeds:\n- http://a.de/x.xml\n- http://a.de/x.rss\n", "3:3", "name:"),
    "template that is unknown": (
        "feeds: []\nchannels: {a: {urls: [json://h], template: b}}\n",
        "2:44",
        "no template `b`",
    ),
    "template of nothing": ("feeds: []\ntemplates: {kurz: {}}\n", "2:19", "`body`"),
    "template with an unknown value": (
        "feeds: []\ntemplates:\n  kurz:\n    body: |\n      at\n      {{ tmie }}\n",
        "6:10",
        "did you mean `time`",
    ),
    "template that never ends": (
        "feeds: []\ntemplates:\n  kurz:\n    body: |\n      a\n      {{ title\n",
        "6:7",
        "unexpected end of template",
    ),
    "template that could run for ever": (
        "feeds: []\ntemplates:\n  kurz:\n    title: 'a {{ 9 ** 99 }}'\n",
        "4:13",
        "`pow` is not possible",
    ),
    "bad feed name": ("feeds: [{url: http://a.de/x, name: a b}]\n", "1:36", "spaces"),
    "name with minus": ("feeds: [{url: http://a.de/x, name: -b}]\n", "1:36", "begins"),
    "bad reference": ("feeds: ['http://a.de/${a b}']\n", "1:9", r"\$\{NAME\}"),
    "bad header": (
        "feeds: [{url: http://a.de/x, headers: {a b: c}}]\n",
        "1:40",
        "header",
    ),
    "interval of nothing": (CONFIG + "    every: 0s\n", "7:12", "1s"),
    "unknown identity": (CONFIG + "    identity: links\n", "7:15", "`link`"),
    "unit missing": (CONFIG + "    every: 5\n", "7:12", "30s"),
    "absurd duration": (CONFIG + "    lookback: 99999w\n", "7:15", "duration"),
    "unknown charset": (CONFIG + "    encoding: utf8000\n", "7:15", "windows-1251"),
    "no charset": (CONFIG + "    encoding: punycode\n", "7:15", "utf-8"),
    "hidden markup": (CONFIG + "    encoding: utf-7\n", "7:15", "charset"),
    "unknown kind": (CONFIG + "    kind: sitemaps\n", "7:11", "`sitemap`"),
    "bad size": (CONFIG + "poll: {max_body: 16 MBit}\n", "7:18", "16MB"),
    "tiny size": (CONFIG + "poll: {max_body: 16B}\n", "7:18", "1kB"),
    "bad count": (CONFIG + "poll: {concurrency: 0}\n", "7:21", "1 to 1000"),
    "bad network": (CONFIG + "poll: {allow_networks: [10/8]}\n", "7:25", "10.0.0.0/8"),
    "host bits": (
        CONFIG + "poll: {allow_networks: [10.1.2.3/8]}\n",
        "7:25",
        "did you mean `10.0.0.0/8`",
    ),
    "bad proxy": (CONFIG + "poll: {proxy: 'socks5://a:1'}\n", "7:15", "http"),
    "no ca file": (CONFIG + "poll: {ca_file: ca.pem}\n", "7:17", "ca.pem"),
    "contact with umlaut": (CONFIG + "poll: {contact: Müller}\n", "7:17", "ASCII"),
    "no address to listen at": (
        CONFIG + "websub: {listen: 'here:80', public_url: 'https://a.de'}\n",
        "7:18",
        "127.0.0.1:8090",
    ),
    "port 0 to listen at": (
        CONFIG + "websub: {listen: '127.0.0.1:0', public_url: 'https://a.de'}\n",
        "7:18",
        "127.0.0.1:8090",
    ),
    "port of letters": (
        CONFIG + "websub: {listen: '127.0.0.1:http', public_url: 'https://a.de'}\n",
        "7:18",
        "127.0.0.1:8090",
    ),
    "public URL with a secret": (
        CONFIG + "websub: {listen: '127.0.0.1:1', public_url: 'https://a.de/${X}'}\n",
        "7:45",
        "without",
    ),
    "no public URL": (
        CONFIG + "websub: {listen: '127.0.0.1:1'}\n",
        "7:9",
        "public_url",
    ),
    "other database": (CONFIG + "database: postgresql:///x\n", "7:11", "SQLite"),
    "database without file": (CONFIG + "database: sqlite://\n", "7:11", "slashes"),
    "no such rules": (CONFIG + "rules: nowhere\n", "7:8", "config/nowhere"),
    "channel without URL": ("channels: {a: []}\nfeeds: []\n", "1:15", "at least one"),
    "empty channel": ("channels: {a: ''}\nfeeds: []\n", "1:15", "URL"),
    "channel of nothing": ("channels:\n  a:\nfeeds: []\n", "2:5", "nothing"),
    "unknown key of a channel": (
        "channels: {a: {ulrs: [console://]}}\nfeeds: []\n",
        "1:16",
        "`urls`",
    ),
    "a later key": (CONFIG + "metrics: true\n", "7:1", "known are `database`"),
}


@pytest.mark.parametrize("name", CONFIGS)
def test_config_error(tmp_path: Path, name: str) -> None:
    text, place, says = CONFIGS[name]
    folder = ConfigFolder(tmp_path)
    folder.config(text)
    folder.rules(RULES)
    loaded = folder.load()
    assert loaded.settings is None
    assert not loaded.is_usable
    assert places(loaded) == [f"monitor.yaml:{place}"], texts(loaded)
    assert re.search(says, texts(loaded)), texts(loaded)


RULE_FILES = {
    "empty": ("\n", "1:1", "empty"),
    "a list": ("- a\n", "1:1", "mapping"),
    "no query": ("rules:\n  a: {feeds: [example]}\n", "2:6", "`query` is missing"),
    "nothing": ("rules:\n  a:\n", "2:5", "nothing"),
    "only a comment": ("rules:\n  a: # Foo\n", "2:5", "query: >-"),
    "a list for a query": ("rules:\n  a: [Foo]\n", "2:6", "query: >-"),
    "block indicator": ("rules:\n  a: > Foo\n", "2:8", "query: >-"),
    "tag": ("rules:\n  a: !Sport Foo\n", "2:6", "query: >-"),
    "anchor": ("rules:\n  a: &Foo Bar\n", "2:6", "query: >-"),
    "percent": ("rules:\n  a: %Foo\n", "2:6", "YAML.*query: >-"),
    "two colons": ("rules:\n  a: title: Foo\n", "2:11", "quotes"),
    "quotes taken": ('rules:\n  a: "schwere Waffen"\n', "2:15", "query: >-"),
    "error in a list": (
        'lists:\n  a: [Baku, "x ("]\nrules:\n  b: $a\n  c: NOT $a AND Baku\n',
        "2:16",
        "closed",
    ),
    "empty list": ("lists: {a: []}\nrules: {b: $a}\n", "1:12", "at least one"),
    "list in a list": ("lists: {a: [[b]]}\nrules: {b: $a}\n", "1:13", "single"),
    "bad list name": ("lists: {a b: [c]}\n", "1:9", "name"),
    "unknown list in a list": ("lists: {a: [$b]}\nrules: {b: $a}\n", "1:13", r"\$b"),
    "unknown tag": ("rules:\n  a: {query: b, feeds: [-tag:dee]}\n", "2:25", "`de`"),
    "unknown contact": ("contact: nwsroom\nrules: {a: b}\n", "1:10", "newsroom"),
    "no channel": ("rules:\n  a: {query: b, channels: []}\n", "2:27", "at least one"),
    "wrong field in a test": (
        "rules:\n  a: {query: b, should_match: [{titel: b}]}\n",
        "2:33",
        "`title`",
    ),
    "failing example": (
        "rules:\n  a: {query: Baku, should_not_match: [{summary: In Baku}]}\n",
        "2:39",
        "`Baku`",
    ),
    "negation bound to a wrong feed": (
        "rules:\n  a: {query: NOT Sport, feeds: [exmple]}\n",
        "2:33",
        "`example`",
    ),
}


@pytest.mark.parametrize("name", RULE_FILES)
def test_rule_file_error(tmp_path: Path, name: str) -> None:
    text, place, says = RULE_FILES[name]
    folder = ConfigFolder(tmp_path)
    folder.rules(text)
    loaded = folder.load()
    assert loaded.settings is not None
    assert not loaded.is_usable
    assert places(loaded) == [f"rules.yaml:{place}"], texts(loaded)
    assert re.search(says, texts(loaded)), texts(loaded)


def test_all_errors_of_one_file_at_once(tmp_path: Path) -> None:
    folder = ConfigFolder(tmp_path)
    folder.config(CONFIG + "    evry: 5m\npoll: {floor: x, max: 1}\nops: [nobody]\n")
    folder.rules(
        "list: {a: [b]}\ncontact: nobody\nrules:\n  a: Baku AND\n"
        "  b: {query: Baku und x, channels: [none], priority: no}\n"
        "  a: c\n  d: $unknown\n"
    )
    assert places(folder.load()) == [
        "monitor.yaml:7:5",
        "monitor.yaml:8:15",
        "monitor.yaml:8:18",
        "monitor.yaml:9:7",
        "rules.yaml:1:1",
        "rules.yaml:2:10",
        "rules.yaml:4:11",
        "rules.yaml:5:19",
        "rules.yaml:5:37",
        "rules.yaml:5:54",
        "rules.yaml:6:3",
    ]


def test_broken_config_says_nothing_false_about_rules(tmp_path: Path) -> None:
    folder = ConfigFolder(tmp_path)
    folder.rules("rules:\n  a: {query: b, channels: [newsroom], feeds: [example]}\n")
    aliased = CONFIG.replace("\n  newsroom: json://127.0.0.1:9/x", " *x")
    for broken in ("chanels: {}\nfeeds: []\n", "feeds: [", aliased, ""):
        folder.config(broken)
        assert not [p for p in places(folder.load()) if p.startswith("rules")]


def test_comment_behind_a_query(tmp_path: Path) -> None:
    folder = ConfigFolder(tmp_path)
    folder.rules("rules:\n  a: Baku AND Öl  # a remark\n  b: Baku #Öl\n")
    loaded = folder.load()
    assert loaded.is_usable
    assert places(loaded, Severity.WARNING) == ["rules.yaml:3:6"]
    assert "`#Öl`" in texts(loaded)


def test_warnings_leave_a_configuration_usable(tmp_path: Path) -> None:
    folder = ConfigFolder(tmp_path)
    folder.config(
        "feeds:\n- http://a.de/x\n- {url: 'http://a.de/x#top', name: y}\n"
        "- https://me:sesame@b.de/\n"
    )
    folder.rules(RULES)
    loaded = folder.load()
    assert loaded.is_usable
    assert places(loaded, Severity.WARNING) == ["monitor.yaml:3:9", "monitor.yaml:4:3"]
    assert "sesame" not in loaded.diagnostics[-1].source_line


def test_channel_secrets_are_masked_in_the_line_shown(tmp_path: Path) -> None:
    folder = ConfigFolder(tmp_path)
    folder.config(
        "channels: {a: 'slak://T0K3Nabc/B0TT0M12/topsecretsecret', b: }\nfeeds: []\n"
    )
    folder.rules(RULES)
    for found in folder.load().diagnostics:
        assert "T0K3Nabc" not in found.source_line
        assert "topsecret" not in found.source_line
        assert "slak://********/" in found.source_line


def test_unset_secrets_are_notes_or_errors(tmp_path: Path) -> None:
    folder = ConfigFolder(tmp_path, environ={"KNOWN": "yes"})
    folder.config(
        "channels:\n  a: ${SLACK}\n  b: [console://, 'slack://${KNOWN}/ü${FOO}']\n"
        "  c: {urls: ['${file:gone}']}\npoll: {proxy: 'http://${P}@h:1'}\nfeeds:\n"
        "- http://a.de/?k=${KEY}\n- {url: http://b.de, headers: {A: 'x ${B}'}}\n"
    )
    folder.rules(RULES)
    expected = [
        f"monitor.yaml:{p}" for p in ("2:6", "3:38", "4:15", "5:23", "7:18", "8:38")
    ]
    loaded = folder.load()
    assert places(loaded, Severity.NOTE) == expected
    assert loaded.is_usable
    assert places(folder.load(check_secrets=True)) == expected


@pytest.mark.parametrize(
    ("content", "place"),
    [(b"feeds:\n- \xff", "2:3"), ("feeds: []".encode("utf-16"), "1:1")],
)
def test_file_that_is_not_utf_8(tmp_path: Path, content: bytes, place: str) -> None:
    folder = ConfigFolder(tmp_path)
    folder.path.write_bytes(content)
    loaded = folder.load()
    assert places(loaded) == [f"monitor.yaml:{place}"]
    assert "UTF-8" in texts(loaded)


def test_byte_order_mark_does_not_count(tmp_path: Path) -> None:
    folder = ConfigFolder(tmp_path)
    folder.path.write_bytes(b"\xef\xbb\xbfops: [x]\r\nfeeds: []\r\n")
    assert places(folder.load()) == ["monitor.yaml:1:7"]


def test_file_that_cannot_be_read(tmp_path: Path) -> None:
    folder = ConfigFolder(tmp_path)
    (tmp_path / "rules" / "a.yaml").symlink_to("nowhere")
    (tmp_path / "rules" / "b.yaml").mkdir()
    loaded = folder.load()
    assert places(loaded) == ["a.yaml:1:1", "b.yaml:1:1"]
    assert "No such file" in texts(loaded)
    folder.path.unlink()
    assert places(folder.load()) == ["monitor.yaml:1:1"]


def test_the_console_takes_no_template(tmp_path: Path) -> None:
    folder = ConfigFolder(tmp_path)
    folder.config(
        "channels: {a: {urls: ['console://'], template: kurz}}\n"
        "templates: {kurz: {body: x}}\nfeeds: [http://a.de/x]\n"
    )
    loaded = folder.load()
    assert loaded.settings is not None
    assert places(loaded, Severity.WARNING) == ["monitor.yaml:1:48"]
