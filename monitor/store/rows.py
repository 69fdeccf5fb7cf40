"""Rows to dataclasses and back."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, TypeVar

from pydantic import TypeAdapter

from monitor.model import (
    Because,
    Entry,
    FeedState,
    FeedStatus,
    HoldReason,
    Priority,
    StoredAlert,
    StoredEntry,
    Traits,
    Validators,
)
from monitor.store.kept import kept_entry

Row = Mapping[Any, Any]
T = TypeVar("T", int, str)

_TRAITS = TypeAdapter(Traits)

_PER_QUERY = 500  # values in one IN (...): far below every SQLite's limit

_ENTRY_FIELDS = (
    "guid",
    "title",
    "summary",
    "content",
    "link",
    "canonical_link",
    "enclosure",
    "author",
    "published_at",
    "updated_at",
    "language",
)

_fields_of = attrgetter(*_ENTRY_FIELDS)


def batches(values: Iterable[T]) -> Iterator[list[T]]:
    """Yield the values in order, as many at once as one query may name."""
    some = sorted(values)
    for start in range(0, len(some), _PER_QUERY):
        yield some[start : start + _PER_QUERY]


def feed_state(row: Row) -> FeedState:
    """Return a row of ``feeds`` as the state it stores."""
    return FeedState(
        id=row["id"],
        name=row["name"],
        url=row["url"],
        title=row["title"],
        validators=Validators(row["etag"], row["last_modified"]),
        validators_at=row["validators_at"],
        body_hash=row["body_hash"],
        polled_at=row["polled_at"],
        succeeded_at=row["succeeded_at"],
        next_poll_at=row["next_poll_at"],
        not_before_at=row["not_before_at"],
        errors=row["errors"],
        equal_bodies=row["equal_bodies"],
        status=FeedStatus(row["status"]),
        error=row["error"],
        failing_since=row["failing_since"],
        traits=traits_of(row),
    )


def feed_values(state: FeedState) -> dict[str, object]:
    """Return what of a state is stored, by column."""
    return {
        "title": state.title,
        "etag": state.validators.etag,
        "last_modified": state.validators.last_modified,
        "validators_at": state.validators_at,
        "body_hash": state.body_hash,
        "polled_at": state.polled_at,
        "succeeded_at": state.succeeded_at,
        "failing_since": state.failing_since,
        "next_poll_at": state.next_poll_at,
        "not_before_at": state.not_before_at,
        "errors": state.errors,
        "equal_bodies": state.equal_bodies,
        "status": state.status.value,
        "error": state.error,
        "traits": traits_values(state.traits),
        "claimed_until": None,
    }


def traits_of(row: Row) -> Traits:
    """Return what was learned of the feed in a row of ``feeds``."""
    return _TRAITS.validate_python(row["traits"])


def traits_values(traits: Traits) -> dict[str, Any]:
    """Return what was learned of a feed as JSON, without what is unknown."""
    values: dict[str, Any] = _TRAITS.dump_python(
        traits, mode="json", exclude_defaults=True
    )
    return values


def entry_values(entry: Entry) -> dict[str, object]:
    """Return what of an entry is stored, by column; its key is kept apart."""
    values = dict(zip(_ENTRY_FIELDS, _fields_of(entry), strict=True))
    values["categories"] = entry.categories
    return values


def entry_of(row: Row) -> Entry:
    """Return a row of ``entries`` as an entry."""
    values = {name: row[name] for name in _ENTRY_FIELDS}
    return Entry(key=row["key"], categories=tuple(row["categories"]), **values)


def time_of(stored: str) -> datetime:
    """Return a time as the driver reads it."""
    return datetime.fromisoformat(stored).replace(tzinfo=UTC)


def because_values(because: tuple[Because, ...]) -> list[list[object]]:
    """Return places as lists, the shape in which they are stored."""
    return [[b.field, b.term, b.text, b.start, b.end] for b in because]


def because_of(stored: list[Any]) -> tuple[Because, ...]:
    """Return stored places as they were."""
    return tuple(Because(*place) for place in stored)


def stored_entry(row: Row) -> StoredEntry:
    """Return a row of ``entries``, joined to its feed, whose columns are ``feed_``."""
    return StoredEntry(
        id=row["id"],
        entry=entry_of(row),
        feed=row["feed_name"],
        source=row["feed_title"] or row["feed_name"],
        story=row["story"],
        fingerprint=row["fingerprint"],
        first_seen_at=row["first_seen_at"],
        label=row["label"],
    )


def read_entry(row: Row) -> StoredEntry:
    """Return a row like that with the text of its article, where there is one."""
    stored, packed = stored_entry(row), row["article_text"]
    if packed is None:
        return stored
    return replace(stored, entry=replace(stored.entry, article=unpacked(packed)))


def packed(article: str) -> bytes:
    """Return the text of an article as it is stored."""
    return zlib.compress(article.encode())


def unpacked(stored: bytes) -> str:
    """Return the text of an article that was stored."""
    return zlib.decompress(stored).decode()


def stored_alert(row: Row) -> StoredAlert:
    """Return a row of ``alerts``, joined to its entry and feed, with the text it kept.

    The alert's own columns are prefixed ``alert_``, the feed's ``feed_``.
    """
    hold: str | None = row["alert_hold"]
    created: datetime = row["alert_created_at"]
    return StoredAlert(
        id=row["alert_id"],
        rule=row["alert_rule"],
        story=row["alert_story"],
        priority=Priority(row["alert_priority"]),
        channels=tuple(row["alert_channels"]),
        because=because_of(row["alert_because"]),
        entry_id=row["id"],
        entry=entry_of(row)
        if row["alert_kept"] is None
        else kept_entry(row["alert_kept"]),
        feed=row["feed_name"],
        source=row["feed_title"] or row["feed_name"],
        first_seen_at=row["first_seen_at"],
        created_at=created,
        label=row["label"],
        hold=None if hold is None else HoldReason(hold),
        silence_id=row["alert_silence_id"],
    )
