"""The tables of stories: what alerts refer to, and who published what matched."""

from __future__ import annotations

from sqlalchemy import Table
from sqlmodel import Field, SQLModel

from monitor.store.tables import metadata


class ReferenceRow(SQLModel, table=True):
    """An alert that refers to another, to the first of its event or of its entry.

    `change` is what an edit changed, empty for an event told by others.
    """

    __tablename__ = "alert_references"

    alert_id: int = Field(foreign_key="alerts.id", primary_key=True, ondelete="CASCADE")
    first_id: int = Field(index=True)  # of an alert that may be forgotten by now
    change: str


class MatchSourceRow(SQLModel, table=True):
    """Who published the text that made a rule true, and which text that was."""

    __tablename__ = "match_sources"

    match_id: int = Field(
        foreign_key="matches.id", primary_key=True, ondelete="CASCADE"
    )
    publisher: str
    fingerprint: str


references: Table = metadata.tables["alert_references"]
match_sources: Table = metadata.tables["match_sources"]
