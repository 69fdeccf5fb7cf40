"""A wall is no article, and what stands before a paywall is all that is read."""

from __future__ import annotations

import pytest
from article_layouts import json_ld
from article_parts import GERMAN, GERMAN_TITLE, NAVIGATION, page, paragraphs

from monitor.articles import read_article
from monitor.articles.page import LARGEST, MOST_ELEMENTS
from monitor.model import Article, ArticleReason

URL = "https://bote.example/politik/baku-1"
OFFER = (
    '<div class="paywall"><h3>Weiterlesen mit Bote+</h3><p>Dieser Artikel ist nur für'
    " Abonnenten. Jetzt vier Wochen testen.</p><p>Im Abo: ein Elefant.</p></div>"
)


def read(text: str | bytes, url: str = URL) -> Article:
    body = text.encode() if isinstance(text, str) else text
    return read_article(body, content_type="text/html; charset=utf-8", url=url)


def reason(text: str | bytes, url: str = URL) -> ArticleReason:
    article = read(text, url)
    assert not article.text
    assert article.detail
    return article.reason


def test_the_free_part_of_an_article_is_read() -> None:
    body = f"<main><h1>{GERMAN_TITLE}</h1>{paragraphs(GERMAN[:2])}{OFFER}</main>"
    article = read(page(body))
    assert article.reason is ArticleReason.PAYWALL
    assert article.text == "\n".join(GERMAN[:2])


def test_what_is_sold_is_not_read_even_if_it_was_sent() -> None:
    body = (
        f"<article><h1>{GERMAN_TITLE}</h1>{paragraphs(GERMAN[:2])}"
        f'<div class="x sold">{paragraphs(GERMAN[2:4])}</div>'
        f'<div id="plus">{paragraphs(GERMAN[4:])}</div></article>'
    )
    part = {"@type": "WebPageElement", "isAccessibleForFree": "False"}
    head = json_ld(
        isAccessibleForFree=False,
        articleBody="\n".join(GERMAN),
        hasPart=[{**part, "cssSelector": ".sold, #plus"}],
    )
    article = read(page(body, head=head))
    assert article.reason is ArticleReason.PAYWALL
    assert article.text == "\n".join(GERMAN[:2])


def test_an_article_about_subscriptions_is_an_article() -> None:
    text = "Jetzt abonnieren die Leser wieder mehr Zeitungen, sagt der Verband."
    body = f"<article><h1>Abos</h1>{paragraphs((*GERMAN, text))}</article>"
    assert read(page(body)).reason is ArticleReason.READ


CONSENT = (
    "<h1>Bote lesen mit Werbung oder im Abo</h1><p>Besuchen Sie uns wie gewohnt mit"
    " Werbung und Tracking. Ihre Zustimmung zu Cookies ist jederzeit widerrufbar. Mehr"
    " in"
    " der Datenschutzerklärung. Wir und unsere Partner speichern Cookies auf Ihrem"
    " Endgerät, um Ihnen personalisierte Werbung zu zeigen.</p>"
)


def test_a_page_that_asks_for_consent_is_told_by_its_words_title_or_address() -> None:
    assert reason(page(CONSENT, title="Willkommen")) is ArticleReason.CONSENT
    brief = page("<p>Bevor Sie fortfahren, noch eine Frage.</p>", title="Zustimmung")
    assert reason(brief) is ArticleReason.CONSENT
    asked = page("<p>Eine Frage</p>", title="Bote")
    assert reason(asked, "https://consent.bote.example/") is ArticleReason.CONSENT


def test_an_article_about_cookies_is_an_article() -> None:
    text = (
        "Wer im Netz liest, muss Cookies akzeptieren. Die Einwilligung ist Pflicht, die"
        " Werbung bleibt. Tracking ohne Zustimmung verbietet der Datenschutz."
    )
    head = '<meta property="og:type" content="article">'
    body = f"<article><h1>Cookies</h1><p>{text}</p></article>"
    assert read(page(body, head=head, title="Cookies")).reason is ArticleReason.READ
    long = f"<article><h1>Cookies</h1>{paragraphs((text, *GERMAN * 5))}</article>"
    assert read(page(long, title="Neues vom Tage")).reason is ArticleReason.READ


@pytest.mark.parametrize(
    "text",
    [
        "<h1>Just a moment...</h1><p>Checking your browser before accessing</p>",
        "<p>Access Denied</p><p>You don't have permission. Reference #18.2</p>",
        "<p>Einen Augenblick</p><script>window._cf_chl_opt={}</script>",
        "<p>Bitte aktivieren Sie JavaScript, um fortzufahren.</p>",
    ],
)
def test_a_bot_wall_is_told(text: str) -> None:
    assert reason(page(text)) is ArticleReason.BOT_WALL


def test_other_pages_without_an_article_are_told() -> None:
    login = "<form><input name=u><input type=password></form>"
    assert reason(page(login)) is ArticleReason.LOGIN
    sold = "<p>This domain is for sale. Buy this domain today.</p>"
    assert reason(page(sold)) is ArticleReason.EMPTY
    assert reason(page(NAVIGATION)) is ArticleReason.EMPTY
    assert reason(page(login, head=json_ld())) is ArticleReason.EMPTY


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", ArticleReason.NOT_HTML),
        (b"\n%PDF-1.7", ArticleReason.NOT_HTML),
        (b'{"a": 1}', ArticleReason.NOT_HTML),
        (b"<?xml version='1.0'?><rss><channel/></rss>", ArticleReason.NOT_HTML),
        (b"", ArticleReason.EMPTY),
        (b"<html><!-- -->", ArticleReason.EMPTY),
        (b"<html></html>", ArticleReason.EMPTY),
        (b"<!doctype html>", ArticleReason.EMPTY),
        (b"<p>" + b"x" * LARGEST, ArticleReason.TOO_LARGE),
        (b"<p>" + b"<b></b>" * MOST_ELEMENTS, ArticleReason.TOO_LARGE),
        (b"<html>" + b"<div>" * 100_000, ArticleReason.EMPTY),
    ],
    ids=range(11),
)
def test_what_is_no_page_is_told(body: bytes, expected: ArticleReason) -> None:
    assert reason(body) is expected


HOSTILE = {
    "much text": f"<article><h1>T</h1>{paragraphs(GERMAN * 1500)}</article>",
    "much text, no marks": paragraphs(GERMAN * 1800),
    "many boxes": "<h3>Mehr zum Thema</h3><p>x</p>" * 3_000 + paragraphs(GERMAN),
    "nested": "<div>" * 200 + paragraphs(GERMAN),
    "many names": f'<div class="{"related " * 50_000}">{paragraphs(GERMAN)}</div>',
    "no such characters": f"<p>a\0b\ufffe\x0bc</p>{paragraphs(GERMAN)}",
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_an_odd_page_still_gives_its_article(body: str) -> None:
    assert GERMAN[-1] in read(page(body)).text


@pytest.mark.parametrize(
    "script",
    [
        "[" * 100_000,
        '{"@type": ["NewsArticle", 5], "articleBody": 7, "inLanguage": {"name": "de"}}',
        '{"@type": "NewsArticle", "hasPart": [1, {"isAccessibleForFree": 1}]}',
        '[{"@type": "NewsArticle", "headline": "x"}, {"@type": "Report"}]',
        '{"@graph": {"@graph": {"@graph": {"@graph": {"@graph": {"a": 1}}}}}}',
        "",
        "null",
        '{"@type": "NewsArticle", "inLanguage": {"alternateName": []}};',
    ],
    ids=range(8),
)
def test_odd_data_for_machines_spoils_nothing(script: str) -> None:
    head = f'<script type="application/ld+json">{script}</script>'
    assert read(page(paragraphs(GERMAN), head=head)).text == "\n".join(GERMAN)
