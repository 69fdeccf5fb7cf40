"""What goes wrong is said once a minute, and the loop goes on."""

from __future__ import annotations

from datetime import timedelta

from monitor.daemon.troubles import Troubles
from monitor.errors import StorageFull
from monitor.testing import FakeClock, ListJournal


async def test_full_disk_is_said_once_a_minute() -> None:
    clock, journal = FakeClock(), ListJournal()

    async def write() -> None:
        raise StorageFull("the disk is full")

    guarded = Troubles(clock, journal).guarded("tick", write)
    for _ in range(90):
        await guarded()
        clock.advance(timedelta(seconds=1))
    assert [event["error"] for event in journal.named("trouble")] == [
        "the disk is full",
        "the disk is full",
    ]


async def test_defect_is_said_with_its_trace() -> None:
    journal = ListJournal()

    async def fail() -> None:
        raise ZeroDivisionError("ours")

    await Troubles(FakeClock(), journal).guarded("tick", fail)()
    (event,) = journal.named("trouble")
    assert event["where"] == "tick"
    assert "ZeroDivisionError" in str(event["trace"])


def test_different_troubles_are_said_beside_each_other() -> None:
    journal = ListJournal()
    troubles = Troubles(FakeClock(), journal)
    for where in ("tick", "sweep", "tick"):
        troubles.note(where, "slow")
    assert len(journal.events) == 2
