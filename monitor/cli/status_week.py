"""What ``monitor status`` shows of the watch: its runs, and the report on a week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from zoneinfo import ZoneInfo

from monitor import __version__
from monitor.alerts.weekly import AroundWeek, silent_rules, weekly_report
from monitor.cli.frame import open_views
from monitor.cli.output import cell, print_json, show
from monitor.jobs.weekly import WEEK
from monitor.model import Run, RunName, Settings, Week
from monitor.store.database import database_path
from monitor.store.disk import DatabaseDisk
from monitor.store.watch_rows import stored_runs
from monitor.store.week_rows import week
from monitor.wiring import Surroundings


def shown_run(run: Run | None) -> str | None:
    """Return how something that recurs went last, None if it never ran.

    A run that is neither good nor failed is under way.
    """
    if run is None:
        return None
    if run.name is RunName.REPORT and run.good_at is None:
        return "not yet sent"
    if run.detail:
        last = "never" if run.good_at is None else cell(run.good_at)
        return f"{run.detail} ({cell(run.ran_at)}; last good: {last})"
    state = "good" if run.good_at == run.ran_at else "under way"
    return f"{state} ({cell(run.ran_at)})"


def print_week(
    around: Surroundings, settings: Settings, rules: Sequence[str], *, as_json: bool
) -> None:
    """Print the report on the last week, as text or as one object."""
    now = around.clock.now()
    with open_views(settings, around.config) as views:
        found = Week(now - WEEK, now)
        runs = {}
        if views is not None:
            found = week(views.connection, now - WEEK, now)
            runs = dict(stored_runs(views.connection))
    if as_json:
        print_json({**asdict(found), "silent_rules": silent_rules(found, rules)})
        return
    space = DatabaseDisk(database_path(settings.database)).space()
    zone = ZoneInfo(settings.timezone)
    canary = runs.get(RunName.CANARY)
    context = AroundWeek(rules, zone, __version__, space, canary)
    report = weekly_report(found, context)
    show(f"{report.title}\n{report.text}")
