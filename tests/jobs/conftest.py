"""The house that every test of a job lives in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from house import House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.store.close()


@pytest.fixture
async def primed(house: House) -> House:
    """The house after its first poll, of an empty feed."""
    house.publish()
    await house.poll()
    return house
