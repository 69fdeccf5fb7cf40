"""What is worth saying about a query that can be read."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from types import MappingProxyType
from typing import Final

from monitor.matching import refusals
from monitor.matching.forms import Forms, asked
from monitor.matching.syntax import Leaf, RegexLeaf
from monitor.matching.wildcards import is_wildcard
from monitor.model import QueryProblem, Severity
from monitor.text.folding import keys
from monitor.text.words import compounds

NO_FORMS: Final[Forms] = MappingProxyType({})
_FEWEST = 2


def quoted_words(leaf: Leaf | RegexLeaf) -> tuple[str, ...]:
    """Return the words of a phrase that is not inflected; a single one is meant so."""
    if not isinstance(leaf, Leaf) or not leaf.is_phrase or leaf.sign:
        return ()
    words = tuple(compound.parts[-1] for compound in compounds(leaf.text))
    return words if len(words) >= _FEWEST else ()


def notes_on(
    leaves: Iterable[Leaf | RegexLeaf], forms: Forms
) -> Iterator[QueryProblem]:
    """Yield a note for each phrase whose words have other forms, by their place."""
    if not forms:
        return
    for leaf in leaves:
        for word in quoted_words(leaf):
            if other := _other_form(word, forms):
                changed = leaf.text.replace(word, other, 1)
                text = refusals.not_inflected(leaf.source, changed)
                length = leaf.end - leaf.start
                yield QueryProblem(Severity.NOTE, leaf.start, length, text)
                break


def _other_form(word: str, forms: Forms) -> str:
    """Return another form of a word, empty where there is none."""
    own, is_capital = keys(word), word[:1].isupper()
    others = [form.text for form in forms.get(asked(word), ()) if form.keys != own]
    return min(
        others, key=lambda form: form[:1].isupper() is not is_capital, default=""
    )


def sense_of(text: str, leaves: Sequence[Leaf | RegexLeaf]) -> Hashable:
    """Return what is equal for items of a list that say the same.

    Two terms do so that have the same words; all else is compared as it is written.
    """
    match leaves:
        case (Leaf(sign=sign, is_phrase=is_phrase) as leaf,) if (
            sign != "=" and leaf.source == text.strip() and not is_wildcard(leaf.text)
        ):
            words = tuple(keys(p) for c in compounds(leaf.text) for p in c.parts)
            return sign, is_phrase, words
        case _:
            return text.strip()
