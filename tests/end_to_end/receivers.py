"""Where alerts arrive on loopback: a JSON webhook and a mail server."""

from __future__ import annotations

import json
import socket
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler
from typing import Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from feedsite import LoopbackServer, reply

Answer = Callable[[int], int | dict[str, str]]


@dataclass(frozen=True)
class Alert:
    """What one accepted request of Apprise's json:// held."""

    title: str
    body: str
    payload: dict[str, object]

    @property
    def text(self) -> str:
        return f"{self.title}\n{self.body}"


class Webhook(LoopbackServer):
    """Receives json:// messages; each path is a place with its own behaviour.

    `script[path]` is a list of answers to give first: a status, or a pair of status
    and headers, or "hang" (answers only when the test ends, and keeps nothing).
    `always[path]` is the answer after that, 200 unless set. `at[path]` holds when
    each try came, in seconds of the monotonic clock.
    """

    def __init__(self, port: int = 0) -> None:
        self.script: dict[str, list[object]] = defaultdict(list)
        self.always: dict[str, object] = defaultdict(lambda: 200)
        self.accepted: dict[str, list[Alert]] = defaultdict(list)
        self.tries: dict[str, list[dict[str, object]]] = defaultdict(list)
        self.at: dict[str, list[float]] = defaultdict(list)
        super().__init__(port=port)

    def channel(self, path: str) -> str:
        """Return the Apprise URL of a place."""
        return f"json://{self.host}:{self.port}{path}"

    def wait_for(self, path: str, count: int, seconds: float) -> list[Alert]:
        """Return what `path` accepted once there are `count`, or at the deadline."""
        self.wait(lambda: len(self.accepted[path]) >= count, seconds)
        with self.changed:
            return list(self.accepted[path])

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        path = request.path.split("?")[0].rstrip("/")
        length = int(request.headers.get("Content-Length", "0"))
        payload = json.loads(request.rfile.read(length))
        with self.changed:
            self.tries[path].append(payload)
            self.at[path].append(time.monotonic())
            say = self.script[path].pop(0) if self.script[path] else self.always[path]
            if callable(say):
                say = say(payload)
            if say == 200:
                self.accepted[path].append(_alert(payload))
            self.changed.notify_all()
        self._say(request, say)

    def _say(self, request: BaseHTTPRequestHandler, say: object) -> None:
        if say == "hang":
            self.released.wait()
        elif isinstance(say, tuple):
            reply(request, say[0], **say[1])
        elif isinstance(say, int):
            reply(request, say)


def _alert(payload: dict[str, object]) -> Alert:
    return Alert(str(payload["title"]), str(payload["message"]), payload)


class Mailbox:
    """An SMTP server that keeps what it gets."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port())
        self._controller.start()
        self.port = self._controller.port

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        content = bytes(envelope.content or b"")
        message = message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        return "250 OK"

    def channel(self) -> str:
        """Return the Apprise URL of this mailbox."""
        return (
            f"mailto://127.0.0.1:{self.port}/?mode=insecure"
            "&from=monitor@example.org&to=desk@example.org"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()


def free_port() -> int:
    """Return a port of 127.0.0.1 on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
