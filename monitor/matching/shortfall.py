"""Why a query is not true of an entry: what is there, and all that keeps it from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from monitor.matching.conditions import Condition
from monitor.matching.connectives import All, Any, Never, Quorum
from monitor.matching.document import View
from monitor.matching.proximity import AtLeast, Near
from monitor.matching.rendering import render
from monitor.matching.walking import children_of


class Lack(StrEnum):
    """In which way a part of a query is not met."""

    MISSING = "missing"
    EXCLUDED = "excluded"  # it is there, and must not be
    APART = "apart"  # all of it is there, too far from each other
    TOO_FEW = "too_few"  # some of it is there, not often enough


@dataclass(frozen=True, slots=True)
class Unmet:
    """A part of a query that is not met, as written; `words` are those found of it."""

    part: str
    lack: Lack
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What of a query is met, as the entry's words, and what is not."""

    met: tuple[str, ...]
    unmet: tuple[Unmet, ...]


def shortfall(condition: Condition, view: View) -> Shortfall:
    """Return how far a query is from being true; one that is true has nothing unmet."""
    return Shortfall(_wanted(condition, view), tuple(_unmet(condition, view)))


def _unmet(condition: Condition, view: View) -> Iterator[Unmet]:
    if condition.places(view) is None:
        for part in _at_fault(condition, view):
            if part is condition:
                yield _whole(condition, view)
            else:
                yield from _unmet(part, view)


def _at_fault(condition: Condition, view: View) -> Iterable[Condition]:
    """Return the parts that keep a condition from being true, or itself."""
    match condition:
        case All(children=children):
            return children
        case Any(children=children):
            begun = (child for child in children if _wanted(child, view))
            return [next(begun, condition)]  # the alternative that came near
        case Near(children=children):
            absent = [child for child in children if child.places(view) is None]
            return absent or [condition]
        case _:
            return [condition]


def _whole(condition: Condition, view: View) -> Unmet:
    match condition:
        case Never(child=child):
            return Unmet(render(child), Lack.EXCLUDED, _found(child, view))
        case Near():
            lack, words = Lack.APART, _wanted(condition, view)
        case Quorum() | AtLeast() if words := _wanted(condition, view):
            lack = Lack.TOO_FEW
        case _:
            lack, words = Lack.MISSING, ()
    return Unmet(render(condition), lack, words)


def _wanted(condition: Condition, view: View) -> tuple[str, ...]:
    """Return the words that a query wants and the entry has."""
    match condition:
        case Never():
            return ()
        case All() | Any() | Near() | Quorum() | AtLeast():
            parts = children_of(condition)
            words = (word for part in parts for word in _wanted(part, view))
            return tuple(dict.fromkeys(words))
        case _:
            return _found(condition, view)


def _found(condition: Condition, view: View) -> tuple[str, ...]:
    """Return the words by which a part of a query is true."""
    places = condition.places(view) or ()
    return tuple(dict.fromkeys(place.text for place in places))
