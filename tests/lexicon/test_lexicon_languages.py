"""The lexica of other languages, by the same machinery."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Final, NamedTuple

import pytest

from monitor.lexicon import Lexicon
from monitor.matching import Document, compile_query
from monitor.matching.forms import Forms


class Words(NamedTuple):
    """What a term meets, and what it does not."""

    met: str
    others: str


EXPECTED: Final = {
    "ru": {
        "Азербайджан": Words("Азербайджана Азербайджане", "азербайджанский Грузия"),
        "~Азербайджан": Words("Азербайджану азербайджанского", "Грузия"),
        "оружие": Words("оружия оружием", "орудие"),
        "президент": Words("президента президентом президенты", "резидент"),
        "война": Words("войны войну войной", "воин"),
    },
    "uk": {
        "зброя": Words("зброї зброю зброєю", "збройний"),
        "~Азербайджан": Words("азербайджанський Азербайджану", "Грузія"),
        "війна": Words("війни війну", "воїн"),
        "місто": Words("міста містом", "місце"),
    },
    "tr": {
        "silah": Words("silahlar silahın", "sila"),  # noqa: RUF001 - Turkish
        "savaş": Words("savaşlar savaşta", "sava"),
        "başkan": Words("başkanı", "başka"),  # noqa: RUF001 - Turkish
    },
    "fr": {
        "arme": Words("armes", "armée"),
        "livraison": Words("livraisons", "livre"),
        "cheval": Words("chevaux", "chevelu"),
        "vendre": Words("vend vendu vendent", "vendredi"),
    },
    "pl": {
        "Azerbejdżan": Words("Azerbejdżanu Azerbejdżanem", "azerbejdżański"),
        "~Azerbejdżan": Words("azerbejdżańskiej", "Azerowie"),
        "wojna": Words("wojny wojnę", "wojsko"),
        "rząd": Words("rządu rządem", "rzadki"),
    },
}


@pytest.fixture(scope="module")
def read() -> dict[str, Forms]:
    """The forms of the terms of each language, read side by side."""
    with ThreadPoolExecutor(2) as pool:
        answers = pool.map(lambda name: Lexicon([name]).read(EXPECTED[name]), EXPECTED)
        return dict(zip(EXPECTED, answers, strict=True))


@pytest.mark.parametrize("language", EXPECTED)
def test_words_are_met_in_their_forms(language: str, read: dict[str, Forms]) -> None:
    for term, (words, others) in EXPECTED[language].items():
        query = compile_query(term, forms=read[language])
        met = [w for w in f"{words} {others}".split() if query.match(Document(title=w))]
        assert met == words.split()


@pytest.mark.parametrize(
    ("query", "text", "is_met"),
    [
        ("武器", "政府决定提供武器援助", True),
        ("アゼルバイジャン", "首相がアゼルバイジャンを訪問", True),
        ("武器 UND 援助", "政府决定提供武器援助", True),
        ('"武器援助"', "政府决定提供武器援助", True),
        ("援助武器", "政府决定提供武器援助", False),
        ("戦争", "首相がアゼルバイジャンを訪問", False),
    ],
)
def test_chinese_and_japanese_are_met_inside_the_text(
    query: str, text: str, *, is_met: bool
) -> None:
    assert (compile_query(query).match(Document(title=text)) is not None) == is_met
