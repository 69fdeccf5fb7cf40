"""Words of new entries are indexed after the poll, a few entries at a time."""

from __future__ import annotations

from pathlib import Path

import pytest
from house import HIT, FullDisk, House

from monitor.errors import StoreError
from monitor.jobs.indexing import IndexJob


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def found(house: House, *keys: str) -> list[str]:
    """Return the titles that a search for the keys has to look at."""
    return house.store.run(lambda tx: [s.entry.title for s in tx.entries_with(keys)])


async def test_an_entry_can_be_found_before_its_words_are_indexed(house: House) -> None:
    house.publish(HIT, "Tiflis")
    await house.poll()

    assert sorted(found(house, "tiflis")) == [HIT, "Tiflis"]
    await IndexJob(house.store).run()
    assert found(house, "tiflis") == ["Tiflis"]
    house.store.close()


async def test_all_entries_are_indexed_also_those_that_come_later(house: House) -> None:
    job = IndexJob(house.store)
    for day in range(2):
        house.publish(*(f"Tag {day} Meldung {n}" for n in range(120)))
        await house.poll()
        await job.run()
    assert len(found(house, "1")) == 121
    assert found(house, "baku") == []
    house.store.close()


async def test_so_many_at_most_are_indexed_and_the_rest_the_next_time(
    house: House,
) -> None:
    house.publish(*(f"Meldung {n}" for n in range(250)))
    await house.poll()
    job = IndexJob(house.store)
    waiting = []
    for _ in range(3):
        await job.run(at_most=100)
        waiting.append(len(found(house, "baku")))
    assert waiting == [150, 50, 0]
    house.store.close()


async def test_what_a_full_disk_did_not_take_is_indexed_later(house: House) -> None:
    house.publish(*(f"Meldung {n}" for n in range(150)))
    await house.poll()
    job = IndexJob(FullDisk(house.store, failures=1, let_through=1))
    with pytest.raises(StoreError):
        await job.run()
    assert len(found(house, "baku")) == 50
    await job.run()
    assert found(house, "baku") == []
    house.store.close()
