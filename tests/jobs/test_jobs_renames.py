"""Names that change: what is stored goes along, and what waited goes out."""

from __future__ import annotations

from dataclasses import replace

from house import HIT, House

from monitor.jobs.renames import follow_names
from monitor.model import ChannelSpec, Lane
from monitor.testing import FakeChannels


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
        primed.store.run(lambda tx: follow_names(tx, in_force))
        primed.store.run(lambda tx: tx.sync_feeds(in_force.settings.feeds, now))
    left = primed.store.run(lambda tx: tx.sync_outbox(in_force.lanes, in_force.rules))
    assert left == 0
    await primed.deliver()
    assert primed.titles(Lane("raum", 0)) == [HIT]
    primed.publish(HIT)
    counts = await primed.poll("neu")
    assert counts.entries_new == 0, "it is the feed that it was"
