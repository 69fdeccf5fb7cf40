"""Articles: fetched with manners, once, and only what is a page."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from article_layouts import amp, semantic
from article_parts import GERMAN, page, paragraphs
from net_site import Names, Page, Site, Talk, a_fetcher, moved, reply

from monitor.articles import read_article
from monitor.model import Article, ArticleReason, FetchedArticle
from monitor.net.articles import Articles
from monitor.ports import Clock
from monitor.testing import FakeClock

HTML = {"Content_Type": "text/html; charset=utf-8"}
ARTICLE = reply(semantic().encode(), **HTML)


class Inline:
    """Reads pages without a process."""

    async def read(self, body: bytes, *, content_type: str, url: str) -> Article:
        return read_article(body, content_type=content_type, url=url)


@asynccontextmanager
async def articles(
    *, clock: Clock | None = None, **options: Any
) -> AsyncIterator[Articles]:
    clock = clock or FakeClock()
    async with (
        a_fetcher(clock=clock, **options) as fetcher,
        Articles(lambda: fetcher, Inline(), clock) as running,
    ):
        yield running


async def read(
    pages: dict[str, Page], path: str = "/a", **options: Any
) -> tuple[FetchedArticle, list[str]]:
    async with Site(pages) as site, articles(**options) as running:
        link = f"{site.url}{path}"
        found = await running.read(link, key=link, feed_url=f"{site.url}/feed")
        return found, [asked.path for asked in site.seen]


def a_page(body: str, head: str = "") -> bytes:
    return reply(page(body, head=head).encode(), **HTML)


async def test_an_article_is_read_after_robots_was_asked() -> None:
    async with Site({"/a": ARTICLE}) as site, articles() as running:
        link = f"{site.url}/a"
        found = await running.read(link, key=link, feed_url=link)
        again = await running.read(link, key=link, feed_url=link)
    assert found == again
    assert found.article.reason is ArticleReason.READ
    assert found.article.text.splitlines()[0] == GERMAN[0]
    assert (found.again, found.status, found.url) == (False, 200, link)
    assert [asked.path for asked in site.seen] == ["/robots.txt", "/a", "/a"]
    assert [a.header("Accept") for a in site.seen[:2]] == [
        "text/plain, */*;q=0.1",
        "text/html, application/xhtml+xml;q=0.9",
    ]
    agents = {asked.header("User-Agent") for asked in site.seen}
    assert len(agents) == 1


async def test_an_article_that_many_want_is_fetched_once() -> None:
    async with Site({"/a": ARTICLE}) as site, articles() as running:
        link = f"{site.url}/a"
        found = await asyncio.gather(
            *(
                running.read(f"{link}?utm_source={n}", key=link, feed_url=link)
                for n in range(5)
            )
        )
    assert len(set(found)) == 1
    assert len(site.seen) == 2


async def test_one_who_gives_up_takes_it_from_nobody() -> None:
    waiting = asyncio.Event()
    going_on = asyncio.Event()

    async def slow(talk: Talk) -> bool:
        waiting.set()
        await going_on.wait()
        await talk.say(ARTICLE)
        return True

    async with Site({"/a": slow}) as site, articles() as running:
        link = f"{site.url}/a"
        first, second = (
            asyncio.create_task(running.read(link, key=link, feed_url=link))
            for _ in range(2)
        )
        await waiting.wait()
        first.cancel()
        going_on.set()
        assert (await second).article.reason is ArticleReason.READ


async def test_leaving_ends_what_is_under_way() -> None:
    waiting = asyncio.Event()

    async def hang(talk: Talk) -> None:
        waiting.set()
        await talk.hung_up()

    async with Site({"/a": hang}) as site:
        async with articles() as running:
            link = f"{site.url}/a"
            task = asyncio.create_task(running.read(link, key=link, feed_url=link))
            await waiting.wait()
        with pytest.raises(asyncio.CancelledError):
            await task


@pytest.mark.parametrize(
    ("answer", "reason", "detail"),
    [
        (
            reply(b"%PDF-1.7", Content_Type="application/pdf"),
            ArticleReason.NOT_HTML,
            "this is application/pdf, not a page",
        ),
        (
            reply(b"x", Content_Disposition="Attachment; filename=a.html", **HTML),
            ArticleReason.NOT_HTML,
            "this is a file to be saved, not a page",
        ),
        (
            reply(b"%PDF-1.7", **HTML),
            ArticleReason.NOT_HTML,
            "a PDF document, not a page",
        ),
        (
            reply(b"", Content_Length="9000000", **HTML),
            ArticleReason.TOO_LARGE,
            "MB",
        ),
        (reply(b" ", **HTML), ArticleReason.EMPTY, "empty"),
        (reply(b"", status="402 X"), ArticleReason.PAYWALL, "402"),
        (reply(b"", status="403 X"), ArticleReason.NOT_FETCHED, "403"),
        (reply(b"", status="410 X"), ArticleReason.NOT_FETCHED, "410"),
        (moved("/a"), ArticleReason.NOT_FETCHED, "circle"),
        (moved("/"), ArticleReason.EMPTY, "front page"),
        (moved("ftp://a.example/"), ArticleReason.NOT_FETCHED, "ftp"),
    ],
    ids=range(11),
)
async def test_what_is_no_article_is_given_up(
    answer: bytes, reason: ArticleReason, detail: str
) -> None:
    found, _ = await read({"/a": answer, "/": ARTICLE})
    assert found.article.reason is reason
    assert detail in found.article.detail
    assert not found.again


async def test_the_body_of_what_is_no_page_is_not_read() -> None:
    left = asyncio.Event()

    async def endless(talk: Talk) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\n\r\n"
        await talk.say(head)
        assert await talk.hung_up(10)
        left.set()

    found, _ = await read({"/a": endless})
    assert found.article.reason is ArticleReason.NOT_HTML
    assert left.is_set()


@pytest.mark.parametrize("status", ["404 X", "408 X", "425 X", "500 X", "502 X"])
async def test_what_may_pass_is_to_be_tried_again(status: str) -> None:
    found, _ = await read({"/a": reply(b"", status=status)})
    assert found.again
    assert found.retry_after is None


async def test_a_host_that_is_busy_says_for_how_long() -> None:
    busy = reply(b"", status="429 X", Retry_After="600")
    found, _ = await read({"/a": busy})
    assert (found.again, found.retry_after) == (True, timedelta(minutes=10))
    silent, _ = await read({"/a": reply(b"", status="503 X")})
    assert silent.retry_after == timedelta(minutes=15)


async def test_a_site_that_hangs_or_is_gone_is_to_be_tried_again() -> None:
    async def hang(talk: Talk) -> None:
        await talk.hung_up()

    found, _ = await read({"/a": hang}, timeout=0.3)
    assert found.article.reason is ArticleReason.NOT_FETCHED
    assert "took too long" in found.article.detail
    assert found.again


async def test_a_tracker_leads_to_the_article() -> None:
    refresh = '<meta http-equiv="Refresh" content="0; URL=\'/b\'">'
    pages: dict[str, Page] = {
        "/t": moved("/a"),
        "/a": a_page("Moment", refresh),
        "/b": ARTICLE,
    }
    found, asked = await read(pages, "/t")
    assert found.article.reason is ArticleReason.READ
    assert found.url.endswith("/b")
    assert asked == ["/robots.txt", "/t", "/a", "/b"]


async def test_pages_that_lead_on_without_end_are_given_up() -> None:
    refresh = '<meta http-equiv="refresh" content="0;url=/a">'
    found, asked = await read({"/a": a_page("x", refresh)})
    assert found.article.reason is ArticleReason.EMPTY
    assert asked == ["/robots.txt", "/a", "/a", "/a"]


async def test_an_amp_page_without_its_article_leads_to_it() -> None:
    link = '<link rel="canonical" href="/b">'
    empty = f"<html amp><head>{link}</head><body>x</body></html>"
    pages: dict[str, Page] = {"/a": reply(empty.encode(), **HTML), "/b": ARTICLE}
    found, _ = await read(pages)
    assert found.url.endswith("/b")
    whole, asked = await read({"/a": reply(amp().encode(), **HTML)})
    assert whole.article.reason is ArticleReason.READ
    assert asked == ["/robots.txt", "/a"]


@pytest.mark.parametrize("link", [None, "", "mailto:a@b.c", "javascript:x()"])
async def test_an_entry_may_have_no_page(link: str | None) -> None:
    async with articles() as running:
        found = await running.read(link, key="k", feed_url="https://a.example/f")
    assert found.article.reason is ArticleReason.NO_LINK


async def test_a_public_feed_names_nothing_in_a_private_network() -> None:
    names = Names(public_example="8.8.8.8")
    async with (
        Site({"/a": ARTICLE}) as site,
        articles(resolver=names) as running,
    ):
        found = await running.read(
            f"{site.url}/a", key="k", feed_url="http://public.example/feed"
        )
    assert found.article.reason is ArticleReason.NOT_FETCHED
    assert "not a public address" in found.article.detail
    assert not site.seen


async def test_nothing_in_a_link_is_expanded() -> None:
    pages: dict[str, Page] = {"/$%7BTOKEN%7D": ARTICLE}
    found, asked = await read(pages, "/${TOKEN}", secrets={"TOKEN": "hunter2"})
    assert asked[-1] == "/$%7BTOKEN%7D"
    assert found.article.reason is ArticleReason.READ


async def test_hostile_pages_do_no_harm() -> None:
    bomb = reply(b"<html>" + b"<div>" * 500_000, **HTML)
    found, _ = await read({"/a": bomb})
    assert found.article.reason in {ArticleReason.TOO_LARGE, ArticleReason.EMPTY}
    broken = a_page(f"<article>{paragraphs(GERMAN)}")
    found, _ = await read({"/a": broken})
    assert found.article.reason is ArticleReason.READ


async def test_the_feed_that_names_an_article_may_have_secrets_in_its_url() -> None:
    async with Site({"/a": ARTICLE}) as site:
        home, link = f"{site.url}/feed?key=1", f"{site.url}/a"
        async with articles(secrets={"FEED": home}) as running:
            found = await running.read(link, key=link, feed_url="${FEED}")
    assert found.article.reason is ArticleReason.READ
