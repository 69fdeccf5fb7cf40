"""Transactions that wait at one time are committed together, and stand alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from threading import Event

from sqlalchemy import event
from store_values import NOW, entry, new, report, with_feed

from monitor.errors import StorageFull, StoreError
from monitor.ports import Transaction
from monitor.store.database import Database
from monitor.store.transaction import SqlStore


def enqueue(tx: Transaction) -> None:
    tx.enqueue("desk", report("x" * 2_000), 1, NOW)


def pending(tx: Transaction) -> int:
    return tx.delivery_counts()["pending"]


@asynccontextmanager
async def busy(store: SqlStore) -> AsyncIterator[None]:
    """Keep the writer at work, so that what is asked for meanwhile waits."""
    begun, over = Event(), Event()

    def work(_: Transaction) -> None:
        begun.set()
        over.wait(10)

    task = asyncio.create_task(store.transact(work))
    await asyncio.to_thread(begun.wait, 10)
    yield
    over.set()
    await task


async def all_at_once(
    store: SqlStore, *works: Callable[[Transaction], object]
) -> list[object]:
    async with busy(store):
        tasks = [asyncio.create_task(store.transact(work)) for work in works]
        await asyncio.sleep(0)
    return await asyncio.gather(*tasks, return_exceptions=True)


def commits(database: Database) -> list[None]:
    """Return a list that grows with each commit."""
    seen: list[None] = []
    event.listen(database._engine, "commit", lambda _: seen.append(None))
    return seen


async def test_what_waits_is_committed_at_once(
    store: SqlStore, database: Database
) -> None:
    seen = commits(database)

    counts = await all_at_once(store, *[lambda tx: (enqueue(tx), pending(tx))[1]] * 20)

    assert counts == list(range(1, 21))
    assert len(seen) == 2  # that of the one they waited for, and theirs


async def test_one_that_fails_undoes_itself_alone(store: SqlStore) -> None:
    def fails(tx: Transaction) -> None:
        enqueue(tx)
        raise LookupError("a defect")

    def breaks_the_schema(tx: Transaction) -> None:
        enqueue(tx)
        tx.save_entries(99, [new()], NOW)

    ends = await all_at_once(store, enqueue, fails, enqueue, breaks_the_schema, pending)

    assert [type(end) for end in ends] == [
        type(None),
        LookupError,
        type(None),
        StoreError,
        int,
    ]
    assert ends[-1] == store.run(pending) == 2


async def test_when_sqlite_undoes_all_of_them_each_is_tried_alone(
    store: SqlStore, database: Database
) -> None:
    store.run(with_feed)
    with database.write() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 8}")

    def much(tx: Transaction) -> None:
        for _ in range(500):
            enqueue(tx)

    ends = await all_at_once(store, enqueue, much, enqueue)

    assert [type(end) for end in ends] == [type(None), StorageFull, type(None)]
    assert store.run(pending) == 2


async def test_who_waits_no_longer_is_left_out(store: SqlStore) -> None:
    async with busy(store):
        given_up = asyncio.create_task(store.transact(enqueue))
        kept = asyncio.create_task(store.transact(pending))
        await asyncio.sleep(0)
        given_up.cancel()

    assert await kept == 0


async def test_entries_of_one_document_get_ids_in_their_order(store: SqlStore) -> None:
    feed_id = store.run(with_feed)
    ten = [new(entry(f"g:{n}")) for n in range(10)]

    ids = store.run(lambda tx: tx.save_entries(feed_id, ten, NOW))

    found = store.run(
        lambda tx: tx.known_entries(feed_id, [f"g:{n}" for n in range(10)], ())
    )
    assert [(one.id, one.entry.key) for one in found] == [
        (id_, f"g:{n}") for n, id_ in enumerate(ids)
    ]
