"""Matches, the alerts they become, and the messages that tell of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from monitor.model.configuration import Priority
from monitor.model.entries import Entry, HoldReason


@dataclass(frozen=True, slots=True)
class Because:
    """One place that made a rule true: `text` is field[start:end], in characters."""

    field: str
    term: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that is true of an entry, with the words that made it true."""

    rule: str
    because: tuple[Because, ...]


@dataclass(frozen=True, slots=True)
class StoredMatch:
    """A match as it is stored: `terms` are those that made the rule true.

    `suppressed` is why it made no alert of its own, empty if it did.
    """

    rule: str
    entry_id: int
    alert_id: int | None
    terms: frozenset[str]
    suppressed: str = ""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A sentence that matched; `marks` are (start, end) of the words in `text`."""

    field: str
    text: str
    marks: tuple[tuple[int, int], ...] = ()


class MessageKind(StrEnum):
    """What a message is about."""

    ALERT = "alert"
    DIGEST = "digest"  # alerts that waited, told together
    OPS = "ops"  # the monitor reports its own troubles
    TEST = "test"  # `monitor channels test`

    @property
    def tells_alerts(self) -> bool:
        """Say whether it is for people who wait for alerts, not of the monitor."""
        return self in {MessageKind.ALERT, MessageKind.DIGEST}


@dataclass(frozen=True, slots=True)
class DigestItem:
    """One entry in a digest: the alerts it tells of, and why they had to wait.

    `change` is what an edit changed, if that is what it tells of.
    """

    alerts: tuple[int, ...]
    rules: tuple[str, ...]
    title: str
    source: str = ""
    link: str | None = None
    at: datetime | None = None
    reason: str = ""
    also: tuple[str, ...] = ()
    change: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One to n alerts of one entry for one channel, before any service's form.

    `alerts` are the alerts' short ids and `rules` their rules, in one order. Messages
    with one `story` belong together; `first_alert` told of its event before, 0 if
    none did; `also` are the sources of its copies. `change` is what an edit changed.
    A DIGEST has `items`, and in `alerts` and `rules` those of all of them.
    For OPS and TEST `title` and `text` say everything and the rest stays empty.
    """

    kind: MessageKind
    title: str
    priority: Priority = Priority.NORMAL
    alerts: tuple[int, ...] = ()
    rules: tuple[str, ...] = ()
    source: str = ""
    link: str | None = None
    author: str = ""
    published_at: datetime | None = None
    first_seen_at: datetime | None = None
    excerpts: tuple[Excerpt, ...] = ()
    terms: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    text: str = ""
    story: str = ""
    first_alert: int = 0
    also: tuple[str, ...] = ()
    change: str = ""
    items: tuple[DigestItem, ...] = ()


@dataclass(frozen=True, slots=True)
class Thread:
    """What of a message is about its story; see there. `sources` told it too."""

    story: str = ""
    first_alert: int = 0
    sources: tuple[str, ...] = ()
    change: str = ""


@dataclass(frozen=True, slots=True)
class StoredAlert:
    """An alert with the entry it tells of; `hold` is why it waits, None if not.

    `silence_id` is the silence that held it, be it released since.
    """

    id: int
    rule: str
    story: str
    priority: Priority
    channels: tuple[str, ...]
    because: tuple[Because, ...]
    entry_id: int
    entry: Entry
    feed: str
    source: str
    first_seen_at: datetime
    created_at: datetime
    label: str = ""
    hold: HoldReason | None = None
    silence_id: int | None = None


@dataclass(frozen=True, slots=True)
class HeldQuery:
    """Which held alerts are meant; an empty field narrows nothing."""

    ids: tuple[int, ...] = ()
    reason: str = ""
    feed: str = ""
    rule: str = ""
    silence: int = 0


EVERYTHING: Final = HeldQuery()
