"""Poll: one feed, one transaction, from bytes to the outbox."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from house import DESK, HIT, NEWS, OPS, FullDisk, House, rule

from monitor.errors import StoreError
from monitor.jobs.asking import longest_wait
from monitor.jobs.recording import release_hints
from monitor.model import (
    Feed,
    FeedKind,
    FeedStatus,
    Fetched,
    FetchOutcome,
    HoldReason,
    PollPolicy,
    Validators,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def test_new_entry_is_told_once(primed: House) -> None:
    primed.publish(HIT, "Schach")
    counts = await primed.poll()
    again = await primed.poll()
    await primed.deliver()
    assert (counts.entries_new, counts.matches, counts.alerts) == (2, 1, 1)
    assert (again.entries_new, again.matches, again.alerts) == (0, 0, 0)
    assert primed.titles() == [HIT]


async def test_edit_is_told_only_for_a_rule_that_is_newly_true(primed: House) -> None:
    primed.rules = (rule(), rule("kiew", "Kiew"))
    primed.configure()
    primed.publish(HIT, "Schach")
    await primed.poll()
    primed.publish(HIT, "Schach", text="Auch Kiew")
    counts = await primed.poll()
    assert (counts.entries_new, counts.entries_changed) == (0, 2)
    assert (counts.matches, counts.alerts) == (2, 2)
    primed.publish(HIT, "Schach", "Boxen", text="Auch Kiew")
    assert (await primed.poll()).entries_changed == 0


async def test_first_poll_holds_what_matches(house: House) -> None:
    house.publish(HIT)
    counts = await house.poll()
    assert counts.held == {"first_poll": 1}
    assert (counts.matches, counts.alerts) == (1, 1)
    assert house.counts() == {}
    (event,) = house.journal.named("poll")
    (hint,) = event["release"]
    assert "monitor alerts release --feed news --reason first_poll" in hint


async def test_body_that_was_seen_is_not_parsed(primed: House) -> None:
    primed.publish("Schach")
    await primed.poll()
    counts = await primed.poll()
    assert (counts.polled, counts.failed, counts.entries_new) == (1, 0, 0)
    assert primed.journal.named("poll")[-1]["tier"] is None


async def test_304_counts_as_success(primed: House) -> None:
    primed.web.pages[NEWS] = Fetched(FetchOutcome.NOT_MODIFIED, NEWS, status=304)
    counts = await primed.poll()
    assert (counts.not_modified, counts.failed) == (1, 0)
    assert primed.state().status is FeedStatus.OK


async def test_validators_are_sent_with_the_next_request(house: House) -> None:
    tag = Validators('W/"1"', "yesterday")
    house.publish()
    body = house.web.pages[NEWS]
    assert isinstance(body, bytes)
    house.web.pages[NEWS] = Fetched(
        FetchOutcome.OK, NEWS, status=200, body=body, validators=tag
    )
    await house.poll()
    await house.poll()
    assert [r.validators for r in house.web.requests] == [Validators(), tag]


@pytest.mark.parametrize("body", [b"<html><body>Login</body></html>", b"hang"])
async def test_what_is_no_feed_fails_and_harms_nothing(
    primed: House, body: bytes
) -> None:
    primed.publish("Schach")
    await primed.poll()
    good = primed.web.pages[NEWS]
    primed.web.pages[NEWS] = body
    counts = await primed.poll()
    assert counts.failed == 1
    assert primed.state().error
    primed.web.pages[NEWS] = good
    assert (await primed.poll()).entries_new == 0
    assert primed.state().status is FeedStatus.OK


async def test_crash_before_the_commit_leaves_nothing(primed: House) -> None:
    primed.publish(HIT)
    before = primed.state()
    store = primed.store
    primed.store._database._engine.dispose()
    with store._database.write() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER crash BEFORE INSERT ON deliveries "
            "BEGIN SELECT RAISE(ABORT, 'power cut'); END"
        )
    with pytest.raises(StoreError):
        await primed.poll()
    with store._database.write() as connection:
        connection.exec_driver_sql("DROP TRIGGER crash")
    assert primed.state() == before
    primed.store.run(lambda tx: tx.free_leases())
    counts = await primed.poll()
    assert (counts.entries_new, counts.alerts) == (1, 1)


async def test_feed_that_left_since_it_was_claimed_is_let_be(primed: House) -> None:
    (state,) = await primed.poll_job.claim_now(["news"]) or (primed.state(),)
    primed.feeds = ()
    primed.configure()
    assert (await primed.poll_job.poll(state)).polled == 0


async def test_rule_sees_only_its_feeds(house: House) -> None:
    other = Feed("other", "https://other.example.org/", timedelta(minutes=10))
    house.feeds = (*house.feeds, other)
    house.rules = (rule(feeds=("other",)),)
    house.configure()
    house.publish()
    await house.poll()
    house.publish(HIT)
    assert (await house.poll()).matches == 0


async def test_due_feeds_are_claimed_once(house: House) -> None:
    first = await house.poll_job.claim_due(10)
    assert [state.name for state in first] == ["news"]
    assert await house.poll_job.claim_due(10) == ()


async def test_clock_that_went_back_does_not_stop_a_feed(primed: House) -> None:
    primed.clock.jump(-365 * DAY)
    assert await primed.poll_job.claim_due(10) == ()  # it was asked a moment ago
    primed.clock.advance(HOUR / 6)
    assert [s.name for s in await primed.poll_job.claim_due(10)] == ["news"]


async def test_floor_and_retry_after_bind_a_person(primed: House) -> None:
    assert await primed.poll_job.claim_now(["news"]) == ()
    primed.web.pages[NEWS] = Fetched(
        FetchOutcome.HTTP_ERROR, NEWS, status=429, retry_after=HOUR, detail="HTTP 429"
    )
    await primed.poll()
    primed.clock.advance(HOUR / 2)
    assert await primed.poll_job.claim_now(["news"]) == ()
    primed.clock.advance(HOUR)
    assert len(await primed.poll_job.claim_now(["news"])) == 1


async def test_gone_is_told_once_and_never_asked_again(primed: House) -> None:
    primed.web.pages[NEWS] = Fetched(
        FetchOutcome.HTTP_ERROR, NEWS, status=410, detail="answered 410 Gone"
    )
    await primed.poll()
    primed.clock.advance(DAY)
    assert await primed.poll_job.claim_now(["news"]) == ()
    assert await primed.poll_job.claim_due(10) == ()
    await primed.deliver()
    assert primed.titles(OPS) == ["feed news is gone"]


async def test_refusal_is_told_at_once_and_its_end_too(primed: House) -> None:
    primed.web.pages[NEWS] = Fetched(
        FetchOutcome.HTTP_ERROR, NEWS, status=403, detail="answered 403 Forbidden"
    )
    await primed.poll()
    await primed.deliver()
    await primed.poll()
    primed.publish("Schach")
    await primed.poll()
    await primed.deliver()
    began, ended = primed.titles(OPS)
    assert began == "feed news is failing: it refuses to answer"
    assert ended == "feed news works again"


async def test_failure_is_told_after_a_day(primed: House) -> None:
    primed.web.pages[NEWS] = Fetched(FetchOutcome.TIMEOUT, NEWS, detail="timeout")
    await primed.poll()
    assert primed.counts() == {}
    primed.clock.advance(DAY)
    await primed.poll()
    await primed.deliver()
    assert primed.titles(OPS) == ["feed news is failing"]


async def test_short_failure_ends_without_a_word(primed: House) -> None:
    primed.web.pages[NEWS] = Fetched(FetchOutcome.TIMEOUT, NEWS, detail="timeout")
    await primed.poll()
    primed.publish()
    await primed.poll()
    assert primed.counts() == {}


async def test_burst_of_old_entries_is_held_and_told_to_ops(primed: House) -> None:
    primed.publish(*(f"{HIT} {n}" for n in range(6)), days_ago=30)
    counts = await primed.poll()
    assert counts.held == {"old_burst": 6}
    await primed.deliver()
    (title,) = primed.titles(OPS)
    assert "6 alerts held (old_burst)" in title
    assert primed.titles(DESK) == []


def test_hint_is_given_only_for_what_can_be_released() -> None:
    held = Counter({HoldReason.SAME_STORY.value: 2, HoldReason.OUTAGE.value: 3})
    assert release_hints(held) == [
        "3 held (outage): to send, type `monitor alerts release --reason outage`"
    ]


def test_longest_wait_covers_the_slowest_feed(house: House) -> None:
    assert longest_wait(house.in_force) == 9 * DAY
    house.feeds = (Feed("slow", NEWS, 7 * DAY),)
    house.configure()
    assert longest_wait(house.in_force) == 21 * DAY
    house.feeds = ()
    house.configure()
    assert longest_wait(house.in_force) == 9 * DAY


async def test_floor_of_nothing_is_legal(house: House) -> None:
    house.policy = PollPolicy(floor=timedelta(0))
    house.configure()
    house.publish()
    await house.poll()
    assert len(await house.poll_job.claim_now(["news"])) == 1


BUSY = Fetched(
    FetchOutcome.HTTP_ERROR, NEWS, status=429, retry_after=HOUR, detail="answered 429"
)


def beside(house: House) -> tuple[Feed, Feed]:
    """Give the house a second feed on the same host and one elsewhere."""
    near = Feed("near", "https://news.example.org/other", 10 * HOUR / 60)
    far = Feed("far", "https://far.example.org/", 10 * HOUR / 60)
    house.feeds = (*house.feeds, near, far)
    house.configure()
    for feed in house.feeds:
        house.publish(url=feed.url)
    return near, far


async def test_overloaded_host_is_left_alone_by_all_its_feeds(house: House) -> None:
    near, far = beside(house)
    house.web.pages[NEWS] = BUSY
    await house.poll()
    claimed = await house.poll_job.claim_now(["news", "near", "far"])
    assert [state.name for state in claimed] == ["far"]
    assert near.url not in [request.url for request in house.web.requests]
    house.clock.advance(HOUR)
    assert len(await house.poll_job.claim_now([near.name])) == 1
    assert far.url


async def test_what_was_claimed_before_waits_too(house: House) -> None:
    beside(house)
    house.web.pages[NEWS] = BUSY
    states = {s.name: s for s in await house.poll_job.claim_due(10)}
    await house.poll_job.poll(states["news"])
    counts = await house.poll_job.poll(states["near"])
    assert (counts.polled, counts.not_due) == (0, 1)
    assert house.state("near").status is FeedStatus.OK
    house.clock.advance(HOUR)
    (state,) = await house.poll_job.claim_now(["near"])
    assert (await house.poll_job.poll(state)).polled == 1


async def test_url_without_a_host_has_no_neighbours(house: House) -> None:
    house.feeds = (Feed("odd", "https://[broken/", HOUR),)
    house.configure()
    house.web.pages["https://[broken/"] = BUSY
    (state,) = await house.poll_job.claim_now(["odd"])
    assert (await house.poll_job.poll(state)).failed == 1


async def test_error_that_quotes_a_secret_is_stored_without_it(primed: House) -> None:
    primed.web.pages[NEWS] = b"key=hunter2 is not a feed"
    await primed.poll()
    error = primed.state().error
    assert "not a feed" in error
    assert "hunter2" not in error


async def test_daemon_waits_for_a_full_disk_rather_than_ask_again(
    primed: House,
) -> None:
    primed.publish(HIT)
    full = FullDisk(primed.store, 100, let_through=1)
    primed.poll_job = replace(primed.poll_job, store=full, tries=3600)
    counts = await primed.poll()
    assert counts.alerts == 1
    assert len(primed.journal.named("store")) == 2


async def test_moved_feed_is_asked_at_its_new_place(primed: House) -> None:
    new = "https://new.example.org/feed"
    for title in ("Schach", "Boxen", HIT):
        primed.publish(title)
        body = primed.web.pages[NEWS]
        assert isinstance(body, bytes)
        primed.web.pages[NEWS] = Fetched(
            FetchOutcome.OK, new, 200, body, redirects=1, moved_to=new
        )
        await primed.poll()
    primed.publish(HIT, "Radsport", url=new)
    assert (await primed.poll()).entries_new == 1
    assert [r.url for r in primed.web.requests][-2:] == [NEWS, new]


async def test_interval_that_was_learned_outlives_a_restart(primed: House) -> None:
    before = primed.state()
    slow = replace(before, next_poll_at=primed.clock.now() + HOUR)
    primed.store.run(lambda tx: tx.save_feed(slow))
    primed.configure()
    assert primed.state().next_poll_at == primed.clock.now() + HOUR
    primed.feeds = (replace(primed.feeds[0], every=5 * HOUR / 60),)
    primed.configure()
    assert primed.state().next_poll_at == primed.clock.now() + 5 * HOUR / 60


async def test_what_the_user_says_of_a_feed_reaches_the_parser(house: House) -> None:
    house.feeds = (Feed("news", NEWS, HOUR, encoding="cp1251", kind=FeedKind.SITEMAP),)
    house.configure()
    page = "<url><loc>https://n.example/1</loc><n:news><n:title>Баку</n:title></n:news>"
    namespace = 'xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"'
    body = f"<urlset {namespace}>{page}</url></urlset>".encode("cp1251")
    house.web.pages[NEWS] = body
    counts = await house.poll()
    assert (counts.failed, counts.entries_new) == (0, 1)
