"""The tables, as SQLModel classes; `docs/design.md` draws how they hang together.

Where it is hot the queries use the `Table` objects at the end of this file
(SQLAlchemy Core is eleven times the ORM's speed); the classes serve the views.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    DDL,
    JSON,
    Column,
    Index,
    Table,
    UniqueConstraint,
    event,
)
from sqlmodel import Field, SQLModel

from monitor.store.utc import Utc


class FeedRow(SQLModel, table=True):
    """A feed's state between two polls; the policy stays in the configuration."""

    __tablename__ = "feeds"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    url: str
    title: str = ""
    etag: str | None = None
    last_modified: str | None = None
    validators_at: datetime | None = Field(default=None, sa_type=Utc)
    body_hash: str = ""
    polled_at: datetime | None = Field(default=None, sa_type=Utc)
    succeeded_at: datetime | None = Field(default=None, sa_type=Utc)
    failing_since: datetime | None = Field(default=None, sa_type=Utc)
    next_poll_at: datetime | None = Field(default=None, sa_type=Utc, index=True)
    not_before_at: datetime | None = Field(default=None, sa_type=Utc)
    claimed_until: datetime | None = Field(default=None, sa_type=Utc)
    errors: int = 0
    equal_bodies: int = 0
    status: str = "ok"
    error: str = ""
    active: bool = True  # stands in the configuration now
    traits: dict[str, Any] = Field(
        default_factory=dict,
        sa_column=Column(JSON, nullable=False, server_default="{}"),
    )


class EntryRow(SQLModel, table=True):
    """An entry, kept once."""

    __tablename__ = "entries"
    __table_args__ = (Index("ix_entries_link", "feed_id", "canonical_link"),)

    id: int | None = Field(default=None, primary_key=True)
    feed_id: int = Field(foreign_key="feeds.id")
    key: str
    guid: str | None = None
    title: str
    summary: str
    content: str
    link: str | None = None
    canonical_link: str | None = None
    enclosure: str | None = None
    author: str = ""
    published_at: datetime | None = Field(default=None, sa_type=Utc)
    updated_at: datetime | None = Field(default=None, sa_type=Utc)
    categories: list[str] = Field(default_factory=list, sa_column=Column(JSON))
    language: str = ""
    fingerprint: str
    story: str = Field(index=True)
    label: str = ""
    first_seen_at: datetime = Field(sa_type=Utc, index=True)
    last_seen_at: datetime = Field(sa_type=Utc)
    edits: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    edited_at: datetime | None = Field(default=None, sa_type=Utc)


class EntryKeyRow(SQLModel, table=True):
    """A key that leads to an entry: its own, and those it was met under later."""

    __tablename__ = "entry_keys"

    feed_id: int = Field(foreign_key="feeds.id", primary_key=True)
    key: str = Field(primary_key=True)
    entry_id: int = Field(foreign_key="entries.id", index=True)


class AlertRow(SQLModel, table=True):
    """What a person should know: one rule, one story. `hold` is why it waits."""

    __tablename__ = "alerts"
    __table_args__ = (
        UniqueConstraint("rule", "story"),
        {"sqlite_autoincrement": True},  # an id that was told is never used again
    )

    id: int | None = Field(default=None, primary_key=True)
    rule: str
    story: str
    entry_id: int = Field(foreign_key="entries.id", index=True)
    priority: int
    channels: list[str] = Field(default_factory=list, sa_column=Column(JSON))
    because: list[Any] = Field(default_factory=list, sa_column=Column(JSON))
    hold: str | None = Field(default=None, index=True)
    silence_id: int | None = None
    created_at: datetime = Field(sa_type=Utc)
    released_at: datetime | None = Field(default=None, sa_type=Utc)
    kept: str | None = None  # the entry as it was when it made the alert, as JSON


class MatchRow(SQLModel, table=True):
    """A rule that was true of an entry; `suppressed` is why it made no alert."""

    __tablename__ = "matches"
    __table_args__ = (UniqueConstraint("rule", "entry_id"),)

    id: int | None = Field(default=None, primary_key=True)
    rule: str
    rule_version: str
    entry_id: int = Field(foreign_key="entries.id", index=True)
    alert_id: int | None = Field(default=None, foreign_key="alerts.id", index=True)
    because: list[Any] = Field(default_factory=list, sa_column=Column(JSON))
    suppressed: str | None = None
    matched_at: datetime = Field(sa_type=Utc, index=True)


class MessageRow(SQLModel, table=True):
    """One to n alerts of one entry for one channel; `body` is the codec's JSON."""

    __tablename__ = "messages"

    id: int | None = Field(default=None, primary_key=True)
    channel: str
    entry_id: int | None = Field(default=None, foreign_key="entries.id", index=True)
    body: str
    story: str = Field(default="", index=True, sa_column_kwargs={"server_default": ""})
    created_at: datetime = Field(sa_type=Utc)
    instead_of: int | None = None  # the message that a fallback got a copy of


class MessageAlertRow(SQLModel, table=True):
    """Which alerts a message tells."""

    __tablename__ = "message_alerts"

    message_id: int = Field(foreign_key="messages.id", primary_key=True)
    alert_id: int = Field(foreign_key="alerts.id", primary_key=True, index=True)


class DeliveryRow(SQLModel, table=True):
    """One message on its way to one URL of a channel; all of them are the outbox."""

    __tablename__ = "deliveries"
    __table_args__ = (Index("ix_deliveries_lane", "state", "channel", "place", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    message_id: int = Field(foreign_key="messages.id", index=True)
    channel: str
    place: int
    state: str
    reason: str = ""
    attempts: int = 0
    created_at: datetime = Field(sa_type=Utc)
    first_attempt_at: datetime | None = Field(default=None, sa_type=Utc)
    next_attempt_at: datetime | None = Field(default=None, sa_type=Utc)
    leased_until: datetime | None = Field(default=None, sa_type=Utc)
    maybe_sent: bool = False
    bare: bool = False
    released: bool = False  # a person let it go: it needs its lane and no more
    sent_at: datetime | None = Field(default=None, sa_type=Utc)
    overtaken: bool = Field(  # the service fails at this one, and not at others
        default=False, sa_column_kwargs={"server_default": "0"}
    )
    told_by: int | None = Field(default=None, index=True)  # a message elsewhere
    receipt: str = Field(default="", sa_column_kwargs={"server_default": ""})


class AttemptRow(SQLModel, table=True):
    """One try to deliver, with its outcome."""

    __tablename__ = "attempts"

    id: int | None = Field(default=None, primary_key=True)
    delivery_id: int = Field(foreign_key="deliveries.id", index=True)
    ended_at: datetime = Field(sa_type=Utc)
    outcome: str
    status: int | None = None
    detail: str = ""


class LaneRow(SQLModel, table=True):
    """A URL of a channel that failed last; a lane without a row is well.

    It is broken, or its circuit is open, or it failed less than five times in a row.
    `note_id` is the delivery that will tell its people what went elsewhere. `doubts`
    says that the next probe is not the oldest delivery, but the one behind it.
    """

    __tablename__ = "lanes"

    channel: str = Field(primary_key=True)
    place: int = Field(primary_key=True)
    failures: int = 0
    open_since: datetime | None = Field(default=None, sa_type=Utc)
    broken_since: datetime | None = Field(default=None, sa_type=Utc)
    probe_at: datetime | None = Field(default=None, sa_type=Utc)
    note_id: int | None = None
    doubts: bool = False
    detail: str = ""


class EntryWordsRow(SQLModel, table=True):
    """A row of the index of words: the entry whose words they are.

    `version` is that of the keys. An edited entry has a row for each of its texts, and
    one whose article was read has another for that.
    """

    __tablename__ = "entry_words"

    id: int | None = Field(default=None, primary_key=True)
    entry_id: int = Field(foreign_key="entries.id", index=True)
    version: str
    article_id: int | None = None


class RuleVersionRow(SQLModel, table=True):
    """A rule as it was in force last; what is not here has yet to look back."""

    __tablename__ = "rule_versions"

    name: str = Field(primary_key=True)
    version: str


class RuleFileRow(SQLModel, table=True):
    """The last good version of a rule file."""

    __tablename__ = "rule_files"

    name: str = Field(primary_key=True)
    text: str
    loaded_at: datetime = Field(sa_type=Utc)


class ReportRow(SQLModel, table=True):
    """A trouble that `ops` was told of and that has not ended."""

    __tablename__ = "reports"

    key: str = Field(primary_key=True)
    detail: str = ""
    since: datetime = Field(sa_type=Utc)


class FeedTroubleRow(SQLModel, table=True):
    """A trouble of one feed, until a day after `ops` was told of its end."""

    __tablename__ = "feed_troubles"

    feed: str = Field(primary_key=True)
    trouble: str = Field(primary_key=True)
    host: str
    since: datetime = Field(sa_type=Utc)
    noticed_at: datetime = Field(sa_type=Utc)
    detail: str = ""
    told_at: datetime | None = Field(default=None, sa_type=Utc)
    ended_at: datetime | None = Field(default=None, sa_type=Utc)
    end_told_at: datetime | None = Field(default=None, sa_type=Utc)
    again: int = 0


class LexiconFormsRow(SQLModel, table=True):
    """The word forms of a term, as one version of the lexica gave them."""

    __tablename__ = "lexicon_forms"

    term: str = Field(primary_key=True)
    languages: str = Field(primary_key=True)
    version: str
    forms: list[Any] = Field(default_factory=list, sa_column=Column(JSON))


class WebSubRow(SQLModel, table=True):
    """A feed's subscription at its hub; beside it, those that are to be ended."""

    __tablename__ = "websub"

    id: int | None = Field(default=None, primary_key=True)
    feed_id: int = Field(foreign_key="feeds.id", index=True)
    hub: str
    topic: str
    served: str
    state: str
    reason: str
    detail: str = ""
    callback: str = ""
    token: str | None = Field(default=None, unique=True)
    secret: str = ""
    asking: str | None = None
    due_at: datetime | None = Field(default=None, sa_type=Utc, index=True)
    tries: int = 0
    verified_at: datetime | None = Field(default=None, sa_type=Utc)
    lease_ends_at: datetime | None = Field(default=None, sa_type=Utc)
    pushed_at: datetime | None = Field(default=None, sa_type=Utc)
    pushes: int = 0
    refused: int = 0
    missed: int = 0


metadata = SQLModel.metadata
feeds: Table = metadata.tables["feeds"]
entries: Table = metadata.tables["entries"]
entry_words: Table = metadata.tables["entry_words"]
rule_versions: Table = metadata.tables["rule_versions"]
entry_keys: Table = metadata.tables["entry_keys"]
alerts: Table = metadata.tables["alerts"]
matches: Table = metadata.tables["matches"]
messages: Table = metadata.tables["messages"]
message_alerts: Table = metadata.tables["message_alerts"]
deliveries: Table = metadata.tables["deliveries"]
attempts: Table = metadata.tables["attempts"]
lanes: Table = metadata.tables["lanes"]
rule_files: Table = metadata.tables["rule_files"]
reports: Table = metadata.tables["reports"]
feed_troubles: Table = metadata.tables["feed_troubles"]
lexicon_forms: Table = metadata.tables["lexicon_forms"]
websub: Table = metadata.tables["websub"]

WORD_INDEX = "entry_word_index"
"""The full-text index of the entries' words, by the rows of ``entry_words``."""

MAKE_WORD_INDEX = DDL(  # type: ignore[no-untyped-call]  # SQLAlchemy's own
    f"CREATE VIRTUAL TABLE {WORD_INDEX} USING fts5"
    "(keys, content='', detail=none, columnsize=0, tokenize='ascii')"
)
event.listen(metadata, "after_create", MAKE_WORD_INDEX)
