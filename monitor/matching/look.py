"""One look at a text: the words and pieces by which its units are known.

A *plain* word is one of letters and digits of ASCII, or with umlauts, with nothing but
the end of a sentence or quotation marks beside it: in small letters, umlauts written
in both ways, it is its own key. All other pieces are *special*: the language of words
says what they are found by, and that is remembered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import chain, filterfalse
from typing import NamedTuple

from monitor.matching.index import NO_TESTS, Name, UnitIndex
from monitor.matching.places import Pieces
from monitor.matching.units import Test
from monitor.text.folding import with_digraphs, without_umlauts
from monitor.text.words import BESIDE, REMEMBERED_LENGTH, Reading


class Sighting(NamedTuple):
    """Where a unit is met: the place, where its piece begins, its words in there."""

    start: int
    end: int
    piece: int
    first: int
    last: int


class _Sources(NamedTuple):
    """What of a text may meet a unit, in small letters.

    `words` are plain ones, with the test they must pass; `pieces` are special ones or
    looked into, with what their readings are found by, and the test for these.
    """

    words: Sequence[tuple[str, Test | None]]
    pieces: Sequence[tuple[str, Name, Test | None]]


class Look:
    """The words of a text.

    `words` are the keys of all its words, `units` what is found inside them.
    """

    def __init__(self, text: str, index: UnitIndex) -> None:
        self._text = text
        self._index = index
        self._small = small = small_letters(text)
        self.words = words = set(small.split())
        self._foreign: Sequence[str] = ()
        self._folded: tuple[Sequence[str], ...] = ()
        self._special: Mapping[str, tuple[str, ...]] = {}
        self._inside: dict[int, set[str]] = {}
        self._sources: dict[int, _Sources] = {}
        self._by_key: dict[str, list[str]] | None = None
        self._long: dict[str, Mapping[Name, Sequence[Reading]]] = {}
        special = self._strip()
        if not small.isascii():
            special.update(self._fold())
        if special:
            known = map(index.keys_in.__getitem__, special)
            self._special = dict(zip(special, known, strict=True))
            words.update(*self._special.values())
        if index.inside:
            self._look_inside()
        self.units: AbstractSet[int] = self._inside.keys()

    def _strip(self) -> set[str]:
        """Put words in the place of pieces that end a sentence; return all others."""
        odd = list(filterfalse(str.isalnum, self.words))
        if not odd:
            return set()
        bare = [piece.strip(BESIDE) for piece in odd]
        self.words.difference_update(odd)
        self.words.update(bare)
        others = set(filterfalse(str.isalnum, bare))
        self.words -= others
        others.discard("")
        return others

    def _fold(self) -> Iterable[str]:
        """Put keys in the place of words with umlauts; return what is beyond these."""
        self._foreign = foreign = list(filterfalse(str.isascii, self.words))
        text = " ".join(foreign)
        bare = without_umlauts(text)
        self._folded = plain, digraphs = bare.split(), with_digraphs(text).split()
        self.words.difference_update(foreign)
        if bare.isascii():
            self.words.update(plain, digraphs)
            return ()
        rows = zip(foreign, plain, digraphs, strict=True)
        return [word for word, *both in rows if not self._is_kept(both)]

    def _is_kept(self, both: Sequence[str]) -> bool:
        """Keep the two spellings of a word if they are plain; say whether they are."""
        is_plain = both[0].isascii()
        if is_plain:
            self.words.update(both)
        return is_plain

    def _look_inside(self) -> None:
        """Find out what is found inside the words."""
        scan = self._index.scan
        others = chain(*self._folded, *self._special.values())
        if not scan.is_worth_while(" ".join((self._small, *others))):
            return
        words = scan.words(self.words)
        folded = zip(self._foreign, *self._folded, strict=True)
        pieces = words | {w for w, *both in folded if not words.isdisjoint(both)}
        special = self._special.items()
        pieces.update(piece for piece, keys in special if not words.isdisjoint(keys))
        found = Pieces(self._small)
        for piece in pieces:
            size = len(piece)
            for spelled in {self._text[at : at + size] for at in found.starts(piece)}:
                for unit in self._index.met[spelled]:
                    self._inside.setdefault(unit, set()).add(piece)

    def has(self, unit: int) -> bool:
        """Say whether a unit is in the text."""
        if unit in self._inside:
            return True
        keys = self._index.keys_of(unit)
        if self.words.isdisjoint(keys):
            return False
        tests = self._index.tests.get(unit)
        if tests is None or not tests.keys() >= self.words.intersection(keys):
            return True
        found = self.sightings(unit, self._text, Pieces(self._small))
        return next(found, None) is not None

    def sightings(self, unit: int, text: str, pieces: Pieces) -> Iterator[Sighting]:
        """Yield where a unit is met in the text or a part of it, in no order.

        `pieces` are those of that part in small letters.
        """
        words, special = self._sources_of(unit)
        for word, test in words:
            for at in pieces.starts(word):
                end = at + len(word)
                if test is None or test.admits(text[at:end]):
                    yield Sighting(at, end, at, 0, 0)
        for piece, name, test in special:
            for at in pieces.starts(piece):
                spelled = text[at : at + len(piece)]
                for first, last, start, end, _ in self._readings(spelled, name):
                    if test is None or test.admits(spelled[start:end]):
                        yield Sighting(at + start, at + end, at, first, last)

    def _sources_of(self, unit: int) -> _Sources:
        known = self._sources.get(unit)
        if known is None:
            keys = self.words.intersection(self._index.keys_of(unit))
            tests = self._index.tests.get(unit, NO_TESTS)
            words = [
                (word, tests.get(key))
                for key in keys
                if key.isascii() and key.isalnum()  # others are in special pieces
                for word in self._spelled(key)
            ]
            pieces: list[tuple[str, Name, Test | None]] = [
                (piece, unit, None) for piece in self._inside.get(unit, ())
            ]
            for key in keys if self._special else ():
                test = tests.get(key)
                pieces += [(piece, key, test) for piece in self._special_with(key)]
            known = self._sources[unit] = _Sources(words, pieces)
        return known

    def _special_with(self, key: str) -> Sequence[str]:
        """Return the special pieces that are found by a key."""
        if self._by_key is None:
            self._by_key = {}
            for piece, keys in self._special.items():
                for each in keys:
                    self._by_key.setdefault(each, []).append(piece)
        return self._by_key.get(key, ())

    def _readings(self, piece: str, name: Name) -> Sequence[Reading]:
        """Return the readings of a piece that are found by a name."""
        known = self._long.get(piece)
        if known is None:
            known = self._index.found[piece]
            if len(piece) > REMEMBERED_LENGTH:
                self._long[piece] = known
        return known.get(name, ())

    def _spelled(self, key: str) -> set[str]:
        """Return the plain words, in small letters, that may have a key."""
        found = {key}
        for row in self._folded:
            if key in row:
                found.update(
                    w for w, k in zip(self._foreign, row, strict=True) if k == key
                )
        return found


def small_letters(text: str) -> str:
    """Return a text in small letters, each where it was."""
    small = text.lower()
    return small if len(small) == len(text) else "".join(map(_small_letter, text))


def _small_letter(letter: str) -> str:
    small = letter.lower()
    return small if len(small) == 1 else letter
