"""Conditions about where words stand: near each other, and how often."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from monitor.matching.conditions import (
    MAX_PLACES,
    Cost,
    Placed,
    Places,
    Signals,
    rarest_anchor,
)
from monitor.matching.document import View
from monitor.matching.fieldtext import Span
from monitor.matching.patterns import apart
from monitor.matching.presence import Presence
from monitor.matching.syntax import Gap
from monitor.model import Because

_FED: Final = ("title", "summary", "content", "author")
_READ: Final = ("title", "article", "author")
_FIELDS: Final = (*_FED[:3], *_READ[1:])

Sighting = tuple[Span, str]
Row = list[Sighting]


@dataclass(slots=True, eq=False)
class Near:
    """True where each operand stands near the one before it, in one field."""

    children: tuple[Placed, ...]
    gaps: tuple[Gap, ...]

    def places(self, view: View) -> Places | None:
        """Return the first places of each term that stand near each other."""
        found: list[Because] = []
        for name in _FIELDS:
            rows = [_row(child, view, name) for child in self.children]
            if all(rows):
                for row in _chained(rows, self.gaps):
                    found += _because(row, view, name)
        return tuple(found) or None

    def may(self, presence: Presence) -> bool:
        """Say whether all operands may be there."""
        return all(child.may(presence) for child in self.children)

    def must(self, presence: Presence) -> bool:  # noqa: ARG002 - places are not known
        """Return false: they may stand apart."""
        return False

    def anchor(self, cost: Cost) -> Signals | None:
        """Return the rarest anchor of an operand."""
        return rarest_anchor(self.children, cost)


@dataclass(slots=True, eq=False)
class AtLeast:
    """True where the child is found in at least `count` places, none inside another."""

    child: Placed
    count: int

    def places(self, view: View) -> Places | None:
        """Return the first places of the child."""
        # The article says again what the feed said of it: that is counted once.
        is_true = any(
            sum(self._count(view, name) for name in names) >= self.count
            for names in (_FED, _READ)
        )
        return self.child.places(view) if is_true else None

    def _count(self, view: View, field: str) -> int:
        row = {span[2:] for span, _ in self.child.sightings(view, field)}
        return sum(1 for _ in apart(sorted(row, key=lambda p: (p[0], -p[1]))))

    def may(self, presence: Presence) -> bool:
        """Say whether the child may be there."""
        return self.child.may(presence)

    def must(self, presence: Presence) -> bool:
        """Say whether the child is there, where once is enough."""
        return self.count == 1 and self.child.must(presence)

    def anchor(self, cost: Cost) -> Signals | None:
        """Return the child's anchor."""
        return self.child.anchor(cost)


def _row(child: Placed, view: View, field: str) -> Row:
    """Return the different places of an operand in a field, in reading order."""
    return sorted(set(child.sightings(view, field)), key=lambda s: (s[0][:2], s))


def _chained(rows: Sequence[Row], gaps: Sequence[Gap]) -> list[Row]:
    """Return what of each row is part of a chain through all rows.

    Going forth keeps what a chain reaches, going back what it goes on from.
    """
    reached = [rows[0]]
    for row, gap in zip(rows[1:], gaps, strict=True):
        neighbours = _Neighbours(reached[-1])
        reached.append([s for s in row if neighbours.has_before(s[0], gap)])
    kept = [reached.pop()]
    for row, gap in zip(reversed(reached), reversed(gaps), strict=True):
        neighbours = _Neighbours(kept[-1])
        kept.append([s for s in row if neighbours.has_after(s[0], gap)])
    return kept[::-1]


class _Neighbours:
    """One end of a gap: the places that may stand there."""

    def __init__(self, row: Row) -> None:
        self._firsts = sorted(span.first for span, _ in row)
        self._lasts = sorted(span.last for span, _ in row)

    def has_before(self, span: Span, gap: Gap) -> bool:
        """Say whether one stands before the span; without order, on either side."""
        return self._left(span, gap) or (not gap.in_order and self._right(span, gap))

    def has_after(self, span: Span, gap: Gap) -> bool:
        """Say whether one stands after the span; without order, on either side."""
        return self._right(span, gap) or (not gap.in_order and self._left(span, gap))

    def _left(self, span: Span, gap: Gap) -> bool:
        at = bisect_left(self._lasts, span.first)
        return at > 0 and span.first - self._lasts[at - 1] - 1 <= gap.words

    def _right(self, span: Span, gap: Gap) -> bool:
        at = bisect_right(self._firsts, span.last)
        return at < len(self._firsts) and (
            self._firsts[at] - span.last - 1 <= gap.words
        )


def _because(row: Row, view: View, field: str) -> list[Because]:
    """Return the first places of each term of a row."""
    text = view.field(field).text
    by_term: dict[str, list[tuple[int, int]]] = {}
    for span, source in row:
        by_term.setdefault(source, []).append(span[2:])
    found: list[Because] = []
    for source, places in by_term.items():
        places.sort(key=lambda place: (place[0], -place[1]))
        for start, end in list(apart(places))[:MAX_PLACES]:
            found.append(Because(field, source, text[start:end], start, end))
    return found
