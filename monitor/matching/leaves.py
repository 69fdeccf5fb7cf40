"""Terms as written to the units and patterns that they are looked for by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from monitor.matching.conditions import Expression, Phrase, Term, Value, Word
from monitor.matching.fields import RAW, searched
from monitor.matching.forms import Affix, Forms, WordForm, asked
from monitor.matching.index import UnitIndex
from monitor.matching.patterns import Pattern, Step
from monitor.matching.regexes import compiled
from monitor.matching.spelling import trimmed
from monitor.matching.syntax import Leaf, RegexLeaf
from monitor.matching.units import Unit
from monitor.matching.values import COMPARISONS
from monitor.matching.wildcards import is_wildcard, spellings
from monitor.text.folding import DASHES, keys
from monitor.text.words import UNSPACED_TEXT, Compound, compounds

_HYPHEN = re.compile(f"[{re.escape(DASHES)}/]+")


def inflected_words(leaf: Leaf) -> Iterator[str]:
    """Yield what is asked for the words of a term that may be met in other forms.

    Of a word with a hyphen that is its last part: EU-Gipfel, EU-Gipfels.
    """
    if not leaf.is_inflected or (is_wildcard(leaf.text) and not leaf.is_phrase):
        return
    for compound in compounds(leaf.text):
        if not UNSPACED_TEXT.search(compound.parts[-1]):
            yield asked(compound.parts[-1], with_compounds=_is_wide(leaf))


class Leaves:
    """Makes conditions of terms; equal words of all terms have one unit."""

    def __init__(self, forms: Forms, index: UnitIndex) -> None:
        self._forms = forms
        self._index = index

    def condition(self, leaf: Leaf | RegexLeaf, scope: str) -> Term:
        """Return what a term asks of an entry, in a field."""
        if isinstance(leaf, RegexLeaf):
            regex = compiled(leaf.text, leaf.flags)
            return Expression(leaf.source, searched(scope), regex)
        if scope in RAW:
            return Value(leaf.source, scope, COMPARISONS[scope](leaf.text))
        fields = searched(scope)
        pattern = self._pattern(leaf)
        if isinstance(pattern, int):
            signal = self._index.signal(pattern, scope)
            return Word(leaf.source, fields, pattern, signal)
        return Phrase(leaf.source, fields, pattern, self._signals(pattern, scope))

    def _signals(self, pattern: Pattern, scope: str) -> Pattern:
        """Return a pattern of the signals of its units."""
        signal = self._index.signal
        return Pattern(
            tuple(
                tuple(tuple(signal(unit, scope) for unit in way) for way in step)
                for step in pattern.steps
            )
        )

    def _pattern(self, leaf: Leaf) -> Pattern | int:
        """Return what is looked for: words side by side, or a single unit."""
        if leaf.is_inflected and leaf.text.isascii() and leaf.text.isalpha():
            name = asked(leaf.text, with_compounds=_is_wide(leaf))
            return self._inflected(name, leaf.text)  # so are most
        if is_wildcard(leaf.text) and not leaf.is_phrase:
            return self._wildcard(leaf.text)
        words = compounds(leaf.text)
        exact = trimmed(leaf.text) if leaf.sign == "=" else None
        if len(words) == 1 and len(words[0].parts) == 1:
            return self._single(words[0].parts[0], leaf, exact)
        if exact is not None:
            return Pattern(tuple(map(self._plain_step, words)), exact)
        return Pattern(tuple(self._step(word, leaf) for word in words))

    def _single(self, word: str, leaf: Leaf, exact: str | None) -> int:
        if exact is not None:
            make = partial(Unit, exact, is_exact=True)
            return self._index.number(("=", exact), make)
        if not leaf.is_inflected:
            return self._plain(word)
        return self._inflected(asked(word, with_compounds=_is_wide(leaf)), word)

    def _inflected(self, name: str, word: str) -> int:
        forms = self._forms.get(name)
        if not forms:
            return self._plain(word)
        return self._index.number(name, partial(Unit, word, forms))

    def _plain_step(self, word: Compound) -> Step:
        way = tuple(map(self._plain, word.parts))
        return ((self._plain("".join(word.parts)),), way) if word.can_join else (way,)

    def _step(self, word: Compound, leaf: Leaf) -> Step:
        *before, last = word.parts
        name = asked(last, with_compounds=_is_wide(leaf))
        forms = self._forms.get(name, ()) if leaf.is_inflected else ()
        if not forms:
            return self._plain_step(word)
        way = (*map(self._plain, before), self._inflected(name, last))
        if not word.can_join:
            return (way,)
        head = "".join(before)
        joined = self._index.number((head, name), partial(_headed, head, forms))
        return (joined,), way

    def _plain(self, word: str) -> int:
        return self._index.number(keys(word), partial(Unit, word))

    def _wildcard(self, text: str) -> Pattern | int:
        pieces = [piece for piece in _HYPHEN.split(text) if piece]
        if len(pieces) == 1:
            return self._piece(pieces[0])
        joined = self._piece("".join(pieces))
        return Pattern((((joined,), tuple(map(self._piece, pieces))),))

    def _piece(self, text: str) -> int:
        if not is_wildcard(text):
            return self._plain(text)
        found = spellings(text)
        return self._index.number(("*", found), partial(Unit, text, wildcards=found))


def _headed(head: str, forms: tuple[WordForm, ...]) -> Unit:
    """Return the unit of a word that begins with the head and goes on with a form."""
    whole = (form for form in forms if form.affix is Affix.NONE)
    return Unit(head, tuple(replace(form, text=head + form.text) for form in whole))


def _is_wide(leaf: Leaf) -> bool:
    """Say whether compounds of a word are met too: ``~`` before a word."""
    return leaf.sign == "~" and not leaf.is_phrase
