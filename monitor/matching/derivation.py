"""Words derived from a word: aserbaidschanisch, Aserbaidschaner, Ministerin.

They are tried by the endings of each language and taken if its lexicon has them. Of a
name that no German lexicon has, the regular ones are made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Final

from monitor.matching.german import ADJECTIVE_ENDINGS, Knows, mutated

_SHORTEST_STEM: Final = 3

_PLACES: Final = (
    ("", "isch esisch anisch lesisch", "er i e ese aner lese"),
    ("a", "isch anisch esisch äisch", "er ier aner ese äer"),
    ("o", "isch anisch", "er aner"),
    ("e", "isch enisch", "er ene"),
    ("n", "isch", "er"),
    ("en", "isch anisch", "er e aner"),
    ("ien", "isch", "er e ier"),
    ("ei", "isch", "e"),
    ("on", "esisch", "ese"),
    ("land", "isch ländisch", "e er länder"),
    ("enland", "isch", "e"),
    ("istan", "isch", "e"),
    ("stan", "isch", "e"),
    ("emark", "isch", "e"),
)
"""What is cut off a place's name; what then makes its adjective, and its people."""

_SCIENCES: Final = ("", "e", "ie", "ik")
_IRREGULAR: Final = {
    "Deutschland": "deutsch Deutsche Deutscher",
    "England": "englisch Engländer",
    "Frankreich": "französisch Franzose Französin",
    "Großbritannien": "britisch Brite Britin",
    "Bayern": "bayerisch Bayer Bayerin",
    "Polen": "polnisch Polin",
    "Portugal": "portugiesisch Portugiese",
    "Ungarn": "ungarisch Ungar Ungarin",
    "Sachsen": "sächsisch Sachse",
    "USA": "amerikanisch Amerikaner Amerikanerin",
    "Zypern": "zyprisch zypriotisch Zyprer Zypriot",
    "France": "French Frenchman Frenchmen",
    "Germany": "German",
    "Greece": "Greek",
    "Netherlands": "Dutch",
    "Norway": "Norwegian",
    "Spain": "Spanish Spaniard",
    "Denmark": "Danish Dane",
    "Switzerland": "Swiss",
}
_ENDINGS: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "en": (
        ("", "a", "e", "y", "ey", "o", "en", "and", "land", "ain"),
        ("an", "ian", "i", "ese", "ish"),
    ),
    "fr": (
        ("", "e", "a", "ie", "ne", "gne"),
        ("ais", "ois", "ien", "éen", "ain", "nais", "an", "e", "gnol", "que"),
    ),
    "pl": (
        ("", "a", "o", "y", "ja", "ia", "n", "cja"),
        ("ski", "ński", "ański", "czyk", "jski", "cki", "in", "niec"),
    ),
    "ru": (
        ("", "я", "а", "ия", "й", "ь"),  # noqa: RUF001 - Russian
        ("ский", "нский", "йский", "ец", "анец", "инский", "ин", "ский", "цкий"),
    ),
    "tr": (
        ("", "ya"),
        ("lı", "li", "lu", "lü", "ca", "ce", "ça", "çe"),  # noqa: RUF001 - Turkish
    ),
    "uk": (
        ("", "я", "а", "ія", "й", "ь"),  # noqa: RUF001 - Ukrainian
        ("ський", "нський", "йський", "ець", "інський", "цький", "ін"),
    ),
}
"""What is cut off and what is added, by language."""


def derived(word: str, language: str, knows: Knows) -> Iterator[str]:
    """Yield the words of a language that are derived from one of its words."""
    yield from (one for one in _IRREGULAR.get(word, "").split() if knows(one))
    if language == "de":
        yield from _german(word, knows)
    elif word[:1].isupper() and language in _ENDINGS:
        cuts, endings = _ENDINGS[language]
        for made in _joined(word, cuts, endings):
            yield from (one for one in (made.lower(), made) if knows(one))
    elif language == "en" and knows(word + "ry"):
        yield word + "ry"


def derived_from_unknown(word: str) -> Iterator[str]:
    """Yield the forms of the regular derivations of a German name."""
    for ending in ADJECTIVE_ENDINGS:
        yield word.lower() + "isch" + ending
    for ending in ("er", "ers", "ern", "erin", "erinnen"):
        yield word + ending


def _joined(word: str, cuts: Iterable[str], endings: Iterable[str]) -> Iterator[str]:
    """Yield the word with each ending, each of the cuts cut off before."""
    for cut, ending in product(cuts, endings):
        stem = word.removesuffix(cut)
        if len(stem) >= _SHORTEST_STEM and word == stem + cut:
            yield stem + ending


def _german(word: str, knows: Knows) -> Iterator[str]:
    small = word.lower()
    if word[:1].islower():
        yield from _nominalised(word, knows)
        return
    yield from _feminine(word, knows)
    if _is_name(word, knows):
        for cut, adjectives, people in _PLACES:
            known = [
                one for one in _joined(small, [cut], adjectives.split()) if knows(one)
            ]
            yield from known
            if known:
                yield from _people(_joined(word, [cut], people.split()), knows)
    else:
        more = (*_joined(small, _SCIENCES, ("isch",)), small + "lich")
        yield from (one for one in more if knows(one))


def _is_name(word: str, knows: Knows) -> bool:
    """Say whether a noun has no plural, as far as a lexicon shows it at once."""
    return word.endswith(("a", "o", "i")) or not any(
        knows(word + ending) for ending in ("e", "n", "en")
    )


def _nominalised(verb: str, knows: Knows) -> Iterator[str]:
    """Yield what a verb's doing is called: liefern, Lieferung."""
    for ending, noun in (("eln", "lung"), ("en", "ung"), ("n", "ung")):
        made = verb.removesuffix(ending).capitalize() + noun
        if verb.endswith(ending) and knows(made):
            yield made
            return


def _feminine(word: str, knows: Knows) -> Iterator[str]:
    """Yield the woman's word: Ministerin, Kollegin, Ärztin."""
    bases = [word, word.removesuffix("e"), *mutated(word)]
    if word.endswith("schaft"):
        bases.append(word + "er")
        yield from (word + ending for ending in ("er", "erin") if knows(word + ending))
    for base in bases:
        if knows(base + "in") and knows(base + "innen"):
            yield base + "in"


def _people(names: Iterable[str], knows: Knows) -> Iterator[str]:
    """Yield those of the names that people have, men and women."""
    for name in names:
        woman = name.removesuffix("e") + "in"
        if knows(name) and knows(woman):
            yield from (name, woman)
        elif knows(name) and name.endswith("i"):
            yield name
