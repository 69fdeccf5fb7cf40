"""Is a feed well: its troubles after a poll, its silence, and what is put on record."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from feed_memory import FEED, NOW, UNPOLLED, ago
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.health import (
    present_troubles,
    recorded,
    remarkable_silence,
    since_when,
    with_health,
)
from monitor.model import (
    Entry,
    FeedState,
    FeedStatus,
    FeedTrouble,
    Fetched,
    FetchOutcome,
    Habit,
    Health,
    Novelty,
    ParsedFeed,
    Tier,
    Traits,
    Trouble,
    Verdict,
)

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
OK = Fetched(FetchOutcome.OK, FEED.url, status=200)
TIMEOUT = Fetched(FetchOutcome.TIMEOUT, FEED.url, detail="timed out")
BUSY = Habit(entries=140.0, days=14.0)  # ten a day
NEWS = (Verdict(Entry("g:1"), Novelty.NEW, "mark", "story"),)
KNOWN = (replace(NEWS[0], novelty=Novelty.UNCHANGED),)


def http(status: int) -> Fetched:
    return Fetched(FetchOutcome.HTTP_ERROR, FEED.url, status, detail=f"HTTP {status}")


def state(*troubles: Trouble, **traits: object) -> FeedState:
    """Return a feed that was polled ten minutes ago, and was well but for these."""
    health = Health(troubles, heard_since=ago(days=60), newest_at=ago(hours=1))
    known = replace(Traits(habit=BUSY, health=health), **traits)
    before = ago(minutes=10)
    return replace(UNPOLLED, polled_at=before, succeeded_at=before, traits=known)


def well(before: FeedState, now: datetime = NOW, **traits: object) -> FeedState:
    """Return the state after a poll that went well."""
    return replace(
        before,
        polled_at=now,
        succeeded_at=now,
        status=FeedStatus.OK,
        errors=0,
        error="",
        failing_since=None,
        traits=replace(before.traits, **traits),
    )


def failing(
    before: FeedState, *, errors: int = 1, since: datetime = NOW, gone: bool = False
) -> FeedState:
    """Return the state after a poll that failed."""
    return replace(
        before,
        polled_at=NOW,
        status=FeedStatus.GONE if gone else FeedStatus.FAILING,
        errors=errors,
        error="it failed",
        failing_since=since,
    )


def after(
    before: FeedState,
    now_is: FeedState,
    fetched: Fetched = OK,
    parsed: ParsedFeed | None = None,
    *,
    verdicts: tuple[Verdict, ...] = (),
    now: datetime = NOW,
) -> FeedState:
    return with_health(before, now_is, fetched, parsed, verdicts=verdicts, now=now)


def troubles(found: FeedState) -> tuple[Trouble, ...]:
    return found.traits.health.troubles


# --- troubles -----------------------------------------------------------------------


def test_well_feed_has_no_trouble_and_its_state_is_left_as_it_is() -> None:
    before = state()
    polled = well(before)
    assert after(before, polled) is polled


@pytest.mark.parametrize(
    ("fetched", "errors", "hours", "expected"),
    [
        (TIMEOUT, 5, 1, ()),
        (TIMEOUT, 5, 24, (Trouble.FAILING,)),
        (http(401), 1, 0, (Trouble.REFUSED,)),
        (http(403), 1, 0, (Trouble.REFUSED,)),
        (http(404), 9, 23, ()),
        (http(404), 9, 25, (Trouble.FAILING,)),
        (OK, 1, 0, ()),  # a page: once is an accident
        (OK, 2, 1, (Trouble.NOT_A_FEED,)),
    ],
)
def test_failure_is_a_trouble_when_it_will_not_mend_itself(
    fetched: Fetched, errors: int, hours: int, expected: tuple[Trouble, ...]
) -> None:
    before = state()
    found = after(
        before, failing(before, errors=errors, since=ago(hours=hours)), fetched
    )
    assert troubles(found) == expected


def test_failure_that_was_told_stays_the_same_whatever_comes() -> None:
    before = failing(state(Trouble.REFUSED, Trouble.MOVED), since=ago(days=2))
    found = after(before, failing(before, errors=9, since=ago(days=2)), TIMEOUT)
    assert troubles(found) == (Trouble.REFUSED, Trouble.MOVED)


def test_gone_is_worse_than_everything_else() -> None:
    before = state(Trouble.FAILING, Trouble.GAP)
    found = after(before, failing(before, gone=True), http(410))
    assert troubles(found) == (Trouble.GONE,)


def test_network_of_ours_that_is_down_is_no_trouble_of_the_feed() -> None:
    health = replace(state(Trouble.GAP).traits.health, silent_at=ago(hours=1))
    before = state(health=health)
    polled = replace(before, polled_at=NOW)
    assert after(before, polled, TIMEOUT) is polled


def test_one_good_poll_ends_a_failure() -> None:
    before = failing(state(Trouble.REFUSED), since=ago(hours=3))
    assert troubles(after(before, well(before))) == ()


def test_gap_lasts_a_day() -> None:
    before = state()
    found = after(before, well(before, gap_at=NOW))
    assert troubles(found) == (Trouble.GAP,)
    assert troubles(after(found, well(found), now=NOW)) == (Trouble.GAP,)
    later = NOW + DAY
    assert troubles(after(found, well(found, later), now=later)) == ()


def test_moved_feed_is_a_trouble_until_the_configuration_names_the_new_url() -> None:
    before = state()
    found = after(before, well(before, address="https://new.example/"))
    assert troubles(found) == (Trouble.MOVED,)


def test_entries_that_cannot_be_read_are_a_trouble_until_all_can() -> None:
    before = state()
    cut = after(before, well(before), parsed=ParsedFeed(Tier.STRICT, missing=2))
    assert troubles(cut) == (Trouble.UNREADABLE,)
    assert troubles(after(cut, well(cut))) == (Trouble.UNREADABLE,), "unchanged"
    whole = after(cut, well(cut), parsed=ParsedFeed(Tier.STRICT))
    assert troubles(whole) == ()


def test_person_sees_a_failure_at_once() -> None:
    assert present_troubles(state(Trouble.GAP)) == (Trouble.GAP,)
    ill = failing(state(Trouble.GAP))
    assert present_troubles(ill) == (Trouble.FAILING, Trouble.GAP)
    assert present_troubles(failing(state(Trouble.REFUSED))) == (Trouble.REFUSED,)
    assert present_troubles(failing(state(), gone=True)) == (Trouble.GONE,)


# --- silence ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("habit", "longest", "heard_for", "expected"),
    [
        (Habit(4.0, 14.0), HOUR, 60 * DAY, None),
        (Habit(40.0, 2.0), HOUR, 60 * DAY, None),
        (Habit(1000.0, 14.0), HOUR, 60 * DAY, DAY),  # never sooner
        (Habit(1000.0, 14.0), HOUR, 4 * DAY, 3 * DAY),  # it may have a weekend
        (Habit(1000.0, 14.0), 60 * HOUR, 60 * DAY, 90 * HOUR),  # it has one
    ],
)
def test_silence_is_judged_by_the_habit(
    habit: Habit,
    longest: timedelta,
    heard_for: timedelta,
    expected: timedelta | None,
) -> None:
    assert remarkable_silence(habit, longest, heard_for) == expected


def test_silence_is_remarkable_when_one_of_a_thousand_is_as_long() -> None:
    one_a_day = Habit(14.0, 14.0)
    wait = remarkable_silence(one_a_day, HOUR, 60 * DAY)
    assert wait is not None
    assert wait / DAY == pytest.approx(6.9078, abs=1e-3)  # exp(-6.9078) = 1/1000


def polled_until(
    found: FeedState, at: datetime, last: datetime, *, every: timedelta = HOUR
) -> FeedState:
    """Return the state after polls from `at` to `last` that brought nothing new."""
    while at <= last:
        found = after(found, well(found, at), verdicts=KNOWN, now=at)
        at += every
    return found


def test_silence_begins_and_ends() -> None:
    before = state()
    heard = after(before, well(before), verdicts=NEWS)
    quiet = polled_until(heard, NOW + HOUR, NOW + 23 * HOUR)
    assert troubles(quiet) == ()
    silent = polled_until(quiet, NOW + 24 * HOUR, NOW + 25 * HOUR)
    assert troubles(silent) == (Trouble.SILENT,)
    now = NOW + 30 * HOUR
    again = after(silent, well(silent, now), verdicts=NEWS, now=now)
    assert troubles(again) == ()
    assert again.traits.health.longest_gap == 30 * HOUR


def test_weekends_are_no_silence() -> None:
    """Ten entries on each working day, by day; it is known for five weeks."""
    monday = NOW - timedelta(days=NOW.weekday(), hours=NOW.hour)
    found = UNPOLLED
    for hours in range(5 * 7 * 24):
        now = monday + timedelta(hours=hours)
        is_open = now.weekday() < 5 and 8 <= now.hour < 18
        polled = well(found, now, habit=BUSY)
        found = after(found, polled, verdicts=NEWS if is_open else KNOWN, now=now)
        assert troubles(found) == (), now
    on_monday = monday + timedelta(weeks=5)
    found = polled_until(found, on_monday, on_monday + 12 * HOUR)
    assert troubles(found) == (), "a holiday"
    found = polled_until(found, on_monday + 13 * HOUR, on_monday + 2 * DAY)
    assert troubles(found) == (Trouble.SILENT,)


def test_what_could_not_be_heard_is_no_silence() -> None:
    before = state()
    heard = after(before, well(before), verdicts=NEWS)
    ill = replace(heard, failing_since=NOW + HOUR, status=FeedStatus.FAILING)
    back = NOW + 3 * DAY
    found = after(ill, well(ill, back), now=back)
    assert troubles(found) == ()
    assert found.traits.health.silent_at == back + 23 * HOUR


def test_gap_while_nobody_asked_is_no_habit() -> None:
    before = replace(state(), polled_at=ago(days=9))
    found = after(before, well(before), verdicts=NEWS)
    assert found.traits.health.longest_gap == timedelta(0)


def test_failure_of_a_feed_of_which_little_is_known_moves_nothing() -> None:
    before = failing(state(), since=ago(hours=2))
    assert after(before, well(before)).traits.health.silent_at is None


@given(
    habit=st.builds(Habit, st.floats(0, 1e6), st.floats(0, 14)),
    longest=st.timedeltas(timedelta(0), 365 * DAY),
    heard_for=st.timedeltas(timedelta(0), 365 * DAY),
)
def test_no_silence_is_remarkable_within_a_day(
    habit: Habit, longest: timedelta, heard_for: timedelta
) -> None:
    wait = remarkable_silence(habit, longest, heard_for)
    assert wait is None or wait >= max(DAY, longest)


# --- records ------------------------------------------------------------------------


def on_record(trouble: Trouble, **more: object) -> FeedTrouble:
    row = FeedTrouble(FEED.name, trouble, "h", ago(days=3), ago(days=2), "as it was")
    return replace(row, told_at=ago(days=2), **more)


def records(known: list[FeedTrouble], found: FeedState) -> tuple[FeedTrouble, ...]:
    return recorded(known, found, "h", NOW)


def test_new_trouble_is_put_on_record_with_its_begin() -> None:
    ill = failing(state(Trouble.FAILING), since=ago(days=1))
    (row,) = records([], ill)
    assert row == FeedTrouble(
        ill.name, Trouble.FAILING, "h", ago(days=1), NOW, "it failed"
    )


def test_new_address_is_the_detail_of_a_move() -> None:
    (row,) = records([], state(Trouble.MOVED, address="https://new.example/"))
    assert row.detail == "https://new.example/"
    (row,) = records([], state(Trouble.GAP))
    assert row.detail == ""


def test_trouble_that_goes_on_stays_as_it_is() -> None:
    known = on_record(Trouble.FAILING)
    assert records([known], failing(state(Trouble.FAILING))) == (known,)
    ended = replace(known, ended_at=ago(hours=1))
    assert records([ended], failing(state(Trouble.FAILING))) == (known,)


def test_trouble_that_ends_keeps_its_record_if_it_was_told() -> None:
    known = on_record(Trouble.FAILING)
    ended = replace(known, ended_at=NOW)
    assert records([known], state()) == (ended,)
    assert records([ended], state()) == (ended,)
    assert records([replace(known, told_at=None)], state()) == ()


def test_gone_takes_the_place_of_every_other_record() -> None:
    known = [on_record(Trouble.FAILING), on_record(Trouble.GAP)]
    (row,) = records(known, failing(state(Trouble.GONE), gone=True))
    assert row.trouble is Trouble.GONE


@pytest.mark.parametrize(("hours", "again"), [(23, 3), (25, 0)])
def test_trouble_that_comes_back_within_a_day_is_counted(
    hours: int, again: int
) -> None:
    over = ago(hours=hours)
    known = on_record(Trouble.GAP, ended_at=over, end_told_at=over, again=2)
    (row,) = records([known], state(Trouble.GAP))
    assert (row.again, row.told_at, row.noticed_at) == (again, None, NOW)


@pytest.mark.parametrize(
    ("trouble", "expected"),
    [
        (Trouble.REFUSED, ago(days=2)),
        (Trouble.SILENT, ago(hours=1)),
        (Trouble.GAP, ago(hours=2)),
        (Trouble.MOVED, NOW),
    ],
)
def test_each_trouble_has_its_own_begin(trouble: Trouble, expected: datetime) -> None:
    found = failing(state(trouble, gap_at=ago(hours=2)), since=ago(days=2))
    assert since_when(trouble, found, NOW) == expected
