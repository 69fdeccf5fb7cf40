"""What was found out about pieces of text, remembered within bounds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from monitor.text.words import REMEMBERED_LENGTH

REMEMBERED_PIECES: Final = 50_000

Value = TypeVar("Value")


class Remembered(dict[str, Value]):
    """What was found out about pieces: the ones used lately, in two generations.

    A full young generation becomes the old one, and the old one is forgotten; what
    is used again moves to the young. So about the least recently used goes first,
    and a use of what is young costs no more than any dict.
    """

    def __init__(
        self, read: Callable[[str], Value], most: int = REMEMBERED_PIECES
    ) -> None:
        super().__init__()
        self._read = read
        self._old: dict[str, Value] = {}
        self._half = most // 2
        self.misses = 0

    def __missing__(self, piece: str) -> Value:
        """Return what there is to know about a piece that is not young."""
        found = self._old.get(piece)
        if found is None:
            self.misses += 1
            found = self._read(piece)
            if len(piece) > REMEMBERED_LENGTH:
                return found
        if len(self) >= self._half:
            self._old = dict(self)
            self.clear()
        self[piece] = found
        return found

    def forget(self) -> None:
        """Forget everything."""
        if self:
            self.clear()
            self._old = {}
