"""English grammar, as far as a lexicon leaves forms out."""

from __future__ import annotations

from collections.abc import Callable, Iterator

Knows = Callable[[str], bool]


def completed_english(lemma: str, own: frozenset[str], knows: Knows) -> Iterator[str]:
    """Yield forms of a word that a lexicon lists as words of their own.

    `own` are all known forms: a verb is what has one that is no plural.
    """
    if lemma.endswith(("f", "fe")):
        plural = lemma.removesuffix("e")[:-1] + "ves"
        if knows(plural):
            yield plural  # leaf, leaves
    if lemma[:1].islower() and any(not form.endswith("s") for form in own - {lemma}):
        stem = lemma.removesuffix("e")
        for form in (stem + "ing", stem + stem[-1:] + "ing"):
            if knows(form) and (stem != lemma or not knows(stem + "e")):
                yield form
    if lemma[:1].islower():
        yield from _compared(lemma, knows)


def _compared(lemma: str, knows: Knows) -> Iterator[str]:
    """Yield bigger and biggest: a runner is no form of run, as nothing is runnest."""
    stem = lemma.removesuffix("e")
    other = stem if stem != lemma else stem + "e"  # sparer is no form of spar
    for base in (lemma + lemma[-1:], "" if knows(other) else stem):
        if base and knows(base + "er") and knows(base + "est"):
            yield from (base + "er", base + "est")
