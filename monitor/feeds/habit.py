"""How often a feed publishes, and how patient that lets us be.

Where entries come at the rate r and polls T apart, entries wait r * T * T / 2 in all
between two polls. With so many requests to spend on many feeds, the waits together
are least where each poll finds the same sum of waits: T goes with the root of 1 / r
(Cho and Garcia-Molina, "Effective page refresh policies for web crawlers", 2003, have
the proof for pages). So a feed is due when its entries have, by what is expected,
waited together as long as those of a busy feed wait in one interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import exp, sqrt

from monitor.model import Habit

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_MEMORY = 14.0  # days after which what was learned counts 1/e
_HOURS = 24

_BUSY = 12.0  # entries a day; at that rate, and above, a feed is polled each `every`
_MOST_INTERVALS = 12
_LONGEST = timedelta(hours=1)

_WATCHED = 0.5  # days before which nothing is concluded
_GUESSED_ENTRIES = 0.5  # beside what was seen: none so far does not mean none ever
_EVEN = 1.0  # of an entry in each hour: few entries say little about the hours

_RECENT = timedelta(days=30)


def first_habit(dates: Sequence[datetime], now: datetime) -> Habit:
    """Return what the dates of a feed's first document say of it."""
    recent = sorted(at for at in dates if now - _RECENT < at <= now)
    if len(recent) < 2:  # noqa: PLR2004 - from one date nothing follows
        return Habit(learned_at=now)
    days = max((now - recent[0]) / _DAY, 1 / _HOURS)
    known = min(days, _MEMORY)
    share = known / days
    hours = [0.0] * _HOURS
    for at in recent:
        hours[at.hour] += share
    return Habit(len(recent) * share, known, tuple(hours), now)


def learned(habit: Habit, dates: Sequence[datetime], now: datetime) -> Habit:
    """Return the habit after a poll; `dates` are those of the entries it found.

    An entry counts in the hour of its date where that lies between the polls, else
    in this one.
    """
    since = habit.learned_at or now
    passed = max((now - since) / _DAY, 0.0)
    kept = exp(-passed / _MEMORY)
    hours = [count * kept for count in habit.hours] or [0.0] * _HOURS
    for at in dates:
        hours[(at if since <= at <= now else now).hour] += 1.0
    return replace(
        habit,
        entries=habit.entries * kept + len(dates),
        days=habit.days * kept + _MEMORY * (1 - kept),
        hours=tuple(hours) if any(hours) else (),
        learned_at=now,
    )


def per_day(habit: Habit) -> float:
    """Return how many entries a day are expected."""
    return (habit.entries + _GUESSED_ENTRIES) / max(habit.days, _WATCHED)


def patient_interval(habit: Habit, every: timedelta, now: datetime) -> timedelta:
    """Return how long to wait after `now`: `every`, up to twelve of it and 1 h at most.

    It is `every` as long as too little is known.
    """
    if habit.days < _WATCHED:
        return every
    most = max(every, min(_MOST_INTERVALS * every, _LONGEST)) / _DAY
    enough = _BUSY * (every / _DAY) ** 2 / 2
    hour, ahead = now.hour, (now - now.replace(minute=0, second=0, microsecond=0))
    passed, until = 0.0, (_HOUR - ahead) / _DAY
    seen = waited = 0.0
    while passed < most:
        rate = per_day(habit) * _weight(habit, hour % _HOURS)
        span = min(until, most) - passed
        rest = (sqrt(seen**2 + 2 * rate * (enough - waited)) - seen) / rate
        if rest <= span:
            return max(every, (passed + rest) * _DAY)
        waited += seen * span + rate * span**2 / 2
        seen += rate * span
        passed, until, hour = passed + span, until + 1 / _HOURS, hour + 1
    return most * _DAY


def _weight(habit: Habit, hour: int) -> float:
    """Return how much of a day's entries come in an hour, against an even share.

    The hours beside it count half: what comes at five to nine may come at nine.
    """
    if not habit.hours:
        return 1.0
    near = habit.hours[hour - 1] / 2 + habit.hours[(hour + 1) % _HOURS] / 2
    smooth = (habit.hours[hour] + near) / 2
    mean = sum(habit.hours) / _HOURS
    return (smooth + _EVEN) / (mean + _EVEN)
