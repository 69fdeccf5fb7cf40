"""Markup to the text that is matched."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.markup import _TIDY, plain_text, tidy

ODD = ["a", "b", "ü", "\u0301", "\u00ad", "\0", "\ud800"]
NOISE = st.text(st.sampled_from([*"<>&;#x'\"/!- \n", *ODD]))


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("", ""),
        ("  a \n\t b ", "a b"),
        ("Waffen<b>lieferungen</b>", "Waffenlieferungen"),
        ("<p>Eins</p><p>Zwei</p>", "Eins Zwei"),
        ("eins<br/>zwei<BR>drei", "eins zwei drei"),
        ("<ul><li>a</li><li>b</li></ul>", "a b"),
        ("<td>1</td><td>2</td>", "1 2"),
        ("<h1>Titel</h1>Text", "Titel Text"),
        ("CO<sub>2</sub>", "CO2"),
        ("<my-card>a</my-card><o:p>b</o:p>", "a b"),
        ("a<img src=x alt='b'>c", "a c"),
    ],
)
def test_tags_part_blocks_and_not_words(markup: str, text: str) -> None:
    assert plain_text(markup) == text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ('<img alt="a > b">c', "c"),
        ("<a title='1 < 2 > 1' href=x>c</a>", "c"),
        ('<a href="never closed>c', "c"),
        (f'<img src="data:image/png;base64,{"A" * 5000}">c', "c"),
    ],
)
def test_attributes_do_not_leak(markup: str, text: str) -> None:
    assert plain_text(markup) == text


@pytest.mark.parametrize(
    "text",
    [
        "a < b",
        "1 <3",
        "<3",
        "x <y",
        "a <- b",
        "Jo <jo@example.org> wrote",
        "AT&T",
        "a & b",
    ],
)
def test_what_is_no_markup_stays(text: str) -> None:
    assert plain_text(text) == text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("Caf&eacute;", "Café"),
        ("Q &amp; A", "Q & A"),
        ("Q &amp;amp; A", "Q & A"),
        ("Q &amp;amp;amp; A", "Q & A"),
        ("Waffen&amp;shy;lieferungen", "Waffenlieferungen"),
        ("&lt;b&gt;fett&lt;/b&gt;", "fett"),
        ("&amp;lt;p&amp;gt;a&amp;lt;/p&amp;gt;b", "a b"),
        ("&#8222;a&#x201C;", "„a“"),
        ("&#150;", "-"),
        ("5&nbsp;%", "5 %"),
        ("&unknown; &#99999999;", "&unknown; \ufffd"),
        ("1 &lt; 2", "1 < 2"),
    ],
)
def test_entities_are_resolved_until_stable(markup: str, text: str) -> None:
    assert plain_text(markup) == text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("a<!-- b -->c", "ac"),
        ("a<!-- <p> > -->c", "ac"),
        ("a<!-->c", "ac"),
        ("<script>if (a < b) x('<p>')</script>c", "c"),
        ("<STYLE type=x>p {}</style >c", "c"),
        ("<template><p>a</p></template>c", "c"),
        ("&lt;script&gt;x()&lt;/script&gt;c", "c"),
        ("<!-- <script> -->a", "a"),
        ("<script><!-- x --></script>a<!-- y -->b", "ab"),
        ("<!DOCTYPE html><?xml version='1.0'?>a", "a"),
        ("<![CDATA[a <b>b</b>]]> c", "a b c"),
    ],
)
def test_what_no_reader_sees_is_gone(markup: str, text: str) -> None:
    assert plain_text(markup) == text


def test_a_script_that_was_cut_off_hides_the_rest() -> None:
    assert plain_text("a <script>var x = 1; if (") == "a"


def test_a_comment_that_was_cut_off_hides_nothing() -> None:
    assert plain_text("a <!-- b <!-- c <b>d</b>") == "a b c d"


def test_invisible_characters_are_gone() -> None:
    assert (
        tidy("A\u00adser\u200bbai\u200dd\ufeffs\u202ech\u2066an\0\x1b\x07")
        == "Aserbaidschan"
    )


def test_half_characters_are_gone() -> None:
    assert tidy("a\ud800b").encode() == b"ab"


def test_every_dash_and_space_is_alike() -> None:
    dashes = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\uff0d"
    assert tidy(dashes) == "-" * len(dashes)
    assert tidy("a\u00a0b\u2009c\u202fd\u3000e\u2028f\u0085g") == "a b c d e f g"


def test_composed() -> None:
    assert tidy("Mu\u0308ller") == "Müller"
    assert tidy("u\u00ad\u0308") == "ü"


def test_tidy_leaves_markup_alone() -> None:
    assert tidy("a <b> &amp; c") == "a <b> &amp; c"


def test_endless_marks_are_bounded() -> None:
    assert len(tidy("a" + "\u0323\u0301" * 10_000)) < 50


@given(NOISE | st.text())
def test_never_raises_and_is_storable(markup: str) -> None:
    text = plain_text(markup)
    assert text == " ".join(text.split())
    assert unicodedata.is_normalized("NFC", text)
    text.encode()


@given(NOISE | st.text())
def test_tidy_is_stable(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)


@given(st.text())
def test_plain_text_is_stable_where_nothing_is_left_to_read(markup: str) -> None:
    text = plain_text(markup)
    if "<" not in text and "&" not in text:
        assert plain_text(text) == text


def seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


@pytest.mark.parametrize(
    "unit",
    [
        "<", "&", "&amp;", "<!--", "<!-- -", "<script>", "<![CDATA[", "]]>", "<a ",
        "<a '", '<a "', "<a \"'", "<a b='\"", "<a\" '<a' ", "</", "<!a", "&#", "-->",
        "\u0301\u0323", '<a b="" c=\'\' ', "</script", "<style></style ",
    ],
)  # fmt: skip
def test_time_grows_no_faster_than_the_text(unit: str) -> None:
    small, large = unit * (100_000 // len(unit)), unit * (1_000_000 // len(unit))
    base = min(seconds(lambda: plain_text(small)) for _ in range(3))
    assert seconds(lambda: plain_text(large)) < 40 * max(base, 0.001)


def test_what_is_not_looked_at_twice_would_not_change() -> None:
    for code in range(0x10000):
        text = f"e{chr(code)}a"
        whole = unicodedata.normalize("NFC", text.translate(_TIDY))
        assert tidy(text) == " ".join(whole.split()), hex(code)
