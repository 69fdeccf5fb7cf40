"""One pass over a text for everything that is sought inside words.

Wildcards and the parts of compounds would have to be tried on every word. One RE2
expression of all their letters finds the few words on which that is worth while.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Final

import re2

_MEMORY: Final = 64 << 20  # what its automaton may grow to; it is made as needed
_ANYWHERE: Final = re2._re2.RE2.Anchor.UNANCHORED  # noqa: SLF001 - see below
_NO_LETTER: Final = "[^a-z0-9]"


class Scan:
    """Finds the words that hold one of some pieces.

    A piece may begin with a space (the word does), or end with one, or both.
    """

    def __init__(self, pieces: Iterable[str], memory: int = _MEMORY) -> None:
        options = re2.Options()
        options.log_errors = False
        options.never_capture = True
        options.max_mem = memory
        pattern = "|".join(map(_regex, sorted(set(pieces))))
        # The package's own wrapper around this takes longer than the search.
        self._regex: Any = re2._re2.RE2(pattern.encode(), options)  # noqa: SLF001
        self._is_usable: bool = self._regex.ok()

    def is_worth_while(self, text: str) -> bool:
        """Say whether a word of a text in small letters may hold a piece."""
        return not self._is_usable or self._find(f" {text} ".encode(), 0)[0] >= 0

    def words(self, words: Collection[str]) -> set[str]:
        """Return those of the words that hold a piece, and perhaps more."""
        if not self._is_usable:  # too many pieces for one expression
            return set(words)
        # Two spaces, so that one can end a word and the other begin the next.
        text = f" {'  '.join(words)} ".encode()
        at = 0
        found: set[str] = set()
        while (place := self._find(text, at))[0] >= 0:
            start = text.rfind(b" ", 0, place[0] + 1) + 1
            at = text.find(b" ", max(start, place[1] - 1))
            found.add(text[start:at].decode())
        return found

    def _find(self, text: bytes, at: int) -> tuple[int, int]:
        found: tuple[int, int] = self._regex.Match(_ANYWHERE, text, at, len(text))[0]
        return found


def _regex(piece: str) -> str:
    """Return a regex for a piece; what is no letter of ASCII may be no letter."""
    head = _NO_LETTER if piece[0] == " " else ""
    tail = _NO_LETTER if piece[-1] == " " else ""
    return f"{head}{re2.escape(piece.strip())}{tail}"
