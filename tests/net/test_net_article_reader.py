"""Reading articles in another process: bounded, replaced when it dies."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from article_layouts import semantic
from article_parts import GERMAN, page, paragraphs

from monitor.articles import read_article
from monitor.model import Article, ArticleReason
from monitor.net.article_reader import ArticleReader

URL = "https://bote.example/baku"
HUGE = page(paragraphs(GERMAN * 2_000)).encode()


@pytest.fixture
async def reader() -> AsyncIterator[ArticleReader]:
    async with ArticleReader() as running:
        yield running


async def read(reader: ArticleReader, body: bytes) -> Article:
    return await reader.read(body, content_type="text/html", url=URL)


async def test_nothing_changes_on_the_way(reader: ArticleReader) -> None:
    body = semantic().encode()
    article = await read(reader, body)
    assert article == read_article(body, content_type="text/html", url=URL)
    assert article.published_at == datetime(2026, 3, 3, 6, 30, tzinfo=UTC)
    assert (await read(reader, b"%PDF-1.7")).reason is ArticleReason.NOT_HTML


async def test_a_page_that_takes_too_long_costs_itself_alone() -> None:
    async with ArticleReader(timedelta(seconds=0.3)) as hurried:
        article = await read(hurried, HUGE)
        assert article.reason is ArticleReason.SLOW
        assert article.detail == "the page took longer than 0.3 s to read"
        assert (await read(hurried, b"")).reason is ArticleReason.EMPTY


async def test_a_page_that_needs_too_much_memory_costs_itself_alone() -> None:
    async with ArticleReader(memory=120_000_000) as small:
        article = await read(small, page(paragraphs(GERMAN * 7_000)).encode())
        assert article.reason is ArticleReason.UNREADABLE
        assert "memory" in article.detail
        assert (await read(small, semantic().encode())).text


async def test_a_worker_that_dies_is_replaced(reader: ArticleReader) -> None:
    await read(reader, b"")
    os.kill(reader._pool._idle[0]._process.pid, signal.SIGKILL)
    assert (await read(reader, semantic().encode())).reason is ArticleReason.READ


async def test_a_page_that_kills_every_worker_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("monitor.net.article_reader._MODULE", "monitor.net.nothing")
    async with ArticleReader() as broken:
        assert (await read(broken, b"")).reason is ArticleReason.NO_READER
    monkeypatch.setattr("monitor.net.article_reader._MODULE", "dying_worker")
    async with ArticleReader() as dying:
        assert (await read(dying, b"")).reason is ArticleReason.UNREADABLE
