"""Feeds on loopback that publish faster and faster, and what is due of each entry."""

from __future__ import annotations

import random
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from typing import Self

RULES: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "lissabon": ["c0"],
        "riga": ["c1"],
        "oslo": ["c2"],
        "krakau": ["c3"],
        "turin": ["c4"],
        "dublin": ["c5"],
        "hafen": ["c0", "c1"],  # one alert, two channels
        "streik": ["c2", "c3"],  # with oslo or krakau: one message that names both
    }
)
"""Each rule asks for its own name, and tells these channels."""

CHANNELS = sorted({channel for channels in RULES.values() for channel in channels})

_PLACES = ("lissabon", "riga", "oslo", "krakau", "turin", "dublin")
_MORE = ("hafen", "streik")
_SYLLABLES = ("ba", "de", "fi", "go", "ku", "la", "me", "no", "pi", "ru", "sa", "ti")
_WINDOW = 180
"""Entries that a feed holds: those of more lives than ever pass without a poll."""


@dataclass(frozen=True, slots=True)
class Made:
    """One entry: its number stands in its title, and in every message about it."""

    number: int
    title: str
    rules: frozenset[str]
    published_at: datetime

    def rss(self) -> str:
        """Return it as an item of RSS."""
        return (
            f"<item><title>{self.title}</title>"
            f'<guid isPermaLink="false">entry-{self.number}</guid>'
            f"<link>https://news.example.org/{self.number}</link>"
            f"<pubDate>{format_datetime(self.published_at)}</pubDate></item>"
        )


@dataclass(slots=True)
class Supply:
    """What was published, on how many feeds; `alerts` counts what is due by now."""

    feeds: int
    dice: random.Random
    made: list[Made] = field(default_factory=list)
    alerts: int = 0
    _on: dict[int, list[Made]] = field(default_factory=lambda: defaultdict(list))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def publish(self) -> None:
        """Publish one entry; a fifth of them is nobody's concern."""
        number = len(self.made) + 1
        rules = self._rules()
        words = [self._word() for _ in range(7)]
        title = f"{' '.join([*words, *sorted(rules)])} Nummer {number}"
        now = datetime.now(UTC)  # noqa: TID251 - the publisher's clock, not ours
        entry = Made(number, title[0].upper() + title[1:], rules, now)
        with self._lock:
            self.made.append(entry)
            self.alerts += len(rules)
            self._on[self.dice.randrange(self.feeds)].append(entry)

    def holds_what_is_not_in(self, stored: Mapping[str, int]) -> bool:
        """Say whether each feed has room beside what is not stored of it yet.

        `stored` is how many entries are, by the feeds' names.
        """
        with self._lock:
            waiting = (len(on) - stored.get(f"f{n}", 0) for n, on in self._on.items())
            return all(count < _WINDOW for count in waiting)

    def _rules(self) -> frozenset[str]:
        chance = self.dice.random()
        if chance < 0.2:
            return frozenset()
        more = [self.dice.choice(_MORE)] if chance < 0.4 else []
        return frozenset([self.dice.choice(_PLACES), *more])

    def _word(self) -> str:
        return "".join(self.dice.choices(_SYLLABLES, k=4))

    def document(self, feed: int) -> bytes:
        """Return a feed as it is now."""
        with self._lock:
            newest = self._on[feed][-_WINDOW:]
        items = "".join(entry.rss() for entry in reversed(newest))
        return (
            f'<rss version="2.0"><channel><title>Feed {feed}</title>{items}'
            "</channel></rss>"
        ).encode()

    def due(self) -> dict[tuple[str, int], frozenset[str]]:
        """Return each message that is due: its channel and entry, and its rules."""
        found: dict[tuple[str, int], set[str]] = defaultdict(set)
        for entry in self.made:
            for rule in entry.rules:
                for channel in RULES[rule]:
                    found[channel, entry.number].add(rule)
        return {key: frozenset(rules) for key, rules in found.items()}


class Site:
    """Serves the feeds; `asked` is called when one was asked for, before the answer."""

    def __init__(self, supply: Supply) -> None:
        self.asked: Callable[[], None] = lambda: None
        site = self

        class Answers(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = supply.document(int(self.path.rsplit("/", 1)[1]))
                site.asked()
                self.send_response(200)
                self.send_header("Content-Type", "application/rss+xml")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = quiet_server(Answers)
        self._feeds = supply.feeds

    def urls(self) -> Iterator[tuple[str, str]]:
        """Yield the name and URL of each feed."""
        for feed in range(self._feeds):
            yield f"f{feed}", f"http://127.0.0.1:{self._server.server_port}/{feed}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,)).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, *_: object) -> None:
        """Say nothing: who was killed hangs up."""


def quiet_server(answers: type[BaseHTTPRequestHandler]) -> ThreadingHTTPServer:
    """Return a server on loopback that takes it well when a client is killed."""
    return _Quiet(("127.0.0.1", 0), answers)
