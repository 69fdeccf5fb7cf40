"""What a page says of itself: its own words are believed about itself alone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from article_layouts import json_ld
from article_parts import GERMAN, paragraphs

from monitor.articles import read_article
from monitor.model import Article

URL = "https://www.bote.example/politik/baku-1"
MOMENT = datetime(2026, 3, 3, 6, 30, tzinfo=UTC)


def read(head: str = "", body: str = "", *, lang: str = "", url: str = URL) -> Article:
    text = f"<html {lang}><head>{head}</head><body>{body}{paragraphs(GERMAN)}</body>"
    return read_article(text.encode(), content_type="text/html", url=url)


@pytest.mark.parametrize(
    ("head", "url", "expected"),
    [
        ("<link rel=canonical href='/a'>", URL, "https://www.bote.example/a"),
        (
            "<link rel='CANONICAL x' href=' https://bote.example/a '>",
            URL,
            "https://bote.example/a",
        ),
        (
            "<meta property='og:url' content='https://bote.example/b'>",
            URL,
            "https://bote.example/b",
        ),
        ("<link rel=canonical href='https://other.example/a'>", URL, None),
        ("<link rel=canonical href='https://www.bote.example/'>", URL, None),
        (
            "<link rel=canonical href='https://www.bote.example/?p=7'>",
            URL,
            "https://www.bote.example/?p=7",
        ),
        ("<link rel=canonical href='mailto:a@b.c'>", URL, None),
        ("<link rel=canonical><link rel=icon href=/i>", URL, None),
        (
            "<link rel=canonical href='https://bote.example/a'>",
            "https://bote-example.cdn.ampproject.org/c/s/bote.example/a",
            "https://bote.example/a",
        ),
        (json_ld(url="https://bote.example/ld"), URL, "https://bote.example/ld"),
    ],
    ids=range(10),
)
def test_the_address_is_one_of_the_same_publisher(
    head: str, url: str, expected: str | None
) -> None:
    assert read(head, url=url).canonical_url == expected


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("<meta property='article:published_time'"
         " content='2026-03-03T07:30+01:00'>", ""),
        ("<meta name=DATE content='2026-03-03 06:30'>", ""),
        (json_ld(), ""),
        (json_ld(datePublished="soon", dateCreated="x"), "<time datetime='2026-03-03T06:30Z'>"),
        ("", "<time datetime='2026-03-03T06:30Z'>heute</time>"),
        ("", ("<time>x</time><time datetime='2026-01-01'></time>"
         "<time itemprop=datePublished datetime='2026-03-03T06:30Z'>x</time>")),
    ],
    ids=range(6),
)  # fmt: skip
def test_the_date_is_found_where_pages_write_it(head: str, body: str) -> None:
    assert read(head, body).published_at == MOMENT


def test_of_several_times_none_is_the_date() -> None:
    times = "<time datetime='2026-03-03'></time><time datetime='2026-03-04'></time>"
    assert read(body=f"{times}<time class=published>x</time>").published_at is None


@pytest.mark.parametrize(
    ("lang", "head", "expected"),
    [
        ("lang=de-AT", "", "de-at"),
        ("lang='Deutsch!'", "<meta property='og:locale' content='de_DE'>", "de-de"),
        ("", json_ld(inLanguage="en"), "en"),
        ("", json_ld(inLanguage={"@type": "Language", "name": "English"}), "english"),
        ("", "", ""),
    ],
)
def test_the_language_is_a_code(lang: str, head: str, expected: str) -> None:
    assert read(head, lang=lang).language == (expected if expected != "english" else "")


def test_the_title_is_the_articles_own() -> None:
    assert read("<title>Bote</title>", "<h1>Baku</h1>").title == "Baku"
    assert read("<title>Bote</title>", f"<h1>{'lang ' * 100}</h1>").title == "Bote"
    assert (
        read("<meta property=og:title content='Er &amp;amp; sie'>").title == "Er & sie"
    )
    assert read(json_ld(headline="So <b>heißt</b> sie")).title == "So heißt sie"
    assert read().title == ""


def test_of_several_articles_the_one_with_the_pages_title_counts() -> None:
    one = json_ld(headline="Baku", articleBody="\n".join(GERMAN))
    other = json_ld(headline="Giraffe", articleBody="Giraffe. " * 200)
    assert "Giraffe" not in read(f"<title>Baku</title>{one}{other}").text
    assert read(f"<title>Bote</title>{one}{other}").text == "\n".join(GERMAN)


def test_the_data_may_hold_an_excerpt_or_all_that_there_is() -> None:
    excerpt = json_ld(articleBody=GERMAN[0])
    assert read(excerpt).text == "\n".join(GERMAN)
    behind = "\n".join((*GERMAN, "3 Kommentare", "Eine Giraffe, die schreibt."))
    assert "Giraffe" not in read(json_ld(articleBody=behind)).text
    much = (*GERMAN, *(f"{text} Und noch mehr." for text in GERMAN))
    marked_up = "".join(f"<p>{text}</p>" for text in much)
    assert read(json_ld(articleBody=marked_up)).text == "\n".join(much)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("<meta http-equiv=refresh content='0;url=/b'>", "https://www.bote.example/b"),
        ("<meta http-equiv=REFRESH content='1.5, URL=\"b\"'>", "https://www.bote.example/politik/b"),
        ("<meta http-equiv=refresh content='300; url=/b'>", None),
        ("<meta http-equiv=refresh content='300'>", None),
        ("<meta http-equiv=refresh>", None),
        ("<meta http-equiv=x><link rel=canonical href=/b>", None),
    ],
    ids=range(6),
)  # fmt: skip
def test_a_page_may_send_its_readers_on(head: str, expected: str | None) -> None:
    assert read(head).leads_to == expected


@pytest.mark.parametrize("mark", ["amp", "⚡"])
def test_an_amp_page_leads_to_its_article(mark: str) -> None:
    assert read("<link rel=canonical href=/b>", lang=mark).leads_to == (
        "https://www.bote.example/b"
    )
