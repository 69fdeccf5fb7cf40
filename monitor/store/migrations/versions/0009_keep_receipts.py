"""Keep what services call the messages they took, and the story of each message."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the columns; messages of before belong to no thread."""
    empty = sa.text("''")
    op.add_column(
        "messages",
        sa.Column("story", sa.String(), nullable=False, server_default=empty),
    )
    op.create_index("ix_messages_story", "messages", ["story"])
    op.add_column(
        "deliveries",
        sa.Column("receipt", sa.String(), nullable=False, server_default=empty),
    )
