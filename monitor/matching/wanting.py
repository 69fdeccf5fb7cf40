"""Which rules want the article of an entry: it could make them true, and is likely to.

A rule wants it while it is *open* and the entry has one of the terms that the rule
asks for, in a part that can still come true. A value (``lang:de``) is no such term:
it says where an entry comes from, not what it tells.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from monitor.matching.conditions import (
    Condition,
    Expression,
    Phrase,
    Places,
    Signals,
    Value,
    Word,
)
from monitor.matching.connectives import Any, Filled, Never
from monitor.matching.document import View
from monitor.matching.index import UnitIndex
from monitor.matching.outlook import Prospect, places_of
from monitor.matching.presence import Presence
from monitor.matching.walking import children_of
from monitor.model import ArticleWish, FullText, Rule, WishReason


class Wanting:
    """Finds the rules that want an article, by every word that one of them asks for.

    `conditions` are those of the `rules`. A rule with ``full_text: never`` wants none;
    one with ``always`` wants each that could make it true.
    """

    def __init__(
        self, rules: Sequence[Rule], conditions: Sequence[Condition], index: UnitIndex
    ) -> None:
        self._rules = rules
        self._index = index
        self._prospects = [Prospect(condition) for condition in conditions]
        self._unseen: set[int] = set()
        self._by_unit: dict[int, list[int]] = {}
        self._has_author = "author" in index.scoped
        for n, rule in enumerate(rules):
            if rule.full_text is not FullText.NEVER:
                self._add(n, rule, conditions[n])
        self._units = self._units_by_key()
        self._keys = frozenset(self._units)

    def _add(self, n: int, rule: Rule, condition: Condition) -> None:
        terms = list(_wanted(condition))
        is_seen = not any(isinstance(term, Expression) for term in terms)
        if rule.full_text is FullText.ALWAYS or not is_seen:
            self._unseen.add(n)
            return
        signals = {signal for term in terms for signal in _signals(term)}
        for unit in {self._index.unit_of(signal) for signal in signals}:
            self._by_unit.setdefault(unit, []).append(n)

    def _units_by_key(self) -> dict[str, tuple[int, ...]]:
        units: dict[str, tuple[int, ...]] = {}
        for unit in self._by_unit:
            for key in self._index.keys_of(unit):
                units[key] = (*units.get(key, ()), unit)
        return units

    def candidates(self, presence: Presence) -> set[int]:
        """Return the numbers of the rules that may want the article."""
        words, units = presence.look.words, presence.look.units
        if self._has_author:
            author = presence.look_at("author")
            words, units = words | author.words, units | author.units
        met = {unit for key in self._keys & words for unit in self._units[key]}
        met |= self._by_unit.keys() & units
        return self._unseen.union(*map(self._by_unit.__getitem__, met))

    def wishes(self, numbers: Iterable[int], view: View) -> Iterator[ArticleWish]:
        """Yield the wishes of some candidates over an entry."""
        for n in numbers:
            rule, prospect = self._rules[n], self._prospects[n]
            is_always = rule.full_text is FullText.ALWAYS
            if places_of(prospect.condition, view) is not None:
                continue
            begun = begun_by(prospect, view)
            if (begun or is_always) and prospect.could_be(prospect.condition, view):
                reason = WishReason.TERM if begun else WishReason.RULE
                words = tuple(dict.fromkeys(place.text for place in begun))
                yield ArticleWish(rule.name, reason, words)


def begun_by(prospect: Prospect, view: View) -> Places:
    """Return the places of the terms that are there of what can still come true."""
    return tuple(_begun(prospect.condition, prospect, view))


def _begun(condition: Condition, prospect: Prospect, view: View) -> Places:
    match condition:
        case Never() | Value():
            return ()
        case Any(children=children):
            for child in children:
                found = _begun(child, prospect, view)
                if found and prospect.could_be(child, view):
                    return found
            return ()
        case Filled(items=items):
            return places_of(condition, view) or _begun(items, prospect, view)
        case Word() | Phrase() | Expression():
            return places_of(condition, view) or ()
        case _:
            parts = (_begun(c, prospect, view) for c in children_of(condition))
            return next(filter(None, parts), ())


def _wanted(condition: Condition) -> Iterator[Word | Phrase | Expression]:
    """Yield the terms that a query asks for."""
    if isinstance(condition, Word | Phrase | Expression):
        yield condition
    if not isinstance(condition, Never):
        for child in children_of(condition):
            yield from _wanted(child)


def _signals(term: Word | Phrase | Expression) -> Signals:
    """Return signals of which one is there where the term is."""
    return term.anchor(len) or Signals()
