"""A message in the form of each service: complete, escaped, within bounds."""

from __future__ import annotations

import html
import json
import re
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts import ops_message, render
from monitor.alerts.wording import at_local_time, cut, how_late
from monitor.model import (
    BodyFormat,
    Excerpt,
    Form,
    Message,
    MessageKind,
    Priority,
    Rendered,
)

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
LINK = "https://news.example.org/baku?id=7&x=1"
LIMITS = {
    Form.EMAIL: 60_000,
    Form.MATRIX: 28_000,
    Form.TELEGRAM: 4096,
    Form.DISCORD: 2000,
    Form.SLACK: 35_000,
}
HOSTILE = (
    "<!channel> @everyone <@123> <b>x</b> </p><script>alert(1)</script> **a** [l](u) "
    "`c` &amp; \u202eabc\u2066 \x1b]0;pwn\x07 \r\nBcc: x@y.z \ud800 "
)

MESSAGE = Message(
    kind=MessageKind.ALERT,
    title="Aserbaidschan erwägt Hilfe",
    priority=Priority.HIGH,
    alerts=(12, 13),
    rules=("waffen", "kiew"),
    source="Die Nachrichten",
    link=LINK,
    author="Anna Autorin",
    published_at=NOW,
    first_seen_at=NOW,
    excerpts=(Excerpt("summary", "Baku prüft Waffenlieferungen.", ((11, 28),)),),
    terms=("title: Aserbaidschan", "summary: Waffenlieferungen"),
    labels=("dated 12 days ago",),
)


def rendered(
    form: Form,
    message: Message = MESSAGE,
    *,
    late: timedelta = timedelta(0),
    maybe_sent: bool = False,
    bare: bool = False,
) -> Rendered:
    return render(
        message,
        form,
        created_at=NOW - late,
        now=NOW,
        zone=BERLIN,
        maybe_sent=maybe_sent,
        bare=bare,
    )


def read(form: Form, made: Rendered) -> str:
    """Return title and body as a person reads them there."""
    text = f"{made.title}\n{made.body}"
    if form is Form.EMAIL and made.body_format is BodyFormat.HTML:
        text = f"{made.title}\n{html.unescape(re.sub(r'<[^>]+>', '', made.body))}"
    elif made.body_format is BodyFormat.HTML:
        text = html.unescape(re.sub(r"<[^>]+>", "", text))
    if form in (Form.DISCORD, Form.TEAMS):
        text = re.sub(r"\\(.)", r"\1", text).replace("\u200b", "").replace("**", "")
    return text.replace("»", "").replace("«", "")


@pytest.mark.parametrize("bare", [False, True])
@pytest.mark.parametrize("form", Form)
def test_every_form_says_everything(form: Form, *, bare: bool) -> None:
    late = timedelta(hours=2, minutes=10)
    text = read(form, rendered(form, late=late, maybe_sent=True, bare=bare))
    for said in (
        "[waffen, kiew] Aserbaidschan erwägt Hilfe",
        "high",
        "Die Nachrichten",
        "Anna Autorin",
        "5 Jan 2026, 13:00",
        "2 h late",
        "possible repeat",
        "Baku prüft Waffenlieferungen.",
        "because: title: Aserbaidschan; summary: Waffenlieferungen",
        "dated 12 days ago",
        LINK,
        "alert 12 13",
    ):
        assert said in text


@pytest.mark.parametrize(
    ("form", "marked"),
    [
        (Form.EMAIL, ';color:#1a1a1a">Waffenlieferungen</strong>'),
        (Form.MATRIX, "<strong>Waffenlieferungen</strong>"),
        (Form.TEAMS, "**Waffenlieferungen**"),
        (Form.TELEGRAM, "<b>Waffenlieferungen</b>"),
        (Form.DISCORD, "**Waffenlieferungen**"),
        (Form.SLACK, "»Waffenlieferungen«"),
        (Form.JSON, "»Waffenlieferungen«"),
        (Form.PLAIN, "»Waffenlieferungen«"),
    ],
)
def test_the_words_are_marked_as_the_service_has_it(form: Form, marked: str) -> None:
    assert marked in rendered(form).body
    assert marked not in rendered(form, bare=True).body


def test_what_is_in_time_and_sent_once_says_nothing_of_it() -> None:
    text = rendered(Form.JSON, late=timedelta(minutes=5)).body
    assert "late" not in text
    assert "repeat" not in text


def test_an_entry_that_has_nothing_is_still_a_message() -> None:
    made = rendered(
        Form.JSON, Message(MessageKind.ALERT, "", rules=("r",), alerts=(1,))
    )
    assert made.title == "[r] (without a title)"
    assert made.body == "r · low\n\nalert 1" or "r · normal" in made.body


def test_a_report_is_the_monitors_own() -> None:
    report = ops_message("feed x is gone", "HTTP 410.\nRemove it: config/monitor.yaml")
    made = rendered(Form.JSON, report)
    assert made.title == "[monitor] feed x is gone"
    assert "HTTP 410.\nRemove it" in made.body
    assert "alert" not in made.body


def test_copies_the_first_alert_and_an_edit_are_told() -> None:
    more = replace(
        MESSAGE,
        also=("FAZ", "dpa", "taz", "SZ", "MDR", "rbb", "HR"),
        first_alert=7,
        change="title: Baku prüft -> Baku liefert\nsummary: neu",
    )
    made = rendered(Form.PLAIN, more)
    assert "also: FAZ, dpa, taz, SZ, MDR, +2\nfirst told in alert 7" in made.body
    assert "changed: title: Baku prüft -> Baku liefert\nsummary: neu" in made.body
    own = rendered(Form.PLAIN, replace(MESSAGE, first_alert=12))
    assert "first told" not in own.body


def test_each_rule_has_a_command_that_silences_it() -> None:
    names = ("waffen", "zwei Worte", "x" * 101, "c", "d")
    made = rendered(Form.PLAIN, replace(MESSAGE, rules=names))
    commands = re.findall("to silence: (.*)", made.body)
    assert commands == [
        "monitor silence add --rule waffen --for 2h",
        "monitor silence add --rule 'zwei Worte' --for 2h",
        "monitor silence add --rule c --for 2h",
    ]
    assert "<code>monitor silence" in rendered(Form.EMAIL).body
    report = rendered(Form.PLAIN, ops_message("feed x is gone", "HTTP 410."))
    assert "to silence" not in report.body


def test_mail_sets_no_colour_without_its_background() -> None:
    body = rendered(Form.EMAIL).body
    assert '<meta name="color-scheme" content="light dark">' in body
    styles = re.findall(r'style="([^"]*)"', body)
    coloured = [style for style in styles if re.search(r"(?<![-a-z])color:", style)]
    assert coloured
    assert all("background:" in style for style in coloured)


def test_mail_has_a_plain_form_with_its_words_marked() -> None:
    assert "»Waffenlieferungen«" in rendered(Form.EMAIL).plain
    assert rendered(Form.EMAIL, bare=True).plain == rendered(Form.EMAIL).plain
    assert rendered(Form.SLACK).plain == ""


def test_a_card_cannot_be_made_to_mention_or_to_link() -> None:
    made = rendered(Form.TEAMS, hostile("<at>x</at> [l](https://evil.example)"))
    text = made.title + made.body
    assert "<at>" not in text
    assert re.findall(r"(?<!\\)\]\(([^)]*)\)", text) == [LINK]
    other = rendered(Form.TEAMS, replace(MESSAGE, link="javascript:alert(1)"))
    assert "](" not in other.body


def test_matrix_is_not_made_to_call_a_room() -> None:
    link = "https://a.example/@room"
    for bare in (False, True):
        made = rendered(Form.MATRIX, replace(hostile("@ROOM x"), link=link), bare=bare)
        assert "@room" not in made.body.lower()


def test_many_rules_and_alerts_are_counted() -> None:
    rules, ids = tuple("abcdefg"), tuple(range(1, 26))
    made = rendered(Form.JSON, replace(MESSAGE, rules=rules, alerts=ids))
    assert made.title.startswith("[a, b, c, d, e, +2]")
    assert "and 5 more" in made.body


# --- what is hostile ------------------------------------------------------------


def hostile(text: str = HOSTILE) -> Message:
    return Message(
        kind=MessageKind.ALERT,
        title=text,
        alerts=(12,),
        rules=(text,),
        source=text,
        link=LINK,
        author=text,
        published_at=NOW,
        excerpts=(Excerpt("summary", text, ((0, 10),)),) * 3,
        terms=(f"title: {text}",),
        labels=(text,),
        text=text,
    )


@pytest.mark.parametrize("bare", [False, True])
@pytest.mark.parametrize("form", Form)
def test_no_control_character_or_bidi_trick_passes(form: Form, *, bare: bool) -> None:
    made = rendered(form, hostile(), bare=bare)
    kinds = {unicodedata.category(c) for c in made.body.replace("\n", "") + made.title}
    assert not kinds & {"Cc", "Cs", "Zl", "Zp"}
    assert not set("\u202e\u2066") & set(made.body + made.title)
    assert "\n" not in made.title
    assert "\r" not in made.title


class Tags(HTMLParser):
    """Collects what a reader of HTML would take for markup."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[tuple[str, tuple[str, ...]]] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add((tag, tuple(name for name, _ in attrs)))


HTML_FORMS = [Form.EMAIL, Form.TELEGRAM, Form.MATRIX]


@pytest.mark.parametrize("form", HTML_FORMS)
def test_html_of_a_feed_is_no_html_here(form: Form) -> None:
    def tags(message: Message) -> set[tuple[str, tuple[str, ...]]]:
        parser = Tags()
        parser.feed(rendered(form, message).body)
        return parser.found

    made = rendered(form, hostile())
    assert tags(hostile()) == tags(hostile("harmless")) - {("code", ())}
    assert "&amp;amp;" in made.body, "an ampersand stays what was written"


@pytest.mark.parametrize("bare", [False, True])
def test_discord_is_not_made_to_call_anybody(*, bare: bool) -> None:
    link = "https://a.example/@everyone?x=<@1>&y=**"
    made = rendered(Form.DISCORD, replace(hostile(), link=link), bare=bare)
    text = made.title + made.body
    assert "@everyone" not in text
    assert "<@" not in text
    assert "https://a.example/%40everyone?x=%3C%401%3E&y=%2A%2A" in text
    assert not re.search(r"(?<!\\)\]\(", text)


def test_slack_gets_text_that_its_sender_escapes() -> None:
    assert rendered(Form.SLACK, hostile()).body_format is BodyFormat.TEXT


def test_only_web_links_can_be_clicked() -> None:
    link = "javascript:alert(1)"
    made = rendered(Form.EMAIL, replace(MESSAGE, link=link))
    assert "href" not in made.body
    assert link in made.body
    assert made.link is None
    assert rendered(Form.EMAIL).link == LINK


def test_a_link_cannot_leave_its_quotes_or_its_line() -> None:
    link = 'https://a.example/"onclick="x>\r\nBcc: a@b.c'
    made = rendered(Form.EMAIL, replace(MESSAGE, link=link))
    assert 'href="https://a.example/%22onclick=%22x%3E%20Bcc:%20a@b.c"' in made.body


@pytest.mark.parametrize("bare", [False, True])
@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("text", ["wort ", "<&>", "Ж", "@*_", HOSTILE, "x"])
def test_what_is_too_long_is_cut_and_the_link_stays(
    form: Form, text: str, *, bare: bool
) -> None:
    made = rendered(form, hostile(text * (10_000 // len(text))), bare=bare)
    assert len(made.body) + len(made.title) <= LIMITS.get(form, 20_000)
    assert LINK in read(form, made)
    assert "alert 12" in made.body
    assert "…" in made.body
    assert len(made.title) <= 400


def test_ntfy_stays_a_message_and_never_becomes_an_attachment() -> None:
    for text in ("wort ", "ß", "Ж", "𝄞"):
        made = rendered(Form.NTFY, hostile(text * 10_000))
        assert len(made.body.encode()) < 4096
        assert len(json.dumps({"m": made.body, "t": made.title})) < 8000


def test_a_link_beyond_all_bounds_is_left_out() -> None:
    made = rendered(Form.JSON, replace(MESSAGE, link="https://a.example/" + "x" * 5000))
    assert "https://" not in made.body
    assert made.link is None


@given(
    text=st.text(max_size=300),
    form=st.sampled_from(Form),
    bare=st.booleans(),
)
def test_every_text_has_a_form(text: str, form: Form, *, bare: bool) -> None:
    made = rendered(form, replace(hostile(text), link=text), bare=bare)
    assert made.body.encode()
    assert "\n" not in made.title
    assert len(made.body) + len(made.title) <= LIMITS.get(form, 20_000)


# --- words ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("late", "said"),
    [
        (timedelta(minutes=-9), ""),
        (timedelta(minutes=5), ""),
        (timedelta(minutes=6), "6 min late"),
        (timedelta(minutes=59), "59 min late"),
        (timedelta(hours=1), "1 h late"),
        (timedelta(hours=47), "47 h late"),
        (timedelta(days=3, hours=5), "3 days late"),
    ],
)
def test_how_late(late: timedelta, said: str) -> None:
    assert how_late(NOW, NOW + late) == said


def test_a_time_at_the_end_of_the_calendar_is_still_said() -> None:
    last = datetime.max.replace(tzinfo=UTC)
    assert "9999" in at_local_time(last, timezone(timedelta(hours=14)))


@given(st.text(max_size=80), st.integers(-3, 90))
def test_cut_is_short_and_keeps_the_beginning(text: str, room: int) -> None:
    made = cut(text, room)
    assert len(made) <= max(room, 0)
    assert made == text or text.startswith(made.removesuffix("…"))
