"""A lexicon of a few words, for the tests of word forms."""

from __future__ import annotations

from collections.abc import Mapping

from monitor.matching.compounding import containing
from monitor.matching.filling import filled, sought_stems
from monitor.matching.forms import AffixIndex, WordForm
from monitor.matching.lexemes import Known
from monitor.text.folding import keys


def small_lexicon(language: str, paradigms: Mapping[str, str]) -> Known:
    """Return a lexicon of lemmas, each with its other forms in one text.

    As in the real ones a form has one lemma only: the first it is given to.
    """
    lemmas: dict[str, str] = {}
    for lemma, rest in paradigms.items():
        for form in (lemma, *rest.split()):
            lemmas.setdefault(form, lemma)
    forms: dict[str, list[str]] = {}
    for form, lemma in lemmas.items():
        forms.setdefault(lemma, []).append(form)
    return Known(language, lemmas.get, forms)


def filled_out(name: str, *known: Known) -> tuple[WordForm, ...]:
    """Return the forms of a term as it is asked for."""
    stems = sought_stems(name, known)
    for one in known:
        one.containing = containing(one.forms, stems) if stems else {}
    return filled(name, known)


def texts(name: str, *known: Known) -> set[str]:
    """Return the whole words that a term stands for, as they are written."""
    return {
        form.text for form in filled_out(name, *known) if form.affix.value == "none"
    }


def met(name: str, words: str, *known: Known) -> list[str]:
    """Return those of the words that a term meets."""
    forms = filled_out(name, *known)
    inside: AffixIndex[str] = AffixIndex()
    inside.add(name, forms)
    return [word for word in words.split() if _meets(forms, inside, word)]


def _meets(forms: tuple[WordForm, ...], inside: AffixIndex[str], word: str) -> bool:
    found = keys(word)
    whole = (form for form in forms if form.affix.value == "none")
    return any(
        not set(form.keys).isdisjoint(found) and form.admits(word) for form in whole
    ) or any(inside.owners(key, word) for key in found)
