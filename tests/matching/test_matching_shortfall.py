"""What keeps a query from being true, part by part."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.matching import Document, Lack, Shortfall, Unmet, compile_query
from monitor.model import Entry, Feed

LISTS = {"land": ["Aserbaidschan", "Alijew"]}
TEXT = "Alijew in Baku: Waffen, Schach und noch mehr Waffen. Ein Turnier in Kiew"


def found(query: str, text: str = TEXT) -> Shortfall:
    document = Document.of(Entry("g:1", text), Feed("news", "", timedelta(0)))
    return compile_query(query, LISTS).shortfall(document)


def missing(part: str) -> Unmet:
    return Unmet(part, Lack.MISSING)


@pytest.mark.parametrize(
    ("query", "met", "unmet"),
    [
        ("Baku", ["Baku"], []),
        ("Moskau", [], [missing("Moskau")]),
        ("Baku AND Moskau AND Paris", ["Baku"], [missing("Moskau"), missing("Paris")]),
        ("$land AND Moskau", ["Alijew"], [missing("Moskau")]),
        ("$land AND Baku", ["Alijew", "Baku"], []),
        ("(Moskau OR Paris) AND Baku", ["Baku"], [missing("Moskau OR Paris")]),
        (
            "(Moskau AND Paris) OR (Baku AND Rom)",
            ["Baku"],
            [missing("Rom")],
        ),
        (
            "Baku AND NOT (Schach OR Turnier)",
            ["Baku"],
            [Unmet("Schach OR Turnier", Lack.EXCLUDED, ("Schach", "Turnier"))],
        ),
        ("Baku NEAR/3 Moskau", ["Baku"], [missing("Moskau")]),
        (
            "Baku NEAR/3 Kiew",
            ["Baku", "Kiew"],
            [Unmet("Baku NEAR/3 Kiew", Lack.APART, ("Baku", "Kiew"))],
        ),
        (
            "2 OF (Baku, Moskau, Paris)",
            ["Baku"],
            [Unmet("2 OF (Baku, Moskau, Paris)", Lack.TOO_FEW, ("Baku",))],
        ),
        (
            "2 OF (Rom, Moskau, Paris)",
            [],
            [missing("2 OF (Rom, Moskau, Paris)")],
        ),
        (
            "ATLEAST/3 Waffen",
            ["Waffen"],
            [Unmet("ATLEAST/3 Waffen", Lack.TOO_FEW, ("Waffen",))],
        ),
        ("NOT Moskau AND Rom", [], [missing("Rom")]),
    ],
)
def test_each_part_that_is_not_met_is_named(
    query: str, met: list[str], unmet: list[Unmet]
) -> None:
    assert found(query) == Shortfall(tuple(met), tuple(unmet))
