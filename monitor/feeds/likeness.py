"""How much two texts have in common, by their words."""

from __future__ import annotations

from monitor.model import Entry
from monitor.text import word_keys

ALIKE = 0.5
"""A headline with a third of its words changed is still the same one."""

SHORT = 8
"""So few words and less are too few to tell an edit from another text."""


def similarity(one: str, other: str) -> float:
    """Return the share of words the texts have in common: 0.0 none, 1.0 all."""
    ours, theirs = set(word_keys(one)), set(word_keys(other))
    together = ours | theirs
    return len(ours & theirs) / len(together) if together else 0.0


def titles_alike(one: Entry, other: Entry) -> bool:
    """Say whether the titles may stand over the same entry."""
    if one.title == other.title:
        return True
    return similarity(one.title, other.title) >= ALIKE


def body(entry: Entry) -> str:
    """Return what the entry says below its title."""
    return f"{entry.summary}\n{entry.content}"


def whole_text(entry: Entry) -> str:
    """Return all that the entry says."""
    return f"{entry.title}\n{body(entry)}"
