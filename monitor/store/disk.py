"""How much is free where the database lies."""

from __future__ import annotations

import shutil
from pathlib import Path

from monitor.model import Space


class DatabaseDisk:
    """The volume of a database's file."""

    def __init__(self, path: Path) -> None:
        self._folder = path.parent

    @property
    def folder(self) -> str:
        """Return the folder of the database."""
        return str(self._folder)

    def space(self) -> Space | None:
        """Return what is free there, for us; None if it cannot be told."""
        try:
            found = shutil.disk_usage(self._folder)
        except OSError:
            return None
        return Space(free=found.free, total=found.total)
