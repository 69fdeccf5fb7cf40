"""A small monitor on a loopback web, and time that passes only when it is told to.

A test publishes pages on `world.site`, subscribes to them, lets the world live for a
while as the daemon would, and looks at what the site was asked, and when.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from itertools import pairwise
from typing import Any, Self
from xml.sax.saxutils import escape

from aiohttp.abc import ResolveResult
from house import OPS, House
from net_site import Asked, Names, Site, Talk, a_fetcher, reply
from sqlalchemy import event

from monitor.jobs.round import poll_round
from monitor.model import Feed, ParsedFeed, PollPolicy
from monitor.net.fetcher import HttpFetcher
from monitor.store.tables import entries
from monitor.store.transaction import SqlStore
from monitor.testing import InlineParser

MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0
POLICY = PollPolicy(allow_networks=("127.0.0.0/8",), host_spacing=timedelta(0))


def rss(*titles: str, more: str = "") -> bytes:
    """Return a feed with these entries; `more` stands in its channel."""
    items = "".join(
        f"<item><title>{escape(title)}</title><guid>{escape(title)}</guid></item>"
        for title in titles
    )
    return (
        f'<rss version="2.0"><channel><title>News</title>{more}{items}</channel></rss>'
    ).encode()


def paper(*titles: str, more: str = "", **headers: str) -> bytes:
    """Return the whole answer with such a feed."""
    return reply(rss(*titles, more=more), **headers)


def not_modified(**headers: str) -> bytes:
    return reply(b"", status="304 Not Modified", **headers)


async def cut_off(talk: Talk) -> None:
    """Break off within the body."""
    await talk.say(paper("x")[:-5])


class Script:
    """A page that gives its answers one after another; the last one stays."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = deque(answers)

    async def __call__(self, talk: Talk) -> bool:
        is_last = len(self.answers) == 1
        await talk.say(self.answers[0] if is_last else self.answers.popleft())
        return True


@dataclass
class Press:
    """A publisher as it should be: validators, and 304 for who has it already.

    It prints a new edition at each request where it is `busy`.
    """

    headers: dict[str, str] = field(default_factory=dict)
    more: str = ""
    edition: int = 1
    busy: bool = False

    async def __call__(self, talk: Talk) -> bool:
        self.edition += self.busy
        etag = f'W/"{self.edition}"'
        if talk.asked.header("If-None-Match") == etag:
            await talk.say(not_modified(ETag=etag, **self.headers))
        else:
            kept = range(self.edition, max(0, self.edition - 10), -1)
            shown = [f"edition {number}" for number in kept]
            await talk.say(paper(*shown, more=self.more, ETag=etag, **self.headers))
        return True


class Everywhere(Names):
    """Every name leads to loopback, so that one site is many hosts."""

    async def resolve(
        self, host: str, port: int = 0, family: int = 0
    ) -> list[ResolveResult]:
        self.table[host] = "127.0.0.1"
        return await super().resolve(host, port, family)


class CountingParser(InlineParser):
    """Reads feeds and counts how many."""

    def __init__(self) -> None:
        self.parsed = 0

    async def parse(self, body: bytes, **how: Any) -> ParsedFeed:
        self.parsed += 1
        return await super().parse(body, **how)


def do_not_wait_for_the_disk(store: SqlStore) -> None:
    """Make commits quick: of a power cut other tests know."""
    engine = store._database._engine
    engine.dispose()

    @event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, _: object) -> None:
        connection.execute("PRAGMA synchronous = OFF")


@dataclass
class World(House):
    """The parts of the monitor that poll, all real but for the clock."""

    feeds: tuple[Feed, ...] = ()
    policy: PollPolicy = POLICY
    site: Site = field(default_factory=Site)
    parser: CountingParser = field(default_factory=CountingParser)
    timeout: float = 20.0

    def __post_init__(self) -> None:
        super().__post_init__()
        do_not_wait_for_the_disk(self.store)
        self.poll_job = replace(
            self.poll_job, fetcher=lambda: self.fetcher, parser=self.parser
        )

    async def __aenter__(self) -> Self:
        self.site.clock = self.clock
        await self.site.__aenter__()
        self.fetcher = await self._new_fetcher().__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.fetcher.__aexit__()
        await self.site.__aexit__()
        self.store.close()

    def _new_fetcher(self, after: HttpFetcher | None = None) -> HttpFetcher:
        return a_fetcher(
            after=after,
            clock=self.clock,
            timeout=self.timeout,
            resolver=Everywhere(),
            **asdict(self.policy),
        )

    # the configuration

    def subscribe(
        self, path: str = "/feed", *, host: str = "127.0.0.1", **more: Any
    ) -> Feed:
        """Add a feed of the site to the configuration and put that into force."""
        url = f"http://{host}:{self.site.port}{path}"
        name = more.pop("name", f"{host}{path}".replace("127.0.0.1/", ""))
        every = timedelta(minutes=more.pop("minutes", 10))
        feed = Feed(name, url, every, **more)
        self.feeds = (*self.feeds, feed)
        self.configure()
        return feed

    async def reload(
        self,
        feeds: Sequence[Feed] | None = None,
        *,
        timeout: float | None = None,  # noqa: ASYNC109 - the fetcher's
        **policy: Any,
    ) -> None:
        """Put other feeds and another policy into force, as an edited file does."""
        self.feeds = self.feeds if feeds is None else tuple(feeds)
        if policy or timeout:
            self.policy = replace(self.policy, **policy)
            self.timeout = timeout or self.timeout
            await self._renew_fetcher(after=self.fetcher)
        self.configure()

    async def _renew_fetcher(self, after: HttpFetcher | None = None) -> None:
        await self.fetcher.__aexit__()
        self.fetcher = await self._new_fetcher(after).__aenter__()

    async def restart(self) -> None:
        """End the process, and begin another over the same database."""
        self.store.close()
        heard = self.places
        self.__post_init__()
        self.places = heard
        self.store.run(lambda tx: tx.free_leases())
        await self._renew_fetcher()

    # the time

    async def live(self, **duration: float) -> None:
        """Let that much time pass; what falls due is polled, as the daemon does it."""
        end = self.clock.passed + timedelta(**duration).total_seconds()
        while True:
            await self.poll_due()
            left = end - self.clock.passed
            if left < 0.001:
                return
            self.clock.advance(timedelta(seconds=min(self._wait(), left)))

    async def poll_due(self) -> int:
        """Poll what is due now, together; return how many feeds that were."""
        claimed = await self.poll_job.claim_due(1000)
        await poll_round(self.poll_job, claimed, lambda _: None)
        return len(claimed)

    def _wait(self) -> float:
        """Return the seconds until a feed falls due, at least one: the tick's."""
        states = self.store.run(lambda tx: tx.feed_states())
        times = [s.next_poll_at for s in states if s.next_poll_at is not None]
        waits = [(at - self.clock.now()).total_seconds() for at in times]
        return max(min(waits, default=DAY), 1.0)

    async def polls(self, count: int, path: str = "/feed") -> list[Asked]:
        """Live until a page was asked so often; return these requests."""
        for _ in range(100 * count):
            if len(self.asked(path)) >= count:
                return self.asked(path)
            if not await self.poll_due():
                self.clock.advance(timedelta(seconds=self._wait()))
        raise AssertionError(f"{path} was asked {len(self.asked(path))} times only")

    async def ask_now(self, *names: str) -> int:
        """Poll by hand; return how many of the feeds could be asked."""
        claimed = await self.poll_job.claim_now(names or ("feed",))
        for state in claimed:
            await self.poll_job.poll(state)
        return len(claimed)

    # what came of it

    def asked(self, path: str = "/feed", host: str = "") -> list[Asked]:
        """Return the requests for a page (of a host), in order."""
        return [
            asked
            for asked in self.site.seen
            if asked.path == path and host in (asked.header("Host") or "")
        ]

    def stored(self) -> list[Any]:
        """Return every entry of the database, with all its columns."""
        with self.store._database.write() as connection:
            return list(connection.execute(entries.select().order_by(entries.c.id)))

    def entry_titles(self) -> list[str]:
        return [row.title for row in self.stored()]

    async def told(self) -> list[str]:
        """Return the titles of what `ops` was told until now."""
        await self.deliver()
        return self.titles(OPS)


def sent(asked: Asked) -> tuple[str | None, str | None]:
    """Return the validators of a request: ETag, Last-Modified."""
    return asked.header("If-None-Match"), asked.header("If-Modified-Since")


def is_conditional(asked: Asked) -> bool:
    return sent(asked) != (None, None)


def gaps(asked: Sequence[Asked]) -> list[float]:
    """Return the seconds between the requests, to the millisecond."""
    return [round(later.at - earlier.at, 3) for earlier, later in pairwise(asked)]


def between(waits: list[float], seconds: float) -> bool:
    """Say whether each wait is that long, give or take what the dice may add."""
    return all(seconds <= wait <= 1.2 * seconds + 1 for wait in waits)
