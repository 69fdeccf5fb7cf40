"""What the commands show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import event
from store_values import (
    BUSY,
    DAY,
    DESK,
    HOUR,
    NOW,
    REFUSED,
    SENT,
    UNAUTHORIZED,
    alerted,
    deliver,
    entry,
    lease,
    new,
    report,
    rule,
    told,
)

from monitor.alerts.outcome import PROBE_AFTER
from monitor.model import HoldReason, Lane, Message, MessageKind
from monitor.store.lane_views import LaneView
from monitor.store.transaction import SqlTransaction
from monitor.store.views import (
    AttemptView,
    DeliveryView,
    RuleView,
    StatusView,
    Views,
)

NO_ARTICLES = {"waiting": 0, "read_24h": 0, "given_up_24h": 0}


@pytest.fixture
def views(tx: SqlTransaction) -> Views:
    return Views(tx._connection)


def test_an_empty_database_has_nothing_to_show(views: Views) -> None:
    assert views.feeds() == {}
    assert views.rule_files() == {}
    assert views.alerts() == ()
    assert views.alert(1) is None
    assert views.deliveries([]) == {}
    assert views.lanes() == {}
    assert views.rules(NOW) == {}
    assert views.status(NOW) == StatusView(
        ill_lanes={},
        alerts_held={},
        deliveries=dict.fromkeys(("pending", "leased", "held", "sent", "dead"), 0),
        deliveries_held={},
        articles=NO_ARTICLES,
    )


def test_feeds_and_rule_files_are_shown_by_name(
    tx: SqlTransaction, views: Views
) -> None:
    told(tx)
    tx.save_rule_files({"a.yaml": "rules: {}"}, NOW)

    assert views.feeds()["faz"].url == "https://faz.example/rss"
    assert views.rule_files() == {"a.yaml": "rules: {}"}


@pytest.fixture
def five(tx: SqlTransaction) -> list[int]:
    """Return alerts that are held, sent, dead, pending, and held on their way."""
    held = alerted(tx, new(entry("g:0"), HoldReason.FIRST_POLL)).id
    sent = told(tx, "g:1", rule_name="krieg")
    deliver(tx, SENT)
    dead = told(tx, "g:2", feed_name="dpa")
    deliver(tx, REFUSED)
    deliver(tx, REFUSED)
    pending = told(tx, "g:3", feed_name="dpa")
    stuck = told(tx, "g:4", channel="chief")
    deliver(tx, UNAUTHORIZED, Lane("chief", 0))
    return [held, sent, dead, pending, stuck]


@pytest.mark.parametrize(
    ("narrowed", "expected"),
    [
        ({}, [4, 3, 2, 1, 0]),
        ({"limit": 2}, [4, 3]),
        ({"rule": "krieg"}, [1]),
        ({"feed": "dpa"}, [3, 2]),
        ({"state": "held"}, [4, 0]),
        ({"state": "sent"}, [1]),
        ({"state": "dead"}, [2]),
        ({"state": "pending"}, [3]),
        ({"state": "leased"}, []),
        ({"state": "dead", "rule": "krieg"}, []),
    ],
)
def test_alerts_are_listed_newest_first(
    views: Views, five: list[int], narrowed: dict[str, str], expected: list[int]
) -> None:
    found = views.alerts(**narrowed)

    assert [alert.id for alert in found] == [five[n] for n in expected]


def test_alerts_that_one_message_told_are_listed_together(
    tx: SqlTransaction, views: Views, five: list[int]
) -> None:
    together = Message(MessageKind.DIGEST, "T", alerts=(five[1], five[3]))
    tx.enqueue("desk", together, 1, NOW)

    assert [alert.id for alert in views.alerts(told_with=five[1])] == [five[3], five[1]]
    assert [alert.id for alert in views.alerts(told_with=five[2])] == [five[2]]


def test_one_alert_is_shown_whole(tx: SqlTransaction, views: Views) -> None:
    alert = alerted(tx, new())

    assert views.alert(alert.id) == alert


def test_an_alert_shows_its_deliveries_and_their_attempts(
    tx: SqlTransaction, views: Views
) -> None:
    alert, other = told(tx, "g:1", places=2), told(tx, "g:2")
    deliver(tx, BUSY)
    later = NOW + HOUR
    deliver(tx, SENT, now=later)

    shown = views.deliveries([alert, other])

    first, second = shown[alert]
    assert first == DeliveryView(
        id=first.id,
        channel="desk",
        place=0,
        state="sent",
        reason="",
        attempts=2,
        created_at=NOW,
        next_attempt_at=None,
        sent_at=later,
        maybe_sent=False,
    )
    assert (second.place, second.state, second.attempts) == (1, "pending", 0)
    assert [one.state for one in shown[other]] == ["pending"]
    assert views.tries(first.id) == (
        AttemptView(NOW, "retry", 503, "HTTP 503"),
        AttemptView(later, "sent", 200, ""),
    )
    assert views.tries(second.id) == ()


def test_a_channel_shows_what_waits_and_what_it_ran_into(
    tx: SqlTransaction, views: Views
) -> None:
    for _ in range(3):
        tx.enqueue("desk", report(), 1, NOW)
    deliver(tx, SENT, now=NOW + HOUR)
    tx.enqueue("chief", report(), 2, NOW)
    deliver(tx, UNAUTHORIZED, Lane("chief", 1), now=NOW)
    deliver(tx, UNAUTHORIZED, Lane("chief", 0), now=NOW + HOUR)

    held = LaneView(
        held={"channel_broken": 1},
        oldest_at=NOW,
        broken_since=NOW,
        probe_at=NOW + PROBE_AFTER,
        error="HTTP 401",
        error_at=NOW,
    )
    later = NOW + HOUR
    assert views.lanes() == {
        DESK: LaneView(waiting=2, sent_at=later, oldest_at=NOW),
        Lane("chief", 1): held,
        Lane("chief", 0): replace(
            held, broken_since=later, probe_at=later + PROBE_AFTER, error_at=later
        ),
    }
    states = {lane.channel: view.state for lane, view in views.lanes().items()}
    assert states == {"desk": "ok", "chief": "broken"}


def test_all_channels_are_looked_up_together(tx: SqlTransaction, views: Views) -> None:
    def statements() -> int:
        seen: list[str] = []

        def see(*args: object) -> None:
            seen.append(str(args[2]))

        event.listen(views.connection, "before_cursor_execute", see)
        views.lanes()
        event.remove(views.connection, "before_cursor_execute", see)
        return len(seen)

    tx.enqueue("desk", report(), 1, NOW)
    deliver(tx, BUSY)
    of_one = statements()
    tx.enqueue("chief", report(), 9, NOW)
    assert len(views.lanes()) == 10
    assert statements() == of_one


def test_the_status_names_what_does_not_deliver(
    tx: SqlTransaction, views: Views
) -> None:
    for channel in ("desk", "chief", "night"):
        tx.enqueue(channel, report(), 1, NOW)
    deliver(tx, UNAUTHORIZED)
    deliver(tx, BUSY, Lane("night", 0))
    for count in range(5):
        deliver(tx, BUSY, Lane("chief", 0), now=NOW + count * HOUR)
    ill = {Lane("chief", 0): "open", DESK: "broken"}
    assert views.status(NOW).ill_lanes == ill


def test_a_channel_that_fails_is_shown_so(tx: SqlTransaction, views: Views) -> None:
    tx.enqueue("desk", report(), 1, NOW)
    deliver(tx, BUSY)
    assert views.lanes()[DESK].state == "failing"
    for count in range(1, 5):
        deliver(tx, BUSY, now=NOW + count * HOUR)
    assert views.lanes()[DESK].state == "open"


def test_a_channel_counts_what_died(tx: SqlTransaction, views: Views) -> None:
    tx.enqueue("desk", report(), 1, NOW)
    deliver(tx, REFUSED)
    deliver(tx, REFUSED)

    assert views.lanes() == {DESK: LaneView(dead=1, error="HTTP 400", error_at=NOW)}


def test_rules_show_when_and_how_often_they_matched(
    tx: SqlTransaction, views: Views
) -> None:
    for key, ago in (("g:1", 1), ("g:2", 8), ("g:3", 31)):
        alerted(tx, new(entry(key)), now=NOW - ago * DAY)
    alerted(tx, new(entry("g:4")), rule("krieg"), now=NOW - 40 * DAY)

    assert views.rules(NOW) == {
        "waffen": RuleView(NOW - DAY, 1, 2),
        "krieg": RuleView(NOW - 40 * DAY, 0, 0),
    }


@pytest.mark.usefixtures("five")
def test_the_status_is_in_figures(views: Views) -> None:
    assert views.status(NOW) == StatusView(
        entries=5,
        matches=5,
        alerts=5,
        alerts_held={"first_poll": 1},
        deliveries={"pending": 1, "leased": 0, "held": 1, "sent": 1, "dead": 1},
        deliveries_held={"channel_broken": 1},
        oldest_pending_at=NOW,
        ill_lanes={Lane("chief", 0): "broken"},
        articles=NO_ARTICLES,
    )


def test_what_is_in_flight_counts_as_waiting(tx: SqlTransaction, views: Views) -> None:
    told(tx)
    lease(tx)

    assert views.lanes()[DESK].waiting == 1
    assert views.status(NOW).oldest_pending_at == NOW


@pytest.mark.usefixtures("five")
@pytest.mark.parametrize(
    "show",
    [Views.feeds, Views.alerts, Views.lanes, lambda views: views.status(NOW)],
)
def test_a_view_writes_nothing(
    tx: SqlTransaction, views: Views, show: Callable[[Views], object]
) -> None:
    tx._connection.exec_driver_sql("PRAGMA query_only = ON")
    show(views)
    tx._connection.exec_driver_sql("PRAGMA query_only = OFF")
