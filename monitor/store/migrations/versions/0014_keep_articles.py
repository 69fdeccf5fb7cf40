"""Keep which articles are wanted, how it went to read them, and their texts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Make the tables; of what came before no article is wanted."""
    op.create_table(
        "articles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("link", sa.String(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("wanted_at", sa.DateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(), nullable=False),
        sa.Column("leased_until", sa.DateTime(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("published_at", sa.DateTime(), nullable=True),
        sa.Column("canonical", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("ix_articles_canonical", "articles", ["canonical"])
    op.create_index("ix_articles_ended_at", "articles", ["ended_at"])
    op.create_index(
        "ix_articles_waiting",
        "articles",
        ["host", "next_attempt_at", "leased_until", "state"],
        sqlite_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "article_texts",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("read_at", sa.DateTime(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("article_id"),
    )
    op.create_index("ix_article_texts_read_at", "article_texts", ["read_at", "size"])
    op.create_table(
        "article_wishes",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("hold", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("rule", sa.String(), server_default="", nullable=False),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.Column("words", sa.JSON(), server_default="[]", nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"]),
        sa.PrimaryKeyConstraint("entry_id"),
    )
    op.create_index("ix_article_wishes_article_id", "article_wishes", ["article_id"])
    op.create_index(
        "ix_article_wishes_undecided",
        "article_wishes",
        ["entry_id"],
        sqlite_where=sa.text("state = 'undecided'"),
    )
    op.create_table(
        "host_pauses",
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("host"),
    )
    op.add_column("entry_words", sa.Column("article_id", sa.Integer(), nullable=True))
    op.create_index(
        "ix_entry_words_article_id",
        "entry_words",
        ["article_id"],
        sqlite_where=sa.text("article_id IS NOT NULL"),
    )
