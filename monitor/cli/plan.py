"""``monitor rules plan``: what an edit would change, seen on what is stored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer

from monitor.alerts.wording import counted, one_line
from monitor.cli.frame import PROBLEM, open_views, surroundings
from monitor.cli.output import print_json, print_rows, say, show
from monitor.cli.search import progress, since_when
from monitor.jobs.comparing import LOUD, Comparison, RuleChange
from monitor.jobs.edits import summary
from monitor.jobs.in_force import InForce
from monitor.store.search_rows import SearchRows
from monitor.store.views import Views
from monitor.wiring import Surroundings, in_force_of, require_usable

_MOST_SHOWN = 20
_COLUMNS = ("rule", "state", "before", "after", "gained", "lost", "alerts_a_day")


def plan(
    context: typer.Context,
    *,
    since: Annotated[
        str, typer.Option(help="Look at entries first seen since then: 30d, 12h.")
    ] = "30d",
    as_json: Annotated[bool, typer.Option("--json", help="Print one object.")] = False,
) -> None:
    """Compare the rule files with the rules in force, over stored entries.

    Example: monitor rules plan --since 7d
    """
    around = surroundings(context)
    loaded = around.read_files()
    require_usable(loaded)
    loaded.require_forms()
    new = in_force_of(loaded)
    begin = since_when(around, since)
    with open_views(new.settings, around.config) as views:
        if views is None:
            say("monitor: nothing is stored yet; start `monitor run` first")
            raise typer.Exit(PROBLEM)
        old = _in_force(around, views, new)
        compared = _compared(around, views, old, new, begin)
    now = around.clock.now()
    if as_json:
        print_json(_object(compared, now))
    else:
        line = summary(compared, old, new, round(compared.days(now)))
        _print(compared, line, now)


def _compared(
    around: Surroundings,
    views: Views,
    old: InForce,
    new: InForce,
    begin: datetime | None,
) -> Comparison:
    compared = Comparison(old, new, around.clock.now())
    stored = SearchRows(views.connection)
    with progress("comparing", stored.count_entries(begin)) as advance:
        for each in stored.all_entries(begin):
            compared.look(each)
            advance()
    return compared


def _in_force(around: Surroundings, views: Views, new: InForce) -> InForce:
    """Return the rules of the last good files, with the settings of today."""
    texts = dict(views.rule_files())
    if not texts:
        return InForce.of(new.settings, (), {})
    old = around.read_files(texts=texts)
    return InForce.of(new.settings, old.rules, old.lists, old.forms)


def _object(compared: Comparison, now: datetime) -> dict[str, object]:
    days = compared.days(now)
    return {
        "entries": compared.entries,
        "days": round(days, 1),
        "rules": [
            {**asdict(change), "alerts_a_day": round(change.alerts / days, 2)}
            for change in compared.changes.values()
            if change.state != "same"
        ],
        "channels": {
            name: round(count / days, 2) for name, count in compared.channels.items()
        },
        "dead": compared.dead(),
        "loud": compared.loud(now),
    }


def _print(compared: Comparison, line: str, now: datetime) -> None:
    days = compared.days(now)
    changes = [c for c in compared.changes.values() if c.state != "same"]
    if not changes:
        show("No rule differs: the files say what is in force.")
    rows = [
        {
            "rule": change.name,
            "state": change.state,
            "before": change.before,
            "after": change.after,
            "gained": f"+{change.gained}",
            "lost": f"-{change.lost}",
            "alerts_a_day": f"{change.alerts / days:.1f}",
        }
        for change in changes
    ]
    if rows:
        print_rows(rows, _COLUMNS, as_json=False)
        show(line)
    for remark in _remarks(compared, now):
        show(remark)
    entries = counted(compared.entries, "entry", "entries")
    say(f"{entries} of {counted(round(days), 'day')}")


def _remarks(compared: Comparison, now: datetime) -> Iterator[str]:
    changes = [c for c in compared.changes.values() if c.state != "same"]
    moved = [c for c in changes if c.gained or c.lost]
    for change in moved[:_MOST_SHOWN]:
        for title in change.samples_gained:
            yield f"+ {change.name}: {one_line(title)}"
        for title in change.samples_lost:
            yield f"- {change.name}: {one_line(title)}"
    if (more := len(moved) - _MOST_SHOWN) > 0:
        yield f"and {counted(more, 'more rule')}: monitor rules plan --json"
    yield from map(_by_article, (c for c in changes if c.by_article))
    if (dead := compared.dead()) and compared.entries:
        entries = counted(compared.entries, "stored entry", "stored entries")
        verb = "matches" if len(dead) == 1 else "match"
        yield f"dead: {_named(dead)} {verb} none of {entries}"
    if loud := compared.loud(now):
        yield f"loud: {_named(loud)} would give more than {LOUD} alerts a day"
    for name, count in compared.channels.most_common():
        yield f"channel {name}: {count / compared.days(now):.1f} alerts a day"


def _by_article(change: RuleChange) -> str:
    matches = counted(change.after, "match", "matches")
    return f"{change.name}: {change.by_article} of {matches} by the article alone"


def _named(rules: Sequence[str]) -> str:
    more = len(rules) - _MOST_SHOWN
    shown = ", ".join(rules[:_MOST_SHOWN])
    return f"{shown} and {more} more" if more > 0 else shown
