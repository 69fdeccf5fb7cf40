"""A file replaced whole: a reader sees the old one or the new one, never a part."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from monitor.errors import EditError


def replace_content(path: Path, old: bytes, new: bytes) -> None:
    """Make `new` the content of a file that still holds `old`.

    Mode, owner and extended attributes stay. A link is followed: what it leads to is
    replaced.

    Raises:
        EditError: the file was changed meanwhile, or cannot be written; the old one
            stands there as it was.
    """
    target = path.resolve()
    try:
        _replace(target, old, new)
    except OSError as error:
        reason = error.strerror or str(error)
        raise EditError(
            f"{path}: cannot be written in {target.parent}: {reason}; "
            "type this as the owner of the file, or with sudo"
        ) from error


def _replace(target: Path, old: bytes, new: bytes) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(new)
            file.flush()
            _keep_owner(target, draft)
            os.fsync(file.fileno())
        _require_unchanged(target, old)
        draft.replace(target)
    except BaseException:
        with suppress(OSError):
            draft.unlink()
        raise
    _sync_folder(target.parent)


def _require_unchanged(target: Path, old: bytes) -> None:
    if target.read_bytes() != old:
        raise EditError(
            f"{target} was changed by somebody else meanwhile; "
            "nothing was written; try again"
        )


def _keep_owner(target: Path, draft: Path) -> None:
    """Give the draft owner, mode and attributes of the file, and today's date."""
    stat = target.stat()
    mine = draft.stat()
    if (stat.st_uid, stat.st_gid) != (mine.st_uid, mine.st_gid):
        os.chown(draft, stat.st_uid, stat.st_gid)
    shutil.copystat(target, draft)
    os.utime(draft)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
