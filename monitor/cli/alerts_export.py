"""``monitor alerts export``: alerts as evidence, one line for each delivery.

Each line ends with a hash over itself and the hash of the line before it, so that a
line that was removed, added or changed shows in all that follow.
"""

from __future__ import annotations

import csv
import hashlib
import json
import sys
from collections.abc import Iterable
from dataclasses import asdict, fields
from typing import Annotated

import typer

from monitor.alerts.wording import counted
from monitor.cli.frame import UNUSABLE, open_views, surroundings, usable_files
from monitor.cli.moments import moment
from monitor.cli.names import require_alerts_of
from monitor.cli.output import plain, say, show
from monitor.store.history_views import Evidence, HistoryViews

_COLUMNS = [field.name for field in fields(Evidence)]
_START = "0" * 64
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet may take a cell for that begins with one of these."""


def export(
    context: typer.Context,
    *,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Print a table for spreadsheets.")
    ] = False,
    as_jsonl: Annotated[
        bool, typer.Option("--jsonl", help="Print one object for each line.")
    ] = False,
    since: Annotated[
        str, typer.Option(help="Alerts made since then: 30d, 12h, 2026-01-31.")
    ] = "",
    until: Annotated[str, typer.Option(help="Alerts made before then.")] = "",
    rule: Annotated[str, typer.Option(help="Only of this rule.")] = "",
) -> None:
    """Print alerts as evidence: a line for each delivery, with hashes and times.

    Example: monitor alerts export --csv --since 2026-01-01 > alerts.csv
    """
    if as_csv is as_jsonl:
        say("monitor: write --csv or --jsonl")
        raise typer.Exit(UNUSABLE)
    around = surroundings(context)
    loaded, settings = usable_files(around)
    begin = moment(around, settings, since, "--since")
    end = moment(around, settings, until, "--until")
    write = _write_csv if as_csv else _write_jsonl
    with open_views(settings, around.config) as views:
        require_alerts_of(rule, "", loaded, settings, views)
        found: Iterable[Evidence] = ()
        if views is not None:
            found = HistoryViews(views.connection).evidence(rule, begin, end)
        count, chain = write(found)
    say(f"{counted(count, 'line')}; the last hash is {chain}")


def _write_jsonl(found: Iterable[Evidence]) -> tuple[int, str]:
    """Print the lines as objects; return how many, and the last hash."""
    count, chain = 0, _START
    for line in found:
        values = _values(line)
        count, chain = count + 1, chained(chain, values)
        show(_compact({**values, "chain": chain}))
    return count, chain


def _write_csv(found: Iterable[Evidence]) -> tuple[int, str]:
    """Print the lines as a table; return how many, and the last hash."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([*_COLUMNS, "chain"])
    count, chain = 0, _START
    for line in found:
        cells = [_cell(value) for value in _values(line).values()]
        count, chain = count + 1, chained(chain, cells)
        writer.writerow([*cells, chain])
    return count, chain


def chained(before: str, line: object) -> str:
    """Return the hash of a line: SHA-256 of the hash before it and the line as JSON.

    The line is its object or its cells without the hash; the JSON has no spaces and
    no escapes but those that it must have.
    """
    return hashlib.sha256(f"{before}\n{_compact(line)}".encode()).hexdigest()


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _values(line: Evidence) -> dict[str, object]:
    return {name: plain(value) for name, value in asdict(line).items()}


def _cell(value: object) -> str:
    """Return a value as a cell that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
