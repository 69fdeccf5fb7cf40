"""What names a delivery and what it belongs to: the same at each try."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from monitor.model import Lane, Message

_MOST_ALERTS = 10


def delivery_key(delivery_id: int, lane: Lane, created_at: datetime) -> str:
    """Return what a receiver knows a delivery by, so that it can drop a repeat.

    The time keeps it apart from a delivery of an earlier database.
    """
    return _name("delivery", delivery_id, lane.channel, lane.place, created_at)


def references(message: Message) -> tuple[str, ...]:
    """Return the names of what a message belongs to, the eldest first.

    That is its story, or the alert that told of its event first; then its own alerts,
    to which a later message may refer.
    """
    first, own = message.first_alert, message.alerts[:_MOST_ALERTS]
    story = (_name("story", message.story),) if message.story else ()
    elder = (_alert(first),) if first and first not in own else ()
    return (*story, *elder, *map(_alert, own))


def _alert(alert_id: int) -> str:
    return f"alert-{alert_id}"


def _name(kind: str, *parts: object) -> str:
    text = "\n".join(map(str, parts))
    return f"{kind}-{sha256(text.encode('utf-8', 'replace')).hexdigest()[:24]}"
