"""When recurring things come next, whatever the clocks of the zone do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from freezegun import freeze_time
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.timetable import next_time, read_timetable
from monitor.clock import SystemClock

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
CAIRO = ZoneInfo("Africa/Cairo")


def coming(cron: str, zone: ZoneInfo, start: str, count: int) -> list[str]:
    """Return the next times as the clocks on the wall show them, with the offset.

    The clock is set to each of them in turn, as it is for a daemon that waits.
    """
    found = []
    with freeze_time(start) as frozen:
        for _ in range(count):
            at = next_time(cron, zone, SystemClock().now())
            frozen.move_to(at)
            found.append(at.timestamp())
    # Outside: a frozen datetime forgets which of two equal wall times it is.
    times = [datetime.fromtimestamp(at, zone) for at in found]
    return [at.strftime("%m-%d %H:%M %z") for at in times]


def test_a_morning_stays_a_morning_when_the_clocks_change() -> None:
    assert coming("0 8 * * *", BERLIN, "2026-03-27T12:00Z", 3) == [
        "03-28 08:00 +0100",
        "03-29 08:00 +0200",
        "03-30 08:00 +0200",
    ]
    assert coming("0 8 * * *", NEW_YORK, "2026-10-31T04:00Z", 3) == [
        "10-31 08:00 -0400",
        "11-01 08:00 -0500",
        "11-02 08:00 -0500",
    ]


def test_a_time_that_is_skipped_is_the_minute_after_the_gap() -> None:
    assert coming("30 2 * * *", BERLIN, "2026-03-28T00:00Z", 3) == [
        "03-28 02:30 +0100",
        "03-29 03:00 +0200",
        "03-30 02:30 +0200",
    ]
    assert coming("15,45 2 * * *", NEW_YORK, "2026-03-07T12:00Z", 3) == [
        "03-08 03:00 -0400",
        "03-09 02:15 -0400",
        "03-09 02:45 -0400",
    ]
    assert coming("0 0 * * *", CAIRO, "2026-04-23T12:00Z", 2) == [
        "04-24 01:00 +0300",  # in Cairo the day begins at one
        "04-25 00:00 +0300",
    ]


def test_a_time_that_comes_twice_counts_once() -> None:
    assert coming("30 2 * * *", BERLIN, "2026-10-24T00:00Z", 3) == [
        "10-24 02:30 +0200",
        "10-25 02:30 +0200",
        "10-26 02:30 +0100",
    ]
    assert coming("30 1 * * *", NEW_YORK, "2026-10-31T12:00Z", 2) == [
        "11-01 01:30 -0400",
        "11-02 01:30 -0500",
    ]


def test_what_comes_every_hour_keeps_to_real_time() -> None:
    assert coming("30 * * * *", BERLIN, "2026-03-29T00:00Z", 3) == [
        "03-29 01:30 +0100",
        "03-29 03:30 +0200",
        "03-29 04:30 +0200",
    ]
    assert coming("30 * * * *", BERLIN, "2026-10-25T00:00Z", 3) == [
        "10-25 02:30 +0200",
        "10-25 02:30 +0100",
        "10-25 03:30 +0100",
    ]


def test_where_clocks_go_back_at_midnight_the_hour_before_it_comes_again() -> None:
    assert coming("30 * * * *", CAIRO, "2026-10-29T20:00Z", 3) == [
        "10-29 23:30 +0300",
        "10-29 23:30 +0200",
        "10-30 00:30 +0200",
    ]


@pytest.mark.parametrize(
    ("cron", "expected"),
    [
        ("0 8 * * mon", ["10-26 08:00", "11-02 08:00", "11-09 08:00"]),
        ("0 8 * * 1", ["10-26 08:00", "11-02 08:00", "11-09 08:00"]),
        ("0 8 * * 0", ["10-25 08:00", "11-01 08:00", "11-08 08:00"]),
        ("0 8 * * 7", ["10-25 08:00", "11-01 08:00", "11-08 08:00"]),
        ("0 8 * * SAT-SUN", ["10-24 08:00", "10-25 08:00", "10-31 08:00"]),
        ("0 8 * * */3", ["10-24 08:00", "10-25 08:00", "10-28 08:00"]),
        ("0 8 13 * fri", ["10-30 08:00", "11-06 08:00", "11-13 08:00"]),
        ("0 8 1 jan,mar *", ["01-01 08:00", "03-01 08:00", "01-01 08:00"]),
        ("0 0 29 2 *", ["02-29 00:00", "02-29 00:00", "02-29 00:00"]),
        ("50/5 7 * * *", ["10-24 07:50", "10-24 07:55", "10-25 07:50"]),
        ("0 6-18/6 * * *", ["10-24 06:00", "10-24 12:00", "10-24 18:00"]),
    ],
)
def test_fields_mean_what_they_mean_in_a_crontab(
    cron: str, expected: list[str]
) -> None:
    at, found = datetime(2026, 10, 23, 20, tzinfo=UTC), []
    for _ in range(3):
        at = next_time(cron, UTC, at)
        found.append(at.strftime("%m-%d %H:%M"))
    assert found == expected


@pytest.mark.parametrize(
    ("cron", "part"),
    [
        ("", "write minute, hour, day, month and weekday"),
        ("@daily", "as `0 8 * * mon`"),
        ("* * * * * *", "is no timetable"),
        ("61 8 * * *", "`61` is no minute of a timetable: they go from 0 to 59"),
        ("0 24 * * *", "no hour"),
        ("0 8 0 * *", "no day"),
        ("0 8 L * *", "write *, 5, 1-5, */10 or 1,15"),
        ("0 8 * foo *", "write *, jan, feb-dec or jan,mar"),
        ("0 8 * * funday", "write *, sun, mon-sat or sun,tue"),
        ("0 8 * * fri-mon", "no weekday"),
        ("0 8 * * 8", "no weekday"),
        ("*/0 * * * *", "no minute"),
        ("1- * * * *", "no minute"),
        ("/5 * * * *", "no minute"),
        ("1,,2 * * * *", "no minute"),
        ("٣ * * * *", "no minute"),
        ("0 0 30 2 *", "names a day that no such month has"),
        ("0 0 31 4,6 *", "names a day that no such month has"),
    ],
)
def test_what_is_no_timetable_is_told_what_to_write(cron: str, part: str) -> None:
    with pytest.raises(ValueError, match="`") as refused:
        read_timetable(cron)
    assert part in str(refused.value)


TIMETABLES = st.builds(
    "{} {} * * {}".format,
    st.sampled_from(["0", "30", "*/20", "5,59"]),
    st.sampled_from(["*", "0", "2", "1-3", "*/6", "23"]),
    st.sampled_from(["*", "sun", "mon-fri"]),
)
CHANGES = st.sampled_from(
    [datetime(2026, month, day, tzinfo=UTC) for month in (3, 10) for day in (8, 24, 29)]
)


@given(TIMETABLES, CHANGES, st.integers(0, 4000), st.sampled_from([BERLIN, CAIRO]))
def test_the_next_time_is_later_and_none_is_passed_over(
    cron: str, change: datetime, minutes: int, zone: ZoneInfo
) -> None:
    after = change + timedelta(minutes=minutes)
    times = [after]
    for _ in range(8):
        times.append(next_time(cron, zone, times[-1]))
    table = read_timetable(cron)
    for before, at in pairwise(times):
        assert before < at
        middle = before + (at - before) / 2
        assert next_time(cron, zone, middle) == at
        wall = at.astimezone(zone).replace(tzinfo=None, fold=0)
        was_skipped = _offset(at - timedelta(minutes=1), zone) < _offset(at, zone)
        assert wall in table.times(wall.date()) or was_skipped


def _offset(at: datetime, zone: ZoneInfo) -> timedelta:
    found = at.astimezone(zone).utcoffset()
    assert found is not None
    return found
