"""Which signals an entry has, each found out when it is first asked for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from monitor.matching.fields import searched
from monitor.matching.fieldtext import clipped, joined
from monitor.matching.index import UnitIndex
from monitor.matching.look import Look


class Texts(Protocol):
    """The texts of an entry, or of a document."""

    @property
    def title(self) -> str: ...  # noqa: D102
    @property
    def summary(self) -> str: ...  # noqa: D102
    @property
    def content(self) -> str: ...  # noqa: D102
    @property
    def article(self) -> str: ...  # noqa: D102
    @property
    def author(self) -> str: ...  # noqa: D102


class Presence:
    """The signals of an entry; `look` is at all that is read by default."""

    __slots__ = ("_entry", "_index", "_known", "_looks", "look")

    def __init__(
        self, entry: Texts, index: UnitIndex, look: Look | None = None
    ) -> None:
        if look is None:
            text = joined(entry.title, entry.summary, entry.content, entry.article)
            look = Look(text, index)
        self.look = look
        self._entry = entry
        self._index = index
        self._looks: dict[str, Look] = {}
        self._known: dict[int, bool] = {}

    def has(self, signal: int) -> bool:
        """Say whether there is a signal."""
        known = self._known.get(signal)
        if known is None:
            known = self.look.has(signal) if signal >= 0 else self._has_scoped(signal)
            self._known[signal] = known
        return known

    def has_all(self, signals: Iterable[int]) -> bool:
        """Say whether there are all of some signals."""
        return all(map(self.has, signals))

    def look_at(self, field: str) -> Look:
        """Return the look at one field."""
        look = self._looks.get(field)
        if look is None:
            text = clipped(getattr(self._entry, field))
            look = self._looks[field] = Look(text, self._index)
        return look

    def _has_scoped(self, signal: int) -> bool:
        field, unit = self._index.scopes[signal]
        if field != "author" and not self.has(unit):
            return False
        return any(self.look_at(name).has(unit) for name in searched(field))
