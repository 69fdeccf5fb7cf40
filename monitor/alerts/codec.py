"""A message as JSON text, and back: how it is kept in the outbox."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from types import MappingProxyType
from typing import Any

from monitor.model import DigestItem, Excerpt, Message, MessageKind, Priority


def to_json(message: Message) -> str:
    """Return the message as one JSON object; what is empty is left out."""
    kept = {name: value for name, value in asdict(message).items() if value}
    kept["title"] = message.title
    kept["priority"] = message.priority.name.lower()
    return json.dumps(kept, default=_plain, ensure_ascii=True)


def from_json(text: str) -> Message:
    """Return the message that `to_json` wrote; what it does not know is ignored.

    Raises:
        ValueError: the text is not such a message.
    """
    stored = json.loads(text)
    try:
        known = [name for name in _READERS if name in stored]
        return Message(**{name: _READERS[name](stored[name]) for name in known})
    except (AttributeError, KeyError, TypeError, IndexError) as error:
        raise ValueError(f"not a stored message: {error}") from error


def _plain(value: datetime) -> str:
    return value.isoformat()


def _texts(values: list[str]) -> tuple[str, ...]:
    return tuple(values)


def _excerpts(values: list[dict[str, Any]]) -> tuple[Excerpt, ...]:
    return tuple(
        Excerpt(
            field=value["field"],
            text=value["text"],
            marks=tuple((start, end) for start, end in value["marks"]),
        )
        for value in values
    )


def _items(values: list[dict[str, Any]]) -> tuple[DigestItem, ...]:
    return tuple(
        DigestItem(
            alerts=tuple(value["alerts"]),
            rules=tuple(value["rules"]),
            title=value["title"],
            source=value["source"],
            link=value["link"],
            at=None if value["at"] is None else datetime.fromisoformat(value["at"]),
            reason=value["reason"],
            also=tuple(value["also"]),
            change=value.get("change", ""),
        )
        for value in values
    )


_READERS: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {
        "kind": MessageKind,
        "title": str,
        "priority": lambda name: Priority[name.upper()],
        "alerts": tuple,
        "rules": _texts,
        "source": str,
        "link": str,
        "author": str,
        "published_at": datetime.fromisoformat,
        "first_seen_at": datetime.fromisoformat,
        "excerpts": _excerpts,
        "terms": _texts,
        "labels": _texts,
        "text": str,
        "story": str,
        "first_alert": int,
        "also": _texts,
        "change": str,
        "items": _items,
    }
)
