"""The report on a week comes when it was asked for, and says what was."""

from __future__ import annotations

from dataclasses import replace

import pytest
from freezegun import freeze_time
from house import DESK, HIT, House, rule
from watched_house import DAY, HOUR, MINUTE, FakeDisk, Watched

from monitor.jobs.weekly import WeeklyJob
from monitor.model import CanarySpec, Feed, RunName, SendOutcome, Space
from monitor.testing import START

MONDAYS = "0 8 * * mon"


@pytest.fixture
async def watched(primed: House) -> Watched:
    made = Watched(primed)
    made.ask_for(report=MONDAYS, canary=CanarySpec(None))
    return made


async def after(watched: Watched, hours: float) -> list[str]:
    """Let so much time pass and look; return what `ops` has heard."""
    watched.house.clock.advance(hours * HOUR)
    await watched.weekly.run()
    return await watched.heard()


async def test_it_comes_when_it_was_asked_for(watched: Watched) -> None:
    assert await after(watched, 0) == []  # monday noon: it is noted from when on
    assert watched.run(RunName.REPORT).good_at is None
    assert await after(watched, 6 * 24) == []
    assert await after(watched, 19) == []
    (title,) = await after(watched, 1)
    assert title == "the week to 12 Jan 2026, 08:10: 0 alerts"
    assert watched.run(RunName.REPORT).good_at == watched.house.clock.now()
    assert await after(watched, 1) == []


async def test_no_writer_waits_while_the_week_is_counted(watched: Watched) -> None:
    house = watched.house

    class WriterBeside(FakeDisk):
        def space(self) -> Space | None:
            house.store.run(lambda tx: tx.note_done("beside", START))
            return super().space()

    watched.weekly = replace(watched.weekly, disk=WriterBeside())
    await after(watched, 0)
    assert len(await after(watched, 7 * 24)) == 1
    assert house.store.run(lambda tx: tx.done_at("beside")) == START


async def test_what_was_missed_comes_once_late(watched: Watched) -> None:
    await after(watched, 0)
    assert len(await after(watched, 20 * 24)) == 1
    assert await after(watched, 1) == []


async def test_nobody_who_did_not_ask_gets_it(watched: Watched) -> None:
    watched.ask_for()
    await after(watched, 0)
    assert await after(watched, 200) == []
    assert watched.house.store.run(lambda tx: tx.runs()) == {}


async def test_a_clock_that_goes_back_begins_anew(watched: Watched) -> None:
    await after(watched, 0)
    await after(watched, 10 * 24)
    sent_at = watched.run(RunName.REPORT).good_at
    watched.house.clock.jump(-30 * DAY)
    assert await after(watched, 0) == []
    assert watched.run(RunName.REPORT).good_at == sent_at
    assert len(await after(watched, 7 * 24)) == 1


async def test_it_keeps_to_the_users_morning(watched: Watched) -> None:
    watched.ask_for(report="0 8 * * *", timezone="Europe/Berlin")
    with freeze_time("2026-10-24T20:00Z") as frozen:  # the night the clocks go back
        clock = watched.house.clock
        clock.wall = START.replace(month=10, day=24, hour=20)
        await watched.weekly.run()
        for hour, count in ((4, 0), (6, 0), (7, 1), (8, 0)):
            clock.wall = START.replace(month=10, day=25, hour=hour)
            frozen.move_to(clock.wall)
            await watched.weekly.run()
            assert len(await watched.heard()) == count


async def test_it_says_what_was(watched: Watched) -> None:
    house = watched.house
    house.rules = (rule(), rule("kiew", "Kiew"), rule("nie", "Quatsch"))
    other = Feed("andere", "https://other.example.org/feed", DAY)
    house.feeds = (*house.feeds, other)
    house.configure()
    watched.ask_for(report=MONDAYS)
    await watched.canary.run()
    await after(watched, 0)
    house.publish(HIT, "Nichts")
    await house.poll()
    await house.deliver()
    house.publish(f"{HIT} zwei", f"{HIT} an Kiew")
    await house.poll()
    house.answer(DESK, SendOutcome.RETRY)
    await house.deliver()
    house.clock.advance(6 * MINUTE)
    await house.deliver()
    house.publish(f"{HIT} drei")
    await house.poll()
    house.answer(DESK, *[SendOutcome.MESSAGE_REFUSED] * 2)
    await house.deliver()
    await house.poll("andere")  # it is not there
    await after(watched, 7 * 24 - 4)
    assert watched.text().splitlines() == [
        "Feeds: 1 failing, 1 ok.",
        "Not well: andere.",
        "5 polls, 1 failed.",
        "5 new entries, 5 matches, 5 alerts.",
        "Alerts by rule: waffen 4, kiew 1.",
        "Rules without an alert: nie.",
        "Most alerts came from: news 5.",
        (
            "Channel desk: 3 sent, half of them within 6 min, 95 % within 6 min, "
            "2 late, 1 dead."
        ),
        "Canary: came through on 5 Jan 2026, 12:10.",
        "Disk: 50.0 GB of 100.0 GB free.",
        "Version 1.2.3.",
    ]


async def test_a_first_week_has_little_to_say(house: House) -> None:
    watched = Watched(house)
    house.rules = tuple(rule(f"rule{n:02}") for n in range(13))
    house.configure()
    house.publish(*[f"{HIT} {n}" for n in range(2)])
    await house.poll()  # a first poll: they are held
    watched.ask_for(report=MONDAYS, canary=CanarySpec(None))
    watched.weekly = WeeklyJob(
        house.store,
        house.clock,
        FakeDisk(free=None),
        lambda: house.in_force,
        "1.2.3",
    )
    await after(watched, 0)
    await after(watched, 7 * 24 - 1)
    assert watched.text().splitlines() == [
        "Feeds: 1 ok.",
        "1 poll, 0 failed.",
        "2 new entries, 26 matches, 26 alerts.",
        "Alerts by rule: rule00 2, rule01 2, rule02 2, rule03 2, rule04 2 and 8 more.",
        "Most alerts came from: news 26.",
        "Held now: 26 first poll.",
        "Canary: has not flown.",
        "Version 1.2.3.",
    ]
