"""``monitor rules report``: how each rule has done."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.cli.frame import open_views, surroundings, usable_files
from monitor.cli.output import print_json, print_rows, say
from monitor.cli.search import since_when
from monitor.jobs.reporting import RuleReport, report_on

_COLUMNS = (
    "name",
    "matches",
    "stories",
    "suppressed",
    "most_by",
    "never_fired",
    "shares_with",
)
_MOST_SHOWN = 5
_WORTH_SAYING = 0.2


def report(
    context: typer.Context,
    *,
    since: Annotated[
        str, typer.Option(help="Only matches since then: 30d, 12h.")
    ] = "30d",
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one object for each rule.")
    ] = False,
) -> None:
    """Show for each rule what it matched, which terms did it, and what others share.

    Example: monitor rules report --since 7d
    """
    around = surroundings(context)
    loaded, settings = usable_files(around)
    begin = since_when(around, since)
    with open_views(settings, around.config) as views:
        matches = () if views is None else views.matches(begin)
        found = report_on(loaded.rules, loaded.lists, matches)
    if as_json:
        for each in found:
            print_json(_object(each))
        return
    print_rows([_row(each) for each in found], _COLUMNS, as_json=False)
    say(f"matches of the last {since}" if since else "all matches that are stored")


def _object(report: RuleReport) -> dict[str, object]:
    return {
        "name": report.name,
        "matches": report.matches,
        "stories": report.stories,
        "suppressed": dict(report.suppressed),
        "terms": dict(report.terms.most_common()),
        "never_fired": report.silent,
        "shares_with": dict(report.shared.most_common()),
    }


def _row(report: RuleReport) -> dict[str, object]:
    most = [f"{t} {_share(n, report)}" for t, n in report.terms.most_common(1)]
    shared = [
        f"{name} {_share(count, report)}"
        for name, count in report.shared.most_common(_MOST_SHOWN)
        if count >= _WORTH_SAYING * report.matches
    ]
    more = len(report.silent) - _MOST_SHOWN
    silent = [*report.silent[:_MOST_SHOWN], *([f"{more} more"] if more > 0 else [])]
    return {
        "name": report.name,
        "matches": report.matches,
        "stories": report.stories,
        "suppressed": {
            reason.replace("_", " "): count
            for reason, count in report.suppressed.items()
        },
        "most_by": most,
        "never_fired": silent,
        "shares_with": shared,
    }


def _share(count: int, report: RuleReport) -> str:
    return f"{count / report.matches:.0%}"
