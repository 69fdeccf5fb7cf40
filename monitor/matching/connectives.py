"""Conditions made of conditions: all, any, so many, never, and a list filled in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from monitor.matching.conditions import (
    NOWHERE,
    Condition,
    Cost,
    Placed,
    Places,
    Signals,
    Word,
    rarest_anchor,
)
from monitor.matching.document import View
from monitor.matching.fieldtext import Span
from monitor.matching.presence import Presence


@dataclass(slots=True, eq=False)
class All:
    """True where every child is."""

    children: tuple[Condition, ...]

    def places(self, view: View) -> Places | None:
        """Return the places of all children."""
        found: Places = NOWHERE
        for child in self.children:
            places = child.places(view)
            if places is None:
                return None
            found += places
        return found

    def may(self, presence: Presence) -> bool:
        """Say whether every child may be true."""
        return all(child.may(presence) for child in self.children)

    def must(self, presence: Presence) -> bool:
        """Say whether every child is true."""
        return all(child.must(presence) for child in self.children)

    def anchor(self, cost: Cost) -> Signals | None:
        """Return the rarest anchor of a child."""
        return rarest_anchor(self.children, cost)


@dataclass(slots=True, eq=False)
class Any:
    """True where at least one child is.

    Of a long list most are single words: their signals stand apart from the others.
    """

    children: tuple[Condition, ...]
    signals: tuple[int, ...] = field(init=False)
    others: tuple[Condition, ...] = field(init=False)

    def __post_init__(self) -> None:
        words = [child for child in self.children if isinstance(child, Word)]
        self.signals = tuple(word.signal for word in words)
        self.others = tuple(c for c in self.children if not isinstance(c, Word))

    def places(self, view: View) -> Places | None:
        """Return the places of every child that is true."""
        return _together([child.places(view) for child in self.children], 1)

    def may(self, presence: Presence) -> bool:
        """Say whether a child may be true."""
        return any(map(presence.has, self.signals)) or any(
            child.may(presence) for child in self.others
        )

    def must(self, presence: Presence) -> bool:
        """Say whether a child is true."""
        return any(map(presence.has, self.signals)) or any(
            child.must(presence) for child in self.others
        )

    def anchor(self, cost: Cost) -> Signals | None:
        """Return the anchors of all children, if each has one."""
        return _joined_anchor(self.children, len(self.children), cost)

    def sightings(self, view: View, field: str) -> Iterable[tuple[Span, str]]:
        """Return the places of all children in a field."""
        return _sightings(self.children, view, field)


@dataclass(slots=True, eq=False)
class Quorum:
    """True where at least `count` of the children are."""

    children: tuple[Condition, ...]
    count: int

    def places(self, view: View) -> Places | None:
        """Return the places of every child that is true."""
        return _together([child.places(view) for child in self.children], self.count)

    def may(self, presence: Presence) -> bool:
        """Say whether enough children may be true."""
        return sum(child.may(presence) for child in self.children) >= self.count

    def must(self, presence: Presence) -> bool:
        """Say whether enough children are true."""
        return sum(child.must(presence) for child in self.children) >= self.count

    def anchor(self, cost: Cost) -> Signals | None:
        """Return the anchors of so many children that one of them must be true."""
        return _joined_anchor(self.children, len(self.children) - self.count + 1, cost)


@dataclass(slots=True, eq=False)
class Filled:
    """A list, filled in: asked once for an entry, however many rules name it."""

    name: str
    items: Any

    def places(self, view: View) -> Places | None:
        """Return the places of every item that is true."""
        if self not in view.answers:
            view.answers[self] = self.items.places(view)
        return view.answers[self]

    def may(self, presence: Presence) -> bool:
        """Say whether an item may be true."""
        return self.items.may(presence)

    def must(self, presence: Presence) -> bool:
        """Say whether an item is true."""
        return self.items.must(presence)

    def anchor(self, cost: Cost) -> Signals | None:
        """Return the anchors of all items, if each has one."""
        return self.items.anchor(cost)

    def sightings(self, view: View, field: str) -> Iterable[tuple[Span, str]]:
        """Return the places of all items in a field."""
        return self.items.sightings(view, field)


@dataclass(slots=True, eq=False)
class Never:
    """True where the child is false; no place shows it."""

    child: Condition

    def places(self, view: View) -> Places | None:
        """Return no places, or None where the child is true."""
        return NOWHERE if self.child.places(view) is None else None

    def may(self, presence: Presence) -> bool:
        """Say whether the child may be false."""
        return not self.child.must(presence)

    def must(self, presence: Presence) -> bool:
        """Say whether the child is false."""
        return not self.child.may(presence)

    def anchor(self, cost: Cost) -> Signals | None:  # noqa: ARG002
        """Return None: nothing need be there."""
        return None


def _together(found: Sequence[Places | None], count: int) -> Places | None:
    """Return all places, None where fewer than `count` are true."""
    met = [places for places in found if places is not None]
    return tuple(p for places in met for p in places) if len(met) >= count else None


def _joined_anchor(
    children: Sequence[Condition], count: int, cost: Cost
) -> Signals | None:
    """Return the anchors of `count` children, the rarest, if so many have one."""
    known = [a for child in children if (a := child.anchor(cost)) is not None]
    if len(known) < count:
        return None
    return Signals().union(*sorted(known, key=cost)[:count])


def _sightings(
    children: Iterable[Condition], view: View, field: str
) -> Iterable[tuple[Span, str]]:
    for child in children:
        placed: Placed = child  # type: ignore[assignment]  # the parser saw to it
        yield from placed.sightings(view, field)
