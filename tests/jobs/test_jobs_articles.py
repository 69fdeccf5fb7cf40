"""The second stage: an article is read where it can change the answer, and does it.

What it must never do: lose a wish, tell twice, ask a publisher more than it may.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from house import NEWS, FullDisk, House, rule
from newsstand import (
    BOTH,
    LINK,
    MINUTE,
    OTHER,
    OTHER_FEED,
    SITE,
    TEXT,
    TITLE,
    Item,
    articles,
    failed,
    free,
    messages,
    polled,
    publish,
    read,
    rows,
    states,
)

from monitor.errors import StoreError
from monitor.jobs.renames import follow_names
from monitor.jobs.round import article_round
from monitor.model import (
    ArticleReason,
    Fetched,
    FetchedArticle,
    FetchOutcome,
    FullText,
    Rule,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def stand(primed: House) -> House:
    """A house with two feeds, a rule over two words, and an article with the second."""
    primed.rules = (BOTH,)
    primed.feeds = (*primed.feeds, OTHER_FEED)
    primed.configure()
    primed.articles.pages[LINK] = TEXT
    return primed


async def settle(house: House) -> None:
    """Let the second feed have its first poll, of nothing."""
    publish(house, url=OTHER)
    await house.poll("other")


def use(house: House, *rules: Rule) -> None:
    """Put rules into force."""
    house.rules = rules
    house.configure()


# what is wanted


async def test_the_article_decides_and_is_quoted(stand: House) -> None:
    assert await polled(stand, Item()) == 0
    assert states(stand) == ["undecided"]
    result = await stand.read()
    assert (result.read, result.matches, result.alerts) == (1, 1, 1)
    (message,) = await messages(stand)
    assert message.title == TITLE
    assert any("Waffen" in excerpt.text for excerpt in message.excerpts)
    assert (await stand.read()).alerts == 0
    assert stand.articles.asked == [LINK]


async def test_what_a_poll_stored_is_undecided_and_outlives_the_process(
    stand: House,
) -> None:
    await polled(stand, Item())
    stand.reopen()
    assert states(stand) == ["undecided"]
    assert (await stand.read()).alerts == 1


async def test_a_feed_that_never_wants_articles_asks_for_none(stand: House) -> None:
    stand.feeds = (replace(stand.feeds[0], full_text=FullText.NEVER),)
    stand.configure()
    await polled(stand, Item())
    await stand.read()
    assert (states(stand), stand.articles.asked) == ([], [])


async def test_a_feed_that_became_never_drops_what_waits(stand: House) -> None:
    await polled(stand, Item())
    stand.feeds = (replace(stand.feeds[0], full_text=FullText.NEVER),)
    stand.configure()
    await stand.read()
    assert (states(stand), stand.articles.asked) == (["unwanted"], [])


async def test_the_first_wish_in_force_is_stored_with_its_words(stand: House) -> None:
    noon = stand.clock.now().date()
    use(
        stand,
        rule("alt", "Aserbaidschan AND Panzer", expires=noon - DAY),
        rule("aus", "Aserbaidschan AND Panzer", enabled=False),
        BOTH,
        rule("spaeter", "kauft AND Waffen"),
    )
    await polled(stand, Item())
    await stand.read()
    wish = rows(stand, "SELECT rule, reason, words FROM article_wishes")
    assert wish == [("beide", "term", '["Aserbaidschan"]')]


@pytest.mark.parametrize("more", [{"enabled": False}, {"expires": -DAY}])
async def test_rules_that_are_not_in_force_wish_for_nothing(
    stand: House, more: dict[str, object]
) -> None:
    if "expires" in more:
        more = {"expires": stand.clock.now().date() - DAY}
    use(stand, replace(BOTH, **more))
    await polled(stand, Item())
    result = await stand.read()
    assert result.decided == 1
    assert (states(stand), stand.articles.asked) == (["unwanted"], [])


async def test_a_feed_may_want_every_article(stand: House) -> None:
    stand.feeds = (replace(stand.feeds[0], full_text=FullText.ALWAYS),)
    use(stand, rule("nur", "Waffen"))
    await polled(stand, Item("Wetter", text="Sonne"))
    assert (await stand.read()).alerts == 1
    assert rows(stand, "SELECT rule, reason FROM article_wishes") == [("", "feed")]


async def test_an_entry_without_a_link_is_given_up_at_once(stand: House) -> None:
    await polled(stand, Item(link=None))
    result = await stand.read()
    assert (result.given_up, states(stand)) == (1, ["given_up"])
    assert stand.articles.asked == []


async def test_many_undecided_entries_are_decided_in_one_go(stand: House) -> None:
    await polled(stand, *(Item(f"Wetter {n}", f"w{n}") for n in range(120)))
    result = await stand.article_job.decide()
    assert result.decided == 120
    assert set(states(stand)) == {"unwanted"}


async def test_two_who_decide_at_once_decide_once(stand: House) -> None:
    await polled(stand, Item())
    job = stand.article_job
    found = await asyncio.gather(job.decide(), job.decide())
    assert sum(one.decided for one in found) == 1
    assert (await stand.read()).alerts == 1


# one article, several entries


async def test_two_feeds_with_one_link_are_one_fetch_and_one_alert(
    stand: House,
) -> None:
    await settle(stand)
    stand.articles.pages[f"{LINK}?utm_source=rss"] = TEXT
    await polled(stand, Item())
    await polled(stand, Item(link=f"{LINK}?utm_source=rss"), name="other")
    result = await stand.read()
    assert (result.read, result.matches, result.alerts) == (2, 2, 1)
    assert stand.articles.asked == [LINK]
    assert len(await messages(stand)) == 1


async def test_an_entry_that_comes_later_is_decided_without_a_fetch(
    stand: House,
) -> None:
    await settle(stand)
    await polled(stand, Item())
    await stand.read()
    await polled(stand, Item("Aserbaidschan ganz anders", "2"), name="other")
    result = await stand.read()
    assert (result.read, result.matches) == (1, 1)
    assert len(stand.articles.asked) == 1


async def test_an_article_is_found_by_what_its_page_calls_itself(stand: House) -> None:
    await settle(stand)
    tracker = "https://click.example.com/x1"
    stand.articles.pages[tracker] = read(url=f"{SITE}/amp/1", canonical_url=LINK)
    await polled(stand, Item(link=tracker))
    await stand.read()
    await polled(stand, Item(), name="other")
    assert (await stand.read()).read == 1
    assert stand.articles.asked == [tracker]


async def test_what_was_read_counts_before_what_was_given_up(stand: House) -> None:
    await settle(stand)
    tracker = "https://click.example.com/x1"
    stand.articles.pages[LINK] = failed(again=False)
    await polled(stand, Item())
    await stand.read()
    stand.articles.pages[tracker] = read(canonical_url=LINK)
    await polled(stand, Item("Aserbaidschan und mehr", "2", tracker), name="other")
    await stand.read()
    await polled(stand, Item(), Item("Aserbaidschan drittens", "3"))
    assert (await stand.read()).read == 1


async def test_a_text_before_a_paywall_counts(stand: House) -> None:
    stand.articles.pages[LINK] = read(reason=ArticleReason.PAYWALL)
    await polled(stand, Item())
    assert (await stand.read()).alerts == 1
    assert states(stand) == ["read"]


# attempts


async def test_a_failure_is_tried_again_four_times_and_given_up(stand: House) -> None:
    del stand.articles.pages[LINK]
    await polled(stand, Item())
    begun, tried = stand.clock.now(), []
    for _ in range(400):
        before = len(stand.articles.asked)
        await stand.read()
        if len(stand.articles.asked) > before:
            tried.append(stand.clock.now() - begun)
        stand.clock.advance(MINUTE)
    waits = [later - earlier for earlier, later in pairwise(tried)]
    assert waits == [MINUTE, 5 * MINUTE, 30 * MINUTE, 120 * MINUTE]
    assert states(stand) == ["given_up"]
    assert articles(stand) == [("given_up", "not_fetched", 5)]
    tries = stand.journal.named("article")
    assert [one["attempt"] for one in tries] == [1, 2, 3, 4, 5]
    assert tries[-1]["next_attempt_at"] is None


@pytest.mark.parametrize(
    "reason", [ArticleReason.BOT_WALL, ArticleReason.NOT_HTML, ArticleReason.ROBOTS]
)
async def test_a_page_without_text_is_given_up_with_its_reason(
    stand: House, reason: ArticleReason
) -> None:
    stand.articles.pages[LINK] = failed(reason, again=False, status=200)
    await polled(stand, Item())
    result = await stand.read()
    assert (result.given_up, result.alerts) == (1, 0)
    assert articles(stand) == [("given_up", reason.value, 1)]
    assert rows(stand, "SELECT detail FROM articles") == [("the server is busy",)]


async def test_days_in_which_nobody_could_try_count_for_nothing(stand: House) -> None:
    await polled(stand, Item())
    await stand.article_job.decide()
    stand.clock.advance(3 * DAY)
    stand.articles.script[LINK] = deque([failed()])
    await stand.read()
    stand.clock.advance(2 * MINUTE)
    assert (await stand.read()).alerts == 1


async def test_what_is_a_week_old_is_tried_once(stand: House) -> None:
    await polled(stand, Item())
    await stand.article_job.decide()
    stand.clock.advance(8 * DAY)
    stand.articles.script[LINK] = deque([failed()])
    assert (await stand.read()).given_up == 1


async def test_while_our_own_network_is_down_no_attempt_counts(stand: House) -> None:
    await settle(stand)
    await polled(stand, Item())
    silence = Fetched(FetchOutcome.NETWORK, NEWS, detail="no route to host")
    for name, url in (("news", NEWS), ("other", OTHER)):
        stand.web.pages[url] = silence
        await stand.poll(name)
    stand.articles.script[LINK] = deque([failed(status=None)] * 20)
    for _ in range(20):
        stand.clock.advance(2 * MINUTE)
        assert (await stand.read()).given_up == 0
    assert articles(stand) == [("waiting", "", 0)]
    stand.clock.advance(2 * MINUTE)
    assert (await stand.read()).alerts == 1


# manners


async def test_a_retry_after_binds_articles_and_feeds_of_the_host(
    stand: House,
) -> None:
    busy = failed(retry_after=2 * HOUR, status=429)
    stand.articles.script[LINK] = deque([busy])
    stand.articles.pages[f"{SITE}/2"] = TEXT
    await polled(stand, Item(), Item("Aserbaidschan zwei", "2", f"{SITE}/2"))
    await stand.read()
    assert stand.articles.asked == [LINK]
    assert stand.state().not_before_at == stand.clock.now() + 2 * HOUR
    assert stand.state("other").not_before_at is None

    stand.reopen()
    free(stand)
    stand.clock.advance(HOUR)
    assert (await stand.read()).read == 0, "the pause is stored"
    stand.clock.advance(HOUR + MINUTE)
    assert (await stand.read()).read == 2


async def test_what_is_wanted_during_a_pause_waits_for_its_end(stand: House) -> None:
    await settle(stand)
    stand.articles.script[LINK] = deque([failed(retry_after=2 * HOUR, status=429)])
    await polled(stand, Item())
    await stand.read()
    stand.reopen()
    second = Item("Aserbaidschan zwei", "2", f"{SITE}/2")
    await polled(stand, second, name="other")
    await stand.read()
    assert stand.articles.asked == [LINK], "the host asked us to go away"
    stand.clock.advance(2 * HOUR)
    await stand.read()
    assert f"{SITE}/2" in stand.articles.asked


async def test_a_pause_ends_as_soon_as_was_meant_when_the_clock_is_set_back(
    stand: House,
) -> None:
    stand.articles.script[LINK] = deque([failed(retry_after=HOUR, status=429)])
    await polled(stand, Item())
    await stand.read()
    stand.clock.jump(-365 * DAY)
    stand.store.run(lambda tx: tx.set_back(365 * DAY, stand.clock.now()))
    await stand.read()
    assert len(stand.articles.asked) == 1
    stand.clock.advance(HOUR + MINUTE)
    assert (await stand.read()).alerts == 1


async def test_a_feed_that_is_told_to_wait_lets_the_articles_of_its_host_be(
    stand: House,
) -> None:
    await polled(stand, Item())
    busy = Fetched(
        FetchOutcome.HTTP_ERROR,
        NEWS,
        status=429,
        detail="HTTP 429",
        retry_after=HOUR,
    )
    stand.web.pages[NEWS] = busy
    await stand.poll()
    await stand.read()
    assert stand.articles.asked == []
    stand.clock.advance(HOUR + MINUTE)
    assert (await stand.read()).alerts == 1


async def test_a_longer_wait_than_a_day_is_not_waited_for(stand: House) -> None:
    stand.articles.script[LINK] = deque([failed(retry_after=2 * DAY, status=429)])
    await polled(stand, Item())
    assert (await stand.read()).given_up == 1
    assert stand.state().not_before_at == stand.clock.now() + 2 * DAY


async def test_robots_that_cannot_be_had_pause_no_feed(stand: House) -> None:
    unknown = failed(ArticleReason.ROBOTS_UNKNOWN, retry_after=10 * MINUTE, status=None)
    stand.articles.script[LINK] = deque([unknown])
    await polled(stand, Item())
    await stand.read()
    assert stand.state().not_before_at is None
    stand.clock.advance(9 * MINUTE)
    assert (await stand.read()).read == 0
    stand.clock.advance(2 * MINUTE)
    assert (await stand.read()).alerts == 1


class Crowd:
    """Articles during which it is counted how many are read at once, by host."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.now: dict[str, int] = {}
        self.most: dict[str, int] = {}
        self.most_of_all = 0

    async def read(
        self, link: str | None, *, key: str, feed_url: str
    ) -> FetchedArticle:
        host = (link or "").split("/")[2]
        self.now[host] = self.now.get(host, 0) + 1
        self.most[host] = max(self.now[host], self.most.get(host, 0))
        self.most_of_all = max(self.most_of_all, sum(self.now.values()))
        for _ in range(20):
            await asyncio.sleep(0.001)
        self.now[host] -= 1
        return read(self.text, key if feed_url else "")


async def test_a_host_is_asked_for_one_article_at_a_time(stand: House) -> None:
    hosts = [f"https://h{n}.example" for n in range(3)]
    links = [f"{host}/{n}" for host in hosts for n in range(5)]
    await polled(
        stand, *(Item(f"Aserbaidschan {n}", str(n), x) for n, x in enumerate(links))
    )
    crowd = Crowd(TEXT)
    stand.article_job = replace(stand.article_job, source=crowd)
    result = await stand.read()
    assert result.read == len(links)
    assert set(crowd.most.values()) == {1}
    assert crowd.most_of_all == len(hosts)


async def test_an_article_is_named_by_the_feed_of_its_own_site(stand: House) -> None:
    await settle(stand)
    await polled(stand, Item(), name="other")
    await polled(stand, Item())
    await stand.read()
    assert stand.articles.named_by == [NEWS]


# what changes meanwhile


async def waiting(house: House, *items: Item) -> None:
    """Let entries wait for their articles."""
    await polled(house, *(items or (Item(),)))
    await house.article_job.decide()
    assert "waiting" in states(house)


async def test_a_rule_that_is_removed_takes_its_wish_with_it(stand: House) -> None:
    await waiting(stand)
    use(stand, rule("andere", "Schach"))
    await stand.read()
    assert (states(stand), articles(stand)) == (["unwanted"], [])
    assert stand.articles.asked == []


async def test_what_was_dropped_can_be_wanted_again(stand: House) -> None:
    await settle(stand)
    await waiting(stand)
    use(stand, rule("andere", "Schach"))
    await stand.read()
    use(stand, BOTH)
    await polled(stand, Item(), name="other")
    assert (await stand.read()).alerts == 1


async def test_behind_what_is_dropped_the_others_are_read_in_the_same_round(
    stand: House,
) -> None:
    dropped = [Item(f"Schach {n}", str(n), f"{SITE}/s{n}") for n in range(30)]
    use(stand, BOTH, rule("schach", "Schach AND Waffen"))
    await waiting(stand, *dropped)
    stand.clock.advance(MINUTE)
    await waiting(stand, *dropped, Item(guid="x"))
    use(stand, BOTH)
    assert (await stand.read()).alerts == 1
    assert stand.articles.asked == [LINK]


async def test_a_rule_that_is_corrected_keeps_its_wish(stand: House) -> None:
    await waiting(stand)
    use(stand, replace(BOTH, query="Aserbaidschan AND Minister", version="2"))
    assert (await stand.read()).alerts == 1


async def test_a_rule_that_came_meanwhile_counts(stand: House) -> None:
    await waiting(stand)
    use(stand, BOTH, rule("neu", "Minister"))
    result = await stand.read()
    assert result.alerts == 2


async def test_a_rule_that_never_reads_is_not_made_true(stand: House) -> None:
    use(stand, BOTH, rule("kurz", "Minister", full_text=FullText.NEVER))
    await polled(stand, Item())
    assert (await stand.read()).matches == 1


async def test_a_feed_that_leaves_takes_its_wish_with_it(stand: House) -> None:
    await waiting(stand)
    stand.feeds = (OTHER_FEED,)
    stand.configure()
    await stand.read()
    assert (states(stand), stand.articles.asked) == (["unwanted"], [])


async def test_a_feed_that_leaves_before_the_decision_asks_for_nothing(
    stand: House,
) -> None:
    await polled(stand, Item())
    stand.feeds = (OTHER_FEED,)
    stand.configure()
    await stand.read()
    assert states(stand) == ["unwanted"]


async def test_a_feed_that_leaves_after_the_claim_costs_no_request(
    stand: House,
) -> None:
    await waiting(stand)
    (claim,) = await stand.article_job.claim_due()
    feeds, stand.feeds = stand.feeds, (OTHER_FEED,)
    stand.configure()
    result = await stand.article_job.read(claim)
    assert (result.read, stand.articles.asked) == (0, [])
    stand.feeds = feeds
    stand.configure()
    assert (await stand.read()).alerts == 1, "it came back at once: nothing is lost"


class Meanwhile:
    """Articles during whose reading something happens."""

    def __init__(self, happens: Callable[[], None]) -> None:
        self._happens = happens

    async def read(
        self, link: str | None, *, key: str, feed_url: str
    ) -> FetchedArticle:
        assert key
        assert feed_url
        self._happens()
        return read(url=link or "")


async def test_a_feed_that_leaves_while_its_article_is_read_tells_nothing(
    stand: House,
) -> None:
    def leave() -> None:
        stand.reform(feeds=(OTHER_FEED,))

    await waiting(stand)
    stand.article_job = replace(stand.article_job, source=Meanwhile(leave))
    result = await stand.read()
    assert (result.read, result.alerts, states(stand)) == (1, 0, ["read"])


async def test_a_feed_and_a_rule_that_are_renamed_keep_what_waits(
    stand: House,
) -> None:
    await waiting(stand)
    renamed = replace(stand.feeds[0], name="neu", renamed_from=("news",))
    stand.feeds = (renamed, OTHER_FEED)
    stand.rules = (replace(BOTH, name="paar", renamed_from=("beide",)),)
    stand.reform(feeds=stand.feeds)
    now, in_force = stand.clock.now(), stand.in_force
    stand.store.run(lambda tx: follow_names(tx, in_force, now))
    stand.configure()
    assert rows(stand, "SELECT rule FROM article_wishes") == [("paar",)]
    assert (await stand.read()).alerts == 1


async def test_what_the_feed_made_true_is_not_told_again(stand: House) -> None:
    use(stand, BOTH, rule("land", "Aserbaidschan"))
    assert await polled(stand, Item()) == 1
    result = await stand.read()
    assert (result.matches, result.alerts) == (1, 1)
    told = await messages(stand)
    assert [message.rules for message in told] == [("land",), ("beide",)]


# crashes and full disks


async def test_a_claim_without_a_record_is_done_again_after_the_start(
    stand: House,
) -> None:
    await waiting(stand)
    assert len(await stand.article_job.claim_due()) == 1
    stand.reopen()
    assert await stand.article_job.claim_due() == (), "another process may have it"
    free(stand)
    assert await stand.article_job.claim_due() == (), "it was asked a moment ago"
    stand.clock.advance(timedelta(seconds=9))
    assert await stand.article_job.claim_due() == ()
    stand.clock.advance(timedelta(seconds=1))
    assert (await stand.read()).alerts == 1


async def test_a_full_disk_at_the_record_is_waited_for(stand: House) -> None:
    await waiting(stand)
    (claim,) = await stand.article_job.claim_due()
    full = FullDisk(stand.store, failures=3)
    job = replace(stand.article_job, store=full, tries=10)
    assert (await job.read(claim)).alerts == 1
    assert len(stand.articles.asked) == 1, "the publisher is not asked again"


async def test_what_cannot_be_recorded_is_read_again_when_its_claim_ends(
    stand: House,
) -> None:
    await waiting(stand)
    (claim,) = await stand.article_job.claim_due()
    full = FullDisk(stand.store, failures=1)
    with pytest.raises(StoreError, match="the disk is full"):
        await replace(stand.article_job, store=full).read(claim)
    assert states(stand) == ["waiting"]
    assert (await stand.read()).alerts == 0
    stand.clock.advance(11 * MINUTE)
    assert (await stand.read()).alerts == 1


async def test_one_record_that_fails_leaves_no_other_behind(stand: House) -> None:
    links = [f"https://h{n}.example/1" for n in range(6)]
    for link in links:
        stand.articles.pages[link] = f"{TEXT} {link}"
    await waiting(
        stand,
        *(Item(f"Aserbaidschan {n}", str(n), x) for n, x in enumerate(links)),
    )
    full = FullDisk(stand.store, failures=1, let_through=10)
    stand.article_job = replace(stand.article_job, store=full)
    with pytest.raises(StoreError):
        await article_round(stand.article_job)
    stand.reopen()
    free(stand)
    stand.clock.advance(MINUTE)
    await stand.read()
    assert states(stand) == ["read"] * 6
    assert rows(stand, "SELECT count(*) FROM matches") == [(6,)]


async def test_a_lease_is_set_back_with_the_clock(stand: House) -> None:
    await waiting(stand)
    await stand.article_job.claim_due()
    stand.clock.jump(-DAY)
    stand.store.run(lambda tx: tx.set_back(DAY, stand.clock.now()))
    stand.reopen()
    stand.clock.advance(9 * MINUTE)
    assert (await stand.read()).read == 0
    stand.clock.advance(2 * MINUTE)
    assert (await stand.read()).alerts == 1
