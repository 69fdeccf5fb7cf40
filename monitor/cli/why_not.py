"""What can be said of an entry that is not stored: who would have brought it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from monitor.alerts.wording import counted, short
from monitor.cli.output import cell, print_json, say, show
from monitor.feeds import canonical_link
from monitor.model import FeedDay, FeedState, Settings
from monitor.store.history_views import HistoryViews
from monitor.store.views import Views
from monitor.store.why_views import WhyViews

_DAYS = 30


@dataclass(frozen=True, slots=True)
class _Carrier:
    """A feed that would bring entries of this host, and how it was polled of late.

    `entries` of the host are stored of it. The gaps are those of the last 30 days.
    """

    feed: str
    url: str
    entries: int
    status: str
    polled_at: datetime | None
    succeeded_at: datetime | None
    next_poll_at: datetime | None
    error: str
    polls: int
    failed: int
    gap_events: int
    longest_gap: timedelta


def meant_link(wanted: str) -> str | None:
    """Return the canonical link that is meant, be it without its scheme; else None."""
    host, slash, _ = wanted.partition("/")
    is_bare = bool(slash) and "." in host and ":" not in host
    return canonical_link(f"https://{wanted}" if is_bare else wanted)


def tell_absent(
    wanted: str, views: Views, settings: Settings, now: datetime, *, as_json: bool
) -> None:
    """Say that an entry is not stored, and all that is known of why."""
    canonical = meant_link(wanted)
    carriers = [] if canonical is None else _carriers(canonical, views, settings, now)
    remark = _remark(wanted, canonical, views, settings)
    if as_json:
        found = {"wanted": wanted, "stored": False, "canonical_link": canonical}
        print_json({**found, "remark": remark, "carriers": [*map(_object, carriers)]})
        return
    say(f"monitor: no entry {wanted!r} is stored")
    say(remark)
    if canonical is not None and not carriers:
        say("No feed of the configuration has entries from that site.")
    for each in carriers:
        _print(each)


def _object(each: _Carrier) -> dict[str, object]:
    seconds = round(each.longest_gap.total_seconds())
    return {**asdict(each), "longest_gap": seconds}


def _remark(
    wanted: str, canonical: str | None, views: Views, settings: Settings
) -> str:
    kept = settings.retain.entries
    long_ago = (
        ""
        if kept is None
        else f"; an entry that no rule was true of is forgotten {kept.days} days after "
        "it was last seen"
    )
    if wanted.isdecimal() and 0 < int(wanted) <= WhyViews(views).newest_id():
        return f"Entry {wanted} was stored and is forgotten{long_ago}."
    if wanted.startswith("#"):
        return f"There is no alert {wanted[1:]}; see `monitor alerts list`."
    if canonical is None:
        return f"Nothing with this id, key or guid was seen{long_ago}."
    return f"No feed brought it: it was never seen{long_ago}."


def _carriers(
    canonical: str, views: Views, settings: Settings, now: datetime
) -> list[_Carrier]:
    """Return the feeds with entries of the link's host, or that live there."""
    host = urlsplit(canonical).netloc
    stored = {
        each.feed: each.entries
        for each in WhyViews(views).carriers([f"https://{host}/"])
    }
    history = HistoryViews(views.connection)
    states, since = views.feeds(), (now - timedelta(days=_DAYS)).date()
    found = []
    for feed in settings.feeds:
        home = urlsplit(canonical_link(feed.url) or "").netloc
        if feed.name in stored or (home and home == host):
            days = history.feed_days(since, frozenset([feed.name]))
            state = states.get(feed.name)
            found.append(
                _carrier(
                    state or FeedState(0, feed.name, feed.url),
                    stored.get(feed.name, 0),
                    days.get(feed.name, ()),
                )
            )
    return found


def _carrier(state: FeedState, entries: int, days: Sequence[FeedDay]) -> _Carrier:
    return _Carrier(
        feed=state.name,
        url=state.url,
        entries=entries,
        status=state.status.value if state.polled_at else "never polled",
        polled_at=state.polled_at,
        succeeded_at=state.succeeded_at,
        next_poll_at=state.next_poll_at,
        error=state.error,
        polls=sum(day.polls for day in days),
        failed=sum(day.failed for day in days),
        gap_events=sum(day.gap_events for day in days),
        longest_gap=max((day.longest_gap for day in days), default=timedelta(0)),
    )


def _print(each: _Carrier) -> None:
    """Print how a feed that would have brought the entry was polled."""
    show(
        f"\nfeed {each.feed} ({each.url}): {counted(each.entries, 'entry', 'entries')}"
    )
    show(f"  status {each.status}{f', {each.error}' if each.error else ''}")
    show(
        f"  polled {cell(each.polled_at) or 'never'}, the last good answer "
        f"{cell(each.succeeded_at) or 'never'}, next {cell(each.next_poll_at)}"
    )
    show(
        f"  in {_DAYS} days: {counted(each.polls, 'poll')}, {each.failed} failed, the "
        f"longest time between two good ones {short(each.longest_gap)}"
    )
    if each.gap_events:
        often = counted(each.gap_events, "time")
        show(f"  entries may have come and gone between two polls {often}")
    show(f"  see `monitor feeds history {each.feed}`")
