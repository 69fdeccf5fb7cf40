"""Rules that say nothing new: what one is true of, another is true of too."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from monitor.matching.conditions import Condition, Signals, Word
from monitor.matching.connectives import All, Any, Filled, Never
from monitor.matching.proximity import AtLeast, Near
from monitor.matching.query import Query
from monitor.matching.rendering import render
from monitor.matching.walking import units_by_signal
from monitor.model import Rule

RuleQuery = tuple[Rule, Query]
Units = frozenset[int]


def contained_rules(rules: Sequence[RuleQuery]) -> tuple[tuple[Rule, Rule], ...]:
    """Return pairs of rules, the first never true where the second is not.

    The queries must come from one `QueryCompiler`. Only what can be proved from how
    the two are written is returned: for each rule the first that contains it, and of
    equal ones not the first.
    """
    proofs = _Proofs()
    candidates = _Candidates([query.condition for _, query in rules])
    found: list[tuple[Rule, Rule]] = []
    for n, inner in enumerate(rules):
        for m in candidates.of(n):
            if proofs.contains(rules[m], inner) and (
                m < n or not proofs.contains(inner, rules[m])
            ):
                found.append((inner[0], rules[m][0]))
                break
    return tuple(found)


class _Candidates:
    """Which rules may contain which: a proof always rests on words that both have.

    A rule that must have one of some words (each part of an AND has such) can only
    contain a rule that has one of them too, and each side of an OR for itself.
    """

    def __init__(self, conditions: Sequence[Condition]) -> None:
        self._sides = [_sides(condition) for condition in conditions]
        uses = Counter(unit for sides in self._sides for unit in _all(sides))
        self._needs = [_needs(condition, uses) for condition in conditions]
        self._by_unit: defaultdict[int, list[int]] = defaultdict(list)
        for n, needs in enumerate(self._needs):
            for unit in min(needs, key=lambda units: _sum(units, uses), default=()):
                self._by_unit[unit].append(n)

    def of(self, n: int) -> Iterator[int]:
        """Yield the numbers of the rules that may contain the rule of that number."""
        sides = self._sides[n]
        near = min(map(self._near, sides), key=_length, default=[])
        for m in sorted(set(itertools.chain(*near)) - {n}):
            if all(self._shares(side, m) for side in sides):
                yield m

    def _near(self, side: Units) -> list[list[int]]:
        return [self._by_unit[unit] for unit in side if unit in self._by_unit]

    def _shares(self, side: Units, m: int) -> bool:
        return not any(side.isdisjoint(needed) for needed in self._needs[m])


def _sides(condition: Condition) -> list[Units]:
    """Return the words of each side of an OR, of all where there is none."""
    children = condition.children if isinstance(condition, Any) else (condition,)
    return [frozenset(units_by_signal(child).values()) for child in children]


def _needs(condition: Condition, uses: Mapping[int, int]) -> list[Units]:
    """Return the words of which a query needs one, for each part of an AND."""
    children = condition.children if isinstance(condition, All) else (condition,)
    found: list[Units] = []
    for child in children:
        units = units_by_signal(child)

        def cost(signals: Signals, units: Mapping[int, int] = units) -> float:
            return _sum({units[signal] for signal in signals}, uses)

        if anchor := child.anchor(cost):
            found.append(frozenset(units[signal] for signal in anchor))
    return found


def _all(sides: Sequence[Units]) -> Units:
    return frozenset[int]().union(*sides)


def _sum(units: Collection[int], uses: Mapping[int, int]) -> int:
    return sum(uses[unit] for unit in units)


def _length(rows: Sequence[Sequence[int]]) -> int:
    return sum(map(len, rows))


class _Proofs:
    """What is plain from how two rules are written; each pair of parts is met once."""

    def __init__(self) -> None:
        self._written: dict[int, str] = {}
        self._known: dict[tuple[int, int], bool] = {}

    def contains(self, outer: RuleQuery, inner: RuleQuery) -> bool:
        """Say whether the second rule is never true where the first is not."""
        self._known.clear()
        applies = outer[0].feeds in ((), inner[0].feeds)
        return applies and self._implies(inner[1].condition, outer[1].condition)

    def _implies(self, inner: Condition, outer: Condition) -> bool:
        pair = id(inner), id(outer)
        if pair not in self._known:
            self._known[pair] = (
                self._render(inner) == self._render(outer)
                or self._by_parts_of(inner, outer)
                or self._by_parts_to(inner, outer)
            )
        return self._known[pair]

    def _render(self, condition: Condition) -> str:
        if id(condition) not in self._written:
            self._written[id(condition)] = render(condition)
        return self._written[id(condition)]

    def _by_parts_to(self, inner: Condition, outer: Condition) -> bool:
        match outer:
            case All(children=children):
                return all(self._implies(inner, child) for child in children)
            case Any(children=children):
                return any(self._implies(inner, child) for child in children)
            case Filled(items=items):
                return self._implies(inner, items)
            case _:
                return False

    def _by_parts_of(self, inner: Condition, outer: Condition) -> bool:
        match inner, outer:
            case Word(unit=unit, fields=fields), Word():
                return unit == outer.unit and set(fields) <= set(outer.fields)
            case Never(child=child), Never():
                return self._implies(outer.child, child)
            case All(children=children) | Near(children=children), _:
                return any(self._implies(child, outer) for child in children)
            case Any(children=children), _:
                return all(self._implies(child, outer) for child in children)
            case Filled(items=child) | AtLeast(child=child), _:
                return self._implies(child, outer)
            case _:
                return False
