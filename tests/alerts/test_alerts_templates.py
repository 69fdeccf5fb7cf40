"""Templates: what they may say, what comes of them, and what they cannot break."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts import digest, ops_message, render
from monitor.alerts.template_language import LONGEST
from monitor.alerts.templates import template_faults
from monitor.model import (
    DigestItem,
    Excerpt,
    Form,
    Message,
    MessageKind,
    MessageTemplate,
    Priority,
    Rendered,
)

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
LINK = "https://news.example.org/7?a=1&b=2"
MESSAGE = Message(
    MessageKind.ALERT,
    "Baku prüft",
    Priority.HIGH,
    alerts=(12, 13),
    rules=("waffen", "kiew"),
    source="Die Nachrichten",
    link=LINK,
    published_at=NOW,
    excerpts=(Excerpt("summary", "Baku prüft Waffen.", ((11, 17),)),),
    terms=("summary: Waffen",),
)
ITEMS = (DigestItem((31,), ("waffen",), "Erstes", source="dpa", at=NOW, reason="x_y"),)


def made(
    body: str,
    message: Message = MESSAGE,
    form: Form = Form.PLAIN,
    *,
    title: str = "",
    late: timedelta = timedelta(0),
    bare: bool = False,
) -> Rendered:
    return render(
        message,
        form,
        created_at=NOW - late,
        now=NOW,
        zone=UTC,
        bare=bare,
        template=MessageTemplate("kurz", title, body),
    )


# --- what comes of them -----------------------------------------------------------


def test_a_template_has_the_words_of_the_operator() -> None:
    body = (
        "{{ title }} ({{ source|upper }}, {{ time }})\n"
        "{% for excerpt in excerpts %}\n"
        "> {{ excerpt }}\n"
        "{% endfor %}\n"
        "{% if author %}\n"
        "by {{ author }}\n"
        "{% endif %}\n"
        '{{ because|join(" / ") }}, {{ rules }}, {{ priority }}\n'
        "{{ link }} {{ id }}\n"
    )
    assert made(body).body == (
        "Baku prüft (DIE NACHRICHTEN, 5 Jan 2026, 12:00)\n"
        "> Baku prüft »Waffen«.\n"
        "summary: Waffen, waffen, kiew, high\n"
        f"{LINK} 12 13"
    )
    assert made(body).title == "[waffen, kiew] Baku prüft"


def test_a_title_alone_leaves_the_body_as_it_is() -> None:
    own = made("", title="{{ rule }}: {{ title }} {{ excerpts }} {{ link }}")
    assert own.title == f"waffen, kiew: Baku prüft Baku prüft Waffen. {LINK}"
    assert (
        own.body == render(MESSAGE, Form.PLAIN, created_at=NOW, now=NOW, zone=UTC).body
    )


@pytest.mark.parametrize("form", [Form.TELEGRAM, Form.MATRIX, Form.DISCORD])
def test_where_the_title_stands_in_the_body_an_own_one_does_too(form: Form) -> None:
    own = made("{{ source }}", form=form, title="<{{ title }}>")
    assert own.title == ""
    assert "Baku prüft" in own.body
    assert "<Baku" not in own.body, "a title is text, whoever wrote it"


def test_mail_keeps_its_frame_and_its_plain_form() -> None:
    own = made("<em>{{ title }}</em>\n{{ link }}", form=Form.EMAIL)
    assert "color-scheme" in own.body
    assert '<em>Baku prüft</em><br><a href="' in own.body
    assert "»Waffen«" in own.plain


def test_how_late_it_is_is_said_whatever_the_template_says() -> None:
    late = timedelta(hours=2)
    assert made("{{ title }}", late=late).body == "2 h late\n\nBaku prüft"
    assert made("{{ title }} {{ remarks }}", late=late).body == "Baku prüft 2 h late"


def test_reports_and_bare_messages_have_no_template() -> None:
    report = ops_message("feed x is gone", "HTTP 410.")
    assert "HTTP 410." in made("{{ title }}", report).body
    assert "alert 12 13" in made("{{ title }}", bare=True).body


def test_a_digest_has_a_template_only_if_that_shows_its_entries() -> None:
    (message,) = digest("1 alert", ITEMS)
    assert "waited: x y" in made("{{ title }}", message).body
    body = (
        "{% for item in items %}{{ loop.index }} {{ item.title }} {{ item.waited }} "
        "{{ item.time }} {{ item.link }}{{ item.id }}{% endfor %}"
    )
    assert made(body, message).body == "1 Erstes x y 5 Jan 2026, 12:00 31"


def test_empty_parts_leave_no_gaps() -> None:
    assert (
        made("{{ title }}\n\n{{ author }}\n\n\n{{ id }}").body == "Baku prüft\n\n12 13"
    )


# --- what they cannot break ---------------------------------------------------------


class Tags(HTMLParser):
    """Collects tags and their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[str, ...]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, tuple(name for name, _ in attrs)))


BODY = (
    "<p title=\"{{ title }}\" lang='{{ source }}'>{{ title|truncate(300) }}</p>"
    '{{ title ~ source }}<a href="{{ url }}">{{ because|join("<br>") }}</a>'
)


@given(
    text=st.one_of(
        st.text(max_size=60),
        st.sampled_from(['" onclick="x', "' x='", "<b>", "</p><script>", "&lt;b&gt;"]),
    )
)
@pytest.mark.parametrize("form", [Form.EMAIL, Form.TELEGRAM, Form.MATRIX])
def test_no_text_of_a_feed_becomes_markup(form: Form, text: str) -> None:
    def tags(message: Message) -> list[tuple[str, tuple[str, ...]]]:
        parser = Tags()
        parser.feed(made(BODY, message, form).body)
        return parser.found

    hostile = replace(MESSAGE, title=text, source=text, terms=(text,), link=text)
    assert tags(hostile) == tags(replace(MESSAGE, terms=("harmless",)))


def test_discord_is_called_by_nobody_through_a_template() -> None:
    own = made("**{{ title }}**", replace(MESSAGE, title="@everyone *x*"), Form.DISCORD)
    assert "@everyone" not in own.body
    assert r"\*x\*" in own.body


def test_an_excerpt_keeps_its_marks_unless_it_is_worked_on() -> None:
    assert "<b>Waffen</b>" in made("{{ excerpts }}", form=Form.TELEGRAM).body
    worked = made("{{ excerpts|first|upper }}", form=Form.TELEGRAM).body
    assert "&lt;B&gt;WAFFEN" in worked


# --- what fails -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "body", ["{{ titel }}", "{{ 1 > title }}", "{{ x", "{{ title }}" * 500]
)
def test_a_template_that_fails_gives_way_and_says_so(body: str) -> None:
    long = replace(MESSAGE, title="wort " * 1000)
    own = made(body, long, Form.NTFY)
    assert "template kurz failed (" in own.body
    assert "alert 12 13" in own.body


def test_what_does_not_fit_is_shortened_first() -> None:
    own = made(
        "{{ title }} {{ id }}", replace(MESSAGE, title="wort " * 1000), Form.NTFY
    )
    assert own.body.endswith("… 12 13")
    assert "failed" not in own.body


def test_what_gives_too_much_is_stopped() -> None:
    items = tuple(replace(ITEMS[0], title="wort " * 90) for _ in range(15))
    (message,) = digest("15 alerts", items)
    inner = "{{ a.title }}{{ b.title }}" * 150
    loops = "{% for a in items %}{% for b in items %}"
    body = f"{loops}{inner}{{% endfor %}}{{% endfor %}}"
    own = made(body, message)
    assert "it gives more than the service takes" in own.body


@pytest.mark.parametrize(
    ("text", "at", "said"),
    [
        ("{{ titel }}", "titel", "no value `titel`; did you mean `title`"),
        ("{{ xyzzy }}", "xyzzy", "there are alerts"),
        ("a\n  {{ title", "{{", "unexpected end of template"),
        ("{% if title %}", "", "Unexpected end of template"),
        ("{{ title|uper }}", "uper", "no filter `uper`; did you mean `upper`"),
        ("{{ title is odd }}", "odd", "no test `odd`"),
        ("{{ title.upper() }}", "", "a call is not possible"),
        ("{{ ''.__class__ }}", "__class__", "no part `.__class__`"),
        ("{{ items.foo }}", "foo", "no part `.foo`"),
        ("{% for i in items %}{{ i.titel }}{% endfor %}", "titel", "mean `title`"),
        ("{% for i in items %}{{ loop.cycle }}{% endfor %}", "cycle", "no part"),
        ("{% for c in title %}{% endfor %}", "for", "a loop goes over a list"),
        ("{% for i in range(10**9) %}{% endfor %}", "", "a call is not possible"),
        ("{% set a = 1 %}", "", "`set` is not possible"),
        ("{% set a %}x{% endset %}", "", "`set` is not possible"),
        ("{% macro a() %}{% endmacro %}", "", "`macro` is not possible"),
        ("{% include 'x' %}", "", "`include` is not possible"),
        ("{% autoescape true %}{% endautoescape %}", "", "`autoescape`"),
        ("{{ 'a' * 10 }}", "", "`mul` is not possible"),
        ("{{ rules[0] }}", "", "a place in brackets is not possible"),
        ("{{ loop.index }}", "", "it fails with a sample message"),
        ("{{ 1 > title }}", "", "it fails with a sample message"),
        ("{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}", "", "nested too deep"),
        ("x" * (LONGEST + 1), "", "at most 10000 characters"),
        (
            "{% for a in items %}{% for b in also %}{% for c in a.rules %}{{ c }}",
            "",
            "Unexpected end of template",
        ),
        (
            "{% for a in also %}" * 3 + "{% endfor %}" * 3,
            "for",
            "more than 2 loops in each other",
        ),
    ],
)
def test_what_is_wrong_is_said_where_it_stands(text: str, at: str, said: str) -> None:
    (first, *_) = template_faults(text)
    assert said in first.text
    assert text[first.offset :].startswith(at)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no value at all",
        "{% for r in rules %}{{ r }}{{ ', ' if not loop.last }}{% endfor %}",
        "{% for i in items %}{% for r in i.rules %}{{ r }}{% endfor %}{% endfor %}",
        "{% if first_alert and 'waffen' in rules %}{{ first_alert }}{% endif %}",
        "{{ title|default('-')|trim|capitalize|truncate(20) }}{{ excerpts|length }}",
        "{% if author is defined %}{{ [title, source]|join(': ') }}{% endif %}",
        "{% raw %}{{ x }}{% endraw %}{# a remark #}",
        "{% for i in items %}{{ i.title }}{% else %}none{% endfor %}",
    ],
)
def test_what_is_right_has_no_fault(text: str) -> None:
    assert template_faults(text) == ()


@given(st.text(alphabet="{}% abtitle.|()[]'=\n", max_size=60))
def test_any_text_is_a_template_or_has_faults(text: str) -> None:
    found = template_faults(text)
    assert all(0 <= fault.offset <= len(text) for fault in found)
    assert made(text, title=text).body
    if not found and text.strip():
        assert not re.search("template kurz failed", made(text).body)
