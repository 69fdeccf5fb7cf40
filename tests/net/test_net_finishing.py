"""What a message sets in its service, and what is added on the way out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import requests
from net_senders import DISCORD, HTML, SLACK, TELEGRAM, TEXT, opened
from net_services import Answer, MailServer, Service

from monitor.model import BodyFormat, Form, Priority, Rendered, SendOutcome
from monitor.net.finishing import finish_request, finished_mail, receipt


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as running:
        yield running


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


# --- priorities -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("priority", "silent"), [(Priority.LOW, True), (Priority.URGENT, False)]
)
def test_what_is_low_comes_to_telegram_without_a_sound(
    service: Service, priority: Priority, *, silent: bool
) -> None:
    opened(TELEGRAM, service, "notify_url").send(replace(TEXT, priority=priority))
    assert service.received[0].json["disable_notification"] is silent


def test_the_url_of_a_channel_has_the_last_word_on_silence(service: Service) -> None:
    loud = opened(f"{TELEGRAM}?silent=no", service, "notify_url")
    loud.send(replace(TEXT, priority=Priority.LOW))
    assert service.received[0].json["disable_notification"] is False


def test_what_is_low_comes_to_discord_without_a_sound(service: Service) -> None:
    channel = opened(DISCORD, service, "notify_url")
    channel.send(replace(TEXT, priority=Priority.LOW))
    channel.send(TEXT)
    low, normal = service.received
    assert low.json["flags"] == 4096
    assert "flags" not in normal.json


@pytest.mark.parametrize(
    ("priority", "number"),
    [
        (Priority.LOW, 3),
        (Priority.NORMAL, 5),
        (Priority.HIGH, 8),
        (Priority.URGENT, 10),
    ],
)
def test_gotify_gets_its_own_scale(
    service: Service, priority: Priority, number: int
) -> None:
    opened(f"gotify://127.0.0.1:{service.port}/t").send(
        replace(TEXT, priority=priority)
    )
    assert service.received[0].json["priority"] == number


@pytest.mark.parametrize(
    ("url", "attribute", "levels"),
    [
        (f"pover://{'u' * 30}@{'t' * 30}", "priority", [-1, 0, 1, 1]),
        (f"prowl://{'a' * 40}", "priority", [-1, 0, 1, 2]),
        (f"join://{'a' * 32}/{'b' * 32}", "priority", [-1, 0, 1, 2]),
        ("opsgenie://a1b2c3d4-0000-0000-0000-000000000000", "priority", [2, 3, 4, 5]),
        (
            "bark://127.0.0.1/device",
            "level",
            ["passive", None, "timeSensitive", "timeSensitive"],
        ),
    ],
)
def test_each_scale_is_one_that_its_sender_has(
    url: str, attribute: str, levels: list[object]
) -> None:
    channel = opened(url)
    said = []
    for priority in Priority:
        channel._settings.adjust(replace(TEXT, priority=priority))
        said.append(getattr(channel._sender, attribute))
    assert said == levels


# --- data -------------------------------------------------------------------------


def test_json_gets_the_parts_beside_title_and_message(service: Service) -> None:
    parts = {"schema": 1, "id": "delivery-1", "alerts": [12], "link": None}
    opened(service.channel()).send(replace(TEXT, fields=parts))
    got = service.received[0].json
    assert {name: got[name] for name in parts} == parts
    assert (got["title"], got["message"]) == (TEXT.title, TEXT.body)


def test_a_field_that_the_url_names_is_the_receivers_own(service: Service) -> None:
    channel = opened(service.channel("/desk?:id=ours&:more=x&:message=text"))
    channel.send(replace(TEXT, fields={"id": "delivery-1", "schema": 1}))
    got = service.received[0].json
    assert (got["id"], got["more"], got["schema"]) == ("ours", "x", 1)
    assert got["text"] == TEXT.body


# --- threads ----------------------------------------------------------------------


def test_telegram_gives_a_receipt_and_is_answered(service: Service) -> None:
    service.script = [Answer(body='{"ok": true, "result": {"message_id": 77}}')]
    channel = opened(TELEGRAM, service, "notify_url")
    first = channel.send(TEXT)
    assert (first.outcome, first.receipt) == (SendOutcome.SENT, "77")
    second = channel.send(replace(TEXT, answers=first.receipt))
    assert second.receipt == ""
    assert "reply_parameters" not in service.received[0].json
    assert service.received[1].json["reply_parameters"] == {
        "message_id": 77,
        "allow_sending_without_reply": True,
    }
    length = len(service.received[1].body.encode())
    assert service.received[1].headers["Content-Length"] == str(length)


@pytest.mark.parametrize(
    "answer",
    [
        "ok",
        "[]",
        "{}",
        '{"result": 7}',
        '{"result": {}}',
        '{"result": {"message_id": "x"}}',
        "[" * 100_000,
    ],
)
def test_an_answer_without_a_receipt_is_still_an_answer(answer: str) -> None:
    assert receipt(Form.TELEGRAM, answer) == ""
    assert receipt(Form.SLACK, '{"result": {"message_id": 7}}') == ""


def test_discord_is_told_to_call_nobody(service: Service) -> None:
    opened(DISCORD, service, "notify_url").send(TEXT)
    assert service.received[0].json["allowed_mentions"] == {"parse": []}


@pytest.mark.parametrize("body", [None, "no JSON", "[1]"])
def test_a_request_of_another_kind_is_left_as_it_is(body: str | None) -> None:
    request = requests.Request("POST", "http://127.0.0.1/", data=body).prepare()
    finish_request(request, Form.DISCORD, TEXT)
    assert request.body == body


def test_slack_is_left_as_it_is(service: Service) -> None:
    opened(SLACK, service, "webhook_url").send(replace(TEXT, key="k", answers="7"))
    assert "reply_parameters" not in service.received[0].json


def test_mail_belongs_to_its_story_and_a_repeat_has_the_same_name(
    mail: MailServer,
) -> None:
    channel = opened(mail.channel())
    made = replace(HTML, key="delivery-1", references=("story-1", "alert-12"))
    channel.send(made)
    channel.send(made)
    first, again = mail.mails
    assert first["Message-ID"] == again["Message-ID"] == "<delivery-1@127.0.0.1>"
    assert first["References"] == "<story-1@127.0.0.1> <alert-12@127.0.0.1>"
    assert first["In-Reply-To"] == "<story-1@127.0.0.1>"
    assert first["Auto-Submitted"] == "auto-generated"


def test_mail_that_belongs_to_nothing_has_no_thread(mail: MailServer) -> None:
    opened(mail.channel()).send(HTML)
    (got,) = mail.mails
    assert got["References"] is None
    assert got["In-Reply-To"] is None
    assert len(got.get_all("Message-ID")) == 1


@pytest.mark.parametrize(
    ("priority", "number", "importance"),
    [
        (Priority.LOW, "5", "low"),
        (Priority.NORMAL, None, None),
        (Priority.HIGH, "2", "high"),
        (Priority.URGENT, "1", "high"),
    ],
)
def test_mail_programs_see_what_is_urgent(
    mail: MailServer, priority: Priority, number: str | None, importance: str | None
) -> None:
    opened(mail.channel()).send(replace(HTML, priority=priority))
    (got,) = mail.mails
    assert (got["X-Priority"], got["Importance"]) == (number, importance)


def test_a_header_that_the_url_sets_stays(mail: MailServer) -> None:
    channel = opened(mail.channel("&+X-Priority=3"))
    channel.send(replace(HTML, priority=Priority.URGENT))
    assert mail.mails[0].get_all("X-Priority") == ["3"]


def test_mail_has_our_plain_part(mail: MailServer) -> None:
    opened(mail.channel()).send(replace(HTML, plain="Baku »liefert« ä\nFrom here"))
    body = mail.mails[0].get_body(("plain",))
    assert body is not None
    assert body.get_content().splitlines() == ["Baku »liefert« ä", "From here"]
    html = mail.mails[0].get_body(("html",))
    assert html is not None
    assert "<strong>liefert</strong>" in html.get_content()


def test_what_is_signed_keeps_its_parts() -> None:
    signed = (
        'Content-Type: multipart/signed; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nwords\n--b--\n"
    )
    made = Rendered("T", "B", BodyFormat.HTML, plain="other", key="delivery-1")
    got = finished_mail(signed, made)
    assert "words" in got
    assert "other" not in got
    assert "Message-ID: <delivery-1@monitor>" in got
