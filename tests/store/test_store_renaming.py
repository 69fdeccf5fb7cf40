"""What is stored follows a new name, once; again changes nothing."""

from __future__ import annotations

from store_values import (
    BUSY,
    DESK,
    NOW,
    SENT,
    UNAUTHORIZED,
    alerted,
    deliver,
    entry,
    feed,
    new,
    report,
    told,
    trouble,
    with_feed,
)

from monitor.model import HeldQuery, HoldReason, Lane
from monitor.store.transaction import SqlTransaction
from monitor.store.views import Views


def test_a_feed_takes_its_entries_state_and_troubles_along(tx: SqlTransaction) -> None:
    told(tx, feed_name="faz")
    tx.save_troubles([trouble("faz")])
    tx.open_report("push:faz", "", NOW)
    known = with_feed(tx, "faz")

    for _ in range(2):
        tx.rename_feed("faz", "frankfurt")
        tx.sync_feeds([feed("frankfurt", "https://faz.example/rss")], NOW)

    (state,) = tx.feed_states()
    assert (state.id, state.name) == (known, "frankfurt")
    assert [each.feed for each in tx.feed_troubles()] == ["frankfurt"]
    assert tx.close_report("push:frankfurt")
    assert tx.sync_outbox([DESK], ["waffen"]) == 0


def test_a_feed_that_was_known_under_both_names_has_all_entries(
    tx: SqlTransaction,
) -> None:
    told(tx, "g:1", feed_name="faz")
    told(tx, "g:2", feed_name="faz")
    later = with_feed(tx, "frankfurt")
    tx.save_entry(later, new(entry("g:2", title="Entry g:2")), NOW)
    tx.sync_feeds([feed("frankfurt")], NOW)
    assert tx.sync_outbox([DESK], ["waffen"]) == 2

    for _ in range(2):
        tx.rename_feed("faz", "frankfurt")

    assert tx.sync_outbox([DESK], ["waffen"]) == 0
    found = tx.known_entries(later, ["g:1", "g:2"], [])
    assert len(found) == 2, "one for each key"
    assert len(tx.latest_entries(later, 10)) == 3, "nothing is lost"


def test_a_feed_that_nobody_knew_has_nothing_to_bring(tx: SqlTransaction) -> None:
    with_feed(tx, "frankfurt")
    tx.rename_feed("faz", "frankfurt")
    assert [state.name for state in tx.feed_states()] == ["frankfurt"]


def test_a_rule_takes_its_matches_alerts_and_version_along(tx: SqlTransaction) -> None:
    told(tx, rule_name="waffen")
    tx.save_rule_versions({"waffen": "v1"})
    assert tx.sync_outbox([DESK], ["krieg"]) == 1

    for _ in range(2):
        tx.rename_rule("waffen", "krieg")

    assert tx.rule_versions() == {"krieg": "v1"}
    (alert,) = Views(tx._connection).alerts(rule="krieg")
    assert alert.rule == "krieg"
    assert set(Views(tx._connection).rules(NOW)) == {"krieg"}
    assert tx.sync_outbox([DESK], ["krieg"]) == 0
    assert deliver(tx, SENT).message.alerts == (alert.id,)


def test_a_rule_that_fired_under_both_names_keeps_both_alerts(
    tx: SqlTransaction,
) -> None:
    told(tx, "g:1", rule_name="waffen")
    told(tx, "g:1", rule_name="krieg")
    told(tx, "g:2", rule_name="waffen")

    tx.rename_rule("waffen", "krieg")

    views = Views(tx._connection)
    assert len(views.alerts(rule="krieg")) == 2
    assert len(views.alerts(rule="waffen")) == 1, "its twin is there already"


def test_a_channel_takes_what_waits_and_how_it_is_along(tx: SqlTransaction) -> None:
    alert = told(tx, channel="desk")
    deliver(tx, UNAUTHORIZED)
    assert tx.sync_outbox([Lane("raum", 0)], ["waffen"]) == 1

    for _ in range(2):
        tx.rename_channel("desk", "raum")

    assert tx.sync_outbox([Lane("raum", 0)], ["waffen"]) == 0
    assert tx.held_delivery_counts() == {"channel_broken": 1}
    views = Views(tx._connection)
    assert views.lanes()[Lane("raum", 0)].state == "broken"
    found = views.alert(alert)
    assert found is not None
    assert found.channels == ("raum",)
    assert tx.mend(Lane("raum", 0))
    assert deliver(tx, SENT, Lane("raum", 0)).message.alerts == (alert,)


def test_what_comes_to_a_channel_that_is_well_waits_there(tx: SqlTransaction) -> None:
    told(tx, channel="desk")
    deliver(tx, UNAUTHORIZED)
    tx.enqueue("raum", report(), 1, NOW)
    deliver(tx, BUSY, Lane("raum", 0))

    tx.rename_channel("desk", "raum")

    assert tx.held_delivery_counts() == {}
    assert tx.delivery_counts()["pending"] == 2


def test_an_alert_that_is_held_follows_too(tx: SqlTransaction) -> None:
    alerted(tx, new(hold=HoldReason.FIRST_POLL))
    tx.rename_channel("desk", "büro")
    tx.rename_channel("büro", "raum")
    tx.rename_rule("waffen", "krieg")
    (held,) = tx.held_alerts(HeldQuery())
    assert (held.rule, held.channels) == ("krieg", ("raum",))
