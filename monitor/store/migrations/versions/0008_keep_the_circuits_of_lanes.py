"""Keep how often each lane failed in a row, and what a fallback told instead."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the table of lanes anew, the broken ones kept; add the columns."""
    time = sa.DateTime(timezone=True)
    op.rename_table("lanes", "lanes_before")
    op.create_table(
        "lanes",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("open_since", time, nullable=True),
        sa.Column("broken_since", time, nullable=True),
        sa.Column("probe_at", time, nullable=True),
        sa.Column("note_id", sa.Integer(), nullable=True),
        sa.Column("doubts", sa.Boolean(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "place"),
    )
    op.execute(
        "INSERT INTO lanes "
        "(channel, place, failures, broken_since, probe_at, doubts, detail) "
        "SELECT channel, place, 0, broken_since, probe_at, 0, detail FROM lanes_before"
    )
    op.drop_table("lanes_before")
    op.add_column("messages", sa.Column("instead_of", sa.Integer(), nullable=True))
    op.add_column(
        "deliveries",
        sa.Column("overtaken", sa.Boolean(), server_default="0", nullable=False),
    )
    op.add_column("deliveries", sa.Column("told_by", sa.Integer(), nullable=True))
    op.create_index("ix_deliveries_told_by", "deliveries", ["told_by"])
