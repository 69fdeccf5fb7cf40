"""The one door to Alembic."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection

from monitor.errors import StoreError


def configuration(connection: Connection) -> Config:
    """Return Alembic's configuration for our scripts, bound to `connection`."""
    config = Config()
    config.set_main_option("script_location", "monitor.store:migrations")
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection) -> None:
    """Run every migration that `connection`'s database has not seen.

    Raises:
        StoreError: its schema is of no version of the monitor.
    """
    try:
        command.upgrade(configuration(connection), "head")
    except CommandError as error:
        path = connection.engine.url.database
        raise StoreError(f"{path}: no database of the monitor ({error})") from error
