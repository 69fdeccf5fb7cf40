"""Words side by side: what a phrase, or a word of several parts, is looked for by.

A pattern is one `Step` after another; a step can be met in several ways (`EU-Gipfel`:
joined, or as two words); each way is a row of units, side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from monitor.matching.fieldtext import FieldText, Span
from monitor.matching.spelling import exact_form

Way = tuple[int, ...]
Step = tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    """The steps of a term; `exact` is the text it must be, None if any spelling."""

    steps: tuple[Step, ...]
    exact: str | None = None

    def may_be_in(self, has_all: Callable[[Way], bool]) -> bool:
        """Say whether the words are there that it needs, wherever they stand."""
        return all(any(map(has_all, step)) for step in self.steps)

    def spans(self, field: FieldText) -> Iterator[Span]:
        """Yield every place by its first word, the longest of those first."""
        if not self.may_be_in(field.has_all):
            return
        for first in sorted({f for way in self.steps[0] for f in field.table(way[0])}):
            for span in sorted(self._from(first, field), key=lambda s: -s.end):
                exact = self.exact
                text = field.text[span.start : span.end]
                if exact is None or exact_form(text) == exact:
                    yield span

    def _from(self, first: int, field: FieldText) -> Iterable[Span]:
        """Return every place that begins at one word."""
        ends: Mapping[int, Span] = {first: Span(first, first, -1, -1)}
        for step in self.steps:
            met: dict[int, Span] = {}
            for way in step:
                reached = ends
                for unit in way:
                    reached = _advanced(field.table(unit), reached)
                _keep_longest(met, reached)
            ends = met
        return ends.values()


def apart(places: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield places that come by their start, without those inside one before."""
    reached = 0
    for start, end in places:
        if end > reached:
            reached = end
            yield start, end


def _advanced(
    table: Mapping[int, Iterable[Span]], ends: Mapping[int, Span]
) -> dict[int, Span]:
    """Return the places made longer by one unit, by the word that comes next."""
    reached: dict[int, Span] = {}
    for word, so_far in ends.items():
        for reading in table.get(word, ()):
            start = so_far.start if so_far.end >= 0 else reading.start
            span = Span(so_far.first, reading.last, start, reading.end)
            _keep_longest(reached, {span.last + 1: span})
    return reached


def _keep_longest(found: dict[int, Span], more: Mapping[int, Span]) -> None:
    for after, span in more.items():
        known = found.get(after)
        if known is None or known.end < span.end:
            found[after] = span
