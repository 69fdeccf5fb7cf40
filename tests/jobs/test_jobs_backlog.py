"""No body is asked for while many wait to be stored."""

from __future__ import annotations

import asyncio

from monitor.jobs.backlog import Backlog
from monitor.model import Fetched, FetchOutcome

FULL = Fetched(FetchOutcome.OK, "https://o.example/f", body=b"<rss/>")
EMPTY = Fetched(FetchOutcome.NOT_MODIFIED, "https://o.example/f")


async def test_there_is_room_until_there_is_none() -> None:
    backlog = Backlog(most=2)
    with backlog.ends(1):
        backlog.note(1, FULL)
        await backlog.room()
        with backlog.ends(2):
            backlog.note(2, FULL)
            waiting = asyncio.create_task(backlog.room())
            await asyncio.sleep(0)
            assert not waiting.done()
        await waiting


async def test_what_brings_no_body_takes_no_room() -> None:
    backlog = Backlog(most=1)
    with backlog.ends(1):
        backlog.note(1, EMPTY)
        await backlog.room()
