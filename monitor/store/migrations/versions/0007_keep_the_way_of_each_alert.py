"""Keep the way of each alert to each of its channels, and the silences of people."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the tables; what was told before has gone its way already."""
    time = sa.DateTime(timezone=True)
    op.create_table(
        "routes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("alert_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("since", time, nullable=False),
        sa.Column("until", time, nullable=True),
        sa.Column("waits", sa.JSON(), nullable=False),
        sa.Column("told_at", time, nullable=True),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"]),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("alert_id", "channel"),
    )
    op.create_index(
        "ix_routes_waiting",
        "routes",
        ["until"],
        sqlite_where=sa.text("until IS NOT NULL"),
    )
    op.create_index("ix_routes_told", "routes", ["rule", "channel", "told_at"])
    op.create_index("ix_routes_message_id", "routes", ["message_id"])
    op.execute(
        "INSERT INTO routes (alert_id, channel, rule, since, waits, told_at, message_id)"
        " SELECT alerts.id, messages.channel, alerts.rule, min(messages.created_at),"
        " '[]', min(messages.created_at), min(messages.id)"
        " FROM message_alerts"
        " JOIN messages ON messages.id = message_alerts.message_id"
        " JOIN alerts ON alerts.id = message_alerts.alert_id"
        " GROUP BY alerts.id, messages.channel"
    )
    op.create_table(
        "silences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("feed", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("created_at", time, nullable=False),
        sa.Column("until", time, nullable=False),
        sa.Column("ended_at", time, nullable=True),
        sa.Column("told_at", time, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_silences_told_at", "silences", ["told_at"])
    op.add_column("alerts", sa.Column("silence_id", sa.Integer(), nullable=True))
