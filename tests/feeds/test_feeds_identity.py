"""Which entry is which within a feed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from feed_memory import FEED, NOW, SITE, entry
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds import (
    fingerprint,
    identify,
    identity_in_force,
    keyed,
    sought_keys,
)
from monitor.model import Entry, Identity, Traits


def keys(*entries: Entry, home: str | None = SITE) -> list[str]:
    return [e.key for e in identify(entries, home=home)]


def test_guid_comes_first_and_verbatim() -> None:
    (key,) = keys(entry("HTTP://X/ä ?b=1", link=f"{SITE}/1", enclosure="e"))
    assert key == "g:HTTP://X/ä ?b=1"


def test_without_guid_the_canonical_link_is_the_key() -> None:
    (key,) = keys(entry(link="http://www.news.example.org/1?utm_source=x"))
    assert key == f"l:{SITE}/1"


def test_without_link_the_enclosure_is_the_key() -> None:
    assert keys(entry(enclosure=f"{SITE}/a.mp3")) == [f"e:{SITE}/a.mp3"]


def test_without_anything_the_text_is_the_key() -> None:
    one, same, other = (
        keys(entry(title="T", content=text))[0] for text in ("a", "a", "b")
    )
    assert one == same != other
    assert one.startswith("h:")


def test_date_is_never_part_of_a_key() -> None:
    plain = entry(title="T", content="a")
    dated = replace(plain, published_at=NOW, updated_at=NOW + timedelta(days=1))
    assert keys(plain) == keys(dated)


@pytest.mark.parametrize(
    "link",
    [
        SITE,
        f"{SITE}/",
        "http://www.news.example.org",
        "https://elsewhere.example/",
        "no",
    ],
)
def test_home_page_tells_no_entry_from_another(link: str) -> None:
    (found,) = identify([entry(title="T", link=link)], home=SITE)
    assert found.canonical_link is None
    assert found.link == link
    assert found.key.startswith("h:")


def test_page_of_a_section_is_a_home_page_too() -> None:
    (found,) = identify([entry(link=f"{SITE}/politik")], home=f"{SITE}/politik#top")
    assert found.canonical_link is None


def test_feed_without_a_home_page() -> None:
    (found,) = identify([entry(link=f"{SITE}/politik")])
    assert found.canonical_link == f"{SITE}/politik"


def test_repeated_guid_gets_the_link_added() -> None:
    found = keys(
        entry("1", "A", link=f"{SITE}/a"),
        entry("1", "B", link=f"{SITE}/b"),
        entry("1", "C", link=f"{SITE}/c"),
    )
    assert found == ["g:1", f"g:1 l:{SITE}/b", f"g:1 l:{SITE}/c"]


def test_repeated_guid_and_link_get_the_text_added() -> None:
    first, second, third, fourth = keys(
        entry("1", "A", link=f"{SITE}/a"),
        entry("1", "A", link=f"{SITE}/a"),
        entry("1", "B", link=f"{SITE}/a"),
        entry("1", "B", link=f"{SITE}/a"),
    )
    assert len({first, second, third, fourth}) == 4
    assert third.startswith("g:1 h:")


def test_link_under_which_different_things_stand_is_no_key() -> None:
    one, other = keys(
        entry(title="A", link=f"{SITE}/list"), entry(title="B", link=f"{SITE}/list")
    )
    assert one != other
    assert {one[:2], other[:2]} == {"h:"}


def test_entry_listed_twice_keeps_its_link_as_key() -> None:
    one, other = keys(*[entry(title="A", link=f"{SITE}/a")] * 2)
    assert one == f"l:{SITE}/a"
    assert other != one


def test_nothing_but_key_and_canonical_link_is_touched() -> None:
    given_entry = entry("1", "A", link=f"{SITE}/a?utm_source=x", author="B")
    (found,) = identify([given_entry])
    assert replace(found, key="", canonical_link=None) == given_entry


# --- as a feed's identity has it ------------------------------------------------


def link_keys(*entries: Entry) -> list[str]:
    found = identify(entries, home=SITE)
    return [e.key for e in keyed(found, Identity.LINK)]


def test_where_links_count_a_guid_is_part_of_no_key() -> None:
    link, sound, text = link_keys(
        entry("1", "A", link=f"{SITE}/a"),
        entry("2", "B", enclosure=f"{SITE}/b.mp3"),
        entry("3", "C", link=SITE),
    )
    assert (link, sound) == (f"l:{SITE}/a", f"e:{SITE}/b.mp3")
    assert text.startswith("h:")


def test_where_links_count_one_for_several_entries_is_still_no_key() -> None:
    found = link_keys(
        entry("1", "A", link=f"{SITE}/list"), entry("2", "B", link=f"{SITE}/list")
    )
    assert [key[:2] for key in found] == ["h:", "h:"]


def test_where_links_count_what_was_stored_by_its_guid_is_sought_too() -> None:
    found = keyed(
        identify([entry("1", "A", link=f"{SITE}/a"), entry(None, "B")]), Identity.LINK
    )
    assert sought_keys(found, Identity.LINK) == {e.key for e in found} | {"g:1"}
    assert sought_keys(found, Identity.AUTO) == {e.key for e in found}


@pytest.mark.parametrize("by", [Identity.AUTO, Identity.GUID, Identity.LINK])
def test_entry_that_is_repeated_word_for_word_is_there_once(by: Identity) -> None:
    one = entry("1", "A", link=f"{SITE}/a")
    found = keyed(identify([one, replace(one, guid="2"), one]), by)
    assert [e.guid for e in found] == ["1", "2"]


@pytest.mark.parametrize(
    ("configured", "is_learned", "found"),
    [
        (Identity.AUTO, False, Identity.AUTO),
        (Identity.AUTO, True, Identity.LINK),
        (Identity.GUID, True, Identity.GUID),
        (Identity.LINK, False, Identity.LINK),
    ],
)
def test_configured_identity_wins_over_the_learned(
    configured: Identity, found: Identity, *, is_learned: bool
) -> None:
    feed = replace(FEED, identity=configured)
    assert identity_in_force(feed, Traits(keyed_by_link=is_learned)) is found


texts = st.sampled_from(["", "a", "b", "a l:b"])
anything = st.builds(
    Entry,
    key=st.just(""),
    title=texts,
    content=texts,
    guid=st.none() | texts,
    link=st.none() | st.sampled_from([SITE, f"{SITE}/a", f"{SITE}/b"]),
    enclosure=st.none() | texts,
)


@given(st.lists(anything, max_size=12))
def test_no_key_comes_twice_and_all_survive_a_second_reading(
    entries: list[Entry],
) -> None:
    found = identify(entries, home=SITE)
    assert len({e.key for e in found}) == len(entries)
    assert identify(entries, home=SITE) == found
    assert identify(found, home=SITE) == found


@pytest.mark.parametrize(
    "edit",
    [
        {"title": "other"},
        {"summary": "other"},
        {"content": "other"},
        {"author": "other"},
        {"categories": ("x",)},
        {"title": "ab", "summary": ""},
    ],
)
def test_fingerprint_changes_with_what_rules_read(edit: dict[str, object]) -> None:
    plain = Entry("k", title="a", summary="b")
    assert fingerprint(replace(plain, **edit)) != fingerprint(plain)


@pytest.mark.parametrize(
    "change",
    [
        {"key": "other"},
        {"guid": "other"},
        {"link": f"{SITE}/?utm_source=other"},
        {"published_at": NOW},
        {"updated_at": NOW},
        {"categories": ("y", "x", "x")},
    ],
)
def test_fingerprint_ignores_what_changes_by_itself(change: dict[str, object]) -> None:
    plain = Entry("k", title="a", categories=("x", "y"))
    assert fingerprint(replace(plain, **change)) == fingerprint(plain)


def test_many_entries_without_anything_are_told_apart() -> None:
    """Thirty thousand of them, as hostile feeds have, take no longer than others."""
    keys = [one.key for one in identify([entry()] * 30_000)]
    assert len(set(keys)) == 30_000
    assert keys[1].endswith(" 2")
    assert keys[-1].endswith(" 30000")
