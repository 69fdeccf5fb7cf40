"""Where files are looked for when nobody said where they are."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from zoneinfo import available_timezones

from monitor.config.source import no_source
from monitor.errors import ConfigError
from monitor.model import Diagnostic

CANDIDATES = (Path("config/monitor.yaml"), Path("/etc/monitor/monitor.yaml"))


def find_config(
    given: Path | None,
    environ: Mapping[str, str],
    candidates: Iterable[Path] = CANDIDATES,
) -> Path:
    """Return the path of ``monitor.yaml``: as given, from the environment, the usual.

    Raises:
        ConfigError: there is none; the text says where it was looked for.
    """
    said = environ.get("MONITOR_CONFIG")
    if given is not None:
        return _existing(given, "--config")
    if said:
        return _existing(Path(said), "$MONITOR_CONFIG")
    looked = list(candidates)
    for path in looked:
        if _is_there(path):
            return path
    where = " and ".join(map(str, looked))
    what = f"there is no configuration; looked for {where}; name one with --config"
    raise ConfigError((no_source(str(looked[0]), what),))


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except PermissionError:  # a folder that this user may not look into
        return False


def _existing(path: Path, who: str) -> Path:
    if path.is_dir():
        raise ConfigError((no_source(str(path), f"{who} names a folder, not a file"),))
    if not _is_there(path):
        what = f"{who} names a file that is not there, or not to be seen"
        raise ConfigError((no_source(str(path), what),))
    return path


def default_database(folder: Path, environ: Mapping[str, str]) -> Path:
    """Return the database's file: in systemd's state directory, else in ``../var``."""
    state = environ.get("STATE_DIRECTORY", "").split(":")[0]
    if state:
        return Path(state, "monitor.db")
    return Path(os.path.normpath((folder / ".." / "var" / "monitor.db").absolute()))


def system_time_zone(environ: Mapping[str, str]) -> str:
    """Return the name of the system's time zone, UTC where it has none."""
    candidates = [environ.get("TZ", "").removeprefix(":")]
    try:
        target = str(Path("/etc/localtime").readlink())
        candidates.append(target.partition("zoneinfo/")[2])
    except OSError:
        pass  # no link: a container, or a copy that does not say its name
    known = available_timezones()
    return next((name for name in candidates if name in known), "UTC")


def rules_path(given: str, folder: Path) -> tuple[Path | None, str]:
    """Return the folder or file of the rules, and where it was looked for."""
    looked = [folder / given] if given else [folder / "rules", folder / ".." / "rules"]
    found = next((path for path in looked if path.exists()), None)
    return found, " and ".join(shown(path) for path in looked)


def rule_files(path: Path) -> list[Path]:
    """Return the rule files of a folder, sorted; what editors leave about is not one.

    Raises:
        OSError: the folder cannot be read.
    """
    if not path.is_dir():
        return [path]
    return sorted(
        file
        for file in path.iterdir()
        if file.suffix in (".yaml", ".yml") and not file.name.startswith((".", "#"))
    )


def shown(path: Path) -> str:
    """Return a path without ``..``, if that is the same place."""
    short = os.path.normpath(path)
    try:
        is_same = path.samefile(short)
    except OSError:
        return short
    return short if is_same else str(path)


def unreadable(path: Path, error: OSError) -> Diagnostic:
    """Return the finding that a folder cannot be read."""
    return no_source(shown(path), f"the folder cannot be read: {error.strerror}")
