"""Keep the troubles of feeds, each with what `ops` was told of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the table; the reports on feeds that are open make way for it.

    What they told of is told once more, by the feed's next poll.
    """
    time = sa.DateTime(timezone=True)
    op.create_table(
        "feed_troubles",
        sa.Column("feed", sa.String(), nullable=False),
        sa.Column("trouble", sa.String(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("since", time, nullable=False),
        sa.Column("noticed_at", time, nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("told_at", time, nullable=True),
        sa.Column("ended_at", time, nullable=True),
        sa.Column("end_told_at", time, nullable=True),
        sa.Column("again", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("feed", "trouble"),
    )
    op.execute("DELETE FROM reports WHERE key LIKE 'feed:%'")
