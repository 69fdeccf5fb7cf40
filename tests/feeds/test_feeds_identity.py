"""Which entry is which within a feed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from feed_memory import NOW, SITE, entry
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds import fingerprint, identify
from monitor.model import Entry


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
