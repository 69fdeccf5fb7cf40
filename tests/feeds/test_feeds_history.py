"""Identity over the lives of feeds, as they were and as publishers spoil them.

Three are real (their snapshots stand beside the repository and are never part of it),
one is made up. Whole histories are polled into a dictionary, parts of them into a real
database: that takes longer, and is what the daemon does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import mutations
import pytest
from histories import CORPUS, MADE_UP, REAL, Snapshot, history
from hypothesis import given, settings
from hypothesis import strategies as st
from mutations import Mutation
from replay import FEED, Replay, remember, replay

from monitor.model import Entry, HoldReason, Identity, Novelty

is_there = pytest.mark.skipif(
    not CORPUS.exists(), reason="../shared/corpus/history.tar.xz is not there"
)
NAMES = (MADE_UP, *(pytest.param(name, marks=is_there) for name in REAL))
SAMPLE, SMALL_SAMPLE = 40, 12  # snapshots from the middle of a history

SPOILT = (
    mutations.guids_of_each_poll,
    mutations.guids_changed_once,
    mutations.guids_removed,
    mutations.no_guids,
    mutations.guids_with_scheme,
    mutations.links_tracked,
    mutations.guid_is_tracked_link,
    mutations.moved_to_https,
    mutations.migrated,
    mutations.reordered,
    mutations.repeated,
    mutations.vanishing,
    mutations.titles_edited,
)
UNSTABLE = (mutations.guids_of_each_poll, mutations.guid_is_tracked_link)
OTHER_GUIDS = (
    *UNSTABLE,
    mutations.guids_changed_once,
    mutations.guids_removed,
    mutations.no_guids,
)
IDS = [
    next(name for name, value in vars(mutations).items() if value is one)
    for one in SPOILT
]


@cache
def as_served(name: str) -> Replay:
    return remember(history(name, SAMPLE))


@pytest.mark.parametrize("name", NAMES)
def test_each_story_of_a_feed_is_told_once_or_held(name: str) -> None:
    shots = history(name)
    found = remember(shots)
    counts = found.novelties
    assert found.missed(shots) == []
    # One live blog in a year took another name on another day under its old guid.
    assert len(found.twice) <= len(found.told) / 1000, found.twice
    assert found.resets == [], "a guard takes sparse polls for a reset"
    assert found.unstable_at is None
    assert counts[Novelty.EDITED] < 0.1 * counts[Novelty.NEW], counts
    strange = counts[Novelty.ALIAS] + counts[Novelty.REUSED]
    assert strange < 0.01 * counts[Novelty.NEW], counts
    expected = {HoldReason.FIRST_POLL, HoldReason.OUTAGE, HoldReason.SAME_STORY}
    assert found.reasons.keys() <= expected
    assert found.reasons[HoldReason.SAME_STORY] < 0.01 * counts[Novelty.NEW]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("mutate", SPOILT, ids=IDS)
def test_no_story_is_told_twice_or_missed_whatever_a_publisher_does(
    name: str, mutate: Mutation
) -> None:
    shots = mutate(history(name, SAMPLE))
    found = remember(shots)
    assert found.missed(shots) == []
    assert set(found.twice) <= excused(shots, mutate), found.twice
    assert_no_storm(found, as_served(name), shots, mutate)


def excused(shots: Sequence[Snapshot], mutate: Mutation) -> set[str]:
    """Return the stories that nobody could know again, for nothing of them stayed.

    With other guids, or none, those whose address or title was edited; after a
    migration those whose text was, and those that were not there when it was noticed.
    """
    if mutate in OTHER_GUIDS:
        return edited(shots, lambda e: (e.title, (e.link or "").partition("utm_")[0]))
    if mutate is not mutations.migrated:
        return set()
    middle = len(shots) // 2
    before, there, after = (
        {e.language for shot in some for e in shot.entries}
        for some in (shots[:middle], shots[middle : middle + 1], shots[middle + 1 :])
    )
    return edited(shots, lambda e: (e.title, e.summary)) | ((before & after) - there)


def edited(shots: Sequence[Snapshot], text: Callable[[Entry], object]) -> set[str]:
    """Return the stories of which there is more than one text."""
    known: dict[str, set[object]] = {}
    for shot in shots:
        for entry in shot.entries:
            known.setdefault(entry.language, set()).add(text(entry))
    return {story for story, texts in known.items() if len(texts) > 1}


def assert_no_storm(
    found: Replay, good: Replay, shots: list[Snapshot], mutate: Mutation
) -> None:
    extra = len(excused(shots, mutate))
    if mutate is mutations.migrated:
        middle = len(shots) // 2
        assert found.resets == [middle]
        extra += len(shots[middle].entries)
    elif mutate is not mutations.vanishing:  # that is a sparse poll made sparser
        assert found.resets == []
    assert found.novelties[Novelty.NEW] <= good.novelties[Novelty.NEW] * 1.01 + extra
    assert (found.unstable_at is not None) == (mutate in UNSTABLE)


# --- in a real database -----------------------------------------------------------


@pytest.mark.parametrize(
    "mutate", [mutations.as_served, *SPOILT], ids=["as_served", *IDS]
)
def test_database_does_for_a_made_up_feed_what_the_dictionary_does(
    mutate: Mutation, tmp_path: Path
) -> None:
    shots = mutate(history(MADE_UP, 24))
    assert replay(shots, tmp_path) == remember(shots)


@is_there
@pytest.mark.parametrize("name", REAL)
@pytest.mark.parametrize(
    "mutate",
    [mutations.as_served, mutations.guids_of_each_poll, mutations.migrated],
    ids=["as_served", "guids_of_each_poll", "migrated"],
)
def test_database_does_for_a_real_feed_what_the_dictionary_does(
    name: str, mutate: Mutation, tmp_path: Path
) -> None:
    shots = mutate(history(name, SMALL_SAMPLE))
    assert replay(shots, tmp_path) == remember(shots)


@pytest.mark.parametrize("identity", Identity)
def test_what_is_configured_tells_no_story_of_a_sound_feed_twice(
    identity: Identity, tmp_path: Path
) -> None:
    shots = history(MADE_UP, 24)
    found = replay(shots, tmp_path, replace(FEED, identity=identity))
    assert (found.twice, found.missed(shots), found.resets) == ([], [], [])


# --- whatever happens -------------------------------------------------------------


@given(
    st.integers(0, 10_000),
    st.lists(st.sampled_from(SPOILT), max_size=2, unique=True),
    st.sampled_from(Identity),
)
@settings(max_examples=25, deadline=None)
def test_no_made_up_story_is_told_twice_or_missed(
    seed: int, spoilt: list[Mutation], identity: Identity
) -> None:
    shots: Sequence[Snapshot] = history(MADE_UP, 14, seed)
    for mutate in spoilt:
        shots = mutate(shots)
    if set(spoilt) & set(OTHER_GUIDS) and mutations.titles_edited in spoilt:
        return  # what an edit leaves of an entry is its guid
    found = remember(shots, replace(FEED, identity=identity))
    assert found.missed(shots) == []
    late = excused(shots, mutations.migrated) if mutations.migrated in spoilt else set()
    assert set(found.twice) <= late, found.twice
