"""How commands speak: data on standard output, words on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import asdict, is_dataclass
from datetime import datetime, tzinfo
from enum import Enum

from rich.console import Console
from rich.table import Table
from rich.text import Text

_WIDE = 200
"""Columns of a table that nobody looks at directly (a pipe, a file)."""


_ZONE: ContextVar[tzinfo | None] = ContextVar("zone", default=None)


def show_times_in(zone: tzinfo) -> None:
    """Let tables show times in this zone: that of the messages and timetables."""
    _ZONE.set(zone)


def console(*, stderr: bool = False) -> Console:
    """Return a console on a standard stream; colours only on a terminal."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else _WIDE
    return Console(file=stream, width=width, highlight=False, markup=False)


def show(text: str) -> None:
    """Print data."""
    print(text)


def say(text: str) -> None:
    """Print words."""
    print(text, file=sys.stderr)


def print_json(value: object) -> None:
    """Print one object on one line."""
    print(json.dumps(plain(value), ensure_ascii=False))


def plain(value: object) -> object:
    """Return a value as JSON knows it; times are ISO 8601 in UTC."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return _scalar(value)


def _scalar(value: object) -> object:
    if isinstance(value, Enum):
        return value.name.lower() if isinstance(value, int) else value.value
    if isinstance(value, str | int | float | None):
        return value
    return str(value)


def print_rows(
    rows: Sequence[Mapping[str, object]], columns: Sequence[str], *, as_json: bool
) -> None:
    """Print rows as a table of the named columns, or whole as one object a line."""
    if as_json:
        for row in rows:
            print_json(row)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in columns:
        table.add_column(name.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell(row[name])) for name in columns))
    console().print(table)


def cell(value: object) -> str:
    """Return a value for a person's table; times in the configured zone.

    Where no configuration was read, in the system's own.
    """
    if isinstance(value, datetime):
        return f"{value.astimezone(_ZONE.get()):%Y-%m-%d %H:%M}"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {count}" for key, count in value.items() if count)
    if isinstance(value, list | tuple):
        return ", ".join(cell(item) for item in value)
    if isinstance(value, bool):
        return "yes" if value else ""
    found = _scalar(value)
    return "" if found is None else str(found)


def to_the_second(at: datetime) -> str:
    """Return a time as `cell` does, with its seconds."""
    return f"{at.astimezone(_ZONE.get()):%Y-%m-%d %H:%M:%S}"


def print_pairs(pairs: Iterable[tuple[str, object]]) -> None:
    """Print names and values, one pair a line, the empty ones left out."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in pairs:
        if shown := cell(value):
            table.add_row(name, Text(shown))
    console().print(table)
