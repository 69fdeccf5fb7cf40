"""Mail: what arrives, and how an attempt is judged."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from net_senders import HTML, TEXT, opened
from net_services import MailServer, free_port

from monitor.model import (
    BodyFormat,
    Form,
    Rendered,
    SendOutcome,
    SendResult,
)


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


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
    assert "\nalert 12" in plain.replace("\r\n", "\n")


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
