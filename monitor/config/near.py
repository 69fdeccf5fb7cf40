"""What a person probably meant."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

_SHOWN = 12


def did_you_mean(word: str, known: Collection[str]) -> str:
    """Return a clause that names the nearest known word, else the known words."""
    by_lower = {name.lower(): name for name in known}
    near = get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    if near:
        return f"did you mean `{by_lower[near[0]]}`?"
    if not known:
        return "there is none yet"
    shown = [f"`{name}`" for name in list(known)[:_SHOWN]]
    return "known are " + ", ".join(shown) + (", …" if len(known) > _SHOWN else "")
