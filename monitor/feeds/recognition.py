"""Which entries of a document are already stored, under whatever guid."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from monitor.feeds.identity import fingerprint
from monitor.feeds.likeness import similarity, titles_alike
from monitor.model import Entry, KnownEntry, Novelty
from monitor.text import word_keys

_REUSE_AFTER = timedelta(hours=12)
_REUSE_WORDS = 8  # shorter texts have too few words to tell an edit from a reuse
_REUSE_BELOW = 0.3
_NUMBER = re.compile(r"#([0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class Finding:
    """An entry under the key that it is kept under, and what it is to the stored."""

    entry: Entry
    fingerprint: str
    novelty: Novelty = Novelty.NEW
    known: KnownEntry | None = None


class Memory:
    """What is stored of a feed, as far as a document speaks of it."""

    def __init__(self, known: Iterable[KnownEntry]) -> None:
        self._by_key: dict[str, KnownEntry] = {}
        self._by_link: dict[str, list[KnownEntry]] = defaultdict(list)
        for one in known:
            self._by_key.update(dict.fromkeys(one.keys, one))
            if one.entry.canonical_link:
                self._by_link[one.entry.canonical_link].append(one)

    def under(self, entry: Entry) -> KnownEntry | None:
        """Return the stored entry that the entry's key leads to."""
        return self._by_key.get(entry.key)

    def beside(self, entry: Entry) -> Sequence[KnownEntry]:
        """Return the stored entries with the entry's canonical link."""
        return self._by_link.get(entry.canonical_link or "", ())


def shared_links(entries: Iterable[Entry]) -> frozenset[str]:
    """Return the canonical links under which the entries tell different things."""
    first: dict[str, Entry] = {}
    shared = set()
    for entry in entries:
        link = entry.canonical_link
        if link and not titles_alike(entry, first.setdefault(link, entry)):
            shared.add(link)
    return frozenset(shared)


def recognize(entries: Sequence[Entry], memory: Memory) -> tuple[Finding, ...]:
    """Return a finding on each entry of a document, in their order.

    A key decides before a link does. Of several entries that could be one known entry
    under a new guid, only the first is.
    """
    present = {(entry.guid, entry.canonical_link) for entry in entries}
    findings = [_by_key(entry, memory, present) for entry in entries]
    claims = _claims(findings)
    shared = shared_links(entries)
    for place, (entry, finding) in enumerate(zip(entries, findings, strict=True)):
        known = finding.known
        if known is None:
            candidates = [k for k in memory.beside(entry) if k.id not in claims]
            findings[place] = found = _by_link(finding, candidates, shared)
            if found.known:
                claims[found.known.id] = found
        elif not titles_alike(entry, claims.get(known.id, finding).entry):
            findings[place] = _reused(entry, finding.fingerprint, known)
    return tuple(findings)


def _claims(findings: Iterable[Finding]) -> dict[int, Finding]:
    """Return which entry of the document each known entry is, by its id.

    Several may lead to it, by old guids and new ones: best is one that is unchanged.
    """
    claims: dict[int, Finding] = {}
    for found in findings:
        if found.known is None or found.novelty is Novelty.REUSED:
            continue
        if found.novelty is Novelty.UNCHANGED:
            claims[found.known.id] = found
        claims.setdefault(found.known.id, found)
    return claims


def _by_key(
    entry: Entry, memory: Memory, present: set[tuple[str | None, str | None]]
) -> Finding:
    """Return what the entry's key says of it."""
    mark = fingerprint(entry)
    known = memory.under(entry)
    if known is None:
        return Finding(entry, mark)
    if known.fingerprint == mark:
        return _as(known, entry, mark, Novelty.UNCHANGED)
    if known.entry.canonical_link == entry.canonical_link:
        return _as(known, entry, mark, Novelty.EDITED)
    for older in memory.beside(entry):
        if older.entry.guid == entry.guid and older.fingerprint == mark:
            return _as(older, entry, mark, Novelty.UNCHANGED)
    # The known entry may stand elsewhere in the document: its guid is no guid.
    is_elsewhere = (entry.guid, known.entry.canonical_link) in present
    if entry.guid and (is_elsewhere or _is_reused(entry, known.entry)):
        return _reused(entry, mark, known)
    return _as(known, entry, mark, Novelty.EDITED)


def _reused(entry: Entry, mark: str, known: KnownEntry) -> Finding:
    kept = replace(entry, key=_next_key(entry.key, known.entry.key))
    return Finding(kept, mark, Novelty.REUSED, known)


def _as(known: KnownEntry, entry: Entry, mark: str, novelty: Novelty) -> Finding:
    return Finding(replace(entry, key=known.entry.key), mark, novelty, known)


def _is_reused(entry: Entry, known: Entry) -> bool:
    """Say whether a guid tells of another entry than it did."""
    if entry.published_at is None or known.published_at is None:
        return False
    if entry.published_at - known.published_at < _REUSE_AFTER:
        return False
    texts = _text(entry), _text(known)
    if any(len(word_keys(text)) < _REUSE_WORDS for text in texts):
        return False
    return similarity(*texts) < _REUSE_BELOW


def _text(entry: Entry) -> str:
    return f"{entry.title}\n{entry.summary}\n{entry.content}"


def _next_key(key: str, known: str) -> str:
    """Return the key after `known` among the entries that share a guid."""
    number = _NUMBER.fullmatch(known.removeprefix(key))
    return f"{key}#{int(number[1]) + 1 if number else 2}"


def _by_link(
    finding: Finding, candidates: Iterable[KnownEntry], shared: frozenset[str]
) -> Finding:
    """Return what the entry's link says of it, its key being unknown."""
    is_telling = finding.entry.canonical_link not in shared
    for known in candidates:
        is_equal = known.fingerprint == finding.fingerprint
        if is_equal or (is_telling and titles_alike(finding.entry, known.entry)):
            return replace(finding, novelty=Novelty.ALIAS, known=known)
    return finding
