"""Words with ``*`` and ``?`` in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from monitor.text.folding import keys

# A longer word is none, and a wildcard's work on it would not be bounded.
LONGEST_WORD: Final = 200
_GRAM: Final = 3
_LONG_GRAM: Final = 4

_SIGN = re.compile(r"([*?])")


def is_wildcard(text: str) -> bool:
    """Say whether ``*`` or ``?`` stands in a word."""
    return "*" in text or "?" in text


def spellings(text: str) -> tuple[str, ...]:
    """Return a word with wildcards as keys are written, once for each spelling."""
    literals = [keys(part) for part in _SIGN.split(text)[::2]]
    signs = _SIGN.findall(text)
    found = {
        "".join(
            literal[min(n, len(literal) - 1)] + sign
            for literal, sign in zip(literals, [*signs, ""], strict=True)
        )
        for n in range(2)
    }
    return tuple(sorted(found))


def globs(text: str) -> tuple[re.Pattern[str], ...]:
    """Return regexes, one for each spelling, that match a key as a whole."""
    return tuple(re.compile(star_regex(spelling)) for spelling in spellings(text))


def star_regex(spelling: str) -> str:
    """Return a regex for a text with ``*`` and ``?``, to be matched as a whole.

    Each piece between stars is sought once and never given back, so that the work
    is bounded by the length of the word times that of the piece.
    """
    head, *middle = (
        re.escape(piece).replace(r"\?", ".") for piece in spelling.split("*")
    )
    if not middle:
        return head
    sought = "".join(f"(?>.*?{piece})" for piece in middle[:-1])
    return f"(?s:{head}{sought}.*{middle[-1]})"


def piece_of(spelling: str) -> str:
    """Return letters that a word with this wildcard has, for `Scan`."""
    pieces = _SIGN.split(f" {spelling} ")[::2]
    return max(pieces, key=lambda piece: len(piece.strip()))


class Wildcards:
    """Wildcards by number, found by the letters at one end, else by some inside."""

    def __init__(self) -> None:
        self._heads: dict[str, list[Wildcard]] = {}
        self._tails: dict[str, list[Wildcard]] = {}
        self._inner: dict[str, list[Wildcard]] = {}
        self._others: list[Wildcard] = []

    def add(self, number: int, spelling: str) -> None:
        """Add one spelling of a wildcard, under its number."""
        wildcard = Wildcard(number, spelling)
        pieces = re.split(r"[*?]", spelling)
        longest = max(pieces, key=len)
        if len(pieces[0]) >= _GRAM:
            self._heads.setdefault(pieces[0][:_LONG_GRAM], []).append(wildcard)
        elif len(pieces[-1]) >= _GRAM:
            self._tails.setdefault(pieces[-1][-_LONG_GRAM:], []).append(wildcard)
        elif len(longest) >= _GRAM:
            self._inner.setdefault(longest[:_GRAM], []).append(wildcard)
        else:
            self._others.append(wildcard)

    def may_be_met_by(self, key: str) -> bool:
        """Say whether one may be met; quicker than finding it."""
        return bool(
            (
                self._heads
                and (key[:_LONG_GRAM] in self._heads or key[:_GRAM] in self._heads)
            )
            or (
                self._tails
                and (key[-_LONG_GRAM:] in self._tails or key[-_GRAM:] in self._tails)
            )
            or self._inner
            or self._others
        )

    def met_by(self, key: str) -> Iterator[int]:
        """Yield the numbers of the wildcards that a key meets as a whole."""
        if len(key) > LONGEST_WORD:
            return
        near = [*self._others]
        for size in {min(_GRAM, len(key)), min(_LONG_GRAM, len(key))}:
            near += self._heads.get(key[:size], ())
            near += self._tails.get(key[-size:], ())
        for at in range(len(key) - _GRAM + 1 if self._inner else 0):
            near += self._inner.get(key[at : at + _GRAM], ())
        for wildcard in near:
            if wildcard.is_met_by(key):
                yield wildcard.number


class Wildcard:
    """One spelling of a wildcard; its regex is made when it is first needed."""

    __slots__ = ("_regex", "_spelling", "number")

    def __init__(self, number: int, spelling: str) -> None:
        self.number = number
        self._spelling = spelling
        self._regex: re.Pattern[str] | None = None

    def is_met_by(self, key: str) -> bool:
        """Say whether a key is met as a whole."""
        if self._regex is None:
            self._regex = re.compile(star_regex(self._spelling))
        return self._regex.fullmatch(key) is not None
