"""The text of one field: where the units are that it has.

Nothing is found out before it is asked for: a rule that is false by a word that is
not there never needs to know where the others are.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from functools import cached_property
from itertools import accumulate
from typing import Final, NamedTuple

from monitor.matching.look import Look, Sighting, small_letters
from monitor.matching.places import MOST_SIGHTINGS, Pieces, starts_of
from monitor.text.words import UNSPACED_TEXT, width

# What comes behind is no news: the longest articles have a tenth of it.
LONGEST_TEXT: Final = 500_000


class Span(NamedTuple):
    """A place: its first and last word, counted in the text, and its characters."""

    first: int
    last: int
    start: int
    end: int


def clipped(text: str) -> str:
    """Return what is matched of a text."""
    return text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT]


def joined(*texts: str) -> str:
    """Return what is matched of some texts, apart from each other."""
    text = "\n".join(texts)
    return text if len(text) <= LONGEST_TEXT else "\n".join(map(clipped, texts))


class FieldText:
    """The words of a text, for all who ask where they are.

    `look` is at this text or at a longer one that it is part of.
    """

    def __init__(self, text: str, look: Look) -> None:
        self.text = text
        self._look = look
        self._sightings: dict[int, list[Sighting]] = {}
        self._spans: dict[int, tuple[Span, ...]] = {}
        self._tables: dict[int, dict[int, list[Span]]] = {}

    def places(self, unit: int) -> list[tuple[int, int]]:
        """Return start and end of the first readings that meet a unit."""
        return [sighting[:2] for sighting in self._seen(unit)]

    def has_all(self, units: Iterable[int]) -> bool:
        """Say whether the text has each of some units."""
        return all(map(self._seen, units))

    def spans(self, unit: int) -> tuple[Span, ...]:
        """Return the readings that meet a unit by their first word, longest first."""
        known = self._spans.get(unit)
        if known is None:
            found = sorted(map(self._span, self._seen(unit)))
            known = self._spans[unit] = tuple(found)
        return known

    def table(self, unit: int) -> dict[int, list[Span]]:
        """Return the readings that meet a unit, by the number of their first word."""
        table = self._tables.get(unit)
        if table is None:
            table = self._tables[unit] = {}
            for span in self.spans(unit):
                table.setdefault(span.first, []).append(span)
        return table

    def _seen(self, unit: int) -> list[Sighting]:
        """Return where a unit is met: the place, its piece, its words in the piece."""
        known = self._sightings.get(unit)
        if known is None:
            found: list[Sighting] = []
            if self.text:
                found += self._look.sightings(unit, self.text, self._pieces)
            if len(found) > 1:
                found = sorted(set(found), key=_by_start)[:MOST_SIGHTINGS]
            known = self._sightings[unit] = found
        return known

    @cached_property
    def _pieces(self) -> Pieces:
        return Pieces(small_letters(self.text))

    @cached_property
    def _starts(self) -> list[int]:
        return starts_of(self.text)

    @cached_property
    def _firsts(self) -> list[int]:
        """How many words stand before each piece."""
        pieces = self.text.split()
        if UNSPACED_TEXT.search(self.text):
            widths = list(map(width, pieces))
        else:
            widths = [1 if piece.isalnum() else width(piece) for piece in pieces]
        return list(accumulate(widths, initial=0))

    def _span(self, sighting: Sighting) -> Span:
        start, end, at, first, last = sighting
        word = self._firsts[bisect_right(self._starts, at) - 1]
        return Span(word + first, word + last, start, end)


def _by_start(sighting: Sighting) -> tuple[int, int]:
    return sighting[0], -sighting[1]
