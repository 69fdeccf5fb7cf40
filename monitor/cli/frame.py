"""What every command shares: ``--config`` anywhere on the line, and its files."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from typer.core import TyperCommand, TyperGroup

from monitor.cli.output import show_times_in
from monitor.clock import SystemClock
from monitor.config import Loaded, Secrets, find_config
from monitor.errors import ConfigError, StoreError
from monitor.log import LogFormat, LogJournal, LogLevel, set_up
from monitor.model import Settings
from monitor.store.database import HEAD, Database, database_path
from monitor.store.lock import require_owner
from monitor.store.transaction import SqlStore
from monitor.store.views import Views
from monitor.wiring import Surroundings

OK, PROBLEM, UNUSABLE = 0, 1, 2
"""Exit codes: done; a problem was found; unusable configuration or arguments."""


def _remember(context: typer.Context, value: str | None) -> None:
    if value is not None:
        context.find_root().obj = value


def _takes_config(
    config: Annotated[
        str | None,
        typer.Option(
            metavar="PATH",
            callback=_remember,
            expose_value=False,
            help="The configuration; default: $MONITOR_CONFIG, ./config/monitor.yaml, "
            "/etc/monitor/monitor.yaml.",
        ),
    ] = None,
) -> None:
    """Serve as the model of an option that every command and group has."""


def _config_option() -> Any:  # noqa: ANN401 - the class of an option is typer's own
    frame = typer.Typer(add_completion=False)
    frame.command()(_takes_config)
    return typer.main.get_command(frame).params[0]


class Command(TyperCommand):
    """A command that also takes ``--config`` after its name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - typer's own
        super().__init__(*args, **kwargs)
        self.params.append(_config_option())


class Group(TyperGroup):
    """A group that also takes ``--config`` between its name and the command's."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.params.append(_config_option())


def group(text: str) -> typer.Typer:
    """Return a group of commands, explained by `text`."""
    return typer.Typer(help=text, cls=Group, no_args_is_help=True)


def given_config(context: typer.Context) -> Path | None:
    """Return the path that ``--config`` named, None if it was not given."""
    given = context.find_root().obj
    return None if given is None else Path(given)


def surroundings(
    context: typer.Context,
    *,
    log_format: LogFormat = LogFormat.TEXT,
    log_level: LogLevel = LogLevel.WARNING,
    is_console_on_stderr: bool = False,
) -> Surroundings:
    """Return what the command works with, its log set up.

    Raises:
        ConfigError: there is no configuration.
    """
    secrets = Secrets(os.environ)
    set_up(log_format, log_level, sys.stderr, secrets.redact)
    return Surroundings(
        config=find_config(given_config(context), os.environ),
        secrets=secrets,
        clock=SystemClock(),
        journal=LogJournal(),
        console=sys.stderr if is_console_on_stderr else sys.stdout,
    )


def usable_files(around: Surroundings) -> tuple[Loaded, Settings]:
    """Return the files for a command that only looks.

    A rule file that is broken does not stop it: the last good version counts.

    Raises:
        ConfigError: ``monitor.yaml`` cannot be used, or a rule file never could.
    """
    loaded = around.read_files()
    if loaded.settings is not None and not loaded.is_usable:
        with open_views(loaded.settings, around.config) as views:
            known = {} if views is None else dict(views.rule_files())
        loaded = around.read_files(known)
    if loaded.settings is None:
        raise ConfigError(loaded.diagnostics)
    show_times_in(ZoneInfo(loaded.settings.timezone))
    return loaded, loaded.settings


@contextmanager
def open_views(settings: Settings, config: Path) -> Iterator[Views | None]:
    """Lend the database for reading, None while there is none yet.

    Raises:
        StoreError: it is of another version, or not ours to read.
    """
    database = _existing(settings, config)
    if database is None:
        yield None
        return
    try:
        with database.read() as connection:
            yield Views(connection)
    finally:
        database.close()


@contextmanager
def open_store(settings: Settings, config: Path) -> Iterator[SqlStore]:
    """Lend the database for one short change beside a daemon.

    Raises:
        StoreError: there is none, it is of another version, or not ours.
    """
    database = _existing(settings, config)
    if database is None:
        path = database_path(settings.database)
        raise StoreError(f"{path}: there is no database yet; start `monitor run` first")
    store = SqlStore(database)
    try:
        yield store
    finally:
        store.close()


def _existing(settings: Settings, config: Path) -> Database | None:
    path = database_path(settings.database)
    require_owner(path.parent, f"--config {config}")
    if not path.exists():
        return None
    database = Database(settings.database)
    found = database.revision()
    if found == HEAD:
        return database
    database.close()
    if found is None:
        return None
    raise StoreError(
        f"{path} has schema {found}, this version wants {HEAD}: "
        "start `monitor run` of this version once, it upgrades the database"
    )
