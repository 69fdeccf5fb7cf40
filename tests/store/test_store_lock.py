"""The lock on a database: between real processes, named, freed by death alone."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from monitor.errors import LockHeld, NotOwner, StoreError
from monitor.store.lock import StateLock, lock_owner, lock_path, require_owner

HOLD = """
import sys
from pathlib import Path
from monitor.store.lock import StateLock
with StateLock(Path(sys.argv[1]), sys.argv[2]):
    print("held", flush=True)
    sys.stdin.read()
"""

FULL = """
import resource, sys
from pathlib import Path
from monitor.store.lock import StateLock
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
with StateLock(Path(sys.argv[1]), "run"):
    print("held", flush=True)
    sys.stdin.read()
print("ended well")
"""


@contextmanager
def process(code: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run a process that holds the lock until its standard input ends."""
    child = subprocess.Popen(  # noqa: S603 - our own code
        [sys.executable, "-c", code, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    with child:
        try:
            assert child.stdout.readline() == "held\n"
            yield child
        finally:
            child.kill()


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "state" / "monitor.db"


def test_a_second_process_is_refused_and_told_who_has_it(database: Path) -> None:
    with process(HOLD, str(database), "run") as holder:
        with (
            pytest.raises(LockHeld, match=f"`monitor run` .pid {holder.pid}.") as held,
            StateLock(database, "poll"),
        ):
            pass
        assert (held.value.owner, held.value.pid) == ("run", holder.pid)
        assert lock_owner(database) == f"run (pid {holder.pid})"


def test_the_lock_is_free_after_its_owner_ends(database: Path) -> None:
    with process(HOLD, str(database), "run") as holder:
        assert holder.stdin is not None
        holder.stdin.close()
        assert holder.wait(10) == 0

    assert lock_owner(database) == ""
    assert lock_path(database).read_bytes() == b"", "kept, so nobody locks a ghost"
    with StateLock(database, "poll"):
        assert lock_owner(database) == f"poll (pid {os.getpid()})"


def test_the_lock_is_free_after_a_kill(database: Path) -> None:
    with process(HOLD, str(database), "run") as holder:
        holder.send_signal(signal.SIGKILL)
        holder.wait(10)

    assert json.loads(lock_path(database).read_bytes())["pid"] == holder.pid
    assert lock_owner(database) == ""
    with StateLock(database, "run"):
        assert lock_owner(database) == f"run (pid {os.getpid()})"


def test_a_full_disk_leaves_the_lock_unsigned_but_held(database: Path) -> None:
    with process(FULL, str(database)) as holder:
        with (
            pytest.raises(LockHeld, match="another monitor works on") as held,
            StateLock(database, "poll"),
        ):
            pass
        assert held.value.owner == "?"

        assert holder.stdin is not None
        assert holder.stdout is not None
        holder.stdin.close()
        assert holder.stdout.read() == "ended well\n"


def test_asking_who_owns_it_keeps_no_daemon_from_starting(database: Path) -> None:
    """`monitor status` has the file for an instant."""
    with StateLock(database, "run"):
        pass
    with lock_path(database).open("rb") as asking:
        fcntl.flock(asking, fcntl.LOCK_SH)

        def start() -> str:
            with StateLock(database, "run"):
                return lock_owner(database)

        with ThreadPoolExecutor(1) as pool:
            starting = pool.submit(start)
            with pytest.raises(TimeoutError):
                starting.result(0.05)
            fcntl.flock(asking, fcntl.LOCK_UN)
            assert starting.result(10) == f"run (pid {os.getpid()})"


def test_nobody_owns_a_database_that_never_was(database: Path) -> None:
    assert lock_owner(database) == ""
    assert not database.parent.exists(), "asking makes nothing"


def test_a_lock_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    database = tmp_path / "state" / "monitor.db"

    with (
        pytest.raises(StoreError, match=r"cannot lock .*monitor\.db\.lock: "),
        StateLock(database, "run"),
    ):
        pass
    with pytest.raises(StoreError, match=r"cannot read .*monitor\.db\.lock: "):
        lock_owner(database)


def test_the_owner_of_the_folder_passes(tmp_path: Path) -> None:
    require_owner(tmp_path)
    require_owner(tmp_path / "not there yet")


def other_users_folder(tmp_path: Path, uid: int) -> Path:
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder away")
    os.chown(tmp_path, uid, -1)
    return tmp_path


def test_another_user_is_told_what_to_type(tmp_path: Path) -> None:
    folder = other_users_folder(tmp_path, 1)
    name = folder.owner()

    with pytest.raises(NotOwner) as refused:
        require_owner(folder, "--config /etc/monitor/monitor.yaml")

    assert str(refused.value) == (
        f"{folder} belongs to user {name}: type "
        f"`sudo -u {name} monitor ... --config /etc/monitor/monitor.yaml`"
    )


def test_an_owner_without_a_name_is_told_by_number(tmp_path: Path) -> None:
    folder = other_users_folder(tmp_path, 54_321)

    with pytest.raises(NotOwner, match="`sudo -u '#54321' monitor"):
        require_owner(folder)
