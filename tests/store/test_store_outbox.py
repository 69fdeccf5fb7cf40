"""The outbox: what is enqueued is leased in order, tried, and recorded."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from store_values import (
    BUSY,
    DAY,
    DESK,
    HOUR,
    LEASE,
    MINUTE,
    NOW,
    REFUSED,
    SENT,
    TIMEOUT,
    deliver,
    ends,
    lease,
    report,
    told,
)

from monitor.model import Lane, Message, MessageKind, Priority
from monitor.store.transaction import SqlTransaction


def test_a_message_goes_to_each_place_of_its_channel(tx: SqlTransaction) -> None:
    tx.enqueue("desk", report(), 2, NOW)

    assert set(tx.due_lanes(NOW)) == {Lane("desk", 0), Lane("desk", 1)}
    assert lease(tx, Lane("desk", 1)).message == report()


def test_a_leased_delivery_says_all_that_a_sender_needs(tx: SqlTransaction) -> None:
    message = Message(
        MessageKind.ALERT,
        "Größe 🚀 „Waffen“",
        priority=Priority.URGENT,
        link="https://faz.example/?a=1&b=2",
        published_at=NOW - DAY,
        labels=("dated 12 days ago",),
    )
    tx.enqueue("desk", message, 1, NOW)

    delivery = lease(tx, now=NOW + HOUR)

    assert delivery.message == message
    assert delivery.created_at == NOW
    assert delivery.first_attempt_at == NOW + HOUR
    assert (delivery.attempts, delivery.maybe_sent, delivery.bare) == (1, False, False)


def test_a_lane_goes_in_order_one_at_a_time(tx: SqlTransaction) -> None:
    for title in ("first", "second"):
        tx.enqueue("desk", report(title), 1, NOW)

    first = lease(tx)

    assert first.message.title == "first"
    assert tx.lease(DESK, NOW, until=NOW + LEASE) is None
    assert tx.due_lanes(NOW) == ()
    ends(tx, first, SENT)
    assert lease(tx).message.title == "second"


def test_a_failure_blocks_its_lane_and_no_other(tx: SqlTransaction) -> None:
    for channel in ("desk", "chief"):
        tx.enqueue(channel, report("first"), 1, NOW)
        tx.enqueue(channel, report("second"), 1, NOW)

    deliver(tx, BUSY)

    assert tx.due_lanes(NOW) == (Lane("chief", 0),)
    assert tx.lease(DESK, NOW, until=NOW + LEASE) is None
    later = NOW + MINUTE
    assert DESK in tx.due_lanes(later)
    tried_again = lease(tx, now=later)
    assert (tried_again.message.title, tried_again.attempts) == ("first", 2)
    assert tried_again.first_attempt_at == NOW


def test_what_a_crash_cut_off_is_no_failure_of_the_service(tx: SqlTransaction) -> None:
    tx.enqueue("desk", report("first"), 1, NOW)
    for _ in range(5):
        lease(tx)
        tx.free_leases()
    deliver(tx, BUSY)
    assert tx.next_attempts(NOW)[DESK] == NOW + timedelta(seconds=5), "as after one"
    again = lease(tx, now=NOW + MINUTE)
    assert (again.attempts, again.failed) == (7, 1)


def test_a_timeout_is_retried_as_a_possible_repeat(tx: SqlTransaction) -> None:
    tx.enqueue("desk", report(), 1, NOW)
    deliver(tx, TIMEOUT)

    once_more = lease(tx, now=NOW + MINUTE)
    ends(tx, once_more, BUSY, NOW + MINUTE)

    assert once_more.maybe_sent
    assert lease(tx, now=NOW + HOUR).maybe_sent, "a doubt stays"


def test_a_refused_message_is_tried_bare_and_then_overtaken(tx: SqlTransaction) -> None:
    for title in ("bad", "good"):
        tx.enqueue("desk", report(title), 1, NOW)

    deliver(tx, REFUSED)
    bare = deliver(tx, REFUSED)

    assert (bare.message.title, bare.bare) == ("bad", True)
    assert tx.delivery_counts()["dead"] == 1
    assert lease(tx).message.title == "good"


def test_a_lease_that_ran_out_is_freed_as_a_possible_repeat(tx: SqlTransaction) -> None:
    tx.enqueue("desk", report(), 1, NOW)
    lease(tx)

    assert tx.due_lanes(NOW + LEASE) == ()
    assert tx.due_lanes(NOW + LEASE + MINUTE) == (DESK,)
    assert lease(tx, now=NOW + LEASE + MINUTE).maybe_sent


def test_who_takes_over_frees_leases_and_claims(tx: SqlTransaction) -> None:
    told(tx)
    lease(tx)
    claimed = tx.claim_due(NOW, until=NOW + HOUR, limit=9, horizon=2 * DAY)
    assert len(claimed) == 1

    assert tx.free_leases() == 1
    assert tx.free_leases() == 0

    assert lease(tx).maybe_sent
    assert tx.claim_due(NOW, until=NOW + HOUR, limit=9, horizon=2 * DAY) == claimed


def test_a_clock_that_went_back_frees_leases_and_ends_waits(tx: SqlTransaction) -> None:
    tx.enqueue("desk", report("leased"), 1, NOW)
    tx.enqueue("chief", report("waiting"), 1, NOW)
    lease(tx)
    deliver(tx, BUSY, Lane("chief", 0))

    assert tx.due_lanes(NOW - 2 * HOUR) == (DESK,)
    assert set(tx.due_lanes(NOW - 8 * DAY)) == {DESK, Lane("chief", 0)}
    assert lease(tx, Lane("chief", 0), NOW - 8 * DAY).message.title == "waiting"


def test_sent_is_final_whatever_ends_later(tx: SqlTransaction) -> None:
    """A send that outlives its lease is tried again; both ends are recorded."""
    tx.enqueue("desk", report(), 1, NOW)
    slow = lease(tx)
    later = NOW + LEASE + MINUTE
    tx.due_lanes(later)
    second = lease(tx, now=later)

    ends(tx, slow, SENT, later)
    ends(tx, second, BUSY, later)

    assert tx.delivery_counts()["sent"] == 1
    assert tx.next_attempts(NOW) == {}


def test_only_the_newest_attempt_decides_that_it_failed(tx: SqlTransaction) -> None:
    tx.enqueue("desk", report(), 1, NOW)
    slow = lease(tx)
    later = NOW + LEASE + MINUTE
    tx.due_lanes(later)
    second = lease(tx, now=later)

    ends(tx, slow, REFUSED, later)

    assert tx.delivery_counts()["leased"] == 1
    ends(tx, second, SENT, later)
    assert tx.delivery_counts()["sent"] == 1


def test_an_attempt_counts_although_its_lease_ended_by_itself(
    tx: SqlTransaction,
) -> None:
    tx.enqueue("desk", report(), 1, NOW)
    slow = lease(tx)
    later = NOW + LEASE + MINUTE
    assert tx.due_lanes(later) == (DESK,)

    ends(tx, slow, BUSY, later)

    assert tx.due_lanes(later) == ()
    assert not lease(tx, now=later + MINUTE).maybe_sent, "it said that it failed"


def test_the_next_attempt_is_that_of_a_lane_s_head(tx: SqlTransaction) -> None:
    assert tx.next_attempts(NOW) == {}
    for title in ("first", "second"):
        tx.enqueue("desk", report(title), 1, NOW)
    assert tx.next_attempts(NOW) == {DESK: NOW}

    deliver(tx, replace(BUSY, retry_after=HOUR))

    assert tx.next_attempts(NOW) == {DESK: NOW + HOUR}, (
        "the second waits behind the first"
    )


def test_the_outbox_is_counted_by_state_and_reason(tx: SqlTransaction) -> None:
    for title in ("sent", "leased", "pending"):
        tx.enqueue("desk", report(title), 1, NOW)
    tx.enqueue("gone", report(), 1, NOW)
    deliver(tx, SENT)
    lease(tx)

    assert tx.sync_outbox([DESK], []) == 1

    assert tx.delivery_counts() == {
        "pending": 1,
        "leased": 1,
        "held": 1,
        "sent": 1,
        "dead": 0,
    }
    assert tx.held_delivery_counts() == {"orphaned": 1}
