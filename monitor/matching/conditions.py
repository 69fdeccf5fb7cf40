"""A query as it is evaluated: conditions that give the places that make them true."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Final, Protocol

from monitor.matching.document import View
from monitor.matching.fields import ORDER
from monitor.matching.patterns import Keys, Pattern
from monitor.matching.values import Compare
from monitor.model import Because

# More places of one term tell nobody more.
MAX_PLACES: Final = 10

Places = tuple[Because, ...]


class Condition(Protocol):
    """What can be true of an entry."""

    def places(self, view: View) -> Places | None:
        """Return what makes it true, None where it is false."""

    def anchor(self) -> Keys | None:
        """Return keys of which an entry has one where this is true, None if unknown."""


@dataclass(frozen=True, slots=True)
class WordsTerm:
    """A word, phrase or wildcard, looked for in some fields."""

    source: str
    fields: tuple[str, ...]
    pattern: Pattern

    def places(self, view: View) -> Places | None:
        """Return its first places, in reading order."""
        found: list[Because] = []
        for field in self.fields:
            words = view.words(field)
            if not self.pattern.may_be_in(words):
                continue
            places = self.pattern.places(words)
            for start, end in islice(places, MAX_PLACES - len(found)):
                text = words.text[start:end]
                found.append(Because(field, self.source, text, start, end))
        return tuple(found) or None

    def anchor(self) -> Keys | None:
        """Return the keys of its rarest word."""
        return self.pattern.anchor


@dataclass(frozen=True, slots=True)
class ValueTerm:
    """A value that one of a field's values is compared with."""

    source: str
    field: str
    compare: Compare

    def places(self, view: View) -> Places | None:
        """Return the values that are met."""
        compared = ((v, self.compare(v)) for v in view.values(self.field) if v)
        found = (
            Because(self.field, self.source, value[place[0] : place[1]], *place)
            for value, place in compared
            if place
        )
        return tuple(islice(found, MAX_PLACES)) or None

    def anchor(self) -> Keys | None:
        """Return None: no word need be there."""
        return None


@dataclass(frozen=True, slots=True)
class All:
    """True where every child is."""

    children: tuple[Condition, ...]

    def places(self, view: View) -> Places | None:
        """Return the places of all children."""
        found: list[Because] = []
        for child in self.children:
            places = child.places(view)
            if places is None:
                return None
            found.extend(places)
        return tuple(found)

    def anchor(self) -> Keys | None:
        """Return the anchor that is rarest, as far as length tells."""
        known = [keys for child in self.children if (keys := child.anchor())]
        return max(known, key=_rarity, default=None)


def _rarity(keys: Keys) -> tuple[int, int]:
    return min(map(len, keys)), -len(keys)


@dataclass(frozen=True, slots=True)
class Any:
    """True where at least one child is."""

    children: tuple[Condition, ...]

    def places(self, view: View) -> Places | None:
        """Return the places of every child that is true."""
        found = [child.places(view) for child in self.children]
        met = [places for places in found if places is not None]
        return tuple(place for places in met for place in places) if met else None

    def anchor(self) -> Keys | None:
        """Return the anchors of all children, if each has one."""
        known = [child.anchor() for child in self.children]
        anchors = [keys for keys in known if keys is not None]
        return Keys().union(*anchors) if len(anchors) == len(known) else None


@dataclass(frozen=True, slots=True, eq=False)
class Filled:
    """A list, filled in: asked once for an entry, however many rules name it."""

    items: Any

    def places(self, view: View) -> Places | None:
        """Return the places of every item that is true."""
        if self not in view.answers:
            view.answers[self] = self.items.places(view)
        return view.answers[self]

    def anchor(self) -> Keys | None:
        """Return the anchors of all items, if each has one."""
        return self.items.anchor()


@dataclass(frozen=True, slots=True)
class Never:
    """True where the child is false; no place shows it."""

    child: Condition

    def places(self, view: View) -> Places | None:
        """Return no places, or None where the child is true."""
        return () if self.child.places(view) is None else None

    def anchor(self) -> Keys | None:
        """Return None: nothing need be there."""
        return None


def in_reading_order(places: Places) -> Places:
    """Return distinct places by field, then by where they are."""
    return tuple(
        sorted(
            dict.fromkeys(places),
            key=lambda place: (ORDER.index(place.field), place.start, place.end),
        )
    )
