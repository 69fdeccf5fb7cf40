"""One attempt through a real sender: what arrives, and how it is judged."""

from __future__ import annotations

import logging
import re
import socket
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from email.utils import formatdate
from pathlib import Path

import pytest
from net_services import Answer, MailServer, Service, free_port

from monitor.errors import ChannelError
from monitor.model import (
    BodyFormat,
    Form,
    Priority,
    Rendered,
    SendOutcome,
    SendResult,
)
from monitor.net.apprise_channel import AppriseChannel, check_url

TEXT = Rendered("Titel", "Erste Zeile\nhttps://news.example/1?a=b&c=d", BodyFormat.TEXT)
HTML = Rendered(
    "[waffen] Titel <ä>",
    "Baku <strong>liefert</strong> &lt;!channel&gt;<br>\n<br>\n"
    '<a href="https://news.example/1?a=b&amp;c=d">'
    "https://news.example/1?a=b&amp;c=d</a><br>\nalert 12",
    BodyFormat.HTML,
)
SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7"
TELEGRAM = "tgram://123456789:abcdefg_hijklmnop/12315544/"
DISCORD = "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js"


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as running:
        yield running


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


def opened(
    url: str, service: Service | None = None, address: str = ""
) -> AppriseChannel:
    """Return the channel of a URL; a fixed address of a service leads to loopback."""
    channel = AppriseChannel(url, redact=lambda text: text.replace("SECRET", "***"))
    if service is not None and address:
        setattr(channel._sender, address, f"{service.url}/bot")
    return channel


def answered(service: Service, answer: Answer, rendered: Rendered = TEXT) -> SendResult:
    service.script = [answer, answer]
    return opened(service.channel()).send(rendered)


# --- what arrives -----------------------------------------------------------------


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


def parts(mail: EmailMessage) -> dict[str, str]:
    return {
        part.get_content_type(): part.get_content()
        for part in mail.walk()
        if not part.is_multipart()
    }


def test_mail_has_a_part_for_every_reader(mail: MailServer) -> None:
    channel = opened(mail.channel())
    assert channel.form is Form.EMAIL
    assert channel.send(HTML) == SendResult(SendOutcome.SENT)
    (got,) = mail.mails
    assert got["Subject"] == HTML.title
    assert got["From"] == "monitor@example.org"
    assert got["To"] == "desk@example.org"
    assert got["X-Application"] == "feed monitor"
    assert got.get_content_type() == "multipart/alternative"
    found = parts(got)
    assert "<strong>liefert</strong>" in found["text/html"]
    assert "&lt;!channel&gt;" in found["text/html"]
    plain = found["text/plain"]
    assert "Baku liefert <!channel>" in plain
    assert "https://news.example/1?a=b&c=d" in plain
    assert re.search(r"\n+alert 12", plain)


def test_bare_mail_is_text_alone(mail: MailServer) -> None:
    opened(mail.channel()).send(TEXT)
    found = parts(mail.mails[0])
    assert list(found) == ["text/plain"]
    assert "https://news.example/1?a=b&c=d" in found["text/plain"]


def test_a_subject_cannot_add_headers(mail: MailServer) -> None:
    title = "Titel\r\nBcc: x@example.org\r\n\r\nBody"
    opened(mail.channel()).send(Rendered(title, "B", BodyFormat.TEXT))
    (got,) = mail.mails
    assert got["Bcc"] is None
    assert got["Subject"] == "Titel Bcc: x@example.org Body"


def test_trap_2_no_hidden_pause_between_messages(mail: MailServer) -> None:
    channel = opened(mail.channel())
    begun = time.monotonic()
    for _ in range(3):
        assert channel.send(TEXT).outcome is SendOutcome.SENT
    assert time.monotonic() - begun < 5
    assert len(mail.mails) == 3


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


def test_trap_7_a_redirect_is_not_followed(service: Service) -> None:
    elsewhere = (("Location", f"{service.url}/elsewhere"),)
    result = answered(service, Answer(302, "", elsewhere))
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
    ours = [r.getMessage() for r in caplog.records if r.name.startswith("apprise")]
    assert not ours


# --- how it is judged ---------------------------------------------------------------


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


@pytest.mark.parametrize("ahead", [90, -90])
def test_a_date_is_read_against_the_servers_own_clock(
    service: Service, ahead: int
) -> None:
    # A server whose clock went wrong by years still means 90 s.
    headers = (
        ("Retry-After", formatdate(10**9 + ahead, usegmt=True)),
        ("X-Other", "1"),
    )
    service.script = [Answer(503, "", headers)]
    result = opened(service.channel()).send(TEXT)
    assert result.retry_after is not None
    assert result.retry_after == timedelta(0), "its Date header says 2026 and later"


def test_a_service_says_why(service: Service) -> None:
    body = '{"ok": false, "error_code": 400, "description": "Bad: SECRET\\n  parse"}'
    result = answered(service, Answer(400, body))
    assert result.detail == "HTTP 400: Bad: *** parse"
    assert answered(service, Answer(400, "<html>x</html>")).detail == "HTTP 400"
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
    import ssl  # noqa: PLC0415

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(Path(__file__).with_name("net_loopback.pem"))
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


# --- mail ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stage", "answer", "outcome"),
    [
        ("rcpt", "450 busy", SendOutcome.RETRY),
        ("rcpt", "552 mailbox full", SendOutcome.RETRY),
        ("rcpt", "550 no such user", SendOutcome.CHANNEL_BROKEN),
        ("rcpt", "530 log in first", SendOutcome.CHANNEL_BROKEN),
        ("data", "451 try later", SendOutcome.RETRY),
        ("data", "554 looks like spam", SendOutcome.MESSAGE_REFUSED),
        ("data", "552 too big", SendOutcome.MESSAGE_REFUSED),
    ],
)
def test_what_a_mail_server_refuses(
    mail: MailServer, stage: str, answer: str, outcome: SendOutcome
) -> None:
    mail.answers[stage] = answer
    result = opened(mail.channel()).send(TEXT)
    assert (result.outcome, result.status) == (outcome, int(answer[:3]))
    assert f"SMTP {answer}" in result.detail
    assert mail.mails == []


def test_a_copy_that_is_refused_does_not_repeat_the_mail(mail: MailServer) -> None:
    mail.answers["wrong@example.org"] = "550 no such user"
    result = opened(mail.channel("&cc=wrong@example.org")).send(TEXT)
    assert result.outcome is SendOutcome.SENT
    assert "not to all recipients: SMTP 550" in result.detail
    assert len(mail.mails) == 1


def test_no_mail_server_is_tried_again() -> None:
    url = f"mailto://127.0.0.1:{free_port()}?mode=insecure&from=a@b.de&to=c@d.de"
    result = opened(url).send(TEXT)
    assert result.outcome is SendOutcome.RETRY
    assert result.detail


def test_a_mail_server_without_encryption_is_for_people_to_see(
    mail: MailServer,
) -> None:
    url = mail.channel().replace("mode=insecure", "mode=starttls")
    result = opened(url).send(TEXT)
    assert result.outcome is SendOutcome.CHANNEL_BROKEN
    assert "encryption" in result.detail


@pytest.mark.parametrize(
    ("lines", "outcome"),
    [
        (["220 hi", "250 a", "250 b", "250 c", "354 go"], SendOutcome.UNKNOWN),
        (["220 hi", "250 a"], SendOutcome.RETRY),
        (["554 no service here"], SendOutcome.CHANNEL_BROKEN),
        (["421 too busy"], SendOutcome.RETRY),
        ([], SendOutcome.RETRY),
    ],
)
def test_a_mail_server_that_falls_silent(
    lines: list[str], outcome: SendOutcome
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_speak, args=(server, lines))
        thread.start()
        url = f"mailto://127.0.0.1:{server.getsockname()[1]}?mode=insecure&cto=0.4"
        result = opened(f"{url}&from=a@b.de&to=c@d.de").send(TEXT)
        thread.join()
    assert result.outcome is outcome


def _speak(server: socket.socket, lines: list[str]) -> None:
    """Answer each command with the next line, and no more after the last."""
    connection, _ = server.accept()
    with connection:
        connection.settimeout(10)
        for line in lines:
            connection.sendall(f"{line}\r\n".encode())
            connection.recv(65536)
        while connection.recv(65536):
            pass


# --- URLs ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "json://example.org/path",
        " mailtos://user:pass@example.org ",
        SLACK,
        TELEGRAM,
        DISCORD,
        "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7",
        "ntfy://localhost/topic?priority=high",
        "mailto://u:p@example.org?to=a@example.org&cc=b@example.org,c@example.org",
    ],
)
def test_good_urls(url: str) -> None:
    check_url(url)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("slak://SECRET", "slak:// is no known kind: did you mean slack://?"),
        ("consol://SECRET", "did you mean console://?"),
        ("qqqqqqqqq://SECRET", "qqqqqqqqq:// is no known kind"),
        ("SECRET", "a channel URL begins with its kind"),
        ("", "a channel URL begins with its kind"),
        ("https://example.org/SECRET", "no service is known"),
        ("slack://SECRET", "slack:// lacks a part or has a wrong one"),
        ("mailto://", "it is written like mailto://{host}"),
        ("json://", "json:// lacks a part"),
        ("mailto://u:SECRET@example.org?to=SECRET", "mailto:// lacks a part"),
        ("ntfy://", "ntfy:// names nobody"),
        ("tgram://123456789:abcdefg_SECRET/", "tgram:// names nobody"),
        ("ntfy://localhost/SECRET/b", "names 2 places: give each of them a URL"),
        ("mailto://u:SECRET@h.org?to=a@b.de,c@d.de", "names 2 places"),
        ("json://SECRET?retry=3", "json:// with retry= is not possible"),
        ("json://SECRET?a=b&WAIT=3", "json:// with wait= is not possible"),
        ("json://SECRET?%6fptional=yes", "optional= is not possible"),
        ("json://SECRET?overflow=split", "overflow= is not possible"),
        ("json://SECRET?format=markdown", "format= is not possible"),
        ("json://SECRET?redirect=yes", "redirect= is not possible"),
        ("json://SECRET?rto=x", "json:// lacks a part or has a wrong one"),
        ("dbus://", "dbus://"),
    ],
)
def test_traps_3_and_10_a_wrong_url_is_an_error_that_shows_no_secret(
    url: str, said: str
) -> None:
    with pytest.raises(ChannelError) as caught:
        check_url(url)
    assert said in str(caught.value)
    assert "SECRET" not in repr(caught.value)
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None
