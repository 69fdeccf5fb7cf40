"""Which entries tell the same story."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.feeds.recognition import Finding, Memory, is_same, shared_links
from monitor.model import FeedState, Novelty


def stories(
    findings: Sequence[Finding], memory: Memory, state: FeedState
) -> tuple[str, ...]:
    """Return the key of each entry's story, in their order.

    It is the canonical link, so that a story in two feeds is told once. Where the
    link stands for different things in this feed, the story is the entry's own.
    """
    shared = shared_links(found.entry for found in findings)
    keys = []
    for found in findings:
        link = found.entry.canonical_link
        if link is None or link in shared or _is_ambiguous(found, memory):
            keys.append(f"entry:{state.id}:{found.entry.key}")
        else:
            keys.append(f"link:{link}")
    return tuple(keys)


def _is_ambiguous(found: Finding, memory: Memory) -> bool:
    """Say whether something else is known under the entry's link."""
    itself = None if found.novelty is Novelty.REUSED else found.known
    return any(
        known is not itself and not is_same(found.entry, known.entry)
        for known in memory.beside(found.entry)
    )
