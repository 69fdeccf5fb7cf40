"""Where a site's feeds may be, told from its address and its page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.discovery import (
    Candidate,
    Why,
    from_habit,
    from_page,
    from_robots,
    from_site,
    is_of_comments,
    looks_like_feed,
)
from monitor.feeds.page_links import PageLinks, page_links
from monitor.feeds.sites import site_feeds
from monitor.model import FeedKind

HOME = "https://news.example.org/politik/"
RSS = "type='application/rss+xml'"


def links(page: str | bytes, url: str = HOME, content_type: str = "") -> PageLinks:
    body = page if isinstance(page, bytes) else page.encode()
    return page_links(body, content_type=content_type, url=url)


def offered(page: str | bytes, url: str = HOME) -> list[str]:
    return [candidate.url for candidate in from_page(links(page, url), url)]


# --- the page ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tag", "url"),
    [
        (f"<link rel=alternate {RSS} href=/a.xml>", "https://news.example.org/a.xml"),
        (f"<LINK HREF='a.xml' REL='Alternate' {RSS.upper()}>", f"{HOME}a.xml"),
        (('<link href="//o.example/?a=1&amp;b=2" type="application/atom+xml" rel="x\n'
         'alternate"/>'), "https://o.example/?a=1&b=2"),
        ('<link rel=alternate type="application/feed+json; charset=utf-8" href=f>',
         f"{HOME}f"),
        ("<link rel=alternate type=application/json href=/f>",
         "https://news.example.org/f"),
        ("<link rel=alternate type=text/xml href=/f>", "https://news.example.org/f"),
        ("<link rel=feed href=/f>", "https://news.example.org/f"),
        ("<link rel=alternate href=/rss>", "https://news.example.org/rss"),
        (f"<link rel=alternate {RSS} href=' /a b.xml#top\n'>",
         "https://news.example.org/a%20b.xml"),
        (f"<base href=/x/><base href=/y/><link rel=alternate {RSS} href=f>",
         "https://news.example.org/x/f"),
        (f"<link rel=alternate {RSS} href=f><base href='https://b.example/x/'>",
         "https://b.example/x/f"),
        (f"<link rel=alternate {RSS} href='feed:https://f.example/x'>",
         "https://f.example/x"),
        (f"<link rel=alternate {RSS} href='feed://f.example/x'>", "http://f.example/x"),
        (f"{'<div>' * 3000}<link rel=alternate {RSS} href=/deep>",
         "https://news.example.org/deep"),
        (f"<link rel=alternate {RSS} href='/?k=${{KEY}}'>",
         "https://news.example.org/?k=$%7BKEY%7D"),
    ],
)  # fmt: skip
def test_a_declared_feed_is_found_however_it_is_written(tag: str, url: str) -> None:
    assert offered(f"<html><head>{tag}</head><body>") == [url]


@pytest.mark.parametrize(
    "tag",
    [
        f"<!-- <link rel=alternate {RSS} href=/a> -->",
        f"<script>'<link rel=alternate {RSS} href=/a>'</script>",
        f"<link rel=stylesheet {RSS} href=/a>",
        "<link rel=alternate hreflang=de href=/de/>",
        "<link rel=alternate type=application/json+oembed href=/oembed>",
        "<link rel=alternate type=text/html href=/a>",
        f"<link rel=alternate {RSS}>",
        f"<link rel=alternate {RSS} href=''>",
        f"<link rel=alternate {RSS} href='mailto:rss@example.org'>",
        f"<link rel=alternate {RSS} href='http://[bad'>",
        f"<link rel=alternate {RSS} href='{HOME}'>",
        "<a href=/feedback>Feedback</a><a href=/a.css>RSS</a><a href=/rss.png>x</a>",
        "<a href='https://feedly.com/i/subscription/feed/x'>RSS</a>",
        "<a href=/a>Why our web feeds are the best of all feeds of the town</a>",
        "<base target=_top><area alt=rss>",
    ],
)
def test_what_is_no_feed_is_not_offered(tag: str) -> None:
    assert offered(tag) == []


def test_declared_feeds_come_before_links_and_certain_ones_before_doubtful() -> None:
    page = f"""
    <a href='/p/42'>RSS</a> <a href="https://other.example.net/rss.xml">x</a>
    <a href='/news.rss'><b>Nach</b>richten</a> <area href='/x/feed/' title='Karte'>
    <link rel=alternate href=/atom.xml>
    <link rel=alternate type=application/json href=/wp-json/1>
    <link rel=alternate {RSS} title='A &amp; B' href=/a> <a href=/a>RSS</a>
    """

    found = from_page(links(page), HOME)

    top = "https://news.example.org"
    assert found == (
        Candidate(f"{top}/a", Why.LINK, "A & B"),
        Candidate(f"{top}/wp-json/1", Why.LINK),
        Candidate(f"{top}/atom.xml", Why.LINK),
        Candidate(f"{top}/news.rss", Why.ANCHOR, "Nachrichten"),
        Candidate(f"{top}/x/feed/", Why.ANCHOR, "Karte"),
        Candidate("https://other.example.net/rss.xml", Why.ANCHOR, "x"),
        Candidate(f"{top}/p/42", Why.ANCHOR, "RSS"),
    )


@pytest.mark.parametrize(
    ("address", "is_one"),
    [
        ("/rss", True), ("/de/rss.xml", True), ("/index~rss2.xml", True),
        ("/feeds/all", True), ("/?feed=rss2", True), ("/x?format=atom", True),
        ("/news.rdf", True), ("/x.rss", True), ("/feedback", False),
        ("/press", False), ("/atomkraft", False), ("/newsfeed/", True),
    ],
)  # fmt: skip
def test_an_address_looks_like_a_feed_or_not(address: str, is_one: bool) -> None:  # noqa: FBT001
    assert looks_like_feed(f"https://example.org{address}") is is_one


def test_a_host_of_feeds_makes_every_address_likely() -> None:
    assert looks_like_feed("https://feeds.example.org/all/1")


def test_a_title_is_read_in_the_encoding_of_the_page() -> None:
    tag = f"<link rel=alternate {RSS} href=/a title='Süd Ψ'>"
    greek = tag.replace("Süd", "").encode("iso-8859-7")
    for body, content_type in (
        (tag.encode(), ""),
        (b"<meta charset=iso-8859-7>" + greek, "text/html"),
        (greek, "text/html; charset=iso-8859-7"),
        (tag.encode("utf-16"), ""),
    ):
        (head,) = links(body, content_type=content_type).heads
        assert head.title.endswith("Ψ")


def test_a_page_with_endless_links_is_cut() -> None:
    assert len(links("<a href=/x>" * 30_000).anchors) == 20_000


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_a_page(body: bytes) -> None:
    found = links(body)
    assert all(link.url.startswith("http") for link in found.heads + found.anchors)


# --- known sites --------------------------------------------------------------------

YOUTUBE = "https://www.youtube.com/feeds/videos.xml"


@pytest.mark.parametrize(
    ("url", "feeds"),
    [
        ("https://www.youtube.com/channel/UCa-_1/videos",
         [f"{YOUTUBE}?channel_id=UCa-_1"]),
        ("https://m.youtube.com/user/zdf", [f"{YOUTUBE}?user=zdf"]),
        ("https://youtube.com/playlist?list=PL1", [f"{YOUTUBE}?playlist_id=PL1"]),
        ("https://www.youtube.com/watch?v=a&list=PL1&index=2",
         [f"{YOUTUBE}?playlist_id=PL1"]),
        ("https://www.youtube.com/@zdfheute", []),
        ("https://github.com/a/b.git", [
            "https://github.com/a/b/releases.atom",
            "https://github.com/a/b/tags.atom",
            "https://github.com/a/b/commits.atom"]),
        ("https://github.com/a/b/releases/tag/1", ["https://github.com/a/b/releases.atom"]),
        ("https://github.com/a/b/tags", ["https://github.com/a/b/tags.atom"]),
        ("https://github.com/a/b/commits/", ["https://github.com/a/b/commits.atom"]),
        ("https://github.com/a/b/commits/x/y/", ["https://github.com/a/b/commits/x/y.atom"]),
        ("https://github.com/a/b/tree/main?x", ["https://github.com/a/b/commits/main.atom"]),
        ("https://github.com/a", ["https://github.com/a.atom"]),
        ("https://github.com/orgs/a/people", ["https://github.com/a.atom"]),
        ("https://github.com/topics/rss", []),
        ("https://gitlab.com/a/b/c/-/releases", ["https://gitlab.com/a/b/c/-/releases.atom"]),
        ("https://gitlab.example.org/a/b/-/tree/main", [
            "https://gitlab.example.org/a/b/-/releases.atom",
            "https://gitlab.example.org/a/b/-/tags?format=atom",
            "https://gitlab.example.org/a/b.atom"]),
        ("https://gitlab.com/a", ["https://gitlab.com/a.atom"]),
        ("https://codeberg.org/a/b", [
            "https://codeberg.org/a/b/releases.rss",
            "https://codeberg.org/a/b/tags.rss",
            "https://codeberg.org/a/b.rss"]),
        ("https://codeberg.org/a/", ["https://codeberg.org/a.rss"]),
        ("https://pypi.org/project/lxml/#files", ["https://pypi.org/rss/project/lxml/releases.xml"]),
        ("https://www.reddit.com/r/de/", ["https://www.reddit.com/r/de/.rss"]),
        ("https://old.reddit.com/r/de/top?t=day", ["https://old.reddit.com/r/de/top/.rss?t=day"]),
        ("https://www.reddit.com/user/a", ["https://www.reddit.com/user/a/.rss"]),
        ("https://www.reddit.com/r/de/comments/1/t/", ["https://www.reddit.com/r/de/comments/1/t/.rss"]),
        ("https://www.reddit.com", ["https://www.reddit.com/.rss"]),
        ("https://bsky.app/profile/a.example", ["https://bsky.app/profile/a.example/rss"]),
        ("https://stackoverflow.com/questions/tagged/a%2bb?x", ["https://stackoverflow.com/feeds/tag/a%2bb"]),
        ("https://unix.stackexchange.com/questions/12/title", ["https://unix.stackexchange.com/feeds/question/12"]),
        ("https://askubuntu.com/users/1/a", ["https://askubuntu.com/feeds/user/1"]),
        ("https://superuser.com/", ["https://superuser.com/feeds"]),
        ("https://news.ycombinator.com/", ["https://news.ycombinator.com/rss"]),
        ("https://medium.com/@a/story", ["https://medium.com/feed/@a"]),
        ("https://medium.com/tag/a", ["https://medium.com/feed/tag/a"]),
        ("https://a.medium.com/story", ["https://a.medium.com/feed"]),
        ("https://a.substack.com/p/x", ["https://a.substack.com/feed"]),
        ("https://a.wordpress.com/category/b/", ["https://a.wordpress.com/category/b/feed/"]),
        ("https://a.wordpress.com/2020/01/x", ["https://a.wordpress.com/feed/"]),
        ("https://a.tumblr.com/post/1", ["https://a.tumblr.com/rss"]),
        ("https://a.tumblr.com/tagged/b", ["https://a.tumblr.com/tagged/b/rss"]),
        ("https://www.tumblr.com/a", ["https://a.tumblr.com/rss"]),
        ("https://www.tumblr.com/explore", []),
        ("https://a.blogspot.com/2020/01/x.html", ["https://a.blogspot.com/feeds/posts/default"]),
        ("https://a.blogspot.com.au/search/label/Ö b", ["https://a.blogspot.com.au/feeds/posts/default/-/%C3%96%20b"]),
        ("https://mastodon.example/@a", ["https://mastodon.example/@a.rss"]),
        ("https://mastodon.example/@a/with_replies", ["https://mastodon.example/@a.rss"]),
        ("https://mastodon.example:8443/users/a", ["https://mastodon.example:8443/users/a.rss"]),
        ("https://mastodon.example/@a@b.example", []),
        ("https://me:pw@mastodon.example/tags/baku", ["https://mastodon.example/tags/baku.rss"]),
        ("https://news.example.org/politik", []),
        ("https://[bad", []),
        ("", []),
    ],
)  # fmt: skip
def test_the_address_of_a_known_site_tells_its_feeds(
    url: str, feeds: list[str]
) -> None:
    assert [feed for _, feed in site_feeds(url)] == feeds


def test_a_feed_of_a_site_has_a_title() -> None:
    assert from_site("https://github.com/a/b/tags") == (
        Candidate("https://github.com/a/b/tags.atom", Why.SITE, "tags"),
    )


# --- last resorts -------------------------------------------------------------------


def test_well_known_places_are_below_the_page_first() -> None:
    found = [c.url for c in from_habit("https://example.org/blog/?page=2")]

    assert found[0] == "https://example.org/blog/feed"
    assert found.index("https://example.org/rss.xml") > 5
    assert len(found) == len(set(found)) == 15
    assert len(from_habit("https://example.org")) == 9


def test_robots_name_news_sitemaps() -> None:
    text = (
        "User-agent: *\nDisallow: /\nSitemap: https://a.example/sitemap.xml\n"
        " SITEMAP : /news/sitemap.xml # it\nsitemap: ftp://a.example/news.xml\r\n"
        "Sitemap: https://b.example/google-news.xml\nSitemap: /news/sitemap.xml\n"
        "Sitemap: /news?${KEY}\n#Sitemap: /no-news.xml\n"
    )

    found = from_robots(text, "https://a.example/robots.txt")

    assert [c.url for c in found] == [
        "https://a.example/news/sitemap.xml",
        "https://b.example/google-news.xml",
        "https://a.example/news?$%7BKEY%7D",
    ]
    assert {(c.why, c.kind) for c in found} == {(Why.ROBOTS, FeedKind.SITEMAP)}


def test_only_a_few_sitemaps_are_taken() -> None:
    text = "".join(f"Sitemap: /news{n}.xml\n" for n in range(99))
    assert len(from_robots(text, "https://a.example/")) == 4


@pytest.mark.parametrize(
    ("url", "title", "is_one"),
    [
        ("https://a.example/comments/feed/", "", True),
        ("https://a.example/f", "Kommentare zu: Blatt", True),
        ("https://a.example/f", "Blatt » Comments Feed", False),
        ("https://a.example/feed/", "Blatt", False),
    ],
)
def test_a_feed_of_comments_is_known_by_its_name(
    url: str,
    title: str,
    is_one: bool,  # noqa: FBT001
) -> None:
    assert is_of_comments(url, title) is is_one
