"""Deliver, release, report: what becomes of a message whatever a channel does."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

import pytest
from house import DESK, HIT, OPS, FullDisk, House, rule

from monitor.errors import StoreError
from monitor.jobs.release import release
from monitor.jobs.round import DeliveryCounts, deliver_round, poll_round
from monitor.model import (
    DeliveryState,
    Feed,
    FeedState,
    HeldQuery,
    Lane,
    Message,
    MessageKind,
    Priority,
    SendOutcome,
    SendResult,
)

T = TypeVar("T")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


async def told(house: House, *titles: str) -> House:
    """Return the house with an alert for each title in the outbox."""
    house.publish(*titles)
    await house.poll()
    return house


async def test_transient_failure_is_tried_again_later(primed: House) -> None:
    await told(primed, HIT)
    primed.answer(DESK, SendOutcome.RETRY)
    assert await primed.deliver() == [DeliveryState.PENDING]
    assert await primed.deliver() == []
    primed.clock.advance(MINUTE)
    assert await primed.deliver() == [DeliveryState.SENT]
    assert primed.titles() == [HIT]


async def test_failing_head_keeps_the_order(primed: House) -> None:
    await told(primed, f"{HIT} eins")
    await told(primed, f"{HIT} zwei")
    primed.answer(DESK, SendOutcome.RETRY)
    await primed.deliver()
    assert primed.titles() == []
    primed.clock.advance(MINUTE)
    await primed.deliver()
    assert primed.titles() == [f"{HIT} eins", f"{HIT} zwei"]


async def test_unknown_outcome_is_repeated_and_says_so(primed: House) -> None:
    await told(primed, HIT)
    primed.answer(DESK, SendOutcome.UNKNOWN)
    await primed.deliver()
    primed.clock.advance(MINUTE)
    await primed.deliver()
    assert [maybe for _, _, maybe in primed.places.sent] == [True]


async def test_broken_channel_is_held_told_elsewhere_and_mended(primed: House) -> None:
    await told(primed, HIT)
    primed.answer(DESK, SendOutcome.CHANNEL_BROKEN)
    assert await primed.deliver() == [DeliveryState.HELD]
    await told(primed, f"{HIT} zwei")
    await primed.deliver()
    assert primed.titles(DESK) == []
    assert primed.titles(OPS) == ["channel desk is broken"]
    primed.clock.advance(16 * MINUTE)
    await primed.deliver()
    await primed.deliver()
    assert primed.titles(DESK) == [HIT, f"{HIT} zwei"]
    assert primed.titles(OPS)[-1] == "channel desk works again"


async def test_broken_ops_is_told_through_the_other_channels(primed: House) -> None:
    primed.ops = ("desk",)
    primed.configure()
    await told(primed, HIT)
    primed.answer(DESK, SendOutcome.CHANNEL_BROKEN)
    await primed.deliver()
    await primed.deliver()
    assert primed.titles(OPS) == ["channel desk is broken"]
    primed.clock.advance(16 * MINUTE)
    await primed.deliver()
    await primed.deliver()
    assert primed.titles(DESK) == [HIT, "channel desk works again"]
    assert primed.titles(OPS)[1:] == ["channel desk works again"]
    rings = [message.priority for at, message, _ in primed.places.sent if at == OPS]
    assert rings == [Priority.HIGH, Priority.NORMAL]


async def test_refused_message_is_tried_bare_and_then_dead(primed: House) -> None:
    await told(primed, HIT)
    await told(primed, f"{HIT} zwei")
    refused = SendResult(SendOutcome.MESSAGE_REFUSED, 400, detail="HTTP 400")
    primed.answer(DESK, refused, refused)
    assert (await primed.deliver())[:2] == [DeliveryState.PENDING, DeliveryState.DEAD]
    assert primed.titles(DESK) == [f"{HIT} zwei"]
    await primed.deliver()
    (title,) = primed.titles(OPS)
    assert title == "an alert did not reach channel desk"
    now = primed.clock.now()
    assert primed.store.run(lambda tx: tx.retry_dead([], now)) == 1
    await primed.deliver()
    assert primed.titles(DESK) == [f"{HIT} zwei", HIT]


async def test_dead_report_is_not_reported(primed: House) -> None:
    await told(primed, HIT)
    refused = SendOutcome.MESSAGE_REFUSED
    primed.answer(DESK, refused, refused)
    primed.answer(OPS, refused, refused)
    for _ in range(3):
        await primed.deliver()
    assert primed.counts() == {"dead": 2}


async def test_nothing_new_is_begun_at_shutdown(primed: House) -> None:
    await told(primed, HIT)
    assert await primed.deliver_job.deliver_lane(DESK, lambda: False) == []
    assert primed.counts() == {"pending": 1}


async def test_full_disk_after_sending_is_waited_for(primed: House) -> None:
    await told(primed, HIT)
    full = FullDisk(primed.store, 3, let_through=2)
    primed.deliver_job = replace(primed.deliver_job, store=full)
    assert await primed.deliver() == [DeliveryState.SENT]
    assert primed.titles() == [HIT]
    assert len(primed.journal.named("store")) == 1, "said once a minute"


async def test_disk_that_stays_full_leaves_the_delivery_leased(primed: House) -> None:
    await told(primed, HIT)
    full = FullDisk(primed.store, 1000, let_through=2)
    primed.deliver_job = replace(primed.deliver_job, store=full)
    with pytest.raises(StoreError):
        await primed.deliver()
    assert primed.counts() == {"leased": 1}


async def test_release_sends_what_was_held_once(house: House) -> None:
    house.publish(HIT, f"{HIT} zwei")
    await house.poll()
    now = house.clock.now()
    query = HeldQuery(reason="first_poll", feed="news", rule="waffen")
    released = house.store.run(lambda tx: release(tx, house.in_force, query, now))
    assert len(released) == 2
    assert house.store.run(lambda tx: release(tx, house.in_force, query, now)) == ()
    await house.deliver()
    assert sorted(house.titles()) == [HIT, f"{HIT} zwei"]


async def test_release_follows_a_rule_that_moved_and_forgets_none(house: House) -> None:
    house.publish(HIT)
    await house.poll()
    house.rules = (rule("andere"),)
    house.configure()
    now = house.clock.now()
    house.store.run(lambda tx: release(tx, house.in_force, HeldQuery(), now))
    await house.deliver()
    assert house.titles() == [HIT], "the rule is gone: where it told before"


async def test_two_rules_of_one_entry_are_one_message(primed: House) -> None:
    primed.rules = (rule(), rule("zweite", "erwägt"))
    primed.configure()
    await told(primed, HIT)
    await primed.deliver()
    ((_, message, _),) = primed.places.sent
    assert message.rules == ("waffen", "zweite")


async def test_channel_that_left_has_its_deliveries_kept(primed: House) -> None:
    await told(primed, HIT)
    lanes, rules = primed.in_force.lanes, primed.in_force.rules
    without = frozenset(lanes) - {DESK}
    assert primed.store.run(lambda tx: tx.sync_outbox(without, rules)) == 1
    assert await primed.deliver() == []
    assert primed.store.run(lambda tx: tx.sync_outbox(lanes, rules)) == 0
    await primed.deliver()
    assert primed.titles() == [HIT]


async def test_every_url_of_a_channel_is_a_lane(house: House) -> None:
    house.channels = {"desk": 2, "ops": 1}
    house.configure()
    assert set(house.in_force.lanes) == {DESK, Lane("desk", 1), OPS}


# one round, for cron


async def test_round_polls_delivers_and_counts(house: House) -> None:
    other = "https://other.example.org/feed"
    house.feeds = (*house.feeds, Feed("other", other, timedelta(minutes=10)))
    house.configure()
    house.publish()
    house.publish(url=other)
    done: list[FeedState] = []
    claimed = await house.poll_job.claim_due(10)
    first = await poll_round(house.poll_job, claimed, done.append)
    assert (first.polled, len(done)) == (2, 2)
    house.publish(HIT)
    house.publish(f"{HIT} dort", url=other)
    house.clock.advance(DAY / 24)
    claimed = await house.poll_job.claim_now(["news", "other"])
    second = await poll_round(house.poll_job, claimed, done.append)
    assert (second.entries_new, second.alerts) == (2, 2)
    counts = await deliver_round(
        house.deliver_job, house.store, house.clock, timedelta(0)
    )
    assert counts == DeliveryCounts(sent=2, held={})
    assert counts.is_clean


async def test_reports_are_not_counted_as_alerts(primed: House) -> None:
    await told(primed, HIT)
    refused = SendOutcome.MESSAGE_REFUSED
    primed.answer(DESK, refused, refused)
    counts = await deliver_round(
        primed.deliver_job, primed.store, primed.clock, timedelta(seconds=10)
    )
    assert primed.titles(OPS) == ["an alert did not reach channel desk"]
    assert (counts.sent, counts.dead, counts.pending) == (0, 1, 0)


async def test_report_that_waits_is_a_problem(primed: House) -> None:
    await told(primed, HIT)
    primed.answer(DESK, SendOutcome.MESSAGE_REFUSED, SendOutcome.MESSAGE_REFUSED)
    primed.answer(OPS, SendResult(SendOutcome.RETRY, retry_after=DAY))
    counts = await deliver_round(
        primed.deliver_job, primed.store, primed.clock, timedelta(seconds=10)
    )
    assert (counts.pending, counts.reports_waiting, counts.is_clean) == (0, 1, False)


async def test_round_waits_for_a_retry_within_its_patience(primed: House) -> None:
    await told(primed, HIT)
    primed.answer(DESK, SendOutcome.RETRY)
    counts = await deliver_round(
        primed.deliver_job, primed.store, primed.clock, timedelta(seconds=10)
    )
    assert (counts.sent, counts.pending, counts.is_clean) == (1, 0, True)


async def test_round_leaves_what_takes_longer(primed: House) -> None:
    await told(primed, HIT)
    primed.answer(DESK, SendResult(SendOutcome.RETRY, 429, retry_after=MINUTE))
    counts = await deliver_round(
        primed.deliver_job, primed.store, primed.clock, timedelta(seconds=10)
    )
    assert (counts.sent, counts.pending, counts.is_clean) == (0, 1, False)


async def test_round_counts_what_a_broken_channel_holds(primed: House) -> None:
    await told(primed, HIT)
    primed.answer(DESK, SendOutcome.CHANNEL_BROKEN)
    counts = await deliver_round(
        primed.deliver_job, primed.store, primed.clock, timedelta(0)
    )
    assert counts.held == {"channel_broken": 1}
    assert not counts.is_clean


async def test_round_says_plainly_that_the_disk_is_full(house: House) -> None:
    claimed = await house.poll_job.claim_due(10)
    house.publish()
    full = replace(house.poll_job, store=FullDisk(house.store, 1))
    with pytest.raises(StoreError, match="the disk is full"):
        await poll_round(full, claimed, print)


async def test_a_message_answers_the_first_of_its_story(primed: House) -> None:
    story = Message(MessageKind.ALERT, "T", story="story 1")
    for receipt in ("77", ""):
        sent = SendResult(SendOutcome.SENT, receipt=receipt)
        primed.places.script[DESK] = deque([sent])
        now = primed.clock.now()
        await primed.store.transact(lambda tx, at=now: tx.enqueue("desk", story, 1, at))
        await primed.deliver()
    assert primed.places.answers == ["", "77"]
