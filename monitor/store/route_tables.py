"""The tables of what stands between an alert and the outbox."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, Table, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from monitor.store.tables import metadata
from monitor.store.utc import Utc


class RouteRow(SQLModel, table=True):
    """An alert and one of its channels: what it waits for, or when it was told.

    `waits` has a list [reason, since, ended] for each wait that is over.
    """

    __tablename__ = "routes"
    __table_args__ = (
        UniqueConstraint("alert_id", "channel"),
        Index("ix_routes_waiting", "until", sqlite_where=text("until IS NOT NULL")),
        Index("ix_routes_told", "rule", "channel", "told_at"),
        Index(
            "ix_routes_waits",
            "rule",
            "channel",
            "reason",
            "until",
            sqlite_where=text("until IS NOT NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    alert_id: int = Field(foreign_key="alerts.id")
    channel: str
    rule: str
    reason: str | None = None
    since: datetime = Field(sa_type=Utc)
    until: datetime | None = Field(default=None, sa_type=Utc)
    waits: list[Any] = Field(
        default_factory=list, sa_column=Column(JSON, nullable=False)
    )
    told_at: datetime | None = Field(default=None, sa_type=Utc)
    message_id: int | None = Field(default=None, foreign_key="messages.id", index=True)


class SilenceRow(SQLModel, table=True):
    """A person's temporary hold; `told_at` is when `ops` heard of its end."""

    __tablename__ = "silences"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int | None = Field(default=None, primary_key=True)
    rule: str
    feed: str
    words: str
    author: str
    why: str
    created_at: datetime = Field(sa_type=Utc)
    until: datetime = Field(sa_type=Utc)
    ended_at: datetime | None = Field(default=None, sa_type=Utc)
    told_at: datetime | None = Field(default=None, sa_type=Utc, index=True)


routes: Table = metadata.tables["routes"]
silences: Table = metadata.tables["silences"]
