"""One round over many hosts: none of them waits for another."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from house import FullDisk, House
from newsstand import BOTH, TEXT, Item, polled, states

from monitor.errors import StoreError
from monitor.jobs.round import DeliveryCounts, article_round, poll_round
from monitor.model import Feed, Fetched, FetchedArticle, FetchRequest
from monitor.testing import FakeFetcher


@dataclass
class OneHangs:
    """A web in which one host never answers; `waiting` counts who asked it."""

    web: FakeFetcher
    host: str
    waiting: int = 0

    async def fetch(self, request: FetchRequest) -> Fetched:
        if self.host in request.url:
            self.waiting += 1
            await asyncio.Event().wait()
        return await self.web.fetch(request)


async def test_a_host_that_does_not_answer_holds_up_its_own_feeds_alone(
    house: House,
) -> None:
    urls = [f"https://slow.example.org/{n}" for n in range(60)]
    feeds = [Feed(url[-2:], url, timedelta(minutes=10)) for url in urls]
    house.feeds = (*feeds, *house.feeds)
    house.configure()
    house.publish()
    web, done = OneHangs(house.web, "slow."), asyncio.Event()
    job = replace(house.poll_job, fetcher=lambda: web)
    claimed = await job.claim_due(100)

    round_ = asyncio.create_task(poll_round(job, claimed, lambda _: done.set()))

    await asyncio.wait_for(done.wait(), 10)
    assert web.waiting == house.in_force.settings.poll.host_connections
    round_.cancel()
    await asyncio.wait([round_])


async def want(house: House, links: Sequence[str]) -> None:
    """Let a feed name articles that a rule wants, and be polled."""
    house.rules = (BOTH,)
    house.configure()
    house.articles.pages = {link: f"{TEXT} {link}" for link in links}
    await polled(
        house,
        *(Item(f"Aserbaidschan {n}", str(n), x) for n, x in enumerate(links)),
    )


async def test_a_round_reads_every_article_that_is_due(primed: House) -> None:
    await want(primed, [f"https://h{n % 3}.example/{n}" for n in range(30)])
    total = await article_round(primed.article_job)
    assert (total.read, total.alerts, total.decided) == (30, 30, 30)
    assert states(primed) == ["read"] * 30


@dataclass
class SlowArticles:
    """Articles of which each takes a minute."""

    house: House

    async def read(
        self, link: str | None, *, key: str, feed_url: str
    ) -> FetchedArticle:
        self.house.clock.advance(timedelta(minutes=1))
        return await self.house.articles.read(link, key=key, feed_url=feed_url)


async def test_a_round_leaves_to_the_next_what_takes_too_long(primed: House) -> None:
    await want(primed, [f"https://h.example/{n}" for n in range(30)])
    job = replace(primed.article_job, source=SlowArticles(primed))
    first = (await article_round(job)).read
    assert 0 < first < 30
    rest = [(await article_round(job)).read for _ in range(9)]
    assert first + sum(rest) == 30


async def test_a_round_without_wishes_asks_nobody(primed: House) -> None:
    assert (await article_round(primed.article_job)).read == 0
    assert primed.articles.asked == []


async def test_a_disk_that_is_full_ends_a_round_with_its_own_error(
    house: House,
) -> None:
    house.publish()
    claimed = await house.poll_job.claim_due(10)
    full = FullDisk(house.store, failures=9)
    job = replace(house.poll_job, store=full)
    with pytest.raises(StoreError, match="the disk is full"):
        await poll_round(job, claimed, lambda _: None)
    with pytest.raises(StoreError, match="the disk is full"):
        await article_round(replace(house.article_job, store=full))


def test_two_rounds_of_deliveries_are_one_to_who_asked() -> None:
    first = DeliveryCounts(sent=2, dead=1, pending=3, held={"throttled": 1})
    first.add(DeliveryCounts(sent=4, pending=1, reports_waiting=2, held={}))
    assert first == DeliveryCounts(
        sent=6, dead=1, pending=1, reports_waiting=2, held={}
    )
