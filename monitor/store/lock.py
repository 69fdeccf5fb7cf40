"""One daemon for one database: an exclusive lock that names its owner."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from typing import IO, Self

from monitor.errors import LockHeld, NotOwner, StoreError


def require_owner(folder: Path, config_hint: str = "") -> None:
    """Refuse a user who does not own the state directory.

    A file that another user creates there (SQLite makes two of its own) would
    stop the daemon later.

    Raises:
        NotOwner: with the line to type instead.
    """
    if not folder.exists() or folder.stat().st_uid == os.geteuid():
        return
    owner = folder.owner()
    command = f"sudo -u {owner} monitor ... {config_hint}".strip()
    raise NotOwner(f"{folder} belongs to user {owner}: type `{command}`")


def lock_owner(database: Path) -> str:
    """Return who works on a database (``run (pid 7)``), empty if nobody does."""
    lock = StateLock(database, "status")
    if not lock.path.exists():
        return ""
    with lock.path.open(encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            held = held_by(file)
            return f"{held.owner} (pid {held.pid})"
    return ""


class StateLock:
    """The lock file beside a database, held by ``run`` and ``poll`` alone."""

    def __init__(self, database: Path, command: str) -> None:
        self.path = database.with_name(database.name + ".lock")
        self._command = command
        self._file: IO[str] | None = None

    def __enter__(self) -> Self:
        """Take the lock.

        Raises:
            LockHeld: another process has it; the error names that process.
            StoreError: the file cannot be made.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            file = self.path.open("a+", encoding="utf-8")
        except OSError as error:
            raise StoreError(f"cannot lock {self.path}: {error.strerror}") from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held = held_by(file)
            file.close()
            raise held from None
        self._sign(file)
        self._file = file
        return self

    def __exit__(self, *_: object) -> None:
        """Give the lock back; the empty file stays, so that nobody locks a ghost."""
        if self._file is not None:
            self._file.truncate(0)
            self._file.close()
            self._file = None

    def _sign(self, file: IO[str]) -> None:
        file.truncate(0)
        try:
            json.dump({"pid": os.getpid(), "command": self._command}, file)
            file.flush()
        except OSError:  # a full disk: the lock holds all the same, only unsigned
            file.truncate(0)


def held_by(file: IO[str]) -> LockHeld:
    """Return the error that names who holds a lock file."""
    file.seek(0)
    try:
        owner = json.loads(file.read())
    except ValueError:
        owner = {}
    command, pid = str(owner.get("command", "?")), int(owner.get("pid", 0))
    text = f"`monitor {command}` (pid {pid}) works on this database already"
    return LockHeld(text, owner=command, pid=pid)
