"""Fakes with behaviour, for our tests and for those who build on the jobs.

Only the network and the clock are ever faked; the store of a test is a real SQLite
file.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from monitor.errors import FeedError
from monitor.feeds import parse_feed
from monitor.model import (
    Article,
    ArticleReason,
    FeedKind,
    Fetched,
    FetchedArticle,
    FetchOutcome,
    FetchRequest,
    HubAnswer,
    HubRequest,
    Lane,
    Message,
    ParsedFeed,
    SendOutcome,
    SendResult,
)

START = datetime(2026, 1, 5, 12, tzinfo=UTC)
"""When a fake clock begins, unless told otherwise: a Monday noon."""


class FakeClock:
    """A clock that moves when it is told to, or when somebody sleeps on it."""

    def __init__(self, start: datetime = START, dice: float = 0.5) -> None:
        self.wall = start
        self.passed = 0.0
        self.dice = dice

    def now(self) -> datetime:
        """Return the time it was set to."""
        return self.wall

    def monotonic(self) -> float:
        """Return the seconds that passed, whatever the wall clock was set to."""
        return self.passed

    def jitter(self) -> float:
        """Return `dice`."""
        return self.dice

    async def sleep(self, duration: timedelta) -> None:
        """Let the time pass at once, and others run."""
        self.advance(duration)
        await asyncio.sleep(0)

    def advance(self, duration: timedelta) -> None:
        """Let time pass."""
        self.wall += duration
        self.passed += duration.total_seconds()

    def jump(self, duration: timedelta) -> None:
        """Set the wall clock forward or back; no time passes."""
        self.wall += duration


@dataclass
class FakeFetcher:
    """A web of bodies and answers; a request for an unknown URL gets a 404."""

    pages: dict[str, bytes | Fetched] = field(default_factory=dict)
    requests: list[FetchRequest] = field(default_factory=list)

    async def fetch(self, request: FetchRequest) -> Fetched:
        """Return what `pages` holds for the URL; bytes stand for a plain 200."""
        self.requests.append(request)
        page = self.pages.get(request.url)
        if isinstance(page, bytes):
            return Fetched(FetchOutcome.OK, request.url, status=200, body=page)
        missing = Fetched(
            FetchOutcome.HTTP_ERROR, request.url, status=404, detail="HTTP 404"
        )
        return page or missing


@dataclass
class FakeArticles:
    """Articles by their links, but for what `script` says of a link first.

    A text stands for an article that was read; what is unknown is not there (404).
    """

    pages: dict[str, str | FetchedArticle] = field(default_factory=dict)
    script: dict[str, deque[FetchedArticle]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    named_by: list[str] = field(default_factory=list)

    async def read(
        self,
        link: str | None,
        *,
        key: str,  # noqa: ARG002 - the port's words
        feed_url: str,
    ) -> FetchedArticle:
        """Return what there is at the link, after others had their turn."""
        address = link or ""
        self.asked.append(address)
        self.named_by.append(feed_url)
        await asyncio.sleep(0)
        if script := self.script.get(address):
            return script.popleft()
        page = self.pages.get(address)
        if isinstance(page, str):
            page = FetchedArticle(Article(ArticleReason.READ, page), address)
        missing = Article(ArticleReason.NOT_FETCHED, detail="HTTP 404")
        return page or FetchedArticle(missing, address, again=True, status=404)


class InlineParser:
    """The parser without its process."""

    async def parse(
        self,
        body: bytes,
        *,
        content_type: str,
        url: str,
        encoding: str = "",
        kind: FeedKind = FeedKind.FEED,
    ) -> ParsedFeed:
        """Return the feed.

        Raises:
            FeedError: it is not one.
        """
        if body == b"hang":
            raise FeedError("took longer than 10 s to read")
        return parse_feed(
            body, content_type=content_type, url=url, encoding=encoding, kind=kind
        )


@dataclass
class FakeHubs:
    """Hubs that accept everything, but for what `script` says first."""

    script: deque[HubAnswer] = field(default_factory=deque)
    requests: list[HubRequest] = field(default_factory=list)

    async def ask(self, request: HubRequest) -> HubAnswer:
        """Return the next scripted answer, else accept the request."""
        self.requests.append(request)
        yes = HubAnswer(accepted=True, status=202)
        return self.script.popleft() if self.script else yes


@dataclass
class FakeChannels:
    """Places that accept everything, but for what `script` says of a lane."""

    places: Mapping[str, int]
    script: dict[Lane, deque[SendResult]] = field(default_factory=dict)
    sent: list[tuple[Lane, Message, bool]] = field(default_factory=list)
    pauses: dict[Lane, timedelta] = field(default_factory=dict)

    def pause(self, lane: Lane) -> timedelta:
        """Return what `pauses` says of the lane; else there is none."""
        return self.pauses.get(lane, timedelta(0))

    answers: list[str] = field(default_factory=list)

    def lanes(self) -> Sequence[Lane]:
        """Return every lane."""
        return [
            Lane(name, n) for name, count in self.places.items() for n in range(count)
        ]

    async def send(
        self,
        lane: Lane,
        message: Message,
        *,
        created_at: datetime,  # noqa: ARG002 - the port's words
        maybe_sent: bool,
        bare: bool,  # noqa: ARG002
        key: str = "",  # noqa: ARG002
        answers: str = "",
    ) -> SendResult:
        """Return the next scripted result, else accept the message and keep it."""
        script = self.script.get(lane)
        result = script.popleft() if script else SendResult(SendOutcome.SENT)
        if result.outcome is SendOutcome.SENT:
            self.sent.append((lane, message, maybe_sent))
            self.answers.append(answers)
        return result


@dataclass
class ListJournal:
    """A journal that can be read again."""

    events: list[tuple[str, dict[str, object]]] = field(default_factory=list)

    def event(self, name: str, **fields: object) -> None:
        """Keep the event."""
        self.events.append((name, fields))

    def named(self, name: str) -> list[dict[str, object]]:
        """Return the fields of every event of that name."""
        return [fields for known, fields in self.events if known == name]
