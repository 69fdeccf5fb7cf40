"""What is new in a document, and what is only told again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from feed_memory import FEED, NOW, SITE, FeedMemory, ago, entry, started
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds import fingerprint, identify, keyed
from monitor.model import Entry, Feed, HoldReason, Identity, Novelty, Verdict

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


# --- guids that are no use ------------------------------------------------------

BY_LINK = replace(FEED, identity=Identity.LINK)
BY_GUID = replace(FEED, identity=Identity.GUID)


def fresh_guids(*entries: Entry, poll: int) -> list[Entry]:
    return [replace(e, guid=f"{e.guid or e.title}?{poll}") for e in entries]


def test_guids_that_change_at_three_polls_are_given_up() -> None:
    feed = started()
    feed.poll(STORY, OTHER)
    found = []
    for poll in range(6):
        feed.poll(*fresh_guids(STORY, OTHER, poll=poll))
        found.append(feed.state.traits.keyed_by_link)
    assert found == [False, False, True, True, True, True]
    assert len(feed.kept) == feed.told.total() == 2
    assert len(feed.keys) == 2 + 3 * 2 + 2, "guids are still kept as keys"


def test_feed_known_by_links_tells_no_edit_twice_whatever_its_guid() -> None:
    feed = started(feed=BY_LINK)
    feed.poll(STORY, OTHER)
    edited = replace(STORY, guid="neu", title="Ganz anders")
    assert novelties(feed.poll(edited, OTHER)) == [Novelty.EDITED, Novelty.UNCHANGED]
    assert feed.told.total() == 2


@pytest.mark.parametrize(
    ("before", "then"), [(FEED, BY_LINK), (BY_LINK, FEED), (BY_LINK, BY_GUID)]
)
def test_other_identity_finds_what_was_known_by_the_first(
    before: Feed, then: Feed
) -> None:
    entries = [
        STORY,
        OTHER,
        entry("3", "Ohne Adresse", enclosure=f"{SITE}/a.mp3"),
    ]
    feed = started(feed=before)
    feed.poll(*entries)
    feed.feed = then
    renamed = replace(STORY, title="Ein neuer Titel für den Ticker")
    linked = [renamed, OTHER]
    verdicts = feed.poll(*linked, *([entries[2]] if then is BY_LINK else []))
    assert Novelty.NEW not in novelties(verdicts)
    assert Novelty.NEW not in novelties(feed.poll(*linked))
    assert feed.told.total() == 3


def test_entry_may_change_its_guid_and_title_when_links_begin_to_count() -> None:
    feed = started()
    feed.poll(STORY)
    feed.feed = BY_LINK
    (verdict,) = feed.poll(replace(STORY, guid="9", title="Ganz anders"))
    assert verdict.novelty is Novelty.ALIAS
    assert feed.told.total() == 1


def test_trusted_guid_tells_entries_apart_that_share_link_and_title() -> None:
    feed = started(feed=BY_GUID)
    for number in range(4):
        feed.poll(replace(STORY, guid=f"g{number}"))
    assert len(feed.kept) == 4


def test_trusted_guid_that_is_missing_is_made_up_for_by_the_link() -> None:
    feed = started(feed=BY_GUID)
    feed.poll(STORY)
    assert novelties(feed.poll(replace(STORY, guid=None))) == [Novelty.ALIAS]


def test_report_of_the_day_under_one_link_is_news_each_day() -> None:
    feed = started()
    for day in range(3):
        report = entry(
            f"lage-{day}",
            f"Lagebericht zur Hochwasserlage am {day + 1}. März",
            link=f"{SITE}/lage",
            published_at=NOW + day * timedelta(days=1),
        )
        assert novelties(feed.poll(report, after=timedelta(hours=5))) == [Novelty.NEW]
    assert feed.told.total() == 3


def test_new_guid_on_the_same_text_is_an_alias_whatever_its_date() -> None:
    feed = started()
    feed.poll(STORY)
    again = replace(STORY, guid="neu", published_at=NOW + timedelta(days=2))
    assert novelties(feed.poll(again)) == [Novelty.ALIAS]


# --- feeds that lead astray -----------------------------------------------------


def test_live_blog_with_another_title_at_each_poll_is_told_once() -> None:
    feed = started()
    for word in ("Baku", "Kiew", "Bonn", "Rom"):
        feed.poll(replace(STORY, title=f"{word} {word.lower()[::-1]}"))
    assert feed.told.total() == 1


def test_feed_without_guids_whose_entries_all_link_to_one_page() -> None:
    feed = started()
    window: list[Entry] = []
    for word in ("Baku", "Kiew", "Bonn", "Rom"):
        window = [entry(title=f"Neues aus {word}", link=f"{SITE}/aktuell"), *window]
        feed.poll(*window)
        feed.poll(*window)
    assert feed.told.total() == 4


def test_guid_with_a_session_in_it_is_no_other_entry() -> None:
    feed = started()
    for session in range(5):
        address = f"{SITE}/a?id=7&PHPSESSID=x{session}"
        feed.poll(replace(STORY, guid=address, link=address))
    assert feed.told.total() == 1


def test_new_guid_at_each_fetch_without_a_link_is_held_until_it_is_noticed() -> None:
    feed = started()
    plain = [entry(title=f"{word} im Fokus") for word in ("Baku", "Kiew", "Bonn")]
    feed.poll(*fresh_guids(*plain, poll=99))
    for poll in range(6):
        feed.poll(*fresh_guids(*plain, poll=poll))
    assert feed.told.total() == 3
    assert feed.state.traits.keyed_by_link
    assert {v.hold for v in feed.suppressed} == {HoldReason.RESET}
    late = [*fresh_guids(*plain, poll=7), entry("x", "Rom im Fokus")]
    assert novelties(feed.poll(*late)) == [Novelty.UNCHANGED] * 3 + [Novelty.NEW]
    # What is known by its text alone is new when that is edited.
    edited = replace(plain[0], title="Baku in der Krise")
    assert novelties(feed.poll(edited, *plain[1:])) == [
        Novelty.NEW,
        Novelty.UNCHANGED,
        Novelty.UNCHANGED,
    ]


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
        once = keyed(identify(document, home=SITE), Identity.AUTO)
        assert [v.entry.title for v in verdicts] == [e.title for e in once]
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
