"""Orphaned and dead deliveries: held, shown, moved, tried again, never lost."""

from __future__ import annotations

from store_values import (
    BUSY,
    DAY,
    DESK,
    NOW,
    REFUSED,
    SENT,
    TIMEOUT,
    alerted,
    allow_few_values,
    deliver,
    ends,
    feed,
    fill,
    lease,
    new,
    report,
    rule,
    told,
)

from monitor.model import HeldQuery, HoldReason, Lane, Message, MessageKind
from monitor.store.transaction import SqlTransaction
from monitor.store.views import Views

CHIEF = Lane("chief", 0)
BOTH = (DESK, CHIEF)
RULES = ("waffen", "krieg")


def left(tx: SqlTransaction, lane: Lane) -> list[str]:
    """Deliver what a lane has; return the titles."""
    titles = []
    while lane in tx.due_lanes(NOW):
        titles.append(deliver(tx, SENT, lane).message.title)
    return titles


def test_a_removed_channel_orphans_its_deliveries_until_it_is_back(
    tx: SqlTransaction,
) -> None:
    for key in ("g:1", "g:2"):
        told(tx, key)
    told(tx, "g:3", channel="chief")

    assert tx.sync_outbox([CHIEF], RULES) == 2
    assert tx.held_delivery_counts() == {"orphaned": 2}
    assert tx.due_lanes(NOW) == (CHIEF,)
    assert tx.sync_outbox([CHIEF], RULES) == 2, "asked again, the same"

    assert tx.sync_outbox(BOTH, RULES) == 0
    assert left(tx, DESK) == ["Entry g:1", "Entry g:2"]


def test_a_channel_that_lost_a_url_orphans_only_that_place(tx: SqlTransaction) -> None:
    told(tx, places=2)

    assert tx.sync_outbox([DESK], RULES) == 1
    assert tx.due_lanes(NOW) == (DESK,)


def test_a_removed_rule_orphans_its_alerts(tx: SqlTransaction) -> None:
    told(tx, "g:1")
    told(tx, "g:2", rule_name="krieg")

    assert tx.sync_outbox([DESK], ["krieg"]) == 1

    assert left(tx, DESK) == ["Entry g:2"]
    assert tx.sync_outbox([DESK], RULES) == 0
    assert left(tx, DESK) == ["Entry g:1"]


def test_a_message_of_two_rules_is_kept_by_either(tx: SqlTransaction) -> None:
    first = alerted(tx, new(), rule("waffen"))
    match_id = tx.add_match(rule("krieg"), first.entry_id, [], NOW)
    assert match_id is not None
    second = tx.add_alert(match_id, rule("krieg"), new(), NOW)
    message = Message(MessageKind.ALERT, "both", alerts=(first.id, second.id))
    tx.enqueue("desk", message, 1, NOW, entry_id=first.entry_id)

    assert tx.sync_outbox([DESK], ["krieg"]) == 0
    assert tx.sync_outbox([DESK], ["waffen"]) == 0
    assert tx.sync_outbox([DESK], []) == 1


def test_a_removed_feed_orphans_its_alerts(tx: SqlTransaction) -> None:
    told(tx, "g:1", feed_name="faz")
    told(tx, "g:2", feed_name="dpa")

    tx.sync_feeds([feed("dpa")], NOW)
    assert tx.sync_outbox([DESK], RULES) == 1
    assert left(tx, DESK) == ["Entry g:2"]

    tx.sync_feeds([feed("dpa"), feed("faz")], NOW)
    assert tx.sync_outbox([DESK], RULES) == 0


def test_a_report_needs_only_its_channel(tx: SqlTransaction) -> None:
    tx.enqueue("desk", report(), 1, NOW)

    assert tx.sync_outbox([DESK], []) == 0
    assert tx.sync_outbox([CHIEF], []) == 1


def test_what_is_sent_or_dead_is_no_orphan(tx: SqlTransaction) -> None:
    told(tx, "g:1")
    told(tx, "g:2")
    deliver(tx, SENT)
    deliver(tx, REFUSED)
    deliver(tx, REFUSED)

    assert tx.sync_outbox([], []) == 0
    assert tx.delivery_counts()["held"] == 0


def test_what_is_in_flight_when_its_channel_goes_is_an_orphan_or_arrives(
    tx: SqlTransaction,
) -> None:
    for key in ("g:1", "g:2"):
        told(tx, key)
    told(tx, "g:3", channel="chief")
    fails, arrives = lease(tx), lease(tx, CHIEF)

    assert tx.sync_outbox([], RULES) == 3
    ends(tx, fails, BUSY)
    ends(tx, arrives, SENT)

    assert tx.delivery_counts()["sent"] == 1
    assert tx.held_delivery_counts() == {"orphaned": 2}
    assert tx.due_lanes(NOW + DAY) == ()
    tx.sync_outbox(BOTH, RULES)
    assert lease(tx).maybe_sent


def test_orphans_are_sent_to_another_channel_once_for_each_place(
    tx: SqlTransaction,
) -> None:
    alert = told(tx, "g:1", channel="old", places=2)
    other = told(tx, "g:2", channel="old")
    told(tx, "g:3", channel="old")
    tx.sync_outbox(BOTH, RULES)

    assert tx.redirect([alert, other], "desk", 1) == 3

    assert left(tx, DESK) == ["Entry g:1", "Entry g:2"]
    assert tx.held_delivery_counts() == {"orphaned": 1}


def test_orphans_reach_every_place_of_the_new_channel(tx: SqlTransaction) -> None:
    alert = told(tx, channel="old")
    tx.sync_outbox(BOTH, RULES)

    tx.redirect([alert], "pair", 2)

    for place in (0, 1):
        assert left(tx, Lane("pair", place)) == ["Entry g:1"]


def test_a_surplus_place_that_was_tried_leaves_nothing_behind(
    tx: SqlTransaction,
) -> None:
    alert = told(tx, channel="old", places=2)
    deliver(tx, BUSY, Lane("old", 1))
    tx.sync_outbox(BOTH, RULES)

    tx.redirect([alert], "desk", 1)

    assert left(tx, DESK) == ["Entry g:1"]
    assert sum(tx.delivery_counts().values()) == 1


def test_a_new_channel_does_not_inherit_the_doubts_of_the_old(
    tx: SqlTransaction,
) -> None:
    alert = told(tx, channel="old")
    deliver(tx, TIMEOUT, Lane("old", 0))
    tx.sync_outbox(BOTH, RULES)

    tx.redirect([alert], "desk", 1)

    delivery = lease(tx)
    assert not delivery.maybe_sent
    assert delivery.created_at == NOW


def test_orphans_are_released_where_they_were_meant_to_go(tx: SqlTransaction) -> None:
    alert = told(tx)
    tx.sync_outbox(BOTH, [])

    assert tx.redirect([alert], None, 0) == 1

    assert left(tx, DESK) == ["Entry g:1"]


def test_what_was_told_elsewhere_can_be_told_after_all(tx: SqlTransaction) -> None:
    alert = told(tx)
    (one,) = tx.stranded_deliveries(DESK, 10)
    tx.tell_elsewhere(one.delivery_id, "chief", one.message, 1)
    views = Views(tx._connection)
    assert views.orphaned_alerts(HeldQuery()) == ()
    asked = HeldQuery(reason="told_elsewhere")
    assert views.orphaned_alerts(asked) == (alert,)

    assert tx.tell_after_all([alert]) == 1

    assert tx.tell_after_all([alert]) == 0
    assert set(tx.due_lanes(NOW)) == {DESK, Lane("chief", 0)}


def test_what_is_dead_elsewhere_is_not_told_there(tx: SqlTransaction) -> None:
    told(tx)
    (one,) = tx.stranded_deliveries(DESK, 10)
    tx.enqueue("chief", one.message, 1, NOW, entry_id=1)
    deliver(tx, REFUSED, CHIEF)
    deliver(tx, REFUSED, CHIEF)

    tx.tell_elsewhere(one.delivery_id, "chief", one.message, 1)

    assert left(tx, CHIEF) == [one.message.title], "a copy of its own"


def test_only_orphans_are_redirected(tx: SqlTransaction) -> None:
    alert = told(tx)

    assert tx.redirect([alert], "chief", 1) == 0
    assert tx.due_lanes(NOW) == (DESK,)


def test_what_a_person_released_stays_released_at_the_next_start(
    tx: SqlTransaction,
) -> None:
    """With cron the round that could deliver it begins by following the files."""
    here, there = told(tx, "g:1"), told(tx, "g:2")
    tx.sync_outbox(BOTH, [])

    tx.redirect([here], None, 1)
    tx.redirect([there], "chief", 1)

    assert tx.sync_outbox(BOTH, []) == 0
    assert left(tx, DESK) == ["Entry g:1"]
    assert left(tx, CHIEF) == ["Entry g:2"]


def test_what_a_person_released_still_needs_its_channel(tx: SqlTransaction) -> None:
    alert = told(tx)
    tx.sync_outbox(BOTH, [])
    tx.redirect([alert], None, 1)

    assert tx.sync_outbox([CHIEF], []) == 1


def test_a_held_alert_of_a_removed_rule_goes_out_when_it_is_released(
    tx: SqlTransaction,
) -> None:
    alert = alerted(tx, new(hold=HoldReason.FIRST_POLL))
    tx.unhold([alert.id], NOW)
    message = Message(MessageKind.ALERT, "held", alerts=(alert.id,))
    tx.enqueue("desk", message, 1, NOW, entry_id=alert.entry_id)

    assert tx.sync_outbox([DESK], []) == 0
    assert left(tx, DESK) == ["held"]


def test_dead_deliveries_are_tried_again_as_if_they_were_new(
    tx: SqlTransaction,
) -> None:
    first, second = told(tx, "g:1"), told(tx, "g:2")
    for _ in range(2):
        deliver(tx, REFUSED)
        deliver(tx, REFUSED)
    assert tx.delivery_counts()["dead"] == 2

    assert tx.retry_dead([second], NOW) == 1
    assert tx.retry_dead([second], NOW) == 0
    retried = lease(tx, now=NOW + 9 * DAY)
    assert (retried.message.alerts, retried.bare) == ((second,), False)
    ends(tx, retried, BUSY, NOW + 9 * DAY)
    assert tx.delivery_counts()["dead"] == 1, "its age counts anew"

    assert tx.retry_dead([], NOW) == 1
    assert lease(tx).message.alerts == (first,)


def test_a_retried_delivery_of_a_removed_rule_is_no_orphan(tx: SqlTransaction) -> None:
    told(tx)
    deliver(tx, REFUSED)
    deliver(tx, REFUSED)
    tx.retry_dead([], NOW)

    assert tx.sync_outbox([DESK], []) == 0


def test_a_retry_waits_for_what_is_in_flight(tx: SqlTransaction) -> None:
    told(tx, "g:1")
    told(tx, "g:2")
    deliver(tx, REFUSED)
    deliver(tx, REFUSED)
    in_flight = lease(tx)

    tx.retry_dead([], NOW)

    assert tx.due_lanes(NOW) == ()
    ends(tx, in_flight, SENT)
    assert lease(tx).message.title == "Entry g:1"


def test_an_outbox_of_any_size_follows_the_files(tx: SqlTransaction) -> None:
    """More deliveries than SQLite takes values in one statement."""
    allow_few_values(tx)
    told(tx)
    fill(tx, "deliveries", 1_999, place="n")

    assert tx.sync_outbox([], RULES) == 2_000
    lanes = {Lane("desk", place) for place in range(2_000)}
    assert tx.sync_outbox(lanes, RULES) == 0
    assert len(tx.due_lanes(NOW)) == 2_000


def test_any_number_of_alerts_can_be_let_go(tx: SqlTransaction) -> None:
    first = told(tx)
    deliver(tx, REFUSED)
    deliver(tx, REFUSED)
    second = told(tx, "g:2")
    tx.sync_outbox([], ["waffen"])
    allow_few_values(tx)
    many = [first, second, *range(1000, 4000)]
    assert tx.redirect(many, None, 0) == 1
    assert tx.retry_dead(many, NOW) == 1
