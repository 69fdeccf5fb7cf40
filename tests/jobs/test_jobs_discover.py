"""Finding feeds: what is asked for, in which order, and what becomes of the answers."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor.feeds.discovery import Why
from monitor.jobs.discover import Discovered, FoundFeed, discover, worth_choosing
from monitor.jobs.subscribing import (
    Choice,
    Subscribed,
    choose,
    free_name,
    is_sitemap,
)
from monitor.model import FeedKind, Fetched, FetchOutcome
from monitor.testing import FakeFetcher, InlineParser

TOP = "https://news.example.org"
PAGE = f"{TOP}/politik"


def rss(*links: str, title: str = "News", date: str = "") -> bytes:
    items = "".join(
        f"<item><title>t</title><link>{TOP}/{link}</link>{date}</item>"
        for link in links
    )
    head = f'<rss version="2.0"><channel><title>{title}</title>'
    return f"{head}{items}</channel></rss>".encode()


def declared(*paths: str) -> bytes:
    tags = (f"<link rel=alternate type=application/rss+xml href={p}>" for p in paths)
    return f"<html>{''.join(tags)}</html>".encode()


async def found_at(url: str, web: FakeFetcher, **limits: int) -> Discovered:
    return await discover(url, web, InlineParser(), **limits)


def asked(web: FakeFetcher) -> list[str]:
    return [request.url.removeprefix(TOP) for request in web.requests]


async def test_a_feed_is_found_as_itself_and_nothing_else_is_asked() -> None:
    date = "<pubDate>Mon, 05 Jan 2026 10:00:00 GMT</pubDate>"
    web = FakeFetcher({PAGE: rss("1", "2", date=date)})

    found = await found_at(PAGE, web)

    assert found == Discovered(
        (
            FoundFeed(
                url=PAGE,
                title="News",
                kind=FeedKind.FEED,
                why=Why.ITSELF,
                tier=found.found[0].tier,
                entries=2,
                newest_at=datetime(2026, 1, 5, 10, tzinfo=UTC),
            ),
        ),
        (),
    )
    assert asked(web) == ["/politik"]


async def test_the_page_of_a_known_site_is_not_asked() -> None:
    web = FakeFetcher({"https://github.com/a/b/tags.atom": rss("1", title="")})

    found = await found_at("https://github.com/a/b", web)

    assert [(f.url, f.title, f.why) for f in found.found] == [
        ("https://github.com/a/b/tags.atom", "tags", Why.SITE)
    ]
    assert len(web.requests) == 3


async def test_the_feed_of_a_known_site_is_asked_first() -> None:
    url = "https://github.com/a/b/releases.atom"
    web = FakeFetcher({url: rss()})

    assert len((await found_at(url, web)).found) == 1
    assert len(web.requests) == 1


async def test_declared_feeds_are_looked_into() -> None:
    pages = {
        PAGE: declared("/a", "/b", "/gone", "/page", "/c"),
        f"{TOP}/a": rss("1", title="A"),
        f"{TOP}/b": rss("1", title="B"),
        f"{TOP}/c": rss("2"),
        f"{TOP}/page": b"<html><title>No</title></html>",
    }

    found = await found_at(PAGE, FakeFetcher(pages))

    assert [(f.url, f.twin) for f in found.found] == [
        (f"{TOP}/a", None),
        (f"{TOP}/b", f"{TOP}/a"),
        (f"{TOP}/c", None),
    ]
    problems = {one.url: one.problem for one in found.tried}
    assert problems[f"{TOP}/gone"] == "HTTP 404"
    assert problems[f"{TOP}/page"] == 'an HTML page, not a feed: "No"'


async def test_two_addresses_that_lead_to_one_are_one() -> None:
    moved = Fetched(FetchOutcome.OK, f"{TOP}/a", 200, rss("1"), redirects=1)
    pages = {PAGE: declared("/a", "/old"), f"{TOP}/a": rss("1"), f"{TOP}/old": moved}

    found = await found_at(PAGE, FakeFetcher(pages))

    assert [f.url for f in found.found] == [f"{TOP}/a"]


async def test_a_page_of_feeds_is_read_where_the_first_page_links_to_it() -> None:
    pages = {
        PAGE: b"<a href=/rss>RSS</a>",
        f"{TOP}/rss": b"<html><a href=/all.rss>all</a>",
        f"{TOP}/all.rss": rss("1"),
    }

    found = await found_at(PAGE, FakeFetcher(pages))

    assert [(f.url, f.why) for f in found.found] == [(f"{TOP}/all.rss", Why.ANCHOR)]


async def test_well_known_places_come_last() -> None:
    web = FakeFetcher({PAGE: b"<html>", f"{TOP}/feed.xml": rss("1")})

    found = await found_at(PAGE, web)

    assert [f.why for f in found.found] == [Why.WELL_KNOWN]
    assert asked(web)[-1] == "/robots.txt"


async def test_a_page_that_is_missing_does_not_end_the_search() -> None:
    web = FakeFetcher({f"{TOP}/rss": rss("1")})

    assert [f.url for f in (await found_at(PAGE, web)).found] == [f"{TOP}/rss"]


@pytest.mark.parametrize(
    "answer",
    [
        Fetched(FetchOutcome.NETWORK, PAGE, detail="no such host"),
        Fetched(FetchOutcome.HTTP_ERROR, PAGE, 429, detail="answered 429"),
        Fetched(FetchOutcome.HTTP_ERROR, PAGE, 503, detail="answered 503"),
    ],
)
async def test_a_host_that_does_not_want_is_asked_no_more(answer: Fetched) -> None:
    web = FakeFetcher({PAGE: answer})

    found = await found_at(PAGE, web)

    assert found.found == ()
    assert [one.problem for one in found.tried] == [answer.detail]
    assert asked(web) == ["/politik"]


async def test_news_sitemaps_of_robots_are_found() -> None:
    news = (
        b'<urlset xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">'
        b"<url><loc>https://n/1</loc><n:news><n:title>Baku</n:title>"
        b"<n:publication_date>2026-01-05T10:00:00Z</n:publication_date></n:news></url>"
        b"</urlset>"
    )
    robots = f"Sitemap: {TOP}/news.xml\nSitemap: {TOP}/news2.xml"
    pages = {
        PAGE: b"<html>",
        f"{TOP}/robots.txt": robots.encode(),
        f"{TOP}/news.xml": news,
        f"{TOP}/news2.xml": b"<urlset/>",
    }

    (found,) = (await found_at(PAGE, FakeFetcher(pages))).found

    assert (found.url, found.kind, found.entries) == (f"{TOP}/news.xml", "sitemap", 1)
    assert found.newest_at == datetime(2026, 1, 5, 10, tzinfo=UTC)


async def test_a_redirected_page_asks_for_no_secret() -> None:
    at = f"{TOP}/?k=${{KEY}}"
    page = Fetched(FetchOutcome.OK, at, 200, declared("?f"), redirects=1)
    web = FakeFetcher({PAGE: page})

    await found_at(PAGE, web)

    assert not any("${" in request.url for request in web.requests)


async def test_no_more_is_asked_than_allowed() -> None:
    pages = {PAGE: declared(*(f"/{n}" for n in range(99))), f"{TOP}/3": rss("1")}
    web = FakeFetcher(pages)

    found = await found_at(PAGE, web, most=10)

    assert len(web.requests) == 11  # and robots.txt
    assert (len(found.found), found.left) == (1, 90)


# --- what becomes of it -------------------------------------------------------------


def feed(
    url: str, kind: FeedKind = FeedKind.FEED, twin: str | None = None
) -> FoundFeed:
    return FoundFeed(url, "", kind, Why.LINK, "", 1, None, twin)


def test_twins_comments_and_sitemaps_are_no_choice() -> None:
    a, b = feed(f"{TOP}/a"), feed(f"{TOP}/b")
    twin = feed(f"{TOP}/c", twin=a.url)
    comments = feed(f"{TOP}/comments/feed")
    sitemap = feed(f"{TOP}/s", FeedKind.SITEMAP)

    assert worth_choosing((a, twin, comments, b, sitemap)) == (a, b)
    assert worth_choosing((comments,)) == (comments,)
    assert worth_choosing((sitemap,)) == (sitemap,)
    assert is_sitemap(sitemap)
    assert not is_sitemap(a)
    assert not is_sitemap(None)


def test_a_url_is_added_unless_something_is_in_the_way() -> None:
    taken = Subscribed([("one", "http://www.news.example.org/one/")])
    one, two = feed(f"{TOP}/one"), feed(f"{TOP}/two")

    assert choose(PAGE, Discovered((two,), ()), taken).choice is Choice.ADDED
    known = choose(PAGE, Discovered((one,), ()), taken)
    assert (known.choice, known.known) == (Choice.KNOWN_URL, "one")
    several = choose(PAGE, Discovered((one, two), ()), taken)
    assert (several.choice, several.rivals) == (Choice.SEVERAL, (one, two))
    assert choose(PAGE, Discovered((), ()), taken).choice is Choice.NO_FEED


def test_an_address_is_known_in_any_spelling() -> None:
    taken = Subscribed([("one", "https://a.example/f?b=2&a=1"), ("odd", "${URL}")])

    assert taken.at("http://www.A.example:80/f?a=1&b=2#x") == "one"
    assert taken.at("${URL}") == "odd"
    assert taken.at("https://a.example/") is None


def test_a_free_name_is_the_first_that_is_free() -> None:
    assert free_name("a", {"b"}) == "a"
    assert free_name("a", {"a", "a-2", "a-4"}) == "a-3"
