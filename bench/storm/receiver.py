"""A receiver of json:// messages that answers badly, and remembers everything."""

from __future__ import annotations

import json
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler
from typing import Self

from storm.supply import quiet_server

TIMEOUT = 2.0
"""Seconds that the monitor waits for an answer (``rto=`` in the channels' URLs)."""

REPEAT = "possible repeat"
_HEAD = re.compile(r"\[([a-z, ]+)\].*?Nummer (\d+)", re.DOTALL)
_ALERTS = re.compile(r"^alert ([\d ]+)$", re.MULTILINE)


class Way(StrEnum):
    """How a request ends."""

    GOOD = "200"
    ACCEPTED_LATE = "accepted, no answer in time"
    ACCEPTED_DROPPED = "accepted, connection dropped"
    SILENT = "not accepted, no answer in time"
    DROPPED = "not accepted, connection dropped"
    TOO_MANY = "429 with Retry-After"
    SERVER_ERROR = "500"
    REFUSED = "400"
    NOT_FOUND = "404"


ACCEPTING = frozenset({Way.GOOD, Way.ACCEPTED_LATE, Way.ACCEPTED_DROPPED})
UNANSWERED = frozenset({Way.ACCEPTED_LATE, Way.ACCEPTED_DROPPED})

_CHANCES = {
    Way.ACCEPTED_LATE: 0.004,
    Way.ACCEPTED_DROPPED: 0.008,
    Way.SILENT: 0.004,
    Way.DROPPED: 0.008,
    Way.TOO_MANY: 0.008,
    Way.SERVER_ERROR: 0.008,
    Way.REFUSED: 0.005,
    Way.NOT_FOUND: 0.001,
}
_STATUS = {
    Way.GOOD: 200,
    Way.TOO_MANY: 429,
    Way.SERVER_ERROR: 500,
    Way.REFUSED: 400,
    Way.NOT_FOUND: 404,
}


@dataclass(frozen=True, slots=True)
class Arrival:
    """One accepted message; `mark` is the id that a receiver drops repeats by."""

    channel: str
    number: int
    rules: frozenset[str]
    mark: str
    is_marked: bool
    way: Way

    @property
    def key(self) -> tuple[str, int]:
        """Return what tells messages apart: the channel and the entry."""
        return self.channel, self.number


@dataclass
class Receiver:
    """Takes messages in; `is_bad` lets it misbehave, `poison` it always refuses.

    `before` and `after` are called beside each answer, to an alert alone.
    """

    dice: random.Random
    is_bad: bool = False
    poison: Callable[[int], bool] = lambda _: False
    arrivals: list[Arrival] = field(default_factory=list)
    ways: Counter[Way] = field(default_factory=Counter)
    breaks: set[str] = field(default_factory=set)
    slow: int = 0  # good answers that may have come too late, on a busy machine
    before: Callable[[], None] = lambda: None
    after: Callable[[], None] = lambda: None
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _ended: threading.Event = field(default_factory=threading.Event)

    def urls(self, names: Sequence[str]) -> dict[str, str]:
        """Return the Apprise URL of each channel."""
        at = f"json://127.0.0.1:{self._server.server_port}"
        return {name: f"{at}/{name}?rto={TIMEOUT:g}&cto=5" for name in names}

    def break_each(self, names: Sequence[str]) -> None:
        """Let each of these channels answer the next alert with 404."""
        self.breaks = set(names)

    def take(self, channel: str, payload: dict[str, object]) -> Way:
        """Decide how a message's request ends, and keep what is accepted."""
        title, body = str(payload["title"]), str(payload.get("message", ""))
        head = _HEAD.search(title)
        with self._lock:
            if head is None:  # a report to `ops`, a test of the channel
                return Way.GOOD
            number = int(head[2])
            way = self._way(channel, number)
            self.ways[way] += 1
            if way in ACCEPTING:
                is_marked = REPEAT in body and payload.get("possible_repeat", True)
                self._keep(channel, head, _mark(payload, body), bool(is_marked), way)
        return way

    def _keep(
        self,
        channel: str,
        head: re.Match[str],
        mark: str,
        is_marked: bool,  # noqa: FBT001
        way: Way,
    ) -> None:
        rules = frozenset(head[1].split(", "))
        arrival = Arrival(channel, int(head[2]), rules, mark, is_marked, way)
        self.arrivals.append(arrival)

    def _way(self, channel: str, number: int) -> Way:
        if channel in self.breaks:
            self.breaks.remove(channel)
            return Way.NOT_FOUND
        if self.poison(number):
            return Way.REFUSED
        if not self.is_bad:
            return Way.GOOD
        rolled = self.dice.random()
        for way, chance in _CHANCES.items():
            rolled -= chance
            if rolled < 0:
                return way
        return Way.GOOD

    def _answers(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Answers(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                begun = time.monotonic()
                length = int(self.headers["Content-Length"])
                payload = json.loads(self.rfile.read(length))
                channel = self.path.strip("/").split("?")[0]
                way = receiver.take(channel, payload)
                is_alert = channel != "ops"
                if is_alert:
                    receiver.before()
                receiver.answer(self, way)
                is_slow = time.monotonic() - begun > TIMEOUT / 2
                receiver.slow += is_slow and way is Way.GOOD
                if is_alert:
                    receiver.after()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Answers

    def answer(self, request: BaseHTTPRequestHandler, way: Way) -> None:
        """Answer, or not."""
        status = _STATUS.get(way)
        if status is None:
            if way in (Way.SILENT, Way.ACCEPTED_LATE):
                self._ended.wait(TIMEOUT * 1.5)
            return
        request.send_response(status)
        if way is Way.TOO_MANY:
            request.send_header("Retry-After", "1")
        request.send_header("Content-Length", "0")
        request.end_headers()

    def __enter__(self) -> Self:
        self._server = quiet_server(self._answers())
        threading.Thread(target=self._server.serve_forever, args=(0.05,)).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._server.shutdown()
        self._server.server_close()


def _mark(payload: dict[str, object], body: str) -> str:
    found = _ALERTS.search(body)
    return str(payload.get("id") or (found[1] if found else ""))
