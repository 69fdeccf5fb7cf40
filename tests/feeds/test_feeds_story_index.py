"""The stories of the last two days: what is found of them, and what is forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from story_pairs import headlines

from monitor.feeds.gist import Gist, gist
from monitor.feeds.story_index import Found, StoryIndex
from monitor.model import Entry
from monitor.testing import START

HOUR = timedelta(hours=1)
TITLE = "Aserbaidschan erwägt Waffenlieferungen an Kiew"
BODY = (
    "Das teilte das Ministerium am Montag in Baku mit. Die Lieferung soll noch in "
    "diesem Jahr beginnen, hieß es."
)
RETOLD = Entry(
    "g:2",
    "Waffenlieferungen an Kiew: Aserbaidschan wagt sich vor",
    "Die Lieferung soll noch in diesem Jahr beginnen, teilte das Ministerium in Baku "
    "mit. Einzelheiten wurden nicht bekannt.",
)


def by(
    name: str,
    title: str = TITLE,
    summary: str = BODY,
    hours: float = 0,
    story: str = "",
) -> Gist:
    return gist(
        Entry("g:1", title, summary),
        story=story or name,
        who=f"{name}.example",
        at=START + hours * HOUR,
    )


def index_of(*gists: Gist, most: int = 100) -> StoryIndex:
    index = StoryIndex(most)
    for each in gists:
        index.add(each)
    return index


def test_copy_is_found_among_many_others() -> None:
    others = [
        gist(e, story=e.key, who="many.example", at=START) for e in headlines(300)
    ]
    index = index_of(*others, by("one"), most=1_000)
    assert index.find(by("other")).same_text == "one"
    assert index.find(by("other", "Schach in Oslo", "")) == Found()


def test_retold_event_is_found_as_such() -> None:
    retold = by("other", RETOLD.title, RETOLD.summary)
    assert index_of(by("one")).find(retold) == Found(same_event="one")


def test_first_of_a_story_stands_for_it() -> None:
    index = index_of(by("one"), by("one", "Schach in Oslo", "Anders"))
    assert len(index) == 1
    assert index.find(by("other")).same_text == "one"
    assert index.find(by("other", "Schach in Oslo", "Anders")) == Found()


def test_entry_is_no_copy_of_itself() -> None:
    assert index_of(by("one")).find(by("other", story="one")) == Found()


def test_what_a_publisher_tells_time_and_again_is_no_story() -> None:
    two = by("one", story="a"), by("one", story="b")
    assert index_of(*two).find(by("other")) == Found(same_event="a")
    own = index_of(by("one"), by("other", story="x"))
    assert own.find(by("other")) == Found(same_event="one")


def test_story_ends_after_two_days() -> None:
    index = index_of(by("one"))
    assert index.find(by("other", hours=48)).same_text == "one"
    assert index.find(by("other", hours=48.1)) == Found()
    assert len(index) == 0
    assert index._by_word == {}


def test_clock_that_goes_back_loses_no_story() -> None:
    index = index_of(by("one", hours=0), by("two", "Ganz anders", "Dies", hours=-24))
    assert index.find(by("other", hours=-24)).same_text == "one"


def test_memory_is_bounded_and_the_oldest_goes_first() -> None:
    gists = [gist(e, story=e.key, who="many.example", at=START) for e in headlines(30)]
    index = index_of(by("one"), *gists, most=20)
    assert len(index) == 20
    assert index.find(by("other")) == Found(
        same_event=index.find(by("other")).same_event
    )
    assert index.find(replace(gists[-1], publisher="x.example", story="x")).same_text


def test_common_words_alone_find_nothing() -> None:
    """A word of hundreds of entries is evidence of none, and is not looked through."""
    many = [by("one", f"Wetter {n}", "", story=str(n)) for n in range(400)]
    index = index_of(*many, most=1_000)
    assert index.find(by("other", "Wetter", "")) == Found()


def test_text_without_words_finds_nothing() -> None:
    assert index_of(by("one", "", "")).find(by("other", "", "")) == Found()
