"""How the monitor is doing, as the database knows it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from store_values import (
    BUSY,
    DAY,
    DESK,
    HOUR,
    MINUTE,
    NOW,
    REFUSED,
    SENT,
    UNAUTHORIZED,
    alerted,
    deliver,
    entry,
    feed,
    fill,
    lease,
    new,
    report,
    told,
    with_feed,
)

from monitor.model import (
    DeliveryState,
    Feed,
    FeedDay,
    Hold,
    HoldReason,
    LaneQueue,
    Message,
    MessageKind,
    Overdue,
    Run,
    RunName,
)
from monitor.store.transaction import SqlTransaction

CANARY = Message(MessageKind.TEST, "canary")


def test_a_run_is_kept_once(tx: SqlTransaction) -> None:
    assert tx.runs() == {}
    first = Run(RunName.CANARY, NOW, None, "match: none")
    tx.save_run(first)
    tx.save_run(Run(RunName.REPORT, NOW, NOW))
    assert tx.runs()[RunName.CANARY] == first
    tx.save_run(replace(first, good_at=NOW, detail=""))
    assert tx.runs()[RunName.CANARY] == Run(RunName.CANARY, NOW, NOW)
    assert len(tx.runs()) == 2


def test_open_reports_are_found_by_their_beginning(tx: SqlTransaction) -> None:
    for key in ("dead:desk", "dead:100%", "deaf", "dead_x"):
        tx.open_report(key, f"of {key}", NOW)
    found = tx.open_reports("dead:")
    assert [each.key for each in found] == ["dead:100%", "dead:desk"]
    assert (found[1].detail, found[1].since) == ("of dead:desk", NOW)
    assert [each.key for each in tx.open_reports("dead_")] == ["dead_x"]


def test_what_waits_for_its_turn_is_counted(tx: SqlTransaction) -> None:
    told(tx, "g:1")
    tx.enqueue("desk", report(), 1, NOW + MINUTE)
    tx.enqueue("chief", report(), 2, NOW + MINUTE)
    lease(tx)
    assert tx.waiting() == (
        LaneQueue("chief", 2, NOW + MINUTE),
        LaneQueue("desk", 2, NOW),
    )


def test_what_is_held_or_done_does_not_wait(tx: SqlTransaction) -> None:
    for key in ("g:1", "g:2"):
        told(tx, key)
    deliver(tx, SENT)
    deliver(tx, UNAUTHORIZED)
    assert tx.waiting() == ()


@pytest.mark.parametrize("result", [BUSY, UNAUTHORIZED])
def test_the_oldest_delivery_is_overdue(tx: SqlTransaction, result: object) -> None:
    told(tx)
    deliver(tx, result)  # type: ignore[arg-type]
    tx.enqueue("chief", report(), 1, NOW + MINUTE)
    assert tx.overdue(NOW + HOUR).delivery_at == NOW


def test_a_poll_is_overdue_if_none_came_since(tx: SqlTransaction) -> None:
    with_feed(tx, "faz")
    assert tx.overdue(NOW - MINUTE) == Overdue()
    assert tx.overdue(NOW + HOUR).poll_at == NOW
    (state,) = tx.feed_states()
    tx.sync_feeds([feed("faz"), feed("dpa")], NOW)
    later = NOW + 30 * MINUTE
    tx.save_feed(replace(state, polled_at=later, next_poll_at=later + HOUR))
    assert tx.overdue(NOW + HOUR).poll_at == later
    assert tx.overdue(NOW + MINUTE).poll_at == NOW  # the clock went back


def test_alerts_that_died_are_named(tx: SqlTransaction) -> None:
    first, second = told(tx, "g:1"), told(tx, "g:2")
    told(tx, "g:3", "chief")
    for at in (NOW, NOW, NOW + HOUR, NOW + HOUR):
        deliver(tx, REFUSED, now=at)
    assert tx.dead_since("desk", NOW) == (first, second)
    assert tx.dead_since("desk", NOW + MINUTE) == (second,)
    assert tx.dead_since("chief", NOW) == ()


def test_a_feed_is_lent_as_one_that_was_polled(tx: SqlTransaction) -> None:
    state = tx.lend_feed(Feed("(canary)", "https://canary.invalid/", DAY), NOW)
    assert (state.name, state.succeeded_at, state.polled_at) == ("(canary)", NOW, NOW)
    assert tx.feed_state(state.id) == state


def test_a_canary_is_followed_and_dropped(tx: SqlTransaction) -> None:
    tx.enqueue("desk", report(), 1, NOW)
    for channel, places in (("desk", 1), ("chief", 2)):
        tx.enqueue(channel, CANARY, places, NOW)
    tx.enqueue("desk", CANARY, 1, NOW - DAY)
    deliver(tx, SENT)
    deliver(tx, BUSY)
    pending = DeliveryState.PENDING
    assert tx.canary_states(NOW) == {
        "desk": ((pending, "retry"),),
        "chief": ((pending, ""), (pending, "")),
    }
    tx.drop_canary(NOW)
    assert tx.canary_states(NOW) == {}
    assert tx.canary_states(NOW - DAY) == {"desk": ((pending, ""),)}
    assert tx.delivery_counts()["sent"] == 1


def test_a_canary_in_flight_is_not_dropped(tx: SqlTransaction) -> None:
    tx.enqueue("desk", CANARY, 1, NOW)
    delivery = lease(tx, DESK)
    tx.drop_canary(NOW)
    assert tx.canary_states(NOW) == {"desk": ((DeliveryState.LEASED, ""),)}
    assert delivery.message == CANARY


def test_a_week_has_its_figures(tx: SqlTransaction) -> None:
    told(tx, "g:1")
    told(tx, "g:2", rule_name="kiew", feed_name="dpa")
    deliver(tx, SENT, now=NOW + MINUTE)
    for name, day in (
        ("faz", FeedDay(NOW.date(), polls=2, failed=1)),
        ("dpa", FeedDay(NOW.date() - 7 * DAY, polls=1, gap_events=1)),
        ("dpa", FeedDay(NOW.date() - 8 * DAY, polls=9)),
    ):
        tx.note_day(with_feed(tx, name), day)
    week = tx.week(NOW - 7 * DAY, NOW + HOUR)
    assert (week.entries, week.matches) == (2, 2)
    assert week.alerts == {"waffen": 1, "kiew": 1}
    assert week.noisy == {"dpa": 1, "faz": 1}
    assert week.feeds == {"ok": 2}
    (channel,) = week.channels
    assert (channel.sent, channel.late, channel.median) == (1, 0, MINUTE)
    assert (week.polls, week.failed, week.gaps) == (3, 1, 1)
    later = tx.week(NOW + MINUTE * 2, NOW + HOUR)
    assert (later.entries, later.alerts, later.channels) == (0, {}, ())


def test_a_week_says_what_waits(tx: SqlTransaction) -> None:
    alerted(tx, new(entry("g:1"), HoldReason.OUTAGE))
    waits = alerted(tx, new(entry("g:2")))
    hold = Hold(HoldReason.THROTTLED, NOW + HOUR)
    tx.add_route(waits, "desk", NOW, hold=hold)
    told(tx, "g:3")
    deliver(tx, UNAUTHORIZED)
    week = tx.week(NOW - 7 * DAY, NOW)
    assert week.held == {"outage": 1, "throttled": 1}
    assert week.stuck == {"channel_broken": 1}


def test_late_is_counted_and_ranked(tx: SqlTransaction) -> None:
    told(tx)
    deliver(tx, SENT, now=NOW)
    fill(tx, "deliveries", 99, sent_at=f"datetime('{NOW:%F %T}', n || ' minutes')")
    (channel,) = tx.week(NOW - DAY, NOW + DAY).channels
    assert (channel.sent, channel.late, channel.dead) == (100, 94, 0)
    assert (channel.median, channel.p95) == (49 * MINUTE, 94 * MINUTE)
