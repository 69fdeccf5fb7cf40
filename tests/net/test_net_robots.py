"""robots.txt is asked once a day, obeyed at every hop, and no answer means not now."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from article_layouts import semantic
from net_site import Page, Site, Talk, a_fetcher, moved, reply
from yarl import URL

from monitor.model import ArticleReason, FetchedArticle
from monitor.net import robots as module
from monitor.net.article_reader import ArticleReader
from monitor.net.articles import Articles
from monitor.net.robots import RefusedByRobots, Robots, RobotsUnknown
from monitor.testing import FakeClock

ARTICLE = reply(semantic().encode(), Content_Type="text/html")


@asynccontextmanager
async def asking(
    *answers: Page | None, **options: Any
) -> AsyncIterator[tuple[Robots, Site, FakeClock]]:
    """Return who asks, of a site which gives these answers, one after the other."""
    clock = FakeClock()
    said = iter(answers)

    async def say(talk: Talk) -> bool:
        answer = next(said)
        assert isinstance(answer, bytes)
        await talk.say(answer)
        return True

    async with (
        Site({"/robots.txt": say}) as site,
        a_fetcher(clock=clock, **options) as fetcher,
    ):
        yield Robots(lambda: fetcher, clock), site, clock


async def allows(robots: Robots, site: Site, path: str = "/a") -> bool:
    try:
        await robots.check(URL(f"{site.url}{path}"), named_by=site.url)
    except RefusedByRobots as error:
        assert "robots.txt asks not to read this page" in str(error)  # noqa: PT017
        return False
    return True


RULES = b"""
User-agent: *
Disallow: /geheim
Allow: /geheim/nicht
Disallow: /*.pdf$
Disallow: /?s=

User-agent: Feed-Monitor

Disallow: /uns
"""


@pytest.mark.parametrize(
    ("rules", "path", "expected"),
    [
        (RULES, "/uns/a", False),
        (RULES, "/geheim", True),  # our own group counts, and no other
        (RULES.partition(b"User-agent: Feed")[0], "/geheim/a", False),
        (RULES.partition(b"User-agent: Feed")[0], "/geheim/nicht/a", True),
        (RULES.partition(b"User-agent: Feed")[0], "/a.pdf", False),
        (RULES.partition(b"User-agent: Feed")[0], "/a.pdf?x", True),
        (RULES.partition(b"User-agent: Feed")[0], "/?s=x", False),
        ("User-agent: *\nDisallow: /ü".encode(), "/%C3%BC", False),
        (b"<html>404</html>", "/a", True),
        (b"\xff\xfe\x00 nonsense", "/a", True),
        (b"# x\n" * 200_000 + b"User-agent: *\nDisallow: /", "/a", True),
        (b"# x\n" * 100_000 + b"User-agent: *\nDisallow: /", "/a", False),
    ],
    ids=range(12),
)
async def test_the_rules_of_a_site_hold(
    rules: bytes, path: str, *, expected: bool
) -> None:
    async with asking(reply(rules)) as (robots, site, _):
        assert await allows(robots, site, path) is expected


async def test_a_site_is_asked_once_a_day() -> None:
    forbidding = reply(b"User-agent: *\nDisallow: /")
    async with asking(forbidding, reply(b"x")) as (robots, site, clock):
        assert not any(await asyncio.gather(*(allows(robots, site) for _ in range(5))))
        clock.advance(timedelta(hours=23))
        assert not await allows(robots, site)
        assert len(site.seen) == 1
        clock.advance(timedelta(hours=2))
        assert await allows(robots, site)
        assert len(site.seen) == 2


async def test_a_clock_set_back_keeps_no_rules_for_years() -> None:
    async with asking(reply(b"x"), reply(b"x")) as (robots, site, clock):
        assert await allows(robots, site)
        clock.jump(-timedelta(days=400))
        assert await allows(robots, site)
        assert len(site.seen) == 2


@pytest.mark.parametrize("status", ["401 X", "403 X", "404 X", "410 X", "204 X"])
async def test_a_refusal_means_that_there_are_no_rules(status: str) -> None:
    async with asking(reply(b"", status=status)) as (robots, site, _):
        assert await allows(robots, site)


async def test_an_empty_file_or_a_circle_has_no_rules() -> None:
    async with asking(reply(b"")) as (robots, site, _):
        assert await allows(robots, site)
    async with asking(moved("/robots.txt")) as (robots, site, _):
        assert await allows(robots, site)


async def unknown(robots: Robots, site: Site) -> RobotsUnknown:
    with pytest.raises(RobotsUnknown) as caught:
        await robots.check(URL(f"{site.url}/a"), named_by=site.url)
    assert caught.value.detail.startswith("robots.txt: ")
    return caught.value


async def test_without_an_answer_nothing_is_fetched_for_ten_minutes() -> None:
    async with asking(reply(b"", status="500 X"), reply(b"x")) as (robots, site, clock):
        error = await unknown(robots, site)
        assert error.until == clock.now() + timedelta(minutes=10)
        await unknown(robots, site)
        assert len(site.seen) == 1
        clock.advance(timedelta(minutes=11))
        assert await allows(robots, site)


async def test_a_busy_site_says_when_it_may_be_asked_again() -> None:
    busy = reply(b"", status="429 X", Retry_After="3600")
    async with asking(busy) as (robots, site, clock):
        error = await unknown(robots, site)
        assert error.until == clock.now() + timedelta(hours=1)
    silent = reply(b"", status="503 X")
    async with asking(silent) as (robots, site, clock):
        assert (await unknown(robots, site)).until == clock.now() + timedelta(
            minutes=15
        )


async def test_a_file_without_end_is_no_answer() -> None:
    async with asking(reply(b"", Content_Length="3000000")) as (robots, site, _):
        assert "larger than" in (await unknown(robots, site)).detail


async def test_the_rules_of_so_many_sites_are_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_MOST_SITES", 1)
    async with asking(reply(b"x"), reply(b"x")) as (robots, site, _):
        assert await allows(robots, site)
        other = URL(f"http://localhost:{site.port}/a")
        await robots.check(other, named_by=site.url)
        assert len(robots._known) == 1
        assert not robots._asking


async def article(pages: dict[str, Page]) -> tuple[FetchedArticle, list[str]]:
    clock = FakeClock()
    async with (
        Site(pages) as site,
        a_fetcher(clock=clock) as fetcher,
        ArticleReader() as reader,
        Articles(lambda: fetcher, reader, clock) as articles,
    ):
        link = f"{site.url}/a"
        found = await articles.read(link, key=link, feed_url=link)
        return found, [asked.path for asked in site.seen]


async def test_every_step_of_the_way_must_be_allowed() -> None:
    rules = reply(b"User-agent: *\nDisallow: /b")
    pages: dict[str, Page] = {"/robots.txt": rules, "/a": moved("/b"), "/b": ARTICLE}
    found, asked = await article(pages)
    assert found.article.reason is ArticleReason.ROBOTS
    assert not found.again
    assert asked == ["/robots.txt", "/a"]


async def test_an_article_waits_for_robots_to_be_known() -> None:
    pages: dict[str, Page] = {
        "/robots.txt": reply(b"", status="500 X"),
        "/a": ARTICLE,
    }
    found, asked = await article(pages)
    assert found.article.reason is ArticleReason.ROBOTS_UNKNOWN
    assert (found.again, found.retry_after) == (True, timedelta(minutes=10))
    assert asked == ["/robots.txt"]
