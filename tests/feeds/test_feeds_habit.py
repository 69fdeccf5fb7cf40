"""How often a feed publishes is learned, and decides how patient a poll may be."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from feed_memory import EVERY, NOW, ago
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.habit import first_habit, learned, patient_interval, per_day
from monitor.model import Habit

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ALWAYS = (1.0,) * 24


def settled(per_day: float, hours: tuple[float, ...] = ALWAYS) -> Habit:
    return Habit(per_day * 14, 14.0, hours, NOW)


def test_first_document_tells_the_rate_by_its_dates() -> None:
    habit = first_habit([ago(hours=h) for h in range(0, 48, 2)], NOW)
    assert per_day(habit) == pytest.approx(12, rel=0.15)
    assert sum(habit.hours) == 24


def test_old_first_document_counts_no_longer_than_what_is_learned() -> None:
    habit = first_habit([ago(days=d) for d in range(28)], NOW)
    assert habit.days == 14
    assert per_day(habit) == pytest.approx(1, rel=0.15)


@pytest.mark.parametrize(
    "dates", [[], [ago(days=1)], [ago(days=40), ago(days=1)], [NOW + DAY, ago(days=1)]]
)
def test_without_two_dates_nothing_is_known(dates: list[datetime]) -> None:
    habit = first_habit(dates, NOW)
    assert (habit.days, habit.learned_at) == (0.0, NOW)
    assert patient_interval(habit, EVERY, NOW) == EVERY


def test_rate_is_learned_and_forgotten() -> None:
    habit, now = Habit(learned_at=NOW), NOW
    for _ in range(60):
        now += DAY / 2
        habit = learned(habit, [now - HOUR], now)
    assert per_day(habit) == pytest.approx(2, rel=0.1)
    silent = learned(habit, [], now + 14 * DAY)
    assert per_day(silent) == pytest.approx(per_day(habit) / 2.7, rel=0.2)


def test_entry_counts_in_the_hour_of_its_date_if_that_was_not_seen_before() -> None:
    habit = learned(Habit(learned_at=ago(hours=5)), [ago(hours=3), ago(days=9)], NOW)
    assert [hour for hour, count in enumerate(habit.hours) if count] == [9, 12]


def test_habit_that_was_never_begun_begins_now() -> None:
    assert learned(Habit(), [], NOW) == Habit(learned_at=NOW)


def test_clock_that_went_back_teaches_nothing() -> None:
    habit = settled(4)
    assert learned(habit, [], NOW - DAY).days == habit.days


@pytest.mark.parametrize(
    ("rate", "minutes"), [(200, 10), (12, 10), (3, 20), (1, 34), (0.01, 60)]
)
def test_wait_goes_with_the_root_of_the_rate(rate: float, minutes: float) -> None:
    wait = patient_interval(settled(rate), EVERY, NOW)
    assert wait / timedelta(minutes=1) == pytest.approx(minutes, rel=0.03)


def test_night_is_waited_through_and_the_morning_is_not() -> None:
    at_six = (*[0.0] * 6, 100.0, *[0.0] * 17)
    habit = settled(5, at_six)
    night = patient_interval(habit, EVERY, NOW.replace(hour=1))
    morning = patient_interval(habit, EVERY, NOW.replace(hour=6))
    before = patient_interval(habit, EVERY, NOW.replace(hour=4, minute=30))
    assert night > 3 * EVERY
    assert morning == EVERY
    assert EVERY < before < night


def test_interval_of_hours_is_never_longer_than_it_was_configured() -> None:
    assert patient_interval(settled(0.01), 3 * HOUR, NOW) == 3 * HOUR


@given(
    st.floats(0, 1e5),
    st.floats(0, 14),
    st.lists(st.floats(0, 1e4), min_size=24, max_size=24).map(tuple) | st.just(()),
    st.timedeltas(timedelta(seconds=1), DAY),
    st.timedeltas(timedelta(0), DAY),
)
def test_wait_is_bounded_whatever_was_learned(
    entries: float,
    days: float,
    hours: tuple[float, ...],
    every: timedelta,
    later: timedelta,
) -> None:
    wait = patient_interval(Habit(entries, days, hours), every, NOW + later)
    second = timedelta(seconds=1)
    assert every - second <= wait <= max(every, min(12 * every, HOUR)) + second
