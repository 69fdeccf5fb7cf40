"""What the daemon does about articles: each by itself, none in another's way."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from house import FullDisk, House
from newsstand import BOTH, LINK, MINUTE, SITE, TEXT, Item, polled, read, states

from monitor.daemon.articles import ArticleWork
from monitor.daemon.troubles import Troubles
from monitor.model import FetchedArticle


@pytest.fixture
async def stand(tmp_path: Path) -> House:
    house = House(tmp_path, rules=(BOTH,))
    house.articles.pages[LINK] = TEXT
    await polled(house)
    return house


@pytest.fixture(autouse=True)
def closed(stand: House) -> Iterator[None]:
    yield
    stand.store.close()


class Alerted:
    """Counts how often it was said that there is something to deliver."""

    def __init__(self) -> None:
        self.count = 0

    async def __call__(self) -> None:
        self.count += 1


def work_of(house: House, alerted: Alerted) -> ArticleWork:
    return ArticleWork(house.article_job, Troubles(house.clock, house.journal), alerted)


async def ticked(work: ArticleWork, times: int = 4) -> None:
    """Let the work tick, each time until all that it began is done."""
    for _ in range(times):
        await work.tick()
        if under_way := list(work.end()):
            await asyncio.wait(under_way)


async def test_an_article_is_decided_read_and_told(stand: House) -> None:
    await polled(stand, Item())
    alerted = Alerted()
    work = work_of(stand, alerted)
    assert list(work.end()) == []
    await ticked(work)
    assert (states(stand), alerted.count) == (["read"], 1)


async def test_what_is_known_already_is_told_when_it_is_decided(stand: House) -> None:
    await polled(stand, Item())
    await stand.read()
    await polled(stand, Item(), Item("Aserbaidschan noch einmal", "2"))
    alerted = Alerted()
    await ticked(work_of(stand, alerted), 1)
    assert alerted.count == 1


async def test_an_article_without_the_words_tells_nobody(stand: House) -> None:
    stand.articles.pages[LINK] = "Nichts davon."
    await polled(stand, Item())
    alerted = Alerted()
    await ticked(work_of(stand, alerted))
    assert (states(stand), alerted.count) == (["read"], 0)


async def test_what_cannot_be_recorded_is_said_and_read_later(stand: House) -> None:
    await polled(stand, Item())
    await stand.article_job.decide()
    full = FullDisk(stand.store, failures=1, let_through=2)
    stand.article_job = replace(stand.article_job, store=full)
    work = work_of(stand, Alerted())
    await ticked(work)
    (said,) = stand.journal.named("trouble")
    assert "the disk is full" in str(said["error"])
    assert states(stand) == ["waiting"]
    stand.clock.advance(11 * MINUTE)
    await ticked(work)
    assert states(stand) == ["read"]


class Slow:
    """Articles that do not come until they are let go."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.asked: list[str] = []

    async def read(
        self, link: str | None, *, key: str, feed_url: str
    ) -> FetchedArticle:
        self.asked.append(key if feed_url else "")
        await self.go.wait()
        return read(url=link or "")


async def test_no_more_than_eight_are_read_at_once(stand: House) -> None:
    links = [f"https://h{n}.example/1" for n in range(10)] + [f"{SITE}/{LINK[-1]}"]
    await polled(
        stand,
        *(Item(f"Aserbaidschan {n}", str(n), x) for n, x in enumerate(links)),
    )
    await stand.article_job.decide()
    slow = Slow()
    stand.article_job = replace(stand.article_job, source=slow)
    work = work_of(stand, Alerted())
    for _ in range(3):
        await work.tick()
        await asyncio.sleep(0)
    assert len(slow.asked) == 8
    slow.go.set()
    await ticked(work)
    assert states(stand) == ["read"] * len(links)
