"""What arrives through a real sender."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from net_senders import DISCORD, SLACK, TELEGRAM, TEXT, opened
from net_services import Answer, Service

from monitor.alerts import render
from monitor.model import (
    BodyFormat,
    Form,
    Message,
    MessageKind,
    Priority,
    Rendered,
    SendOutcome,
)


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as running:
        yield running


def test_json_arrives_as_it_was_rendered(service: Service) -> None:
    channel = opened(service.channel())
    assert channel.form is Form.JSON
    result = channel.send(TEXT)
    assert (result.outcome, result.status) == (SendOutcome.SENT, 200)
    (request,) = service.received
    assert request.json["title"] == TEXT.title
    assert request.json["message"] == TEXT.body
    assert request.json["type"] == "info"
    assert request.headers["User-Agent"] == "feed monitor"


def test_what_is_urgent_has_a_type_of_its_own(service: Service) -> None:
    urgent = Rendered("T", "B", BodyFormat.TEXT, Priority.URGENT)
    opened(service.channel()).send(urgent)
    assert service.received[0].json["type"] == "warning"


def test_trap_1_slack_is_not_made_to_call_a_channel(service: Service) -> None:
    channel = opened(SLACK, service, "webhook_url")
    assert channel.form is Form.SLACK
    hostile = Rendered("T <!here>", "<!channel> <@U1> & mehr", BodyFormat.TEXT)
    assert channel.send(hostile).outcome is SendOutcome.SENT
    said = service.received[0].body
    assert "&lt;!channel&gt; &lt;@U1&gt; &amp; mehr" in said
    assert "&lt;!here&gt;" in said
    assert "<!" not in said
    assert "icon_url" not in service.received[0].json


def test_trap_1_telegram_gets_html_that_it_can_read(service: Service) -> None:
    channel = opened(TELEGRAM, service, "notify_url")
    assert channel.form is Form.TELEGRAM
    body = "<b>T &lt;!channel&gt;</b>\n\nB &amp;amp; <b>w</b>\nhttps://a.example/?x=1&amp;y=2"
    channel.send(Rendered("", body, BodyFormat.HTML))
    payload = service.received[0].json
    assert payload["parse_mode"] == "HTML"
    assert str(payload["text"]).replace("\r\n", "\n") == body


def test_trap_1_discord_gets_our_escapes_and_no_others(service: Service) -> None:
    channel = opened(DISCORD, service, "notify_url")
    assert channel.form is Form.DISCORD
    body = r"**w** \*a\* @" + "\u200beveryone <" + "\u200b@1>"
    channel.send(Rendered("[r] T", body, BodyFormat.TEXT))
    payload = service.received[0].json
    assert payload["content"] == f"[r] T\r\n{body}"
    assert "embeds" not in payload


@pytest.mark.parametrize(
    ("priority", "own", "header"),
    [
        (Priority.LOW, "", "low"),
        (Priority.NORMAL, "", None),
        (Priority.HIGH, "", "high"),
        (Priority.URGENT, "", "max"),
        (Priority.URGENT, "?priority=low", "low"),
    ],
)
def test_ntfy_gets_the_priority_unless_the_url_has_its_own(
    service: Service, priority: Priority, own: str, header: str | None
) -> None:
    channel = opened(f"ntfy://127.0.0.1:{service.port}/news{own}")
    assert channel.form is Form.NTFY
    link = "https://news.example/1?a=b&c=d"
    channel.send(Rendered("T", "B", BodyFormat.TEXT, priority, link))
    channel.send(Rendered("T", "B", BodyFormat.TEXT, priority, "https://a/%C3%BC"))
    first, second = service.received
    assert first.headers.get("X-Priority") == header
    assert second.headers.get("X-Priority") == header
    assert first.headers["X-Click"] == link
    assert "X-Click" not in second.headers, "it would be escaped twice"
    assert (first.json["title"], first.json["message"]) == ("T", "B")


def test_ntfy_keeps_a_click_of_the_url(service: Service) -> None:
    url = f"ntfy://127.0.0.1:{service.port}/news?click=https://desk.example/"
    link = "https://news.example/1"
    opened(url).send(Rendered("T", "B", BodyFormat.TEXT, link=link))
    assert service.received[0].headers["X-Click"] == "https://desk.example/"


def test_trap_2_a_rate_limit_of_discord_does_not_hold_the_thread(
    service: Service,
) -> None:
    limit = (
        ("X-RateLimit-Remaining", "0"),
        ("X-RateLimit-Reset", str(int(time.time()) + 3600)),  # noqa: TID251
        ("Retry-After", "37"),
    )
    service.script = [Answer(429, "{}", limit)] * 3
    result = opened(DISCORD, service, "notify_url").send(TEXT)
    assert result.outcome is SendOutcome.RETRY
    assert result.retry_after == timedelta(seconds=37)


def test_trap_5_timeouts_are_ours_unless_the_url_has_its_own() -> None:
    assert timeouts("json://h") == (5, 15)
    assert timeouts("json://h?cto=3&rto=9") == (3, 9)
    assert timeouts("mailto://u:p@example.org")[0] == 15


def timeouts(url: str) -> tuple[float, float]:
    connect, read = opened(url)._sender.request_timeout
    return connect, read


def test_trap_6_what_is_too_long_is_cut_by_us_and_by_nobody_else(
    service: Service,
) -> None:
    long = Message(MessageKind.OPS, "Titel", text="Wort & " * 5000)
    now = datetime(2026, 1, 5, tzinfo=UTC)
    rendered = render(long, Form.TELEGRAM, created_at=now, now=now, zone=UTC)
    channel = opened(TELEGRAM, service, "notify_url")
    assert channel.send(rendered).outcome is SendOutcome.SENT
    (request,) = service.received
    assert len(str(request.json["text"])) <= 4096
    assert len(str(request.json["text"])) > 3000


def test_trap_7_a_redirect_is_not_followed(service: Service) -> None:
    elsewhere = (("Location", f"{service.url}/elsewhere"),)
    service.script = [Answer(302, "", elsewhere)]
    result = opened(service.channel()).send(TEXT)
    assert result.outcome is SendOutcome.CHANNEL_BROKEN
    assert "redirect" in result.detail
    assert [request.path for request in service.received] == ["/desk"]


def test_trap_9_debug_logs_hold_no_token(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("apprise").setLevel(logging.DEBUG)
    service.script = [Answer(500)]
    opened(f"json://user:SECRET@127.0.0.1:{service.port}/desk").send(TEXT)
    ours = [r for r in caplog.records if r.name == "apprise"]
    assert [r.levelname for r in ours] == ["WARNING"]
    assert "SECRET" not in ours[0].getMessage()
