"""From a term, and what lexica know, to the word forms it stands for.

A lexicon can be asked for the lemma of any word at any time, but for the forms of
lemmas only once, for all together. So there are two steps::

    bases(word, known)        the lexemes whose forms are to be looked up
    inflected(word, known)    the forms, when they have been

A lexicon gives each form one lemma only, which loses forms that two words share, and
knows no compound that nobody wrote down. Both are made good by German grammar: what
it lets one expect is taken unless the lexicon gives it to another word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import chain
from typing import Final

from monitor.matching.english import completed_english
from monitor.matching.forms import WordForm
from monitor.matching.german import (
    completed,
    guessed,
    is_plain,
    modifies,
    sure,
    twins,
)
from monitor.matching.lexemes import ENGLISH, GERMAN, Known, Lexeme, lexemes, meant
from monitor.matching.slavic import declined_name

_SHORTEST_HEAD: Final = 3
_SHORTEST_UNSURE_HEAD: Final = 4
_SHORTEST_MODIFIER: Final = 2
_SHORTEST_NAME: Final = 4
_LATIN: Final = re.compile(r"[\w&'+-]*[A-Za-z\u00c0-\u024f]")
_NO_WORD: Final = frozenset("' .,\u2019/")


def head(word: str, languages: Iterable[Known]) -> tuple[str, str] | None:
    """Return a German compound as its first part and the known noun that ends it."""
    for known in languages:
        if known.language == GERMAN:
            return _head(word, known)
    return None


def bases(word: str, languages: Sequence[Known]) -> tuple[Lexeme, ...]:
    """Return the lexemes whose forms `inflected` will need."""
    found = lexemes(word, languages)
    tail = word.rpartition("-")[2]
    if found or not tail:
        return found
    if tail != word:
        return bases(tail, languages)
    split = head(word, languages)
    german = [known for known in languages if known.language == GERMAN]
    return lexemes(split[1], german) if split else ()


def inflected(word: str, languages: Sequence[Known]) -> tuple[WordForm, ...]:
    """Return the forms of a word, the word itself first; it alone if none is known."""
    first, hyphen, tail = word.rpartition("-")
    found = meant(word, lexemes(word, languages))
    if not found and hyphen and tail:
        return _behind(first + hyphen, inflected(tail, languages))
    if not found:
        return _unknown(word, languages)
    own = frozenset(chain([word], *(lexeme.forms() for lexeme in found)))
    forms = set(own)
    for lexeme in found:
        forms.update(_made_good(lexeme, own))
    if _has_german(languages):
        forms.update(_names(word, own, found, languages))
    fitting = [form for form in forms if form != word and _fits(form, word)]
    return _marked(word, fitting, forms, found, languages)


def _has_german(languages: Iterable[Known]) -> bool:
    return any(known.language == GERMAN for known in languages)


def _splits(word: str) -> Iterator[tuple[str, str]]:
    """Yield each way to cut a word in two, the longest second part first."""
    for at in range(_SHORTEST_MODIFIER, len(word) - _SHORTEST_HEAD + 1):
        first, rest = word[:at], word[at:]
        if rest.islower():
            yield first, rest.capitalize()
            if first[:1].islower():
                yield first, rest


def _head(word: str, known: Known) -> tuple[str, str] | None:
    splits = [(first, rest) for first, rest in _splits(word) if known.knows(rest)]
    for first, rest in splits:
        if modifies(first, known.knows):
            return first, rest
    for first, rest in splits:
        if len(first) > _SHORTEST_MODIFIER and len(rest) >= _SHORTEST_UNSURE_HEAD:
            return first, rest
    return None


def _unknown(word: str, languages: Sequence[Known]) -> tuple[WordForm, ...]:
    """Return the forms of a word no lexicon has, by its head or by its ending."""
    forms = [WordForm(word)]
    for known in languages:
        if known.language == GERMAN:
            forms += _german_guess(word, known)
        else:
            forms += map(WordForm, declined_name(word, known.language, known.knows))
    texts = {form.text: form for form in reversed(forms)}
    return tuple(texts[text] for text in dict.fromkeys(form.text for form in forms))


def _german_guess(word: str, german: Known) -> Iterator[WordForm]:
    if not _LATIN.fullmatch(word):
        return
    split = _head(word, german)
    if split:
        first, rest = split
        yield from _behind(first, inflected(rest, [german]))
    for text in (*guessed(word, has_head=bool(split)), *_genitive(word)):
        yield WordForm(text)


def _behind(first: str, forms: Iterable[WordForm]) -> tuple[WordForm, ...]:
    """Return forms with the first part of a compound before them."""
    hyphen = first.endswith("-")
    return tuple(
        WordForm(
            first + (form.text if hyphen else form.text.lower()),
            is_capital=form.is_capital and hyphen and not first[:1].isupper(),
            is_strict=form.is_strict,
        )
        for form in forms
    )


def _fits(form: str, word: str) -> bool:
    """Say whether a form may stand for a word as typed: a noun wants its capital."""
    if not _NO_WORD.isdisjoint(form):
        return False
    return form[:1].isupper() or not word[:1].isupper()


def _made_good(lexeme: Lexeme, own: frozenset[str]) -> Iterator[str]:
    """Yield what a lexicon leaves out of a word's forms."""
    known = lexeme.known
    for lemma in lexeme.lemmas:
        if known.language == GERMAN:
            yield from completed(lemma, own, known.knows)
            if known.lemma(lemma) == lemma:
                yield from (form for form in sure(lemma, own) if _is_spare(form, known))
        elif known.language == ENGLISH:
            yield from completed_english(lemma, own, known.knows)
        else:
            yield from declined_name(lemma, known.language, known.knows)


def _names(
    word: str, own: frozenset[str], found: Iterable[Lexeme], languages: Iterable[Known]
) -> Iterator[str]:
    """Yield the genitive in -s of a name or noun that may have one in German."""
    if any(lexeme.written == word and not lexeme.is_lemma for lexeme in found):
        return
    for form in _genitive(word):
        is_feminine = form[-2] == "e" and form[:-1] + "n" in own
        is_new = form not in own and not is_feminine
        if is_new and all(_is_spare(form, known) for known in languages):
            yield form


def _is_spare(form: str, known: Known) -> bool:
    """Say whether a lexicon does not give a form to another word."""
    return known.lemma(form) in (None, form)


def _genitive(word: str) -> Iterator[str]:
    if len(word) >= _SHORTEST_NAME and word[-1:].isalpha() and word[-1] not in "sxzß":
        yield word + "s"


def _is_reformed(word: str, known: Known) -> bool:
    """Say whether a word was written with ß once: Russland, Rußland."""
    old = word.replace("ss", "ß")
    return old != word and known.lemma(old) == old


def _confusable(
    word: str, own: Collection[str], german: Known | None
) -> Callable[[str], bool]:
    """Return what says whether a form has a twin that is another German word."""
    if german is None:
        return lambda _: False
    with_eszett = not _is_reformed(word, german)

    def is_confusable(form: str) -> bool:
        swiss = form.replace("ß", "ss")
        if swiss != form and german.lemma(swiss) == swiss:
            return german.lemma(form) != form
        for twin in twins(form, with_eszett=with_eszett):
            if twin not in own and german.knows(twin):
                return True
        return False

    return is_confusable


def _marked(
    word: str,
    forms: Iterable[str],
    own: Collection[str],
    found: Iterable[Lexeme],
    languages: Iterable[Known],
) -> tuple[WordForm, ...]:
    """Return the forms, each with what sets it apart from other words."""
    german = next((x.known for x in found if x.known.language == GERMAN), None)
    is_confusable = _confusable(word, own, german)
    is_stem = is_confusable(word)

    def is_strict(form: str) -> bool:
        is_alike = is_plain(form) and ("ss" in word or "ss" not in form)
        return is_stem if is_alike else is_confusable(form)

    def is_capital(form: str) -> bool:
        if form[:1].islower():
            return False
        small = form[:1].lower() + form[1:]
        return small not in own and any(known.knows(small) for known in languages)

    rows = [WordForm(word, is_strict=is_stem)]
    rows += [
        WordForm(form, is_capital=is_capital(form), is_strict=is_strict(form))
        for form in sorted(forms)
    ]
    return tuple(rows)
