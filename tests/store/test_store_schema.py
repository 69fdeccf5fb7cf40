"""The schema: migrations give what the tables say, after a backup, or not at all."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from store_values import NOW, new, with_feed

from monitor.errors import NewerSchema, StoreError
from monitor.store.database import HEAD, Database, database_path
from monitor.store.migrations.upgrade import configuration
from monitor.store.tables import WORD_INDEX, metadata
from monitor.store.transaction import SqlStore


def described(path: Path) -> dict[str, list[str]]:
    """Return the parts of the statement that makes each table and index."""
    query = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute(query).fetchall()
    return {
        name: sorted(part.strip(' ()"\t') for part in sql.replace("\n", "").split(","))
        for name, sql in found
        if name != "alembic_version"
    }


def set_revision(path: Path, revision: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", [revision])


def test_the_migrations_make_the_tables(database: Database) -> None:
    with database.read() as connection:
        # SQLite keeps a full-text index in tables of its own.
        ours = {"include_name": lambda name, *_: not str(name).startswith(WORD_INDEX)}
        context = MigrationContext.configure(connection, opts=ours)
        assert compare_metadata(context, metadata) == []


def test_the_migrations_make_the_very_same_schema(
    database: Database, tmp_path: Path
) -> None:
    plain = create_engine(f"sqlite:///{tmp_path}/plain.db")
    metadata.create_all(plain)
    plain.dispose()

    assert described(database.path) == described(tmp_path / "plain.db")


def test_head_is_the_newest_migration(database: Database) -> None:
    with database.read() as connection:
        scripts = ScriptDirectory.from_config(configuration(connection))

    assert scripts.get_heads() == [HEAD]
    assert database.revision() == HEAD


def test_a_newer_database_is_refused_untouched(url: str) -> None:
    Database.open(url).close()
    path = database_path(url)
    set_revision(path, "9999")
    before = path.read_bytes()

    with pytest.raises(NewerSchema, match=r"monitor\.db has schema 9999, this version"):
        Database.open(url)

    assert path.read_bytes() == before
    assert [one.name for one in path.parent.iterdir()] == ["monitor.db"]


def test_an_older_database_is_backed_up_before_it_is_touched(url: str) -> None:
    store = SqlStore(Database.open(url))
    store.run(lambda tx: tx.save_entry(with_feed(tx), new(), NOW))
    store.close()
    path = database_path(url)
    set_revision(path, "0000")

    with pytest.raises(StoreError, match=r"monitor\.db: no database of the monitor"):
        Database.open(url)

    backup = path.with_name(f"monitor.db.before-{HEAD}-was-0000")
    assert described(backup) == described(path)
    with closing(sqlite3.connect(backup)) as copy:
        assert copy.execute("SELECT title FROM entries").fetchall() == [
            ("Baku liefert Waffen",)
        ]
    assert not list(path.parent.glob("*.part"))


def test_a_backup_that_cannot_be_made_stops_the_upgrade(url: str) -> None:
    Database.open(url).close()
    path = database_path(url)
    set_revision(path, "0000")
    in_the_way = path.with_name(f"monitor.db.before-{HEAD}-was-0000")
    in_the_way.mkdir()

    with pytest.raises(StoreError, match=r"monitor\.db: "):
        Database.open(url)

    assert sorted(one.name for one in path.parent.iterdir()) == [
        "monitor.db",
        in_the_way.name,
    ]
    in_the_way.rmdir()
    set_revision(path, HEAD)
    Database.open(url).close()


def test_a_database_is_not_made_over_again(url: str) -> None:
    first = SqlStore(Database.open(url))
    first.run(lambda tx: tx.open_report("config", "", NOW))
    first.close()

    second = SqlStore(Database.open(url))
    assert second.run(lambda tx: tx.close_report("config"))
    second.close()

    assert sorted(one.name for one in database_path(url).parent.iterdir()) == [
        "monitor.db"
    ]


def test_an_upgrade_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    """The last of our tables is in the way; the first is not made either."""
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE attempts (of TEXT)")

    with pytest.raises(StoreError, match=r"other\.db: table attempts already exists"):
        Database.open(f"sqlite:///{path}")

    assert list(described(path)) == ["attempts"]


def test_a_database_without_a_revision_is_taken_as_empty(tmp_path: Path) -> None:
    path = tmp_path / "begun.db"
    with closing(sqlite3.connect(path)) as begun:
        begun.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")

    database = Database.open(f"sqlite:///{path}")

    assert database.revision() == HEAD
    database.close()
