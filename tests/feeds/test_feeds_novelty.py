"""What is new in a document, and what is only told again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from feed_memory import NOW, SITE, FeedMemory, ago, entry, started
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds import fingerprint
from monitor.model import Entry, Novelty, Verdict

TITLE = "Aserbaidschan erwägt Waffenlieferungen an Kiew"
STORY = entry("1", TITLE, link=f"{SITE}/a", published_at=ago(minutes=1))
OTHER = entry("2", "Schach in Baku", link=f"{SITE}/b", published_at=ago(minutes=1))
MONDAY = entry(
    "daily",
    "Der Morgen am Montag",
    link=f"{SITE}/mo",
    published_at=NOW,
    summary="Heute im Bundestag Streit um den Haushalt und die Rente",
)
TUESDAY = replace(
    MONDAY,
    title="Was uns heute beschäftigt",
    link=f"{SITE}/di",
    published_at=NOW + timedelta(hours=24),
    summary="Ein Erdbeben erschüttert Chile, Rettungskräfte suchen Vermisste",
)


def novelties(verdicts: tuple[Verdict, ...]) -> list[Novelty]:
    return [verdict.novelty for verdict in verdicts]


def test_entry_is_new_once() -> None:
    feed = started()
    assert novelties(feed.poll(STORY)) == [Novelty.NEW]
    (again,) = feed.poll(STORY)
    assert again.novelty is Novelty.UNCHANGED
    assert again.known is not None
    assert feed.told == {f"link:{SITE}/a": 1}


def test_verdicts_stand_in_the_order_of_the_document() -> None:
    feed = started()
    feed.poll(STORY)
    verdicts = feed.poll(OTHER, STORY)
    assert novelties(verdicts) == [Novelty.NEW, Novelty.UNCHANGED]
    assert [v.entry.title for v in verdicts] == [OTHER.title, TITLE]


def test_entry_that_vanishes_and_returns_is_not_new() -> None:
    feed = started()
    feed.poll(STORY)
    feed.poll(OTHER)
    assert novelties(feed.poll(STORY)) == [Novelty.UNCHANGED]


def test_edited_entry_keeps_its_key_and_is_told_as_such() -> None:
    feed = started()
    feed.poll(STORY)
    (edited,) = feed.poll(replace(STORY, title=f"{TITLE}: Alijew äußert sich"))
    assert edited.novelty is Novelty.EDITED
    assert edited.known is not None
    assert edited.known.entry.title == TITLE
    assert (edited.entry.key, edited.hold, edited.label) == ("g:1", None, "")
    assert edited.fingerprint == fingerprint(edited.entry)


def test_edit_of_what_a_first_poll_held_may_alert() -> None:
    feed = FeedMemory()
    (first,) = feed.poll(STORY)
    (edited,) = feed.poll(replace(STORY, title="Ganz anders"))
    assert first.hold
    assert edited.novelty is Novelty.EDITED
    assert edited.hold is None


def test_moved_entry_with_the_same_guid_is_an_edit() -> None:
    feed = started()
    feed.poll(STORY)
    moved = replace(STORY, title="Neuer Titel", link=f"{SITE}/a-neu")
    assert novelties(feed.poll(moved)) == [Novelty.EDITED]


# --- another guid -------------------------------------------------------------


@pytest.mark.parametrize("title", [TITLE, f"{TITLE}: Alijew äußert sich"])
def test_known_link_with_a_like_title_is_an_alias(title: str) -> None:
    feed = started()
    feed.poll(STORY)
    renamed = replace(STORY, guid="other", title=title)
    (alias,) = feed.poll(renamed)
    assert (alias.novelty, alias.entry.key) == (Novelty.ALIAS, "g:other")
    assert alias.known is not None
    assert alias.known.entry.guid == "1"
    (again,) = feed.poll(renamed)
    assert (again.novelty, again.entry.key) == (Novelty.UNCHANGED, "g:1")
    (back,) = feed.poll(STORY)
    assert back.novelty is not Novelty.NEW
    assert feed.told.total() == 1


def test_guid_that_was_missing_or_goes_missing_is_an_alias() -> None:
    feed = started()
    feed.poll(replace(STORY, guid=None))
    assert novelties(feed.poll(STORY)) == [Novelty.ALIAS]
    feed.poll(OTHER)
    assert novelties(feed.poll(replace(OTHER, guid=None))) == [Novelty.ALIAS]


def test_guid_that_changes_at_each_poll_tells_nothing_twice() -> None:
    feed = started()
    for number in range(10):
        feed.poll(*(replace(e, guid=f"{e.guid}-{number}") for e in (STORY, OTHER)))
    assert len(feed.kept) == feed.told.total() == 2


def test_known_link_with_an_unlike_title_is_another_entry() -> None:
    feed = started()
    feed.poll(replace(STORY, link=f"{SITE}/mitteilungen"))
    (verdict,) = feed.poll(replace(OTHER, link=f"{SITE}/mitteilungen"))
    assert verdict.novelty is Novelty.NEW
    assert feed.told.total() == 2


def test_home_page_makes_no_alias() -> None:
    feed = started()
    feed.poll(replace(STORY, link=SITE))
    assert novelties(feed.poll(replace(STORY, guid="2", link=SITE))) == [Novelty.NEW]
    assert feed.told.total() == 2


def test_link_of_several_entries_makes_no_alias_of_what_reads_otherwise() -> None:
    feed = started()
    feed.poll(replace(STORY, link=f"{SITE}/list"))
    verdicts = feed.poll(
        replace(STORY, guid="3", title=f"{TITLE} (2)", link=f"{SITE}/list"),
        replace(OTHER, link=f"{SITE}/list"),
    )
    assert novelties(verdicts) == [Novelty.NEW, Novelty.NEW]
    assert feed.told.total() == 3


def test_link_that_begins_to_be_shared_does_not_tell_the_first_entry_again() -> None:
    feed = started()
    first = entry(title=TITLE, link=f"{SITE}/list")
    feed.poll(first)
    verdicts = feed.poll(entry(title="Schach", link=f"{SITE}/list"), first)
    assert novelties(verdicts) == [Novelty.NEW, Novelty.ALIAS]
    verdicts = feed.poll(entry(title="Schach", link=f"{SITE}/list"), first)
    assert set(novelties(verdicts)) == {Novelty.UNCHANGED}
    assert feed.told.total() == 2


def test_only_one_entry_of_a_document_is_an_alias_of_a_known_one() -> None:
    feed = started()
    feed.poll(STORY)
    verdicts = feed.poll(replace(STORY, guid="x"), replace(STORY, guid="y"))
    assert novelties(verdicts) == [Novelty.ALIAS, Novelty.NEW]
    assert feed.told.total() == 1


def test_entry_that_is_still_there_has_no_alias() -> None:
    feed = started()
    feed.poll(STORY)
    verdicts = feed.poll(replace(STORY, guid="x"), STORY)
    assert novelties(verdicts) == [Novelty.NEW, Novelty.UNCHANGED]
    assert feed.told.total() == 1


# --- the same guid on another entry -------------------------------------------


def test_guid_of_a_daily_briefing_is_reused() -> None:
    feed = started()
    feed.poll(MONDAY)
    (reused,) = feed.poll(TUESDAY, after=timedelta(hours=5))
    assert (reused.novelty, reused.entry.key) == (Novelty.REUSED, "g:daily#2")
    assert reused.known is not None
    assert reused.known.entry.key == "g:daily"
    (same,) = feed.poll(TUESDAY)
    assert (same.novelty, same.entry.key) == (Novelty.UNCHANGED, "g:daily#2")
    (edited,) = feed.poll(replace(TUESDAY, author="Ein anderer"))
    assert (edited.novelty, edited.entry.key) == (Novelty.EDITED, "g:daily#2")
    (third,) = feed.poll(
        replace(MONDAY, link=f"{SITE}/mi", published_at=NOW + timedelta(hours=48))
    )
    assert (third.novelty, third.entry.key) == (Novelty.REUSED, "g:daily#3")
    assert feed.told.total() == 3


def test_old_copy_of_a_reused_guid_is_still_known() -> None:
    feed = started()
    feed.poll(MONDAY)
    feed.poll(TUESDAY)
    (stale,) = feed.poll(MONDAY)
    assert (stale.novelty, stale.entry.key) == (Novelty.UNCHANGED, "g:daily")


@pytest.mark.parametrize(
    "change",
    [
        {"published_at": NOW + timedelta(hours=11)},
        {"published_at": None},
        {"link": MONDAY.link},
        {"title": "Was heute wird", "summary": "Ein Erdbeben erschüttert Chile"},
        {"summary": f"{MONDAY.summary}: nun Einigung"},
    ],
    ids=["soon", "undated", "same link", "few words", "much in common"],
)
def test_what_may_be_an_edit_is_one(change: dict[str, object]) -> None:
    feed = started()
    feed.poll(MONDAY)
    assert novelties(feed.poll(replace(TUESDAY, **change))) == [Novelty.EDITED]


def test_old_guid_that_comes_back_beside_the_new_one_is_another_entry() -> None:
    feed = started()
    feed.poll(STORY)
    renamed = replace(STORY, guid="9")
    feed.poll(renamed)
    other = replace(STORY, title="Schach in Baku", link=f"{SITE}/schach")
    verdicts = feed.poll(other, renamed)
    assert novelties(verdicts) == [Novelty.REUSED, Novelty.UNCHANGED]
    assert set(novelties(feed.poll(other, renamed))) == {Novelty.UNCHANGED}
    assert feed.told.total() == 2


def test_number_at_the_end_of_a_guid_is_the_publishers() -> None:
    feed = started()
    feed.poll(replace(MONDAY, guid=f"daily#{'9' * 5000}"))
    feed.poll(replace(MONDAY, guid="daily"))
    (reused,) = feed.poll(TUESDAY)
    assert (reused.novelty, reused.entry.key) == (Novelty.REUSED, "g:daily#2")


def test_one_guid_for_all_entries_loses_none() -> None:
    feed = started()
    window: list[Entry] = []
    for number in range(6):
        title = f"Meldung {number}: {'abcdef'[number] * 5}"
        window = [entry("same", title, link=f"{SITE}/{number}"), *window[:2]]
        feed.poll(*window)
        feed.poll(*window)
    assert len(feed.kept) == feed.told.total() == 6
    feed.poll(*window[1:])
    assert len(feed.kept) == feed.told.total() == 6


# --- stories ------------------------------------------------------------------


def test_story_is_the_canonical_link_in_whatever_feed() -> None:
    one = started()
    two = started(state=replace(one.state, id=2, name="two", succeeded_at=None))
    (here,) = one.poll(STORY)
    (there,) = two.poll(
        replace(STORY, guid="x", link="http://www.news.example.org/a?utm_x=1")
    )
    assert here.story == there.story


def test_entries_without_a_link_are_stories_of_their_own() -> None:
    one, two = started(), started()
    two.state = replace(two.state, id=2)
    (a, b) = one.poll(entry("1", "A"), entry("2", "B"))
    (c,) = two.poll(entry("1", "A"))
    assert len({a.story, b.story, c.story}) == 3


def test_titles_without_words_tell_different_things() -> None:
    feed = started()
    feed.poll(
        *(entry(t, t, link=f"{SITE}/ampel") for t in ("\N{LARGE RED CIRCLE}", "!"))
    )
    assert feed.told.total() == 2


def test_entry_that_is_listed_twice_is_told_once() -> None:
    feed = started()
    feed.poll(entry(title=TITLE), entry(title=TITLE))
    assert feed.told.total() == 1


# --- whatever comes -----------------------------------------------------------

words = st.sampled_from(["eins", "zwei drei", "vier fünf sechs", ""])
documents = st.lists(
    st.lists(
        st.builds(
            Entry,
            key=st.just(""),
            title=words,
            summary=words,
            guid=st.none() | st.sampled_from(["a", "b", "c"]),
            link=st.none() | st.sampled_from([SITE, f"{SITE}/1", f"{SITE}/2"]),
            published_at=st.none()
            | st.datetimes().map(lambda d: d.replace(tzinfo=NOW.tzinfo)),
        ),
        max_size=6,
    ),
    max_size=5,
)


@given(documents)
def test_no_document_is_too_odd(polls: list[list[Entry]]) -> None:
    feed = FeedMemory()
    for document in polls:
        verdicts = feed.poll(*document)
        assert [v.entry.title for v in verdicts] == [e.title for e in document]
        for verdict in verdicts:
            assert (verdict.known is None) == (verdict.novelty is Novelty.NEW)
            assert verdict.fingerprint == fingerprint(verdict.entry)


@given(documents)
def test_a_document_served_again_is_not_new(polls: list[list[Entry]]) -> None:
    feed = FeedMemory()
    for document in polls:
        feed.poll(*document)
        before = len(feed.kept)
        feed.poll(*document)
        assert len(feed.kept) == before


@given(documents)
def test_unlike_entries_of_a_document_are_never_one_story(
    polls: list[list[Entry]],
) -> None:
    feed = FeedMemory()
    for document in polls:
        titles: dict[str, set[str]] = {}
        for verdict in feed.poll(*document):
            titles.setdefault(verdict.story, set()).add(verdict.entry.title)
        assert all(len(told) == 1 for told in titles.values())
