"""Find what of a rule waits for a channel, however much of it there is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Make the index."""
    op.create_index(
        "ix_routes_waits",
        "routes",
        ["rule", "channel", "reason", "until"],
        sqlite_where=sa.text("until IS NOT NULL"),
    )
