"""What `ops` is told of the feeds' troubles: once at its begin, once at its end.

::

    group     the same trouble of the feeds of one host is told together
    join      feeds that come to a trouble that was told join it without a word
    end       when all of them are well; after a day, when some are
    return    a trouble that comes back within a day of its end is told once more, and
              then ends only after a day without it
    pace      several hosts at once, or many within an hour, share one message
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum

from monitor.alerts.health_words import WORDS
from monitor.alerts.wording import at_local_time, counted
from monitor.model import FeedTrouble, Trouble

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_GATHERING = timedelta(seconds=30)
"""So long a report waits at most for the host's other feeds to have their turn."""

_SINGLE = 3  # more reports than that at once share one message
_AN_HOUR = 10  # after so many in an hour,
_PACE = timedelta(minutes=10)  # a shared one comes no oftener than this
_NAMES = 5
_LINES = 30


class _Says(StrEnum):
    BEGAN = "began"
    ENDED = "ended"
    SOME_ENDED = "some ended"


@dataclass(frozen=True, slots=True)
class Report:
    """One message to `ops`; what is calm asks for nothing to be done."""

    title: str
    text: str
    is_calm: bool = False


@dataclass(frozen=True, slots=True)
class Telling:
    """What is to be told now, the records that this changes, and those to drop."""

    reports: tuple[Report, ...] = ()
    changed: tuple[FeedTrouble, ...] = ()
    dropped: tuple[FeedTrouble, ...] = ()


@dataclass(frozen=True, slots=True)
class _News:
    """What is to be said of one trouble of one host: it is true of `rows`."""

    says: _Says
    rows: tuple[FeedTrouble, ...]
    others: tuple[FeedTrouble, ...] = ()  # for SOME_ENDED: those that have it still


def to_tell(
    rows: Sequence[FeedTrouble],
    gathering: Collection[str],
    now: datetime,
    *,
    zone: tzinfo,
) -> Telling:
    """Return what is to be told of all records; `gathering` are hosts that may wait.

    A host may wait while some of its feeds have not had their turn yet. Times are told
    in the zone.
    """
    old = tuple(r for r in rows if r.end_told_at and now - r.end_told_at >= _DAY)
    rows = [row for row in rows if row not in old]
    news: list[_News] = []
    changed: list[FeedTrouble] = []
    for group in _groups(rows):
        news += _news(group, gathering, now)
        changed += _joined(group)
    changed += [
        replace(row, end_told_at=now)
        for row in rows
        if row.ended_at and not row.end_told_at and not WORDS[row.trouble].over_one
    ]
    reports = _paced(news, rows, now, zone)
    if reports:
        changed += [_told(row, one.says, rows, now) for one in news for row in one.rows]
    return Telling(reports, tuple(changed), old)


def untold(rows: Iterable[FeedTrouble]) -> dict[str, datetime]:
    """Return the hosts that wait for a report, and since when."""
    waiting: dict[str, datetime] = {}
    for row in rows:
        if row.told_at is None:
            at = waiting.get(row.host, row.noticed_at)
            waiting[row.host] = min(at, row.noticed_at)
    return waiting


def _groups(rows: Iterable[FeedTrouble]) -> Iterable[list[FeedTrouble]]:
    """Return what is not settled yet, by host and trouble, the worst first."""
    groups = defaultdict(list)
    for row in sorted(rows, key=lambda row: row.feed):
        if row.end_told_at is None:
            groups[row.trouble, row.host].append(row)
    worst = {trouble: place for place, trouble in enumerate(Trouble)}
    return [groups[key] for key in sorted(groups, key=lambda k: (worst[k[0]], k[1]))]


def _is_known(row: FeedTrouble) -> bool:
    return row.told_at is not None


def _news(
    group: list[FeedTrouble], gathering: Collection[str], now: datetime
) -> Iterable[_News]:
    if not any(map(_is_known, group)):
        noticed_at = min(row.noticed_at for row in group)
        if group[0].host not in gathering or now - noticed_at >= _GATHERING:
            yield _News(_Says.BEGAN, tuple(group))
        return
    ended = tuple(row for row in group if row.ended_at is not None)
    others = tuple(row for row in group if row.ended_at is None)
    if not ended or not WORDS[group[0].trouble].over_one:
        return
    calm = now - max(row.ended_at or now for row in ended)
    if others and calm >= _DAY:
        yield _News(_Says.SOME_ENDED, ended, others)
    elif not others and (calm >= _DAY or not any(row.again for row in group)):
        yield _News(_Says.ENDED, ended)


def _joined(group: list[FeedTrouble]) -> Iterable[FeedTrouble]:
    known = [row for row in group if row.told_at is not None]
    if known:
        again = max(row.again for row in known)
        for row in group:
            if row.told_at is None:
                yield replace(row, told_at=known[0].told_at, again=again)


def _told(
    row: FeedTrouble, says: _Says, rows: Iterable[FeedTrouble], now: datetime
) -> FeedTrouble:
    if says is not _Says.BEGAN:
        return replace(row, end_told_at=now)
    has_been = row.again or any(
        other.end_told_at is not None
        for other in rows
        if (other.host, other.trouble) == (row.host, row.trouble)
    )
    return replace(row, told_at=now, again=max(row.again, int(has_been)))


# how many messages


def _paced(
    news: Sequence[_News], rows: Iterable[FeedTrouble], now: datetime, zone: tzinfo
) -> tuple[Report, ...]:
    """Return the reports that may go out now; none if the last one is too near."""
    lately = {
        (row.host, row.trouble, at)
        for row in rows
        for at in (row.told_at, row.end_told_at)
        if at is not None and now - at < _HOUR
    }
    room = max(_AN_HOUR - len(lately), 0)
    if len(news) <= min(room, _SINGLE):
        return tuple(_report(one, zone) for one in news)
    if room > 0 or all(now - at >= _PACE for _, _, at in lately):
        return (_shared(news),)
    return ()


def _shared(news: Sequence[_News]) -> Report:
    began = sum(one.says is _Says.BEGAN for one in news)
    parts = [f"{began} began"] * bool(began)
    parts += [f"{len(news) - began} ended"] * (len(news) > began)
    lines = [f"- {_line(one)}" for one in news[:_LINES]]
    if len(news) > _LINES:
        lines.append(f"and {len(news) - _LINES} more")
    lines.append("What to do about each: monitor feeds health")
    title = f"troubles of feeds: {', '.join(parts)}"
    return Report(title, "\n".join(lines), is_calm=not began)


# words


def _report(one: _News, zone: tzinfo) -> Report:
    if one.says is _Says.BEGAN:
        return Report(_title(one), _began(one, zone))
    text = _ended(one) if one.says is _Says.ENDED else _some_ended(one)
    return Report(_title(one), text, is_calm=one.says is _Says.ENDED)


def _title(one: _News) -> str:
    words, count = WORDS[one.rows[0].trouble], len(one.rows)
    host = one.rows[0].host or "feeds without a host"
    if one.says is _Says.SOME_ENDED:
        all_of_them = count + len(one.others)
        return f"{host}: {count} of {all_of_them} feeds {words.over_many}"
    if count == 1:
        is_over = one.says is _Says.ENDED
        return f"feed {one.rows[0].feed} {words.over_one if is_over else words.one}"
    if one.says is _Says.ENDED:
        return f"{host}: all {count} feeds {words.over_many}"
    return f"{host}: {count} feeds {words.many}"


def _line(one: _News) -> str:
    has_name = len(one.rows) == 1 and one.says is not _Says.SOME_ENDED
    return _title(one) if has_name else f"{_title(one)} ({_names(one.rows)})"


def _names(rows: Sequence[FeedTrouble]) -> str:
    names = ", ".join(row.feed for row in rows[:_NAMES])
    return f"{names} and {len(rows) - _NAMES} more" if len(rows) > _NAMES else names


def _began(one: _News, zone: tzinfo) -> str:
    first = min(one.rows, key=lambda row: row.since)
    parts = [f"{_names(one.rows)}."] if len(one.rows) > 1 else []
    parts += [f"{first.detail}."] if first.detail else []
    parts += [f"Since {at_local_time(first.since, zone)}."]
    parts += [WORDS[first.trouble].advice]
    if any(row.again for row in one.rows):
        parts.append("It comes and goes: its end is told after a day without it.")
    return " ".join(parts)


def _ended(one: _News) -> str:
    if len(one.rows) > 1:
        return f"{_names(one.rows)}. They are polled as before."
    return "It is polled as before."


def _some_ended(one: _News) -> str:
    left = counted(len(one.others), "feed is not", "feeds are not")
    return f"{left} well yet: {_names(one.others)}."
