"""News sitemaps: the last two days of a publisher, each page with title and date.

They are for search engines, and many publishers without a feed have one:
https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.errors import FeedError
from monitor.feeds.dates import parse_date
from monitor.feeds.elements import Children, Element, Names, markup, xml_root
from monitor.feeds.links import web_link
from monitor.feeds.strict_entry import first_text
from monitor.model import Entry, ParsedFeed, Tier
from monitor.text import plain_text

_SHOWN = 3
_CATEGORIES = ("news:keywords", "news:genres", "news:stock_tickers")


def read_sitemap(text: str, tier: Tier, *, url: str) -> ParsedFeed:
    """Return the sitemap in an XML text that begins with its root; no entry has a key.

    A page is known by its link: sitemaps have no guids.

    Raises:
        FeedError: the text is not well-formed; it is an index of sitemaps, or none
            of its pages has a title.
    """
    root = xml_root(text)
    names = Names()
    if names.of(root) == "sitemapindex":
        raise FeedError(_of_index(root, names, url))
    pages = [names.children(e) for e in root if names.of(e) == "url"]
    entries = tuple(_entry(page, names, url) for page in pages)
    if entries and not any(entry.title for entry in entries):
        raise FeedError(
            "a sitemap without titles: only news sitemaps, with a <news:title> for "
            "each page, tell what a page is about"
        )
    publications = (p for page in pages for p in _publications(page, names))
    titles = (plain_text(first_text(parts, "news:name")) for parts in publications)
    return ParsedFeed(tier=tier, title=next(titles, ""), entries=entries)


def _of_index(root: Element, names: Names, url: str) -> str:
    """Return what to say of an index: the sitemaps in it, those of news first."""
    inside = (names.children(e) for e in root if names.of(e) == "sitemap")
    links = [link for p in inside if (link := web_link(first_text(p, "loc"), url))]
    links.sort(key=lambda link: "news" not in link.lower())
    shown = ", ".join(links[:_SHOWN])
    told = f": subscribe to one of these: {shown}" if links else ""
    return f"an index of sitemaps{told}{' ...' if len(links) > _SHOWN else ''}"


def _entry(page: Children, names: Names, url: str) -> Entry:
    news: Children = {}
    for element in page.get("news:news", ()):
        news.update(names.children(element))
    publication = next(_publications(page, names), {})
    return Entry(
        key="",
        title=plain_text(first_text(news, "news:title")),
        link=web_link(first_text(page, "loc"), url),
        published_at=parse_date(first_text(news, "news:publication_date")),
        updated_at=parse_date(first_text(page, "lastmod")),
        categories=tuple(dict.fromkeys(_categories(news))),
        language=first_text(publication, "news:language").strip(),
    )


def _publications(page: Children, names: Names) -> Iterator[Children]:
    for element in page.get("news:news", ()):
        for each in names.children(element).get("news:publication", ()):
            yield names.children(each)


def _categories(news: Children) -> Iterator[str]:
    for name in _CATEGORIES:
        for element in news.get(name, ()):
            yield from filter(None, map(plain_text, markup(element).split(",")))
