"""Hours in which a channel is left in peace, by the clocks on its wall."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from freezegun import freeze_time
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.quiet import leave_no_time, quiet_until
from monitor.clock import SystemClock
from monitor.config.quiet_hours import quiet_hours
from monitor.model import QuietHours

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
HOURS = st.builds(
    QuietHours,
    st.frozensets(st.integers(0, 6), min_size=1),
    st.integers(0, 1439),
    st.integers(0, 1440),
).filter(lambda hours: hours.start != hours.end)


def until(now: str, *texts: str, zone: ZoneInfo = BERLIN) -> str:
    """Return when the peace of a moment ends, as the clock on the wall shows it."""
    hours = [quiet_hours(text) for text in texts]
    with freeze_time(now):
        end = quiet_until(hours, SystemClock().now(), zone)
    return "" if end is None else end.astimezone(zone).strftime("%a %d %H:%M")


@pytest.mark.parametrize(
    ("now", "hours", "expected"),
    [
        ("2026-01-05T12:00Z", "22:00-07:00", ""),
        ("2026-01-05T21:00Z", "22:00-07:00", "Tue 06 07:00"),  # 22:00 in Berlin
        ("2026-01-05T20:59Z", "22:00-07:00", ""),
        ("2026-01-06T02:00Z", "22:00-07:00", "Tue 06 07:00"),
        ("2026-01-06T06:00Z", "22:00-07:00", ""),  # their end is not quiet any more
        ("2026-01-10T12:00Z", "sat,sun 00:00-24:00", "Mon 12 00:00"),
        ("2026-01-09T23:30Z", "sat,sun 00:00-24:00", "Mon 12 00:00"),
        ("2026-01-09T12:00Z", "sat,sun 00:00-24:00", ""),
        ("2026-01-10T02:00Z", "mon-fri 22:00-07:00", "Sat 10 07:00"),
        ("2026-01-11T02:00Z", "mon-fri 22:00-07:00", ""),
        ("2026-01-05T08:30Z", "9:00-10:00", "Mon 05 10:00"),
    ],
)
def test_the_peace_of_a_moment_ends(now: str, hours: str, expected: str) -> None:
    assert until(now, hours) == expected


def test_hours_that_join_one_another_are_one_peace() -> None:
    hours = ("22:00-07:00", "sat,sun 00:00-24:00")
    assert until("2026-01-09T22:00Z", *hours) == "Mon 12 07:00"


@pytest.mark.parametrize(
    ("now", "hours"),
    [
        # Clocks are put forward on 29 March: the night is an hour shorter ...
        ("2026-03-28T22:00Z", 8),
        # ... and put back on 25 October: it is an hour longer.
        ("2026-10-24T20:00Z", 10),
        ("2026-10-23T20:00Z", 9),
    ],
)
def test_a_night_ends_by_the_clock_on_the_wall(now: str, hours: int) -> None:
    at = datetime.fromisoformat(now)
    begin = at.astimezone(BERLIN).replace(hour=22)
    end = quiet_until([quiet_hours("22:00-07:00")], begin.astimezone(UTC), BERLIN)
    assert end is not None
    assert end - begin.astimezone(UTC) == timedelta(hours=hours)


def test_an_end_that_the_clocks_skip_is_when_they_go_on() -> None:
    end = quiet_until(
        [quiet_hours("22:00-02:30")], datetime(2026, 3, 29, 0, tzinfo=UTC), BERLIN
    )
    assert end == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


@given(
    st.lists(HOURS, max_size=4),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - bounds
    st.sampled_from([BERLIN, NEW_YORK]),
)
def test_the_end_of_a_peace_is_later_and_not_quiet(
    hours: list[QuietHours], now: datetime, zone: ZoneInfo
) -> None:
    end = quiet_until(hours, now, zone)
    if end is not None:
        assert end > now
        if not leave_no_time(hours):
            assert quiet_until(hours, end, zone) is None or end - now > timedelta(6)


def test_a_peace_without_an_end_is_broken_after_a_week() -> None:
    now = datetime(2026, 1, 5, tzinfo=UTC)
    end = quiet_until([quiet_hours("00:00-24:00")], now, BERLIN)
    assert end is not None
    assert timedelta(days=7) < end - now < timedelta(days=10)


def test_hours_that_are_the_whole_week_are_known() -> None:
    assert leave_no_time([quiet_hours("00:00-24:00")])
    assert leave_no_time(
        [quiet_hours("mon-fri 0:00-24:00"), quiet_hours("sat,sun 00:00-24:00")]
    )
    assert not leave_no_time([quiet_hours("00:00-23:59")])
    assert not leave_no_time([])


@pytest.mark.parametrize(
    ("text", "days", "start", "end"),
    [
        ("22:00-07:00", range(7), 1320, 420),
        ("fri-mon 0:00-24:00", (4, 5, 6, 0), 0, 1440),
        ("Sat,SUN 08:30-12:00", (5, 6), 510, 720),
    ],
)
def test_hours_are_read(text: str, days: tuple[int, ...], start: int, end: int) -> None:
    assert quiet_hours(text) == QuietHours(frozenset(days), start, end)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "22-7",
        "22:00",
        "22:00-22:00",
        "24:00-07:00",
        "25:00-07:00",
        "22:61-07:00",
        "foo 22:00-07:00",
        "mon-foo 22:00-07:00",
        "22:00-07:00-08:00",
    ],
)
def test_what_are_no_hours_is_told_how_to_write_them(text: str) -> None:
    with pytest.raises(ValueError, match="write 22:00-07:00, or with days"):
        quiet_hours(text)
