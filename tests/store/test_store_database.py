"""The database file: durable, one writer, readers beside it, plain errors."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from contextlib import ExitStack, closing
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import text
from store_values import NOW, new, report, with_feed

from monitor.errors import StoreError
from monitor.ports import Transaction
from monitor.store.database import Database, database_path
from monitor.store.transaction import SqlStore


def count(database: Database, table: str = "deliveries") -> int:
    with database.read() as connection:
        query = text(f"SELECT count(*) FROM {table}")  # noqa: S608
        return int(connection.execute(query).scalar_one())


def enqueue(tx: Transaction) -> None:
    tx.enqueue("desk", report(), 1, NOW)


def test_every_connection_is_durable_and_checked(database: Database) -> None:
    with ExitStack() as connections:
        lent = [connections.enter_context(database.read()) for _ in range(8)]
        lent.append(connections.enter_context(database.write()))
        for connection in lent:
            settings = [
                connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
                for name in ("journal_mode", "synchronous", "foreign_keys")
            ]
            assert settings == ["wal", 2, 1]


def test_a_reader_sees_one_state_while_a_writer_goes_on(database: Database) -> None:
    store = SqlStore(database)
    store.run(enqueue)
    with database.read() as connection:
        query = text("SELECT count(*) FROM deliveries")
        assert connection.execute(query).scalar_one() == 1

        store.run(enqueue)

        assert connection.execute(query).scalar_one() == 1
    assert count(database) == 2


def test_a_writer_under_way_blocks_no_reader(database: Database) -> None:
    with database.write() as connection:
        connection.execute(text("DELETE FROM reports"))
        assert count(database) == 0


def test_writers_take_turns(database: Database) -> None:
    store = SqlStore(database)

    def write() -> None:
        for _ in range(10):
            store.run(lambda tx: [tx.delivery_counts(), enqueue(tx)])

    threads = [Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert count(database) == 40


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_a_transaction_that_fails_writes_nothing(
    store: SqlStore, database: Database, error: type[BaseException]
) -> None:
    def fail(tx: Transaction) -> None:
        tx.sync_feeds([], NOW)
        with_feed(tx)
        tx.save_entry(1, new(), NOW)
        enqueue(tx)
        raise error

    with pytest.raises(error):
        store.run(fail)

    assert [count(database, name) for name in ("feeds", "entries", "deliveries")] == [
        0,
        0,
        0,
    ]
    store.run(enqueue)
    assert count(database) == 1


def test_what_the_schema_forbids_is_refused(store: SqlStore) -> None:
    with pytest.raises(StoreError, match=r"monitor\.db: FOREIGN KEY constraint failed"):
        store.run(lambda tx: tx.save_entry(99, new(), NOW))


async def test_transactions_run_one_after_the_other_off_the_loop(
    store: SqlStore, database: Database
) -> None:
    counts = await asyncio.gather(
        *(
            store.transact(lambda tx: [enqueue(tx), tx.delivery_counts()["pending"]][1])
            for _ in range(5)
        )
    )

    assert sorted(counts) == [1, 2, 3, 4, 5]
    assert count(database) == 5


async def test_an_error_reaches_who_asked(store: SqlStore) -> None:
    with pytest.raises(StoreError):
        await store.transact(lambda tx: tx.save_entry(99, new(), NOW))


def test_closing_folds_the_log_into_the_file(url: str) -> None:
    store = SqlStore(Database.open(url))
    store.run(enqueue)
    folder = database_path(url).parent
    assert "monitor.db-wal" in {one.name for one in folder.iterdir()}

    store.close()

    assert [one.name for one in folder.iterdir()] == ["monitor.db"]


def test_what_was_committed_survives_a_kill(url: str) -> None:
    killed = f"""
import os, signal
from datetime import UTC, datetime
from monitor.model import Message, MessageKind
from monitor.store.database import Database
from monitor.store.transaction import SqlStore
store = SqlStore(Database.open({url!r}))
message, now = Message(MessageKind.OPS, "x"), datetime(2026, 1, 5, tzinfo=UTC)
store.run(lambda tx: tx.enqueue("desk", message, 1, now))
def dies(tx):
    tx.enqueue("desk", message, 1, now)
    os.kill(os.getpid(), signal.SIGKILL)
store.run(dies)
"""
    ended = subprocess.run([sys.executable, "-c", killed], check=False)  # noqa: S603
    assert ended.returncode == -9

    database = Database.open(url)
    assert count(database) == 1
    database.close()


def test_a_writer_in_another_process_is_waited_for(
    store: SqlStore, database: Database
) -> None:
    with closing(sqlite3.connect(database.path)) as other:
        other.execute("BEGIN IMMEDIATE")
        waiting = Thread(target=store.run, args=(enqueue,))
        waiting.start()
        waiting.join(0.2)
        assert waiting.is_alive()
        other.rollback()
        waiting.join(10)
    assert count(database) == 1


# files that are no database


def refused(path: Path, text: str) -> None:
    with pytest.raises(StoreError, match=rf"{path.name}: .*{text}"):
        Database.open(f"sqlite:///{path}")


def test_a_file_that_is_no_database_is_named_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database " * 100)

    refused(path, "file is not a database")

    assert path.read_text() == "not a database " * 100


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()

    refused(folder, "unable to open database file")


def test_a_file_where_the_folder_should_be_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("")

    refused(tmp_path / "var" / "monitor.db", "File exists: .*var$")


def test_a_missing_folder_is_made(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "monitor.db"

    Database.open(f"sqlite:///{path}").close()

    assert path.exists()


def test_a_truncated_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "monitor.db"
    Database.open(f"sqlite:///{path}").close()
    path.write_bytes(path.read_bytes()[:9_000])

    with pytest.raises(StoreError, match=r"monitor\.db: "):
        SqlStore(Database.open(f"sqlite:///{path}")).run(enqueue)
