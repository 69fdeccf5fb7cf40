"""The word forms a term stands for, as a lexicon gives them and the engine meets them.

A term is filled out once, when its rule is read; the text is never changed. What a
rule asks for is named by `asked`; the answer is a row of `WordForm`s for each name,
the term as it was typed first. **A term that has forms is met by them alone; one that
has none is met by its own keys.**

The engine finds the candidates of a whole-word form (`Affix.NONE`) by `WordForm.keys`
among the keys of the text's words and then, unless it `is_free`, lets
`WordForm.admits` decide on the word as the text spells it.

Only a `~` term has forms with another affix. They stand for compounds that no lexicon
knows: the word *begins* with the form, *ends* with it, or has it *inside*, with
`MIN_REST` letters or more beside it. A form that `is_except` takes words back:
Ministerium is no compound of Minister, and so Ministeriumssprecher is none either; if
it `is_whole` too, only this very word. For each affix the longest form that a word
shows decides; `AffixIndex` does that, and nobody else needs to look at exceptions.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Final, Generic, TypeVar

from monitor.text.folding import SILENT, keys

MIN_REST: Final = 3
"""So many letters at least stand beside the part of a compound that a term names."""

COMPOUNDS: Final = "~"

_LONGEST_WORD: Final = 80  # a longer one is none, and all its pieces would be many

_DIGRAPHS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})

Owner = TypeVar("Owner", bound=Hashable)


class Affix(Enum):
    """Where in a word a form stands; NONE: it is the whole word."""

    NONE = "none"
    PREFIX = "prefix"
    SUFFIX = "suffix"
    INFIX = "infix"


@dataclass(frozen=True, slots=True)
class WordForm:
    """One form of a term, as the lexicon writes it.

    `is_capital`: a word in small letters is another one (Kriegen is, kriegen is not
    a form of Krieg). `is_strict`: so is the word without or with an umlaut or ß (Räte
    is, Rate is not a form of Rat); ae for ä stays one spelling of it.
    """

    text: str
    is_capital: bool = False
    is_strict: bool = False
    affix: Affix = Affix.NONE
    is_except: bool = False
    is_whole: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys under which the form stands in a text."""
        text = self.text
        if text.isascii() and text.isalnum():  # so are most, and have no other key
            return (text.lower(),)
        found = keys(text)
        return found[-1:] if self.is_strict else found

    @property
    def is_free(self) -> bool:
        """Whether every word with one of the keys is met."""
        return not (self.is_capital or self.is_strict)

    def admits(self, word: str) -> bool:
        """Say whether a text's word, found by one of the keys, is met.

        `word` is the reading as the text spells it: capitals, hyphens and all.
        """
        if self.is_capital and not word[:1].isupper():
            return False
        return not self.is_strict or self._is_spelled_like(word)

    def _is_spelled_like(self, word: str) -> bool:
        if self.affix is not Affix.NONE:
            return True  # a part's spelling is in its one key already
        spelled = unicodedata.normalize("NFC", SILENT.sub("", word))
        small = SILENT.sub("", self.text).lower()
        own = (small, small.translate(_DIGRAPHS))
        if spelled.isupper():  # a ß has no capital
            return spelled in {text.upper() for text in own}
        return spelled.lower() in own


_MARKS: Final = {
    Affix.NONE: "",
    Affix.PREFIX: "p",
    Affix.SUFFIX: "u",
    Affix.INFIX: "i",
}
_AFFIXES: Final = {mark: affix for affix, mark in _MARKS.items()}


def form_row(form: WordForm) -> list[str]:
    """Return a form as two texts, the shape in which it is stored and sent."""
    marks = (
        _MARKS[form.affix],
        "c" if form.is_capital else "",
        "s" if form.is_strict else "",
        "x" if form.is_except else "",
        "w" if form.is_whole else "",
    )
    return [form.text, "".join(marks)]


def form_of(row: Sequence[str]) -> WordForm:
    """Return the form that `form_row` made a row of."""
    text, marks = row
    return WordForm(text, *_meaning(marks))


@cache
def _meaning(marks: str) -> tuple[bool, bool, Affix, bool, bool]:
    """Return what marks say, in the order of a form's fields."""
    affix = next((_AFFIXES[mark] for mark in marks if mark in _AFFIXES), Affix.NONE)
    return "c" in marks, "s" in marks, affix, "x" in marks, "w" in marks


Forms = Mapping[str, tuple[WordForm, ...]]
"""The forms of each term, by what is `asked` for it."""


def asked(term: str, *, with_compounds: bool = False) -> str:
    """Return the name under which the forms of a bare term or a ``~`` term are kept."""
    return COMPOUNDS + term if with_compounds else term


class AffixIndex(Generic[Owner]):
    """The owners (terms, rules) whose affix forms a word shows."""

    def __init__(self) -> None:
        self._tables: dict[Affix, dict[str, list[tuple[Owner, WordForm]]]] = {}
        self._lengths: dict[Affix, set[int]] = {}
        self._whole: dict[str, set[Owner]] = {}

    def add(self, owner: Owner, forms: Iterable[WordForm]) -> None:
        """Add the forms of an owner; whole-word forms are left out."""
        for form in forms:
            if form.affix is Affix.NONE:
                continue
            for key in form.keys:
                if form.is_whole:
                    self._whole.setdefault(key, set()).add(owner)
                else:
                    table = self._tables.setdefault(form.affix, {})
                    table.setdefault(key, []).append((owner, form))
                    self._lengths.setdefault(form.affix, set()).add(len(key))

    def owners(self, key: str, word: str) -> frozenset[Owner]:
        """Return who is met by a word of a text: one of its keys, and its spelling."""
        met: set[Owner] = set()
        for affix, table in self._tables.items():
            decided: dict[Owner, bool] = {}
            for piece, rest in _pieces(affix, key, self._lengths[affix]):
                for owner, form in table.get(piece, ()):
                    if form.is_except:
                        decided.setdefault(owner, False)
                    elif rest >= MIN_REST and form.admits(word):
                        decided.setdefault(owner, True)
            met.update(owner for owner, is_met in decided.items() if is_met)
        return frozenset(met - self._whole.get(key, set()))


def _pieces(
    affix: Affix, key: str, lengths: Collection[int]
) -> Iterator[tuple[str, int]]:
    """Yield the pieces of a key in one place, the longest first, and what is beside.

    What is beside is counted in letters; inside a word it is the shorter side.
    """
    size = len(key)
    if size > _LONGEST_WORD:
        return
    for length in sorted(lengths, reverse=True):
        if length > size:
            continue
        match affix:
            case Affix.PREFIX:
                yield key[:length], size - length
            case Affix.SUFFIX:
                yield key[-length:], size - length
            case _:
                for at in range(size - length + 1):
                    yield key[at : at + length], min(at, size - length - at)
