"""Keep the text of alerts, the polls of each day, and the versions of rules."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_TEXTS = (
    "title",
    "summary",
    "content",
    "guid",
    "link",
    "canonical_link",
    "enclosure",
    "author",
    "published_at",
    "updated_at",
    "language",
)


def upgrade() -> None:
    """Make the tables and columns; alerts keep the text as it is now."""
    time = sa.DateTime(timezone=True)
    op.add_column(
        "entries", sa.Column("edits", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column("entries", sa.Column("edited_at", time, nullable=True))
    op.add_column("alerts", sa.Column("kept", sa.String(), nullable=True))
    texts = ", ".join(f"'{name}', e.{name}" for name in ("key", *_TEXTS))
    op.execute(
        f"UPDATE alerts SET kept = (SELECT json_object({texts}, 'categories', json(e.categories))"  # noqa: S608 - our own names
        " FROM entries e WHERE e.id = alerts.entry_id)"
    )
    op.create_table(
        "feed_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("feed_id", sa.Integer(), nullable=False),
        sa.Column("polls", sa.Integer(), nullable=False),
        sa.Column("ok", sa.Integer(), nullable=False),
        sa.Column("not_modified", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("pushes", sa.Integer(), nullable=False),
        sa.Column("entries_new", sa.Integer(), nullable=False),
        sa.Column("longest_gap", sa.Integer(), nullable=False),
        sa.Column("gap_events", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"]),
        sa.PrimaryKeyConstraint("day", "feed_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_feed_days_feed_id", "feed_days", ["feed_id"])
    op.create_table(
        "rule_history",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("from_at", time, nullable=False),
        sa.Column("until_at", time, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_rule_history_name", "rule_history", ["name", "from_at"])
    op.create_index("ix_rule_history_until_at", "rule_history", ["until_at"])
    op.create_table(
        "work",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("done_at", time, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
