"""The parts of a condition, for all who look into one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from monitor.matching.conditions import (
    Condition,
    Expression,
    Phrase,
    Term,
    Value,
    Word,
)
from monitor.matching.connectives import All, Any, Filled, Never, Quorum
from monitor.matching.proximity import AtLeast, Near


def children_of(condition: Condition) -> tuple[Condition, ...]:
    """Return the conditions that a condition is made of."""
    match condition:
        case All() | Any() | Quorum() | Near():
            return condition.children
        case Filled(items=items):
            return (items,)
        case Never(child=child) | AtLeast(child=child):
            return (child,)
        case _:
            return ()


def terms_of(condition: Condition) -> Iterator[Term]:
    """Yield the terms of a query, in the order in which they were written."""
    if isinstance(condition, Word | Phrase | Expression | Value):
        yield condition
    for child in children_of(condition):
        yield from terms_of(child)


def units_by_signal(condition: Condition) -> Mapping[int, int]:
    """Return the units that a query asks for, by their signals."""
    return {
        signal: unit for term in terms_of(condition) for signal, unit in _signals(term)
    }


def _signals(term: Term) -> Iterator[tuple[int, int]]:
    match term:
        case Word(signal=signal, unit=unit):
            yield signal, unit
        case Phrase(pattern=pattern, needs=needs):
            for ways, names in zip(pattern.steps, needs.steps, strict=True):
                for way, signals in zip(ways, names, strict=True):
                    yield from zip(signals, way, strict=True)
        case _:
            return
