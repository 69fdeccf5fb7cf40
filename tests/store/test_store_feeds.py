"""Feeds: the stored ones follow the configuration, are claimed once, and saved."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from store_values import DAY, HOUR, MINUTE, NOW, allow_few_values, feed, fill, trouble

from monitor.model import FeedState, FeedStatus, Habit, Tier, Traits, Validators, Wait
from monitor.store.transaction import SqlTransaction

HORIZON = 2 * DAY


def state(tx: SqlTransaction, name: str = "faz") -> FeedState:
    return next(one for one in tx.feed_states() if one.name == name)


def due(tx: SqlTransaction, now: datetime = NOW, limit: int = 9) -> list[str]:
    claimed = tx.claim_due(now, until=now + HOUR, limit=limit, horizon=HORIZON)
    return sorted(one.name for one in claimed)


@pytest.fixture
def polled(tx: SqlTransaction) -> FeedState:
    """Return a feed that was polled well once and is due in ten minutes."""
    tx.sync_feeds([feed()], NOW)
    tx.save_feed(
        replace(
            state(tx),
            title="F.A.Z.",
            validators=Validators('W/"1"', "Mon, 05 Jan 2026 12:00:00 GMT"),
            validators_at=NOW,
            body_hash="h",
            polled_at=NOW,
            succeeded_at=NOW,
            next_poll_at=NOW + 10 * MINUTE,
            equal_bodies=3,
        )
    )
    return state(tx)


def test_a_new_feed_is_due_at_once(tx: SqlTransaction) -> None:
    tx.sync_feeds([feed("faz"), feed("dpa")], NOW)

    assert [one.name for one in tx.feed_states()] == ["dpa", "faz"]
    assert state(tx) == FeedState(
        id=state(tx).id, name="faz", url="https://faz.example/rss", next_poll_at=NOW
    )
    assert due(tx) == ["dpa", "faz"]


def test_a_state_is_stored_whole_and_ends_the_claim(
    tx: SqlTransaction, polled: FeedState
) -> None:
    assert due(tx, NOW + 10 * MINUTE) == ["faz"]
    failed = replace(
        polled,
        status=FeedStatus.FAILING,
        errors=2,
        error="HTTP 503",
        failing_since=NOW,
        traits=Traits(
            tier=Tier.STRICT,
            min_interval=15 * MINUTE,
            skip_hours=frozenset({1, 2}),
            wait=Wait.TTL,
            habit=Habit(entries=4.5, days=1.25, learned_at=NOW),
            formerly=("https://old.example/rss",),
        ),
        not_before_at=NOW + HOUR,
        next_poll_at=NOW + HOUR,
    )

    tx.save_feed(failed)

    assert state(tx) == failed
    assert due(tx, NOW + HOUR) == ["faz"]


def test_an_unchanged_configuration_changes_nothing(
    tx: SqlTransaction, polled: FeedState
) -> None:
    tx.sync_feeds([feed()], NOW + MINUTE)

    assert state(tx) == polled


def test_a_feed_that_left_is_kept_but_neither_shown_nor_polled(
    tx: SqlTransaction, polled: FeedState
) -> None:
    tx.sync_feeds([feed("dpa")], NOW)

    assert [one.name for one in tx.feed_states()] == ["dpa"]
    assert due(tx, NOW + DAY) == ["dpa"]

    tx.sync_feeds([feed("dpa"), feed()], NOW)
    assert state(tx) == polled


def test_a_new_url_forgets_what_the_old_one_said(
    tx: SqlTransaction, polled: FeedState
) -> None:
    failing = replace(
        polled,
        status=FeedStatus.GONE,
        errors=4,
        error="HTTP 410",
        failing_since=NOW,
        not_before_at=NOW + DAY,
    )
    tx.save_feed(failing)

    tx.sync_feeds([feed(url="https://new.example/${KEY}")], NOW + MINUTE)

    assert state(tx) == FeedState(
        id=polled.id,
        name="faz",
        url="https://new.example/${KEY}",
        title="F.A.Z.",
        polled_at=NOW,
        succeeded_at=NOW,
        next_poll_at=NOW + MINUTE,
    )


def test_a_poll_of_the_old_url_tells_nothing_of_the_new(
    tx: SqlTransaction, polled: FeedState
) -> None:
    """The feed was moved while the old address was being asked."""
    assert due(tx, NOW + HOUR) == ["faz"]
    tx.sync_feeds([feed(url="https://new.example/")], NOW + HOUR)
    moved = state(tx)
    assert due(tx, NOW + HOUR) == [], "it is still being asked"

    tx.save_feed(replace(polled, next_poll_at=NOW + DAY, body_hash="old"))

    assert state(tx) == moved
    assert due(tx, NOW + HOUR) == ["faz"]


@pytest.mark.parametrize("leaves", [True, False])
def test_a_trouble_ends_with_the_url_or_the_feed_that_had_it(
    tx: SqlTransaction, polled: FeedState, *, leaves: bool
) -> None:
    tx.save_troubles([trouble(polled.name), trouble("dpa")])

    tx.sync_feeds([] if leaves else [feed(url="https://new.example/")], NOW)

    assert tx.feed_troubles() == (trouble("dpa"),)


def test_a_gone_feed_is_asked_again_when_it_is_written_down_again(
    tx: SqlTransaction, polled: FeedState
) -> None:
    tx.save_feed(replace(polled, status=FeedStatus.GONE, error="HTTP 410"))
    tx.sync_feeds([feed()], NOW + HOUR)
    assert due(tx, NOW + HOUR) == [], "a reload alone revives nothing"

    tx.sync_feeds([], NOW + HOUR)
    tx.sync_feeds([feed()], NOW + HOUR)

    assert due(tx, NOW + HOUR) == ["faz"]
    assert state(tx).error == ""


@pytest.mark.parametrize(
    ("waits", "every", "expected"),
    [
        (DAY, 5 * MINUTE, 5 * MINUTE),  # shortened: takes effect at once
        (5 * MINUTE, DAY, 5 * MINUTE),  # lengthened: from the next poll on
        (5 * MINUTE, 10 * MINUTE, 5 * MINUTE),
    ],
)
def test_an_edited_interval_takes_effect_at_once(
    tx: SqlTransaction,
    polled: FeedState,
    waits: object,
    every: object,
    expected: object,
) -> None:
    tx.save_feed(replace(polled, next_poll_at=NOW + waits))

    tx.sync_feeds([feed(every=every)], NOW + MINUTE)

    assert state(tx).next_poll_at == NOW + expected


@pytest.mark.parametrize(
    "told",
    [
        {"status": FeedStatus.FAILING},
        {"not_before_at": NOW + 6 * HOUR},
    ],
)
def test_an_edited_interval_ends_no_backoff_and_no_retry_after(
    tx: SqlTransaction, polled: FeedState, told: dict[str, object]
) -> None:
    waiting = replace(polled, next_poll_at=NOW + 6 * HOUR, **told)
    tx.save_feed(waiting)

    tx.sync_feeds([feed(every=MINUTE)], NOW + HOUR)

    assert state(tx) == waiting


def test_the_longest_due_are_claimed_first_and_no_more_than_asked(
    tx: SqlTransaction,
) -> None:
    tx.sync_feeds([feed(name) for name in "abc"], NOW)
    for name, ago in (("a", 1), ("b", 3), ("c", 2)):
        tx.save_feed(replace(state(tx, name), next_poll_at=NOW - ago * MINUTE))

    assert due(tx, limit=2) == ["b", "c"]
    assert due(tx, limit=2) == ["a"]
    assert due(tx, limit=2) == []


def test_a_claim_ends_by_itself(tx: SqlTransaction) -> None:
    tx.sync_feeds([feed()], NOW)
    assert due(tx) == ["faz"]

    assert due(tx, NOW + HOUR) == []
    assert due(tx, NOW + HOUR + MINUTE) == ["faz"]


def test_a_clock_that_went_back_delays_no_poll_for_long(
    tx: SqlTransaction, polled: FeedState
) -> None:
    past = NOW - 3 * DAY
    assert due(tx, polled.next_poll_at or NOW) == ["faz"]

    assert due(tx, past) == ["faz"], "neither its due time nor its claim counts"

    tx.save_feed(polled)
    assert due(tx, NOW - DAY) == [], "within the horizon it is believed"


def test_a_feed_without_a_due_time_is_due(
    tx: SqlTransaction, polled: FeedState
) -> None:
    tx.save_feed(replace(polled, next_poll_at=None))

    assert due(tx) == ["faz"]


def test_a_gone_feed_is_never_due(tx: SqlTransaction, polled: FeedState) -> None:
    tx.save_feed(replace(polled, status=FeedStatus.GONE))

    assert due(tx, NOW + DAY) == []


def test_a_person_claims_what_nobody_else_has(tx: SqlTransaction) -> None:
    tx.sync_feeds([feed("faz"), feed("dpa")], NOW)
    ids = [one.id for one in tx.feed_states()]
    assert len(tx.claim(ids[:1], NOW, until=NOW + HOUR)) == 1

    claimed = tx.claim(ids, NOW, until=NOW + HOUR)

    assert [one.id for one in claimed] == ids[1:]
    assert tx.claim([], NOW, until=NOW + HOUR) == ()


def test_a_person_makes_feeds_due(tx: SqlTransaction, polled: FeedState) -> None:
    tx.make_due([polled.id])

    assert due(tx, NOW + MINUTE) == ["faz"]


def test_any_number_of_feeds_is_followed_claimed_and_made_due(
    tx: SqlTransaction, polled: FeedState
) -> None:
    """More feeds than SQLite takes values in one statement."""
    allow_few_values(tx)
    fill(tx, "feeds", 1_999, name="'f' || n")
    ids = [one.id for one in tx.feed_states()]

    tx.make_due(ids)
    assert len(tx.claim(ids, NOW, until=NOW + HOUR)) == 2_000
    tx.sync_feeds([feed(f"f{n}", polled.url) for n in range(1, 2_000)], NOW)

    assert len(tx.feed_states()) == 1_999
