"""Names that change: what is stored goes along, and what waited goes out."""

from __future__ import annotations

from dataclasses import replace

from house import HIT, House

from monitor.alerts import ops_message
from monitor.jobs.renames import FOLLOWED_FOR, follow_names
from monitor.model import ChannelSpec, Lane
from monitor.testing import FakeChannels

HOUR = FOLLOWED_FOR


async def test_feed_rule_and_channel_are_renamed_at_once(primed: House) -> None:
    primed.publish(HIT)
    await primed.poll()
    primed.feeds = (replace(primed.feeds[0], name="neu", renamed_from=("news",)),)
    primed.rules = (
        replace(
            primed.rules[0], name="krieg", channels=("raum",), renamed_from=("waffen",)
        ),
    )
    primed.reform(
        feeds=primed.feeds,
        channels=(
            ChannelSpec("raum", ("x://",), renamed_from=("desk", "room")),
            ChannelSpec("ops", ("x://",)),
        ),
    )
    primed.places = FakeChannels({"raum": 1, "ops": 1})
    now, in_force = primed.clock.now(), primed.in_force
    for _ in range(2):
        primed.store.run(lambda tx: follow_names(tx, in_force, now))
        primed.store.run(lambda tx: tx.sync_feeds(in_force.settings.feeds, now))
    left = primed.store.run(lambda tx: tx.sync_outbox(in_force.lanes, in_force.rules))
    assert left == 0
    await primed.deliver()
    assert primed.titles(Lane("raum", 0)) == [HIT]
    primed.publish(HIT)
    counts = await primed.poll("neu")
    assert counts.entries_new == 0, "it is the feed that it was"


RAUM = ChannelSpec("raum", ("x://",), renamed_from=("desk",))
DESK_AGAIN = ChannelSpec("desk", ("x://",))


def follow(house: House, spec: ChannelSpec, *, hours: float = 0) -> list[str]:
    """Follow the names of a configuration; return the channels where things wait."""
    house.clock.advance(hours * HOUR)
    house.reform(channels=(spec, ChannelSpec("ops", ("x://",))))
    in_force, now = house.in_force, house.clock.now()
    house.store.run(lambda tx: follow_names(tx, in_force, now))
    return [queue.channel for queue in house.store.run(lambda tx: tx.waiting())]


def send(house: House, channel: str) -> None:
    message, now = ops_message("news", ""), house.clock.now()
    house.store.run(lambda tx: tx.enqueue(channel, message, 1, now))


def test_a_renaming_is_followed_until_nothing_is_under_way_any_more(
    house: House,
) -> None:
    send(house, "desk")
    assert follow(house, RAUM) == ["raum"]
    send(house, "desk")
    assert follow(house, RAUM, hours=0.9) == ["raum"]
    send(house, "desk")
    assert follow(house, RAUM, hours=0.2) == ["raum"], "once more after the hour"
    send(house, "desk")
    assert follow(house, RAUM) == ["desk", "raum"], "and then no more"


def test_a_name_that_comes_back_can_be_renamed_again(house: House) -> None:
    for _ in range(3):
        follow(house, RAUM, hours=2)
    follow(house, DESK_AGAIN)
    send(house, "desk")
    assert follow(house, RAUM) == ["raum"]
