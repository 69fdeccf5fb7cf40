"""German grammar, as far as word forms can be told from a word's look.

`knows` says of any word whether the lexicon has it; a form that the lexicon has but
does not give to the word belongs to another one, and is never expected here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

Knows = Callable[[str], bool]


def vocabulary(words: str) -> frozenset[str]:
    """Return a set of words that stand in one text."""
    return frozenset(words.split())


PREFIXES: Final = vocabulary(
    "ab an auf aus be bei dar durch ein emp ent er fort ge her hin los nach über um un "
    "unter ver vor weg wider zer zu"
)
"""What makes another verb or noun of one, and no compound: Auslieferung, Vorrat."""

_FIRSTS: Final = vocabulary(
    "vize außen innen mit gegen ober haupt neben sonder anti super mini mega multi"
)
_SHORT_FIRSTS: Final = frozenset(("öl", "ex", "ei"))

_WEAK_NOUNS: Final = vocabulary(
    "Bär Bursch Christ Fink Fürst Graf Held Hirt Mensch Narr Oberst Ochs Prinz Spatz "
    "Zar"
)

ADJECTIVE_ENDINGS: Final = ("", "e", "em", "en", "er", "es")

_SHORTEST_PART: Final = 3
_VOWELS: Final = frozenset("aeiouäöüy")
_UMLAUTS: Final = dict(zip("aouäöüAOUÄÖÜ", "äöüaouÄÖÜAOU", strict=True))
_VOWEL: Final = re.compile("[aouäöüAOUÄÖÜ]")
_UMLAUT_LETTERS: Final = re.compile("[äöüÄÖÜß]")
_WEAK_ENDINGS: Final = (
    *("ung", "heit", "keit", "schaft", "tät", "ion", "enz", "anz", "ik", "ur"),
    *("ist", "ent", "ant"),
)
_ADJECTIVES: Final = ("isch", "lich", "ig", "bar", "sam", "haft", "los", "ell", "iv")


def completed(lemma: str, own: frozenset[str], knows: Knows) -> Iterator[str]:
    """Yield forms a word must have by those it has: `own`, all its known forms."""
    if lemma[:1].islower():
        if lemma + "em" in own or {lemma + "en", lemma + "er"} <= own:
            yield from (lemma + ending for ending in ADJECTIVE_ENDINGS)
        return
    yield from _adjectival(lemma, knows)
    yield from _datives(lemma, own)
    if lemma in _WEAK_NOUNS:
        yield lemma + "en"
    expected = [*_strong(lemma, own)]
    if lemma.endswith("in") and (knows(lemma[:-2]) or knows(lemma[:-2] + "e")):
        expected.append(lemma + "nen")
    yield from (form for form in expected if form not in own and not knows(form))


def sure(lemma: str, own: frozenset[str]) -> Iterator[str]:
    """Yield forms a noun has, even if a name is spelled so: Marken, Brandes."""
    if lemma[:1].isupper() and lemma.endswith("e"):
        yield lemma + "n"
    elif lemma + "s" in own and lemma + "e" in own:
        yield lemma + "es"


def _adjectival(lemma: str, knows: Knows) -> Iterator[str]:
    """Yield the forms of a noun that is inflected as an adjective: Beamte, Beamter."""
    stem = lemma[:-2] if lemma.endswith("er") else lemma[:-1]
    ending = lemma[len(stem) :]
    small = stem[:1].lower() + stem[1:]
    is_one = (
        ending in ("e", "er")
        and not knows(stem + "ers")  # Wunder is no form of Wunde
        and knows(stem + "e")
        and knows(stem + "er")
        and (knows(stem + "em") or knows(small + "em"))
    )
    if is_one:
        yield from (stem + ending for ending in ("e", "er", "en", "em"))


def _strong(lemma: str, own: frozenset[str]) -> Iterator[str]:
    """Yield both genitives and the old dative of a noun that has one of them."""
    if lemma[-1] in _VOWELS or lemma.endswith(("er", "el", "en", "em", "ing")):
        return
    if lemma + "s" in own or lemma + "es" in own:
        yield lemma + "es"
        yield lemma + "e"
        if lemma[-1] not in "sxzß":
            yield lemma + "s"


def _datives(lemma: str, own: frozenset[str]) -> Iterator[str]:
    """Yield the dative of each plural in -e, -er or -el: it always has one in -n.

    Berge is one, and so Bergen is a form of Berg too, whatever else it is; Zolle is
    none beside Zölle, but an old dative.
    """
    has_umlauts = not all(form.isascii() for form in own)
    is_mutated = has_umlauts and not own.isdisjoint(_mutated_plurals(lemma))
    singular = lemma + "e" if is_mutated else ""
    for form in (one for one in own - {singular} if one[:1].isupper()):
        is_both = form == lemma and form[-1] != "e" and lemma + "s" in own
        if (is_both or form != lemma) and form.endswith(("e", "er", "el")):
            yield form + "n"


def _mutated_plurals(lemma: str) -> Iterator[str]:
    for form in mutated(lemma):
        yield from (form, form + "e", form + "er")


def mutated(word: str) -> Iterator[str]:
    """Yield a word with each of its vowels turned into an umlaut."""
    for at, letter in enumerate(word):
        if letter in "aouAOU":
            yield word[:at] + _UMLAUTS[letter] + word[at + 1 :]


def guessed(word: str, *, has_head: bool) -> Iterator[str]:
    """Yield the forms of a word that no lexicon has, by its ending."""
    if word.endswith("in") and word[:1].isupper():
        yield word + "nen"
    elif word.endswith("innen"):
        yield word.removesuffix("nen")
    if word[:1].islower():
        yield from _guessed_adjective(word)
    elif not has_head:
        yield from _guessed_noun(word)


def _guessed_noun(word: str) -> Iterator[str]:
    if word.endswith(_WEAK_ENDINGS):
        yield word + "en"
    elif word.endswith(("e", "er", "el")):
        yield word + "n"
    elif word.endswith("en") and word[:-2].endswith(_WEAK_ENDINGS):
        yield word[:-2]


def _guessed_adjective(word: str) -> Iterator[str]:
    for ending in ADJECTIVE_ENDINGS[::-1]:
        stem = word.removesuffix(ending)
        if stem.endswith(_ADJECTIVES) and (stem != word or not ending):
            yield from (stem + other for other in ADJECTIVE_ENDINGS)
            return


def phantom(lemma: str, knows: Knows) -> str:
    """Return a lemma that is no word, under which a lexicon may file a noun's plural.

    Empty if there is such a word.
    """
    made = lemma + "e"
    is_noun = lemma[:1].isupper() and lemma[-1:] != "e"
    return made if is_noun and not knows(made) else ""


def is_plain(word: str) -> bool:
    """Say whether no umlaut and no ß stands in a word."""
    return word.isascii() or not _UMLAUT_LETTERS.search(word)


def twins(word: str, *, with_eszett: bool) -> Iterator[str]:
    """Yield the words that are spelled alike but for one umlaut, or ß where ss is.

    Not ss where ß is: whoever has no ß writes ss, and most often means the same word.
    """
    for case in (word, word[:1].swapcase() + word[1:]):
        for found in _VOWEL.finditer(case):
            at = found.start()
            yield case[:at] + _UMLAUTS[case[at]] + case[at + 1 :]
        if with_eszett and "ss" in case:
            yield case.replace("ss", "ß")


def modifies(first: str, knows: Knows) -> bool:
    """Say whether a word part can be the first part of a compound.

    It is a noun, perhaps with a linking -s or without its -e, an adjective or the
    stem of a verb (Rüstungs-, Schul-, Zentral-, Schreib-), or a compound of those.
    """
    small = first.lower()
    if small in PREFIXES or len(small) < _SHORTEST_PART:
        return small in _SHORT_FIRSTS
    return _is_first(small, knows) or any(
        _is_first(small[:at], knows) and _is_first(small[at:], knows)
        for at in range(_SHORTEST_PART + 1, len(small) - _SHORTEST_PART)
    )


def _is_first(small: str, knows: Knows) -> bool:
    if small in _FIRSTS or knows(small.capitalize()):
        return True
    if len(small) == _SHORTEST_PART:
        return knows(small) and knows(small + "em")
    nouns = [small + "e"]
    if small.endswith("s"):
        nouns += [small[:-1], small[:-1] + "e"]
    return (
        any(knows(noun.capitalize()) for noun in nouns)
        or knows(small + "en")
        or (knows(small) and knows(small.removesuffix("e") + "em"))
    )


def is_syllable(part: str) -> bool:
    """Say whether a word part can be spoken: the lexica have abbreviations too."""
    return not _VOWELS.isdisjoint(part)


def is_compound(word: str, knows: Knows) -> bool:
    """Say whether a word in small letters is one word before a known noun."""
    return any(
        modifies(word[:at], knows) and knows(word[at:].capitalize())
        for at in range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1)
    )
