"""Let stored entries be searched, and remember the rules as they were in force."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the index of words and the versions of rules.

    Entries that are stored already are indexed by the daemon, a few at a time; until
    then a search looks at each of them.
    """
    op.create_table(
        "entry_words",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("entry_words", schema=None) as batch_op:
        batch_op.create_index("ix_entry_words_entry_id", ["entry_id"], unique=False)
    op.create_table(
        "rule_versions",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.execute(
        "CREATE VIRTUAL TABLE entry_word_index USING fts5"
        "(keys, content='', detail=none, columnsize=0, tokenize='ascii')"
    )
