"""The demo's news site: real HTTP on this machine, with stories that appear in time."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from socketserver import TCPServer
from typing import Self

import yaml
from typing_extensions import override

from monitor.cli.demo_pages import Page, Published, Publisher, Story, site_pages

_APART = timedelta(minutes=47)
"""Between two stories that were there before the site opened."""

_FILES = {"rss": "rss.xml", "atom": "atom.xml", "json": "feed.json"}


@dataclass(frozen=True, slots=True)
class _Programme:
    publishers: Mapping[str, Publisher]
    before: tuple[Story, ...]
    coming: tuple[Story, ...]


@cache
def _programme() -> _Programme:
    source = resources.files("monitor.cli").joinpath("demo_stories.yaml")
    written = yaml.safe_load(source.read_text(encoding="utf-8"))
    return _Programme(
        {name: Publisher(name, **who) for name, who in written["publishers"].items()},
        tuple(Story(**story) for story in written["before"]),
        tuple(Story(**story) for story in written["coming"]),
    )


class DemoSite:
    """A small news site on loopback, open inside ``with``.

    At first its stories are ordinary ones; `publish_next` adds those that follow.
    `now` dates them: aware, in UTC.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._coming = list(_programme().coming)
        self._shelf: tuple[Published, ...] = ()
        self._server = _Server()

    def __enter__(self) -> Self:
        """Open the site, with the stories of the last hours on it."""
        opened_at = self._now()
        self._show(
            *(
                self._published(story, opened_at - n * _APART)
                for n, story in enumerate(_programme().before, start=1)
            )
        )
        self._server.open()
        return self

    def __exit__(self, *_: object) -> None:
        """Close the site."""
        self._server.close()

    @property
    def url(self) -> str:
        """The front page: ``http://127.0.0.1:PORT/``."""
        return f"http://127.0.0.1:{self._server.server_port}/"

    @property
    def feeds(self) -> tuple[tuple[str, str], ...]:
        """The name and URL of each feed."""
        return tuple((who.name, url) for who, url in self._feeds())

    def publish_next(self) -> Story | None:
        """Put the next story on top of its feed; None when all are told."""
        if not self._coming:
            return None
        story = self._coming.pop(0)
        self._show(self._published(story, self._now()), *self._shelf)
        return story

    def _show(self, *shelf: Published) -> None:
        self._shelf = shelf
        pages = site_pages(self.url, self._feeds(), shelf)
        # One assignment: a request sees the whole old site or the whole new one.
        self._server.pages = {
            f"/{url.removeprefix(self.url)}": page for url, page in pages.items()
        }

    def _feeds(self) -> list[tuple[Publisher, str]]:
        return [
            (who, f"{self.url}{who.name}/{_FILES[who.form]}")
            for who in _programme().publishers.values()
        ]

    def _published(self, story: Story, at: datetime) -> Published:
        link = f"{self.url}{story.publisher}/{story.slug}.html"
        who = _programme().publishers[story.publisher]
        return Published(who, story, link, at.replace(microsecond=0))


class _Server(ThreadingHTTPServer):
    """Serves `pages`, by their paths, until it is closed."""

    daemon_threads = True

    def __init__(self) -> None:
        self.pages: Mapping[str, Page] = {}
        super().__init__(("127.0.0.1", 0), _Handler)
        self._thread = threading.Thread(
            target=self.serve_forever, args=(0.05,), name="demo-site", daemon=True
        )

    @override
    def server_bind(self) -> None:
        """Take a free port; the parent would ask the DNS for our name, too."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    def open(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()

    @override
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a client may hang up at any time."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    server_version = "monitor-demo"
    timeout = 10

    def do_GET(self) -> None:
        page = self.server.pages.get(self.path.partition("?")[0])
        if page is None:
            self.send_error(404)
            return
        etag = f'"{hashlib.sha256(page.body).hexdigest()[:16]}"'
        dated = format_datetime(page.changed_at, usegmt=True)
        if self._has(etag, dated):
            self._answer(304, ETag=etag, Last_Modified=dated)
            return
        length = str(len(page.body))
        self._answer(
            200,
            ETag=etag,
            Last_Modified=dated,
            Content_Type=page.content_type,
            Content_Length=length,
        )
        self.wfile.write(page.body)

    def _has(self, etag: str, dated: str) -> bool:
        """Say whether the client has this very page; its ETag outweighs its date."""
        if known := self.headers.get("If-None-Match"):
            return etag in known
        return self.headers.get("If-Modified-Since") == dated

    def _answer(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the terminal belongs to the alert."""
