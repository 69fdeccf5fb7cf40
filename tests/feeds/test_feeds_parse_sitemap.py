"""News sitemaps, and what is said of the other sitemaps."""

from __future__ import annotations

import pytest

from monitor.errors import FeedError
from monitor.feeds import likely_kind, parse_feed
from monitor.model import FeedKind, ParsedFeed

NAMESPACES = (
    ' xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    ' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
)
PAGE = "<url><loc>https://x.example/{n}</loc>{news}</url>"
NEWS = "<news:news><news:title>Titel {n}</news:title></news:news>"
URL = "https://x.example/sitemap.xml"


def sitemap(*pages: str, root: str = "urlset") -> bytes:
    return f"<{root}{NAMESPACES}>{''.join(pages)}</{root}>".encode()


def page(number: int) -> str:
    return PAGE.format(n=number, news=NEWS.format(n=number))


def read(body: bytes, kind: FeedKind = FeedKind.SITEMAP) -> ParsedFeed:
    return parse_feed(body, url=URL, kind=kind)


def refused(body: bytes, kind: FeedKind = FeedKind.SITEMAP) -> str:
    with pytest.raises(FeedError) as caught:
        read(body, kind)
    return str(caught.value)


def test_a_page_is_known_by_its_link() -> None:
    entries = read(sitemap(page(1), page(2))).entries
    assert [e.key for e in entries] == [
        "l:https://x.example/1",
        "l:https://x.example/2",
    ]


def test_a_sitemap_without_pages_has_no_entries() -> None:
    assert read(sitemap()).entries == ()


def test_a_sitemap_without_titles_is_refused() -> None:
    said = refused(sitemap(PAGE.format(n=1, news="<lastmod>2026-11-23</lastmod>")))
    assert said.startswith("a sitemap without titles")


def test_an_index_names_its_sitemaps_those_of_news_first() -> None:
    names = ("pages", "posts-1", "posts-2", "google-news")
    inside = (
        f"<sitemap><loc>https://x.example/{name}.xml</loc></sitemap>" for name in names
    )
    assert refused(sitemap(*inside, root="sitemapindex")) == (
        "an index of sitemaps: subscribe to one of these: "
        "https://x.example/google-news.xml, https://x.example/pages.xml, "
        "https://x.example/posts-1.xml ..."
    )


def test_an_index_of_nothing_is_told() -> None:
    assert refused(sitemap(root="sitemapindex")) == "an index of sitemaps"


def test_a_sitemap_where_a_feed_should_be() -> None:
    said = refused(sitemap(page(1)), FeedKind.FEED)
    assert said.startswith("a news sitemap, not a feed")
    assert "`kind: sitemap`" in said


def test_a_feed_where_a_sitemap_should_be() -> None:
    said = refused(b"<rss><channel><item/></channel></rss>")
    assert said == "a feed, not a sitemap: leave out `kind: sitemap`"


def test_a_page_where_a_sitemap_should_be() -> None:
    body = b"<html><title>Oops</title><body><rss></rss></body></html>"
    assert refused(body) == 'an HTML page, not a feed: "Oops"'


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (sitemap(page(1)), FeedKind.SITEMAP),
        (sitemap(root="sitemapindex"), FeedKind.SITEMAP),
        (sitemap(page(1)).decode().encode("utf-16"), FeedKind.SITEMAP),
        (b"<rss><channel/></rss>", FeedKind.FEED),
        (b"<rss><channel><urlset/></channel></rss>", FeedKind.FEED),
        (b"<html><urlset></html>", FeedKind.FEED),
        (b"{}", FeedKind.FEED),
        (b"", FeedKind.FEED),
    ],
)
def test_what_a_body_looks_like(body: bytes, kind: FeedKind) -> None:
    assert likely_kind(body) is kind


def test_what_nobody_can_read_is_refused() -> None:
    assert refused(sitemap("<url><loc></url></loc>")).startswith("broken XML")
