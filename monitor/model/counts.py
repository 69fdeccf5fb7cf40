"""Counts that commands print."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, fields


@dataclass(slots=True)
class PollCounts:
    """What one round of polls did, in the words of ``monitor poll --json``."""

    feeds: int = 0
    polled: int = 0
    not_modified: int = 0
    failed: int = 0
    not_due: int = 0
    entries_new: int = 0
    entries_changed: int = 0
    matches: int = 0
    alerts: int = 0
    held: dict[str, int] = field(default_factory=dict)

    def add(self, other: PollCounts) -> None:
        """Add what another round did."""
        for name in _NUMBERS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        if other.held:
            self.held = dict(Counter(self.held) + Counter(other.held))


_NUMBERS = tuple(count.name for count in fields(PollCounts) if count.name != "held")


@dataclass(frozen=True, slots=True)
class Indexed:
    """How far the index of words came: all entries up to the id `come` are in it.

    `count` entries were not before; `is_all` says that there are none above.
    """

    count: int
    come: int
    is_all: bool
