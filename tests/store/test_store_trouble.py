"""A full disk, missing rights: a clear error, nothing half written, then on again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from store_values import NOW, new, report, with_feed

from monitor.errors import StorageFull, StoreError
from monitor.ports import Transaction
from monitor.store.database import Database, database_path
from monitor.store.transaction import SqlStore

NOBODY = 65_534

ON_A_SMALL_DISK = """
import sys
from pathlib import Path
from store_values import NOW, new, report, with_feed
from monitor.errors import StorageFull
from monitor.store.database import Database, HEAD
from monitor.store.lock import StateLock
from monitor.store.transaction import SqlStore

folder = Path(sys.argv[1])
filler = folder / "filler"

def fill_up():
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass

def is_full(work):
    try:
        work()
    except StorageFull as error:
        assert "monitor.db: database or disk is full; free some space" in str(error)
        return True
    return False

url = f"sqlite:///{folder}/monitor.db"
fill_up()
assert is_full(lambda: Database.open(url)), "made on a full disk"
filler.unlink()

with StateLock(folder / "monitor.db", "run"):
    store = SqlStore(Database.open(url))
    store.run(lambda tx: with_feed(tx))
    long = "x" * 2_000

    def publish(tx):
        tx.save_entry(1, new(), NOW)
        for _ in range(200):
            tx.enqueue("desk", report(long), 1, NOW)

    fill_up()
    assert is_full(lambda: store.run(publish)), "published on a full disk"
    assert store.run(lambda tx: tx.delivery_counts()["pending"]) == 0
    assert is_full(lambda: store.run(publish)), "and once more"

    filler.unlink()
    store.run(lambda tx: tx.enqueue("desk", report(long), 1, NOW))
    assert store.run(lambda tx: tx.known_entries(1, ["g:1"], [])) == ()
    assert store.run(lambda tx: tx.delivery_counts()["pending"]) == 1
    fill_up()
    store.close()
filler.unlink()

store = SqlStore(Database.open(url))
assert store.run(lambda tx: tx.delivery_counts()["pending"]) == 1
store.close()
print("ended well")
"""


def publish(tx: Transaction) -> None:
    tx.save_entry(1, new(), NOW)
    for _ in range(500):
        tx.enqueue("desk", report("x" * 100), 1, NOW)


def limit(database: Database, pages: int) -> None:
    with database.write() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")


def test_a_full_disk_is_said_and_loses_nothing(
    store: SqlStore, database: Database
) -> None:
    store.run(with_feed)
    limit(database, 60)

    with pytest.raises(StorageFull, match=r"monitor\.db: .* full; free some space"):
        store.run(publish)

    assert store.run(lambda tx: tx.delivery_counts()["pending"]) == 0
    assert store.run(lambda tx: tx.known_entries(1, ["g:1"], [])) == ()
    limit(database, 10_000)
    store.run(publish)
    assert store.run(lambda tx: tx.delivery_counts()["pending"]) == 500


def test_a_disk_that_is_really_full_is_said_and_loses_nothing(tmp_path: Path) -> None:
    """In a process with a disk of its own, of one megabyte."""
    script = f'mount -t tmpfs -o size=1m none {tmp_path} || exit 77; exec "$@"'
    command = ["unshare", "-rm", "sh", "-c", script, "sh", sys.executable, "-c"]
    if shutil.which("unshare") is None:
        pytest.skip("unshare is not installed")
    search = os.pathsep.join(sys.path)

    ended = subprocess.run(  # noqa: S603 - our own code
        [*command, ON_A_SMALL_DISK, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": search},
    )

    if ended.returncode in (1, 77) and "Traceback" not in ended.stderr:
        pytest.skip(f"no disk of its own: {ended.stderr.strip()}")
    assert ended.stdout == "ended well\n", ended.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Return a folder whose rights count: root drops its own for a while."""
    if os.geteuid() != 0:
        yield tmp_path
        return
    # What is imported late may be readable to root alone.
    Database.open(url_in(tmp_path)).close()
    open_to_all = Path(tempfile.mkdtemp())
    os.chown(open_to_all, NOBODY, -1)
    os.seteuid(NOBODY)
    yield open_to_all
    os.seteuid(0)
    shutil.rmtree(open_to_all)


def url_in(folder: Path) -> str:
    return f"sqlite:///{folder}/monitor.db"


def test_a_read_only_folder_is_named(folder: Path) -> None:
    folder.chmod(0o555)

    with pytest.raises(StoreError, match=r"monitor\.db: unable to open database file"):
        Database.open(url_in(folder))

    folder.chmod(0o755)
    Database.open(url_in(folder)).close()


def test_a_read_only_file_can_be_read_and_refuses_writes_plainly(folder: Path) -> None:
    Database.open(url_in(folder)).close()
    path = database_path(url_in(folder))
    path.chmod(0o444)

    store = SqlStore(Database.open(url_in(folder)))
    with pytest.raises(StoreError, match=r"monitor\.db: attempt to write a readonly"):
        store.run(lambda tx: tx.enqueue("desk", report(), 1, NOW))
    store.close()

    for one in folder.iterdir():  # SQLite's own files took the rights of the database
        one.chmod(0o644)
    store = SqlStore(Database.open(url_in(folder)))
    store.run(lambda tx: tx.enqueue("desk", report(), 1, NOW))
    store.close()


def test_an_unreadable_file_is_named(folder: Path) -> None:
    Database.open(url_in(folder)).close()
    path = database_path(url_in(folder))
    path.chmod(0)

    with pytest.raises(StoreError, match=r"monitor\.db: unable to open database file"):
        Database.open(url_in(folder))


def test_a_folder_that_became_read_only_is_named(folder: Path) -> None:
    Database.open(url_in(folder)).close()
    folder.chmod(0o555)

    with pytest.raises(StoreError, match=r"monitor\.db: "):
        Database.open(url_in(folder))

    folder.chmod(0o755)
