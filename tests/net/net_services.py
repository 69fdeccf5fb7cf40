"""Services on loopback that alerts are sent to: HTTP answers by script, and mail."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True)
class Answer:
    """What to answer; `hangs` keeps the request open till the end of the test.

    `missing` bytes of the body are announced and never come.
    """

    status: int = 200
    body: str = "ok"
    headers: tuple[tuple[str, str], ...] = ()
    hangs: bool = False
    drops: bool = False
    missing: int = 0


@dataclass(frozen=True)
class Received:
    """One request."""

    path: str
    headers: dict[str, str]
    body: str

    @property
    def json(self) -> dict[str, object]:
        return json.loads(self.body)


class Service:
    """An HTTP server that keeps what it gets; `script` is answered first, then 200.

    `answers` are given for paths that hold a word.
    """

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.script: list[Answer] = []
        self.answers: dict[str, Answer] = {}
        self.received: list[Received] = []
        self.got_one = threading.Event()
        self.released = threading.Event()
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                service._serve(self)

            do_GET = do_PUT = do_POST  # noqa: N815 - the server's names

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        if context is not None:
            wrapped = context.wrap_socket(self._server.socket, server_side=True)
            self._server.socket = wrapped
        self.port = self._server.server_port
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def channel(self, path: str = "/desk") -> str:
        return f"json://127.0.0.1:{self.port}{path}"

    def _serve(self, request: BaseHTTPRequestHandler) -> None:
        length = int(request.headers.get("Content-Length", "0"))
        body = request.rfile.read(length).decode()
        self.received.append(Received(request.path, dict(request.headers), body))
        usual = (a for word, a in self.answers.items() if word in request.path)
        answer = self.script.pop(0) if self.script else next(usual, Answer())
        self.got_one.set()
        if answer.hangs:
            self.released.wait(30)
        if answer.hangs or answer.drops:
            return
        request.send_response_only(answer.status)
        for name, value in answer.headers:
            request.send_header(name, value)
        body = answer.body.encode()
        request.send_header("Content-Length", str(len(body) + answer.missing))
        request.end_headers()
        request.wfile.write(body)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def free_port() -> int:
    """Return a port of 127.0.0.1 on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class MailServer:
    """An SMTP server that answers as it is told and keeps what it accepts."""

    answers: dict[str, str] = field(default_factory=dict)
    mails: list[EmailMessage] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        answer = self.answers.get(address) or self.answers.get("rcpt", "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        answer = self.answers.get("data", "250 OK")
        if answer.startswith("250"):
            raw = envelope.content or b""
            content = raw.encode() if isinstance(raw, str) else raw
            mail = message_from_bytes(content, policy=policy.default)
            assert isinstance(mail, EmailMessage)
            self.mails.append(mail)
        return answer

    def __enter__(self) -> Self:
        self.port = free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    def channel(self, more: str = "") -> str:
        return (
            f"mailto://127.0.0.1:{self.port}/?mode=insecure"
            f"&from=monitor@example.org&to=desk@example.org{more}"
        )
