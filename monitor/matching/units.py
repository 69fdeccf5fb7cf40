"""What a query asks of one word of a text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from monitor.matching.forms import Affix, WordForm
from monitor.matching.spelling import exact_form
from monitor.text.folding import keys

_WHOLE: Final = Affix.NONE  # asked of each form of each rule, and quicker so


class Test(Protocol):
    """What decides on the word as it is spelled, where the key is right."""

    def admits(self, word: str) -> bool:
        """Say whether the word of a text is met."""


@dataclass(frozen=True, slots=True)
class Exactly:
    """Met by one spelling alone."""

    spelling: str

    def admits(self, word: str) -> bool:
        """Say whether the word of a text is spelled so."""
        return exact_form(word) == self.spelling


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Met where one of two tests is passed."""

    first: Test
    second: Test

    @staticmethod
    def of(first: Test | None, second: Test) -> Test:
        """Return the test for what passes either; there may be no first."""
        return second if first is None else AnyOf(first, second)

    def admits(self, word: str) -> bool:
        """Say whether the word of a text passes one of the tests."""
        return self.first.admits(word) or self.second.admits(word)


@dataclass(frozen=True, slots=True)
class Unit:
    """What one word must be: one of the forms, else (spelled exactly) the text.

    `wildcards` are the spellings of a word with ``*`` and ``?``.
    """

    text: str
    forms: tuple[WordForm, ...] = ()
    is_exact: bool = False
    wildcards: tuple[str, ...] = ()

    def whole_words(self) -> Iterator[tuple[tuple[str, ...], Test | None]]:
        """Yield the keys of words that are met, with what else they must pass."""
        for form in self.forms:
            if form.affix is _WHOLE:
                yield form.keys, None if form.is_free else form
        if not self.forms and not self.wildcards:
            exactly = Exactly(exact_form(self.text)) if self.is_exact else None
            yield keys(self.text), exactly

    def affixes(self) -> Sequence[WordForm]:
        """Return the forms that are met inside longer words."""
        return [form for form in self.forms if form.affix is not _WHOLE]

    @property
    def listed_keys(self) -> frozenset[str] | None:
        """The keys of all words that are met, None if no key tells of some."""
        if self.is_open:
            return None
        return frozenset(key for found, _ in self.whole_words() for key in found)

    @property
    def is_open(self) -> bool:
        """Whether words are met that no key tells of."""
        return bool(self.wildcards or self.affixes())
