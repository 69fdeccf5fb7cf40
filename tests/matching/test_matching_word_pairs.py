"""Hand-made pairs of a rule's term and a word in a text."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from monitor.matching import Document, compile_query

PAIRS = Path(__file__).parents[3] / "shared" / "corpus" / "word-pairs.tsv"

pytestmark = pytest.mark.skipif(
    not PAIRS.exists(), reason="../shared/corpus/word-pairs.tsv is not there"
)

# Pairs that are one word in two spellings.
SPELLINGS = {
    ("Aserbaidschan", "ASERBAIDSCHAN"),
    ("Ukraine", "UKRAINE"),
    ("Scholz", "Scholz'"),
    ("Türkei", "Tuerkei"),
    ("Tuerkei", "Türkei"),
    ("Straße", "Strasse"),
    ("STRASSE", "Straße"),
    ("Müller", "Mueller"),
    ("Köln", "KÖLN"),
    ("Erdogan", "Erdoğan"),
    ("Waffenlieferungen", "Waffen\u00adlieferungen"),
    ("Aserbaidschan", "Aser\u200bbaidschan"),
    ("Türkei", "Tu\u0308rkei"),
    ("Waffenlieferungen", "Waffen-Lieferungen"),
    ("Waffenlieferungen", "„Waffenlieferungen“"),
    ("Zürich", "Zurich"),
    ("Waffenlieferungen", "Rüstungs-/Waffenlieferungen"),
    ("Sanktionen", "EU-Sanktionen"),
    ("Israel", "Israel-Reise"),
    ("Baku", "Baku-Besuch"),
    ("Azerbaijan", "Azerbaijan's"),
    ("Azerbaijan", "Azerbaijan\u2019s"),
}


def pairs(labels: str) -> list[tuple[str, str]]:
    with PAIRS.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [(row["term"], row["word"]) for row in rows if row["label"] in labels]


def matches(term: str, word: str) -> bool:
    document = Document(title=f"Heute: {word}, sagt man.")
    return compile_query(term).match(document) is not None


def test_spellings_of_one_word_match() -> None:
    missed = [pair for pair in pairs("M") if pair in SPELLINGS and not matches(*pair)]
    assert missed == []
    assert set(pairs("M")) >= SPELLINGS


def test_other_words_do_not_match() -> None:
    assert [pair for pair in pairs("NS") if matches(*pair)] == []
