"""Keep when what recurs ran last, and whether it was good."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Make the table."""
    time = sa.DateTime(timezone=True)
    op.create_table(
        "runs",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("ran_at", time, nullable=False),
        sa.Column("good_at", time, nullable=True),
        sa.Column("detail", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
