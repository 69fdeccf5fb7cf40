"""The whole article and nothing but the article, however its page is laid out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import article_layouts as layouts
import pytest
from article_parts import (
    ANIMALS,
    ENGLISH,
    ENGLISH_TITLE,
    GERMAN,
    GERMAN_TITLE,
    paragraphs,
)

from monitor.articles import read_article
from monitor.model import Article, ArticleReason

URL = "https://bote.example/politik/baku-1?page=1"


def read(text: str | bytes, content_type: str = "text/html", url: str = URL) -> Article:
    body = text.encode() if isinstance(text, str) else text
    return read_article(body, content_type=content_type, url=url)


def check(layout: Callable[[], str], texts: tuple[str, ...]) -> None:
    article = read(layout())
    assert article.reason is ArticleReason.READ
    assert [text for text in texts if text not in article.text] == []
    assert [animal for animal in ANIMALS if animal in article.text] == []


@pytest.mark.parametrize("layout", layouts.GERMAN_LAYOUTS, ids=lambda f: f.__name__)
def test_a_german_page_gives_its_article_alone(layout: Callable[[], str]) -> None:
    check(layout, GERMAN)


@pytest.mark.parametrize("layout", layouts.ENGLISH_LAYOUTS, ids=lambda f: f.__name__)
def test_an_english_page_gives_its_article_alone(layout: Callable[[], str]) -> None:
    check(layout, ENGLISH)
    assert read(layout()).title == ENGLISH_TITLE


def test_the_page_says_title_language_and_date() -> None:
    article = read(layouts.semantic())
    assert article.title == GERMAN_TITLE
    assert article.language == "de"
    assert article.published_at == datetime(2026, 3, 3, 6, 30, tzinfo=UTC)
    assert article.text.splitlines()[0] == GERMAN[0]


def test_an_old_charset_is_understood() -> None:
    page = layouts.divs().replace('charset="utf-8"', 'charset="windows-1252"')
    article = read(page.encode("cp1252"), "text/html")
    assert GERMAN[1] in article.text


def test_a_part_of_a_page_is_a_page() -> None:
    assert read(paragraphs(GERMAN)).text == "\n".join(GERMAN)


def test_megabytes_in_an_attribute_change_nothing() -> None:
    long = f'<p class="{"aB" * 100_000}" lang="de">'
    assert read(paragraphs(GERMAN).replace("<p>", long)).text == "\n".join(GERMAN)
