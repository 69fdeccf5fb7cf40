"""A news site on loopback: feeds that change while they are read, pages that misbehave.

Nothing here knows the monitor. A page is a function from a request to nothing; it
writes its own answer, so that a test can say anything a server could say.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from xml.sax.saxutils import escape

Page = Callable[[BaseHTTPRequestHandler], None]


class LoopbackServer:
    """An HTTP server in a thread; `released` is set at its end, for pages that hang."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self.host = host
        self.released = threading.Event()
        self.changed = threading.Condition()
        self._server = ThreadingHTTPServer((host, port), self._handler())
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # a client may hang up at any time
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )
        self._thread.start()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        answer = self.answer

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                answer(self)

            do_POST = do_GET  # noqa: N815 - the base class asks for it

            def log_message(self, *_: object) -> None:
                pass

        return Handler

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        raise NotImplementedError

    def wait(self, predicate: Callable[[], bool], seconds: float) -> bool:
        """Wait until `predicate` holds, woken by each request; say whether it does."""
        with self.changed:
            return self.changed.wait_for(predicate, seconds)

    def close(self) -> None:
        self.released.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def reply(
    request: BaseHTTPRequestHandler, status: int, body: bytes = b"", **headers: str
) -> None:
    """Send a whole answer; underscores in header names stand for hyphens."""
    request.send_response(status)
    for name, value in headers.items():
        request.send_header(name.replace("_", "-"), value)
    if status not in (204, 304):
        request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    if status not in (204, 304):
        request.wfile.write(body)


@dataclass(frozen=True)
class Story:
    """What a publisher writes; the renderers turn it into RSS, Atom or JSON."""

    title: str
    link: str
    guid: str | None
    summary: str = ""
    published_at: datetime | None = None


@dataclass
class LiveFeed:
    """A feed that can be changed while it is served."""

    url: str
    kind: str = "rss"
    title: str = "Loopback News"
    stories: list[Story] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def publish(
        self,
        title: str,
        *,
        summary: str = "",
        link: str | None = None,
        guid: str | None = None,
        published_at: datetime | None = None,
    ) -> Story:
        """Put a story on top; its link and guid follow from its title unless given."""
        slug = hashlib.sha256(title.encode()).hexdigest()[:12]
        link = link or f"https://news.example.org/{slug}"
        now = datetime.now(UTC)  # noqa: TID251 - the publisher's clock, not ours
        story = Story(title, link, guid or f"id-{slug}", summary, published_at or now)
        with self.lock:
            self.stories.insert(0, story)
        return story

    def replace(self, *stories: Story) -> None:
        """Serve exactly these stories from now on."""
        with self.lock:
            self.stories[:] = stories

    def page(self, request: BaseHTTPRequestHandler) -> None:
        """Answer with the feed, or 304 where the client has it."""
        with self.lock:
            body = RENDERERS[self.kind](self)
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if request.headers.get("If-None-Match") == tag:
            reply(request, 304, ETag=tag)
        else:
            reply(request, 200, body, ETag=tag, Content_Type=TYPES[self.kind])


def render_rss(feed: LiveFeed) -> bytes:
    """Return the feed as RSS 2.0."""
    items = "".join(_rss_item(story) for story in feed.stories)
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>'
        f"<title>{escape(feed.title)}</title><link>https://news.example.org/</link>"
        f"<description>d</description>{items}</channel></rss>"
    ).encode()


def _rss_item(story: Story) -> str:
    guid = (
        f'<guid isPermaLink="false">{escape(story.guid)}</guid>' if story.guid else ""
    )
    date = (
        f"<pubDate>{format_datetime(story.published_at)}</pubDate>"
        if story.published_at
        else ""
    )
    return (
        f"<item><title>{escape(story.title)}</title><link>{escape(story.link)}</link>"
        f"<description>{escape(story.summary)}</description>{guid}{date}</item>"
    )


def render_atom(feed: LiveFeed) -> bytes:
    """Return the feed as Atom 1.0."""
    items = "".join(
        f"<entry><title>{escape(s.title)}</title><id>{escape(s.guid or s.link)}</id>"
        f'<link href="{escape(s.link)}"/><summary>{escape(s.summary)}</summary>'
        f"<updated>{_iso(s)}</updated></entry>"
        for s in feed.stories
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de">'
        f"<title>{escape(feed.title)}</title><id>urn:loopback</id>"
        f"<updated>2026-01-01T00:00:00Z</updated>{items}</feed>"
    ).encode()


def render_json(feed: LiveFeed) -> bytes:
    """Return the feed as JSON Feed 1.1."""
    items = [
        {
            "id": s.guid or s.link,
            "url": s.link,
            "title": s.title,
            "content_text": s.summary,
            "date_published": _iso(s),
        }
        for s in feed.stories
    ]
    version = "https://jsonfeed.org/version/1.1"
    return json.dumps(
        {"version": version, "title": feed.title, "items": items}
    ).encode()


def _iso(story: Story) -> str:
    return story.published_at.isoformat() if story.published_at else ""


RENDERERS = {"rss": render_rss, "atom": render_atom, "json": render_json}
TYPES = {
    "rss": "application/rss+xml",
    "atom": "application/atom+xml",
    "json": "application/feed+json",
}


class FeedSite(LoopbackServer):
    """A site whose pages are feeds or programs; it remembers every request."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.pages: dict[str, Page] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        super().__init__(host)

    def url(self, path: str) -> str:
        return f"http://{self.host}:{self.port}{path}"

    def feed(self, name: str, kind: str = "rss") -> LiveFeed:
        """Return a new, empty feed that is served under /NAME."""
        feed = LiveFeed(self.url(f"/{name}"), kind)
        self.pages[f"/{name}"] = feed.page
        return feed

    def serve(self, path: str, page: Page) -> str:
        """Let `page` answer for `path`, from now on; return the URL."""
        self.pages[path] = page
        return self.url(path)

    def asked(self, path: str) -> int:
        """Return how often `path` was asked for (without its query)."""
        return sum(1 for seen, _ in self.requests if seen.split("?")[0] == path)

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        with self.changed:
            self.requests.append((request.path, dict(request.headers)))
            self.changed.notify_all()
        page = self.pages.get(request.path.split("?")[0])
        if page is None:
            reply(request, 404)
        else:
            page(request)
