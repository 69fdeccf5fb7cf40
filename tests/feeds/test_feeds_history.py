"""Identity over months of three live feeds, as they were fetched.

The snapshots stand beside the repository and are never part of it.
"""

from __future__ import annotations

import tarfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path, PurePosixPath

import pytest
from feed_memory import FEED, FeedMemory

from monitor.errors import FeedError
from monitor.feeds import parse_feed
from monitor.model import Entry, Novelty, ParsedFeed

HISTORY = Path(__file__).parents[3] / "shared" / "corpus" / "history.tar.xz"
NAMES = ("rnz", "nzherald", "straittimes")

pytestmark = pytest.mark.skipif(
    not HISTORY.exists(), reason="../shared/corpus/history.tar.xz is not there"
)


@dataclass(frozen=True, slots=True)
class Snapshot:
    fetched_at: datetime
    parsed: ParsedFeed


@cache
def snapshots(name: str) -> tuple[Snapshot, ...]:
    """Return the parsed snapshots of a feed, oldest first."""
    found = []
    with tarfile.open(HISTORY) as archive:
        for member in archive:
            path = PurePosixPath(member.name)
            body = archive.extractfile(member) if path.parent.name == name else None
            if body is None:
                continue
            with suppress(FeedError):  # one of them is a page that says 403
                at = datetime.fromtimestamp(int(path.stem), UTC)
                found.append(Snapshot(at, parse_feed(body.read())))
    return tuple(sorted(found, key=lambda snapshot: snapshot.fetched_at))


def as_served(entry: Entry, _: int) -> Entry:
    return entry


@cache
def replay(name: str, change: Callable[[Entry, int], Entry] = as_served) -> FeedMemory:
    """Return what is kept and told of entries that are changed on their way in."""
    shots = snapshots(name)
    feed = replace(FEED, every=timedelta(hours=4))
    memory = FeedMemory(feed=feed, now=shots[0].fetched_at)
    for number, shot in enumerate(shots):
        entries = [change(entry, number) for entry in shot.parsed.entries]
        memory.poll(*entries, after=shot.fetched_at - memory.now, home=shot.parsed.link)
    return memory


def without_guid(entry: Entry, _: int) -> Entry:
    return replace(entry, guid=None)


def with_another_guid(entry: Entry, poll: int) -> Entry:
    return replace(entry, guid=f"{entry.guid or entry.link}?{poll}")


@pytest.mark.parametrize("name", NAMES)
def test_every_entry_is_kept_once(name: str) -> None:
    memory = replay(name)
    seen = {
        entry.guid or entry.canonical_link
        for shot in snapshots(name)
        for entry in shot.parsed.entries
    }
    assert len(seen) <= len(memory.kept) <= len(seen) * 1.001, memory.counts
    assert len(memory.fired) == len(memory.kept)
    assert memory.told.total() + len(memory.suppressed) == len(memory.kept)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_suppressed_was_held_or_told(name: str) -> None:
    memory = replay(name)
    twice = [v for v in memory.suppressed if v.hold is None]
    assert len(twice) <= len(memory.kept) * 0.01, [v.entry.title for v in twice]


@pytest.mark.parametrize("name", NAMES)
def test_edits_are_some_and_new_guids_almost_none(name: str) -> None:
    counts = replay(name).counts
    assert 0 < counts[Novelty.EDITED] < 0.1 * counts[Novelty.NEW], counts
    assert (
        counts[Novelty.ALIAS] + counts[Novelty.REUSED] < 0.01 * counts[Novelty.NEW]
    ), counts


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("change", [without_guid, with_another_guid])
def test_links_do_when_guids_are_no_use(
    name: str, change: Callable[[Entry, int], Entry]
) -> None:
    good, bad = replay(name), replay(name, change)
    assert len(good.kept) <= len(bad.kept) <= len(good.kept) * 1.04, bad.counts
    assert bad.told.total() <= good.told.total() * 1.04
