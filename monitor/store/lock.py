"""One daemon for one database: an exclusive lock that names its owner."""

from __future__ import annotations

import fcntl
import json
import os
import time
from pathlib import Path
from typing import IO, Self

from monitor.errors import LockHeld, NotOwner, StoreError

_TRIES = 10
_PAUSE = 0.02
"""Seconds between two tries: ``status`` may have the file for an instant, and who
has just taken it may not have signed it yet."""


def require_owner(folder: Path, config_hint: str = "") -> None:
    """Refuse a user who does not own the state directory.

    A file that another user creates there (SQLite makes two of its own) would
    stop the daemon later.

    Raises:
        NotOwner: with the line to type instead.
    """
    if not folder.exists() or folder.stat().st_uid == os.geteuid():
        return
    owner = _owner_name(folder)
    command = f"sudo -u {owner} monitor ... {config_hint}".strip()
    raise NotOwner(f"{folder} belongs to user {owner}: type `{command}`")


def _owner_name(folder: Path) -> str:
    try:
        return folder.owner()
    except KeyError:  # in a container a number may be all there is; sudo takes it
        return f"'#{folder.stat().st_uid}'"


def lock_owner(database: Path) -> str:
    """Return who works on a database (``run (pid 7)``), empty if nobody does.

    Raises:
        StoreError: the lock file cannot be read.
    """
    path = lock_path(database)
    try:
        file = path.open("rb", buffering=0)
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise StoreError(f"cannot read {path}: {error.strerror}") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            held = held_by(file)
            return f"{held.owner} (pid {held.pid})"
    return ""


def lock_path(database: Path) -> Path:
    """Return where the lock of a database is."""
    return database.with_name(database.name + ".lock")


class StateLock:
    """The lock file beside a database, held by ``run`` and ``poll`` alone."""

    def __init__(self, database: Path, command: str) -> None:
        self.path = lock_path(database)
        self._command = command
        self._file: IO[bytes] | None = None

    def __enter__(self) -> Self:
        """Take the lock.

        Raises:
            LockHeld: another process has it; the error names that process.
            StoreError: the file cannot be made.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # Unbuffered: what a full disk refuses must not be tried again at the end.
            file = self.path.open("a+b", buffering=0)
        except OSError as error:
            raise StoreError(f"cannot lock {self.path}: {error.strerror}") from error
        if not _take(file):
            held = held_by(file)
            file.close()
            raise held
        _sign(file, self._command)
        self._file = file
        return self

    def __exit__(self, *_: object) -> None:
        """Give the lock back; the empty file stays, so that nobody locks a ghost."""
        if self._file is not None:
            self._file.truncate(0)
            self._file.close()
            self._file = None


def _take(file: IO[bytes]) -> bool:
    for _ in range(_TRIES):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_PAUSE)
        else:
            return True
    return False


def _sign(file: IO[bytes], command: str) -> None:
    file.truncate(0)
    try:
        file.write(json.dumps({"pid": os.getpid(), "command": command}).encode())
    except OSError:  # a full disk: the lock holds all the same, only unsigned
        file.truncate(0)


def held_by(file: IO[bytes]) -> LockHeld:
    """Return the error that names who holds a lock file."""
    file.seek(0)
    try:
        owner = json.loads(file.read())
    except ValueError:  # not signed: the disk was full
        owner = {}
    command, pid = str(owner.get("command", "?")), int(owner.get("pid", 0))
    who = f"`monitor {command}` (pid {pid})" if pid else "another monitor"
    text = f"{who} works on this database already"
    return LockHeld(text, owner=command, pid=pid)
