"""``monitor feeds history``: what the polls of each day did, and where gaps were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from typing import Annotated

import typer

from monitor.alerts.wording import short
from monitor.cli.frame import PROBLEM, open_views, surroundings, usable_files
from monitor.cli.output import print_rows, say
from monitor.model import FeedDay
from monitor.store.history_views import HistoryViews

_COLUMNS = (
    "day",
    "feed",
    "polls",
    "ok",
    "not_modified",
    "failed",
    "pushes",
    "entries_new",
    "longest_gap",
    "gap_events",
)


def history(
    context: typer.Context,
    feed: Annotated[str, typer.Argument(help="Only this feed, by name.")] = "",
    *,
    days: Annotated[
        int, typer.Option(min=1, max=4000, help="How many days back.")
    ] = 30,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one object for each feed and day.")
    ] = False,
) -> None:
    """Show what the polls of each day (UTC) did: to prove that no alert was due.

    Example: monitor feeds history tagesschau --days 7
    """
    around = surroundings(context)
    _, settings = usable_files(around)
    today = around.clock.now().date()
    since = today - timedelta(days=days - 1)
    with open_views(settings, around.config) as views:
        found: Mapping[str, Sequence[FeedDay]] = {}
        if views is not None:
            names = [feed] if feed else [each.name for each in settings.feeds]
            found = _found(HistoryViews(views.connection), names, since, today)
    if feed and not found:
        say(f"monitor: no poll of a feed {feed!r} is kept; see `monitor feeds list`")
        raise typer.Exit(PROBLEM)
    rows = [
        _row(name, day, as_json=as_json) for name, days in found.items() for day in days
    ]
    print_rows(rows, _COLUMNS, as_json=as_json)


def _found(
    kept: HistoryViews, names: Sequence[str], since: date, today: date
) -> dict[str, Sequence[FeedDay]]:
    """Return the days of each feed of which any is kept, without a hole between."""
    first = kept.first_days()
    days = kept.feed_days(since, frozenset(names) if len(names) == 1 else frozenset())
    return {
        name: _every_day(days.get(name, ()), max(since, first[name]), today)
        for name in names
        if name in first
    }


def _every_day(known: Sequence[FeedDay], first: date, today: date) -> list[FeedDay]:
    """Return each day from the first until today, those without a poll too."""
    by_day = {one.day: one for one in known}
    count = (today - first).days + 1
    days = (first + timedelta(days=n) for n in range(count))
    return [by_day.get(day, FeedDay(day)) for day in days]


def _row(name: str, day: FeedDay, *, as_json: bool) -> dict[str, object]:
    gap = day.longest_gap
    shown = round(gap.total_seconds()) if as_json else short(gap) if gap else ""
    return {**asdict(day), "feed": name, "longest_gap": shown}
