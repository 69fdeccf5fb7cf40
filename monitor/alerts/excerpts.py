"""The sentences that matched, few and short, with their words marked."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from monitor.alerts.reasons import beyond_feed
from monitor.alerts.sentences import sentences
from monitor.alerts.wording import ELLIPSIS, cut
from monitor.model import Because, Entry, Excerpt

MOST = 3
"""How many sentences a message shows."""

LONGEST = 300
"""How many characters of a sentence it shows."""

_WORD: Final = re.compile(r"\w+")
_CUT_OFF: Final = re.compile(r"(?:…|\.\.\.)\W*$")
"""How a teaser ends in the middle of a sentence, or of a word."""


@dataclass(slots=True, eq=False)
class _Sentence:
    """A sentence that matched: where, its words, and the terms they stand for.

    `said` is what is equal for sentences that read the same.
    """

    where: str
    text: str
    said: str
    marks: set[tuple[int, int]] = field(default_factory=set)
    terms: set[str] = field(default_factory=set)

    def repeats(self, other: _Sentence) -> bool:
        """Say whether one of the two tells the whole of the other."""
        one, two = sorted((self.said, other.said), key=len)
        return one in two


def excerpts(entry: Entry, because: Sequence[Because]) -> tuple[Excerpt, ...]:
    """Return at most three sentences of what was read that cover most terms.

    A sentence that stands twice is told once, and one that a teaser cut off is not told
    beside the whole. Of terms that stand in the article alone, one is shown at least.
    The title is none: it is shown anyway.
    """
    found: dict[str, _Sentence] = {}
    for name in ("summary", "content", "article"):
        text = getattr(entry, name)
        _collect(found, name, text, [b for b in because if b.field == name])
    return tuple(
        shortened(Excerpt(s.where, s.text, merged(s.marks)), LONGEST)
        for s in _best(list(found.values()), {b.term for b in beyond_feed(because)})
    )


def _collect(
    found: dict[str, _Sentence], name: str, text: str, because: Sequence[Because]
) -> None:
    if not because:
        return
    spans = sentences(text)
    starts = [start for start, _ in spans]
    for word in because:
        place = bisect_right(starts, word.start) - 1
        if place < 0:
            continue
        start, end = spans[place]
        part = text[start:end]
        said = _said(part)
        sentence = found.setdefault(said, _Sentence(name, part, said))
        sentence.terms.add(word.term)
        mark = (word.start - start, min(word.end, end) - start)
        if sentence.text == part and mark[0] < mark[1]:
            sentence.marks.add(mark)


def _said(text: str) -> str:
    """Return the words of a sentence, each between spaces but for one that is cut."""
    words = " ".join(_WORD.findall(text.casefold()))
    return f" {words}" if _CUT_OFF.search(text) else f" {words} "


def _best(found: list[_Sentence], alone: set[str]) -> list[_Sentence]:
    """Return the sentences that tell of most terms, in the order they stand in.

    The first is one with a term of `alone`, if there are any.
    """
    chosen: list[_Sentence] = []
    told: set[str] = set()
    rest = found
    while rest and len(chosen) < MOST:
        first = set() if chosen else alone
        best = max(
            rest,
            key=lambda s: (bool(s.terms & first), len(s.terms - told), len(s.terms)),
        )
        chosen.append(best)
        told |= best.terms
        rest = [sentence for sentence in rest if not sentence.repeats(best)]
    return [sentence for sentence in found if sentence in chosen]


def merged(marks: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Return the marks in order, those that touch each other made one."""
    merged: list[tuple[int, int]] = []
    for mark in sorted(marks):
        if merged and mark[0] <= merged[-1][1]:
            last = merged.pop()
            merged.append((last[0], max(last[1], mark[1])))
        else:
            merged.append(mark)
    return tuple(merged)


_LEAST_WINDOW = 20


def shortened(excerpt: Excerpt, room: int) -> Excerpt:
    """Return the excerpt in at most `room` characters, around its first mark."""
    text = excerpt.text
    if len(text) <= room:
        return excerpt
    if room < _LEAST_WINDOW:
        return Excerpt(excerpt.field, cut(text, room))
    first = excerpt.marks[0][0] if excerpt.marks else 0
    start = _word_before(text, min(first, max(0, first - room // 3)), first)
    lead = ELLIPSIS if start else ""
    part = cut(text[start:], room - len(lead))
    end = len(text) if part == text[start:] else start + len(part) - len(ELLIPSIS)
    shift = len(lead) - start
    marks = tuple(
        (s + shift, e + shift) for s, e in excerpt.marks if start <= s and e <= end
    )
    return Excerpt(excerpt.field, lead + part, marks)


def _word_before(text: str, start: int, latest: int) -> int:
    """Return where the first whole word from `start` on begins, at latest `latest`."""
    if start == 0:
        return 0
    gap = text.find(" ", start - 1, latest)
    return latest if gap < 0 else gap + 1
