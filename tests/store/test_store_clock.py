"""When the clock is set back, what waits is set back with it."""

from __future__ import annotations

from dataclasses import replace

from store_values import (
    BUSY,
    DAY,
    DESK,
    HOUR,
    LEASE,
    MINUTE,
    NOW,
    UNAUTHORIZED,
    deliver,
    lease,
    told,
)

from monitor.model import Lane
from monitor.store.transaction import SqlTransaction

EARLIER = NOW - HOUR


def test_a_feed_is_polled_as_soon_as_was_meant(tx: SqlTransaction) -> None:
    told(tx)
    (state,) = tx.feed_states()
    waits = {"next_poll_at": NOW + 10 * MINUTE, "not_before_at": NOW + DAY}
    tx.save_feed(replace(state, polled_at=NOW, **waits))
    tx.set_back(HOUR, EARLIER)
    (state,) = tx.feed_states()
    assert state.next_poll_at == EARLIER + 10 * MINUTE
    assert state.not_before_at == EARLIER + DAY, "what the publisher asked for holds"
    assert state.polled_at == NOW


def test_a_retry_comes_as_soon_as_was_meant(tx: SqlTransaction) -> None:
    told(tx)
    deliver(tx, BUSY)
    at = tx.next_attempts(NOW)[DESK]
    tx.set_back(HOUR, EARLIER)
    assert tx.next_attempts(EARLIER)[DESK] == at - HOUR
    assert tx.lease(DESK, EARLIER, until=EARLIER + LEASE) is None, "not before"
    assert tx.due_lanes(at - HOUR) == (DESK,)


def test_a_lease_and_a_rest_end_as_soon_as_was_meant(tx: SqlTransaction) -> None:
    told(tx)
    told(tx, "g:2", "chief")
    deliver(tx, UNAUTHORIZED, Lane("chief", 0))
    lease(tx)
    tx.set_back(HOUR, EARLIER)
    assert tx.due_lanes(EARLIER + LEASE) == ()
    assert tx.due_lanes(EARLIER + LEASE + MINUTE) == (DESK,)
    rested = EARLIER + 15 * MINUTE
    assert Lane("chief", 0) in tx.due_lanes(rested)


def test_what_is_due_stays_as_it_is(tx: SqlTransaction) -> None:
    told(tx)
    deliver(tx, BUSY)
    at = tx.next_attempts(NOW)[DESK]
    tx.set_back(HOUR, NOW + DAY)
    assert tx.next_attempts(NOW)[DESK] == at
