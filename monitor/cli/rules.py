"""``monitor rules``: what is looked for, and whether the rules' own tests hold."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.cli import explain, plan, report, rules_history
from monitor.cli.frame import (
    OK,
    PROBLEM,
    UNUSABLE,
    Command,
    group,
    open_views,
    surroundings,
    usable_files,
)
from monitor.cli.output import print_json, print_rows, say, show
from monitor.config import Loaded, document_of
from monitor.errors import ConfigError
from monitor.matching import QueryCompiler
from monitor.model import Rule, Severity
from monitor.store.views import RuleView

app = group("The rules.")
app.command("explain", cls=Command)(explain.explain)
app.command("plan", cls=Command)(plan.plan)
app.command("report", cls=Command)(report.report)
app.command("history", cls=Command)(rules_history.history)

_COLUMNS = (
    "name",
    "priority",
    "channels",
    "feeds",
    "matched_at",
    "matches_7_days",
    "matches_30_days",
)


@app.command("list", cls=Command)
def list_rules(
    context: typer.Context,
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one object for each rule.")
    ] = False,
) -> None:
    """Show every rule, where it tells, and how often it was true.

    Example: monitor rules list
    """
    around = surroundings(context)
    loaded, settings = usable_files(around)
    with open_views(settings, around.config) as views:
        seen = {} if views is None else views.rules(around.clock.now())
    rows = []
    for rule in loaded.rules:
        view = seen.get(rule.name, RuleView())
        rows.append(
            {
                "name": rule.name,
                "query": rule.query,
                "priority": rule.priority,
                "channels": rule.channels,
                "feeds": rule.feeds,
                "enabled": rule.enabled,
                "expires": rule.expires,
                "file": rule.path,
                "matched_at": view.matched_at,
                "matches_7_days": view.matches_7_days,
                "matches_30_days": view.matches_30_days,
            }
        )
    print_rows(rows, _COLUMNS, as_json=as_json)


@app.command("test", cls=Command)
def run_tests(
    context: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(help="Only these rules, by name.")
    ] = None,
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one object for each rule.")
    ] = False,
) -> None:
    """Run the should_match and should_not_match that stand in the rules.

    Example: monitor rules test waffen
    """
    loaded = surroundings(context).read_files()
    _require_rules(loaded)
    loaded.require_forms()
    _require_known(loaded, names or [])
    has_failed = False
    compiler = QueryCompiler(loaded.lists, loaded.forms)
    for rule in loaded.rules:
        if names and rule.name not in names:
            continue
        failed = failed_tests(rule, compiler)
        has_failed |= bool(failed)
        if as_json:
            print_json({"name": rule.name, "tests": len(rule.tests), "failed": failed})
            continue
        show(f"{rule.name}: {_held(len(rule.tests), len(failed))}")
        for text in failed:
            show(f"  {text}")
    raise typer.Exit(PROBLEM if has_failed else OK)


def _held(tests: int, failed: int) -> str:
    return f"{tests - failed} of {tests} hold" if tests else "no tests"


def failed_tests(rule: Rule, compiler: QueryCompiler) -> list[str]:
    """Return what is wrong with each test of a rule that does not hold."""
    query = compiler.compile(rule.query, bound=bool(rule.feeds))
    failed = []
    for test in rule.tests:
        because = query.match(document_of(test, rule.full_text))
        if (because is not None) is not test.expected:
            text = " / ".join(value for _, value in test.fields)
            words = ", ".join(dict.fromkeys(place.text for place in because or ()))
            what = f"should not match, and does ({words})"
            failed.append(
                f"{'should match, and does not' if test.expected else what}: {text}"
            )
    return failed


def _require_rules(loaded: Loaded) -> None:
    """Refuse files with other errors than tests that fail."""
    errors = [d for d in loaded.diagnostics if d.severity is Severity.ERROR]
    if loaded.settings is None or set(errors) - set(loaded.failed_tests):
        raise ConfigError(loaded.diagnostics)


def _require_known(loaded: Loaded, names: list[str]) -> None:
    known = [rule.name for rule in loaded.rules]
    for name in names:
        if name not in known:
            say(f"monitor: there is no rule {name!r}; there are: {', '.join(known)}")
            raise typer.Exit(UNUSABLE)
