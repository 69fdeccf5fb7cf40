"""From what rules ask for to the word forms, by way of the lexica.

There are three steps, for all terms of a set together::

    wanted(name, known)     the lemmas whose forms are to be read
    sought_stems(name, ...) the stems that are to be found inside the lexica's words
    filled(name, known)     the forms, when both have been read
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitor.matching.compounding import english_compounds, german_compounds, stems
from monitor.matching.derivation import derived, derived_from_unknown
from monitor.matching.forms import COMPOUNDS, WordForm
from monitor.matching.inflection import bases, inflected
from monitor.matching.lexemes import (
    ENGLISH,
    GERMAN,
    Known,
    Lexeme,
    lexemes,
    meant,
)


def wanted(name: str, languages: Sequence[Known]) -> tuple[Lexeme, ...]:
    """Return the lexemes whose forms `filled` will need."""
    word = name.removeprefix(COMPOUNDS)
    found = bases(word, languages)
    if word == name:
        return found
    return (*found, *_derived(lexemes(word, languages)))


def sought_stems(name: str, languages: Sequence[Known]) -> frozenset[str]:
    """Return the stems whose compounds `filled` will need, none for a bare word."""
    word = name.removeprefix(COMPOUNDS)
    if word == name:
        return frozenset()
    found = lexemes(word, languages)
    return frozenset(stem for one in found for stem in stems(one.lemmas[0]))


def filled(name: str, languages: Sequence[Known]) -> tuple[WordForm, ...]:
    """Return the forms of a term, named as `asked` names it."""
    word = name.removeprefix(COMPOUNDS)
    forms = inflected(word, languages)
    if word == name:
        return forms
    more = _related(word, forms, languages)
    return tuple(dict.fromkeys([*forms, *more]))


def _related(
    word: str, forms: Sequence[WordForm], languages: Sequence[Known]
) -> Iterator[WordForm]:
    """Yield the forms of derived words and of compounds."""
    found = meant(word, lexemes(word, languages))
    more = [
        form for one in _derived(found) for form in inflected(one.written, [one.known])
    ]
    yield from more
    for one in found:
        yield from _compounds(one, [form.text for form in (*forms, *more)])
    if not found:
        yield from _unknown(word, forms, languages)


def _compounds(one: Lexeme, texts: Sequence[str]) -> Iterator[WordForm]:
    """Yield the forms for compounds; with a woman's word too: Außenministerin."""
    lemma, known = one.lemmas[0], one.known
    words = [word for stem in stems(lemma) for word in known.containing.get(stem, ())]
    if known.language == ENGLISH:
        yield from map(WordForm, english_compounds(lemma, words, known.knows))
    if known.language == GERMAN and lemma[:1].isupper() and not lemma.isupper():
        nouns = [text for text in texts if text[:1].isupper()]
        yield from german_compounds(lemma, nouns, words, known.knows)


def _unknown(
    word: str, forms: Sequence[WordForm], languages: Sequence[Known]
) -> Iterator[WordForm]:
    """Yield what stands for a word that no lexicon has: a name, most often."""
    german = next((one for one in languages if one.language == GERMAN), None)
    is_name = word[:1].isupper() and word.isalpha() and not word.isupper()
    if german is not None and is_name:
        yield from map(WordForm, derived_from_unknown(word))
        texts = [form.text for form in forms]
        yield from german_compounds(word, texts, (), german.knows)


def _derived(found: Sequence[Lexeme]) -> tuple[Lexeme, ...]:
    """Return the lexemes of the words that are derived from others."""
    made = {
        (one.known.language, word): one.known
        for one in found
        for base in dict.fromkeys([one.written, one.lemmas[0]])
        for word in derived(base, one.known.language, one.known.knows)
    }
    known = (where.lexeme(word) for (_, word), where in made.items())
    return tuple(one for one in known if one)
