"""A secret is found nowhere: not in the log, the database, an error or the output."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from conftest import configured
from feedsite import FeedSite, LiveFeed
from harness import Daemon, Project, said, wait_until
from hostile import answers, redirects
from receivers import Webhook, free_port

TITLE = "Aserbaidschan erwägt Waffenlieferungen an Kiew"
SOON = 15.0

# One for each place; no two alike, none a word that appears by itself.
USER, PASSWORD = "us3rQx71", "p4ssWq82"
PATH_TOKEN, QUERY_TOKEN = "t0kenPz93", "qu3ryKj04"
FILE_TOKEN, CREDENTIAL_TOKEN = "f1leVb15", "cr3dHn26"
LITERAL_USER, LITERAL_PASSWORD = "l1tusMr37", "l1tpwGs48"
LITERAL_PATH, LITERAL_QUERY = "l1tpaFt59", "l1tquDy60"
KEY, HEADER = "f33dkeyLw71", "h3aderXc82"
SECRETS = {
    name: value
    for name, value in globals().items()
    if name.isupper() and isinstance(value, str) and name != "TITLE"
}
PLACES = (
    f"/env/{PATH_TOKEN}",
    f"/{FILE_TOKEN}",
    f"/{CREDENTIAL_TOKEN}",
    f"/lit/{LITERAL_PATH}",
)
COMMANDS = [
    "feeds list --json",
    "channels list",
    "channels list --json",
    "rules list --json",
    "alerts list --json",
    "alerts show 1 --json",
    "why 1 --json",
    "status",
    "check --secrets",
    "channels test",
]


@dataclass
class Vault:
    """A project full of secrets, and everything it ever said."""

    project: Project
    site: FeedSite
    webhook: Webhook
    feed: LiveFeed
    said: list[str] = field(default_factory=list)

    def run(self, *args: str) -> str:
        done = self.project.run(*args)
        assert done.returncode in (0, 1, 2)
        assert "Traceback" not in done.stderr, said(done)
        self.said.append(done.stdout + done.stderr)
        return self.said[-1]

    def poll(self, form: str = "json") -> None:
        arguments = ("--log-level", "debug", "--log-format", form)
        self.run("poll", "--all", "--wait", "0s", *arguments)

    def everything(self) -> str:
        """Return all that was said and stored; the files that hold secrets are out."""
        state = self.project.database.parent.iterdir()
        stored = [path.read_bytes().decode("utf-8", "replace") for path in state]
        return "\n".join([*self.said, *stored])

    def leaks(self) -> list[str]:
        """Return the names of the secrets that stand somewhere in all that."""
        text = self.everything()
        return [name for name, value in SECRETS.items() if value in text]


def place(webhook: Webhook, path: str) -> str:
    return f"127.0.0.1:{webhook.port}{path}"


@pytest.fixture
def vault(tmp_path: Path, site: FeedSite, webhook: Webhook) -> Iterator[Vault]:
    feed = site.feed("keyed")
    project = configured(tmp_path, "console://", "console://", feed.url)
    credentials = tmp_path / "home" / "credentials"
    credentials.mkdir()
    (credentials / "desk").write_text(f"json://{place(webhook, PLACES[2])}")
    (tmp_path / "home" / "url").write_text(f"json://{place(webhook, PLACES[1])}\n")
    target = place(webhook, PLACES[0])
    project.env |= {
        "DESK_URL": f"json://{USER}:{PASSWORD}@{target}/?+X-Key={QUERY_TOKEN}",
        "CREDENTIALS_DIRECTORY": str(credentials),
        "KEY": KEY,
        "TOKEN": HEADER,
    }
    literal = place(webhook, f"{PLACES[3]}/?+X-Key={LITERAL_QUERY}")
    project.configure(
        channels={
            "env": "${DESK_URL}",
            "file": f"${{file:{tmp_path}/home/url}}",
            "cred": "${credential:desk}",
            "literal": f"json://{LITERAL_USER}:{LITERAL_PASSWORD}@{literal}",
        },
        ops=["env"],
        defaults={
            "feed": {"every": "1s", "lookback": "1h"},
            "rule": {"channels": ["env", "file", "cred", "literal"]},
        },
        feeds=[
            {
                "url": f"{feed.url}?key=${{KEY}}",
                "name": "news",
                "headers": {"Authorization": "Bearer ${TOKEN}", "X-Odd": "v1"},
            }
        ],
    )
    vault = Vault(project, site, webhook, feed)
    yield vault
    assert vault.leaks() == []


def test_secrets_are_used_and_shown_nowhere(vault: Vault) -> None:
    vault.feed.publish(TITLE)
    vault.poll("text")
    for path in PLACES:
        assert len(vault.webhook.accepted[path]) == 1, vault.said[-2:]
    path, sent = vault.site.requests[0]
    assert path == f"/keyed?key={KEY}"
    assert sent["Authorization"] == f"Bearer {HEADER}"
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda command: vault.run(*command.split()), COMMANDS))
    assert any("${KEY}" in text for text in vault.said), "shown unexpanded"


def test_failing_channels_do_not_tell(vault: Vault) -> None:
    env, port = vault.project.env, str(vault.webhook.port)
    env["DESK_URL"] = env["DESK_URL"].replace(port, str(free_port()))
    for path, answer in zip(PLACES[1:], (500, 404, 400), strict=True):
        vault.webhook.always[path] = answer
    vault.feed.publish(TITLE)
    vault.poll()
    vault.webhook.always[PLACES[1]] = (302, {"Location": "/x"})
    vault.poll("text")
    commands = ["alerts show 1", "channels list --json", "channels test --json"]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda command: vault.run(*command.split()), commands))


def test_failing_feeds_do_not_tell(vault: Vault) -> None:
    body = f"key={KEY} {HEADER}".encode()
    pages = {
        "e500": answers(500, body),
        "e404": answers(404, body),
        "loop": redirects(f"/loop?key={KEY}"),
        "private": redirects(f"http://10.0.0.1/?key={KEY}"),
        "odd": redirects(f"file:///{KEY}"),
        "html": answers(200, b"<html><body>" + body),
        "noise": answers(200, b"\x00" + body),
        "xml": answers(200, b"<x>" + body),
    }
    urls = {name: vault.site.serve(f"/{name}", page) for name, page in pages.items()}
    urls["closed"] = f"http://127.0.0.1:{free_port()}/"
    headers = {"Authorization": "${TOKEN}"}
    vault.project.configure(
        feeds=[
            {"name": name, "url": f"{url}?key=${{KEY}}", "headers": headers}
            for name, url in urls.items()
        ]
    )
    vault.poll()
    vault.poll("text")
    rows = vault.run("feeds", "list", "--json").splitlines()
    assert {json.loads(row)["status"] for row in rows} == {"failing"}


def test_unset_and_unusable_secrets_are_named_only(vault: Vault) -> None:
    del vault.project.env["KEY"]
    vault.project.env["DESK_URL"] = f"slak://{USER}/{PASSWORD}"
    vault.feed.publish(TITLE)
    vault.poll()
    vault.run("channels", "test", "env")
    assert "KEY" in str(vault.project.row("feeds", "list", name="news")["error"])


def test_header_is_sent_to_its_origin_only(vault: Vault) -> None:
    with FeedSite() as elsewhere:
        far = elsewhere.feed("moved")
        far.publish(TITLE)
        vault.site.serve("/keyed", redirects(far.url, 301))
        vault.poll()
        assert elsewhere.asked("/moved") == 1
        ((_, sent),) = elsewhere.requests
        assert not {"Authorization", "X-Odd", "Referer", "Cookie"} & set(sent)
        assert KEY not in json.dumps(elsewhere.requests)


def test_permanent_redirect_stores_no_expanded_url(vault: Vault) -> None:
    vault.site.feed("moved").publish(TITLE)
    vault.site.serve("/keyed", redirects(f"/moved?key={KEY}", 301))
    with Daemon(vault.project, "--log-level", "debug") as daemon:
        asked = lambda: vault.site.asked("/moved")  # noqa: E731
        assert vault.site.wait(lambda: asked() >= 5, 2 * SOON), daemon.text()
        vault.said.append(vault.everything())
    vault.said.append(daemon.text())


def test_daemon_at_debug_does_not_tell(vault: Vault) -> None:
    vault.webhook.always[PLACES[3]] = 500
    with Daemon(vault.project, "--log-level", "debug") as daemon:
        vault.feed.publish(TITLE)
        for path in PLACES[:3]:
            assert vault.webhook.wait_for(path, 1, SOON), daemon.text()
        assert wait_until(lambda: "500" in daemon.logged(), SOON), daemon.text()
        vault.project.configure(nonsense="1")
        assert daemon.says("READY=1", 2), daemon.text()
        vault.said.append(vault.everything())  # with the write-ahead log still open
    vault.said.append(daemon.text())


def test_refused_channel_url_is_not_shown(vault: Vault) -> None:
    rest = f"{LITERAL_USER}:{LITERAL_PASSWORD}@127.0.0.1/{LITERAL_PATH}"
    unknown = f"slak://{rest}?x={LITERAL_QUERY}"
    refused = f"json://{rest}?retry=3&x={LITERAL_QUERY}"
    channels = dict(vault.project.settings["channels"])  # type: ignore[call-overload]
    vault.project.configure(channels=channels | {"a": unknown, "b": refused})
    for command in ("check", "poll", "run"):
        assert vault.run(command).count(": error: ") == 2


@pytest.mark.parametrize(
    "channel",
    [
        f'"json://{LITERAL_USER}:{LITERAL_PASSWORD}@h/{LITERAL_PATH}',
        f"{{url: 'json://{LITERAL_USER}@h/{LITERAL_PATH}'}}",
        f"json://{LITERAL_USER}@h/{LITERAL_PATH}: x",
    ],
)
def test_broken_yaml_beside_a_secret_does_not_show_it(
    vault: Vault, channel: str
) -> None:
    text = f"channels:\n  desk: {channel}\nfeeds: []\n"
    vault.project.config.write_text(text, encoding="utf-8")
    assert ": error: " in vault.run("check")
