"""Keep what is learned of a feed: its habits, its wishes, where it moved to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the column; nothing is known of any feed yet.

    So its validators are dropped once, for another parser reads it from now on.
    """
    op.add_column(
        "feeds", sa.Column("traits", sa.JSON(), server_default="{}", nullable=False)
    )
