"""Keep the word forms of terms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table of word forms."""
    op.create_table(
        "lexicon_forms",
        sa.Column("term", sa.String(), nullable=False),
        sa.Column("languages", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("forms", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("term", "languages"),
    )
