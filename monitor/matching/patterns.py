"""What a term looks for among the words of a text, and where it is.

A pattern is one `Step` after another, side by side; a step can be met in several
ways (`EU-Gipfel`: joined, or as two words); each way is a row of units, and a unit
is met by one reading of the text: by its key, or by a wildcard.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import merge
from operator import itemgetter

from monitor.text.words import (
    APOSTROPHES,
    DASHES,
    INVISIBLE,
    Reading,
    compounds,
    keys,
    readings,
)

# A longer word is none, and a wildcard's work on it would not be bounded.
LONGEST_WORD = 200

Keys = frozenset[str]
Unit = Keys | tuple[re.Pattern[str], ...]
Step = tuple[tuple[Unit, ...], ...]
Found = dict[str, list[Reading]]

_INVISIBLE = re.compile(f"[{INVISIBLE}]")
_DASH = re.compile(f"[{re.escape(DASHES)}]")
_APOSTROPHE = re.compile(f"[{APOSTROPHES}]")
_HYPHEN = re.compile(f"[{re.escape(DASHES)}/]+")
_SIGN = re.compile(r"([*?])")


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one text, by key; a key's readings stand in reading order."""

    text: str
    found: Found

    @classmethod
    def of(cls, text: str) -> Words:
        """Return the words of a text."""
        found: dict[str, list[Reading]] = {}
        for reading in readings(text):
            for key in reading.keys:
                found.setdefault(key, []).append(reading)
        return cls(text, found)


@dataclass(frozen=True, slots=True)
class Pattern:
    """The steps of a term; `exact` is the text it must be, None if any spelling.

    A text that it is in has one of the keys of `anchor`; None if that is not known.
    """

    steps: tuple[Step, ...]
    exact: str | None
    anchor: Keys | None

    def places(self, words: Words) -> Iterator[tuple[int, int]]:
        """Yield start and end of the longest places, by start, none inside another."""
        reached = 0
        for start, end in self._candidates(words.found):
            exact = self.exact
            if end > reached and (
                exact is None or exact_form(words.text[start:end]) == exact
            ):
                reached = end
                yield start, end

    def _candidates(self, found: Found) -> Iterator[tuple[int, int]]:
        """Yield places by their first word, the longest of those first."""
        match self.steps:
            case (((frozenset() as only,),),):  # a bare word: nothing to line up
                rows = [found[key] for key in only if key in found]
                for reading in merge(*rows, key=itemgetter(0)):
                    yield reading.start, reading.end
            case _:
                table = _Table(found)
                for first in table.first_words(self.steps[0]):
                    yield from sorted(self._from(first, table), key=lambda p: -p[1])

    def _from(self, first: int, table: _Table) -> Iterable[tuple[int, int]]:
        """Return every place that begins at one word."""
        ends: Mapping[int, tuple[int, int]] = {first: (0, 0)}
        for step in self.steps:
            ends = table.after(step, ends)
        return ends.values()

    def may_be_in(self, words: Words) -> bool:
        """Say whether the rarest word is there; quicker than looking for places."""
        return self.anchor is None or not words.found.keys().isdisjoint(self.anchor)


class _Table:
    """The readings of the units of one pattern, by their first word."""

    def __init__(self, found: Found) -> None:
        self.found = found
        self.tables: dict[Unit, dict[int, list[Reading]]] = {}

    def first_words(self, step: Step) -> list[int]:
        """Return where a step may begin, in reading order."""
        return sorted({word for way in step for word in self._table(way[0])})

    def after(
        self, step: Step, ends: Mapping[int, tuple[int, int]]
    ) -> dict[int, tuple[int, int]]:
        """Return where the step ends, from each place where it may begin.

        Keys count words; values are start and end of what was met so far.
        """
        met: dict[int, tuple[int, int]] = {}
        for way in step:
            reached = dict(ends)
            for unit in way:
                reached = self._advance(unit, reached)
            met |= reached
        return met

    def _advance(
        self, unit: Unit, ends: Mapping[int, tuple[int, int]]
    ) -> dict[int, tuple[int, int]]:
        table = self._table(unit)
        return {
            reading.last + 1: (start if end else reading.start, reading.end)
            for word, (start, end) in ends.items()
            for reading in table.get(word, ())
        }

    def _table(self, unit: Unit) -> dict[int, list[Reading]]:
        table = self.tables.get(unit)
        if table is None:
            table = self.tables[unit] = {}
            for reading in self._readings(unit):
                table.setdefault(reading.first, []).append(reading)
        return table

    def _readings(self, unit: Unit) -> Iterator[Reading]:
        for key in unit if isinstance(unit, frozenset) else self._matched(unit):
            yield from self.found.get(key, ())

    def _matched(self, globs: Iterable[re.Pattern[str]]) -> Iterator[str]:
        for key in self.found:
            if len(key) <= LONGEST_WORD and any(glob.fullmatch(key) for glob in globs):
                yield key


def words_pattern(text: str, *, exact: bool = False) -> Pattern:
    """Return the pattern of words side by side, in this order."""
    steps = tuple(_step(c.parts, c.joined) for c in compounds(text))
    return Pattern(steps, _trimmed(text) if exact else None, _anchor(steps))


def wildcard_pattern(text: str) -> Pattern:
    """Return the pattern of one word with ``*`` and ``?`` in it."""
    pieces = [piece for piece in _HYPHEN.split(text) if piece]
    way = tuple(
        glob(piece) if is_wildcard(piece) else Keys(keys(piece)) for piece in pieces
    )
    joined = (glob("".join(pieces)),)
    return Pattern(((joined,) if len(pieces) == 1 else (joined, way),), None, None)


def is_wildcard(text: str) -> bool:
    """Say whether ``*`` or ``?`` stands in a word."""
    return "*" in text or "?" in text


def glob(text: str) -> tuple[re.Pattern[str], ...]:
    """Return regexes, one for each spelling, that match a key as a whole.

    Each piece between stars is sought once and never given back, so that the work
    is bounded by the length of the word times that of the piece.
    """
    literals = [keys(part) for part in _SIGN.split(text)[::2]]
    signs = _SIGN.findall(text)
    spellings = {
        "".join(
            literal[min(n, len(literal) - 1)] + sign
            for literal, sign in zip(literals, [*signs, ""], strict=True)
        )
        for n in range(2)
    }
    return tuple(re.compile(star_regex(spelling)) for spelling in sorted(spellings))


def star_regex(spelling: str) -> str:
    """Return a regex for a text with ``*`` and ``?``, to be matched as a whole."""
    head, *middle = (
        re.escape(piece).replace(r"\?", ".") for piece in spelling.split("*")
    )
    if not middle:
        return head
    sought = "".join(f"(?>.*?{piece})" for piece in middle[:-1])
    return f"(?s:{head}{sought}.*{middle[-1]})"


def exact_form(text: str) -> str:
    """Return a text as ``=`` compares it: one spelling of dashes and spaces."""
    seen = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    return " ".join(_APOSTROPHE.sub("'", _DASH.sub("-", seen)).split())


def _trimmed(text: str) -> str:
    """Return the exact form from the first to the last word of a text."""
    found = list(readings(text))
    return exact_form(text[found[0].start : max(reading.end for reading in found)])


def _step(parts: Sequence[Sequence[str]], joined: Sequence[str]) -> Step:
    way = tuple(Keys(part) for part in parts)
    return ((Keys(joined),), way) if joined else (way,)


def _anchor(steps: Iterable[Step]) -> Keys | None:
    """Return the keys of the step whose shortest key is longest: those are rare."""
    known = [Keys().union(*map(_longest, step)) for step in steps]
    return max(known, key=_shortest, default=None)


def _longest(way: Iterable[Unit]) -> Keys:
    """Return the keys of the unit of a way, met by keys alone, that is rarest."""
    return max((unit for unit in way if isinstance(unit, frozenset)), key=_shortest)


def _shortest(keys: Keys) -> int:
    return min(map(len, keys))
