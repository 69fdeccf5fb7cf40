"""Matches and alerts: one for a rule and a story; held ones wait and are released."""

from __future__ import annotations

import pytest
from store_values import (
    BECAUSE,
    DAY,
    HOUR,
    NOW,
    again,
    alerted,
    allow_few_values,
    entry,
    fill,
    new,
    rule,
    with_feed,
)

from monitor.model import (
    Because,
    HeldQuery,
    HoldReason,
    Novelty,
    Priority,
    Rule,
)
from monitor.store.transaction import SqlTransaction

ALL = HeldQuery()


def test_an_alert_carries_what_a_message_needs(tx: SqlTransaction) -> None:
    of = Rule("waffen", "Waffen", channels=("desk", "chief"), priority=Priority.HIGH)

    alert = alerted(tx, new(label="dated 12 days ago"), of)

    assert alert.hold is None
    assert (alert.rule, alert.priority) == ("waffen", Priority.HIGH)
    assert alert.channels == ("desk", "chief")
    assert alert.because == BECAUSE
    assert alert.entry == entry()
    assert (alert.feed, alert.source) == ("faz", "faz")
    assert (alert.first_seen_at, alert.created_at) == (NOW, NOW)
    assert alert.label == "dated 12 days ago"


def test_a_rule_fires_once_for_an_entry(tx: SqlTransaction) -> None:
    alert = alerted(tx, new())

    assert tx.add_match(rule(), alert.entry_id, BECAUSE, NOW + HOUR) is None
    assert tx.add_match(rule("krieg"), alert.entry_id, BECAUSE, NOW) is not None


def test_a_story_is_told_once_for_a_rule(tx: SqlTransaction) -> None:
    first = alerted(tx, new(story="http://dpa.example/1"))
    copy = new(entry("g:2"), story="http://dpa.example/1")

    joined = alerted(tx, copy, feed_name="dpa")

    assert joined.id == first.id
    assert joined.hold is HoldReason.SAME_STORY
    assert alerted(tx, copy, rule("krieg"), "taz").hold is None, "another rule"
    assert tx.held_alerts(ALL) == ()


@pytest.mark.parametrize(
    "reason", [HoldReason.FIRST_POLL, HoldReason.OUTAGE, HoldReason.OLD_BURST]
)
def test_a_held_alert_gives_way_to_one_that_may_go_out(
    tx: SqlTransaction, reason: HoldReason
) -> None:
    held = alerted(tx, new(story="s", hold=reason))
    assert held.hold is reason

    free = alerted(
        tx,
        new(entry("g:2", title="second"), story="s"),
        Rule("waffen", "Waffen", channels=("chief",), priority=Priority.URGENT),
        "dpa",
    )

    assert (free.id, free.hold) == (held.id, None)
    assert free.entry.title == "second"
    assert (free.channels, free.priority) == (("chief",), Priority.URGENT)
    assert tx.held_alerts(ALL) == ()


def test_a_held_copy_joins_a_held_alert(tx: SqlTransaction) -> None:
    held = alerted(tx, new(story="s", hold=HoldReason.FIRST_POLL))
    copy = new(entry("g:2"), story="s", hold=HoldReason.OUTAGE)

    assert alerted(tx, copy, feed_name="dpa").hold is HoldReason.SAME_STORY
    assert tx.held_alerts(ALL) == (held,)


def test_a_released_alert_is_not_told_again(tx: SqlTransaction) -> None:
    held = alerted(tx, new(story="s", hold=HoldReason.FIRST_POLL))

    tx.unhold([held.id], NOW + HOUR)

    assert tx.held_alerts(ALL) == ()
    copy = new(entry("g:2"), story="s")
    assert alerted(tx, copy, feed_name="dpa").hold is HoldReason.SAME_STORY


def test_an_edit_of_a_waiting_entry_moves_the_marks_of_its_alert(
    tx: SqlTransaction,
) -> None:
    """What is released later must point into the text as it is then."""
    held = alerted(tx, new(hold=HoldReason.FIRST_POLL))
    told = alerted(tx, new(entry("g:2")))
    for alert in (held, told):
        (known,) = tx.known_entries(1, [alert.entry.key], ())
        edited = entry(known.entry.key, title="Waffen aus Baku")
        tx.save_entry(1, again(known, Novelty.EDITED, edited), NOW)
        moved = (Because("title", "Waffen", "Waffen", 0, 6),)
        assert tx.add_match(rule(), alert.entry_id, moved, NOW) is None

    (waiting,) = tx.held_alerts(ALL)

    assert waiting.entry.title == "Waffen aus Baku"
    assert waiting.because == (Because("title", "Waffen", "Waffen", 0, 6),)


def test_held_alerts_are_found_by_id_reason_feed_and_rule(tx: SqlTransaction) -> None:
    first = alerted(tx, new(entry("g:1"), HoldReason.FIRST_POLL))
    second = alerted(tx, new(entry("g:2"), HoldReason.OUTAGE), feed_name="dpa")
    third = alerted(tx, new(entry("g:3"), HoldReason.OUTAGE), rule("krieg"))
    alerted(tx, new(entry("g:4")))

    def ids(query: HeldQuery) -> list[int]:
        return [alert.id for alert in tx.held_alerts(query)]

    assert ids(ALL) == [first.id, second.id, third.id]
    assert ids(HeldQuery(reason="outage")) == [second.id, third.id]
    assert ids(HeldQuery(feed="faz")) == [first.id, third.id]
    assert ids(HeldQuery(rule="krieg")) == [third.id]
    assert ids(HeldQuery(ids=(third.id, second.id), feed="dpa")) == [second.id]
    assert ids(HeldQuery(reason="outage", rule="nobody")) == []


def test_any_number_of_alerts_is_released(tx: SqlTransaction) -> None:
    allow_few_values(tx)
    alerted(tx, new(hold=HoldReason.FIRST_POLL))
    fill(tx, "alerts", 1_999, story="'s' || n")

    held = tx.held_alerts(ALL)
    assert len(held) == 2_000
    tx.unhold([alert.id for alert in held], NOW)

    assert tx.held_alerts(ALL) == ()


def test_an_id_that_was_told_is_never_used_again(tx: SqlTransaction) -> None:
    first = alerted(tx, new())
    tx._connection.exec_driver_sql("DELETE FROM matches")
    tx._connection.exec_driver_sql("DELETE FROM alerts")

    assert alerted(tx, new(entry("g:2"))).id > first.id


def test_a_trouble_is_news_until_it_ends(tx: SqlTransaction) -> None:
    assert tx.open_report("config", "line 3", NOW)
    assert not tx.open_report("config", "line 3", NOW + DAY)
    assert tx.open_report("config", "line 4", NOW + DAY)
    assert tx.close_report("config")
    assert not tx.close_report("config")
    assert tx.open_report("config", "line 5", NOW + DAY)


def test_the_last_good_rule_files_are_replaced_as_a_set(tx: SqlTransaction) -> None:
    assert tx.rule_files() == {}
    tx.save_rule_files({"a.yaml": "rules: {}", "b.yaml": "# Größe"}, NOW)
    tx.save_rule_files({"a.yaml": "rules: {}", "b.yaml": "# Größe"}, NOW)
    assert tx.rule_files() == {"a.yaml": "rules: {}", "b.yaml": "# Größe"}

    tx.save_rule_files({"b.yaml": "# neu"}, NOW)

    assert tx.rule_files() == {"b.yaml": "# neu"}


def test_an_alert_is_shown_under_its_feed_s_own_title(tx: SqlTransaction) -> None:
    with_feed(tx)
    tx._connection.exec_driver_sql("UPDATE feeds SET title = 'F.A.Z.'")

    alert = alerted(tx, new())

    assert (alert.feed, alert.source) == ("faz", "F.A.Z.")
