"""The peers, each set up as its manual says, with the feeds written in beforehand."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Sequence
from email.utils import format_datetime
from pathlib import Path

from polls.measuring import Cost, measured
from polls.site import BUILT_AT

AT_ONCE = 50

_READER_ADD = """
import sys; from reader import make_reader
reader = make_reader(sys.argv[1])
for url in open(sys.argv[2]): reader.add_feed(url.strip())
reader.close()
"""
_READER_UPDATE = """
import sys; from reader import make_reader
reader = make_reader(sys.argv[1]); reader.update_feeds(workers=int(sys.argv[2]))
print(reader.get_entry_counts().total)
"""


def _path(program: str) -> str:
    return shutil.which(program) or program


def _packaged(package: str) -> str:
    """Return the version of a Debian package, empty if it is none."""
    shown = subprocess.run(
        [_path("dpkg-query"), "-W", "-f", "${Version}", package],
        capture_output=True,
        text=True,
        check=False,
    )
    return shown.stdout.rpartition(":")[2].partition("-")[0]


class Peer(ABC):
    """A program that polls feeds; `folder` is all its own."""

    name = ""
    program = ""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    @classmethod
    def is_there(cls) -> bool:
        """Say whether it is installed."""
        return shutil.which(cls.program) is not None

    @abstractmethod
    def prepare(self, urls: Sequence[str]) -> None:
        """Write the feeds in."""

    @abstractmethod
    def pass_(self, *, is_first: bool) -> Cost:
        """Return what one pass over all feeds costs."""

    def version(self) -> str:
        """Return the version that is installed."""
        return _packaged(self.program)


class Reader(Peer):
    """The library `reader`; of 1 and 20 workers the faster number is taken."""

    name = program = "reader"

    @classmethod
    def is_there(cls) -> bool:
        """Say whether it is installed."""
        return importlib.util.find_spec("reader") is not None

    def version(self) -> str:
        """Return the version that is installed."""
        from importlib.metadata import version  # noqa: PLC0415 - only where it is there

        return version("reader")

    def prepare(self, urls: Sequence[str]) -> None:
        """Write the feeds in."""
        (self.folder / "urls").write_text("\n".join(urls), encoding="utf-8")
        self._run(_READER_ADD, str(self.folder / "urls"))

    def pass_(self, *, is_first: bool) -> Cost:
        """Return what one pass costs."""
        if is_first:
            return self._run(_READER_UPDATE, "20")
        return min((self._run(_READER_UPDATE, n) for n in ("1", "20")), key=_wall)

    def _run(self, script: str, argument: str) -> Cost:
        database = str(self.folder / "reader.db")
        return measured([sys.executable, "-c", script, database, argument])


def _wall(cost: Cost) -> float:
    return cost.wall


class Newsboat(Peer):
    """The terminal reader, told to reload and end."""

    name = program = "newsboat"

    def prepare(self, urls: Sequence[str]) -> None:
        """Write the feeds in."""
        (self.folder / "urls").write_text("\n".join(urls), encoding="utf-8")
        (self.folder / "config").write_text("reload-threads 4\n", encoding="utf-8")

    def pass_(self, *, is_first: bool) -> Cost:  # noqa: ARG002
        """Return what one pass costs."""
        files = {"-u": "urls", "-c": "cache.db", "-C": "config"}
        given = [part for k, v in files.items() for part in (k, str(self.folder / v))]
        env = {**os.environ, "HOME": str(self.folder), "LANG": "C.UTF-8"}
        return measured(["newsboat", *given, "-x", "reload"], env)


class Sfeed(Peer):
    """Shell and C; it asks without validators and writes all again."""

    name, program = "sfeed_update", "sfeed_update"

    def version(self) -> str:
        """Return the version that is installed."""
        return _packaged("sfeed")

    def prepare(self, urls: Sequence[str]) -> None:
        """Write the feeds in."""
        lines = [f'feed "{n}" "{url}"' for n, url in enumerate(urls)]
        rc = [f'sfeedpath="{self.folder}/feeds"', "feeds() {", *lines, "}"]
        (self.folder / "sfeedrc").write_text("\n".join(rc), encoding="utf-8")

    def pass_(self, *, is_first: bool) -> Cost:  # noqa: ARG002
        """Return what one pass costs."""
        return measured(["sfeed_update", str(self.folder / "sfeedrc")])


class Rss2Email(Peer):
    """The mailer, told to send nothing."""

    name, program = "rss2email", "r2e"

    def version(self) -> str:
        """Return the version that is installed."""
        shown = subprocess.run(
            [_path("r2e"), "-v"], capture_output=True, text=True, check=True
        )
        return shown.stdout.split()[-1]

    def prepare(self, urls: Sequence[str]) -> None:
        """Write the feeds in."""
        lines = ["[DEFAULT]", "to = desk@example.org", "from = feeds@example.org"]
        for n, url in enumerate(urls):
            lines += [f"[feed.f{n}]", f"url = {url}"]
        (self.folder / "config").write_text("\n".join(lines), encoding="utf-8")

    def pass_(self, *, is_first: bool) -> Cost:  # noqa: ARG002
        """Return what one pass costs."""
        files = ["-c", str(self.folder / "config"), "-d", str(self.folder / "data")]
        return measured(["r2e", *files, "run", "--no-send"])


class Curl(Peer):
    """The floor: fetching alone, in parallel, into nothing."""

    name, program = "curl -Z (the floor)", "curl"

    def prepare(self, urls: Sequence[str]) -> None:
        """Write the feeds in."""
        lines = [f'url = "{url}"\noutput = "/dev/null"' for url in urls]
        (self.folder / "urls").write_text("\n".join(lines), encoding="utf-8")

    def pass_(self, *, is_first: bool) -> Cost:
        """Return what one pass costs."""
        at = f"If-Modified-Since: {format_datetime(BUILT_AT, usegmt=True)}"
        condition = [] if is_first else ["-H", at]
        files = ["-K", str(self.folder / "urls")]
        parallel = ["-sZ", "--parallel-max", str(AT_ONCE)]
        return measured(["curl", *parallel, *condition, *files])


PEERS: tuple[type[Peer], ...] = (Reader, Newsboat, Sfeed, Rss2Email, Curl)
