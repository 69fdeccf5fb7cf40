"""All words that are asked for.

Every unit of all rules has a number, equal ones the same. What the words in a *piece*,
which stands between two spaces, are found by is remembered: their keys, and the units
on which more than a key decides, since they are sought inside words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Final

from monitor.matching.forms import Affix, AffixIndex
from monitor.matching.memory import REMEMBERED_PIECES, Remembered
from monitor.matching.places import MOST_SIGHTINGS
from monitor.matching.scan import Scan
from monitor.matching.units import AnyOf, Test, Unit
from monitor.matching.wildcards import Wildcards, piece_of
from monitor.text.words import Reading, keys_in, readings

# Few pieces are ever looked into: those that hold what is sought, or made a rule true.
FEWER_PIECES: Final = 5_000

Name = str | int
"""What words of a text are found by: a key, or a unit that is sought inside words."""

NO_TESTS: Final[Mapping[Name, Test]] = {}
_AROUND: Final = {
    Affix.PREFIX: " {}".format,
    Affix.SUFFIX: "{} ".format,
    Affix.INFIX: "{}".format,
}


class UnitIndex:
    """The units of all queries that were compiled together.

    `keys` holds the keys of the whole words that meet each unit, None until it is
    asked for by `keys_of`; `tests` holds what some words with these keys must pass.
    """

    def __init__(self) -> None:
        self.units: list[Unit] = []
        self.keys: list[tuple[str, ...] | None] = []
        self.tests: dict[int, dict[Name, Test]] = {}
        self.scoped: dict[str, dict[int, int]] = {}
        self.scopes: dict[int, tuple[str, int]] = {}
        self.uses: Counter[int] = Counter()
        self.inside: list[str] = []
        self._numbers: dict[Hashable, int] = {}
        self._wildcards = Wildcards()
        self._affixes: AffixIndex[int] = AffixIndex()
        self._has_affixes = False
        self._scan: Scan | None = None
        self.keys_in = Remembered(keys_in, REMEMBERED_PIECES)
        self.met = Remembered(self._met, REMEMBERED_PIECES)
        self.found = Remembered(self._found, FEWER_PIECES)

    def number(self, name: Hashable, make: Callable[[], Unit]) -> int:
        """Return the number of the unit of that name, made if it has none yet."""
        known = self._numbers.get(name)
        if known is None:
            known = self._numbers[name] = len(self.units)
            self._add(known, make())
        return known

    def signal(self, unit: int, scope: str) -> int:
        """Return the number that says: this unit is in this field.

        For the three fields of a text together it is the unit's own, else below zero.
        """
        known = unit
        if scope != "text":
            signals = self.scoped.setdefault(scope, {})
            known = signals.get(unit, 0)
            if not known:
                known = signals[unit] = -1 - len(self.scopes)
                self.scopes[known] = (scope, unit)
        self.uses[known] += 1
        return known

    def unit_of(self, signal: int) -> int:
        """Return the unit of a signal."""
        return signal if signal >= 0 else self.scopes[signal][1]

    def keys_of(self, unit: int) -> tuple[str, ...]:
        """Return the keys of the whole words that meet a unit."""
        known = self.keys[unit]
        if known is None:
            known = self.keys[unit] = self._read_keys(unit)
        return known

    @property
    def scan(self) -> Scan:
        """The pass for everything that is sought inside words."""
        if self._scan is None:
            self._scan = Scan(self.inside)
        return self._scan

    def _add(self, number: int, unit: Unit) -> None:
        self.units.append(unit)
        self.keys.append(None)
        for spelling in unit.wildcards:
            self._wildcards.add(number, spelling)
            self._seek(piece_of(spelling))
        if affixes := unit.affixes():
            self._has_affixes = True
            self._affixes.add(number, affixes)
            for form in affixes:
                for key in () if form.is_except else form.keys:
                    self._seek(_AROUND[form.affix](key))

    def _seek(self, piece: str) -> None:
        self.inside.append(piece)
        self._scan = None
        self.met.forget()
        self.found.forget()

    def _read_keys(self, unit: int) -> tuple[str, ...]:
        """Return the keys of a unit, and keep the tests that belong to them."""
        free: set[str] = set()
        tests: dict[str, Test] = {}
        for keys, test in self.units[unit].whole_words():
            if test is None:
                free.update(keys)
                continue
            for key in keys:
                tests[key] = AnyOf.of(tests.get(key), test)
        if not tests:
            return tuple(free)
        strict: dict[Name, Test] = {k: t for k, t in tests.items() if k not in free}
        if strict:
            self.tests[unit] = strict
        return (*free, *(tests.keys() - free))

    def _met(self, piece: str) -> tuple[int, ...]:
        """Return the units that are found inside the words of a piece."""
        names = self.found[piece]
        return tuple(name for name in names if isinstance(name, int))

    def _found(self, piece: str) -> dict[Name, list[Reading]]:
        """Return the readings of a piece by what they are found by."""
        found: dict[Name, list[Reading]] = {}
        for reading in readings(piece):
            names: Iterable[Name] = reading.keys
            if self.inside:
                names = (*names, *dict.fromkeys(self._inside(reading, piece)))
            for name in names:
                row = found.setdefault(name, [])
                if len(row) < MOST_SIGHTINGS:
                    row.append(reading)
        return found

    def _inside(self, reading: Reading, piece: str) -> Iterable[int]:
        """Return the units that are found inside a word, by its keys and spelling."""
        found: list[int] = []
        for key in reading.keys:
            if self._wildcards.may_be_met_by(key):
                found += self._wildcards.met_by(key)
            if self._has_affixes:
                word = piece[reading.start : reading.end]
                found += self._affixes.owners(key, word)
        return found
