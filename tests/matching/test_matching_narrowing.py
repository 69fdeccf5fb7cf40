"""What an entry must have where a query is true, for who looks in an index."""

from __future__ import annotations

import pytest

from monitor.matching import QueryCompiler, compile_query
from monitor.matching.forms import Affix, WordForm
from monitor.matching.narrowing import anchor_keys

LISTS = {"land": ["Baku", "Kiew"], "offen": ["Baku", "*stan"]}
FORMS = {
    "Waffe": (WordForm("Waffe"), WordForm("Waffen")),
    "~Gipfel": (WordForm("Gipfel"), WordForm("gipfel", affix=Affix.SUFFIX)),
    "Müller": (WordForm("Müller"), WordForm("Müllers")),
}


def keys(query: str) -> set[str] | None:
    found = anchor_keys(compile_query(query, LISTS, forms=FORMS, bound=True))
    return None if found is None else set(found)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("Baku", {"baku"}),
        ("Waffe", {"waffe", "waffen"}),
        ("Müller", {"muller", "mueller", "mullers", "muellers"}),
        ("Baku OR Kiew", {"baku", "kiew"}),
        ("$land", {"baku", "kiew"}),
        ("title:Baku", {"baku"}),
        ("=Baku", {"baku"}),
        ('"Baku"', {"baku"}),
        ("Baku AND NOT Kiew", {"baku"}),
        ("Baku AND *stan", {"baku"}),
        ("~Gipfel AND Baku", {"baku"}),
        ("tag:de AND Baku", {"baku"}),
        ("ATLEAST/2 Baku", {"baku"}),
    ],
)
def test_keys_are_those_of_every_form_of_what_is_required(
    query: str, expected: set[str]
) -> None:
    assert keys(query) == expected


@pytest.mark.parametrize(
    "query",
    [
        *("NOT Baku", "*stan", "~Gipfel", "tag:de", "url:live", "/Baku/", "$offen"),
        *(
            "Baku OR *stan",
            "Baku OR NOT Kiew",
            "Baku OR lang:de",
            "1 OF (Baku, x*stan)",
        ),
    ],
)
def test_where_no_whole_word_need_be_there_all_entries_are_to_be_looked_at(
    query: str,
) -> None:
    assert keys(query) is None


@pytest.mark.parametrize(
    "query",
    ["Baku AND Aserbaidschan", "Baku NEAR/3 Aserbaidschan", '"Baku Aserbaidschan"'],
)
def test_of_two_required_words_the_longer_one_narrows(query: str) -> None:
    assert keys(query) == {"aserbaidschan"}


def test_enough_of_a_quorum_are_looked_for() -> None:
    found = keys("2 OF (Baku, Kiew, Tiflis)")

    assert found is not None
    assert len(found & {"baku", "kiew", "tiflis"}) >= 2, "one of any two that are there"


def test_a_word_with_a_hyphen_is_looked_for_in_parts_and_joined() -> None:
    found = keys("EU-Gipfel")

    assert found is not None
    assert "eugipfel" in found
    assert found & {"eu", "gipfel"}


def test_queries_that_share_words_keep_their_own_keys() -> None:
    compiler = QueryCompiler(LISTS, FORMS)
    queries = [compiler.compile(q, bound=False) for q in ("Baku", "title:Kiew", "Baku")]

    found = [anchor_keys(query) for query in queries]

    assert found == [{"baku"}, {"kiew"}, {"baku"}]
