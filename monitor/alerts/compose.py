"""What a message says: the alerts of one entry, one message for each channel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil

from monitor.alerts.excerpts import excerpts
from monitor.alerts.listing import listed
from monitor.alerts.reasons import beyond_feed, reasons
from monitor.alerts.wording import cut, one_line
from monitor.model import (
    Because,
    DigestItem,
    Entry,
    Message,
    MessageKind,
    Priority,
)

MOST_ITEMS = 15
"""How many entries one message of a digest tells of, as long as there are not too many
messages: `MOST_MESSAGES`, then all of them tell of more."""

MOST_MESSAGES = 10

_LONGEST_TITLE = 500
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class PlannedAlert:
    """An alert that is to be told: its rule, to whom, and the words that matched."""

    id: int
    rule: str
    channels: tuple[str, ...]
    priority: Priority
    because: tuple[Because, ...]


def compose(
    entry: Entry,
    planned: Sequence[PlannedAlert],
    *,
    source: str,
    first_seen_at: datetime,
    label: str = "",
    story: str = "",
) -> tuple[tuple[str, Message], ...]:
    """Return channel and message for each channel that the alerts of an entry name.

    A message names all rules that tell this channel, and is as urgent as the most
    urgent of them. Those of one `story` belong together.
    """
    channels = dict.fromkeys(name for alert in planned for name in alert.channels)
    told = {name: [a for a in planned if name in a.channels] for name in channels}
    messages = {
        name: _message(entry, alerts, source, first_seen_at, label)
        for name, alerts in told.items()
    }
    return tuple((name, replace(said, story=story)) for name, said in messages.items())


def _message(
    entry: Entry,
    alerts: Sequence[PlannedAlert],
    source: str,
    first_seen_at: datetime,
    label: str,
) -> Message:
    because = tuple(dict.fromkeys(b for alert in alerts for b in alert.because))
    return Message(
        kind=MessageKind.ALERT,
        title=cut(one_line(entry.title), _LONGEST_TITLE),
        priority=max(alert.priority for alert in alerts),
        alerts=tuple(alert.id for alert in alerts),
        rules=tuple(alert.rule for alert in alerts),
        source=cut(one_line(source), _LONGEST_NAME),
        link=entry.link,
        author=cut(one_line(entry.author), _LONGEST_NAME),
        published_at=entry.published_at,
        first_seen_at=first_seen_at,
        excerpts=excerpts(entry, because),
        terms=reasons(because),
        labels=tuple(filter(None, (label, _from_article(alerts)))),
    )


def _from_article(alerts: Sequence[PlannedAlert]) -> str:
    """Return which words made a rule true that only the article has, else ""."""
    found = (word.text for alert in alerts for word in beyond_feed(alert.because))
    words = listed(tuple(dict.fromkeys(found)))
    return f"found in the article, not in the feed: {words}" if words else ""


def digest(
    title: str, items: Sequence[DigestItem], priority: Priority = Priority.NORMAL
) -> tuple[Message, ...]:
    """Return the messages that tell of all items in their order, few in each.

    Several are numbered in their titles. Each has the alerts and rules of its own
    items, without repeats.
    """
    name = cut(one_line(title), _LONGEST_NAME)
    size = max(MOST_ITEMS, ceil(len(items) / MOST_MESSAGES))
    parts = [items[i : i + size] for i in range(0, len(items), size)]
    return tuple(
        _digest(_numbered(name, number, len(parts)), part, priority)
        for number, part in enumerate(parts, 1)
    )


def _numbered(title: str, number: int, count: int) -> str:
    return title if count == 1 else f"{title} ({number} of {count})"


def _digest(title: str, items: Sequence[DigestItem], priority: Priority) -> Message:
    return Message(
        kind=MessageKind.DIGEST,
        title=title,
        priority=priority,
        alerts=tuple(dict.fromkeys(i for item in items for i in item.alerts)),
        rules=tuple(dict.fromkeys(r for item in items for r in item.rules)),
        items=tuple(map(_short, items)),
    )


def _short(item: DigestItem) -> DigestItem:
    return replace(
        item,
        title=cut(one_line(item.title), _LONGEST_TITLE),
        source=cut(one_line(item.source), _LONGEST_NAME),
    )


def ops_message(title: str, text: str, *, is_calm: bool = False) -> Message:
    """Return a report of the monitor on itself; what is calm wakes nobody."""
    priority = Priority.NORMAL if is_calm else Priority.HIGH
    return Message(kind=MessageKind.OPS, title=title, text=text, priority=priority)


def test_message(channel: str) -> Message:
    """Return what ``monitor channels test`` sends."""
    return Message(
        kind=MessageKind.TEST,
        title=f"test of channel {channel}",
        text="If you can read this, alerts arrive here.",
    )
