"""A small monitor for the jobs' tests: a real database, a fake web, a fake clock."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any, TypeVar
from xml.sax.saxutils import escape

from sqlalchemy import select

from monitor.errors import StoreError
from monitor.jobs.articles import ArticleJob
from monitor.jobs.deliver import DeliverJob
from monitor.jobs.hosts import Pauses
from monitor.jobs.in_force import InForce
from monitor.jobs.poll import PollJob
from monitor.jobs.reading import ArticleResult
from monitor.jobs.round import article_round
from monitor.model import (
    ChannelSpec,
    DeliveryState,
    Feed,
    FeedState,
    Lane,
    PollCounts,
    PollPolicy,
    Rule,
    SendOutcome,
    SendResult,
    Settings,
)
from monitor.ports import Transaction
from monitor.store.database import Database
from monitor.store.tables import deliveries, messages
from monitor.store.transaction import SqlStore
from monitor.testing import (
    FakeArticles,
    FakeChannels,
    FakeClock,
    FakeFetcher,
    InlineParser,
    ListJournal,
)

T = TypeVar("T")
DESK, OPS = Lane("desk", 0), Lane("ops", 0)
NEWS = "https://news.example.org/feed"
HIT = "Aserbaidschan erwägt Waffenlieferungen"


def rule(name: str = "waffen", query: str = "Aserbaidschan", **more: object) -> Rule:
    return replace(Rule(name, query, channels=("desk",), version="1"), **more)


@dataclass
class House:
    """The parts, and short words for what tests do with them."""

    folder: Path
    feeds: tuple[Feed, ...] = (Feed("news", NEWS, timedelta(minutes=10)),)
    rules: tuple[Rule, ...] = (rule(),)
    channels: dict[str, int] = field(default_factory=lambda: {"desk": 1, "ops": 1})
    ops: tuple[str, ...] = ("ops",)
    timezone: str = "UTC"
    manners: dict[str, dict[str, Any]] = field(default_factory=dict)
    policy: PollPolicy = field(default_factory=PollPolicy)
    clock: FakeClock = field(default_factory=FakeClock)
    web: FakeFetcher = field(default_factory=FakeFetcher)
    journal: ListJournal = field(default_factory=ListJournal)
    articles: FakeArticles = field(default_factory=FakeArticles)

    def __post_init__(self) -> None:
        self.store = SqlStore(Database.open(f"sqlite:///{self.folder}/monitor.db"))
        self.places = FakeChannels(self.channels)
        self.configure()
        self.poll_job = PollJob(
            self.store,
            lambda: self.web,
            InlineParser(),
            self.clock,
            self.journal,
            lambda: self.in_force,
            lambda text: text.replace("hunter2", "***"),
        )
        self.deliver_job = DeliverJob(
            self.store,
            lambda: self.places,
            self.clock,
            self.journal,
            lambda: self.in_force,
        )

        self.article_job = self._new_article_job()

    def _new_article_job(self) -> ArticleJob:
        return ArticleJob(
            self.store,
            self.articles,
            self.clock,
            self.journal,
            lambda: self.in_force,
            pauses=self.poll_job.pauses,
            network=self.poll_job.network,
            stories=self.poll_job.stories,
        )

    def configure(self) -> None:
        """Put feeds, rules and channels into force."""
        specs = tuple(
            ChannelSpec(name, ("x://",) * count, **self.manners.get(name, {}))
            for name, count in self.channels.items()
        )
        zone, policy = self.timezone, self.policy
        settings = Settings("", "", zone, policy, specs, self.ops, self.feeds)
        self.in_force = InForce.of(settings, self.rules, {})
        now = self.clock.now()
        self.store.run(lambda tx: tx.sync_feeds(self.feeds, now))

    def publish(
        self, *titles: str, url: str = NEWS, days_ago: float = 0, text: str = ""
    ) -> None:
        """Let the feed at `url` hold entries with these titles, and no others."""
        at = format_datetime(self.clock.now() - timedelta(days=days_ago))
        items = "".join(
            f"<item><title>{escape(t)}</title><guid>{escape(t)}</guid>"
            f"<link>https://news.example.org/{abs(hash(t))}</link>"
            f"<description>{text}</description><pubDate>{at}</pubDate></item>"
            for t in titles
        )
        self.web.pages[url] = (
            f'<rss version="2.0"><channel><title>News</title>{items}</channel></rss>'
        ).encode()

    async def poll(self, *names: str) -> PollCounts:
        """Let ten minutes pass and poll the one feed that is named (or `news`)."""
        self.clock.advance(timedelta(minutes=10))
        (state,) = await self.poll_job.claim_now(names or ("news",))
        return await self.poll_job.poll(state)

    async def read(self) -> ArticleResult:
        """Read the articles that are wanted and due."""
        return await article_round(self.article_job)

    async def deliver(self) -> list[DeliveryState]:
        """Deliver what is due; return how the attempts ended."""
        ends = []
        for lane in await self.deliver_job.due_lanes():
            done = await self.deliver_job.deliver_lane(lane)
            ends += [end.state for end in done]
        return ends

    def answer(self, lane: Lane, *results: SendResult | SendOutcome) -> None:
        """Let the lane answer like this, then accept everything."""
        self.places.script[lane] = deque(
            r if isinstance(r, SendResult) else SendResult(r, detail=f"said {r}")
            for r in results
        )

    def titles(self, lane: Lane = DESK) -> list[str]:
        """Return the titles of what arrived in a lane, in order."""
        return [message.title for at, message, _ in self.places.sent if at == lane]

    def texts(self, lane: Lane = DESK) -> list[str]:
        """Return the texts of what arrived in a lane, in order."""
        return [message.text for at, message, _ in self.places.sent if at == lane]

    def attempts(self) -> list[int]:
        """Return how often each alert's delivery was tried, in order."""
        with self.store._database.read() as connection:
            query = select(deliveries.c.attempts).join(messages)
            query = query.where(messages.c.entry_id.is_not(None))
            return [*connection.execute(query.order_by(deliveries.c.id)).scalars()]

    def reopen(self) -> None:
        """Go on as a new process does that finds the database."""
        self.store.close()
        self.store = SqlStore(Database.open(f"sqlite:///{self.folder}/monitor.db"))
        self.poll_job = replace(self.poll_job, store=self.store, pauses=Pauses())
        self.deliver_job = replace(self.deliver_job, store=self.store)
        self.article_job = self._new_article_job()

    def reform(self, **settings: object) -> None:
        """Put other settings into force; what is stored stays as it is."""
        changed = replace(self.in_force.settings, **settings)
        self.in_force = InForce.of(changed, self.rules, {})

    def state(self, name: str = "news") -> FeedState:
        """Return what is stored of a feed."""
        states = self.store.run(lambda tx: tx.feed_states())
        return next(state for state in states if state.name == name)

    def counts(self) -> dict[str, int]:
        """Return how many deliveries are in each state, without the zeros."""
        found = self.store.run(lambda tx: tx.delivery_counts())
        return {state: count for state, count in found.items() if count}


@dataclass
class FullDisk:
    """A store that fails `failures` times, after it let some work through."""

    store: SqlStore
    failures: int
    let_through: int = 0

    async def transact(self, work: Callable[[Transaction], T]) -> T:
        if self.let_through:
            self.let_through -= 1
        elif self.failures:
            self.failures -= 1
            raise StoreError("the disk is full")
        return await self.store.transact(work)
