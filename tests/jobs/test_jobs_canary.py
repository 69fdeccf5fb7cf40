"""The canary goes the whole way, leaves nothing behind, and tells where it fell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

import pytest
from house import DESK, OPS, House, rule
from watched_house import DAY, HOUR, MINUTE, Watched

from monitor.alerts.canary import WORD
from monitor.errors import StoreError
from monitor.jobs.canary import CanaryJob
from monitor.matching import RuleSet
from monitor.model import (
    CanarySpec,
    Delivery,
    Entry,
    Feed,
    HoldReason,
    Match,
    Message,
    MessageKind,
    ParsedFeed,
    Run,
    RunName,
    SendOutcome,
    StoredAlert,
)
from monitor.ports import Transaction
from monitor.store.tables import WORD_INDEX
from monitor.store.transaction import SqlTransaction
from monitor.testing import InlineParser

T = TypeVar("T")
SICK, WELL = "the canary failed at step {}", "the canary is well again"


@pytest.fixture
def watched(house: House) -> Watched:
    return Watched(house)


def contents(house: House) -> dict[str, int]:
    """Return how many rows each table has."""

    def count(tx: Transaction) -> dict[str, int]:
        assert isinstance(tx, SqlTransaction)
        run = tx._connection.exec_driver_sql
        named = run("SELECT name FROM sqlite_master WHERE type = 'table'")
        names = [name for (name,) in named if name not in ("runs", WORD_INDEX)]
        return {
            name: run(f"SELECT count(*) FROM {name}").scalar_one()  # noqa: S608 - our own names
            for name in names
        }

    return house.store.run(count)


async def test_it_leaves_nothing_but_the_note_of_its_success(watched: Watched) -> None:
    before = contents(watched.house)
    await watched.canary.run()
    now = watched.house.clock.now()
    assert watched.run(RunName.CANARY) == Run(RunName.CANARY, now, now)
    assert contents(watched.house) == before
    assert watched.house.journal.named("canary")[0]["error"] == ""
    assert await watched.heard() == []


async def test_it_flies_daily_or_never(watched: Watched) -> None:
    watched.ask_for(canary=CanarySpec(None))
    await watched.canary.run()
    assert watched.house.journal.named("canary") == []
    watched.ask_for()
    for hours, flights in ((0, 1), (23, 1), (1, 2), (1, 2)):
        watched.house.clock.advance(hours * HOUR)
        await watched.canary.run()
        assert len(watched.house.journal.named("canary")) == flights


async def test_it_flies_where_the_clock_went_back(watched: Watched) -> None:
    await watched.canary.run()
    watched.house.clock.jump(-DAY)
    await watched.canary.run()
    assert watched.run(RunName.CANARY).good_at == watched.house.clock.now()


async def test_rules_that_are_true_of_everything_do_not_hear_of_it(
    watched: Watched,
) -> None:
    watched.house.rules = (rule("alles", "/./"), rule("sie", WORD))
    watched.house.configure()
    before = contents(watched.house)
    await watched.canary.run()
    assert watched.run(RunName.CANARY).detail == ""
    assert contents(watched.house) == before


async def test_ids_that_were_told_stay_those_of_alerts(primed: House) -> None:
    watched = Watched(primed)
    primed.publish("Aserbaidschan eins")
    await primed.poll()
    await watched.canary.run()
    primed.publish("Aserbaidschan eins", "Aserbaidschan zwei")
    await primed.poll()
    await primed.deliver()
    told = [message.alerts for _, message, _ in primed.places.sent]
    assert told == [(1,), (2,)]


class Hanging(InlineParser):
    """A parser that is never ready."""

    async def parse(self, body: bytes, **more: Any) -> ParsedFeed:
        return await super().parse(b"hang" * bool(body), **more)


async def test_what_cannot_be_read_is_told_once_and_tried_hourly(
    watched: Watched,
) -> None:
    good, watched.canary = watched.canary, replace(watched.canary, parser=Hanging())
    await watched.canary.run()
    assert await watched.heard() == [SICK.format("parse")]
    assert "took longer than 10 s to read" in watched.text()
    for minutes in (59, 1, 60):
        watched.house.clock.advance(minutes * MINUTE)
        await watched.canary.run()
        assert await watched.heard() == []
    assert len(watched.house.journal.named("canary")) == 3
    watched.house.clock.advance(HOUR)
    await good.run()
    assert await watched.heard() == [WELL]
    watched.house.clock.advance(DAY)
    await good.run()
    assert await watched.heard() == []


class Defective(InlineParser):
    """A parser with a defect of its own."""

    async def parse(self, body: bytes, **_: Any) -> ParsedFeed:
        raise TypeError(f"{len(body)} bytes are too many")


class Blind(InlineParser):
    """A parser that finds no entry."""

    async def parse(self, body: bytes, **more: Any) -> ParsedFeed:
        return replace(await super().parse(body, **more), entries=())


@pytest.mark.parametrize(
    ("parser", "what"),
    [
        (Defective(), "bytes are too many"),
        (Blind(), "0 entries were read, 1 expected"),
    ],
)
async def test_a_parser_that_is_not_what_it_was_is_told(
    watched: Watched, parser: InlineParser, what: str
) -> None:
    await replace(watched.canary, parser=parser).run()
    assert await watched.heard() == [SICK.format("parse")]
    assert what in watched.text()


@dataclass
class Spoiled:
    """A store of which one piece does something else; it is given what it did."""

    house: House
    name: str
    instead: Callable[..., object]

    async def transact(self, work: Callable[[Transaction], T]) -> T:
        def spoiled(tx: Transaction) -> T:
            setattr(tx, self.name, partial(self.instead, getattr(tx, self.name)))
            return work(tx)

        return await self.house.store.transact(spoiled)


def spoil(watched: Watched, name: str, instead: Callable[..., object]) -> CanaryJob:
    store = Spoiled(watched.house, name, instead)
    return replace(watched.canary, store=store)


def fails(*_: object, **__: object) -> object:
    raise RuntimeError("a defect")


def nothing(*_: object, **__: object) -> object:
    return None


def another(real: Callable[..., Delivery], *args: object, **more: object) -> Delivery:
    delivery = real(*args, **more)
    return replace(delivery, message=Message(MessageKind.ALERT, "Something else"))


def held(
    real: Callable[..., StoredAlert], *args: object, **more: object
) -> StoredAlert:
    return replace(real(*args, **more), hold=HoldReason.RESET)


@pytest.mark.parametrize(
    ("name", "instead", "step", "what"),
    [
        ("save_entries", fails, "store", "a defect"),
        ("save_entries", nothing, "store", "TypeError"),
        ("add_match", nothing, "match", "0 matches, 1 expected"),
        ("add_alert", held, "alert", "0 may go out (reset), 1 expected"),
        ("lease", nothing, "outbox", "there is nothing to send"),
        ("lease", another, "outbox", "another message came out"),
        ("lease", fails, "outbox", "a defect"),
    ],
)
async def test_it_tells_where_it_fell(
    watched: Watched, name: str, instead: Callable[..., object], step: str, what: str
) -> None:
    await spoil(watched, name, instead).run()
    assert await watched.heard() == [SICK.format(step)]
    assert what in watched.text()


class Deaf(RuleSet):
    """Rules that cannot be asked."""

    def matches(self, entry: Entry, feed: Feed) -> tuple[Match, ...]:
        raise RuntimeError(f"{entry.key} of {feed.name}: a defect")


async def test_rules_that_cannot_be_asked_are_a_failure(watched: Watched) -> None:
    house = watched.house
    house.in_force = replace(house.in_force, rule_set=Deaf([], {}, []))
    await watched.canary.run()
    assert await watched.heard() == [SICK.format("match")]


async def test_a_database_that_fails_is_no_canarys_business(watched: Watched) -> None:
    def full(*_: object) -> object:
        raise StoreError("the disk is full")

    with pytest.raises(StoreError):
        await spoil(watched, "save_entries", full).run()
    assert watched.house.store.run(lambda tx: tx.runs()) == {}


# channels


@pytest.fixture
def told(watched: Watched) -> Watched:
    """The watch of a house whose desk hears of the canary."""
    watched.ask_for(canary=CanarySpec(channels=("desk", "nobody")))
    return watched


async def test_channels_hear_of_it(told: Watched) -> None:
    await told.canary.run()
    assert told.run(RunName.CANARY).good_at is None
    await told.house.deliver()
    assert told.house.titles() == ["canary: alerts reach channel desk"]
    await told.canary.run()
    assert told.run(RunName.CANARY).good_at == told.house.clock.now()
    assert told.house.counts() == {}
    await told.canary.run()
    assert await told.heard() == []


async def test_a_channel_that_does_not_take_it_is_told_and_waited_for(
    told: Watched,
) -> None:
    told.house.answer(DESK, *[SendOutcome.RETRY] * 3)
    await told.canary.run()
    for _ in range(3):
        await told.house.deliver()
        told.house.clock.advance(7 * MINUTE)
        await told.canary.run()
    assert await told.heard() == [SICK.format("channel")]  # and the desk takes it
    assert "channel: desk (retry) has not taken its message" in told.text()
    told.house.clock.advance(MINUTE)
    await told.canary.run()
    assert await told.heard() == [WELL]
    await told.canary.run()
    assert await told.heard() == []
    assert len(told.house.journal.named("canary")) == 1


async def test_all_channels_that_do_not_take_it_are_named(told: Watched) -> None:
    told.ask_for(canary=CanarySpec(channels=("desk", "ops")))
    told.house.answer(DESK, *[SendOutcome.RETRY] * 3)
    told.house.answer(OPS, SendOutcome.CHANNEL_BROKEN)
    await told.canary.run()
    await told.house.deliver()
    told.house.clock.advance(15 * MINUTE)
    await told.canary.run()
    named = "desk (retry), ops (channel_broken) have not taken theirs"
    assert named in told.run(RunName.CANARY).detail


async def test_what_nobody_took_makes_way_for_the_next(told: Watched) -> None:
    told.house.answer(DESK, *[SendOutcome.CHANNEL_BROKEN] * 2)
    for _ in range(3):
        await told.canary.run()
        await told.house.deliver()
        told.house.clock.advance(DAY)
    titles = [message.title for at, message, _ in told.house.places.sent if at == DESK]
    assert titles == ["canary: alerts reach channel desk"]


async def test_one_that_is_in_flight_is_let_be(told: Watched) -> None:
    await told.canary.run()
    now = told.house.clock.now()
    until = now + 2 * DAY
    told.house.store.run(lambda tx: tx.lease(DESK, now, until=until))
    told.house.clock.advance(DAY)
    await told.canary.run()
    assert told.house.counts() == {"leased": 1, "pending": 1}


async def test_after_a_fall_within_no_channel_is_asked_for(told: Watched) -> None:
    await replace(told.canary, parser=Hanging()).run()
    told.house.clock.advance(MINUTE)
    await told.canary.run()
    assert told.run(RunName.CANARY).detail.startswith("parse:")
    assert told.house.titles() == []
