"""A query over stored entries: which it is true of, and which it misses by one term."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from typing import Final

from monitor.matching import Document, Query
from monitor.matching.conditions import Condition
from monitor.matching.connectives import All, Never, Quorum
from monitor.matching.document import View
from monitor.matching.narrowing import keys_of
from monitor.matching.proximity import AtLeast, Near
from monitor.matching.walking import children_of
from monitor.model import Because, Feed, StoredEntry
from monitor.text import words

_FEWEST_LETTERS: Final = 5
_MOST_WORDS: Final = 5
_MOST_SAMPLES: Final = 5
_COMMON: Final = 0.03  # a word in more entries than this is there by chance
_FEW_TEXTS: Final = 100


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that a query is true of, and why."""

    stored: StoredEntry
    because: tuple[Because, ...]


def feed_of(stored: StoredEntry, feeds: Mapping[str, Feed]) -> Feed:
    """Return the feed of an entry, without tags if it has left the configuration."""
    return feeds.get(stored.feed) or Feed(stored.feed, "", timedelta(0))


def hits(
    query: Query,
    entries: Iterable[StoredEntry],
    feeds: Mapping[str, Feed],
    selects: Callable[[Feed], bool] = lambda _: True,
) -> Iterator[Hit]:
    """Yield the entries of selected feeds that a query is true of, in their order."""
    for stored in entries:
        feed = feed_of(stored, feeds)
        if selects(feed):
            because = query.match(Document.of(stored.entry, feed))
            if because is not None:
                yield Hit(stored, because)


@dataclass(slots=True)
class Missing:
    """Entries that lacked one required term alone, and the words that stood there.

    `samples` are a few of the entries, one of each story.
    """

    term: str
    count: int = 0
    words: list[tuple[str, int]] = field(default_factory=list)
    samples: list[StoredEntry] = field(default_factory=list)

    def add(self, stored: StoredEntry) -> None:
        """Count an entry."""
        self.count += 1
        is_known = any(stored.story == sample.story for sample in self.samples)
        if not is_known and len(self.samples) < _MOST_SAMPLES:
            self.samples.append(stored)


def near_keys(query: Query) -> frozenset[str] | None:
    """Return keys of words, one of which is in each entry that lacks one term alone.

    None where that is not known, and all entries have to be looked at.
    """
    if not isinstance(query.condition, All):
        return None
    required = [c for c in query.condition.children if not isinstance(c, Never)]
    found = (keys_of(condition, query.index) for condition in required)
    known = sorted((keys for keys in found if keys is not None), key=len)
    # An entry may lack one of two, not both.
    return known[0] | known[1] if len(known) > 1 else None


def can_be_missed(condition: Condition) -> bool:
    """Say whether a query requires two things, so that an entry can lack one alone."""
    match condition:
        case Near() | Quorum() | AtLeast():
            return True
        case Never():
            return False
        case All(children=children):
            required = [each for each in children if not isinstance(each, Never)]
            return len(required) > 1 or any(map(can_be_missed, required))
        case _:
            return any(map(can_be_missed, children_of(condition)))


class NearMisses:
    """Counts entries that lack exactly one of the terms that a query requires."""

    def __init__(self, query: Query) -> None:
        self._query = query
        self._own = _keys(query.text)
        self._missing: dict[str, Missing] = {}
        self._words: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._usual: Counter[str] = Counter()
        self._texts = 0

    def learn(self, stored: StoredEntry) -> None:
        """Note the words of any entry: what stands everywhere explains nothing."""
        self._texts += 1
        self._usual.update(_words(stored).keys())

    def look(self, stored: StoredEntry, feed: Feed) -> None:
        """Count an entry, if it lacks one term alone."""
        document = Document.of(stored.entry, feed)
        term = self._query.near_miss(document)
        if term is None:
            return
        self._missing.setdefault(term, Missing(term)).add(stored)
        met = self._own | self._met(document)
        self._words[term].update(
            word for word in _words(stored).values() if met.isdisjoint(_keys(word))
        )

    def _met(self, document: Document) -> set[str]:
        """Return the keys of the words that meet the rest of the query."""
        view = View(document, self._query.index)
        parts = children_of(self._query.condition)
        found = (place for part in parts for place in part.places(view) or ())
        return {key for place in found for key in _keys(place.text)}

    def found(self) -> list[Missing]:
        """Return the terms that were missing alone, the commonest first."""
        for term, missing in self._missing.items():
            telling = (
                (word, count)
                for word, count in sorted(self._words[term].items(), key=_telling)
                if (count > 1 or missing.count == 1) and not self._is_usual(word)
            )
            missing.words = list(islice(telling, _MOST_WORDS))
        return sorted(self._missing.values(), key=lambda missing: -missing.count)

    def _is_usual(self, word: str) -> bool:
        if self._texts < _FEW_TEXTS:
            return False
        return any(self._usual[key] > _COMMON * self._texts for key in _keys(word))


def _words(stored: StoredEntry) -> dict[str, str]:
    """Return the longer words of an entry by their keys, as they are spelled."""
    found: dict[str, str] = {}
    for text in (stored.entry.title, stored.entry.summary):
        for word in words(text):
            if word.end - word.start >= _FEWEST_LETTERS:
                found.setdefault(word.keys[0], text[word.start : word.end])
    return found


def _telling(counted: tuple[str, int]) -> tuple[int, bool, int]:
    """Return the order of words: the commonest, then names and nouns, then the long."""
    word, count = counted
    return -count, not word[:1].isupper(), -len(word)


def _keys(text: str) -> frozenset[str]:
    return frozenset(key for found in words(text) for key in found.keys)
