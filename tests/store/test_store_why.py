"""What happened to an entry and to an alert, as the database knows it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from alembic import command
from store_values import (
    BECAUSE,
    DAY,
    HOUR,
    NOW,
    SENT,
    again,
    alerted,
    deliver,
    entry,
    new,
    rule,
    told,
    with_feed,
)

from monitor.model import (
    Because,
    Entry,
    FeedDay,
    HeldQuery,
    Hold,
    HoldReason,
    Novelty,
    RuleVersion,
    Silence,
)
from monitor.store.database import Database
from monitor.store.history_views import HistoryViews
from monitor.store.kept import kept, kept_entry, text_hash
from monitor.store.migrations.upgrade import configuration
from monitor.store.transaction import SqlTransaction
from monitor.store.views import Views
from monitor.store.why_views import HeldBack, WhyViews

EDITED = entry(title="Waffen: Baku dementiert")


@pytest.fixture
def why(tx: SqlTransaction) -> WhyViews:
    return WhyViews(Views(tx._connection))


@pytest.fixture
def history(tx: SqlTransaction) -> HistoryViews:
    return HistoryViews(tx._connection)


def edit(tx: SqlTransaction, now: datetime = NOW + HOUR) -> None:
    """Let the feed's one entry have another text."""
    feed_id = with_feed(tx)
    (known,) = tx.known_entries(feed_id, ["g:1"], [])
    tx.save_entry(feed_id, again(known, Novelty.EDITED, EDITED), now)


# --- the text of an alert --------------------------------------------------------


def test_a_kept_entry_is_the_entry() -> None:
    one = entry(summary="„Größe“", published_at=NOW, categories=("a", "b"))

    assert kept_entry(kept(one)) == one
    assert "„Größe“" in kept(one)
    assert len(text_hash(kept(one))) == 64


def test_what_the_upgrade_kept_is_read_too() -> None:
    found = kept_entry('{"key":"g:1","title":"x","published_at":"2026-01-05 12:00:00"}')

    assert found.published_at == datetime(2026, 1, 5, 12, tzinfo=UTC)


def test_an_alert_keeps_its_text_when_the_entry_is_edited(
    tx: SqlTransaction, why: WhyViews
) -> None:
    alert = alerted(tx, new())
    edit(tx)

    view = why.alert(alert.id)

    assert view is not None
    assert view.alert == alert
    assert view.is_edited
    assert view.text_sha256 == text_hash(kept(alert.entry))
    found = why.entry(alert.entry_id)
    assert (found.entry.title, found.edits, found.edited_at) == (
        EDITED.title,
        1,
        NOW + HOUR,
    )


def test_an_alert_that_waits_for_publishers_names_those_it_has(
    tx: SqlTransaction, why: WhyViews
) -> None:
    alert = alerted(tx, new(hold=HoldReason.FEW_SOURCES))
    tx.note_publisher(1, "faz.example", "")

    view = why.alert(alert.id)
    assert view is not None
    assert view.sources == ("faz.example",)

    tx.unhold([alert.id], NOW)
    view = why.alert(alert.id)
    assert view is not None
    assert view.sources == ()


def test_an_alert_that_waits_is_told_with_the_text_its_rule_is_true_of(
    tx: SqlTransaction,
) -> None:
    alert = alerted(tx, new(hold=HoldReason.FIRST_POLL))
    edit(tx)
    (waits,) = tx.held_alerts(HeldQuery())
    assert waits.entry == alert.entry, "until the rule is found to be true of the edit"

    places = (Because("title", "Waffen", "Waffen", 0, 6),)
    assert tx.add_match(rule(), alert.entry_id, places, NOW + HOUR) is None

    (waits,) = tx.held_alerts(HeldQuery())
    assert (waits.entry.title, waits.because) == (EDITED.title, places)


def test_the_upgrade_keeps_the_texts_of_alerts_that_are_there(url: str) -> None:
    database = Database(url)
    database.path.parent.mkdir(parents=True)
    with database.write() as connection:
        command.upgrade(configuration(connection), "0006")
        for statement in BEFORE.split(";"):
            connection.exec_driver_sql(statement)
    database.close()

    database = Database.open(url)
    with database.read() as connection:
        alert = Views(connection).alert(1)
        view = WhyViews(Views(connection)).alert(1)
    database.close()

    assert alert is not None
    assert alert.entry == Entry(
        "g:1", "Größe", "s", "c", published_at=NOW, categories=("a",)
    )
    assert view is not None
    assert (view.is_edited, len(view.text_sha256)) == (False, 64)


BEFORE = """
INSERT INTO feeds (id, name, url, title, body_hash, errors, equal_bodies, status,
    error, active) VALUES (1, 'faz', 'u', '', '', 0, 0, 'ok', '', 1);
INSERT INTO entries (id, feed_id, key, title, summary, content, author, language,
    published_at, categories, fingerprint, story, label, first_seen_at, last_seen_at)
    VALUES (1, 1, 'g:1', 'Größe', 's', 'c', '', '', '2026-01-05 12:00:00.000000',
    '["a"]', 'f', 's', '', '2026-01-05 12:00:00', '2026-01-05 12:00:00');
INSERT INTO alerts (rule, story, entry_id, priority, channels, because, created_at)
    VALUES ('waffen', 's', 1, 1, '[]', '[]', '2026-01-05 12:00:00')
"""


# --- entries -----------------------------------------------------------------------


def test_an_entry_is_found_by_all_its_names(tx: SqlTransaction, why: WhyViews) -> None:
    one = alerted(tx, new()).entry_id
    other = alerted(tx, new(entry("g:2")), feed_name="taz").entry_id
    link = entry().canonical_link

    assert why.find("g:1", None) == why.find("1", None) == (one,)
    assert why.find(str(other), None) == (other,), "its id is the guid 2 of no feed"
    assert why.find("somewhere", link) == (one,)
    assert why.find("nothing", "https://faz.example/x") == ()
    assert why.find("9" * 30, None) == ()
    assert why.newest_id() == other


def test_an_entry_tells_its_matches_and_alerts(
    tx: SqlTransaction, why: WhyViews
) -> None:
    first = alerted(tx, new(story="s"))
    copy = alerted(tx, new(entry("g:2"), story="s"), feed_name="taz", now=NOW + HOUR)
    second = why.find("g:2", None)[0]

    (match,) = why.matches(second)
    assert (match.rule, match.alert, match.suppressed) == (
        "waffen",
        first.id,
        "same_story",
    )
    assert (match.because, match.rule_version) == (BECAUSE, "v1")
    assert why.alerts_of(second) == why.alerts_of(first.entry_id) == (first.id,)
    view = why.alert(copy.id)
    assert view is not None
    assert [(c.entry, c.feed, c.alert) for c in view.copies] == [
        (second, "taz", first.id)
    ]
    others = why.same_story(why.entry(second))
    assert [each.entry for each in others] == [first.entry_id]
    assert why.alert(99) is None


def test_an_alert_says_what_holds_it_until_it_is_released(
    tx: SqlTransaction, why: WhyViews
) -> None:
    alert = alerted(tx, new(hold=HoldReason.OUTAGE))
    view = why.alert(alert.id)
    assert view is not None
    assert view.held_back == (
        HeldBack("outage", way_out=f"monitor alerts release {alert.id}"),
    )

    tx.unhold([alert.id], NOW + HOUR)

    view = why.alert(alert.id)
    assert view is not None
    assert view.held_back == (HeldBack("outage", ended_at=NOW + HOUR),)
    assert view.released_at == NOW + HOUR


def test_a_feed_with_entries_of_a_host_is_a_carrier(
    tx: SqlTransaction, why: WhyViews
) -> None:
    alerted(tx, new())
    with_feed(tx, "taz")

    (found,) = why.carriers(["https://faz.example/"])

    assert (found.feed, found.is_active, found.entries) == ("faz", True, 1)
    assert why.carriers(["https://faz.example.com/"]) == ()


# --- history ------------------------------------------------------------------------


def test_the_polls_of_a_day_are_added_up(
    tx: SqlTransaction, history: HistoryViews
) -> None:
    feed_id, today = with_feed(tx), NOW.date()
    tx.note_day(feed_id, FeedDay(today, polls=1, ok=1, longest_gap=HOUR, gap_events=1))
    tx.note_day(feed_id, FeedDay(today, polls=1, failed=1))
    tx.note_day(feed_id, FeedDay(today, pushes=1, entries_new=3))
    tx.note_day(with_feed(tx, "taz"), FeedDay(today, polls=1, not_modified=1))

    found = history.feed_days(today, frozenset(["faz"]))

    assert found == {
        "faz": (
            FeedDay(
                today,
                polls=2,
                ok=1,
                failed=1,
                pushes=1,
                entries_new=3,
                longest_gap=HOUR,
                gap_events=1,
            ),
        )
    }
    assert set(history.feed_days(today, frozenset())) == {"faz", "taz"}
    assert history.feed_days(date(2026, 1, 6), frozenset()) == {}
    assert history.first_days() == {"faz": today, "taz": today}


def test_versions_of_a_rule_follow_each_other(
    tx: SqlTransaction, history: HistoryViews
) -> None:
    first = RuleVersion("waffen", "v1", "query: a\n", NOW)
    second = RuleVersion("waffen", "v2", "query: b\n", NOW + HOUR)
    tx.save_rule_history([first], [], NOW)
    tx.save_rule_history([second], ["waffen"], NOW + HOUR)

    assert tx.rules_in_history() == {"waffen": "v2"}
    assert history.rule_versions() == (replace(first, until_at=NOW + HOUR), second)
    assert history.rule_versions("krieg") == ()


def test_old_history_is_forgotten(tx: SqlTransaction, history: HistoryViews) -> None:
    feed_id = with_feed(tx)
    tx.note_day(feed_id, FeedDay(NOW.date(), polls=1))
    tx.save_rule_history([RuleVersion("a", "1", "", NOW - DAY)], [], NOW)
    tx.save_rule_history([RuleVersion("a", "2", "", NOW)], ["a"], NOW)

    assert tx.forget_history(NOW) == 0
    assert tx.forget_history(NOW + DAY) == 2

    assert [one.version for one in history.rule_versions()] == ["2"]


def test_evidence_has_a_line_for_each_delivery(
    tx: SqlTransaction, history: HistoryViews
) -> None:
    sent = told(tx, "g:1", places=2)
    deliver(tx, SENT)
    held = alerted(tx, new(entry("g:3"), HoldReason.RESET), rule("krieg")).id

    found = list(history.evidence("", None, None))

    lines = [(one.alert, one.place, one.state, one.hold) for one in found]
    assert lines == [
        (sent, 0, "sent", None),
        (sent, 1, "pending", None),
        (held, None, None, "reset"),
    ]
    assert found[0].sent_at == NOW
    assert {one.rule_version for one in found} == {"v1"}
    assert [one.alert for one in history.evidence("krieg", NOW, None)] == [held]
    assert list(history.evidence("", None, NOW)) == []


def test_evidence_says_what_the_channels_of_an_alert_wait_for(
    tx: SqlTransaction, history: HistoryViews
) -> None:
    alert = alerted(tx, new(entry("g:1")))
    for channel in ("desk", "chief"):
        hold = Hold(HoldReason.THROTTLED, NOW + HOUR)
        tx.add_route(alert, channel, NOW, hold=hold)
    tx.add_route(alert, "told", NOW, message_id=None)

    (line,) = history.evidence("", None, None)

    assert (line.alert, line.hold, line.delivery) == (alert.id, "throttled", None)


def test_an_alert_names_the_silence_that_held_it(
    tx: SqlTransaction, why: WhyViews
) -> None:
    silence = Silence(0, NOW + HOUR, NOW, rule="waffen", author="anna", why="known")
    silence_id = tx.add_silence(silence)
    alert = alerted(tx, new(entry("g:1")), silence_id=silence_id)

    view = why.alert(alert.id)

    assert view is not None
    assert view.silence == replace(silence, id=silence_id)
