"""Whether the whole way works, so that a heartbeat may say so."""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.model import NoBeat, Overdue, Run

TICK_AGE = timedelta(seconds=60)
OVERDUE = timedelta(minutes=30)
"""Retries need minutes; who is asleep should hear of what takes longer."""

_CANARY_GRACE = timedelta(hours=1)


def why_silent(
    *,
    tick_age: timedelta,
    overdue: Overdue,
    canary: Run | None,
    canary_every: timedelta | None,
    now: datetime,
) -> NoBeat | None:
    """Return why no heartbeat may be sent, None if the whole way works.

    `tick_age` is how long ago the daemon last looked for due feeds. That the
    database answers is known to whoever has read the rest from it.
    """
    if tick_age > TICK_AGE:
        return NoBeat.NO_TICK
    if _is_old(overdue.poll_at, now):
        return NoBeat.POLLS_OVERDUE
    if _is_old(overdue.delivery_at, now):
        return NoBeat.DELIVERIES_OVERDUE
    return None if canary_every is None else _of_canary(canary, canary_every, now)


def _is_old(at: datetime | None, now: datetime) -> bool:
    return at is not None and now - at > OVERDUE


def _of_canary(run: Run | None, every: timedelta, now: datetime) -> NoBeat | None:
    if run is not None and run.detail:
        return NoBeat.CANARY_FAILED
    if run is None or now - run.ran_at > every + _CANARY_GRACE:
        return NoBeat.NO_CANARY
    return None
