"""Which entries tell the same text, which of one event, and which only sound alike."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from histories import CORPUS, REAL, history
from story_pairs import EDITS, ONE, OTHER, OTHER_EVENTS, headlines, pairs, told_by

from monitor.feeds.publisher import domain, publisher
from monitor.feeds.telling import SAME_TEXT, Telling, share, telling
from monitor.feeds.word_kinds import Looks
from monitor.model import Entry
from monitor.testing import START

BODY = (
    "Das teilte das Ministerium am Montag in Baku mit. Die Lieferung soll noch in "
    "diesem Jahr beginnen, hieß es, Einzelheiten wurden zunächst nicht bekannt gegeben."
)


def said(title: str, summary: str = "", **more: object) -> Entry:
    return Entry("g:1", title, summary, **more)


def of_two(one: Entry, other: Entry) -> Telling:
    """Return what two entries are to each other if two publishers tell them."""
    return telling(told_by(ONE, one), told_by(OTHER, other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Aktie von Adler steigt um 3 %", "Aktie von Adler steigt um 4 %"),
        ("Aktie von Adler steigt um 3 %", "Aktie von Adler steigt um 3 \u20ac"),
        ("Aktienkurs von Adler steigt um 3 %", "Aktienkurs von Falke steigt um 3 %"),
        ("Kurs von Adler steigt am Montag", "Kurs von Adler fällt am Montag"),
        ("Wetter in Bonn: Sonne bei 5 Grad", "Wetter in Bonn: Sonne bei -5 Grad"),
        ("Wetter in Bonn: heute viel Sonne", "Wetter in Ulm: heute viel Sonne"),
        ("Lotto am Samstag: 3, 7, 12, 28", "Lotto am Samstag: 3, 7, 12, 29"),
        ("Adler Bonn schlägt Falken Ulm 3:1", "Falken Ulm schlägt Adler Bonn 3:1"),
        ("Adler Bonn gegen Falken Ulm 3:1", "Adler Bonn gegen Falken Ulm 1:3"),
        (
            "Minister Tarek tritt zurück und geht",
            "Minister Tarek tritt nicht zurück und geht",
        ),
        ("Gericht erlaubt die Demo in Bonn", "Gericht verbietet die Demo in Bonn"),
        ("Rat stimmt für das Gesetz", "Rat stimmt gegen das Gesetz"),
        ("Tarek telefoniert mit Bruk", "Tarek telefoniert mit Bruk und Sellin"),
        ("Zug in Mainz entgleist: ein Toter", "Zug in Mainz entgleist: zwei Tote"),
        ("Zug bei Mainz entgleist", "Zug bei Mainz entgleist: Tote"),
        ("Richter nennen Tarek schuldig", "Richter nennen Tarek unschuldig"),
        ("Zoll fand 12 Kisten im Hafen", "Zoll fand zwölf Kisten im Hafen"),
        (
            "Court finds Tarek guilty of bribery",
            "Court finds Tarek not guilty of bribery",
        ),
        ("Fed raises rates by a quarter point", "Fed cuts rates by a quarter point"),
        ("Police say Tarek can leave Bonn", "Police say Tarek can't leave Bonn"),
        ("Live-Ticker: Adler Bonn", "Live-Ticker: Falken Ulm"),
    ],
)
@pytest.mark.parametrize("summary", ["", BODY], ids=["bare", "with_body"])
def test_another_fact_is_another_event_however_alike_the_words_are(
    one: str, other: str, summary: str
) -> None:
    found = of_two(said(one, summary), said(other, summary))
    assert found is not Telling.SAME_TEXT


@pytest.mark.parametrize(
    "changed",
    [
        BODY.replace("Baku", "Eriwan"),
        BODY.replace("Montag", "Dienstag"),
        BODY.replace("nicht ", ""),
        BODY.replace("Jahr", "Monat"),
        BODY.replace("in Baku", "in Baku und Eriwan"),
        BODY.replace("Lieferung", "Lieferung von 40 Stück"),
        BODY.replace("beginnen", "enden"),
        f"Bonn (dpa) - {BODY}",
    ],
)
def test_another_fact_below_one_headline_is_another_event(changed: str) -> None:
    title = "Aserbaidschan erwägt Waffenlieferungen"
    one = said(title, f"Riga (dpa) - {BODY}" if "dpa" in changed else BODY)
    assert of_two(one, said(title, changed)) is not Telling.SAME_TEXT


@pytest.mark.parametrize(
    "copy",
    [
        said("Aserbaidschan erwägt Waffenlieferungen", BODY),
        said("EILMELDUNG: Aserbaidschan erwägt Waffenlieferungen", BODY),
        said("Aserbaidschan erwägt Waffenlieferungen - Other", BODY),
        said("Aserbaidschan erwägt Waffenlieferungen | The Other", BODY),
        said("ASERBAIDSCHAN ERWÄGT WAFFENLIEFERUNGEN", BODY),
        said("Aserbaidschan erwägt „Waffenlieferungen“", f"Baku (dpa) \u2013 {BODY}"),
        said("Aserbaidschan erwägt Waffenlieferungen", f"{BODY[:-30]}\u2026"),
        said("Aserbaidschan erwägt Waffenlieferungen", f"{BODY[:-17]} [...]"),
        said("Aserbaidschan prüft Waffenlieferungen", BODY),
        said("Aserbaidschan erwägt Waffenlieferungen", BODY.replace("noch ", "")),
        said("Aserbaidschan erwägt Waffenlieferungen", BODY.replace("soll", "könnte")),
        said("Aserbaidschan erwägt Waffenlieferungen", f"{BODY} Mehr in Kürze."[:-15]),
        said("Aserbaidschan erwägt Waffenlieferungen", content=BODY),
    ],
)
def test_lightly_edited_copy_is_the_same_text(copy: Entry) -> None:
    one = said("Aserbaidschan erwägt Waffenlieferungen", BODY)
    ours, theirs = told_by(ONE, one), told_by(OTHER, copy)
    assert telling(ours, theirs) is telling(theirs, ours) is Telling.SAME_TEXT


@pytest.mark.parametrize("title", ["Was heute wichtig ist", "Pressestimmen", "", "!"])
def test_headline_of_few_words_tells_nothing(title: str) -> None:
    assert of_two(said(title), said(title)) is not Telling.SAME_TEXT


def test_same_event_in_other_words_is_linked() -> None:
    one = said("Aserbaidschan erwägt Waffenlieferungen an Kiew", BODY)
    other = said(
        "Waffenlieferungen an Kiew: Aserbaidschan wagt sich vor",
        "Die Lieferung soll noch in diesem Jahr beginnen, teilte das Ministerium in "
        "Baku mit. Einzelheiten wurden nicht bekannt.",
    )
    assert of_two(one, other) is Telling.SAME_EVENT


def test_another_event_in_half_the_words_is_not_linked() -> None:
    one = said("Zug entgleist bei Mainz: 3 Verletzte auf der Strecke")
    for title in (
        "Zug entgleist bei Mainz: 5 Verletzte auf der Strecke",
        "Bus verunglückt bei Ulm: 3 Verletzte auf der Strecke",
    ):
        assert of_two(one, said(title)).name.startswith("OTHER")
    assert of_two(one, said("Schach in Oslo")) is Telling.OTHER_WORDS


def test_denial_is_not_linked_to_what_it_denies() -> None:
    one = said("Aserbaidschan erwägt Waffenlieferungen an Kiew", BODY)
    other = said("Aserbaidschan erwägt keine Waffenlieferungen an Kiew", BODY)
    assert of_two(one, other) is Telling.OTHER_TURN


def test_one_publisher_tells_each_of_its_texts() -> None:
    one = said("Aserbaidschan erwägt Waffenlieferungen an Kiew", BODY)
    assert telling(told_by(ONE, one), told_by(ONE, one)) is Telling.SAME_PUBLISHER
    nobody = told_by("", one)
    assert telling(nobody, told_by(ONE, one)) is Telling.SAME_PUBLISHER
    assert telling(told_by(ONE, one), nobody) is Telling.SAME_PUBLISHER


def test_only_what_is_told_within_two_days_is_one_story() -> None:
    one, other = (told_by(f, said("A", BODY)) for f in (ONE, OTHER))
    late = replace(other, at=START + timedelta(hours=49))
    assert telling(one, late) is Telling.NOT_IN_TIME
    old = replace(other, published_at=START - timedelta(days=7))
    new = replace(one, published_at=START)
    assert telling(new, old) is Telling.NOT_IN_TIME
    assert telling(new, replace(old, published_at=START)) is Telling.SAME_TEXT


def test_what_stands_behind_the_compared_words_has_to_be_the_same() -> None:
    long = BODY * 40
    one, other = said("Lange Lage", long), said("Lange Lage", f"{long} Und 5 Tote.")
    assert of_two(one, one) is Telling.SAME_TEXT
    assert of_two(one, other) is not Telling.SAME_TEXT


def test_no_words_have_nothing_in_common() -> None:
    assert share(told_by(ONE, said("")), told_by(OTHER, said(""))) == 0.0


def test_words_that_were_looked_up_take_a_bounded_memory() -> None:
    looks = Looks(2)
    assert [looks[word].key for word in ("Baku", "Bonn", "Rom", "Baku")] == [
        "baku",
        "bonn",
        "rom",
        "baku",
    ]
    assert len(looks) <= 2


# --- who publishes ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://www.faz.example.co.uk/rss", "example.co.uk"),
        ("https://news.example.org./x", "example.org"),
        ("https://anna.github.io/feed", "anna.github.io"),
        ("http://127.0.0.1:80/feed", "127.0.0.1"),
        ("http://[::1]/feed", "::1"),
        ("http://localhost/feed", "localhost"),
        ("https://${HOST}/feed", ""),
        ("http://[x/feed", ""),
        ("mailto:desk@example.org", ""),
        ("", ""),
    ],
)
def test_publisher_is_the_registered_domain(url: str, expected: str) -> None:
    assert domain(url) == expected


def test_aggregators_copy_is_that_of_the_publisher_it_links_to() -> None:
    feed = "https://aggregator.example/rss"
    copied = said("x", link="https://www.one.example/a")
    assert publisher(copied, feed) == "one.example"
    assert publisher(said("x"), feed) == "aggregator.example"
    assert publisher(said("x"), "${FEED}") == ""
    moved = replace(copied, canonical_link="https://other.example/b")
    assert publisher(moved, feed) == "other.example"


# --- measured -----------------------------------------------------------------------


def assert_measured(entries: list[Entry], at_least: int) -> None:
    """Hold what the documentation says of pairs made from these entries."""
    copies = Counter(telling(a, b) for a, b, _ in pairs(entries, EDITS))
    others = [(a, b) for a, b, _ in pairs(entries, OTHER_EVENTS)]
    held = [(a, b) for a, b in others if telling(a, b) is Telling.SAME_TEXT]
    assert copies.total() + len(others) >= at_least
    assert sum(share(a, b) >= SAME_TEXT for a, b in others) >= at_least / 6
    assert held == []
    assert copies[Telling.SAME_TEXT] >= 0.95 * copies.total()


def test_of_our_own_headlines_copies_join_and_no_other_event_does() -> None:
    assert_measured(list(headlines(1_000)), 1_500)


@pytest.mark.skipif(
    not CORPUS.exists(), reason="../shared/corpus/history.tar.xz is not there"
)
@pytest.mark.parametrize("name", REAL)
def test_of_real_headlines_copies_join_and_no_other_event_does(name: str) -> None:
    shots = history(name)
    entries = {(e.title, e.summary): e for shot in shots for e in shot.entries}
    assert_measured(list(entries.values()), 3_000)
