"""How long a feed is left alone after a failure."""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.model import Fetched, FetchOutcome

_BUSY = frozenset({429, 503})
_BUSY_FOR = timedelta(minutes=15)  # where the server does not say how long
_BUSY_CAP = timedelta(hours=24)

_PERSONAL = frozenset({FetchOutcome.SECRET, FetchOutcome.BLOCKED})
_FORBIDDEN = frozenset({401, 403})
_SLOW = timedelta(hours=1)  # what only a person can mend is tried no oftener

_REFUSALS = frozenset(range(400, 500)) - {408, 425, 429}
_FAULT_CAP = timedelta(hours=2)  # a fault may be over at any time,
_REFUSAL_CAP = timedelta(hours=24)  # a refusal seldom is
_MOST_DOUBLINGS = 16


def busy_until(fetched: Fetched, now: datetime) -> datetime | None:
    """Return until when an overloaded server is to be left alone, None if it is not."""
    if fetched.outcome is FetchOutcome.HTTP_ERROR and fetched.status in _BUSY:
        return now + min(fetched.retry_after or _BUSY_FOR, _BUSY_CAP)
    return None


def backoff(fetched: Fetched, errors: int, interval: timedelta) -> timedelta:
    """Return the wait after the last of `errors` failures in a row.

    It is the interval at first and doubles with each failure, up to a cap; it is
    never shorter than the interval.
    """
    first, cap = interval, _FAULT_CAP
    if _is_refusal(fetched):
        cap = _REFUSAL_CAP
    if fetched.outcome in _PERSONAL or fetched.status in _FORBIDDEN:
        first = max(interval, _SLOW)
    doubled = first * (1 << min(errors - 1, _MOST_DOUBLINGS))
    return max(first, min(doubled, cap))


def _is_refusal(fetched: Fetched) -> bool:
    if fetched.outcome is not FetchOutcome.HTTP_ERROR:
        return fetched.outcome in _PERSONAL
    return fetched.status in _REFUSALS
