"""One URL that is subscribed twice is fetched once, and told to both feeds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from house import HIT, NEWS, House, rule

from monitor.model import Feed, Fetched, FetchOutcome, Validators

MINUTE = timedelta(minutes=1)
TWIN = Feed("twin", NEWS, 30 * MINUTE)


@pytest.fixture
def twins(house: House) -> House:
    house.feeds = (*house.feeds, TWIN, Feed("far", "https://far.example/", MINUTE))
    house.rules = (rule(feeds=("twin",)),)
    house.configure()
    house.publish()
    house.publish(url="https://far.example/")
    return house


async def poll_due(house: House) -> list[str]:
    claimed = await house.poll_job.claim_due(10)
    for state in claimed:
        await house.poll_job.poll(state)
    return [state.name for state in claimed]


async def test_both_are_polled_with_one_request(twins: House) -> None:
    assert await poll_due(twins) == ["news", "far"]
    assert [r.url for r in twins.web.requests].count(NEWS) == 1
    twins.publish(HIT)
    twins.clock.advance(12 * MINUTE)
    (state,) = await twins.poll_job.claim_now(["news"])
    counts = await twins.poll_job.poll(state)
    assert (counts.polled, counts.entries_new, counts.alerts) == (2, 2, 1)
    assert twins.state("twin").polled_at == twins.clock.now()


async def test_second_one_is_due_only_an_interval_after_the_first(twins: House) -> None:
    await poll_due(twins)
    for _ in range(12):
        twins.clock.advance(10 * MINUTE)
        await poll_due(twins)
    times = [r.url for r in twins.web.requests].count(NEWS)
    assert times <= 12
    assert twins.state("news").polled_at == twins.state("twin").polled_at


async def test_request_is_conditional_where_both_read_the_same(twins: House) -> None:
    tag = Validators('"1"')
    body = twins.web.pages[NEWS]
    assert isinstance(body, bytes)
    page = Fetched(FetchOutcome.OK, NEWS, status=200, body=body, validators=tag)
    twins.web.pages[NEWS] = page
    await poll_due(twins)
    late = Feed("late", NEWS, 10 * MINUTE)
    for configured in (twins.feeds, (*twins.feeds, late)):
        twins.feeds = configured
        twins.configure()
        twins.clock.advance(15 * MINUTE)
        (state,) = await twins.poll_job.claim_now(["news"])
        await twins.poll_job.poll(state)
    asked = [r.validators for r in twins.web.requests if r.url == NEWS]
    assert asked == [Validators(), tag, Validators()]


async def test_other_headers_are_another_request(twins: House) -> None:
    own = replace(TWIN, headers=(("Accept-Language", "de"),))
    twins.feeds = (twins.feeds[0], own)
    twins.configure()
    assert await poll_due(twins) == ["news", "twin"]


async def test_feed_that_left_meanwhile_is_left_out(twins: House) -> None:
    (state, _) = await twins.poll_job.claim_due(10)
    twins.feeds = (TWIN, Feed("twin2", NEWS, MINUTE))
    twins.configure()
    assert state.name == "news"
    assert (await twins.poll_job.poll(state)).polled == 1


async def test_claim_of_one_that_is_not_configured_any_more(twins: House) -> None:
    twins.in_force = replace(
        twins.in_force, feeds={"twin": TWIN, "twin2": replace(TWIN, name="twin2")}
    )
    claimed = await twins.poll_job.claim_due(10)
    assert {state.name for state in claimed} == {"news", "far", "twin"}
