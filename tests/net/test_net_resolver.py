"""Names to addresses by the system's resolver."""

from __future__ import annotations

import asyncio
import socket

import pytest

from monitor.net.resolver import ThreadsResolver


async def test_a_name_that_exists_has_addresses():
    found = await ThreadsResolver(1).resolve("localhost", 80, socket.AF_UNSPEC)
    assert {result["host"] for result in found} <= {"127.0.0.1", "::1"}
    assert {result["port"] for result in found} == {80}


@pytest.mark.parametrize("name", ["nosuch.invalid", f"{'a' * 64}.example"])
async def test_a_name_that_does_not_exist_is_an_error(name: str):
    with pytest.raises((OSError, UnicodeError)):
        await ThreadsResolver(1).resolve(name, 80, socket.AF_UNSPEC)


async def test_a_look_up_nobody_waits_for_gives_its_place_back():
    resolver = ThreadsResolver(1)
    task = asyncio.create_task(resolver.resolve("localhost"))
    await asyncio.wait([task], timeout=0)  # it begins
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.wait_for(resolver.resolve("localhost"), 5)


async def test_more_names_than_threads_wait_for_their_turn():
    resolver = ThreadsResolver(2)
    found = await asyncio.gather(*(resolver.resolve("localhost") for _ in range(20)))
    assert all(found)
