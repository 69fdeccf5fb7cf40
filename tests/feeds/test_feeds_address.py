"""Where a feed lives, and what is known of it there."""

from __future__ import annotations

from dataclasses import replace

import pytest
from feed_memory import FEED, NOW, UNPOLLED

from monitor.feeds import address_of, after_poll, is_read, usable_validators
from monitor.feeds.address import reader_of
from monitor.model import (
    Feed,
    FeedState,
    FeedStatus,
    Fetched,
    FetchOutcome,
    ParsedFeed,
    PollPolicy,
    Tier,
    Traits,
    Validators,
)

NEW = "https://new.example.org/rss"
MOVED = Fetched(FetchOutcome.OK, NEW, 200, b"<rss/>", redirects=1, moved_to=NEW)
PARSED = ParsedFeed(Tier.STRICT)
HTTP = replace(FEED, url="http://news.example.org/rss")
SECRET = replace(FEED, url="https://news.example.org/rss?key=${KEY}")
USER = replace(FEED, url="https://user@news.example.org/rss")
OWN = replace(FEED, headers=(("Authorization", "x"),))


def polled(
    *answers: Fetched, feed: Feed = FEED, state: FeedState | None = None
) -> FeedState:
    state = state or replace(UNPOLLED, url=feed.url)
    for answer in answers:
        parsed = PARSED if answer.outcome is FetchOutcome.OK else None
        state = after_poll(
            state,
            answer,
            parsed,
            feed=feed,
            policy=PollPolicy(),
            now=NOW,
            jitter=0,
        )
    return state


def failed(status: int) -> Fetched:
    return Fetched(FetchOutcome.HTTP_ERROR, NEW, status, detail=f"HTTP {status}")


def test_feed_that_moved_for_good_is_asked_there_after_three_polls() -> None:
    two, three = polled(MOVED, MOVED), polled(MOVED, MOVED, MOVED)
    assert address_of(FEED, two) == FEED.url
    assert address_of(FEED, three) == NEW
    assert three.traits.formerly == (FEED.url,)
    assert address_of(replace(FEED, url="https://other/"), three) == "https://other/"


def test_sightings_count_in_a_row_and_of_one_place() -> None:
    here = replace(MOVED, moved_to="", redirects=0, url=FEED.url)
    other = replace(MOVED, moved_to="https://other.example.org/")
    assert polled(MOVED, MOVED, here, MOVED).traits.moved_seen == 1
    assert polled(MOVED, MOVED, other).traits.moved_seen == 1
    not_modified = replace(MOVED, outcome=FetchOutcome.NOT_MODIFIED, status=304)
    assert address_of(FEED, polled(MOVED, not_modified, not_modified)) == NEW


@pytest.mark.parametrize(
    ("feed", "target", "expected"),
    [
        (HTTP, NEW, NEW),
        (HTTP, "http://new.example.org/rss", "http://new.example.org/rss"),
        (FEED, "http://new.example.org/rss", FEED.url),
        (SECRET, NEW, SECRET.url),
        (USER, NEW, USER.url),
        (OWN, NEW, OWN.url),
        (OWN, "https://NEWS.example.org/feed", "https://NEWS.example.org/feed"),
    ],
)
def test_some_moves_are_not_followed_for_good(
    feed: Feed, target: str, expected: str
) -> None:
    moved = replace(MOVED, url=target, moved_to=target)
    assert address_of(feed, polled(moved, moved, moved, feed=feed)) == expected


def test_place_that_is_lost_again_is_given_up() -> None:
    there = polled(MOVED, MOVED, MOVED)
    assert address_of(FEED, polled(*[failed(404)] * 2, state=there)) == NEW
    assert address_of(FEED, polled(*[failed(404)] * 3, state=there)) == FEED.url
    gone = polled(failed(410), state=there)
    assert gone.status is FeedStatus.FAILING
    assert address_of(FEED, gone) == FEED.url
    assert polled(failed(410), state=gone).status is FeedStatus.GONE


def test_feed_that_moves_twice_keeps_both_places_in_mind() -> None:
    again = replace(MOVED, url="https://third/", moved_to="https://third/")
    state = polled(*[MOVED] * 3, *[again] * 3)
    assert address_of(FEED, state) == "https://third/"
    assert state.traits.formerly == (FEED.url, NEW)


def test_validators_are_no_use_at_another_url_or_to_another_parser() -> None:
    known = replace(
        UNPOLLED,
        validators=Validators('"a"'),
        body_hash="1",
        traits=Traits(reader=reader_of(FEED)),
    )
    assert usable_validators(FEED, known) == Validators('"a"')
    assert is_read(FEED, known, "1")
    assert not is_read(FEED, known, "2")
    assert not usable_validators(replace(FEED, encoding="cp1252"), known)
    older = replace(known, traits=Traits(reader="0"))
    assert not usable_validators(FEED, older)
    assert not is_read(FEED, older, "1")
    assert not usable_validators(replace(FEED, url="https://other/"), known)


def test_answer_says_where_it_came_from_and_who_read_it() -> None:
    traits = polled(MOVED).traits
    assert (traits.source, traits.reader, traits.tier) == (
        NEW,
        reader_of(FEED),
        Tier.STRICT,
    )
