"""What an edit changed, word by word, for people to read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import takewhile
from operator import eq
from typing import Final

from monitor.alerts.wording import cut, one_line
from monitor.model import Entry
from monitor.text import word_keys

_CONTEXT: Final = 4  # words that are shown on each side of a change
_MOST: Final = 200  # words from the first change to the last; of more the rest is cut
_LONGEST: Final = 700
_PUNCTUATION: Final = ".,;:!?()\"'\u201e\u201c\u201d\u00bb\u00ab"
_UNITS: Final = frozenset("%\u2030\u20ac$\u00a3")


def change(before: Entry, after: Entry) -> str:
    """Return what changed: a line for title, summary and text, where they differ.

    What went stands as ``[-word-]``, what came as ``[+word+]``. Empty where only
    spaces, capitals, punctuation or what no reader sees differs.
    """
    lines = [
        f"{name}: {found}"
        for name, old, new in _texts(before, after)
        if (found := one_line(_difference(old.split(), new.split())))
    ]
    return cut("\n".join(lines), _LONGEST)


def _texts(before: Entry, after: Entry) -> Iterator[tuple[str, str, str]]:
    yield "title", before.title, after.title
    yield "summary", before.summary, after.summary
    is_told = (before.content, after.content) == (before.summary, after.summary)
    if not is_told:
        yield "text", before.content, after.content


def _difference(old: Sequence[str], new: Sequence[str]) -> str:
    """Return the change between two texts, with some words around it; "" for none."""
    ours, theirs = _keys(old), _keys(new)
    if [key for key in ours if key] == [key for key in theirs if key]:
        return ""
    start = _common(ours, theirs)
    left = min(len(ours), len(theirs)) - start
    end = min(_common(ours[::-1], theirs[::-1]), left)
    gone, came = slice(start, len(old) - end), slice(start, len(new) - end)
    head, tail = old[max(0, start - _CONTEXT) : start], old[len(old) - end :]
    shown = [
        *(["\u2026"] if start > _CONTEXT else []),
        *head,
        *_marked(old[gone], new[came], ours[gone], theirs[came]),
        *tail[:_CONTEXT],
        *(["\u2026"] if end > _CONTEXT else []),
    ]
    return " ".join(shown)


def _keys(words: Sequence[str]) -> list[str]:
    return [_key(word) for word in words]


def _key(word: str) -> str:
    """Return what counts of a word: of a number its sign and unit too."""
    bare = word.strip(_PUNCTUATION)
    if bare in _UNITS or any(map(str.isdigit, bare)):
        return bare
    return "".join(word_keys(word))


def _common(ours: Sequence[str], theirs: Sequence[str]) -> int:
    """Return how many words two texts have in common before they part."""
    return sum(1 for _ in takewhile(bool, map(eq, ours, theirs)))


def _marked(
    old: Sequence[str], new: Sequence[str], ours: Sequence[str], theirs: Sequence[str]
) -> Iterator[str]:
    """Yield the words between the first change and the last, the changes marked."""
    matcher = SequenceMatcher(None, ours[:_MOST], theirs[:_MOST], autojunk=False)
    for what, i, j, k, m in matcher.get_opcodes():
        if what == "equal":
            yield from _shortened(new[k:m])
            continue
        if any(ours[i:j]):
            yield f"[-{' '.join(old[i:j])}-]"
        if any(theirs[k:m]):
            yield f"[+{' '.join(new[k:m])}+]"
    if max(len(old), len(new)) > _MOST:
        yield "\u2026"


def _shortened(kept: Sequence[str]) -> Sequence[str]:
    if len(kept) <= 2 * _CONTEXT + 1:
        return kept
    return [*kept[:_CONTEXT], "\u2026", *kept[-_CONTEXT:]]
