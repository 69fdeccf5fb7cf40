"""``monitor rules history``: every version of each rule, and what changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from difflib import unified_diff
from itertools import groupby
from typing import Annotated

import typer

from monitor.cli.frame import PROBLEM, open_views, surroundings, usable_files
from monitor.cli.output import cell, print_json, say, show
from monitor.model import RuleVersion
from monitor.store.history_views import HistoryViews


def history(
    context: typer.Context,
    rule: Annotated[str, typer.Argument(help="Only this rule, by name.")] = "",
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one object for each version.")
    ] = False,
) -> None:
    """Show every version of each rule: when it was in force, and what changed.

    Example: monitor rules history waffen
    """
    around = surroundings(context)
    _, settings = usable_files(around)
    with open_views(settings, around.config) as views:
        found: Sequence[RuleVersion] = ()
        if views is not None:
            found = HistoryViews(views.connection).rule_versions(rule)
    if rule and not found:
        say(f"monitor: no version of a rule {rule!r} is kept; see `monitor rules list`")
        raise typer.Exit(PROBLEM)
    for _, versions in groupby(found, key=lambda version: version.name):
        for version, change in _with_changes(versions):
            if as_json:
                print_json({**asdict(version), "change": change})
            else:
                _print(version, change)


def _with_changes(
    versions: Iterator[RuleVersion],
) -> Iterator[tuple[RuleVersion, str]]:
    """Yield the versions of one rule, each with its difference to the one before."""
    before: RuleVersion | None = None
    for version in versions:
        yield version, "" if before is None else _change(before, version)
        before = version


def _change(old: RuleVersion, new: RuleVersion) -> str:
    lines = unified_diff(
        old.text.splitlines(),
        new.text.splitlines(),
        old.version,
        new.version,
        lineterm="",
        n=1,
    )
    return "\n".join(lines)


def _print(version: RuleVersion, change: str) -> None:
    until = cell(version.until_at) or "now"
    show(f"{version.name} {version.version}, {cell(version.from_at)} until {until}")
    for line in (change or version.text).splitlines():
        show(f"  {line}")
    show("")
