"""A WebSub hub on loopback, written from the W3C recommendation of 2018.

It knows nothing of the monitor. A test says how it behaves: which leases it grants,
whom it denies, where it redirects, how often it fails before it works.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPResponse
from http.server import BaseHTTPRequestHandler
from urllib.error import HTTPError, URLError
from urllib.parse import parse_qs, urlencode

from feedsite import LoopbackServer, reply

ANSWER_SECONDS = 10.0


@dataclass
class Subscriber:
    """One verified subscription, as the hub keeps it."""

    topic: str
    callback: str
    secret: str
    lease: int
    count: int = 1  # how often it was verified


@dataclass(frozen=True)
class Answer:
    """What a callback said."""

    status: int
    body: str = ""


def call(url: str, body: bytes | None = None, **headers: str) -> Answer:
    """Ask a callback; every status is an answer, 0 stands for none."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, body, named)  # noqa: S310 - loopback
    try:
        opened: HTTPResponse = urllib.request.urlopen(  # noqa: S310
            request, timeout=ANSWER_SECONDS
        )
        with opened:
            return Answer(opened.status, opened.read().decode())
    except HTTPError as error:
        with error:
            return Answer(error.code, error.read().decode())
    except (URLError, OSError):
        return Answer(0)


@dataclass
class Behaviour:
    """What a test wants of the hub."""

    lease: int = 3600  # in seconds; what it grants, whatever was asked
    fail: int = 0  # so many requests get a 503 first
    deny: str = ""  # the reason for which it denies; empty: it does not
    redirect_from: str = "/old"


@dataclass
class Wishes:
    """A subscription request as it arrived."""

    path: str
    fields: dict[str, str]
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def mode(self) -> str:
        return self.fields.get("hub.mode", "")


class Hub(LoopbackServer):
    """Takes subscriptions at /hub and, by a redirect, at /old; pushes what it gets."""

    def __init__(self) -> None:
        self.behaviour = Behaviour()
        self.asked: list[Wishes] = []
        self.verified: list[tuple[str, Answer]] = []
        self.subscribers: dict[tuple[str, str], Subscriber] = {}
        super().__init__()

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}/hub"

    @property
    def old_url(self) -> str:
        return f"http://{self.host}:{self.port}{self.behaviour.redirect_from}"

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        length = int(request.headers.get("Content-Length", "0"))
        body = request.rfile.read(length).decode()
        fields = {name: values[0] for name, values in parse_qs(body).items()}
        wishes = Wishes(request.path, fields, dict(request.headers))
        with self.changed:
            self.asked.append(wishes)
            self.changed.notify_all()
        if request.path == self.behaviour.redirect_from:
            reply(request, 307, Location="/hub")
        elif self.behaviour.fail > 0:
            self.behaviour.fail -= 1
            reply(request, 503, b"down for repair")
        else:
            reply(request, 202)
            self._later(self._verify, wishes)

    def _later(self, work: Callable[[Wishes], None], wishes: Wishes) -> None:
        threading.Thread(target=work, args=(wishes,), daemon=True).start()

    def _verify(self, wishes: Wishes) -> None:
        """Ask the subscriber whether it means it, or tell it that it is denied."""
        topic, callback = wishes.fields["hub.topic"], wishes.fields["hub.callback"]
        if self.behaviour.deny:
            self.deny(topic, callback, self.behaviour.deny)
            return
        challenge = hashlib.sha256(str(time.monotonic()).encode()).hexdigest()
        fields = {
            "hub.mode": wishes.mode,
            "hub.topic": topic,
            "hub.challenge": challenge,
            "hub.lease_seconds": str(self.behaviour.lease),
        }
        answer = call(f"{callback}?{urlencode(fields)}")
        is_meant = answer.status // 100 == 2 and answer.body == challenge
        with self.changed:
            if is_meant:
                self._keep(wishes, topic, callback)
            self.verified.append((wishes.mode, answer))
            self.changed.notify_all()

    def _keep(self, wishes: Wishes, topic: str, callback: str) -> None:
        known = self.subscribers.pop((topic, callback), None)
        if wishes.mode == "subscribe":
            self.subscribers[topic, callback] = Subscriber(
                topic,
                callback,
                wishes.fields.get("hub.secret", ""),
                self.behaviour.lease,
                count=known.count + 1 if known else 1,
            )

    def deny(self, topic: str, callback: str, reason: str) -> Answer:
        """Tell a subscriber that it is denied."""
        fields = {"hub.mode": "denied", "hub.topic": topic, "hub.reason": reason}
        answer = call(f"{callback}?{urlencode(fields)}")
        with self.changed:
            self.verified.append(("denied", answer))
            self.changed.notify_all()
        return answer

    def the_one(self) -> Subscriber:
        """Return the only subscriber there is."""
        with self.changed:
            (found,) = self.subscribers.values()
        return found

    def push(
        self,
        body: bytes,
        *,
        to: Subscriber | None = None,
        method: str = "sha256",
        signature: str | None = None,
        **headers: str,
    ) -> tuple[Answer, float]:
        """Push to a subscriber; return its answer, and when the push began."""
        subscriber = to or self.the_one()
        if subscriber.secret and signature is None:
            mac = hmac.new(subscriber.secret.encode(), body, method)
            signature = f"{method}={mac.hexdigest()}"
        sent = {
            "Content_Type": "application/rss+xml",
            "Link": f'<{self.url}>; rel="hub", <{subscriber.topic}>; rel="self"',
            **({"X_Hub_Signature": signature} if signature else {}),
            **headers,
        }
        begun = time.monotonic()
        return call(subscriber.callback, body, **sent), begun
