"""What each service is sent, byte for byte (`tests/net/golden`).

Run as a program, this file writes the golden payloads anew; read the difference.
"""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import trustme
from net_senders import DISCORD, SLACK, TELEGRAM, opened
from net_services import Answer, MailServer, Service

from monitor.alerts import PlannedAlert, compose, digest, render
from monitor.model import (
    Because,
    DigestItem,
    Entry,
    Form,
    Message,
    Priority,
    SendOutcome,
)
from monitor.net.apprise_channel import AppriseChannel

GOLDEN = Path(__file__).parent / "golden"
NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
HOSTILE = (
    "<!channel> <!here> @everyone @here <@123> <@U1> @room <at>x</at> "
    "<b>x</b> </p><script>alert(1)</script> **a** _b_ *c* ~d~ `e` # f "
    "[l](http://u.example) &amp; &lt; \u202eabc\u2066 \x1b]0;pwn\x07 "
    "\r\nBcc: x@y.z\r\n\r\n \ud800 \u2028 %s {{ x }} ende"
)


def alert(title: str, summary: str, word: str, **more: object) -> Message:
    """Return the message of an entry whose summary matched."""
    start = summary.index(word)
    because = (Because("summary", word, word, start, start + len(word)),)
    entry = Entry(
        "k",
        title,
        summary=summary,
        link="https://news.example.org/baku?id=7&x=1",
        author=str(more.get("author", "Anna Autorin")),
        published_at=NOW - timedelta(minutes=4),
    )
    planned = PlannedAlert(12, "waffen", ("desk",), Priority.HIGH, because)
    source = str(more.get("source", "Die Nachrichten"))
    ((_, message),) = compose(entry, [planned], source=source, first_seen_at=NOW)
    return message


def found_in_the_article() -> Message:
    """Return the message of a rule whose one word is in the feed, the other is not."""
    entry = Entry(
        "k",
        "Hoher Besuch in Berlin",
        summary="Aserbaidschans Präsident kommt nach Berlin. Er bleibt zwei Tage.",
        article=(
            "Aserbaidschans Präsident kommt nach Berlin.\nGesprochen wird auch über "
            "Waffenlieferungen. Am Abend reist er ab."
        ),
        link="https://news.example.org/besuch",
        published_at=NOW - timedelta(minutes=4),
    )
    because = tuple(
        Because(name, term, text, start, start + len(text))
        for name, term, text in (
            ("summary", "Aserbaidschan", "Aserbaidschans"),
            ("article", "Aserbaidschan", "Aserbaidschans"),
            ("article", "Waffenlieferungen", "Waffenlieferungen"),
        )
        if (start := getattr(entry, name).index(text)) >= 0
    )
    planned = PlannedAlert(14, "waffen", ("desk",), Priority.HIGH, because)
    source = "Die Nachrichten"
    ((_, message),) = compose(entry, [planned], source=source, first_seen_at=NOW)
    return message


CASES: Mapping[str, Message] = {
    "alert": alert(
        "Aserbaidschan erwägt Hilfe",
        "Gestern regnete es. Baku prüft Waffenlieferungen an Kiew. Es bleibt kalt.",
        "Waffenlieferungen",
    ),
    "article": found_in_the_article(),
    "hostile": alert(
        HOSTILE, f"{HOSTILE}. Ein Wort.", "ende", author=HOSTILE, source=HOSTILE
    ),
    "long": alert("wort " * 2000, "satz " * 2000 + "ende", "ende"),
    "digest": digest(
        "2 alerts overnight",
        [
            DigestItem(
                (31, 32),
                ("waffen", "kiew"),
                "Baku prüft <b>Lieferungen</b>",
                source="Die Nachrichten",
                link="https://news.example.org/31",
                at=NOW - timedelta(hours=5),
                reason="quiet_hours",
                also=("FAZ", "dpa"),
            ),
            DigestItem((33,), ("kiew",), HOSTILE, link="https://news.example.org/@33"),
        ],
    )[0],
}


def sent(channel: AppriseChannel, message: Message) -> None:
    """Send a message as a delivery that is two hours late."""
    rendered = render(
        message,
        channel.form,
        created_at=NOW,
        now=NOW + timedelta(hours=2),
        zone=ZoneInfo("Europe/Berlin"),
        key="delivery-0123456789abcdef",
    )
    assert channel.send(rendered).outcome is SendOutcome.SENT


# --- the services -----------------------------------------------------------------


def over_http(
    open_channel: Callable[[Service], AppriseChannel],
) -> Callable[[Message], str]:
    def capture(message: Message) -> str:
        with Service() as service:
            service.answers = MATRIX_ANSWERS
            sent(open_channel(service), message)
            return readable(service)

    return capture


MATRIX_ANSWERS = {
    "whoami": Answer(body='{"user_id": "@m:example.org", "device_id": "d"}'),
    "/join/": Answer(body='{"room_id": "!room:example.org"}'),
    "/send/": Answer(body='{"event_id": "$1"}'),
    "encryption": Answer(404, "{}"),
}


def readable(service: Service) -> str:
    """Return the last request, without what differs each time."""
    request = service.received[-1]
    kept = ("X-Priority", "X-Click", "Priority")
    headers = [f"{n}: {v}" for n, v in request.headers.items() if n in kept]
    if "/send/" in request.path:
        headers.append(request.path)
    payload = json.dumps(json.loads(request.body), ensure_ascii=False, indent=1)
    payload = re.sub(r'"ts": [\d.]+', '"ts": 0', payload)
    return "\n".join([*headers, payload, ""])


def to_teams(message: Message) -> str:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with Service(context) as service:
        sent(opened(f"workflows://127.0.0.1:{service.port}/wf/sig?verify=no"), message)
        return readable(service)


def to_mail(message: Message) -> str:
    with MailServer() as server:
        sent(opened(server.channel()), message)
        (mail,) = server.mails
    names = ("Date", "X-Application", "Content-Type", "MIME-Version")
    shown = [f"{n}: {v}" for n, v in mail.items() if n not in names]
    parts = [
        f"--- {part.get_content_type()}\n{part.get_content()}"
        for part in mail.walk()
        if not part.is_multipart()
    ]
    return "\n".join([*shown, *parts, ""]).replace("\r\n", "\n")


SERVICES: Mapping[str, Callable[[Message], str]] = {
    "slack": over_http(lambda service: opened(SLACK, service, "webhook_url")),
    "telegram": over_http(lambda service: opened(TELEGRAM, service, "notify_url")),
    "discord": over_http(lambda service: opened(DISCORD, service, "notify_url")),
    "matrix": over_http(
        lambda service: opened(
            f"matrix://token@127.0.0.1:{service.port}/!room:example.org"
        )
    ),
    "ntfy": over_http(lambda service: opened(f"ntfy://127.0.0.1:{service.port}/news")),
    "gotify": over_http(lambda service: opened(f"gotify://127.0.0.1:{service.port}/t")),
    "json": over_http(lambda service: opened(service.channel())),
    "teams": to_teams,
    "email": to_mail,
}


@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("service", SERVICES)
def test_golden(service: str, case: str) -> None:
    golden = GOLDEN / f"{service}.{case}.txt"
    assert SERVICES[service](CASES[case]) == golden.read_text("utf-8")


def test_every_form_has_its_golden_payloads() -> None:
    names = {path.name.partition(".")[0] for path in GOLDEN.iterdir()}
    assert names == set(SERVICES)
    assert set(Form) - {Form(n) for n in names - {"gotify"}} == {
        Form.CONSOLE,
        Form.PLAIN,
    }


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for name, capture in SERVICES.items():
        for case, message in CASES.items():
            text = capture(message)
            (GOLDEN / f"{name}.{case}.txt").write_text(text, "utf-8")
