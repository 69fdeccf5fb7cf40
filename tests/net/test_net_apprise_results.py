"""How an attempt over HTTP is judged."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from datetime import timedelta
from email.utils import formatdate

import pytest
import trustme
from net_senders import HTML, TELEGRAM, TEXT, opened
from net_services import Answer, Service, free_port

from monitor.model import (
    Rendered,
    SendOutcome,
    SendResult,
)
from monitor.testing import START


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as running:
        yield running


def answered(service: Service, answer: Answer, rendered: Rendered = TEXT) -> SendResult:
    service.script = [answer, answer]
    return opened(service.channel()).send(rendered)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (201, SendOutcome.SENT),
        (400, SendOutcome.MESSAGE_REFUSED),
        (413, SendOutcome.MESSAGE_REFUSED),
        (422, SendOutcome.MESSAGE_REFUSED),
        (401, SendOutcome.CHANNEL_BROKEN),
        (403, SendOutcome.CHANNEL_BROKEN),
        (404, SendOutcome.CHANNEL_BROKEN),
        (405, SendOutcome.CHANNEL_BROKEN),
        (410, SendOutcome.CHANNEL_BROKEN),
        (501, SendOutcome.CHANNEL_BROKEN),
        (408, SendOutcome.RETRY),
        (425, SendOutcome.RETRY),
        (429, SendOutcome.RETRY),
        (500, SendOutcome.RETRY),
        (502, SendOutcome.RETRY),
        (503, SendOutcome.RETRY),
        (599, SendOutcome.RETRY),
        (504, SendOutcome.UNKNOWN),
    ],
)
def test_trap_8_the_status_decides(
    service: Service, status: int, outcome: SendOutcome
) -> None:
    result = answered(service, Answer(status))
    assert (result.outcome, result.status) == (outcome, status)
    if outcome is not SendOutcome.SENT:
        assert f"HTTP {status}" in result.detail


@pytest.mark.parametrize(
    ("headers", "body", "wait"),
    [
        ((("Retry-After", "120"),), "", 120),
        ((("Retry-After", " 1.5 "),), "", 1.5),
        ((("Retry-After", "9" * 15),), "", 7 * 86400),
        ((("Retry-After", "9" * 40),), "", None),
        ((("Retry-After", "-5"),), "", None),
        ((("Retry-After", "soon"),), "", None),
        ((("Retry-After", "Mon, 32 Foo 2026"),), "", None),
        ((), '{"ok": false, "parameters": {"retry_after": 31}}', 31),
        ((), '{"retry_after": 0.65, "global": false}', 0.65),
        ((), "[1]", None),
        ((), "[" * 5000, None),
        ((), "", None),
    ],
)
def test_trap_8_the_wait_that_a_service_asks_for(
    service: Service,
    headers: tuple[tuple[str, str], ...],
    body: str,
    wait: float | None,
) -> None:
    result = answered(service, Answer(429, body, headers))
    expected = None if wait is None else timedelta(seconds=wait)
    assert result.retry_after == expected


@pytest.mark.parametrize(("ahead", "wait"), [(90, 90), (-90, 0), (10**8, 7 * 86400)])
def test_a_date_is_read_against_the_servers_own_clock(
    service: Service, ahead: int, wait: int
) -> None:
    years_ago = 10**9
    headers = (
        ("Date", formatdate(years_ago, usegmt=True)),
        ("Retry-After", formatdate(years_ago + ahead, usegmt=True)),
    )
    result = answered(service, Answer(503, "", headers))
    assert result.retry_after == timedelta(seconds=wait)


@pytest.mark.parametrize(("ahead", "wait"), [(90, 90), (-90, 0), (10**8, 7 * 86400)])
def test_a_date_is_read_against_our_clock_if_the_server_does_not_show_its_own(
    service: Service, ahead: int, wait: int
) -> None:
    date = formatdate(START.timestamp() + ahead, usegmt=True)
    result = answered(service, Answer(503, "", (("Retry-After", date),)))
    assert result.retry_after == timedelta(seconds=wait)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, SendOutcome.UNKNOWN),
        (400, SendOutcome.MESSAGE_REFUSED),
        (401, SendOutcome.CHANNEL_BROKEN),
        (503, SendOutcome.RETRY),
    ],
)
def test_a_refusal_counts_though_its_body_breaks_off(
    service: Service, status: int, outcome: SendOutcome
) -> None:
    headers = (("Retry-After", "37"),)
    result = answered(service, Answer(status, "half of", headers, missing=99))
    assert result.outcome is outcome
    if status >= 400:
        assert (result.status, result.detail) == (status, f"HTTP {status}")
        assert result.retry_after == timedelta(seconds=37)


def test_a_service_says_why(service: Service) -> None:
    body = '{"ok": false, "error_code": 400, "description": "Bad: SECRET\\n  parse"}'
    result = answered(service, Answer(400, body))
    assert result.detail == "HTTP 400: Bad: *** parse"
    assert answered(service, Answer(400, "<html>x</html>")).detail == "HTTP 400"
    assert answered(service, Answer(400, " {}")).detail == "HTTP 400"
    assert len(answered(service, Answer(400, "x" * 9000)).detail) < 300


def test_telegram_says_400_and_means_the_chat(service: Service) -> None:
    body = '{"ok": false, "description": "Bad Request: chat not found"}'
    service.script = [Answer(400, body)]
    result = opened(TELEGRAM, service, "notify_url").send(HTML)
    assert result.outcome is SendOutcome.CHANNEL_BROKEN


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ('{"ok": false, "error": "invalid_auth"}', SendOutcome.CHANNEL_BROKEN),
        ('{"ok": false, "error": "fatal_error"}', SendOutcome.UNKNOWN),
        ("<html>log in first</html>", SendOutcome.UNKNOWN),
    ],
)
def test_200_without_the_senders_consent_is_not_sent(
    service: Service, body: str, outcome: SendOutcome
) -> None:
    service.script = [Answer(200, body)]
    channel = opened("slack://xoxb-1234-1234-4ddbc191d40ee098cbaae6f3523ada2d/#general")
    channel._sender.api_url = service.url + "/{}"
    assert channel.send(TEXT).outcome is outcome


def test_nobody_listens_is_tried_again() -> None:
    result = opened(f"json://127.0.0.1:{free_port()}/SECRET").send(TEXT)
    assert result == SendResult(SendOutcome.RETRY, detail="no connection")


def test_an_answer_that_does_not_come_may_have_arrived(service: Service) -> None:
    service.script = [Answer(hangs=True)]
    result = opened(service.channel() + "?rto=0.2").send(TEXT)
    assert result == SendResult(SendOutcome.UNKNOWN, detail="no answer in time")


def test_a_connection_that_breaks_off_may_have_arrived(service: Service) -> None:
    service.script = [Answer(drops=True)]
    result = opened(service.channel()).send(TEXT)
    assert result == SendResult(SendOutcome.UNKNOWN, detail="connection broken off")


def test_a_server_that_speaks_no_tls(service: Service) -> None:
    result = opened(service.channel().replace("json://", "jsons://")).send(TEXT)
    assert result.outcome is SendOutcome.RETRY
    assert result.detail == "no encrypted connection"


def test_a_certificate_is_put_right_by_people(tls_service: int) -> None:
    result = opened(f"jsons://127.0.0.1:{tls_service}/").send(TEXT)
    assert result.outcome is SendOutcome.CHANNEL_BROKEN
    assert result.detail == "certificate not valid"


@pytest.fixture
def tls_service() -> Iterator[int]:
    """Yield the port of a server with a certificate that nobody has signed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with Service() as running:
        running._server.socket = context.wrap_socket(
            running._server.socket, server_side=True
        )
        yield running.port


def test_a_sender_that_fails_in_its_own_way_is_tried_again() -> None:
    channel = opened("json://h")

    def explode(**_: object) -> bool:
        raise KeyError("SECRET")

    channel._sender.notify = explode
    result = channel.send(TEXT)
    assert result.outcome is SendOutcome.RETRY
    assert result.detail == "the sender failed (KeyError)"


def test_a_sender_that_says_no_is_quoted() -> None:
    channel = opened("ntfy://127.0.0.1/news")
    channel._sender.topics.clear()
    result = channel.send(TEXT)
    assert result.outcome is SendOutcome.RETRY
    assert result.detail == "There are no ntfy topics to notify"
    channel._sender.notify = lambda **_: False
    assert "did not say why" in channel.send(TEXT).detail


def test_threads_see_only_their_own_exchanges(service: Service) -> None:
    service.script = [Answer(hangs=True)]
    slow: list[SendResult] = []
    channel = opened(service.channel("/slow") + "?rto=5")
    thread = threading.Thread(target=lambda: slow.append(channel.send(TEXT)))
    thread.start()
    assert service.got_one.wait(10)
    assert opened(service.channel("/quick")).send(TEXT).status == 200
    service.released.set()
    thread.join()
    assert slow[0].outcome is SendOutcome.UNKNOWN
