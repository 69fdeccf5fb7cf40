"""Notices edited files: the folders are looked at, so that a moved-in file counts.

Editors write a new file and move it over the old one, configuration managers swap a
symbolic link: a watch on the file itself would follow the dead one. Looking at a few
dozen names each half second costs nothing and works on every file system.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

Signature = tuple[tuple[str, int, int, int], ...]

_ENDINGS = (".yaml", ".yml")


def signature(paths: Iterable[Path]) -> Signature:
    """Return what changes when one of the files, or a file of a folder, does."""
    seen: list[tuple[str, int, int, int]] = []
    for path in paths:
        names = sorted(path.iterdir()) if path.is_dir() else [path]
        for name in names:
            seen += [_stamp(name)] if name.suffix in _ENDINGS else []
    return tuple(seen)


def _stamp(path: Path) -> tuple[str, int, int, int]:
    try:
        stat = path.stat()
    except OSError:
        return (str(path), 0, 0, 0)
    return (str(path), stat.st_mtime_ns, stat.st_size, stat.st_ino)


class FileWatch:
    """Says when files have changed and have come to rest.

    `paths` is asked anew each time: an edited configuration may name another folder.
    """

    def __init__(self, paths: Callable[[], Iterable[Path]]) -> None:
        self._paths = paths
        self._known = self._pending = self._look()

    def _look(self) -> Signature | None:
        try:
            return signature(self._paths())
        except OSError:  # a folder that is being replaced; the next look sees it
            return None

    def has_changed(self) -> bool:
        """Say whether there is an edit that two looks in a row saw alike."""
        now = self._look()
        is_at_rest, self._pending = now == self._pending, now
        if not is_at_rest or now == self._known:
            return False
        self._known = now
        return True
