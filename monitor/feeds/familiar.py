"""Which new entries of a feed say what an earlier one said, under whatever address."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from monitor.feeds.identity import fingerprint
from monitor.feeds.likeness import ALIKE, SHORT, body
from monitor.model import Entry
from monitor.text import word_keys

_COMMON = 50  # a word of so many titles tells nothing of any
_OTHER_WORDS = 0.1  # of the shorter text: a new layout may show less of the longer
_NAME = re.compile(r"(?:[^-]+-){2,}[^-]+|.*[0-9]{5,}.*")  # of one page, anywhere
_ENDING = re.compile(r"\.[a-z]{3,5}$")


def familiar(entries: Sequence[Entry], earlier: Sequence[Entry]) -> tuple[bool, ...]:
    """Return for each entry whether it is like an earlier one.

    It is if its title is the same and its text hardly another, numbers not at all (a
    forecast has others each day); if its title is alike and its text the same or a
    part of it; or if its link ends as that of one earlier entry. Where the texts are
    short, its title has to be that of one entry.
    """
    if not earlier:
        return (False,) * len(entries)
    shared = _unique(entries) & _unique(earlier)
    texts = _Texts(earlier)
    return tuple(
        not shared.isdisjoint(_addresses(entry)) or texts.know(entry)
        for entry in entries
    )


def _unique(entries: Iterable[Entry]) -> set[str]:
    """Return the addresses that only one of the entries has."""
    counts = Counter(address for entry in entries for address in _addresses(entry))
    return {address for address, count in counts.items() if count == 1}


def _addresses(entry: Entry) -> Iterator[str]:
    """Yield what stays of a link when a publisher moves: its path, its last name."""
    if entry.canonical_link is None:
        return
    path = entry.canonical_link.partition("://")[2].partition("/")[2]
    yield f"/{path}"
    name = _ENDING.sub("", path.partition("?")[0].rstrip("/").rpartition("/")[2])
    if _NAME.fullmatch(name):
        yield name


class _Texts:
    """The texts of entries, to be found by the words of their titles."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        distinct = {fingerprint(entry): entry for entry in entries}
        self._marks = distinct.keys()
        self._entries = tuple(distinct.values())
        self._titles = [frozenset(word_keys(entry.title)) for entry in self._entries]
        self._times = Counter(self._titles)
        self._by_word: dict[str, list[int]] = defaultdict(list)
        for place, words in enumerate(self._titles):
            for word in words:
                self._by_word[word].append(place)

    def know(self, entry: Entry) -> bool:
        """Say whether one of the entries is this one, perhaps edited."""
        if fingerprint(entry) in self._marks:
            return True
        title = frozenset(word_keys(entry.title))
        return any(self._is(entry, title, place) for place in self._near(title))

    def _near(self, title: frozenset[str]) -> set[int]:
        """Return the places of the entries whose titles share a rare word."""
        found = [self._by_word.get(word, ()) for word in title]
        return {place for places in found if len(places) <= _COMMON for place in places}

    def _is(self, entry: Entry, title: frozenset[str], place: int) -> bool:
        theirs = self._titles[place]
        if len(title & theirs) < ALIKE * len(title | theirs):
            return False
        texts = (body(entry), body(self._entries[place]))
        shorter, longer = sorted((set(word_keys(text)) for text in texts), key=len)
        others = shorter - longer
        if title != theirs:
            return len(shorter) >= SHORT and not others
        if len(shorter) < SHORT:  # some titles come every day
            return self._times[theirs] == 1
        is_alike = len(others) <= _OTHER_WORDS * len(shorter)
        return is_alike and not any(map(str.isdigit, others))
