"""``monitor status``: is it running, and is anything wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Annotated

import typer

from monitor.cli.feeds_health import tiers
from monitor.cli.frame import open_views, surroundings, usable_files
from monitor.cli.output import print_json, print_pairs
from monitor.cli.status_week import print_week, shown_run
from monitor.model import FeedState, RunName, Settings
from monitor.store.database import database_path
from monitor.store.lock import lock_owner
from monitor.store.views import StatusView
from monitor.store.watch_rows import stored_runs


def status(
    context: typer.Context,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one object.")] = False,
    week: Annotated[
        bool, typer.Option("--week", help="Print the report on the last week.")
    ] = False,
) -> None:
    """Show whether the daemon runs, how the feeds are, and what waits.

    Example: monitor status --week
    """
    around = surroundings(context)
    loaded, settings = usable_files(around)
    if week:
        rules = [rule.name for rule in loaded.rules]
        print_week(around, settings, rules, as_json=as_json)
        return
    with open_views(settings, around.config) as views:
        states = {} if views is None else views.feeds()
        view = StatusView() if views is None else views.status(around.clock.now())
        runs = {} if views is None else stored_runs(views.connection)
    found = _figures(settings, len(loaded.rules), states, view)
    if as_json:
        print_json(found | {name.value: runs.get(name) for name in RunName})
    else:
        found |= {name.value: shown_run(runs.get(name)) for name in RunName}
        print_pairs((name.replace("_", " "), value) for name, value in found.items())


def _figures(
    settings: Settings, rules: int, states: Mapping[str, FeedState], view: StatusView
) -> dict[str, object]:
    path = database_path(settings.database)
    polled = [s.succeeded_at for s in states.values() if s.succeeded_at is not None]
    feeds = Counter(_state(states.get(feed.name)) for feed in settings.feeds)
    return {
        "running": lock_owner(path) or "nobody",
        "database": str(path),
        "feeds": dict(feeds),
        "tiers": tiers(states.values()),
        "rules": rules,
        "channels": len(settings.channels),
        "channels_broken": _channels(settings, view, "broken"),
        "channels_without_answer": _channels(settings, view, "open"),
        "last_success_at": max(polled, default=None),
        "entries": view.entries,
        "articles": view.articles or {},
        "matches": view.matches,
        "alerts": view.alerts,
        "alerts_held": view.alerts_held or {},
        "deliveries": view.deliveries or {},
        "deliveries_held": view.deliveries_held or {},
        "oldest_pending_at": view.oldest_pending_at,
    }


def _channels(settings: Settings, view: StatusView, state: str) -> list[str]:
    """Return the channels of which a URL is in that state."""
    lanes = view.ill_lanes or {}
    found = {lane.channel for lane, how in lanes.items() if how == state}
    return [spec.name for spec in settings.channels if spec.name in found]


def _state(state: FeedState | None) -> str:
    return state.status.value if state and state.polled_at else "never polled"
