"""A noun lexicon made by others: do its nouns meet their own forms, and no others?

What counts: each noun of the list that is one word of letters alone, names and
abbreviations too, in the forms that the list gives it, all rows of one spelling being
one noun. *Recall* is the part of all these forms, the noun itself left out, that it
meets as a bare word. A noun *catches* another if it meets one single word that the
list has, but not among this noun's forms, unless this is one word in two spellings
(Spass and Spaß share a key with a form of the noun's own) or the noun is itself listed
as a form of the other: Löhne is written as a plural of Lohn, and may meet it.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from importlib.resources import files

import pytest

from monitor.lexicon import Lexicon
from monitor.matching.forms import Forms
from monitor.text.folding import keys

EVERY = 10
FIRST_FORM = 7  # the columns before are the lemma, its kind and its gender

Nouns = dict[str, set[str]]


def known_nouns() -> Nouns:
    """Return every noun of the list that is one word, with all its forms."""
    found: Nouns = defaultdict(set)
    table = files("german_nouns").joinpath("nouns.csv").read_text(encoding="utf-8")
    for row in csv.reader(table.splitlines()[1:]):
        if row[0].isalpha() and len(row[0]) > 1:
            found[row[0]].update([row[0], *filter(str.isalpha, row[FIRST_FORM:])])
    return found


class Check:
    """The nouns of a sample, and which forms of all nouns each of them meets."""

    def __init__(self, nouns: Nouns, every: int) -> None:
        self.nouns = nouns
        self.sample = sorted(nouns)[::every]
        self.forms: Forms = Lexicon(["de", "en"]).read(self.sample)
        self.by_key: dict[str, set[str]] = defaultdict(set)
        self.owners: dict[str, set[str]] = defaultdict(set)
        sought = {
            key for some in self.forms.values() for form in some for key in form.keys
        }
        for noun, forms in nouns.items():
            for form in forms:
                for key in sought.intersection(keys(form)):
                    self.owners[form].add(noun)
                    self.by_key[key].add(form)

    def met(self, noun: str) -> set[str]:
        return {
            word
            for form in self.forms[noun]
            for key in form.keys
            for word in self.by_key.get(key, ())
            if form.admits(word)
        }

    def recall(self) -> float:
        """Return which part of all inflected forms is met."""
        wanted = {noun: self.nouns[noun] - {noun} for noun in self.sample}
        found = sum(len(forms & self.met(noun)) for noun, forms in wanted.items())
        return found / sum(map(len, wanted.values()))

    def catching(self) -> float:
        """Return which part of the nouns catches another, by one word or by more."""
        return sum(map(self._catches, self.sample)) / len(self.sample)

    def _catches(self, noun: str) -> bool:
        own = {key for form in self.nouns[noun] for key in keys(form)}
        return any(
            own.isdisjoint(keys(word))
            and not any(noun in self.nouns[owner] for owner in self.owners[word])
            for word in self.met(noun) - self.nouns[noun]
        )


@pytest.fixture(scope="module")
def check() -> Check:
    return Check(known_nouns(), EVERY)


def test_nouns_meet_their_inflected_forms(check: Check) -> None:
    assert check.recall() >= 0.96


def test_nouns_meet_no_form_of_another(check: Check) -> None:
    assert check.catching() <= 0.003
