"""What the lists that a query names hold, as short digests: a part of its version."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence

_NAME = re.compile(r"\$([\w-]+)")


def digest(value: object) -> str:
    """Return a short hash of lists and texts."""
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:16]


class Fillings:
    """All lists; each is looked through once, however many queries name it."""

    def __init__(self, lists: Mapping[str, Sequence[str]]) -> None:
        self._digests = {name: digest(items) for name, items in lists.items()}
        self._named = {
            name: _NAME.findall("\n".join(items)) for name, items in lists.items()
        }

    def of(self, query: str) -> list[tuple[str, str]]:
        """Return the lists that a query names, and those they name, with digests."""
        found: set[str] = set()
        waiting = _NAME.findall(query)
        while waiting:
            name = waiting.pop()
            if name in self._named and name not in found:
                found.add(name)
                waiting += self._named[name]
        return [(name, self._digests[name]) for name in sorted(found)]
