"""Where a word or piece stands in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Final

from monitor.text.words import BESIDE

# The longest articles have the commonest word a tenth as often.
MOST_SIGHTINGS: Final = 10_000
# So many pieces are sought one by one, before all are.
_FEW: Final = 64

_PIECE = re.compile(r"\S+")


def places_of(piece: str, text: str) -> Iterator[int]:
    """Yield where a piece of a text begins that stands between spaces.

    Between it and the spaces may stand what ends a sentence, or quotes it.
    """
    at, size, count = text.find(piece), len(piece), 0
    while at >= 0 and count < MOST_SIGHTINGS:
        end = at + size
        if _is_edge(text, at - 1, -1) and _is_edge(text, end, 1):
            count += 1
            yield at
        at = text.find(piece, end)


def starts_of(text: str) -> list[int]:
    """Return where each piece between spaces starts."""
    lengths = list(map(len, text.split()))
    if sum(lengths) + len(lengths) - 1 == len(text):  # one space each
        starts = enumerate(accumulate(lengths[:-1], initial=0))
        return [at + n for n, at in starts]
    return [piece.start() for piece in _PIECE.finditer(text)]


class Pieces:
    """Where pieces stand in a text, however many are asked for."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._known: dict[str, list[int]] = {}
        self._all: dict[str, list[int]] | None = None

    def starts(self, piece: str) -> Sequence[int]:
        """Return where a piece begins; `places_of` tells what stands around it."""
        if self._all is not None:
            return self._all.get(piece, ())
        known = self._known.get(piece)
        if known is None:
            if len(self._known) == _FEW:
                self._all = self._read()
                return self._all.get(piece, ())
            known = self._known[piece] = list(places_of(piece, self._text))
        return known

    def _read(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for at, piece in zip(starts_of(self._text), self._text.split(), strict=True):
            begun = piece.lstrip(BESIDE)
            row = found.setdefault(begun.rstrip(BESIDE), [])
            if len(row) < MOST_SIGHTINGS:
                row.append(at + len(piece) - len(begun))
        return found


def _is_edge(text: str, at: int, step: int) -> bool:
    """Say whether from one place on nothing but `BESIDE` comes before a space."""
    while 0 <= at < len(text) and text[at] in BESIDE:
        at += step
    return not 0 <= at < len(text) or text[at].isspace()
