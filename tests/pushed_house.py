"""A small monitor that hubs can push to."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field, replace
from itertools import count
from xml.sax.saxutils import escape

from house import NEWS, House

from monitor.jobs.pushes import PushJob
from monitor.jobs.recording import PollResult
from monitor.jobs.websub import WebSubJob, review
from monitor.model import (
    Fetched,
    FetchOutcome,
    Push,
    Subscription,
    WebSub,
)
from monitor.testing import FakeHubs, InlineParser

HUB = "https://hub.example.org/"
HERE = WebSub("127.0.0.1", 8090, "https://we.example.org")
OFFER = (("hub", HUB), ("self", NEWS))


@dataclass
class PushedHouse(House):
    """A house that hubs can push to."""

    websub: WebSub | None = HERE
    hubs: FakeHubs = field(default_factory=FakeHubs)
    is_listening: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        numbers = count(1)
        self.websub_job = WebSubJob(
            store=self.store,
            hubs=self.hubs,
            clock=self.clock,
            journal=self.journal,
            in_force=lambda: self.in_force,
            token=lambda: f"token{next(numbers)}",
            is_listening=lambda: self.is_listening,
        )
        self.push_job = PushJob(
            store=self.store,
            parser=InlineParser(),
            clock=self.clock,
            journal=self.journal,
            in_force=lambda: self.in_force,
            redact=lambda text: text.replace("hunter2", "***"),
        )

    def configure(self) -> None:
        super().configure()
        settings = replace(self.in_force.settings, websub=self.websub)
        self.in_force = replace(self.in_force, settings=settings)
        now = self.clock.now()
        self.store.run(lambda tx: review(tx, self.in_force, now))

    def offer(self, *titles: str, links: tuple[tuple[str, str], ...] = OFFER) -> None:
        """Let the feed hold these entries, and name its hub."""
        self.publish(*titles)
        body = self.web.pages[NEWS]
        assert isinstance(body, bytes)
        self.web.pages[NEWS] = Fetched(
            FetchOutcome.OK, NEWS, status=200, body=body, links=links
        )

    async def tick(self) -> int:
        """Ask the hubs that are due; return how many it were."""
        due = await self.websub_job.due(20)
        for sub in due:
            await self.websub_job.ask(sub)
        return len(due)

    def subscription(self) -> Subscription:
        feed_id = self.state().id
        found = self.store.run(lambda tx: tx.subscription_of(feed_id))
        assert found is not None
        return found

    async def comes_back(
        self, mode: str = "subscribe", token: str = "", **more: str
    ) -> str | None:
        """Let the hub ask whether we mean it."""
        query = {
            "hub.mode": mode,
            "hub.topic": NEWS,
            "hub.challenge": "proof",
            "hub.lease_seconds": "864000",
        }
        query |= {f"hub.{name}": value for name, value in more.items()}
        return await self.push_job.confirm(
            token or self.subscription().token or "", query
        )

    async def pushed(self, *titles: str, **more: str) -> PollResult | None:
        """Let the hub push a document with these entries; take it in."""
        items = "".join(
            f"<item><title>{escape(t)}</title><guid>{escape(t)}</guid></item>"
            for t in titles
        )
        body = f'<rss version="2.0"><channel>{items}</channel></rss>'.encode()
        return await self.pushes_body(body, **more)

    async def pushes_body(self, body: bytes, **more: str) -> PollResult | None:
        sub = self.subscription()
        mac = hmac.new(sub.secret.encode(), body, "sha256").hexdigest()
        values = {"signature": f"sha256={mac}", "token": sub.token or "", **more}
        assert self.push_job.accept(Push(body=body, **values))
        return await self.push_job.take(await self.push_job.next())
