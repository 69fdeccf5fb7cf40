"""The report on a week: what came, what was told, how fast, and what is not well."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta, tzinfo

from monitor.alerts.feed_reports import Report
from monitor.alerts.self_reports import size
from monitor.alerts.wording import at_local_time, counted, in_words
from monitor.model import ChannelWeek, Run, Space, Week

_MOST = 5
_SILENT = 10


@dataclass(frozen=True, slots=True)
class AroundWeek:
    """What a report says beside the figures: `rules` are those in force, by name."""

    rules: Sequence[str]
    zone: tzinfo
    version: str
    space: Space | None = None
    canary: Run | None = None


def weekly_report(week: Week, around: AroundWeek) -> Report:
    """Return the report on a week, as one message."""
    alerts = counted(sum(week.alerts.values()), "alert")
    end = at_local_time(week.until, around.zone)
    title, text = f"the week to {end}: {alerts}", "\n".join(_lines(week, around))
    return Report(title, text, is_calm=True)


def silent_rules(week: Week, rules: Sequence[str]) -> tuple[str, ...]:
    """Return the rules in force that brought no alert."""
    return tuple(sorted(name for name in rules if not week.alerts.get(name)))


def _lines(week: Week, around: AroundWeek) -> Iterator[str]:
    yield f"Feeds: {_counts(week.feeds) or 'none'}."
    if week.failing:
        yield f"Not well: {_some(week.failing, _SILENT)}."
    yield _polls(week)
    yield (
        f"{counted(week.entries, 'new entry', 'new entries')}, "
        f"{counted(week.matches, 'match', 'matches')}, "
        f"{counted(sum(week.alerts.values()), 'alert')}."
    )
    if week.alerts:
        yield f"Alerts by rule: {_top(week.alerts)}."
    if silent := silent_rules(week, around.rules):
        yield f"Rules without an alert: {_some(silent, _SILENT)}."
    if week.noisy:
        yield f"Most alerts came from: {_top(week.noisy)}."
    yield from _waiting(week)
    for channel in week.channels:
        yield _channel(channel)
    yield f"Canary: {_canary(around)}."
    if around.space is not None:
        free, total = size(around.space.free), size(around.space.total)
        yield f"Disk: {free} of {total} free."
    yield f"Version {around.version}."


def _waiting(week: Week) -> Iterator[str]:
    if week.held:
        yield f"Held now: {_counts(week.held)}."
    if week.stuck:
        yield f"Messages that wait for their channel: {_counts(week.stuck)}."


def _polls(week: Week) -> str:
    gaps = f", {counted(week.gaps, 'gap')} between two" if week.gaps else ""
    return f"{counted(week.polls, 'poll')}, {week.failed} failed{gaps}."


def _channel(channel: ChannelWeek) -> str:
    line = f"Channel {channel.channel}: {channel.sent} sent"
    if channel.median is not None and channel.p95 is not None:
        line += (
            f", half of them within {_seconds(channel.median)}, "
            f"95 % within {_seconds(channel.p95)}, {channel.late} late"
        )
    return f"{line}, {channel.dead} dead."


def _seconds(delay: timedelta) -> str:
    is_short = delay < timedelta(minutes=2)
    return f"{delay.total_seconds():.1f} s" if is_short else in_words(delay)


def _canary(around: AroundWeek) -> str:
    run = around.canary
    if run is None:
        return "has not flown"
    if run.detail:
        return f"failed at step {run.detail}"
    if run.good_at is None:
        return "is under way"
    return f"came through on {at_local_time(run.good_at, around.zone)}"


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(
        f"{count} {name.replace('_', ' ')}" for name, count in counts.items()
    )


def _top(counts: Mapping[str, int]) -> str:
    """Return the greatest counts, and how many there are beside them."""
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return _some([f"{name} {count}" for name, count in ordered], _MOST)


def _some(texts: Sequence[str], most: int) -> str:
    more = len(texts) - most
    return ", ".join(texts[:most]) + (f" and {more} more" if more > 0 else "")
