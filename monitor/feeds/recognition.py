"""Which entries of a document are already stored, under whatever guid."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from monitor.feeds.identity import fingerprint, guid_key
from monitor.feeds.likeness import SHORT, similarity, titles_alike, whole_text
from monitor.model import Entry, Identity, KnownEntry, Novelty
from monitor.text import word_keys

_REUSE_AFTER = timedelta(hours=12)
_REUSE_BELOW = 0.3
_TWICE = 2
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

    def namesake(self, entry: Entry) -> KnownEntry | None:
        """Return the stored entry with the entry's guid, if it has its link or none."""
        known = self._by_key.get(guid_key(entry.guid or ""))
        if known is None or known.entry.canonical_link != entry.canonical_link:
            return None
        return known


def shared_links(entries: Iterable[Entry]) -> frozenset[str]:
    """Return the canonical links under which the entries tell different things.

    Two titles that are alike are one thing listed twice, if it is guids that differ.
    """
    titled: dict[str, dict[str, Entry]] = defaultdict(dict)
    for entry in entries:
        if entry.canonical_link:
            titled[entry.canonical_link].setdefault(entry.title, entry)
    return frozenset(
        link for link, by_title in titled.items() if _differ(tuple(by_title.values()))
    )


def _differ(entries: Sequence[Entry]) -> bool:
    """Say whether entries with one link and different titles are different things."""
    if len(entries) != _TWICE:
        return len(entries) > _TWICE
    one, other = entries
    has_guids = one.guid is not None and other.guid is not None
    return not (has_guids and titles_alike(one, other))


def recognize(
    entries: Sequence[Entry], memory: Memory, by: Identity = Identity.AUTO
) -> tuple[Finding, ...]:
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
            is_telling = entry.canonical_link not in shared
            candidates = _candidates(finding, memory, by, is_telling=is_telling)
            known = next((k for k in candidates if k.id not in claims), None)
            if known is not None:
                found = replace(finding, novelty=Novelty.ALIAS, known=known)
                findings[place] = claims[known.id] = found
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
    return _is_later(entry, known) and _is_unlike(entry, known)


def _is_later(entry: Entry, known: Entry) -> bool:
    if entry.published_at is None or known.published_at is None:
        return False
    return entry.published_at - known.published_at >= _REUSE_AFTER


def _is_unlike(entry: Entry, known: Entry) -> bool:
    texts = whole_text(entry), whole_text(known)
    if any(len(word_keys(text)) < SHORT for text in texts):
        return False
    return similarity(*texts) < _REUSE_BELOW


def _next_key(key: str, known: str) -> str:
    """Return the key after `known` among the entries that share a guid."""
    number = _NUMBER.fullmatch(known.removeprefix(key))
    return f"{key}#{int(number[1]) + 1 if number else 2}"


def _candidates(
    finding: Finding, memory: Memory, by: Identity, *, is_telling: bool
) -> Iterator[KnownEntry]:
    """Yield the stored entries that an entry of unknown key may be, the best first.

    `is_telling` says that its link stands for nothing else in the document.
    """
    entry = finding.entry
    beside = tuple(reversed(memory.beside(entry)))  # the newest first
    if by is Identity.GUID and entry.guid:
        beside = tuple(k for k in beside if k.entry.guid in {None, entry.guid})
    if by is Identity.LINK and (known := memory.namesake(entry)):
        yield known
    yield from (k for k in beside if _is_by_link(k, entry.guid))
    yield from (k for k in beside if k.fingerprint == finding.fingerprint)
    if is_telling:
        yield from (k for k in beside if is_same(entry, k.entry))
        yield from (beside if by is Identity.LINK else ())


def _is_by_link(known: KnownEntry, guid: str | None) -> bool:
    """Say whether an entry with this guid was stored while guids were no keys."""
    if guid is None or known.entry.guid != guid:
        return False
    return not any(key.startswith(guid_key(guid)) for key in known.keys)


def is_same(entry: Entry, known: Entry) -> bool:
    """Say whether an entry with the link of a known one is that one.

    A page that tells another thing each day (the report of the day) gives each a new
    guid and a later date.
    """
    if not titles_alike(entry, known):
        return False
    if None in {entry.guid, known.guid} or entry.guid == known.guid:
        return True
    is_other = entry.title != known.title or _is_unlike(entry, known)
    return not (is_other and _is_later(entry, known))
