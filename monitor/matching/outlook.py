"""Whether a query is true, or could still be if the whole article were read.

More text can make a term of the content true and never makes it false again. What
follows for a query is plain where each word is wanted or unwanted throughout: then
wanted ones come true and the others stay away. The few that are both are tried both
ways.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Mapping
from enum import Enum
from functools import cached_property
from itertools import product
from typing import Final

from monitor.matching.conditions import (
    Condition,
    Expression,
    Phrase,
    Places,
    Value,
    Word,
)
from monitor.matching.connectives import All, Any, Filled, Never, Quorum
from monitor.matching.document import View
from monitor.matching.patterns import Way
from monitor.matching.rendering import render
from monitor.matching.walking import children_of, units_by_signal

# With more words that are both wanted and unwanted it is said to be open.
_MOST_TRIED: Final = 10
_CONTENT: Final = "content"
_END: Final = re.compile(r"\$|\\z")


class Truth(Enum):
    """What is known of a query over an entry whose article may not be read yet."""

    TRUE = "true"
    FALSE = "false"
    OPEN = "open"


class Prospect:
    """A query, and what of it has to be tried both ways: found out once, when asked."""

    def __init__(self, condition: Condition) -> None:
        self.condition = condition
        self._free: dict[Condition, bool] = {}

    def value(self, view: View) -> Truth:
        """Return whether it is true, false, or open until the article is read."""
        if places_of(self.condition, view) is not None:
            return Truth.TRUE
        could_be = self.could_be(self.condition, view)
        return Truth.OPEN if could_be else Truth.FALSE

    def could_be(self, condition: Condition, view: View) -> bool:
        """Say whether more text in the content could make a part of it true."""
        if self._is_free(condition) or len(self._both) > _MOST_TRIED:
            return True
        choices = product((True, False), repeat=len(self._both))
        tried = (dict(zip(self._both, choice, strict=True)) for choice in choices)
        return any(_Outlook(view, chosen).holds(condition) for chosen in tried)

    def _is_free(self, condition: Condition) -> bool:
        """Say whether more text can make a part true, whatever is there."""
        known = self._free.get(condition)
        if known is None:
            known = self._free[condition] = _is_free(condition)
        return known

    @cached_property
    def _both(self) -> list[Hashable]:
        """What is both wanted to come and to stay away."""
        names = list(_names(self.condition, is_wanted=True))
        wanted = {name for name, is_wanted in names if is_wanted}
        unwanted = dict.fromkeys(name for name, is_wanted in names if not is_wanted)
        return [name for name in unwanted if name in wanted]


def places_of(condition: Condition, view: View) -> Places | None:
    """Return what makes a condition true; where its words are not there, at once."""
    return condition.places(view) if condition.may(view.presence) else None


def value_of(condition: Condition, view: View, *, is_read: bool) -> Truth:
    """Return whether a query is true, false, or open until the article is read."""
    if is_read:
        return Truth.FALSE if condition.places(view) is None else Truth.TRUE
    return Prospect(condition).value(view)


class _Outlook:
    """The entry as it is, and a choice of what the rest of the article holds.

    A choice says of a unit or a condition whether it will be there; what is not
    chosen comes as it is wanted.
    """

    def __init__(self, view: View, chosen: Mapping[Hashable, bool]) -> None:
        self._view = view
        self._chosen = chosen

    def holds(self, condition: Condition) -> bool:
        """Say whether more text in the content makes the condition true."""
        return self._holds(condition, is_wanted=True)

    def _holds(self, condition: Condition, *, is_wanted: bool) -> bool:
        """Say whether a condition is true at its best, or (unwanted) at its worst."""
        match condition:
            case Never(child=child):
                return not self._holds(child, is_wanted=not is_wanted)
            case Filled(items=items):
                return self._holds(items, is_wanted=is_wanted)
            case All(children=children):
                return all(self._each(children, is_wanted=is_wanted))
            case Any(children=children):
                return any(self._each(children, is_wanted=is_wanted))
            case Quorum(children=children, count=count):
                return sum(self._each(children, is_wanted=is_wanted)) >= count
            case _:
                return self._comes(condition, is_wanted=is_wanted)

    def _each(
        self, children: Iterable[Condition], *, is_wanted: bool
    ) -> Iterator[bool]:
        return (self._holds(child, is_wanted=is_wanted) for child in children)

    def _comes(self, condition: Condition, *, is_wanted: bool) -> bool:
        """Say whether a term, or a condition about places, is or comes true."""
        is_there = places_of(condition, self._view) is not None
        if is_there and not _looks_at_the_end(condition):
            return True
        if not self._can_come(condition):
            return False
        return self._chosen.get(_name(condition), is_wanted)

    def _can_come(self, condition: Condition) -> bool:
        match condition:
            case Value():
                return False
            case Word(unit=unit, fields=fields):
                return _CONTENT in fields and self._chosen.get(unit, True)
            case Phrase(pattern=pattern, fields=fields):
                return _CONTENT in fields and pattern.may_be_in(self._can_all)
            case Expression(fields=fields):
                return _CONTENT in fields
            case Any(children=children):
                return any(map(self._can_come, children))
            case _:
                return all(map(self._can_come, children_of(condition)))

    def _can_all(self, way: Way) -> bool:
        there = self._view.field(_CONTENT)
        return all(self._chosen.get(u, True) or there.has_all((u,)) for u in way)


def _is_free(condition: Condition) -> bool:
    """Say whether it is open to every entry of which it is not true."""
    match condition:
        case Never() | Value():
            return False
        case Word(fields=fields) | Phrase(fields=fields) | Expression(fields=fields):
            return _CONTENT in fields
        case Any(children=children):
            return any(map(_is_free, children))
        case _:
            return all(map(_is_free, children_of(condition)))


def _looks_at_the_end(condition: Condition) -> bool:
    """Say whether more text can take back what is found."""
    match condition:
        case Expression(source=source, fields=fields) if _CONTENT in fields:
            return _END.search(source) is not None
        case _:
            return False


def _names(condition: Condition, *, is_wanted: bool) -> Iterator[tuple[Hashable, bool]]:
    """Yield what is wanted to come or to stay away, once for each time.

    A phrase that is wanted wants its words; one that is not can do with them apart.
    """
    match condition:
        case Never(child=child):
            yield from _names(child, is_wanted=not is_wanted)
        case All() | Any() | Quorum() | Filled():
            for child in children_of(condition):
                yield from _names(child, is_wanted=is_wanted)
        case _:
            yield _name(condition), is_wanted
            if is_wanted:
                yield from (
                    (unit, True) for unit in units_by_signal(condition).values()
                )


def _name(condition: Condition) -> Hashable:
    """Return what is equal for conditions that say the same of the content."""
    match condition:
        case Word(unit=unit):
            return unit
        case Phrase(pattern=pattern):
            return pattern
        case Expression(source=source) | Value(source=source):
            return source
        case _:
            return render(condition)
