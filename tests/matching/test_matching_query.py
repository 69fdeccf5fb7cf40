"""What a query matches, and the places that it gives for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.matching import Document, compile_query
from monitor.model import Because


def pieces(query: str, document: Document | str) -> list[str] | None:
    """Return the texts that made a query true of a document (a text is a title)."""
    if isinstance(document, str):
        document = Document(title=document)
    because = compile_query(query).match(document)
    return None if because is None else [each.text for each in because]


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ("krieg", "Der KRIEG, der Krieg", ["KRIEG", "Krieg"]),
        ("Krieg", "Kriege", None),
        ("Müller", "Mueller und Muller", ["Mueller", "Muller"]),
        ("Tuerkei", "Türkei", ["Türkei"]),
        ("Strasse", "Straße", ["Straße"]),
        ("Erdogan", "Erdoğan", ["Erdoğan"]),
        ("Waffenlieferungen", "Waffen\u00adlieferungen", ["Waffen\u00adlieferungen"]),
        ("Waffenlieferungen", "Waffen-Lieferungen?", ["Waffen-Lieferungen"]),
        ("Waffen-Lieferungen", "Waffenlieferungen", ["Waffenlieferungen"]),
        ("EU-Gipfel", "EU-Gipfel EU Gipfel EUGipfel", [..., ..., ...]),
        ("EU-Gipfel", "Gipfel der EU", None),
        ("Sanktionen", "EU-Sanktionen", ["Sanktionen"]),
        ("Müller/Meier", "Müller-Meier", ["Müller-Meier"]),
        ("9/11", "am 9/11, nicht 911", ["9/11"]),
        ("AT&T", "AT&T-Chef", ["AT&T"]),
        ("C++", "in C und C++.", ["C++"]),
        ("U.S.", "the U.S. army", ["U.S"]),
        ("3,5", "um 3,5 Prozent, nicht 3 oder 5", ["3,5"]),
        ("F-35", "F-35 und F35", ["F-35", "F35"]),
        ("@bundeskanzler", "@bundeskanzler, Bundeskanzler", ["@bundeskanzler"]),
        ("Journalist", "Journalist:innen", ["Journalist"]),
        ("Journalist:innen", "JournalistInnen", ["JournalistInnen"]),
        ("Azerbaijan", "Azerbaijan's army", ["Azerbaijan"]),
        ("Azerbaijan's", "Azerbaijan's army", ["Azerbaijan's"]),
        ("Baku:", "Baku", ["Baku"]),
        ("東京", "在東京都", ["東京"]),
        ("東京", "東の京", None),
        ("ไทย", "ประเทศไทย", ["ไทย"]),
        # phrases
        ('"schwere Waffen"', "schwere-Waffen, schwere, Waffen", [..., ...]),
        ('"schwere Waffenlieferung"', "schwere Waffen-Lieferung", [...]),
        ("„schwere Waffen“", "Waffen schwere", None),
        ("»der EU-Gipfel«", "Der EUGipfel", ["Der EUGipfel"]),
        ('"a b a"', "a b a b a", ["a b a", "a b a"]),
        # exactly so
        ("=NASA", "Nasa, NASA, NASA-Chef", ["NASA", "NASA"]),
        ("=Müller", "Mueller, Müller", ["Müller"]),
        ('="Die Linke"', "die Linke; Die\u00a0Linke", ["Die\u00a0Linke"]),
        ('="Die Linke!"', "Die Linke", ["Die Linke"]),
        ("=EU-Gipfel", "EU Gipfel, EU–Gipfel", ["EU–Gipfel"]),  # noqa: RUF001
        # wildcards
        ("Waffen*", "Waffe, Waffen, Waffen-Lager", ["Waffen", "Waffen-Lager"]),
        ("*lieferung", "Waffen-Lieferung", ["Waffen-Lieferung"]),
        ("Wa?fe", "Waffe, Wafe", ["Waffe"]),
        ("Rüst*ter", "Ruestungsgüter", ["Ruestungsgüter"]),
        ("EU-Gip*", "EU Gipfels, EUGipfel", ["EU Gipfels", "EUGipfel"]),
        ("*a*b*c*", "xaxbxcx, abc, acb", ["xaxbxcx", "abc"]),
        # operators
        ("a AND b", "b a", ["b", "a"]),
        ("a UND b && c", "a b", None),
        ("a ODER b | c || d", "d b", ["d", "b"]),
        ("a NOT b", "a", ["a"]),
        ("a -b", "a b", None),
        ("a AND NICHT b", "a b", None),
        ("a AND !b", "a c", ["a"]),
        ("NOT (NOT a)", "a", ["a"]),
        ("NOT NOT a", "a", ["a"]),
        ("a AND NOT (b AND c)", "a b", ["a"]),
        ("a AND (b OR c) AND -(d OR e)", "a c", ["a", "c"]),
        ("a\r\nAND\u00a0b", "a b", ["a", "b"]),
    ],
)
def test_words(query: str, text: str, expected: list[object] | None) -> None:
    found = pieces(query, text)
    if expected and ... in expected:
        assert found is not None
        assert len(found) == len(expected)
    else:
        assert found == expected


DOCUMENT = Document(
    title="Baku kauft Waffen",
    summary="Schwere",
    content="Waffen aus Israel, sagt Baku",
    author="Jörg Müller",
    language="de-AT",
    url="https://user@www.Spiegel.de:443/live/1",
    feed="dw-top",
    tags=("politik", "Große  Lage"),
    categories=("Außenpolitik",),
)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("title:Waffen", [("title", "Waffen")]),
        ("intitle:Waffen", [("title", "Waffen")]),
        ("TITLE:Waffen", [("title", "Waffen")]),
        ("summary:Waffen", None),
        ("text:Baku", [("title", "Baku"), ("content", "Baku")]),
        ("Müller", None),
        ("author:Mueller", [("author", "Müller")]),
        ('"Schwere Waffen"', None),  # never across fields
        ("title:(Baku AND Waffen)", [("title", "Baku"), ("title", "Waffen")]),
        ("title:(Baku OR content:Israel)", [("title", "Baku"), ("content", "Israel")]),
        ("lang:de", [("lang", "de-AT")]),
        ("lang:DE_at", [("lang", "de-AT")]),
        ("lang:d", None),
        ("feed:DW-top", [("feed", "dw-top")]),
        ("feed:dw*", [("feed", "dw-top")]),
        ("feed:dw", None),
        ("tag:Politik", [("tag", "politik")]),
        ('tag:"grosse lage"', [("tag", "Große  Lage")]),
        ("tag:pol", None),
        ("tag:polit*", [("tag", "politik")]),
        ("category:Aussenpolitik", [("category", "Außenpolitik")]),
        ("site:spiegel.de", [("site", "Spiegel.de")]),
        ("site:https://spiegel.de/x", [("site", "Spiegel.de")]),
        ("site:*.spiegel.de", [("site", "Spiegel.de")]),
        ("site:iegel.de", None),
        ("site:/", None),
        ("url:/LIVE/", [("url", "/live/")]),
        ("inurl:/live/", [("url", "/live/")]),
        ("url:/blog/", None),
        ("site:(zeit.de OR spiegel.de)", [("site", "Spiegel.de")]),
        ("site:(zeit.de ODER (spiegel.de))", [("site", "Spiegel.de")]),
        ("url:(/live/ NOT /blog/)", [("url", "/live/")]),
        ("(lang:de)", [("lang", "de-AT")]),
        ("tag:$themen", [("tag", "politik")]),
    ],
)
def test_fields(query: str, expected: list[tuple[str, str]] | None) -> None:
    lists = {"themen": ["Politik", "Große Lage im Land"]}
    because = compile_query(query, lists).match(DOCUMENT)
    found = None if because is None else [(b.field, b.text) for b in because]
    assert found == expected


def test_a_place_is_where_it_says_and_names_the_term_as_written() -> None:
    because = compile_query('title:"kauft waffen" OR site:spiegel.de OR =Israel').match(
        DOCUMENT
    )
    assert because == (
        Because("title", '"kauft waffen"', "kauft Waffen", 5, 17),
        Because("content", "=Israel", "Israel", 11, 17),
        Because("site", "spiegel.de", "Spiegel.de", 17, 27),
    )
    assert DOCUMENT.url[17:27] == "Spiegel.de"


def test_all_sides_that_are_true_and_none_under_a_negation() -> None:
    query = compile_query("(Baku OR Tiflis OR Waffen) AND NOT (Schach OR Israel AND x)")
    because = query.match(Document("Waffen in Baku, Israel"))
    assert because is not None
    assert [b.term for b in because] == ["Waffen", "Baku"]


def test_places_are_bounded_for_each_term() -> None:
    because = compile_query("a OR b").match(Document("a " * 30 + "b", "a"))
    assert because is not None
    assert len(because) == 11


def test_documents_without_an_address_have_no_site() -> None:
    assert compile_query("site:a.de OR url:a").match(Document()) is None
    assert compile_query("site:a.de").match(Document(url="no address")) is None


@pytest.mark.parametrize(
    "text", ["a" * 300_000, "a-" * 20_000, "aaa " * 60_000, "a." * 20_000]
)
def test_hostile_text_ends(text: str) -> None:
    query = compile_query('*a*a*a*a*a*b OR "a a a b" OR a-a-a-b OR aaaa?a*b OR x')
    assert query.match(Document(content=text)) is None


WORD = st.sampled_from(["Müller", "AT&T", "EU-Gipfel", "Straße", "Ærø", "Baku's", "Ж"])


@given(
    found=st.lists(WORD, min_size=1, max_size=3),
    between=st.text(" /.,aä", max_size=5),
    upper=st.booleans(),
)
def test_matching_ignores_case_and_order(
    *, found: list[str], between: str, upper: bool
) -> None:
    text = f" {between} ".join(found)
    query = " AND ".join(reversed(found))
    as_written = compile_query(query).match(Document(text))
    cased = compile_query(query).match(
        Document(text.upper() if upper else text.lower())
    )
    assert as_written is not None
    assert cased is not None
    assert len(as_written) == len(cased)
