"""What an entry must have where a query is true: for those who look in an index."""

from __future__ import annotations

import math

from monitor.matching.conditions import Condition, Signals
from monitor.matching.index import UnitIndex
from monitor.matching.query import Query


def anchor_keys(query: Query) -> frozenset[str] | None:
    """Return keys of words, one of which is in each entry that a query is true of.

    None where there are none: nothing need be there, or no whole word.
    """
    return keys_of(query.condition, query.index)


def keys_of(condition: Condition, index: UnitIndex) -> frozenset[str] | None:
    """Return the same for a condition; `index` holds its words."""

    def keys(signal: int) -> frozenset[str] | None:
        return index.units[index.unit_of(signal)].listed_keys

    def cost(signals: Signals) -> float:
        found = [keys(signal) for signal in signals]
        if any(each is None for each in found):
            return math.inf
        return sum(1 / min(map(len, each or ("x",))) for each in found)

    anchor = condition.anchor(cost)
    if anchor is None or math.isinf(cost(anchor)):
        return None
    return frozenset[str]().union(*(keys(signal) or () for signal in anchor))
