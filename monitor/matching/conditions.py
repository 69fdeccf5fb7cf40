"""A query as it is evaluated: conditions that give the places that make them true.

Each condition answers three questions. `may` and `must` are quick: they see only the
*signals* of an entry, which are the numbers of the units that its words meet (those
of single fields have numbers of their own, below zero). `places` is exact.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Final, Protocol

from monitor.matching.document import View
from monitor.matching.fields import ORDER
from monitor.matching.fieldtext import Span
from monitor.matching.patterns import Pattern, apart
from monitor.matching.presence import Presence
from monitor.matching.regexes import Regex
from monitor.matching.values import Compare
from monitor.model import Because

# More places of one term tell nobody more.
MAX_PLACES: Final = 10

_RANKS: Final = {name: n for n, name in enumerate(ORDER)}

Places = tuple[Because, ...]
Signals = frozenset[int]
Cost = Callable[[Signals], float]
NOWHERE: Final[Places] = ()


class Condition(Protocol):
    """What can be true of an entry."""

    def places(self, view: View) -> Places | None:
        """Return what makes it true, None where it is false."""

    def may(self, presence: Presence) -> bool:
        """Say whether it can be true of an entry with such words."""

    def must(self, presence: Presence) -> bool:
        """Say whether it is true of every entry with such words."""

    def anchor(self, cost: Cost) -> Signals | None:
        """Return signals of which one is there where this is true, None if unknown.

        `cost` says how often one of some signals is there.
        """


class Placed(Condition, Protocol):
    """What has places among the words of a text."""

    def sightings(self, view: View, field: str) -> Iterable[tuple[Span, str]]:
        """Return its places in a field, each with the term as written."""


@dataclass(slots=True, eq=False)
class Word:
    """One word, looked for in some fields."""

    source: str
    fields: tuple[str, ...]
    unit: int
    signal: int

    def places(self, view: View) -> Places | None:
        """Return its first places, in reading order."""
        found: list[Because] = []
        for name in self.fields:
            field = view.field(name)
            if places := field.places(self.unit):
                for start, end in islice(apart(places), MAX_PLACES - len(found)):
                    text = field.text[start:end]
                    found.append(Because(name, self.source, text, start, end))
        return tuple(found) or None

    def may(self, presence: Presence) -> bool:
        """Say whether the word is there."""
        return presence.has(self.signal)

    must = may

    def anchor(self, cost: Cost) -> Signals | None:  # noqa: ARG002 - there is no choice
        """Return the word."""
        return Signals((self.signal,))

    def sightings(self, view: View, field: str) -> Iterable[tuple[Span, str]]:
        """Return its places in a field."""
        if field not in self.fields:
            return ()
        return ((span, self.source) for span in view.field(field).spans(self.unit))


@dataclass(slots=True, eq=False)
class Phrase:
    """Words side by side, looked for in some fields; `needs` are their signals."""

    source: str
    fields: tuple[str, ...]
    pattern: Pattern
    needs: Pattern

    def places(self, view: View) -> Places | None:
        """Return its first places, in reading order."""
        found: list[Because] = []
        for name in self.fields:
            field = view.field(name)
            places = apart(span[2:] for span in self.pattern.spans(field))
            for start, end in islice(places, MAX_PLACES - len(found)):
                text = field.text[start:end]
                found.append(Because(name, self.source, text, start, end))
        return tuple(found) or None

    def may(self, presence: Presence) -> bool:
        """Say whether its words are there."""
        return self.needs.may_be_in(presence.has_all)

    def must(self, presence: Presence) -> bool:  # noqa: ARG002 - order is not known
        """Return false: the words may stand apart."""
        return False

    def anchor(self, cost: Cost) -> Signals | None:
        """Return the rarest of its words."""
        steps = (
            Signals(min(way, key=lambda unit: cost(Signals((unit,)))) for way in step)
            for step in self.needs.steps
        )
        return min(steps, key=cost)

    def sightings(self, view: View, field: str) -> Iterable[tuple[Span, str]]:
        """Return its places in a field."""
        if field not in self.fields:
            return ()
        return ((span, self.source) for span in self.pattern.spans(view.field(field)))


class _Unseen:
    """What no word tells of: only the exact question is answered."""

    __slots__ = ()

    def may(self, presence: Presence) -> bool:  # noqa: ARG002
        """Return true: it is not known."""
        return True

    def must(self, presence: Presence) -> bool:  # noqa: ARG002
        """Return false: it is not known."""
        return False

    def anchor(self, cost: Cost) -> Signals | None:  # noqa: ARG002
        """Return None: no word need be there."""
        return None


@dataclass(slots=True, eq=False)
class Expression(_Unseen):
    """A regular expression, looked for in the text of some fields."""

    source: str
    fields: tuple[str, ...]
    regex: Regex

    def places(self, view: View) -> Places | None:
        """Return its first places, in reading order."""
        found: list[Because] = []
        for name in self.fields:
            text = view.field(name).text
            places = islice(self.regex.places(text), MAX_PLACES - len(found))
            found.extend(
                Because(name, self.source, text[start:end], start, end)
                for start, end in places
            )
        return tuple(found) or None


@dataclass(slots=True, eq=False)
class Value(_Unseen):
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


Term = Word | Phrase | Expression | Value


def rarest_anchor(children: Iterable[Condition], cost: Cost) -> Signals | None:
    """Return the rarest anchor of conditions that must all be true, if any has one."""
    anchors = (child.anchor(cost) for child in children)
    return min((a for a in anchors if a is not None), key=cost, default=None)


def in_reading_order(places: Collection[Because]) -> Places:
    """Return distinct places by field, then by where they are."""
    return tuple(
        sorted(
            dict.fromkeys(places),
            key=lambda place: (_RANKS[place.field], place.start, place.end),
        )
    )
