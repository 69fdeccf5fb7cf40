"""A digest in the form of each service: nothing of it vanishes."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.alerts import digest, render
from monitor.model import BodyFormat, DigestItem, Form, Message, MessageKind, Rendered

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
LIMITS = {Form.TELEGRAM: 4096, Form.DISCORD: 2000, Form.SLACK: 35_000}
ITEMS = (
    DigestItem(
        (31,),
        ("waffen",),
        "Baku prüft Lieferungen",
        source="Die Nachrichten",
        link="https://news.example.org/31",
        at=NOW - timedelta(hours=5),
        reason="quiet_hours",
        also=("FAZ", "dpa"),
    ),
    DigestItem((32,), ("kiew",), "Kiew wartet", link="https://news.example.org/32"),
    DigestItem((33,), ("waffen",), "", link="https://news.example.org/33"),
)


def rendered(form: Form, message: Message, *, bare: bool = False) -> Rendered:
    zone = ZoneInfo("Europe/Berlin")
    return render(message, form, created_at=NOW, now=NOW, zone=zone, bare=bare)


def read(made: Rendered) -> str:
    body = made.body.replace("<br>", "\n")
    if made.body_format is BodyFormat.HTML:
        body = html.unescape(re.sub(r"<[^>]+>", "", body))
    return f"{made.title}\n{body}".replace("\\", "").replace("\u200b", "")


def test_a_digest_is_a_list_by_rule() -> None:
    (message,) = digest("3 alerts overnight", ITEMS)
    made = rendered(Form.PLAIN, message)
    assert made.title == "[waffen, kiew] 3 alerts overnight"
    assert made.body == (
        "waffen, kiew · normal\n\n"
        "»waffen (2)«\n\n"
        "Baku prüft Lieferungen\n"
        "5 Jan 2026, 08:00 · Die Nachrichten · waited: quiet hours"
        " · also: FAZ, dpa · alert 31\n"
        "https://news.example.org/31\n\n"
        "(without a title)\nalert 33\nhttps://news.example.org/33\n\n"
        "»kiew (1)«\n\n"
        "Kiew wartet\nalert 32\nhttps://news.example.org/32\n\n"
        "to silence: monitor silence add --rule waffen --for 2h\n"
        "to silence: monitor silence add --rule kiew --for 2h"
    )


@pytest.mark.parametrize("bare", [False, True])
@pytest.mark.parametrize("form", Form)
def test_every_form_of_a_digest_tells_of_every_entry(form: Form, *, bare: bool) -> None:
    (message,) = digest("3 alerts", ITEMS)
    text = read(rendered(form, message, bare=bare))
    for item in ITEMS:
        assert str(item.link) in text
        assert f"alert {item.alerts[0]}" in text


@pytest.mark.parametrize("bare", [False, True])
@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("word", ["wort ", "@*_", "<&>"])
def test_what_does_not_fit_is_counted_and_the_command_is_told(
    form: Form, word: str, *, bare: bool
) -> None:
    items = [
        replace(
            ITEMS[0],
            alerts=(number,),
            title=word * 90,
            source=word * 30,
            link="https://news.example.org/" + "x" * 700,
        )
        for number in range(31, 46)
    ]
    (message,) = digest(word * 90, items)
    made = rendered(form, message, bare=bare)
    text = read(made)
    shown = text.count("https://news.example.org/x")
    assert len(made.title) + len(made.body) <= LIMITS.get(form, 60_000)
    if shown < 15:
        assert f"and {15 - shown} more entr" in text
        assert "monitor alerts list --with 31" in text
    narrow = (Form.TELEGRAM, Form.DISCORD, Form.NTFY, Form.MATRIX, Form.TEAMS)
    assert shown == 15 or bare or form in narrow


@pytest.mark.parametrize("form", Form)
def test_of_very_many_entries_as_many_are_told_as_fit(form: Form) -> None:
    items = [replace(ITEMS[0], alerts=(number,)) for number in range(400)]
    message = Message(
        MessageKind.DIGEST, "400 entries", alerts=(0,), items=tuple(items)
    )
    made = rendered(form, message)
    shown = read(made).count(ITEMS[0].title)
    assert 0 < len(made.title) + len(made.body) <= LIMITS.get(form, 120_000)
    assert shown == 400 or f"and {400 - shown} more entries" in read(made)
    assert shown >= 6, "a service that takes little takes some"


def test_a_digest_of_many_rules_cuts_their_names() -> None:
    item = DigestItem(tuple(range(90)), tuple(f"rule{n}" for n in range(90)), "T")
    (message,) = digest("1 alert", [item])
    made = rendered(Form.DISCORD, message)
    assert "alert 0 1 2 3 4 and 85 more" in made.body
    assert "**rule0, rule1, rule2, rule3, rule4, +85 \\(1\\)**" in made.body
    assert len(made.body) < 2000


def test_a_digest_without_alerts_still_says_where_to_look() -> None:
    item = DigestItem((), ("r",), "T", link="https://a.example/" + "x" * 700)
    (message,) = digest("T", [item] * 15)
    made = rendered(Form.DISCORD, message)
    assert made.body.endswith("more entries: monitor alerts list")
