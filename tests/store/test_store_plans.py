"""Every query that runs often finds its rows by an index, however much is stored."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, event
from store_values import (
    BECAUSE,
    BUSY,
    DAY,
    DESK,
    HOUR,
    NOW,
    SENT,
    UNAUTHORIZED,
    alerted,
    deliver,
    entry,
    fill,
    lease,
    new,
    report,
    rule,
    told,
)
from stored_articles import give_article

from monitor.model import HeldQuery, Hold, HoldReason, Lane, Silence, WishState
from monitor.store.transaction import SqlTransaction


@pytest.fixture
def full(tx: SqlTransaction) -> SqlTransaction:
    """Return a database in which a great deal has happened already."""
    told(tx, "g:1")
    told(tx, "g:2")
    deliver(tx, SENT)
    fill(tx, "feeds", 2_000, name="'feed' || n", next_poll_at="'2030-01-01'")
    fill(tx, "entries", 20_000, key="'g:x' || n", canonical_link="'l' || n")
    fill(tx, "entry_keys", 20_000, key="'g:x' || n", entry_id="n + 2")
    fill(tx, "alerts", 5_000, story="'s' || n")
    fill(
        tx,
        "deliveries",
        20_000,
        channel="'c' || n % 20",
        state="'sent'",
        sent_at="created_at",
    )
    fill(tx, "attempts", 20_000, delivery_id="n")
    return tx


@contextmanager
def explained(tx: SqlTransaction) -> Iterator[list[str]]:
    """Collect how SQLite goes about each statement that is run meanwhile."""
    plans: list[str] = []

    def explain(
        connection: Connection, _c: object, statement: str, values: object, *_: object
    ) -> None:
        if statement.startswith("EXPLAIN"):
            return
        one = values[0] if isinstance(values, list) else values
        asked = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", one)
        plans.extend(row.detail for row in asked)

    event.listen(tx._connection, "before_cursor_execute", explain)
    yield plans
    event.remove(tx._connection, "before_cursor_execute", explain)


def assert_no_scan(plans: list[str]) -> None:
    small = ("SCAN lanes", "SCAN CONSTANT ROW", "SCAN ranked", "SCAN up", "SCAN (")
    assert plans, "nothing was run"
    found = [one for one in plans if "SCAN" in one and not one.startswith(small)]
    assert found == []


def test_due_feeds_are_found_by_an_index(full: SqlTransaction) -> None:
    with explained(full) as plans:
        full.claim_due(NOW, until=NOW + HOUR, limit=50, horizon=9_000 * DAY)

    assert_no_scan(plans)


def test_known_entries_are_found_by_an_index(full: SqlTransaction) -> None:
    with explained(full) as plans:
        found = full.known_entries(1, ["g:1", "g:x5"], ["l7", "l8"])
        full.touch_entries([one.id for one in found], NOW + 2 * DAY)
        full.save_entry(1, new(entry("g:3")), NOW)

    assert len(found) == 4
    assert_no_scan(plans)


def test_alerts_are_found_by_an_index(full: SqlTransaction) -> None:
    verdict = new(entry("g:4"), HoldReason.FIRST_POLL)
    entry_id = full.save_entry(1, verdict, NOW)
    with explained(full) as plans:
        match_id = full.add_match(rule(), entry_id, BECAUSE, NOW)
        assert match_id is not None
        alert = full.add_alert(match_id, rule(), verdict, NOW)
        full.add_match(rule(), entry_id, BECAUSE, NOW)
        assert full.held_alerts(HeldQuery(reason="first_poll")) == (alert,)
        assert full.held_alerts(HeldQuery()) == (alert,)
        full.unhold([alert.id], NOW)

    assert_no_scan(plans)


def test_the_sweep_and_a_delivery_touch_no_more_than_what_waits(
    full: SqlTransaction,
) -> None:
    chief = Lane("chief", 0)
    full.enqueue("chief", report(), 1, NOW)
    deliver(full, UNAUTHORIZED, chief)
    full.probe_broken(NOW)
    with explained(full) as plans:
        assert set(full.due_lanes(NOW)) == {DESK, chief}
        first = lease(full)
        deliver(full, BUSY, chief)
        full.next_attempts(NOW)
        full.mend(chief)
        full.retry_dead(first.message.alerts, NOW)
        full.redirect(first.message.alerts, "chief", 1)
        full.sync_outbox([DESK], ["waffen"])

    assert_no_scan(plans)


def test_entries_of_one_feed_are_found_without_reading_the_others(
    full: SqlTransaction,
) -> None:
    with explained(full) as plans:
        full.latest_entries(1, 150)
        full.touch_document(1, NOW, NOW + DAY)
    assert_no_scan(plans)


def test_articles_are_found_with_their_entries_and_not_by_reading_all(
    full: SqlTransaction,
) -> None:
    give_article(full, 1, "Der Präsident sprach in Tiflis.", NOW)
    full.index_some(0, 100)
    with explained(full) as plans:
        full.some_entries(None, before=100, limit=50)
        full.index_some(0, 100)
        full.article_text(1)
        full.decide_article(2, WishState.UNWANTED, NOW)
        full.forget_article_texts(NOW, 10**9, limit=50)
        full.forget_articles(after=0, limit=50)
    plans.remove("SCAN article_texts USING COVERING INDEX ix_article_texts_read_at")
    assert_no_scan([one for one in plans if "SCAN article_texts USING COV" not in one])


def test_what_waits_is_found_without_reading_what_was_told(
    full: SqlTransaction,
) -> None:
    until = NOW + HOUR
    alert = alerted(full, new(entry("g:9")))
    full.add_route(alert, "desk", NOW)
    fill(
        full,
        "routes",
        5_000,
        alert_id="n % 5000 + 3",
        rule="'waffen'",
        channel="'desk'",
        told_at="'2026-01-01'",
        waits="'[]'",
    )
    full.add_silence(Silence(0, until, NOW, "waffen"))
    fill(full, "silences", 500, told_at="'2026-01-01'")
    full.add_route(alert, "desk", NOW, hold=Hold(HoldReason.THROTTLED, until))
    with explained(full) as plans:
        assert full.waits_until("waffen", "desk", HoldReason.THROTTLED) == until
        assert full.waits_until("waffen", "desk", HoldReason.COOLDOWN) is None
        full.told_at("waffen", "desk", NOW, 20)
        (wait,) = full.waits()
        assert full.waits_over(until) == (wait,)
        (route,) = full.routes([wait.id])
        assert full.waiting_routes(HeldQuery(rule="waffen")) == (route,)
        assert full.held_ids(HeldQuery(reason="throttled")) == (alert.id,)
        full.postpone([wait.id], Hold(HoldReason.QUIET_HOURS, until), NOW)
        full.note_told([alert.id], "desk", 1, NOW)
        full.silences(NOW)
        full.ended_silences(NOW)

    assert_no_scan(plans)


def test_copies_are_found_for_those_that_have_some(full: SqlTransaction) -> None:
    full.refer(2, 1)
    fill(full, "alert_references", 4_000, alert_id="n + 3", first_id="3", change="''")
    with explained(full) as plans:
        assert full.threaded([1, 2, 3]) == frozenset({2})
        full.thread([2])
        full.told_of_entry("waffen", 1)
        full.few_sources_of(1)
        full.sources_of_story("waffen", "s1")

    assert_no_scan(plans)


def test_the_watch_looks_at_no_more_than_what_waits_or_died(
    full: SqlTransaction,
) -> None:
    fill(full, "messages", 5_000)
    fill(full, "message_alerts", 5_000, message_id="n + 2", alert_id="n + 2")
    with explained(full) as plans:
        full.waiting()
        full.overdue(NOW)
        full.dead_since("c1", NOW)
        full.canary_states(NOW)
        full.drop_canary(NOW)
        full.stranded_lanes(NOW)
        full.stranded_deliveries(DESK, 200)
    assert_no_scan(plans)
