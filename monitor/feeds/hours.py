"""The hours and days at which a publisher asks not to be polled."""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.model import Traits

_HOURS_A_WEEK = 7 * 24


def next_welcome(at: datetime, traits: Traits) -> datetime:
    """Return `at`, or the beginning of the first hour after it that is not skipped.

    Hours and days that leave nothing of a week are ignored.
    """
    hour = at.replace(minute=0, second=0, microsecond=0)
    for ahead in range(_HOURS_A_WEEK):
        candidate = hour + timedelta(hours=ahead)
        if _is_welcome(candidate, traits):
            return max(at, candidate)
    return at


def _is_welcome(hour: datetime, traits: Traits) -> bool:
    return hour.hour not in traits.skip_hours and hour.weekday() not in traits.skip_days
