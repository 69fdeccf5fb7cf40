"""The world that every test of a manner lives in."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from world import World

from monitor.store.database import Database


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("empty") / "monitor.db"
    Database.open(f"sqlite:///{path}").close()
    return path


@pytest.fixture
async def world(tmp_path: Path, empty_database: Path) -> AsyncIterator[World]:
    shutil.copy(empty_database, tmp_path)  # quicker than to make its tables
    async with World(tmp_path) as made:
        yield made
