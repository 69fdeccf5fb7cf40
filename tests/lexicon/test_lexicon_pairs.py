"""Terms and words, made by hand: what is met in any form, what only with `~`."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import pytest

from monitor.lexicon import Lexicon
from monitor.matching import Document, compile_query
from monitor.matching.forms import Forms, asked

OWN = Path(__file__).with_name("pairs.txt")
SHARED = Path(__file__).parents[3] / "shared" / "corpus" / "word-pairs.tsv"


class Pair(NamedTuple):
    term: str
    word: str
    label: str


def own_pairs() -> list[Pair]:
    lines = OWN.read_text(encoding="utf-8").splitlines()
    return [
        Pair(head.split()[1], word, label)
        for line in lines
        if not line.startswith("#")
        for head, _, rest in [line.partition(":")]
        for label, words in zip("MSN", rest.split("|"), strict=True)
        for word in words.split()
    ]


def shared_pairs() -> list[Pair]:
    if not SHARED.exists():
        pytest.skip("../shared/corpus/word-pairs.tsv is not there")
    with SHARED.open(encoding="utf-8") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [Pair(row["term"], row["word"], row["label"]) for row in rows]


def forms_for(pairs: Iterable[Pair]) -> Forms:
    # A hyphenated term asks for its last word.
    words = {term for pair in pairs for term in (pair.term, pair.term.split("-")[-1])}
    return Lexicon().read({*words, *(asked(w, with_compounds=True) for w in words)})


def met(pairs: Iterable[Pair], label: str, sign: str, forms: Forms) -> tuple[int, int]:
    """Return how many pairs of a label are met, and how many there are."""
    chosen = [pair for pair in pairs if pair.label == label]
    found = [
        pair
        for pair in chosen
        if compile_query(sign + pair.term, forms=forms).match(
            Document(title=f"Heute: {pair.word}, sagt man.")
        )
    ]
    return len(found), len(chosen)


@pytest.fixture(scope="module")
def forms() -> Forms:
    return forms_for([*own_pairs(), *(shared_pairs() if SHARED.exists() else ())])


@pytest.fixture(params=[own_pairs, shared_pairs])
def given(request: pytest.FixtureRequest, forms: Forms) -> tuple[list[Pair], Forms]:
    return request.param(), forms


def test_a_bare_word_meets_its_inflections(given: tuple[list[Pair], Forms]) -> None:
    found, total = met(given[0], "M", "", given[1])
    assert found / total >= 0.98


def test_a_bare_word_meets_no_other_word(given: tuple[list[Pair], Forms]) -> None:
    found, total = met(given[0], "N", "", given[1])
    assert found / total <= 0.02


def test_a_tilde_meets_compounds_and_derivations(
    given: tuple[list[Pair], Forms],
) -> None:
    found, total = met(given[0], "S", "~", given[1])
    assert found / total >= 0.95


def test_a_tilde_meets_few_other_words(given: tuple[list[Pair], Forms]) -> None:
    found, total = met(given[0], "N", "~", given[1])
    assert found / total <= 0.05


def test_a_tilde_meets_what_the_bare_word_meets(
    given: tuple[list[Pair], Forms],
) -> None:
    assert met(given[0], "M", "~", given[1]) == met(given[0], "M", "", given[1])
