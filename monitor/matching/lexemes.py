"""What lexica know, and the lexemes that a word belongs to."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from monitor.matching.german import phantom

GERMAN: Final = "de"
ENGLISH: Final = "en"

_SHORTEST_STEM: Final = 3
_SHORTEST_SHOUTED: Final = 5  # a shorter word in capitals is an abbreviation
_DIGRAPHS: Final = {"ae": "ä", "oe": "ö", "ue": "ü", "ss": "ß"}
_REMEMBERED: Final = 50_000  # words: each is looked at more than once
_DIGRAPH: Final = re.compile("|".join(_DIGRAPHS), re.IGNORECASE)


@dataclass(slots=True)
class Known:
    """What the lexicon of a language says.

    `lemma` returns the dictionary form of any word, None if it does not have it.
    `forms` holds all forms of the lemmas asked for, once they have been read, and
    `containing` the lemmas in which a stem stands.
    """

    language: str
    lemma: Callable[[str], str | None]
    forms: Mapping[str, Sequence[str]] = field(default_factory=dict)
    containing: Mapping[str, Sequence[str]] = field(default_factory=dict)
    _met: dict[str, Lexeme | None] = field(default_factory=dict)

    def lexeme(self, spelling: str) -> Lexeme | None:
        """Return the lexeme of a word written exactly so, None if there is none."""
        if spelling not in self._met:
            self._met[spelling] = _lexeme(spelling, self)
        return self._met[spelling]

    def knows(self, word: str) -> bool:
        """Say whether the lexicon has a word."""
        return self.lemma(word) is not None

    def has_others(self, word: str) -> bool:
        """Say whether a word is the lemma of other words."""
        forms = self.forms.get(word)
        return forms is not None and (len(forms) > 1 or word not in forms)


@dataclass(frozen=True, eq=False, slots=True)
class Lexeme:
    """One word of one language: how it is written, and the lemmas its forms have."""

    known: Known
    written: str
    lemmas: tuple[str, ...]

    @property
    def is_lemma(self) -> bool:
        """Whether it is written as in a dictionary."""
        return self.lemmas[0] == self.written or self.known.has_others(self.written)

    @property
    def is_adjective(self) -> bool:
        """Whether it is inflected as a German adjective."""
        lemma = self.lemmas[0]
        is_its_form = self.written.startswith(lemma[:_SHORTEST_STEM])
        is_german = self.known.language == GERMAN
        return is_german and is_its_form and self.known.knows(lemma + "em")

    def forms(self) -> Iterator[str]:
        """Yield every form the lexicon has, and the word itself."""
        yield self.written
        for lemma in self.lemmas:
            yield from self.known.forms.get(lemma, ())


def lexemes(word: str, languages: Iterable[Known]) -> tuple[Lexeme, ...]:
    """Return the lexemes a word may belong to, in all languages."""
    return tuple(
        found
        for known in languages
        for spelling in _spellings(word)
        if (found := known.lexeme(spelling))
    )


def meant(word: str, found: Sequence[Lexeme]) -> tuple[Lexeme, ...]:
    """Return those of a word's lexemes that it stands for.

    Where it is the dictionary form of one of them, those that it is only an inflected
    form of are left out: "war" means the war, not a form of "sein"; but "schwere" may
    be a form of "schwer" beside the noun Schwere. Another spelling (ae for ä) counts
    only if there is no such word in the spelling that was typed.
    """
    typed = frozenset(_cases(word))
    for chosen in (
        [one for one in found if one.is_lemma and one.written in typed],
        [one for one in found if one.is_lemma or one.written in typed],
    ):
        if chosen:
            more = (one for one in found if one.written == word and one.is_adjective)
            return tuple(dict.fromkeys([*chosen, *more]))
    return tuple(found)


def _lexeme(spelling: str, known: Known) -> Lexeme | None:
    lemma = known.lemma(spelling)
    if lemma is None:
        return None
    lemmas = [lemma, spelling]
    if known.language == GERMAN:
        lemmas += [made for lemma in lemmas if (made := phantom(lemma, known.knows))]
    return Lexeme(known, spelling, tuple(dict.fromkeys(lemmas)))


def _cases(spelling: str) -> Iterator[str]:
    """Yield a word as typed; small letters may mean a noun, shouting means nothing."""
    yield spelling
    if spelling[:1].islower():
        yield spelling[:1].upper() + spelling[1:]
    elif spelling.isupper() and len(spelling) >= _SHORTEST_SHOUTED:
        yield spelling.capitalize()
        yield spelling.lower()


def _respellings(word: str) -> Iterator[str]:
    """Yield a word as typed, then with the umlauts that its digraphs may stand for."""
    typed = unicodedata.normalize("NFC", word)
    yield typed
    if not _DIGRAPH.search(typed):
        return
    lowered = typed.capitalize() if typed.isupper() else typed
    found = [digraph for digraph in _DIGRAPHS if digraph in lowered.lower()]
    respelled = lowered
    for digraph in found:
        letter = _DIGRAPHS[digraph]
        yield lowered.replace(digraph, letter)
        respelled = respelled.replace(digraph, letter)
        respelled = respelled.replace(digraph.capitalize(), letter.upper())
    yield respelled


@lru_cache(_REMEMBERED)
def _spellings(word: str) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(case for one in _respellings(word) for case in _cases(one))
    )
