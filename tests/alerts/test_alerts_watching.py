"""When a disk is nearly full, and how a report on a week is worded."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.alerts.self_reports import is_low, low_water, size
from monitor.alerts.weekly import AroundWeek, weekly_report
from monitor.model import ChannelWeek, Run, RunName, Space, Week

NOW = datetime(2026, 1, 12, 8, tzinfo=UTC)
MB, GB = 10**6, 10**9
WEEK = Week(NOW - timedelta(days=7), NOW)
AROUND = AroundWeek((), UTC, "1.2.3")


@pytest.mark.parametrize(
    ("total", "limit"),
    [
        (4000 * GB, 10 * GB),
        (100 * GB, 5 * GB),
        (8 * GB, 500 * MB),
        (1 * GB, 200 * MB),
        (2 * MB, 400_000),
        (0, 0),
    ],
)
def test_a_disk_is_nearly_full_by_its_size(total: int, limit: int) -> None:
    assert low_water(total) == limit
    assert not is_low(Space(limit, total), was_low=False)
    assert is_low(Space(limit - 1, total), was_low=False) or not total
    assert is_low(Space(limit, total), was_low=True) or not total


def test_bytes_are_written_for_people() -> None:
    assert [size(n) for n in (480 * MB, 1_500 * MB, 0)] == ["480 MB", "1.5 GB", "0 MB"]


@pytest.mark.parametrize(
    ("run", "says"),
    [
        (None, "has not flown"),
        (Run(RunName.CANARY, NOW), "is under way"),
        (Run(RunName.CANARY, NOW, NOW), "came through on 12 Jan 2026, 08:00"),
        (Run(RunName.CANARY, NOW, None, "match: none"), "failed at step match: none"),
    ],
)
def test_the_report_says_how_the_canary_is(run: Run | None, says: str) -> None:
    report = weekly_report(WEEK, replace(AROUND, canary=run))
    assert f"Canary: {says}." in report.text.splitlines()


def test_the_report_says_how_soon_a_channel_got_its_messages() -> None:
    soon, late = timedelta(seconds=1.24), timedelta(minutes=42)
    desk = ChannelWeek("desk", 100, 3, 0, soon, late)
    dead = ChannelWeek("ops", dead=2)
    week = replace(WEEK, channels=(desk, dead))
    lines = weekly_report(week, AROUND).text.splitlines()
    assert lines[0] == "Feeds: none."
    assert lines[3:5] == [
        (
            "Channel desk: 100 sent, half of them within 1.2 s, 95 % within 42 min, "
            "3 late, 0 dead."
        ),
        "Channel ops: 0 sent, 2 dead.",
    ]


def test_the_report_says_what_is_stuck_and_what_may_have_been_missed() -> None:
    week = replace(WEEK, polls=2016, failed=3, gaps=1, stuck={"channel_broken": 7})
    lines = weekly_report(week, AROUND).text.splitlines()
    assert lines[1] == "2016 polls, 3 failed, 1 gap between two."
    assert lines[3] == "Messages that wait for their channel: 7 channel broken."
