"""A real database on a temporary path for each test of the store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.store.database import Database
from monitor.store.transaction import SqlStore, SqlTransaction


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/state/monitor.db"


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    database = Database.open(url)
    yield database
    database.close()


@pytest.fixture
def store(database: Database) -> Iterator[SqlStore]:
    store = SqlStore(database)
    yield store
    store.close()


@pytest.fixture
def tx(database: Database) -> Iterator[SqlTransaction]:
    """Lend one open transaction; what it wrote is thrown away."""
    connection = database._engine.connect()
    transaction = connection.begin()
    yield SqlTransaction(connection)
    transaction.rollback()
    connection.close()
