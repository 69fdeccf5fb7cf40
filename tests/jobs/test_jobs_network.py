"""Where no host answers any more, the fault is our own network's."""

from __future__ import annotations

from datetime import timedelta

import pytest
from house import OPS, House

from monitor.jobs.network import Network
from monitor.model import Feed, FeedStatus, Fetched, FetchOutcome

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def url(name: str) -> str:
    return f"https://{name}.example/feed"


@pytest.fixture
async def hosts(house: House) -> House:
    house.feeds = tuple(Feed(n, url(n), 10 * MINUTE) for n in ("a", "b", "c", "d"))
    house.configure()
    answering(house)
    await poll_all(house)
    return house


def answering(house: House) -> None:
    for feed in house.feeds:
        house.publish(url=feed.url)


def silent(house: House, *names: str) -> None:
    for name in names:
        gone = Fetched(FetchOutcome.NETWORK, url(name), detail="cannot connect")
        house.web.pages[url(name)] = gone


async def poll_all(house: House) -> int:
    house.clock.advance(12 * MINUTE)
    failed = 0
    for name in "abcd":
        for state in await house.poll_job.claim_now([name]):
            failed += (await house.poll_job.poll(state)).failed
    return failed


async def test_down_is_told_once_and_no_feed_is_failing(hosts: House) -> None:
    silent(hosts, "a", "b", "c", "d")
    assert await poll_all(hosts) == 4
    assert await poll_all(hosts) == 4
    assert [hosts.state(name).errors for name in "cd"] == [0, 0]
    assert hosts.state("d").status is FeedStatus.OK
    due = hosts.state("d").next_poll_at
    assert due is not None
    assert due - hosts.clock.now() < 11 * MINUTE
    answering(hosts)
    await poll_all(hosts)
    await hosts.deliver()
    assert hosts.titles(OPS) == [
        "our own network seems to be down",
        "the network works again",
    ]
    assert "Since 5 Jan 2026, 12:" in hosts.texts(OPS)[0]


async def test_some_hosts_are_not_the_network(hosts: House) -> None:
    silent(hosts, "a", "b")
    await poll_all(hosts)
    silent(hosts, "c")
    await poll_all(hosts)
    assert hosts.state("a").errors == 2
    await hosts.deliver()
    assert hosts.titles(OPS) == []


async def test_host_that_was_failing_before_is_no_witness(hosts: House) -> None:
    silent(hosts, "a", "b")
    await poll_all(hosts)
    hosts.poll_job.network._silent.clear()
    silent(hosts, "c")
    (state,) = await hosts.poll_job.claim_now(["d"]) or (hosts.state("d"),)
    assert state.errors == 0
    await poll_all(hosts)
    assert hosts.state("c").errors == 1


async def test_two_hosts_are_the_network_where_there_are_no_more(house: House) -> None:
    house.feeds = tuple(Feed(n, url(n), 10 * MINUTE) for n in ("a", "b"))
    house.configure()
    answering(house)
    await poll_all(house)
    silent(house, "a", "b")
    await poll_all(house)
    assert (house.state("a").errors, house.state("b").errors) == (1, 0)
    house.feeds = house.feeds[:1]
    house.configure()
    await poll_all(house)
    assert house.state("a").errors == 2


async def test_what_was_not_asked_says_nothing(hosts: House) -> None:
    for name in "abcd":
        hosts.web.pages[url(name)] = Fetched(FetchOutcome.SECRET, url(name))
    await poll_all(hosts)
    assert [hosts.state(name).errors for name in "abcd"] == [1, 1, 1, 1]


async def test_report_of_an_earlier_process_ends_with_the_first_answer(
    hosts: House,
) -> None:
    silent(hosts, "a", "b", "c", "d")
    await poll_all(hosts)
    object.__setattr__(hosts.poll_job, "network", Network())
    answering(hosts)
    await poll_all(hosts)
    await hosts.deliver()
    assert hosts.titles(OPS)[-1] == "the network works again"
