"""When a channel is left in peace: hours of the week, in the zone of its people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo

from monitor.model import QuietHours

_DAY = timedelta(days=1)
_WEEK_MINUTES = 7 * 24 * 60
_AT_MOST = timedelta(days=8)
"""Hours that join one another end after a week, or never."""


def quiet_until(
    hours: Sequence[QuietHours], now: datetime, zone: tzinfo
) -> datetime | None:
    """Return when the peace of this moment ends, None if there is none now.

    Hours are those of the wall: a night in which the clock is put forward is an hour
    shorter. Hours that join one another count as one.
    """
    until = now
    while until - now < _AT_MOST:
        ends = [end for one in hours for end in _ends(one, until, zone)]
        if not ends:
            break
        until = max(ends)
    return until if until > now else None


def leave_no_time(hours: Sequence[QuietHours]) -> bool:
    """Say whether the hours cover the whole week, so that nothing is ever told."""
    covered: set[int] = set()
    for one in hours:
        for day in one.days:
            first = day * 24 * 60 + one.start
            covered |= {(first + m) % _WEEK_MINUTES for m in range(_length(one))}
    return len(covered) == _WEEK_MINUTES


def _length(hours: QuietHours) -> int:
    length = hours.end - hours.start
    return length if length > 0 else length + 24 * 60


def _ends(hours: QuietHours, now: datetime, zone: tzinfo) -> list[datetime]:
    """Return when the hours that hold now end, whether they began today or before."""
    today = now.astimezone(zone).date()
    found = []
    for day in (today, today - _DAY):
        if day.weekday() not in hours.days:
            continue
        last = day if hours.end > hours.start else day + _DAY
        begin, end = _at(day, hours.start, zone), _at(last, hours.end, zone)
        if begin <= now < end:
            found.append(end)
    return found


def _at(day: date, minutes: int, zone: tzinfo) -> datetime:
    """Return a time of the wall in UTC; one that is left out is as much later."""
    at = datetime(day.year, day.month, day.day) + timedelta(minutes=minutes)  # noqa: DTZ001 - the zone comes next
    return at.replace(tzinfo=zone).astimezone(UTC)
