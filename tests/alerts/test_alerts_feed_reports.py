"""What `ops` is told of the feeds' troubles: grouped, once, and never a storm."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.alerts.feed_reports import Telling, to_tell, untold
from monitor.alerts.health_words import WORDS, pace_in_words
from monitor.alerts.wording import ago, ahead, short
from monitor.model import FeedTrouble, Trouble, Wait

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
SECOND = timedelta(seconds=1)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
HOST = "news.example.org"


def row(
    feed: str = "faz", trouble: Trouble = Trouble.REFUSED, **more: object
) -> FeedTrouble:
    made = FeedTrouble(feed, trouble, HOST, NOW - DAY, NOW, "answered 403 Forbidden")
    return replace(made, **more)


@dataclass
class Desk:
    """Keeps the records as a database does, and what was told."""

    rows: dict[tuple[str, Trouble], FeedTrouble] = field(default_factory=dict)
    titles: list[str] = field(default_factory=list)
    calm: list[bool] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    now: datetime = NOW

    def begin(self, *feeds: str, **more: object) -> None:
        for feed in feeds:
            made = row(feed, **{"noticed_at": self.now, **more})
            known = self.rows.get((feed, made.trouble))
            if known is not None:
                again = replace(made, again=known.again + 1)
                made = again if known.end_told_at else replace(known, ended_at=None)
            self.rows[feed, made.trouble] = made

    def end(self, *feeds: str, trouble: Trouble = Trouble.REFUSED) -> None:
        for feed in feeds:
            known = self.rows[feed, trouble]
            self.rows[feed, trouble] = replace(known, ended_at=self.now)

    def wait(self, time: timedelta, gathering: Collection[str] = ()) -> Telling:
        """Let time pass and tell what is to be told."""
        self.now += time
        told = to_tell(list(self.rows.values()), gathering, self.now, zone=BERLIN)
        for changed in told.changed:
            self.rows[changed.feed, changed.trouble] = changed
        for dropped in told.dropped:
            del self.rows[dropped.feed, dropped.trouble]
        self.titles += [report.title for report in told.reports]
        self.calm += [report.is_calm for report in told.reports]
        self.texts += [report.text for report in told.reports]
        return told


def test_nothing_is_told_of_nothing() -> None:
    assert to_tell([], (), NOW, zone=BERLIN) == Telling()


def test_trouble_is_told_once_when_it_begins_and_once_when_it_ends() -> None:
    desk = Desk()
    desk.begin("faz")
    for _ in range(3):
        desk.wait(SECOND)
    desk.end("faz")
    for _ in range(3):
        desk.wait(SECOND)
    assert desk.titles == [
        "feed faz is failing: it refuses to answer",
        "feed faz works again",
    ]
    assert desk.calm == [False, True]
    assert desk.texts[0] == (
        "answered 403 Forbidden. Since 4 Jan 2026, 13:00. "
        + WORDS[Trouble.REFUSED].advice
    )
    desk.wait(DAY)
    assert desk.rows == {}


def test_feeds_of_one_host_share_one_message() -> None:
    desk = Desk()
    names = [f"feed{n:02}" for n in range(40)]
    desk.begin(*names)
    desk.wait(SECOND)
    desk.end(*names[:39])
    desk.wait(HOUR)
    assert len(desk.titles) == 1, "one is not well yet"
    desk.end(names[39])
    desk.wait(HOUR)
    assert desk.titles == [
        f"{HOST}: 40 feeds are failing: they refuse to answer",
        f"{HOST}: all 40 feeds work again",
    ]
    first = "feed00, feed01, feed02, feed03, feed04 and 35 more."
    assert all(text.startswith(first) for text in desk.texts)


def test_message_waits_for_feeds_that_are_about_to_be_asked() -> None:
    desk = Desk()
    desk.begin("faz")
    desk.wait(SECOND, [HOST])
    desk.begin("fas")
    assert desk.titles == []
    desk.wait(SECOND)
    assert desk.titles == [f"{HOST}: 2 feeds are failing: they refuse to answer"]


def test_message_does_not_wait_for_ever() -> None:
    desk = Desk()
    desk.begin("faz")
    desk.wait(29 * SECOND, [HOST])
    assert desk.titles == []
    desk.wait(SECOND, [HOST])
    assert len(desk.titles) == 1


def test_further_feeds_join_without_a_word() -> None:
    desk = Desk()
    desk.begin("faz")
    desk.wait(SECOND)
    desk.begin("fas", "fao")
    desk.wait(HOUR)
    desk.end("faz", "fas", "fao")
    desk.wait(HOUR)
    assert desk.titles == [
        "feed faz is failing: it refuses to answer",
        f"{HOST}: all 3 feeds work again",
    ]


def test_trouble_that_ends_and_begins_elsewhere_on_the_host_goes_on() -> None:
    desk = Desk()
    desk.begin("faz")
    desk.wait(SECOND)
    desk.end("faz")
    desk.begin("fas")
    desk.wait(SECOND)
    assert len(desk.titles) == 1


def test_those_that_are_well_for_a_day_are_told_of() -> None:
    desk = Desk()
    desk.begin("faz", "fas", "fao")
    desk.wait(SECOND)
    desk.end("faz", "fas")
    desk.wait(DAY)
    desk.wait(DAY)
    assert desk.titles[1:] == [f"{HOST}: 2 of 3 feeds work again"]
    assert desk.texts[1] == "1 feed is not well yet: fao."
    desk.end("fao")
    desk.wait(HOUR)
    assert desk.titles[2:] == ["feed fao works again"]


def test_kinds_and_hosts_are_told_apart_the_worst_first() -> None:
    desk = Desk()
    desk.begin("faz", trouble=Trouble.GAP)
    desk.begin("faz", trouble=Trouble.MOVED)
    desk.begin("taz", trouble=Trouble.GONE, host="taz.example", detail="")
    desk.wait(SECOND)
    assert desk.titles == [
        "feed taz is gone",
        "feed faz has moved for good",
        "feed faz lost entries between two polls",
    ]
    assert desk.texts[0].startswith("Since ")


def test_end_of_a_move_goes_without_saying() -> None:
    desk = Desk()
    desk.begin("faz", trouble=Trouble.MOVED)
    desk.wait(SECOND)
    desk.end("faz", trouble=Trouble.MOVED)
    desk.wait(SECOND)
    assert len(desk.titles) == 1
    desk.wait(DAY)
    assert desk.rows == {}


def test_what_comes_and_goes_is_told_twice_and_then_only_when_it_is_over() -> None:
    desk = Desk()
    for _ in range(20):
        desk.begin("faz")
        desk.wait(10 * MINUTE)
        desk.end("faz")
        desk.wait(10 * MINUTE)
    assert desk.titles == [
        "feed faz is failing: it refuses to answer",
        "feed faz works again",
        "feed faz is failing: it refuses to answer",
    ]
    assert desk.texts[2].endswith("its end is told after a day without it.")
    desk.end("faz")
    desk.wait(23 * HOUR)
    assert len(desk.titles) == 3
    desk.wait(HOUR)
    assert desk.titles[3:] == ["feed faz works again"]


def test_what_goes_from_feed_to_feed_of_a_host_comes_and_goes_too() -> None:
    desk = Desk()
    for n in range(40):
        desk.begin(f"feed{n}")
        desk.wait(MINUTE)
        desk.end(f"feed{n}")
        desk.wait(MINUTE)
    assert len(desk.titles) == 3


def test_trouble_of_many_hosts_is_told_in_one_message() -> None:
    desk = Desk()
    for n in range(40):
        desk.begin(f"feed{n:02}", host=f"h{n:02}.example")
    desk.wait(SECOND)
    assert desk.titles == ["troubles of feeds: 40 began"]
    lines = desk.texts[0].splitlines()
    assert lines[0] == "- feed feed00 is failing: it refuses to answer"
    assert lines[-2:] == ["and 10 more", "What to do about each: monitor feeds health"]
    desk.end(*(f"feed{n:02}" for n in range(40)))
    desk.begin("old", "older", trouble=Trouble.GONE)
    desk.wait(10 * MINUTE)
    assert desk.titles[1:] == ["troubles of feeds: 1 began, 40 ended"]
    assert desk.texts[1].startswith(f"- {HOST}: 2 feeds are gone (old, older)")


def test_only_ends_are_told_in_one_message_too() -> None:
    desk = Desk()
    names = [f"feed{n}" for n in range(4)]
    for name in names:
        desk.begin(name, host=name)
    desk.wait(SECOND)
    desk.end(*names)
    desk.wait(SECOND)
    assert desk.titles == ["troubles of feeds: 4 began", "troubles of feeds: 4 ended"]


def test_an_hour_has_few_messages_whatever_happens() -> None:
    """A hundred hosts fail, one each half minute; nothing is left out."""
    desk = Desk()
    for n in range(100):
        desk.begin(f"feed{n}", host=f"h{n}.example")
        desk.wait(30 * SECOND)
    desk.wait(10 * MINUTE)
    assert len(desk.titles) <= 10 + 6
    assert all(known.told_at for known in desk.rows.values())


def test_hosts_wait_since_their_first_trouble() -> None:
    early, late = NOW - MINUTE, NOW
    rows = [
        row("a", noticed_at=late),
        row("b", noticed_at=early),
        row("c", host="other", told_at=NOW),
    ]
    assert untold(rows) == {HOST: early}


def test_feeds_without_a_host_are_named() -> None:
    desk = Desk()
    desk.begin("a", "b", host="")
    desk.wait(SECOND)
    assert desk.titles[0].startswith("feeds without a host: 2 feeds")


# --- words --------------------------------------------------------------------------


def test_every_trouble_has_words() -> None:
    assert set(WORDS) == set(Trouble)
    assert all(len(words.short) <= 8 for words in WORDS.values())


@pytest.mark.parametrize("wait", Wait)
def test_pace_says_why_it_is_not_what_is_wanted(wait: Wait) -> None:
    told = pace_in_words(10 * MINUTE, HOUR, wait)
    assert told == "60m" if wait is Wait.EVERY else told.startswith("10m wanted, 60m: ")
    assert pace_in_words(10 * MINUTE, 10 * MINUTE, wait) == "10m"


def test_pace_names_the_ttl() -> None:
    assert pace_in_words(10 * MINUTE, HOUR, Wait.TTL) == (
        "10m wanted, 60m: the feed's ttl"
    )
    assert pace_in_words(10 * MINUTE, None, None) == "10m"


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "0s"), (59.6, "1m"), (60, "1m"), (90, "90s"), (120, "2m"), (750, "12m"),
        (3600, "60m"), (7200, "2h"), (86_400, "24h"), (200_000, "2d"),
    ],
)  # fmt: skip
def test_durations_are_short(seconds: float, expected: str) -> None:
    assert short(timedelta(seconds=seconds)) == expected


def test_times_are_told_from_now() -> None:
    assert ago(None, NOW) == "never"
    assert ago(NOW - 5 * MINUTE, NOW) == "5m ago"
    assert ago(NOW + MINUTE, NOW) == "0s ago", "a clock went back"
    assert ahead(None, NOW) == ""
    assert ahead(NOW, NOW) == "due"
    assert ahead(NOW + 7 * MINUTE, NOW) == "in 7m"
