"""Who told a story too, in a few names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from monitor.alerts.wording import cut, one_line

_NAMED: Final = 4
_LONGEST: Final = 60


def also(sources: Sequence[str]) -> tuple[str, ...]:
    """Return the first four names and how many more there are: "FAZ", "dpa", "+3"."""
    names = tuple(cut(one_line(name), _LONGEST) for name in sources[:_NAMED])
    more = len(sources) - len(names)
    return (*names, f"+{more}") if more else names
