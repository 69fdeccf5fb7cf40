"""An alert as a person reads it."""

from __future__ import annotations

import io
import os
import re
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts import digest, ops_message
from monitor.model import (
    DigestItem,
    Excerpt,
    Message,
    MessageKind,
    Priority,
    SendOutcome,
    SendResult,
)
from monitor.net.console import ConsoleChannel

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
MESSAGE = Message(
    kind=MessageKind.ALERT,
    title="Aserbaidschan erwägt Hilfe",
    priority=Priority.URGENT,
    alerts=(12, 13),
    rules=("waffen", "kiew"),
    source="Die Nachrichten",
    link="https://news.example.org/baku?id=7",
    author="Anna Autorin",
    published_at=NOW,
    excerpts=(Excerpt("summary", "Baku prüft Waffenlieferungen.", ((11, 28),)),),
    terms=("summary: Waffenlieferungen",),
    labels=("dated 12 days ago",),
)


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def printed(
    message: Message,
    stream: io.StringIO | None = None,
    *,
    late: timedelta = timedelta(0),
    maybe_sent: bool = False,
) -> str:
    stream = stream or io.StringIO()
    result = ConsoleChannel(stream, zone=BERLIN).send(
        message, created_at=NOW - late, now=NOW, maybe_sent=maybe_sent
    )
    assert result == SendResult(SendOutcome.SENT)
    return stream.getvalue()


def test_a_person_reads_all_of_it() -> None:
    text = printed(MESSAGE, late=timedelta(hours=3), maybe_sent=True)
    for said in (
        "waffen, kiew",
        "urgent",
        "alert 12 13",
        "3 h late",
        "possible repeat",
        "Aserbaidschan erwägt Hilfe",
        "Die Nachrichten · Anna Autorin · 5 Jan 2026, 13:00",
        "Baku prüft »Waffenlieferungen«.",
        "because: summary: Waffenlieferungen",
        "dated 12 days ago",
        "https://news.example.org/baku?id=7",
    ):
        assert said in text
    assert text.endswith("\n\n")


def test_what_is_in_time_and_sent_once_says_nothing_of_it() -> None:
    text = printed(MESSAGE)
    assert "late" not in text
    assert "repeat" not in text


def test_colour_is_for_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[" in printed(MESSAGE, Terminal())
    assert "\x1b" not in printed(MESSAGE)


def test_a_long_line_is_left_whole_in_a_pipe() -> None:
    link = "https://news.example.org/" + "x" * 300
    long = Message(MessageKind.ALERT, "wort " * 60, link=link, rules=("r",))
    lines = printed(long).splitlines()
    assert any(link in line for line in lines)
    assert any(("wort " * 60).strip() in line for line in lines)


def test_a_long_title_wraps_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    long = Message(MessageKind.ALERT, "wort " * 60, rules=("r",))
    bold = re.compile(r"\x1b\[\d*m")  # NO_COLOR leaves bold what is bold
    lines = bold.sub("", printed(long, Terminal())).splitlines()
    assert len(lines) > 5
    assert all(len(line) <= 40 for line in lines)
    assert all(line.startswith("  ") for line in lines[1:-1])


def test_an_entry_that_has_nothing_is_still_shown() -> None:
    text = printed(Message(MessageKind.ALERT, "", rules=("r",)))
    assert text.split("\n")[:2] == ["● r  normal", "  (without a title)"]


def test_a_report_is_the_monitors_own() -> None:
    text = printed(ops_message("feed x is gone", "HTTP 410.\nRemove it."))
    assert "monitor" in text
    assert "HTTP 410.\n  Remove it." in text


HOSTILE = "\x1b]0;pwn\x07 [red]x[/red] \u202eabc \x9b31m\r\n:smile: [link=file:///]y[/]"


def test_nothing_of_an_entry_reaches_the_terminal_as_a_command() -> None:
    hostile = Message(
        kind=MessageKind.ALERT,
        title=HOSTILE,
        rules=(HOSTILE,),
        source=HOSTILE,
        author=HOSTILE,
        link=HOSTILE,
        terms=(HOSTILE,),
        labels=(HOSTILE,),
        excerpts=(Excerpt("summary", HOSTILE, ((0, 9),)),),
        text=HOSTILE,
    )
    text = printed(hostile)
    assert not set("\x1b\x07\x9b\r\u202e") & set(text)
    assert text.count("[red]x[/red]") == 9, "markup means nothing, everywhere"
    assert ":smile:" in text


def test_an_ascii_terminal_shows_what_it_can() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    channel = ConsoleChannel(stream, zone=BERLIN)
    result = channel.send(MESSAGE, created_at=NOW, now=NOW)
    assert result.outcome is SendOutcome.SENT
    assert b"Baku pr?ft ?Waffenlieferungen?." in raw.getvalue()


@given(st.text(max_size=50), st.sampled_from(["ascii", "cp1252", "utf-8"]))
def test_no_text_stops_the_console(text: str, encoding: str) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    message = Message(
        MessageKind.ALERT,
        text,
        rules=(text,),
        link=text,
        excerpts=(Excerpt("summary", text, ((0, len(text)),)),),
    )
    channel = ConsoleChannel(stream, zone=BERLIN)
    assert channel.send(message, created_at=NOW, now=NOW).outcome is SendOutcome.SENT


def test_a_pipe_that_nobody_reads_is_tried_again() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    stream = os.fdopen(writer, "w", encoding="utf-8")
    channel = ConsoleChannel(stream, zone=BERLIN)
    result = channel.send(MESSAGE, created_at=NOW, now=NOW)
    assert result.outcome is SendOutcome.RETRY
    assert "console" in result.detail
    with pytest.raises(BrokenPipeError):
        stream.close()


def test_a_closed_stream_is_tried_again() -> None:
    stream = io.StringIO()
    stream.close()
    channel = ConsoleChannel(stream, zone=BERLIN)
    assert channel.send(MESSAGE, created_at=NOW, now=NOW).outcome is SendOutcome.RETRY


def test_messages_of_several_threads_do_not_mix() -> None:
    stream = io.StringIO()
    channel = ConsoleChannel(stream, zone=BERLIN)
    send = [
        threading.Thread(
            target=channel.send,
            args=(MESSAGE,),
            kwargs={"created_at": NOW, "now": NOW},
        )
        for _ in range(8)
    ]
    for thread in send:
        thread.start()
    for thread in send:
        thread.join()
    assert stream.getvalue() == printed(MESSAGE) * 8


def test_a_digest_is_printed_whole_by_rule() -> None:
    first = DigestItem(
        (31,),
        ("waffen",),
        "Baku prüft",
        link="https://news.example.org/31",
        at=NOW,
        reason="quiet_hours",
    )
    second = DigestItem((32,), ("kiew",), "")
    (message,) = digest("2 alerts overnight", [first, second])
    assert printed(message).splitlines()[:9] == [
        "● waffen, kiew  normal",
        "  2 alerts overnight",
        "  ",
        "  waffen (1)",
        "  · Baku prüft",
        "    5 Jan 2026, 13:00 · waited: quiet hours · alert 31",
        "    https://news.example.org/31",
        "  ",
        "  kiew (1)",
    ]


def test_copies_the_first_alert_an_edit_and_the_way_to_silence_are_printed() -> None:
    more = replace(MESSAGE, also=("FAZ", "dpa"), first_alert=7, change="title: A -> B")
    said = printed(more).splitlines()
    for line in (
        "  changed: title: A -> B",
        "  also: FAZ, dpa",
        "  first told in alert 7",
        "  to silence: monitor silence add --rule waffen --for 2h",
    ):
        assert line in said
