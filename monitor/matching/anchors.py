"""The index over all rules: by one signal that each of them needs, the rarest.

How rare a word is tell the entries themselves: the first ones are counted, and anchors
that were met there chosen anew. Until then the word counts that fewest rules ask for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import chain
from typing import Final

from monitor.matching.conditions import Condition, Phrase, Signals, Word
from monitor.matching.connectives import All
from monitor.matching.index import UnitIndex
from monitor.matching.presence import Presence
from monitor.matching.proximity import AtLeast, Near

# After so many entries, or words of them, anchors are chosen anew and counting ends.
LEARNT_AFTER: Final = 2_000
_WORDS: Final = 100_000
# So many units' keys are read with each entry, lest they be asked for one by one.
_AHEAD: Final = 100

_NOTHING: Final = Signals()


@dataclass(slots=True, eq=False)
class _Row:
    """A rule by its anchor; one of the `others`, if any, must be there too.

    `keys` are the keys of the others, empty if more may meet them than keys tell,
    None until they are asked for.
    """

    rule: int
    anchor: tuple[int, ...]
    others: tuple[int, ...]
    keys: tuple[str, ...] | None = None


class Anchors:
    """Finds the rules that may be true of an entry."""

    def __init__(self, conditions: Sequence[Condition], index: UnitIndex) -> None:
        self._conditions = conditions
        self._index = index
        self._most = 1 + max(index.uses.values(), default=0)
        self._words_seen: Counter[str] = Counter()
        self._units_seen: Counter[int] = Counter()
        self._entries = self._words = self._ahead = 0
        self._is_learning = True
        self._rows: dict[int, list[_Row]] = {}  # by each unit of the anchor
        self._units: dict[
            str, tuple[int, ...]
        ] = {}  # those that anchor something, by key
        self._has_author = "author" in index.scoped
        self._always: list[int] = []
        self._add(range(len(conditions)))

    def candidates(self, presence: Presence) -> set[int]:
        """Return the numbers of the rules that may be true."""
        words, units = presence.look.words, presence.look.units
        if self._has_author:
            author = presence.look_at("author")
            words, units = words | author.words, units | author.units
        found = self._always[:]
        for row in self._met(words, units):
            keys = self._keys_beside(row) if row.keys is None else row.keys
            if not keys or not words.isdisjoint(keys):
                found.append(row.rule)
        if self._is_learning:
            self._learn(presence)
        if not found:
            return set()
        conditions = self._conditions
        return {n for n in found if conditions[n].may(presence)}

    def _keys_beside(self, row: _Row) -> tuple[str, ...]:
        index = self._index
        row.keys = ()
        if row.others and not any(index.units[unit].is_open for unit in row.others):
            first, *rest = map(index.keys_of, row.others)
            row.keys = first if not rest else tuple(chain(first, *rest))
        return row.keys

    def _met(self, words: AbstractSet[str], units: AbstractSet[int]) -> Iterator[_Row]:
        """Return the rows whose anchor is there."""
        by_key, rows = self._units, self._rows
        found = [rows[unit] for key in self._keys & words for unit in by_key[key]]
        if units:
            found += [rows[unit] for unit in rows.keys() & units]
        return chain.from_iterable(found)

    def _learn(self, presence: Presence) -> None:
        self._words_seen.update(presence.look.words)
        self._units_seen.update(presence.look.units)
        self._entries += 1
        self._words += len(presence.look.words)
        ahead = range(self._ahead, len(self._index.units))[:_AHEAD]
        for unit in ahead:
            self._index.keys_of(unit)
        self._ahead += len(ahead)
        if self._entries >= LEARNT_AFTER or self._words >= _WORDS:
            self._choose_again()
            self._is_learning = False
            self._words_seen.clear()
            self._units_seen.clear()

    def _choose_again(self) -> None:
        """Choose other anchors for the rules whose anchors were met."""
        met = self._met(self._words_seen.keys(), self._units_seen.keys())
        again = {row.rule: row for row in met}
        for unit in {unit for row in again.values() for unit in row.anchor}:
            kept = [row for row in self._rows.pop(unit) if row.rule not in again]
            if kept:
                self._rows[unit] = kept
            else:
                self._forget(unit)
        self._add(again)

    def _add(self, numbers: Iterable[int]) -> None:
        """Choose anchors for some rules."""
        unit_of = self._index.unit_of
        for n in numbers:
            needs = sorted(self._needs(self._conditions[n]), key=self.cost)
            if not needs:
                self._always.append(n)
                continue
            needs.append(_NOTHING)
            anchor, others = (tuple(set(map(unit_of, each))) for each in needs[:2])
            row = _Row(n, anchor, others)
            for unit in anchor:
                rows = self._rows.get(unit)
                if rows is None:
                    rows = self._rows[unit] = []
                    self._remember(unit)
                rows.append(row)
        self._keys = frozenset(self._units)  # quicker to look into than a dict's keys

    def _remember(self, unit: int) -> None:
        by_key, alone = self._units, (unit,)
        for key in self._index.keys_of(unit):
            known = by_key.get(key)
            by_key[key] = alone if known is None else known + alone

    def _forget(self, unit: int) -> None:
        for key in self._index.keys_of(unit):
            left = tuple(each for each in self._units.pop(key) if each != unit)
            if left:
                self._units[key] = left

    def _needs(self, condition: Condition) -> list[Signals]:
        """Return signals, of each of which one is there where a condition is true."""
        match condition:
            case Word(signal=signal):
                return [Signals((signal,))]
            case All(children=children) | Near(children=children):
                return [each for child in children for each in self._needs(child)]
            case AtLeast(child=child):
                return self._needs(child)
            case Phrase(needs=needs):
                return [
                    Signals(min(way, key=lambda s: self.cost((s,))) for way in step)
                    for step in needs.steps
                ]
            case _:
                anchor = condition.anchor(self.cost)
                return [] if anchor is None else [anchor]

    def cost(self, signals: Iterable[int]) -> float:
        """Return how many entries had one of the signals; less than 1: none yet."""
        uses = sum(map(self._index.uses.__getitem__, signals)) / self._most
        return sum(map(self._seen_with, signals)) + uses if self._entries else uses

    def _seen_with(self, signal: int) -> int:
        """Return how many entries had a signal."""
        unit = self._index.unit_of(signal)
        seen = map(self._words_seen.__getitem__, self._index.keys_of(unit))
        return sum(seen) + self._units_seen[unit]
