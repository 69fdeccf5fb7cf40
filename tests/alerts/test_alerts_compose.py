"""What a message says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts import PlannedAlert, compose, digest, ops_message
from monitor.alerts import test_message as probe
from monitor.alerts.excerpts import LONGEST, MOST, shortened
from monitor.alerts.sentences import sentences
from monitor.model import (
    Because,
    DigestItem,
    Entry,
    Excerpt,
    Message,
    MessageKind,
    Priority,
)

SEEN = datetime(2026, 1, 5, 12, tzinfo=UTC)
SUMMARY = "Gestern regnete es. Baku prüft Waffenlieferungen an Kiew. Das Wetter bleibt."


def because(entry: Entry, name: str, word: str, term: str = "") -> Because:
    start = getattr(entry, name).index(word)
    return Because(name, term or word, word, start, start + len(word))


def planned(
    *words: Because,
    number: int = 1,
    rule: str = "waffen",
    channels: tuple[str, ...] = ("desk",),
    priority: Priority = Priority.NORMAL,
) -> PlannedAlert:
    return PlannedAlert(number, rule, channels, priority, words)


def composed(entry: Entry, *alerts: PlannedAlert) -> dict[str, Message]:
    return dict(compose(entry, alerts, source="Nachrichten", first_seen_at=SEEN))


def shown(entry: Entry, *words: Because) -> list[str]:
    """Return the sentences with their marks in brackets."""
    found = []
    for excerpt in composed(entry, planned(*words))["desk"].excerpts:
        text = excerpt.text
        for start, end in reversed(excerpt.marks):
            text = f"{text[:start]}[{text[start:end]}]{text[end:]}"
        found.append(text)
    return found


def test_a_channel_gets_one_message_that_names_all_its_rules() -> None:
    entry = Entry("k", title="Titel")
    both, one = ("desk", "chief"), ("desk",)
    messages = composed(
        entry,
        planned(number=7, rule="a", channels=both),
        planned(number=9, rule="b", channels=one, priority=Priority.URGENT),
    )
    assert list(messages) == ["desk", "chief"]
    assert messages["desk"].rules == ("a", "b")
    assert messages["desk"].alerts == (7, 9)
    assert messages["desk"].priority is Priority.URGENT
    assert messages["chief"].rules == ("a",)
    assert messages["chief"].priority is Priority.NORMAL


def test_an_alert_without_channels_is_no_message() -> None:
    assert composed(Entry("k"), planned(channels=())) == {}


def test_the_message_says_what_is_known_of_the_entry() -> None:
    at = datetime(2026, 1, 4, tzinfo=UTC)
    entry = Entry(
        "k", title="T", link="https://a.example/1", author="A", published_at=at
    )
    ((_, message),) = compose(
        entry, [planned()], source="News", first_seen_at=SEEN, label="dated 12 days ago"
    )
    said = (message.title, message.link, message.author, message.source)
    assert said == ("T", "https://a.example/1", "A", "News")
    assert (message.published_at, message.first_seen_at) == (at, SEEN)
    assert message.labels == ("dated 12 days ago",)


def test_only_the_sentence_that_matched_is_shown_with_its_words_marked() -> None:
    entry = Entry("k", summary=SUMMARY)
    word = because(entry, "summary", "Waffenlieferungen")
    assert shown(entry, word) == ["Baku prüft [Waffenlieferungen] an Kiew."]


def test_a_match_in_the_title_needs_no_sentence_but_says_its_word() -> None:
    entry = Entry("k", title="Aserbaidschan liefert", summary=SUMMARY)
    message = composed(entry, planned(because(entry, "title", "Aserbaidschan")))["desk"]
    assert message.excerpts == ()
    assert message.terms == ("title: Aserbaidschan",)


def test_a_sentence_of_summary_and_content_is_told_once() -> None:
    entry = Entry("k", summary=SUMMARY, content=SUMMARY.replace(" Baku", "  Baku"))
    words = [because(entry, n, "Waffenlieferungen") for n in ("summary", "content")]
    assert len(shown(entry, *words)) == 1


def test_of_many_sentences_those_that_cover_most_words_are_told_in_order() -> None:
    text = "Baku eins. Baku zwei. Baku drei. Baku vier. Kiew fünf."
    entry = Entry("k", content=text)
    places = [i for i in range(len(text)) if text.startswith("Baku", i)]
    words = [Because("content", "Baku", "Baku", i, i + 4) for i in places]
    told = shown(entry, *words, because(entry, "content", "Kiew"))
    assert told == ["[Baku] eins.", "[Baku] zwei.", "[Kiew] fünf."]
    assert len(told) == MOST


# --- what only the article has -------------------------------------------------------

VISIT = Entry(
    "k",
    title="Aserbaidschan reist an",
    summary="Der Präsident Aserbaidschans kommt … Baku schweigt. Eriwan schweigt.",
    article="Der Präsident Aserbaidschans kommt am Montag. Es geht um Waffen.",
)
LAND = [
    because(VISIT, "title", "Aserbaidschan"),
    because(VISIT, "summary", "Aserbaidschans", "Aserbaidschan"),
    because(VISIT, "article", "Aserbaidschans", "Aserbaidschan"),
]
FOUND = "found in the article, not in the feed: Waffen"


def test_what_only_the_article_has_is_said() -> None:
    words = [*LAND, because(VISIT, "article", "Waffen", "~Waffe")]
    message = composed(VISIT, planned(*words))["desk"]
    assert message.labels == (FOUND,)
    assert message.terms[-1] == "article: Waffen ~ Waffe"


def test_what_the_feed_has_too_is_not_found_in_the_article() -> None:
    assert composed(VISIT, planned(*LAND))["desk"].labels == ()


def test_each_rule_is_asked_by_itself_what_the_feed_has() -> None:
    word = because(VISIT, "article", "Waffen")
    title = replace(word, field="title")  # another rule looks there
    messages = composed(VISIT, planned(title), planned(word, number=2, rule="b"))
    assert messages["desk"].labels == (FOUND,)


def test_the_sentence_of_the_article_is_among_the_first_three() -> None:
    names = ("Präsident", "Baku", "Eriwan")
    words = [because(VISIT, "summary", name) for name in names]
    told = shown(VISIT, *words, because(VISIT, "article", "Waffen"))
    assert told[-1] == "Es geht um [Waffen]."
    assert len(told) == MOST


def test_a_sentence_that_the_teaser_cut_off_is_told_once() -> None:
    entry = replace(VISIT, summary="Der Präsident Aserbaidschans kom…")
    words = [
        because(entry, "summary", "Aserbaidschans", "Aserbaidschan"),
        because(entry, "article", "Aserbaidschans", "Aserbaidschan"),
        because(entry, "article", "Montag"),
    ]
    assert shown(entry, *words) == [
        "Der Präsident [Aserbaidschans] kommt am [Montag].",
    ]
    assert shown(entry, *words[:2]) == ["Der Präsident [Aserbaidschans] kom…"]


def test_a_sentence_in_other_marks_is_told_once_with_its_own_words_marked() -> None:
    entry = Entry("k", summary="»Baku  zahlt«.", article="So: „Baku zahlt“.")
    words = [because(entry, name, "zahlt") for name in ("summary", "article")]
    assert shown(entry, *words) == ["»Baku  [zahlt]«."]


def test_marks_that_touch_are_one() -> None:
    entry = Entry("k", summary="Schwere Waffen rollen.")
    words = [
        because(entry, "summary", "Schwere Waffen"),
        because(entry, "summary", "Waffen rollen"),
    ]
    assert shown(entry, *words) == ["[Schwere Waffen rollen]."]


def test_a_phrase_over_the_end_of_a_sentence_is_marked_up_to_it() -> None:
    entry = Entry("k", summary="Das sind Waffen. Lieferungen folgen.")
    phrase = because(entry, "summary", "Waffen. Lieferungen")
    assert shown(entry, phrase) == ["Das sind [Waffen.]"]


def test_places_that_are_not_in_the_text_mark_nothing() -> None:
    entry = Entry("k", summary="Kurz.")
    assert shown(entry, Because("summary", "x", "x", 90, 91)) == ["Kurz."]
    blank = Entry("k", summary="  ")
    assert shown(blank, Because("summary", "x", "x", 0, 1)) == []


def test_a_long_sentence_is_cut_at_words_around_the_match() -> None:
    text = "vorher " * 200 + "Waffenlieferungen " + "nachher " * 200
    entry = Entry("k", summary=text)
    (told,) = shown(entry, because(entry, "summary", "Waffenlieferungen"))
    assert len(told) <= LONGEST + 2
    assert told.startswith("…vorher ")
    assert told.endswith(" nachher…")
    assert "[Waffenlieferungen]" in told


def test_reasons_say_where_what_and_which_term() -> None:
    entry = Entry("k", title="Aserbaidschans Außenminister in Kiew, in Kiew")
    words = [
        Because("title", "Aserbaidschan", "Aserbaidschans", 0, 14),
        Because("title", "~Minister", "Außenminister", 15, 28),
        Because("title", '"kiew"', "Kiew", 32, 36),
        Because("title", '"kiew"', "Kiew", 41, 45),
        Because("tag", "politik", "politik", 0, 7),
    ]
    assert composed(entry, planned(*words))["desk"].terms == (
        "title: Aserbaidschans ~ Aserbaidschan",
        "title: Außenminister ~ Minister",
        "title: Kiew",
        "tag: politik",
    )


def test_of_many_reasons_the_rest_is_counted() -> None:
    words = [Because("title", w, w, 0, 1) for w in "abcdefghijklmn"]
    message = composed(Entry("k"), planned(*words))["desk"]
    assert message.terms[0] == "title: a"
    assert message.terms[-2:] == ("title: l", "and 2 more")


def test_reports_and_tests_are_messages_of_their_own_kind() -> None:
    report, test = ops_message("feed x is gone", "Remove it."), probe("desk")
    assert (report.kind, report.title, report.text) == (
        MessageKind.OPS,
        "feed x is gone",
        "Remove it.",
    )
    assert test.kind is MessageKind.TEST
    assert "desk" in test.title


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Eins. Zwei! Drei? Vier", ["Eins.", "Zwei!", "Drei?", "Vier"]),
        ("Waffen, z. B. Panzer. Ende.", ["Waffen, z. B. Panzer.", "Ende."]),
        ("Waffen, z.B. Panzer. Ende.", ["Waffen, z.B. Panzer.", "Ende."]),
        ("Am 3. Mai sprach Dr. Meier. Gut.", ["Am 3. Mai sprach Dr. Meier.", "Gut."]),
        ("The U.S. Army left. Good.", ["The U.S. Army left.", "Good."]),
        ("Er kostet 3.5 Mio. Euro. Gut.", ["Er kostet 3.5 Mio. Euro.", "Gut."]),
        ("Er sagte: »Nein.« Sie ging.", ["Er sagte: »Nein.«", "Sie ging."]),
        ("Und dann... Aus.", ["Und dann...", "Aus."]),
        ("Und dann... war Schluss.", ["Und dann... war Schluss."]),
        ("Zeile eins\nZeile zwei", ["Zeile eins", "Zeile zwei"]),
        ("這是一。這是二。", ["這是一。", "這是二。"]),
        (". Anfang", [".", "Anfang"]),
        ("", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text)] == expected


@given(st.text(alphabet="aB .!?…\n»«3", max_size=80))
def test_sentences_lie_in_order_and_lose_no_letter(text: str) -> None:
    spans = sentences(text)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    told = "".join(text[start:end] for start, end in spans)
    assert "".join(told.split()) == "".join(text.split())


def test_a_megabyte_of_stops_is_no_trouble() -> None:
    for text in ("." * 10**6, ". " * 100_000, "a." * 500_000, ".«" * 500_000):
        sentences(text)


@given(
    text=st.text(alphabet="ab ", min_size=1, max_size=200),
    room=st.integers(0, 60),
    data=st.data(),
)
def test_shortened_is_short_and_marks_the_same_words(
    text: str, room: int, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    made = shortened(Excerpt("summary", text, ((start, end),)), room)
    assert len(made.text) <= max(room, 0)
    assert all(made.text[s:e] == text[start:end] for s, e in made.marks)


# --- digests ----------------------------------------------------------------------


def item(number: int, *rules: str) -> DigestItem:
    return DigestItem((number,), rules or ("waffen",), f"Titel {number}")


def test_a_digest_names_each_alert_and_rule_once() -> None:
    items = [item(3, "b"), item(1, "a", "b"), item(2, "b")]
    (made,) = digest("3 alerts overnight", items, Priority.HIGH)
    assert (made.kind, made.title) == (MessageKind.DIGEST, "3 alerts overnight")
    assert made.priority is Priority.HIGH
    assert made.alerts == (3, 1, 2)
    assert made.rules == ("b", "a")
    assert made.items == tuple(items)


def test_a_long_digest_becomes_several_numbered_messages() -> None:
    items = [item(number, f"rule{number % 2}") for number in range(33)]
    made = digest("33 alerts", items)
    assert [len(message.items) for message in made] == [15, 15, 3]
    assert [message.title for message in made] == [
        "33 alerts (1 of 3)",
        "33 alerts (2 of 3)",
        "33 alerts (3 of 3)",
    ]
    assert sum((message.items for message in made), ()) == tuple(items)
    assert made[2].alerts == (30, 31, 32)


def test_a_digest_of_a_flood_is_no_flood() -> None:
    items = [item(number) for number in range(1_001)]
    made = digest("1001 alerts", items)
    assert [len(message.items) for message in made] == [101] * 9 + [92]
    assert sum((message.items for message in made), ()) == tuple(items)


def test_a_digest_of_nothing_is_no_message() -> None:
    assert digest("0 alerts", []) == ()


def test_messages_of_a_story_say_which() -> None:
    entry = Entry("k", title="Titel")
    made = compose(entry, [planned()], source="", first_seen_at=SEEN, story="s 1")
    assert [message.story for _, message in made] == ["s 1"]
