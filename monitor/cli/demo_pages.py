"""The pages of the demo's news site: feeds in three formats, articles, an index."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from html import escape


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who publishes one feed; `form` is ``rss``, ``atom`` or ``json``."""

    name: str
    title: str
    language: str
    form: str


@dataclass(frozen=True, slots=True)
class Story:
    """One story; the feed has the `teaser`, the article the `text` too."""

    publisher: str
    slug: str
    title: str
    teaser: str
    text: str


@dataclass(frozen=True, slots=True)
class Published:
    """A story that is on the site: by whom, where, since when."""

    publisher: Publisher
    story: Story
    link: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """What is served at one URL, and when it changed last."""

    content_type: str
    body: bytes
    changed_at: datetime


_STYLE = (
    "body{font:18px/1.6 Georgia,serif;max-width:38em;margin:3em auto;padding:0 1em}"
    "time,footer{color:#666;font-size:.8em}"
)


def site_pages(
    home: str, feeds: Iterable[tuple[Publisher, str]], shelf: Sequence[Published]
) -> dict[str, Page]:
    """Return every page of the site by its URL.

    `feeds` says where each publisher's feed is; `shelf` is newest first, with at
    least one story of each publisher.
    """
    feeds = tuple(feeds)
    pages = {published.link: _article(published) for published in shelf}
    for publisher, url in feeds:
        own = [published for published in shelf if published.publisher == publisher]
        pages[url] = _feed(publisher, home, own)
    return {home: _index(feeds, shelf), **pages}


def _feed(publisher: Publisher, home: str, shelf: Sequence[Published]) -> Page:
    content_type, write = _FORMS[publisher.form]
    return Page(content_type, write(publisher, home, shelf).encode(), shelf[0].at)


def _article(published: Published) -> Page:
    story, publisher = published.story, published.publisher
    body = (
        f"<p>{escape(publisher.title)} · {_time(published.at)}</p>"
        f"<article><h1>{escape(story.title)}</h1><p><b>{escape(story.teaser)}</b></p>"
        f"<p>{escape(story.text)}</p></article>"
        '<footer><a href="/">All stories</a> · a page of <code>monitor demo</code>, '
        "on this machine, as long as it runs</footer>"
    )
    return _html(publisher.language, story.title, body, published.at)


def _index(feeds: Iterable[tuple[Publisher, str]], shelf: Sequence[Published]) -> Page:
    links = "".join(
        f'<li><a href="{escape(url)}">{escape(publisher.title)}</a></li>'
        for publisher, url in feeds
    )
    stories = "".join(
        f'<li><a href="{escape(p.link)}">{escape(p.story.title)}</a> {_time(p.at)}</li>'
        for p in shelf
    )
    body = f"<h1>The demo's news</h1><ul>{stories}</ul><h2>Feeds</h2><ul>{links}</ul>"
    return _html("en", "The demo's news", body, shelf[0].at)


def _html(language: str, title: str, body: str, changed_at: datetime) -> Page:
    page = (
        f'<!doctype html><html lang="{escape(language)}"><meta charset="utf-8">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style><body>{body}</body></html>"
    )
    return Page("text/html; charset=utf-8", page.encode(), changed_at)


def _time(at: datetime) -> str:
    return f'<time datetime="{at.isoformat()}">{at:%Y-%m-%d %H:%M} UTC</time>'


def _rss(publisher: Publisher, home: str, shelf: Sequence[Published]) -> str:
    items = "".join(
        f"<item><title>{escape(p.story.title)}</title><link>{escape(p.link)}</link>"
        f"<description>{escape(p.story.teaser)}</description>"
        f'<guid isPermaLink="false">{escape(p.story.slug)}</guid>'
        f"<pubDate>{format_datetime(p.at)}</pubDate></item>\n"
        for p in shelf
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel>'
        f"<title>{escape(publisher.title)}</title><link>{escape(home)}</link>"
        f"<description>{escape(publisher.title)}</description>"
        f"<language>{escape(publisher.language)}</language>\n{items}</channel></rss>\n"
    )


def _atom(publisher: Publisher, home: str, shelf: Sequence[Published]) -> str:
    entries = "".join(
        f"<entry><title>{escape(p.story.title)}</title><id>{_urn(p.story.slug)}</id>"
        f'<link href="{escape(p.link)}"/><updated>{p.at.isoformat()}</updated>'
        f"<summary>{escape(p.story.teaser)}</summary></entry>\n"
        for p in shelf
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<feed xmlns="http://www.w3.org/2005/Atom" '
        f'xml:lang="{escape(publisher.language)}">'
        f"<title>{escape(publisher.title)}</title><id>{_urn(publisher.name)}</id>"
        f'<link href="{escape(home)}"/><updated>{shelf[0].at.isoformat()}</updated>'
        f"<author><name>{escape(publisher.title)}</name></author>\n{entries}</feed>\n"
    )


def _json(publisher: Publisher, home: str, shelf: Sequence[Published]) -> str:
    items = [
        {
            "id": p.story.slug,
            "url": p.link,
            "title": p.story.title,
            "content_text": p.story.teaser,
            "date_published": p.at.isoformat(),
        }
        for p in shelf
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": publisher.title,
        "home_page_url": home,
        "language": publisher.language,
        "items": items,
    }
    return json.dumps(feed, ensure_ascii=False, indent=1)


def _urn(name: str) -> str:
    return f"urn:x-monitor-demo:{escape(name)}"


_FORMS = {
    "rss": ("application/rss+xml", _rss),
    "atom": ("application/atom+xml", _atom),
    "json": ("application/feed+json", _json),
}
