"""What is held when a feed brings its old entries anew (point 8 of identity)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from feed_memory import EVERY, FEED, NOW, FeedMemory, ago, entry

from monitor.feeds.familiar import familiar
from monitor.model import Entry, HoldReason, Identity, Novelty, Verdict

OLD, NEW_SITE = "https://news.example.org", "https://neu.example"
WORDS = ("Waffen", "Rente", "Hafen", "Brücke", "Impfung", "Tunnel", "Fähre", "Klinik")
WHEN = NOW + 3 * EVERY  # of the poll at which the feed is reset


def article(number: int, site: str = OLD, **more: object) -> Entry:
    word = WORDS[number]
    return replace(
        entry(
            f"{site}/?p={number}",
            f"Streit um {word} im Bundestag",
            link=f"{site}/{number}",
            summary=f"Der Bundestag hat am Montag bis spät über {word} gestritten",
            published_at=ago(hours=number + 1),
        ),
        **more,
    )


def before(*numbers: int) -> FeedMemory:
    """Return a feed that was polled twice, with these articles."""
    feed = FeedMemory()
    feed.poll(*map(article, numbers or range(6)))
    feed.poll(*map(article, numbers or range(6)))
    return feed


def moved(number: int, **more: object) -> Entry:
    """Return an article as new software serves it, with its old date."""
    return replace(
        article(number),
        **{"guid": f"urn:{number}", "link": f"{NEW_SITE}/x/{number}", **more},
    )


def holds(verdicts: tuple[Verdict, ...]) -> list[HoldReason | None]:
    return [verdict.hold for verdict in verdicts]


RESET = HoldReason.RESET
HOUR = timedelta(hours=1)


def test_migration_that_dates_everything_anew_is_held_whole() -> None:
    feed = before()
    now = [moved(n, published_at=WHEN) for n in range(6)]
    really_new = moved(7, published_at=WHEN)
    verdicts = feed.poll(really_new, *now)
    assert holds(verdicts) == [RESET] * 7
    assert {v.novelty for v in verdicts} == {Novelty.NEW}
    assert not feed.told


def test_after_a_migration_news_is_told_as_ever() -> None:
    feed = before()
    now = [moved(n, published_at=WHEN) for n in range(6)]
    feed.poll(*now)
    verdicts = feed.poll(moved(6, published_at=WHEN + EVERY), *now)
    assert holds(verdicts) == [None] * 7
    assert feed.told.total() == 1
    assert feed.state.traits.guid_changes == 0


def test_news_in_a_migration_that_keeps_the_dates_is_told() -> None:
    verdicts = before().poll(moved(7, published_at=WHEN), *map(moved, range(6)))
    assert holds(verdicts) == [None] + [RESET] * 6


def test_undated_entry_in_a_migration_is_held_with_the_others() -> None:
    verdicts = before().poll(moved(7, published_at=None), *map(moved, range(6)))
    assert holds(verdicts) == [RESET] * 7


def test_entries_whose_titles_were_edited_meanwhile_are_held_too() -> None:
    feed = before()
    edited = moved(2, title="Bundestag: Streit um Hafen", published_at=WHEN)
    others = [moved(n, published_at=WHEN) for n in (0, 1, 3)]
    assert holds(feed.poll(edited, *others)) == [RESET] * 4


def test_reset_is_known_by_links_where_titles_changed() -> None:
    feed = before()
    found = [
        moved(n, title=WORDS[n], summary="", link=f"{NEW_SITE}/{n}") for n in range(6)
    ]
    assert holds(feed.poll(*found)) == [RESET] * 6


def test_other_feed_at_the_same_name_is_held_by_its_dates() -> None:
    feed = before()
    foreign = [
        entry(f"f{n}", f"{WORDS[n]} heute", published_at=ago(hours=30 + n))
        for n in range(5)
    ]
    late = entry("f9", "Eilmeldung", published_at=WHEN)
    assert holds(feed.poll(late, *foreign)) == [None] + [RESET] * 5
    assert holds(before().poll(*foreign[:4])) == [None] * 4, "too few to be sure"


def test_empty_feed_that_fills_with_old_entries_is_held() -> None:
    feed = FeedMemory()
    feed.poll()
    dated = [article(n, published_at=ago(days=2)) for n in range(5)]
    assert holds(feed.poll(*dated)) == [RESET] * 5


def test_one_known_entry_stops_the_guard() -> None:
    feed = before()
    verdicts = feed.poll(article(0), *map(moved, range(1, 6)))
    assert holds(verdicts) == [None] * 6


def test_known_entries_are_held_even_if_they_are_fewer_than_half() -> None:
    feed = before()
    fresh = [entry(f"n{n}", f"{WORDS[n]} {n} neu", published_at=WHEN) for n in range(6)]
    verdicts = feed.poll(*fresh, moved(0), moved(1))
    assert holds(verdicts) == [None] * 6 + [RESET] * 2


def test_single_entry_that_reads_like_an_earlier_one_is_told() -> None:
    assert holds(before(0).poll(moved(0, published_at=WHEN))) == [None]


def test_quick_feed_of_new_entries_that_come_late_is_told() -> None:
    feed = before()
    late = [
        entry(f"n{n}", f"{WORDS[n]} {n} neu", published_at=NOW + n * HOUR / 60)
        for n in range(8)
    ]
    assert holds(feed.poll(*late)) == [None] * 8


def test_daily_list_that_gives_only_the_day_is_told() -> None:
    feed = FeedMemory(feed=FEED)
    for day in range(3):
        date = NOW.replace(hour=0) + timedelta(days=day)
        today = [
            entry(f"{day}-{n}", f"Mitteilung {day}{n} {WORDS[n]}", published_at=date)
            for n in range(6)
        ]
        verdicts = feed.poll(*today)
        for _ in range(4):
            feed.poll(*today, after=timedelta(hours=6))
        assert day == 0 or holds(verdicts) == [None] * 6


def test_forecasts_with_other_numbers_each_day_are_told() -> None:
    feed = FeedMemory()
    for day in range(4):
        found = [
            entry(
                f"{day}{city}",
                f"Wetter in {city}",
                link=f"{OLD}/{day}/{city}",
                summary=f"Heute ist es in {city} heiter bei {day + 10} bis "
                f"{day + 15} Grad und schwachem Wind aus West",
                published_at=feed.now + EVERY,
            )
            for city in ("Bonn", "Mainz", "Ulm")
        ]
        verdicts = feed.poll(*found)
        assert day == 0 or holds(verdicts) == [None] * 3


def test_after_an_outage_known_entries_are_held_and_the_rest_is_judged_by_date() -> (
    None
):
    feed = before()
    verdicts = feed.poll(
        moved(0, published_at=WHEN + 2 * HOUR),
        moved(1, published_at=WHEN + 2 * HOUR),
        moved(6, published_at=WHEN + HOUR),
        moved(7, published_at=ago(days=1)),
        after=timedelta(hours=9),
    )
    assert holds(verdicts) == [RESET, RESET, None, HoldReason.OUTAGE]


def test_old_archive_is_told_from_a_reset_by_its_entries() -> None:
    feed = before()
    archive = [
        entry(f"a{n}", f"{WORDS[n]} damals", published_at=ago(days=90))
        for n in range(5)
    ]
    assert holds(feed.poll(*archive)) == [HoldReason.OLD_BURST] * 5
    old = before()
    ages = {"published_at": ago(days=90)}
    assert holds(old.poll(*(moved(n, **ages) for n in range(6)))) == [RESET] * 6


def test_guids_that_are_trusted_and_change_at_every_poll_are_held() -> None:
    feed = FeedMemory(feed=replace(FEED, identity=Identity.GUID))
    for poll in range(4):
        found = [article(n, guid=f"{poll}-{n}") for n in range(6)]
        verdicts = feed.poll(*found)
        assert poll == 0 or holds(verdicts) == [RESET] * 6
    assert not feed.told


# --- what is familiar -----------------------------------------------------------

DATE = datetime(2026, 3, 1, tzinfo=NOW.tzinfo)


@pytest.mark.parametrize(
    ("change", "is_familiar"),
    [
        ({}, True),
        ({"title": "Streit um Waffen im Bundestag dauert an"}, True),
        ({"title": "Etwas ganz anderes als bisher"}, False),
        ({"summary": ""}, True),
        ({"summary": "Am Dienstag ging es in Bonn um anderes und dann noch"}, False),
        ({"title": "Etwas anderes", "link": "https://alt.example/0"}, True),
        ({"title": "", "summary": ""}, False),
    ],
    ids=[
        "the same",
        "title edited",
        "title changed",
        "text left out",
        "text changed",
        "path kept",
        "empty",
    ],
)
def test_what_is_familiar(change: dict[str, object], *, is_familiar: bool) -> None:
    earlier = [linked(article(n)) for n in range(4)]
    asked = linked(replace(moved(0), **change))
    assert familiar([asked], earlier) == (is_familiar,)


def linked(one: Entry) -> Entry:
    return replace(one, canonical_link=one.link)


def test_name_of_a_page_is_familiar_under_another_path_and_ending() -> None:
    name = "waffen-fuer-kiew-und-baku"
    old = linked(entry("1", "Alt", link=f"{OLD}/2026/03/{name}.html"))
    new = linked(entry("2", "Neu", link=f"{NEW_SITE}/news/{name}/"))
    assert familiar([new], [old]) == (True,)
    assert familiar([new, replace(new, guid="3")], [old]) == (False, False)


def test_title_that_comes_every_day_is_not_familiar_by_itself() -> None:
    days = [entry(f"{n}", "Verkehrsunfall", summary=f"A{n}") for n in range(2)]
    assert familiar([entry("9", "Verkehrsunfall", summary="A9")], days) == (False,)
    assert familiar([entry("9", "Verkehrsunfall", summary="A9")], days[:1]) == (True,)


def test_word_of_very_many_titles_is_not_looked_up() -> None:
    earlier = [entry(f"{n}", f"Lage {'x' * n}") for n in range(1, 60)]
    assert familiar([entry("9", "Lage")], earlier) == (False,)
