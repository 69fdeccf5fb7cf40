"""What the watch over the monitor needs from the machine and from outside."""

from __future__ import annotations

from typing import Protocol

from monitor.model import Space


class Disk(Protocol):
    """The volume that the database lies on."""

    @property
    def folder(self) -> str:
        """Return the folder of the database."""

    def space(self) -> Space | None:
        """Return what is free there, None if it cannot be told."""


class Pinger(Protocol):
    """The one who asks for a URL, to be heard."""

    async def ping(self, url: str) -> str:
        """Ask for a URL, ``${...}`` unexpanded; return why that failed, "" if not.

        What comes back can be shown: it never holds the URL. Nothing is raised.
        """
