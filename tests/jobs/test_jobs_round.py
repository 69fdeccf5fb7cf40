"""One round over many hosts: none of them waits for another."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta

from house import House

from monitor.jobs.round import poll_round
from monitor.model import Feed, Fetched, FetchRequest
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
