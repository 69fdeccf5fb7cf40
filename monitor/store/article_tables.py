"""The tables of articles: what is wanted of them, and what was read."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, Table, text
from sqlmodel import Field, SQLModel

from monitor.store.tables import entry_words, metadata
from monitor.store.utc import Utc


class ArticleRow(SQLModel, table=True):
    """An article that was wanted, and how it went to read it.

    `key` is the canonical link by which entries want it, `canonical` what its page
    calls its own. While it waits, `next_attempt_at` and `leased_until` say when it may
    be tried; `reason` and `detail` are of the last attempt.
    """

    __tablename__ = "articles"
    __table_args__ = (
        Index(
            "ix_articles_waiting",
            "host",
            "next_attempt_at",
            "leased_until",
            "state",  # so that a claim reads nothing but the index
            sqlite_where=text("state = 'waiting'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    link: str
    host: str
    state: str
    wanted_at: datetime = Field(sa_type=Utc)
    attempts: int = 0
    next_attempt_at: datetime = Field(sa_type=Utc)
    leased_until: datetime | None = Field(default=None, sa_type=Utc)
    ended_at: datetime | None = Field(default=None, sa_type=Utc, index=True)
    reason: str = ""
    detail: str = ""
    status: int | None = None
    url: str = ""
    title: str = ""
    language: str = ""
    published_at: datetime | None = Field(default=None, sa_type=Utc)
    canonical: str | None = Field(default=None, index=True)


class ArticleTextRow(SQLModel, table=True):
    """The text of an article that was read, compressed by zlib; `size` is of that.

    The index tells the oldest, and their sizes, without reading a text.
    """

    __tablename__ = "article_texts"
    __table_args__ = (Index("ix_article_texts_read_at", "read_at", "size"),)

    article_id: int = Field(
        foreign_key="articles.id", primary_key=True, ondelete="CASCADE"
    )
    read_at: datetime = Field(sa_type=Utc)
    size: int
    text: bytes


class ArticleWishRow(SQLModel, table=True):
    """Whether the article of an entry is wanted, and by whom; `rule` "" is its feed.

    `hold` is why alerts of the entry wait. `words` are those of it that the rule asks
    for. Without `article_id` there is none to be had, or none was wanted.
    """

    __tablename__ = "article_wishes"
    __table_args__ = (
        Index(
            "ix_article_wishes_undecided",
            "entry_id",
            sqlite_where=text("state = 'undecided'"),
        ),
    )

    entry_id: int = Field(
        foreign_key="entries.id", primary_key=True, ondelete="CASCADE"
    )
    article_id: int | None = Field(default=None, foreign_key="articles.id", index=True)
    state: str
    hold: str | None = None
    decided_at: datetime | None = Field(default=None, sa_type=Utc)
    rule: str = Field(default="", sa_column_kwargs={"server_default": ""})
    reason: str = Field(default="", sa_column_kwargs={"server_default": ""})
    words: list[Any] = Field(
        default_factory=list,
        sa_column=Column(JSON, nullable=False, server_default="[]"),
    )


class HostPauseRow(SQLModel, table=True):
    """Until when the articles of a host are let be, for it said so."""

    __tablename__ = "host_pauses"

    host: str = Field(primary_key=True)
    until: datetime = Field(sa_type=Utc)


articles: Table = metadata.tables["articles"]
article_texts: Table = metadata.tables["article_texts"]
article_wishes: Table = metadata.tables["article_wishes"]
host_pauses: Table = metadata.tables["host_pauses"]

# Few rows of the index of words are of articles: only they are in this one.
_of = entry_words.c.article_id
Index("ix_entry_words_article_id", _of, sqlite_where=_of.is_not(None))
