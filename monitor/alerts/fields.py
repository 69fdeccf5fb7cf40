"""A message as data, for services that hand it on to a program.

The fields are documented in ``docs/messages.md``. One may be added under the same
version; to rename one or to give it another meaning takes a new version.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from monitor.alerts.wording import lines, one_line
from monitor.model import DigestItem, Message

VERSION = 1


def fields(
    message: Message, key: str, *, late_seconds: int, maybe_sent: bool
) -> Mapping[str, object]:
    """Return every part of the message under its name, ready for JSON.

    `key` is the delivery's; a repeat has the same.
    """
    return {
        "schema": VERSION,
        "id": key,
        "kind": message.kind.value,
        "priority": message.priority.name.lower(),
        "alerts": list(message.alerts),
        "rules": [one_line(rule) for rule in message.rules],
        "entry_title": one_line(message.title),
        "source": one_line(message.source),
        "author": one_line(message.author),
        "link": one_line(message.link) if message.link else None,
        "published_at": _time(message.published_at),
        "first_seen_at": _time(message.first_seen_at),
        "late_seconds": late_seconds,
        "possible_repeat": maybe_sent,
        "because": [one_line(term) for term in message.terms],
        "excerpts": [
            {"field": found.field, "text": one_line(found.text)}
            for found in message.excerpts
        ],
        "labels": [one_line(label) for label in message.labels],
        "story": one_line(message.story),
        "first_alert": message.first_alert or None,
        "also": [one_line(source) for source in message.also],
        "change": lines(message.change),
        "items": [_item(item) for item in message.items],
    }


def _item(item: DigestItem) -> Mapping[str, object]:
    return {
        "alerts": list(item.alerts),
        "rules": [one_line(rule) for rule in item.rules],
        "entry_title": one_line(item.title),
        "source": one_line(item.source),
        "link": one_line(item.link) if item.link else None,
        "at": _time(item.at),
        "waited": item.reason,
        "also": [one_line(source) for source in item.also],
        "change": lines(item.change),
    }


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
