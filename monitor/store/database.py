"""The engine: one file, one writer, immediate transactions, migrations at start."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from monitor.errors import NewerSchema, StorageFull, StoreError

HEAD = "0014"
"""The revision of the tables as they are in `tables.py`."""

_PRAGMAS = (
    "PRAGMA busy_timeout = 10000",  # first: the next one may have to wait
    "PRAGMA journal_mode = WAL",
    # FULL: a power cut must not take back what was committed (an alert sent).
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA temp_store = MEMORY",  # what a savepoint may have to undo
)

_FULL = sqlite3.SQLITE_FULL
_PRIMARY = 0xFF  # an extended code's lowest byte is the plain one


def database_path(url: str) -> Path:
    """Return the file of an ``sqlite:///`` URL."""
    return Path(make_url(url).database or "")


class Database:
    """An open database; `write` and `read` lend connections."""

    def __init__(self, url: str) -> None:
        self.path = database_path(url)
        self._engine = _engine(url)

    @classmethod
    def open(cls, url: str) -> Database:
        """Return the database, made or brought to the newest schema first.

        Raises:
            NewerSchema: a later version of the monitor wrote it.
            StoreError: it cannot be opened; the text names the file.
        """
        database = cls(url)
        try:
            with database.translated():
                database.path.parent.mkdir(parents=True, exist_ok=True)
                database.migrate()
        except StoreError:
            database.close()
            raise
        return database

    def migrate(self) -> None:
        """Bring the schema to `HEAD`, after a backup where there was one before."""
        found = self.revision()
        if found == HEAD:
            return
        if found is not None and found > HEAD:
            raise NewerSchema(
                f"{self.path} has schema {found}, this version knows {HEAD}: "
                "install the newer version again, or restore a backup"
            )
        if found is not None:
            self._back_up(found)
        # Alembic is slow to import and needed once in a schema's life.
        from monitor.store.migrations.upgrade import upgrade  # noqa: PLC0415

        with self.write() as connection:
            upgrade(connection)

    def revision(self) -> str | None:
        """Return the schema's revision, None for an empty database."""
        query = "SELECT name FROM sqlite_master WHERE name = 'alembic_version'"
        with self.read() as connection:
            if connection.execute(text(query)).first() is None:
                return None
            row = connection.execute(text("SELECT version_num FROM alembic_version"))
            return row.scalar_one_or_none()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Lend a connection inside BEGIN IMMEDIATE; commit at the end.

        Raises:
            StoreError: nothing was written.
        """
        with self.translated(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Lend a connection that sees one state of the database and writes nothing."""
        reading = self._engine.execution_options(reads=True)
        with self.translated(), reading.begin() as connection:
            yield connection

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Let what the driver raises come out as a StoreError that names the file."""
        try:
            yield
        except DBAPIError as error:
            raise _store_error(self.path, error.orig) from error
        except sqlite3.Error as error:
            raise _store_error(self.path, error) from error
        except OSError as error:
            what = f"{error.strerror}: {error.filename}"
            raise StoreError(f"{self.path}: {what}") from error

    def close(self) -> None:
        """Close all connections; the last one folds the log back into the file."""
        self._engine.dispose()

    def _back_up(self, revision: str) -> None:
        target = self.path.with_name(f"{self.path.name}.before-{HEAD}-was-{revision}")
        partial = target.with_name(f"{target.name}.part")
        try:
            source = closing(sqlite3.connect(self.path))
            with source as written, closing(sqlite3.connect(partial)) as copy:
                written.backup(copy)
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)  # half a backup is none


def _engine(url: str) -> Engine:
    engine = create_engine(url, connect_args={"check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, below
        try:
            for pragma in _PRAGMAS:
                connection.execute(pragma)
        except sqlite3.Error:
            connection.close()
            raise

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A deferred transaction that turns writer fails at once when another
        # writes; an immediate one waits for its turn.
        reads = connection.get_execution_options().get("reads", False)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine


def _store_error(path: Path, error: BaseException | None) -> StoreError:
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None and code & _PRIMARY == _FULL:
        return StorageFull(f"{path}: {error}; free some space")
    return StoreError(f"{path}: {error}")
