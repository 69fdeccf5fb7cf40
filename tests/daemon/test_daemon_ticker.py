"""The tick goes on whatever the wall clock does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from freezegun import freeze_time

from monitor.daemon.ticker import ClockWatch, EveryFewSeconds, re_arm
from monitor.testing import START, FakeClock, ListJournal

SECOND, HOUR, YEAR = (
    timedelta(seconds=1),
    timedelta(hours=1),
    timedelta(days=365),
)


def test_first_run_is_now_and_the_next_an_interval_from_now() -> None:
    trigger = EveryFewSeconds(SECOND)
    assert trigger.get_next_fire_time(None, START) == START
    assert trigger.get_next_fire_time(START, START + HOUR) == START + HOUR + SECOND


async def test_year_ahead_leaves_no_missed_runs() -> None:
    with freeze_time(START) as frozen:
        scheduler = AsyncIOScheduler(timezone=UTC)
        scheduler.add_job(print, EveryFewSeconds(SECOND), misfire_grace_time=None)
        scheduler.start(paused=True)
        (job,) = scheduler.get_jobs()
        frozen.move_to(START + YEAR)
        assert job._get_run_times(datetime.now(UTC)) == [START]  # noqa: TID251 - frozen
        scheduler.shutdown()


async def test_jobs_are_armed_again_after_a_jump_back() -> None:
    with freeze_time(START) as frozen:
        scheduler = AsyncIOScheduler(timezone=UTC)
        scheduler.add_job(print, EveryFewSeconds(SECOND), id="tick")
        scheduler.start(paused=True)
        frozen.move_to(START - HOUR)
        re_arm(scheduler, lambda: START - HOUR)
        assert scheduler.get_job("tick").next_run_time == START - HOUR
        scheduler.shutdown()


@pytest.mark.parametrize("jump", [-YEAR, -HOUR, HOUR, YEAR])
def test_jump_of_the_clock_is_noticed_once(jump: timedelta) -> None:
    clock, journal = FakeClock(), ListJournal()
    watch = ClockWatch(clock, journal)
    clock.advance(HOUR)
    assert not watch.jump()
    clock.jump(jump)
    assert watch.jump() == jump
    assert not watch.jump()
    (event,) = journal.named("clock_jumped")
    assert event["seconds"] == jump.total_seconds()


def test_slow_drift_is_no_jump() -> None:
    clock = FakeClock()
    watch = ClockWatch(clock, ListJournal())
    for _ in range(100):
        clock.jump(SECOND)
        assert not watch.jump()
