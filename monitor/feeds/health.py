"""Is a feed well: which troubles it has after a poll, and which are news.

A silence is judged by the feed's own habit, when its last entry came: entries that
come at random at the rate r leave a gap of t with the chance exp(-r * t) (the Poisson
process). Nights, weekends and holidays are no chance; so the longest gap that the
feed had before counts, too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from math import exp, log

from monitor.model import (
    FeedState,
    FeedStatus,
    FeedTrouble,
    Fetched,
    FetchOutcome,
    Habit,
    Health,
    ParsedFeed,
    Trouble,
    Verdict,
    changed,
)

_DAY = timedelta(days=1)

_PATIENCE = _DAY
"""How long a feed may fail before it is a trouble; most failures mend themselves."""

_PAGES = 2  # polls in a row that gave no feed: one is often an accident
_REFUSALS = frozenset({401, 403})
_GAP_LASTS = _DAY

DOWN = (Trouble.GONE, Trouble.REFUSED, Trouble.NOT_A_FEED, Trouble.FAILING)
"""Why a feed is not read at all; it has one of them at a time."""

_UNLIKELY = log(1000)  # one silence of a thousand is that long by chance
_LEAST_SILENCE = _DAY
_UNHEARD_WEEKEND = timedelta(days=3)  # until the feed was heard for a week
_A_WEEK = timedelta(days=8)
_ENOUGH_ENTRIES = 5.0
_ENOUGH_DAYS = 3.0
_SLACK = 1.5  # times the longest gap so far
_GAPS_LAST = timedelta(days=60)  # after that time a gap counts 1/e
_AWAY = timedelta(hours=6)  # unpolled for longer, a gap is ours and not the feed's


def with_health(
    before: FeedState,
    after: FeedState,
    fetched: Fetched,
    parsed: ParsedFeed | None,
    *,
    verdicts: Iterable[Verdict],
    now: datetime,
) -> FeedState:
    """Return the state `after` a poll with the troubles that the feed has now.

    `before` is the state that the poll began with, `verdicts` are on the entries of
    its document. A poll that failed says nothing of silence, gaps and entries.
    """
    health = before.traits.health
    if _was_good(after, now):
        has_news = any(verdict.novelty.is_new for verdict in verdicts)
        health = _heard(before, after, now, has_news=has_news)
        health = changed(health, troubles=_while_well(health, after, parsed, now))
    else:
        health = changed(health, troubles=_while_down(health, after, fetched, now))
    if health == after.traits.health:
        return after
    return replace(after, traits=replace(after.traits, health=health))


def _was_good(after: FeedState, now: datetime) -> bool:
    return after.status is FeedStatus.OK and after.succeeded_at == now


# troubles


def _while_well(
    health: Health, state: FeedState, parsed: ParsedFeed | None, now: datetime
) -> tuple[Trouble, ...]:
    traits, had = state.traits, health.troubles
    gap_at, silent_at = traits.gap_at, health.silent_at
    is_cut = bool(parsed.missing) if parsed else Trouble.UNREADABLE in had
    found = {
        Trouble.SILENT: silent_at is not None and now >= silent_at,
        Trouble.MOVED: bool(traits.address),
        Trouble.UNREADABLE: is_cut,
        Trouble.GAP: gap_at is not None and now - gap_at < _GAP_LASTS,
    }
    return tuple(trouble for trouble, is_there in found.items() if is_there)


def _while_down(
    health: Health, state: FeedState, fetched: Fetched, now: datetime
) -> tuple[Trouble, ...]:
    """Return the troubles of a feed that was not read: one of `DOWN`, and its others.

    One that was told stays as it is until the feed works again, or is gone: a server
    in trouble answers this today and that tomorrow.
    """
    if state.status is FeedStatus.GONE:
        return (Trouble.GONE,)
    others = tuple(one for one in health.troubles if one not in DOWN)
    told = next((one for one in health.troubles if one in DOWN), None)
    down = told or _why_down(state, fetched, now)
    return others if down is None else (down, *others)


def _why_down(state: FeedState, fetched: Fetched, now: datetime) -> Trouble | None:
    if state.status is FeedStatus.OK:  # it is not the feed's fault
        return None
    if fetched.status in _REFUSALS:
        return Trouble.REFUSED
    if fetched.outcome is FetchOutcome.OK and state.errors >= _PAGES:
        return Trouble.NOT_A_FEED
    since = state.failing_since
    if since is not None and now - since >= _PATIENCE:
        return Trouble.FAILING
    return None


def present_troubles(state: FeedState) -> tuple[Trouble, ...]:
    """Return the troubles of a feed as a person sees them: a failure counts at once."""
    if state.status is FeedStatus.GONE:
        return (Trouble.GONE,)
    troubles = state.traits.health.troubles
    if state.status is FeedStatus.FAILING and not any(t in DOWN for t in troubles):
        return (Trouble.FAILING, *troubles)
    return troubles


def since_when(trouble: Trouble, state: FeedState, now: datetime) -> datetime:
    """Return when a trouble that is there `now` began."""
    if trouble in DOWN:
        began_at = state.failing_since
    elif trouble is Trouble.SILENT:
        began_at = state.traits.health.newest_at
    elif trouble is Trouble.GAP:
        began_at = state.traits.gap_at
    else:
        began_at = now
    return began_at or now


def recorded(
    known: Iterable[FeedTrouble], state: FeedState, host: str, now: datetime
) -> tuple[FeedTrouble, ...]:
    """Return the records of a feed as they have to be after a poll.

    `known` are those that are there. Left out is what has to go: a trouble that
    ended before it was told, or that a worse one took the place of.
    """
    of = {row.trouble: row for row in known}
    present = state.traits.health.troubles
    rows = [_goes_on(of.get(one), one, state, host, now) for one in present]
    if Trouble.GONE not in present:
        rows += [
            row if row.ended_at else replace(row, ended_at=now)
            for row in of.values()
            if row.trouble not in present and row.told_at is not None
        ]
    return tuple(rows)


def _goes_on(
    row: FeedTrouble | None,
    trouble: Trouble,
    state: FeedState,
    host: str,
    now: datetime,
) -> FeedTrouble:
    if row is not None and row.end_told_at is None:
        return replace(row, ended_at=None)
    detail = state.error
    if trouble is Trouble.MOVED:
        detail = state.traits.address
    elif trouble not in DOWN:
        detail = ""
    return FeedTrouble(
        feed=state.name,
        trouble=trouble,
        host=host,
        since=since_when(trouble, state, now),
        noticed_at=now,
        detail=detail,
        again=_times(row, now),
    )


def _times(row: FeedTrouble | None, now: datetime) -> int:
    """Return how often it came back, each time within a day of its end."""
    if row is None or row.end_told_at is None or now - row.end_told_at >= _DAY:
        return 0
    return row.again + 1


# silence


def _heard(
    before: FeedState, after: FeedState, now: datetime, *, has_news: bool
) -> Health:
    """Return what is known of a feed's silence after a good poll."""
    health = before.traits.health
    if health.heard_since is None:
        return replace(health, heard_since=now, newest_at=now if has_news else None)
    if has_news:
        return _with_news(health, before, after.traits.habit, now)
    if before.failing_since is not None and health.silent_at is not None:
        unheard = now - before.failing_since  # who cannot be read cannot be heard
        return replace(health, silent_at=health.silent_at + unheard)
    return health


def _with_news(
    health: Health, before: FeedState, habit: Habit, now: datetime
) -> Health:
    longest = health.longest_gap
    last, polled = health.newest_at, before.polled_at
    if last is not None and polled is not None and now - polled < _AWAY:
        longest = max(now - last, longest * exp((last - now) / _GAPS_LAST))
    heard_for = now - (health.heard_since or now)
    wait = remarkable_silence(habit, longest, heard_for)
    silent_at = None if wait is None else now + wait
    return replace(health, newest_at=now, longest_gap=longest, silent_at=silent_at)


def remarkable_silence(
    habit: Habit, longest_gap: timedelta, heard_for: timedelta
) -> timedelta | None:
    """Return how long a feed may be silent before that is worth a word.

    None means that too little is known of it. `longest_gap` is the longest of its
    silences so far, `heard_for` how long it has been listened to.
    """
    if habit.entries < _ENOUGH_ENTRIES or habit.days < _ENOUGH_DAYS:
        return None
    by_chance = timedelta(days=_UNLIKELY * habit.days / habit.entries)
    least = _LEAST_SILENCE if heard_for >= _A_WEEK else _UNHEARD_WEEKEND
    return max(by_chance, longest_gap * _SLACK, least)
