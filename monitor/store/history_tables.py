"""The tables of what was: polls of a day, versions of rules, work done once a day.

They are kept as long as alerts, for those who have to prove that none was due.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, Table
from sqlmodel import Field, SQLModel

from monitor.store.tables import metadata
from monitor.store.utc import Utc


class FeedDayRow(SQLModel, table=True):
    """What the polls of one feed on one day (UTC) did; gaps are in seconds.

    The day comes first, so that what is written today lies together.
    """

    __tablename__ = "feed_days"
    __table_args__ = ({"sqlite_with_rowid": False},)

    day: date = Field(primary_key=True)
    feed_id: int = Field(foreign_key="feeds.id", primary_key=True, index=True)
    polls: int = 0
    ok: int = 0
    not_modified: int = 0
    failed: int = 0
    pushes: int = 0
    entries_new: int = 0
    longest_gap: int = 0
    gap_events: int = 0


class RuleHistoryRow(SQLModel, table=True):
    """A version of a rule and when it was in force; without an end it still is."""

    __tablename__ = "rule_history"
    __table_args__ = (Index("ix_rule_history_name", "name", "from_at"),)

    id: int | None = Field(default=None, primary_key=True)
    name: str
    version: str
    text: str
    from_at: datetime = Field(sa_type=Utc)
    until_at: datetime | None = Field(default=None, sa_type=Utc, index=True)


class WorkRow(SQLModel, table=True):
    """When work that is done now and then was done last."""

    __tablename__ = "work"

    name: str = Field(primary_key=True)
    done_at: datetime = Field(sa_type=Utc)


feed_days: Table = metadata.tables["feed_days"]
rule_history: Table = metadata.tables["rule_history"]
work: Table = metadata.tables["work"]
