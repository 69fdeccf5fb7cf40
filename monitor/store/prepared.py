"""Statements for the hot paths: written with Core, compiled once, run by the driver.

SQLAlchemy builds, looks up and processes a statement anew at each execution, which
takes ten times as long as SQLite itself. Here that happens once, when it is first run.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from itertools import chain
from operator import itemgetter
from typing import Any, cast

from sqlalchemy import JSON, Boolean, Connection, Executable
from sqlalchemy.dialects.sqlite import dialect
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.sql.compiler import SQLCompiler

from monitor.store.utc import Utc

_DIALECT = cast("DefaultDialect", dialect())

_AT_ONCE = 64
_SOME = "__[POSTCOMPILE_some]"


def driver(connection: Connection) -> sqlite3.Connection:
    """Return the driver's connection, inside the transaction of `connection`."""
    return cast("sqlite3.Connection", connection.connection.dbapi_connection)


@lru_cache(1024)
def stored_time(at: datetime | None) -> str | None:
    """Return a time as the tables store it."""
    if at is None:
        return None
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


class _Compiled:
    """A statement as SQLite takes it, and what makes values of parameters and rows."""

    def __init__(self, statement: Executable, columns: Sequence[str] | None) -> None:
        compiled = cast(
            "SQLCompiler",
            statement.compile(  # type: ignore[attr-defined]  # of every Executable
                dialect=_DIALECT, column_keys=columns
            ),
        )
        self.sql = str(compiled)
        columns_read = getattr(statement, "selected_columns", ())
        self.names = [column.name for column in columns_read]
        self.readers = [
            (column.name, read)
            for column in columns_read
            if (read := _reader(column.type)) is not None
        ]
        binds = [compiled.binds[name] for name in compiled.positiontup or ()]
        self.places = [bind.key for bind in binds]
        self._fixed = {b.key: b.value for b in binds if not b.required}
        self._values = _getter(self.places)
        self._writers = [
            (place, write)
            for place, bind in enumerate(binds)
            if (write := _writer(bind.type)) is not None
        ]

    def row(self, values: Mapping[str, object]) -> list[object]:
        """Return the values of the parameters in their order, as they are stored."""
        if self._fixed:
            values = {**values, **self._fixed}
        row = self._values(values)
        for place, write in self._writers:
            row[place] = write(row[place])
        return row


class Prepared:
    """One statement, compiled when it is first run; its parameters are given by name.

    `columns` are those that an INSERT fills, all of the table if none are named.
    """

    def __init__(
        self, statement: Executable, columns: Sequence[str] | None = None
    ) -> None:
        self._statement = statement
        self._columns = columns

    @property
    def sql(self) -> str:
        """The statement as SQLite takes it, with a ``?`` for each parameter."""
        return self._compiled.sql

    @cached_property
    def _compiled(self) -> _Compiled:
        return _Compiled(self._statement, self._columns)

    def run(self, connection: Connection, **values: object) -> sqlite3.Cursor:
        """Execute the statement and return its cursor."""
        return driver(connection).execute(self.sql, self._compiled.row(values))

    def find(
        self, connection: Connection, some: Sequence[object], **values: object
    ) -> sqlite3.Cursor:
        """Execute the statement, which has an expanding parameter `some`.

        The last value is repeated up to a power of two: few statements.
        """
        count = 1 << (len(some) - 1).bit_length()
        many = [*some, *[some[-1]] * (count - len(some))]
        sql = self.sql.replace(_SOME, ", ".join("?" * count))
        row = self._compiled.row({**values, "some": None})
        at = self._compiled.places.index("some")
        row[at : at + 1] = many
        return driver(connection).execute(sql, row)

    def first(self, connection: Connection, **values: object) -> tuple[Any, ...] | None:
        """Execute the statement and return its first row as the driver reads it."""
        cursor = self.run(connection, **values)
        row: tuple[Any, ...] | None = cursor.fetchone()
        cursor.close()
        return row

    def one(self, connection: Connection, **values: object) -> tuple[Any, ...]:
        """Do the same where there is a row.

        Raises:
            LookupError: there is none.
        """
        row = self.first(connection, **values)
        if row is None:
            raise LookupError(f"no row: {self.sql}")
        return row

    def rows(self, connection: Connection, **values: object) -> list[dict[str, Any]]:
        """Execute the statement, a SELECT; return its rows by column."""
        found = []
        for row in self.run(connection, **values):
            named = dict(zip(self._compiled.names, row, strict=True))
            for name, read in self._compiled.readers:
                if named[name] is not None:
                    named[name] = read(named[name])
            found.append(named)
        return found

    def insert(
        self, connection: Connection, rows: Iterable[Mapping[str, object]]
    ) -> None:
        """Execute the statement, an INSERT of VALUES, for all rows."""
        insert_rows(
            connection, self.sql, [self._compiled.row(values) for values in rows]
        )


def insert_rows(
    connection: Connection, sql: str, rows: Sequence[Sequence[object]]
) -> None:
    """Execute an INSERT of one row's VALUES for all rows, many of them at once.

    The driver lets go of the interpreter's lock at each step, and may wait long to
    have it back while the loop is busy; so there are few steps. The numbers of rows
    are powers of two: few statements, which the driver keeps prepared.
    """
    before, values, after = re.split(r"(?<= VALUES )(\([?, ]+\))", sql, maxsplit=1)
    start = 0
    while left := len(rows) - start:
        count = min(_AT_ONCE, 1 << (left.bit_length() - 1))
        some = chain.from_iterable(rows[start : start + count])
        many = f"{before}{', '.join([values] * count)}{after}"
        driver(connection).execute(many, list(some))
        start += count


def _reader(kind: object) -> Callable[[Any], object] | None:
    """Return what makes a value of what the driver reads, None if that is the same."""
    if isinstance(kind, Utc):
        return _read_time
    if isinstance(kind, JSON):
        return json.loads
    return bool if isinstance(kind, Boolean) else None


def _read_time(stored: str) -> datetime:
    return datetime.fromisoformat(stored).replace(tzinfo=UTC)


def _writer(kind: object) -> Callable[[Any], object] | None:
    """Return what makes of a value what the driver takes, None if that is the same."""
    if isinstance(kind, Utc):
        return stored_time
    return _json if isinstance(kind, JSON) else None


def _json(value: object) -> str:
    """Return JSON; the categories of entries are few, and come as a tuple."""
    return _json_of(value) if isinstance(value, tuple) else json.dumps(value)


_json_of = lru_cache(1024)(json.dumps)


def _getter(
    names: Sequence[str],
) -> Callable[[Mapping[str, object]], list[object]]:
    """Return what lists the values of the names: `itemgetter` is the fastest way."""
    if len(names) > 1:
        get = itemgetter(*names)
        return lambda values: list(get(values))
    return lambda values: [values[name] for name in names]
