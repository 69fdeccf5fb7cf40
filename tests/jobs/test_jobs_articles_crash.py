"""From poll to alert by an article, dying at every moment: told exactly once."""

from __future__ import annotations

import asyncio
import os
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from crashing import FragileStore, Fuse, Mortal, PowerCutError
from house import DESK, NEWS, rule
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant
from hypothesis.stateful import rule as step
from newsstand import BOTH, OTHER, OTHER_FEED, SITE, TEXT, Item, failed, publish

from monitor.jobs.round import article_round
from monitor.model import ArticleReason, Feed, FetchedArticle
from monitor.ports import Transaction
from monitor.store.transaction import SqlStore
from monitor.testing import FakeArticles

T = TypeVar("T")

EXAMPLES = int(os.environ.get("MONITOR_CRASHES", "5"))
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FEEDS = (Feed("news", NEWS, 10 * MINUTE), OTHER_FEED)


@dataclass
class FragileArticles(FakeArticles):
    """Articles during whose reading the process may die."""

    fuse: Fuse = field(default_factory=Fuse)

    async def read(
        self, link: str | None, *, key: str, feed_url: str
    ) -> FetchedArticle:
        self.fuse.burn()
        found = await super().read(link, key=key, feed_url=feed_url)
        self.fuse.burn()
        return found


class OneByOne(FragileStore):
    """A store that dies in one transaction at a time: whoever else waits, waits."""

    def __init__(self, store: SqlStore, fuse: Fuse) -> None:
        super().__init__(store, fuse)
        self._turn = asyncio.Lock()

    async def transact(self, work: Callable[[Transaction], T]) -> T:
        async with self._turn:
            return await super().transact(work)


class Reader(Mortal):
    """A house that reads articles, its deaths, and the houses that take over."""

    def __init__(self, **parts: Any) -> None:
        self.source = FragileArticles()
        super().__init__(**parts)
        self.source.fuse = self.fuse

    def _enter(self, house: Any) -> None:
        house.articles = self.source
        super()._enter(house)
        fragile: Any = OneByOne(house.store, self.fuse)
        house.article_job = replace(house._new_article_job(), store=fragile)

    def publish(self, *items: Item, url: str = NEWS) -> None:
        publish(self.house, *items, url=url)

    def poll(self, moments: int | None = None) -> bool:
        self.house.clock.advance(11 * MINUTE)
        job = self.house.poll_job

        async def poll() -> None:
            for state in await job.claim_due(10):
                await job.poll(state)

        return self.dies(poll(), moments)

    def read(self, moments: int | None = None) -> bool:
        job = self.house.article_job

        async def read() -> None:
            try:
                await article_round(job)
            except BaseExceptionGroup as deaths:
                raise PowerCutError from deaths

        return self.dies(read(), moments)

    def deliver(self) -> None:
        self.dies(self.house.deliver(), None)

    def told(self) -> Counter[str]:
        """Return how often the desk was told of each entry, by its title."""
        took = [a for a in self.receivers.took if a.lane == DESK and a.message.alerts]
        return Counter(a.message.title for a in took)


@pytest.fixture
def reader() -> Iterator[Reader]:
    made = Reader(feeds=FEEDS, rules=(BOTH,), channels={"desk": 1, "ops": 1})
    made.publish()
    made.publish(url=OTHER)
    made.poll()
    yield made
    made.close()


@pytest.mark.parametrize("fails", [0, 1])
def test_each_moment_between_poll_and_alert_once(reader: Reader, fails: int) -> None:
    deaths = 0
    items: list[Item] = []
    for moment in range(16):
        item = Item(f"Aserbaidschan {moment}", f"{moment}", f"{SITE}/{moment}")
        items.append(item)
        link = item.link or ""
        reader.source.pages[link] = f"{TEXT} {moment}"
        reader.source.script[link] = deque([failed(url=link)] * fails)
        reader.publish(*items)
        reader.poll()
        deaths += reader.read(moment)
        for _ in range(3):
            reader.house.clock.advance(2 * MINUTE)
            reader.read()
            reader.deliver()
    assert deaths > 10
    assert reader.told() == Counter(item.title for item in items)


def test_each_moment_of_the_poll_once(reader: Reader) -> None:
    items: list[Item] = []
    deaths = 0
    for moment in range(6):
        link = f"{SITE}/{moment}"
        items.append(Item(f"Aserbaidschan {moment}", f"{moment}", link))
        reader.source.pages[link] = f"{TEXT} {moment}"
        reader.publish(*items)
        deaths += reader.poll(moment)
        reader.poll()
        reader.read()
        reader.deliver()
    assert deaths > 3
    assert reader.told() == Counter(item.title for item in items)


_moments = st.one_of(st.none(), st.integers(0, 20))
_pages = st.sampled_from(["text", "other text", "fails once", "busy once", "wall"])


class FromEntryToArticle(RuleBasedStateMachine):
    """Publishes in two feeds, edits, polls, reads, sets the clock, and dies."""

    def __init__(self) -> None:
        super().__init__()
        self.reader = Reader(feeds=FEEDS, rules=(BOTH,), channels={"desk": 1, "ops": 1})
        self.items: dict[str, dict[int, Item]] = {NEWS: {}, OTHER: {}}
        self.pages: list[str] = []
        for url in self.items:
            self._serve(url)
        self.reader.poll()

    def _serve(self, url: str) -> None:
        self.reader.publish(*reversed(self.items[url].values()), url=url)

    @step(page=_pages, urls=st.sampled_from([(NEWS,), (OTHER,), (NEWS, OTHER)]))
    def publish(self, page: str, urls: tuple[str, ...]) -> None:
        number = len(self.pages)
        self.pages.append(page)
        link = f"https://h{number % 3}.example/{number}"
        says = {"text": TEXT, "other text": "Von Schach ist die Rede."}
        source = self.reader.source
        source.pages[link] = f"{says.get(page, TEXT)} Nummer {number}."
        if page == "fails once":
            source.script[link] = deque([failed(url=link)])
        if page == "busy once":
            busy = failed(url=link, status=429, retry_after=HOUR)
            source.script[link] = deque([busy])
        if page == "wall":
            wall = failed(ArticleReason.BOT_WALL, url=link, again=False)
            source.pages[link] = wall
        for url in urls:
            title = f"Aserbaidschan Nummer {number}"
            self.items[url][number] = Item(title, f"g{number}", link)
            self._serve(url)

    @step(url=st.sampled_from([NEWS, OTHER]), pick=st.integers(0, 99))
    def edit(self, url: str, pick: int) -> None:
        items = self.items[url]
        if items:
            number = list(items)[pick % len(items)]
            one = items[number]
            text = f"{one.text} und"
            items[number] = Item(one.title, one.guid, one.link, text)
            self._serve(url)

    @step(moments=_moments)
    def poll(self, moments: int | None) -> None:
        self.reader.poll(moments)

    @step(moments=_moments)
    def read(self, moments: int | None) -> None:
        self.reader.read(moments)

    @step()
    def deliver(self) -> None:
        self.reader.deliver()

    @step()
    def crash(self) -> None:
        self.reader.crash()

    @step()
    def rule_is_gone_for_a_moment(self) -> None:
        """No wish is decided meanwhile: then nothing is lost."""
        house = self.reader.house
        house.rules = (rule("andere", "Dame"),)
        house.configure()
        house.rules = (BOTH,)
        house.configure()

    @step(by=st.sampled_from([MINUTE, 10 * MINUTE, 2 * HOUR, 2 * DAY]))
    def time_passes(self, by: timedelta) -> None:
        self.reader.house.clock.advance(by)

    @step(by=st.sampled_from([HOUR, DAY]))
    def somebody_sets_the_clock_back(self, by: timedelta) -> None:
        house = self.reader.house
        house.clock.jump(-by)
        now = house.clock.now()
        house.store.run(lambda tx: tx.set_back(by, now))

    @invariant()
    def nothing_is_told_twice_or_invented(self) -> None:
        told = self.reader.told()
        assert all(count == 1 for count in told.values()), told
        assert told.keys() <= self._true()

    def _true(self) -> set[str]:
        published = {n for items in self.items.values() for n in items}
        return {
            f"Aserbaidschan Nummer {number}"
            for number in published
            if self.pages[number] in {"text", "fails once", "busy once"}
        }

    def teardown(self) -> None:
        try:
            for _ in range(12):
                self.reader.poll()
                self.reader.house.clock.advance(30 * MINUTE)
                self.reader.read()
                self.reader.deliver()
            assert set(self.reader.told()) == self._true(), "lost"
            self.nothing_is_told_twice_or_invented()
            found = self.reader.rows("SELECT DISTINCT state FROM article_wishes")
            assert {row["state"] for row in found} <= {"read", "given_up"}
        finally:
            self.reader.close()


FromEntryToArticle.TestCase.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=30,
    deadline=None,
    phases=[Phase.generate],  # a failure is short enough; to shrink it takes minutes
    report_multiple_bugs=False,
)
test_every_article_tells_once_in_the_end = FromEntryToArticle.TestCase
