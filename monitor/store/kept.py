"""The text that an alert was made from, kept with the alert.

A later edit of the entry does not change it: what was told can be shown, and a
message that waits points at words that are there.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime

from pydantic import TypeAdapter

from monitor.model import Entry

_ENTRY = TypeAdapter(Entry)


def kept(entry: Entry) -> str:
    """Return an entry as compact JSON, without what it does not have."""
    values = _ENTRY.dump_python(entry, mode="json", exclude_defaults=True)
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def kept_entry(text: str) -> Entry:
    """Return the entry that was kept."""
    entry = _ENTRY.validate_json(text)
    return replace(
        entry,
        published_at=_aware(entry.published_at),
        updated_at=_aware(entry.updated_at),
    )


def text_hash(text: str) -> str:
    """Return the SHA-256 of a kept text, in hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def _aware(at: datetime | None) -> datetime | None:
    # What the upgrade kept has times as the tables write them.
    return at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at
