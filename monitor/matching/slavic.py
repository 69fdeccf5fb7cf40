"""Russian and Ukrainian names, of which the lexica have only some of the cases."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

_MASCULINE: Final = re.compile("[А-ЯІЇЄҐ].*[бвгґджзклмнпрстфхцчшщ]")  # noqa: RUF001
_CASES: Final = {
    "ru": ("а", "у", "ом", "е"),  # noqa: RUF001 - Cyrillic
    "uk": ("а", "у", "ом", "ові", "і"),  # noqa: RUF001
}


def declined_name(
    word: str, language: str, knows: Callable[[str], bool]
) -> Iterator[str]:
    """Yield the cases of a name that ends in a consonant, but other words."""
    if _MASCULINE.fullmatch(word):
        for ending in _CASES.get(language, ()):
            if not knows(word + ending):
                yield word + ending
