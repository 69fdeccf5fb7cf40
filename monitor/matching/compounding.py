"""Compounds with a word, for `~`: by what they begin or end with.

Nobody can list German compounds, so they are met by their parts, and the lexicon's own
words tell where that goes wrong: Ratte begins with Rat, and what follows is no word.
So Ratte is excepted, and with it all that begins with Ratte. English compounds are
rarely written as one word; the lexicon's own are taken.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final

from monitor.matching.forms import MIN_REST, Affix, WordForm
from monitor.matching.german import (
    ADJECTIVE_ENDINGS,
    Knows,
    is_compound,
    is_syllable,
    modifies,
    vocabulary,
)
from monitor.text.folding import with_digraphs, without_umlauts

COMPOUNDING: Final = frozenset({"de", "en"})
"""The languages whose compounds are looked for."""

_SHORTEST_STEM: Final = 3
_SHORTEST_CUT_STEM: Final = 5
_SHORTEST_INFIX: Final = 5
_LONGEST_ENDING: Final = 2
_TELLING: Final = 3
_MANY: Final = 8
_GLANCE: Final = 3  # by so many letters most words are passed over
_NO_HEADS: Final = vocabulary(
    "ling chen lein ion ist ent ant eur ade age ier ner ler tum nis sal ung heit "
    "keit bar los sam haft elle ette end ern ein eis"
)
_NOUN_ENDINGS: Final = ("", "e", "en", "er", "ern", "es", "n", "s")
_SHORT_ENGLISH: Final = 3
_ENGLISH_ENDINGS: Final = vocabulary(
    "ship hood less ful able age ant ate ion ive ise ize ism ist ity ery ment ward "
    "wise ness ally ton ter"
)
_AFTER_SHORT_ENGLISH: Final = vocabulary(
    "ship time head plane fare path lord monger fire fight fighter point shot powder "
    "payer man men line maker runner smith boat craft force power field base strike "
    "lift port borne"
)


def folded(word: str) -> str:
    """Return a word in small letters without umlauts, as stems are compared."""
    return without_umlauts(word.lower())


def containing(words: Sequence[str], sought: Collection[str]) -> dict[str, list[str]]:
    """Return, for each stem, those of the words that begin or all but end with it."""
    found: dict[str, list[str]] = {stem: [] for stem in sought}
    size = min(_GLANCE, *map(len, sought))
    heads: dict[str, set[int]] = defaultdict(set)
    tails: dict[str, set[int]] = defaultdict(set)
    for stem in sought:
        heads[stem[:size]].add(len(stem))
        tails[stem[-size:]].add(len(stem))
    for word, small in zip(words, folded("\n".join(words)).split("\n"), strict=True):
        pieces = [small[:length] for length in heads.get(small[:size], ())]
        for at in range(len(small) - _LONGEST_ENDING, len(small) + 1):
            lengths = tails.get(small[at - size : at])
            if lengths:
                pieces += (small[at - n : at] for n in lengths if n <= at)
        if pieces:
            for piece in found.keys() & pieces:
                found[piece].append(word)
    return found


def stems(lemma: str) -> Iterator[str]:
    """Yield what the compounds of a lemma contain, as `folded` gives it."""
    stem = folded(lemma)
    if not lemma.isupper():  # EU-Gipfel needs its hyphen, and is met by it
        yield stem.removesuffix("e") if len(stem) >= _SHORTEST_CUT_STEM else stem


def english_compounds(lemma: str, words: Iterable[str], knows: Knows) -> Iterator[str]:
    """Yield those of the words that are compounds with a lemma, with their plurals."""
    is_short = len(lemma) <= _SHORT_ENGLISH
    for word in words:
        before, after = word.removesuffix(lemma), word.removeprefix(lemma)
        other = before if before != word else after
        if other in (word, "") or word.endswith("ing") or len(other) < _SHORT_ENGLISH:
            continue
        is_part = other not in _ENGLISH_ENDINGS and lemma not in _ENGLISH_ENDINGS
        if other in _AFTER_SHORT_ENGLISH if is_short else is_part and knows(other):
            yield from (word, word + "s")


def german_compounds(
    lemma: str, forms: Collection[str], words: Iterable[str], knows: Knows
) -> Iterator[WordForm]:
    """Yield the forms by which the compounds with a noun are met.

    `forms` are all forms of the noun, `words` the lexicon's words with its stem.
    """
    noun = Noun(lemma, forms, knows)
    for word in words:
        if word.lower() in noun.forms or not word.isalpha():
            continue
        if word[:1].islower():
            if noun.begins_adjective(word):
                stem = word.removesuffix("e")
                yield from (WordForm(stem + end) for end in ADJECTIVE_ENDINGS)
        else:
            noun.learn(word.lower())
    yield from noun.patterns()
    yield from noun.exceptions()


class Noun:
    """A noun inside compounds: what the lexicon's words teach of it."""

    def __init__(self, lemma: str, forms: Collection[str], knows: Knows) -> None:
        self._knows = knows
        self._lemma = lemma.lower()
        # Öl-, and not whatever begins with Ol.
        self._is_strict = len(lemma) < MIN_REST
        self._folded = with_digraphs if self._is_strict else without_umlauts
        self.forms = frozenset(form.lower() for form in forms) | {self._lemma}
        cut = self._lemma.removesuffix("e")
        self._cut = cut if len(self._lemma) >= _SHORTEST_CUT_STEM else self._lemma
        mutated = {form for form in self.forms if not form.startswith(self._cut)}
        self._beginnings = {self._lemma} | mutated
        self._openings = sorted({*self.forms, self._cut}, key=len, reverse=True)
        self._endings = sorted(self.forms, key=len, reverse=True)
        self._after = _Neighbours()
        self._before = _Neighbours()

    def learn(self, word: str) -> None:
        """Learn from a noun of the lexicon, in small letters."""
        small, cut = self._folded(word), self._folded(self._cut)
        if small.startswith(cut):
            opening, rest = self._opened(word)
            if opening == self._cut:
                self._beginnings.add(opening)
            self._after.add(small[len(cut) :], is_good=bool(rest))
        ending = self._ending(word)
        if ending:
            first = word[: len(word) - len(ending)]
            is_good = word.endswith(ending) and modifies(first, self._knows)
            self._before.add(self._folded(first)[::-1], is_good=is_good)

    def _ending(self, word: str) -> str:
        """Return the form a word ends with, or seems to if umlauts are left out."""
        small = self._folded(word)
        alike = [one for one in self._endings if small.endswith(self._folded(one))]
        return next(filter(word.endswith, alike), alike[0] if alike else "")

    def begins_adjective(self, word: str) -> bool:
        """Say whether an adjective is a compound: kriegsmüde, waffenfähig."""
        return any(
            len(rest) >= _SHORTEST_STEM
            and self._knows(rest)
            and self._knows(rest.removesuffix("e") + "em")
            for _, rest in self._openable(word)
        )

    def patterns(self) -> Iterator[WordForm]:
        """Yield the forms that meet compounds."""
        is_strict = self._is_strict
        for text in sorted(self._beginnings):
            yield _part(text, Affix.PREFIX, is_strict=is_strict)
        for text in sorted(self.forms):
            yield _part(text, Affix.SUFFIX, is_strict=is_strict)
        if len(self._cut) >= _SHORTEST_INFIX:
            for text in sorted({self._lemma} | self._beginnings):
                yield _part(text, Affix.INFIX)

    def exceptions(self) -> Iterator[WordForm]:
        """Yield the forms that take back what the patterns meet wrongly."""
        for rest, is_telling in self._after.bad():
            endings = ("",) if is_telling else _NOUN_ENDINGS
            for ending in endings:
                text = self._cut + rest + ending
                yield from self._taken(text, Affix.PREFIX, is_telling=is_telling)
        forms = sorted(form for form in self.forms if not self._is_other_woman(form))
        for rest, is_telling in self._before.bad():
            for form in forms:
                text = rest[::-1] + form
                yield from self._taken(text, Affix.SUFFIX, is_telling=is_telling)

    def _taken(
        self, text: str, affix: Affix, *, is_telling: bool
    ) -> Iterator[WordForm]:
        yield WordForm(text, affix=affix, is_except=True, is_whole=not is_telling)
        if is_telling and len(self._cut) >= _SHORTEST_INFIX:
            yield WordForm(text, affix=Affix.INFIX, is_except=True)

    def _is_other_woman(self, form: str) -> bool:
        """Say whether a word is a woman's, and written with another vowel.

        What ends like Tor by chance does not end like Törin.
        """
        return form.endswith(("in", "innen")) and not form.startswith(self._cut)

    def _opened(self, word: str) -> tuple[str, str]:
        """Return a compound's first part and the noun it ends with, empty if none."""
        for opening, rest in self._openable(word):
            if self._is_head(rest, is_cut=opening not in self.forms):
                return opening, rest
        return "", ""

    def _openable(self, word: str) -> Iterator[tuple[str, str]]:
        """Yield each way to cut the noun, and a linking -s, off a word's beginning."""
        for opening in self._openings:
            if word.startswith(opening):
                rest = word[len(opening) :]
                yield opening, rest
                if rest.startswith("s"):
                    yield opening, rest[1:]

    def _is_head(self, rest: str, *, is_cut: bool) -> bool:
        """Say whether what follows is a noun, or a compound of its own."""
        if len(rest) < _SHORTEST_STEM + is_cut or not is_syllable(rest):
            return False
        if rest in _NO_HEADS:
            return False
        return (
            self._knows(rest.capitalize())
            or (rest.endswith("er") and self._knows(rest[:-1] + "n"))
            or is_compound(rest, self._knows)
        )


class _Neighbours:
    """What stands beside a noun in the lexicon's words, seen from the noun."""

    def __init__(self) -> None:
        self._good: set[str] = set()
        self._bad: set[str] = set()
        self._sure: set[str] = {""}

    def add(self, rest: str, *, is_good: bool) -> None:
        """Add what stands beside the noun in a compound, or in a word that is none."""
        if is_good:
            self._sure.add(rest)
            self._good.update(rest[:end] for end in range(len(rest) + 1))
        else:
            self._bad.add(rest)

    def bad(self) -> list[tuple[str, bool]]:
        """Return what gives away a word that is no compound, and if that is telling.

        It is telling if no compound has it: the shortest such beginning of at least
        `_TELLING` letters, or of less if `_MANY` words have it. Where there is none
        only the word itself is meant.
        """
        bad = self._bad - self._sure
        counts = Counter(rest[:end] for rest in bad for end in range(1, _TELLING))
        found: set[tuple[str, bool]] = set()
        for rest in bad:
            beginnings = (
                one
                for one in (rest[:end] for end in range(1, len(rest) + 1))
                if counts.get(one, _MANY) >= _MANY or one == rest
            )
            telling = next((one for one in beginnings if one not in self._good), "")
            found.add((telling or rest, bool(telling)))
        return sorted(found)


def _part(text: str, affix: Affix, *, is_strict: bool = False) -> WordForm:
    return WordForm(
        text.capitalize(), is_capital=True, is_strict=is_strict, affix=affix
    )
