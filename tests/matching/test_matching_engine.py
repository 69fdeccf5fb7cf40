"""The engine against a plain reading: all constructs, random rules and texts."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from plain_reading import PlainReading

from monitor.matching import Document, RuleSet, compile_query
from monitor.matching.forms import Affix, WordForm
from monitor.model import Entry, Feed, Rule

FEED = Feed("dw", "https://example.org/dw", timedelta(minutes=10), tags=("de",))
LISTS = {
    "land": ["Baku", "EU-Gipfel", "Krieg OR Gip*el", "a b"],
    "alle": ["$land", "x", "東京", "Müller/Rat"],
}
FORMS = {
    "Krieg": (
        WordForm("Krieg"),
        WordForm("Kriege"),
        WordForm("Kriegen", is_capital=True),
    ),
    "~Krieg": (
        WordForm("Krieg"),
        WordForm("krieg", affix=Affix.SUFFIX),
        WordForm("kriegs", affix=Affix.PREFIX),
        WordForm("krieg", affix=Affix.INFIX),
        WordForm("kriegsbad", affix=Affix.PREFIX, is_except=True),
    ),
    "Rat": (WordForm("Rat"), WordForm("Räte", is_strict=True)),
    "~Rat": (
        WordForm("Rat"),
        WordForm("rat", affix=Affix.SUFFIX),
        WordForm("Rat", affix=Affix.PREFIX, is_capital=True),
        WordForm("rathaus", affix=Affix.PREFIX, is_except=True, is_whole=True),
    ),
    "Gipfel": (WordForm("Gipfel"), WordForm("Gipfels")),
    "Weg": (WordForm("Weg", is_capital=True), WordForm("Wege"), WordForm("weg")),
    "weg": (WordForm("Weg", is_capital=True), WordForm("Weg", is_strict=True)),
    "Straße": (WordForm("Straße", is_strict=True), WordForm("Straßen")),
}
PLAIN = PlainReading(LISTS, FORMS)

QUERY_WORDS = st.sampled_from(
    [
        *("Krieg", "krieg", "Rat", "Müller", "EU", "Gipfel", "a", "b", "x", "3,5"),
        *("AT&T", "Weg", "weg", "Straße", "東京", "京", "Journalist", "Scholz", "9"),
        *("Москва", "é", "911"),
    ]
)
TERMS = st.one_of(
    QUERY_WORDS,
    st.sampled_from(
        ["EU-Gipfel", "EU-Rat", "Müller/Rat", "~Krieg", "~EU-Krieg", "~Rat", "9/11"]
    ),
    st.sampled_from(
        [
            "Kri*g",
            "*pfel",
            "EU-Gip*",
            "?rieg*",
            "*rie*",
            "a*x*b",
            "U.S.",
            "Mü*er",
            "Str?ß*",
        ]
    ),
    st.lists(QUERY_WORDS, min_size=1, max_size=3).map(lambda w: f'"{" ".join(w)}"'),
    st.lists(QUERY_WORDS, min_size=2, max_size=3).map(lambda w: f'~"{" ".join(w)}"'),
    QUERY_WORDS.map(lambda word: f"={word}"),
    st.text("abäKriEUß東9", min_size=1, max_size=4).map(lambda word: f'"{word}"'),
    st.sampled_from(['="EU-Gipfel"', '="der Krieg"', '"EU-Gipfel a"', "=Räte"]),
)
PLACED = st.one_of(
    TERMS,
    TERMS,
    st.sampled_from(["$land", "$alle"]),
    st.tuples(TERMS, TERMS).map(lambda pair: f"({pair[0]} OR {pair[1]})"),
)
NEAR = st.tuples(
    st.lists(PLACED, min_size=2, max_size=3),
    st.sampled_from(["NEAR", "NEAR/0", "NEAR/1", "NEAR/2f", "ONEAR/1", "ONEAR"]),
).map(lambda both: f" {both[1]} ".join(both[0]))
LEAVES = st.one_of(
    TERMS,
    TERMS,
    NEAR.map(lambda query: f"({query})"),
    st.sampled_from(
        ["$land", "title:Krieg", "author:Müller", "lang:de", "content:$alle"]
    ),
    st.tuples(st.integers(1, 3), TERMS | st.just("$land")).map(
        lambda both: f"ATLEAST/{both[0]} {both[1]}"
    ),
    st.sampled_from(
        [r"/Kriegs?\b/", "/krieg/i", r"/\bR\w+/", r"/\w[^\W\d]/", r"/\Bie/"]
    ),
)
FIELDS = st.sampled_from(["title", "summary", "text", "author"])
QUERIES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]} AND {pair[1]})"),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]} OR {pair[1]})"),
        st.tuples(FIELDS, inner).map(lambda pair: f"{pair[0]}:({pair[1]})"),
        inner.map(lambda query: f"NOT ({query})"),
        st.tuples(st.integers(1, 2), st.lists(inner, min_size=2, max_size=3)).map(
            lambda both: f"{both[0]} OF ({', '.join(both[1])})"
        ),
    ),
    max_leaves=5,
)
TEXT_WORDS = st.sampled_from(
    [
        *(
            "Krieg",
            "krieg",
            "KRIEGEN",
            "Kriegen",
            "kriegen",
            "Kriege",
            "Müller",
            "muller",
        ),
        *("Mueller", "Räte", "Rate", "raete", "RAT", "Rat", "EU", "Gipfel", "Gipfels"),
        *("EUGipfel", "EU-Gipfels", "Bürgerkriege", "Kriegsende", "Kriegsbad", "der"),
        *("Bürgerkriegsende", "a", "b", "x", "axb", "3,5", "AT&T", "U.S.", "Baku", "—"),
        *("Journalist:innen", "Krieg's", "東京", "...", "Kri\u00adeg", "Rat:in", "ß"),
        *(
            "Weg",
            "weg",
            "WEGE",
            "Straße",
            "STRASSE",
            "strassen",
            "Scholz\u2019",
            "Scholz'",
        ),
        *("Journalist*innen", "Rathaus", "Ratsherr", "ratlos", "Stadtrat", "МОСКВА"),  # noqa: RUF001 - Cyrillic
        *(
            "9-11",
            "911",
            "Kriegs-/Ratsgipfel",
            "x-y-z-a-b",
            "é",
            "e\u0301",
            "İx",
            "„a“",
        ),
        *("東京と京", "Mueller's", "MÜLLER", "a.b.x", "C++", "@a", "東a"),
    ]
) | st.text("abäKriEU-'/.,:*·&+@_東é\u0301\u00adßn9„ \u2013", max_size=7)
SEPARATORS = st.sampled_from([" ", " ", " ", "-", ", ", "/", ".", " \n", "“ "])
TEXTS = st.lists(st.tuples(TEXT_WORDS, SEPARATORS), max_size=9).map(
    lambda pairs: "".join(word + separator for word, separator in pairs)
)


def found_by_index(
    queries: list[str], entry: Entry
) -> dict[str, set[tuple[str, str, int, int]]]:
    rules = [Rule(str(n), query, feeds=("dw",)) for n, query in enumerate(queries)]
    rule_set = RuleSet(rules, LISTS, [FEED], FORMS)
    before = Entry("b", entry.content, entry.title, entry.author, language="en")
    rule_set.matches(before, FEED)  # what is remembered of it changes nothing
    return {
        match.rule: {(b.field, b.term, b.start, b.end) for b in match.because}
        for match in rule_set.matches(entry, FEED)
    }


ENTRIES = st.builds(
    Entry,
    st.just("k"),
    TEXTS,
    TEXTS,
    TEXTS,
    author=TEXTS,
    language=st.just("de"),
    article=st.just("") | TEXTS,
)


@settings(max_examples=400, deadline=None)
@given(queries=st.lists(QUERIES, min_size=1, max_size=5), entry=ENTRIES)
def test_the_engine_finds_what_a_plain_reading_finds(
    queries: list[str], entry: Entry
) -> None:
    document = Document.of(entry, FEED)
    expected = {
        str(n): places
        for n, query in enumerate(queries)
        if (places := PLAIN.places(query, document)) is not None
    }
    assert found_by_index(queries, entry) == expected
    for n, query in enumerate(queries):
        alone = compile_query(query, LISTS, bound=True, forms=FORMS).match(document)
        assert (alone is not None) is (str(n) in expected)
