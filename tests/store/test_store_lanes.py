"""Broken lanes: what is held, what probes, and what mends them."""

from __future__ import annotations

from dataclasses import replace

import pytest
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
    UNAUTHORIZED,
    deliver,
    ends,
    lease,
    report,
    told,
)

from monitor.alerts.outcome import PROBE_AFTER
from monitor.model import Lane
from monitor.store.transaction import SqlTransaction

LATER = NOW + PROBE_AFTER


@pytest.fixture
def broken(tx: SqlTransaction) -> SqlTransaction:
    """Return an outbox whose lane broke at the first of two deliveries."""
    for title in ("first", "second"):
        tx.enqueue("desk", report(title), 1, NOW)
    assert ends(tx, lease(tx), UNAUTHORIZED)
    return tx


def titles_sent(tx: SqlTransaction, now: object = NOW) -> list[str]:
    sent = []
    while DESK in tx.due_lanes(now):
        sent.append(deliver(tx, SENT, now=now).message.title)
    return sent


def test_a_broken_lane_holds_what_waits_and_what_comes(broken: SqlTransaction) -> None:
    broken.enqueue("desk", report("third"), 2, NOW)

    assert broken.held_delivery_counts() == {"channel_broken": 3}
    assert broken.due_lanes(NOW) == (Lane("desk", 1),), "another URL, another lane"
    assert broken.lease(DESK, NOW, until=NOW + LEASE) is None


def test_the_oldest_delivery_probes_a_broken_lane_and_mends_it(
    broken: SqlTransaction,
) -> None:
    assert broken.due_lanes(LATER) == (DESK,)

    probe = lease(broken, now=LATER)
    assert broken.due_lanes(LATER) == ()
    assert ends(broken, probe, SENT, LATER), "it was broken and is well"

    assert probe.message.title == "first"
    assert titles_sent(broken, LATER) == ["second"]


def test_a_probe_that_fails_waits_for_the_next(broken: SqlTransaction) -> None:
    assert not ends(broken, lease(broken, now=LATER), UNAUTHORIZED, LATER)

    assert broken.due_lanes(LATER) == ()
    assert broken.due_lanes(LATER + PROBE_AFTER) == (DESK,)


@pytest.mark.parametrize("result", [BUSY, REFUSED])
def test_a_probe_that_says_nothing_of_the_lane_leaves_it_broken(
    broken: SqlTransaction, result: object
) -> None:
    deliver(broken, result, now=LATER)

    assert broken.held_delivery_counts() == {"channel_broken": 2}
    assert broken.due_lanes(LATER + MINUTE) == ()
    assert broken.next_attempts(LATER) == {}
    next_probe = lease(broken, now=LATER + PROBE_AFTER)
    assert (next_probe.message.title, next_probe.bare) == ("first", result == REFUSED)


def test_a_probe_keeps_to_a_retry_after(broken: SqlTransaction) -> None:
    deliver(broken, replace(BUSY, retry_after=HOUR), now=LATER)

    assert broken.due_lanes(LATER + PROBE_AFTER) == ()
    assert broken.lease(DESK, LATER + PROBE_AFTER, until=LATER + HOUR) is None
    assert broken.due_lanes(LATER + HOUR) == (DESK,)


def test_no_second_probe_while_one_is_in_flight(broken: SqlTransaction) -> None:
    lease(broken, now=LATER)

    broken.probe_broken(LATER)

    assert broken.due_lanes(LATER) == ()
    assert broken.lease(DESK, LATER, until=LATER + LEASE) is None


def test_a_probe_whose_owner_died_is_held_again(broken: SqlTransaction) -> None:
    lease(broken, now=LATER)

    assert broken.free_leases() == 1

    assert broken.due_lanes(LATER) == ()
    assert lease(broken, now=LATER + PROBE_AFTER).maybe_sent


def test_edited_files_let_a_broken_lane_be_probed_at_once(
    broken: SqlTransaction,
) -> None:
    broken.probe_broken(NOW + MINUTE)

    assert broken.due_lanes(NOW + MINUTE) == (DESK,)
    assert titles_sent(broken, NOW + MINUTE) == ["first", "second"]


def test_a_clock_that_went_back_lets_a_broken_lane_be_probed(
    broken: SqlTransaction,
) -> None:
    assert broken.due_lanes(NOW - DAY) == (DESK,)


def test_a_good_test_of_the_channel_lets_all_go_in_order(
    broken: SqlTransaction,
) -> None:
    assert broken.mend(DESK)
    assert not broken.mend(DESK)

    assert titles_sent(broken) == ["first", "second"]


def test_held_time_does_not_count_against_a_delivery(broken: SqlTransaction) -> None:
    """After ten days of a wrong password a hiccup must not kill the oldest alert."""
    much_later = NOW + 10 * DAY
    deliver(broken, BUSY, now=much_later)
    assert broken.delivery_counts()["dead"] == 0

    broken.mend(DESK)
    deliver(broken, BUSY, now=much_later + HOUR)

    assert broken.delivery_counts()["dead"] == 0


def test_time_in_the_queue_does_count(tx: SqlTransaction) -> None:
    tx.enqueue("desk", report(), 1, NOW)
    deliver(tx, BUSY)

    deliver(tx, BUSY, now=NOW + 7 * DAY)

    assert tx.delivery_counts()["dead"] == 1


def test_a_broken_lane_without_deliveries_is_probed_by_the_next_one(
    tx: SqlTransaction,
) -> None:
    tx.enqueue("desk", report("only"), 1, NOW)
    deliver(tx, UNAUTHORIZED)
    tx.redirect([], None, 1)
    deliver(tx, replace(REFUSED), now=LATER)
    deliver(tx, replace(REFUSED), now=LATER + PROBE_AFTER)
    assert tx.delivery_counts()["dead"] == 1
    quiet = LATER + DAY
    assert tx.due_lanes(quiet) == ()
    assert tx.lease(DESK, quiet, until=quiet + LEASE) is None

    tx.enqueue("desk", report("next"), 1, quiet)

    assert titles_sent(tx, quiet) == ["next"]


def test_a_dead_delivery_of_a_broken_lane_is_retried_when_it_is_well(
    broken: SqlTransaction,
) -> None:
    broken.mend(DESK)
    deliver(broken, REFUSED)
    deliver(broken, REFUSED)
    deliver(broken, UNAUTHORIZED)

    assert broken.retry_dead([], NOW) == 1

    assert broken.held_delivery_counts() == {"channel_broken": 2}
    broken.mend(DESK)
    assert titles_sent(broken) == ["first", "second"]


def test_an_orphan_that_comes_back_to_a_broken_lane_waits(tx: SqlTransaction) -> None:
    told(tx)
    deliver(tx, UNAUTHORIZED)
    assert tx.sync_outbox([], ["waffen"]) == 1
    assert tx.due_lanes(LATER) == (), "what is orphaned does not probe"

    assert tx.sync_outbox([DESK], ["waffen"]) == 0

    assert tx.held_delivery_counts() == {"channel_broken": 1}
    assert tx.due_lanes(LATER) == (DESK,)
