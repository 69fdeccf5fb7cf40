"""The table of what recurs; the others are in `tables.py`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Table
from sqlmodel import Field, SQLModel

from monitor.store.tables import metadata
from monitor.store.utc import Utc


class RunRow(SQLModel, table=True):
    """When something that recurs ran last, and was good last."""

    __tablename__ = "runs"

    name: str = Field(primary_key=True)
    ran_at: datetime = Field(sa_type=Utc)
    good_at: datetime | None = Field(default=None, sa_type=Utc)
    detail: str = ""


runs: Table = metadata.tables["runs"]
