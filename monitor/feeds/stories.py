"""Which entries tell the same story."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.feeds.likeness import titles_alike
from monitor.feeds.recognition import Finding, Memory, shared_links
from monitor.model import FeedState


def stories(
    findings: Sequence[Finding], memory: Memory, state: FeedState
) -> tuple[str, ...]:
    """Return the key of each entry's story, in their order.

    It is the canonical link, so that a story in two feeds is told once. Where the
    link stands for different things in this feed, the story is the entry's own.
    """
    shared = shared_links(found.entry for found in findings)
    twins: dict[tuple[str | None, str], str] = {}  # an entry that is listed twice
    keys = []
    for found in findings:
        link = found.entry.canonical_link
        own = twins.setdefault((found.entry.guid, found.fingerprint), found.entry.key)
        if link is None or link in shared or _is_ambiguous(found, memory):
            keys.append(f"entry:{state.id}:{own}")
        else:
            keys.append(f"link:{link}")
    return tuple(keys)


def _is_ambiguous(found: Finding, memory: Memory) -> bool:
    """Say whether something else is known under the entry's link."""
    return any(
        known is not found.known and not titles_alike(known.entry, found.entry)
        for known in memory.beside(found.entry)
    )
