"""When the guids of a feed are given up."""

from __future__ import annotations

from dataclasses import replace

import pytest
from feed_memory import FEED, NOW, SITE, entry

from monitor.feeds import note_guids
from monitor.model import HoldReason, Identity, KnownEntry, Novelty, Traits, Verdict


def verdict(novelty: Novelty, guid: str | None = "new") -> Verdict:
    known = None
    if novelty is not Novelty.NEW:
        known = KnownEntry(1, (), entry("old", "T", link=f"{SITE}/a"), "", NOW)
    return Verdict(entry(guid, "T"), novelty, "", "", known=known)


ALIAS, KNOWN = verdict(Novelty.ALIAS), verdict(Novelty.UNCHANGED)
NEW, BARE = verdict(Novelty.NEW), verdict(Novelty.ALIAS, None)
RESET = replace(NEW, hold=HoldReason.RESET)


@pytest.mark.parametrize(
    ("verdicts", "changes"),
    [
        ((), 1),
        ((NEW, NEW), 1),
        ((ALIAS, ALIAS, KNOWN), 2),
        ((ALIAS, NEW), 2),
        ((ALIAS, KNOWN), 1),
        ((KNOWN, NEW), 0),
        ((RESET, RESET), 2),
        ((BARE, BARE), 0),
    ],
    ids=[
        "no document",
        "nothing known",
        "two of three",
        "all that are known",
        "one of two",
        "none",
        "a reset",
        "guids that are missing",
    ],
)
def test_poll_counts_where_two_or_all_known_entries_have_a_new_guid(
    verdicts: tuple[Verdict, ...], changes: int
) -> None:
    found = note_guids(Traits(guid_changes=1), verdicts, FEED)
    assert found == Traits(guid_changes=changes)


def test_third_poll_gives_guids_up_for_good() -> None:
    traits = Traits()
    for _ in range(3):
        assert not traits.keyed_by_link
        traits = note_guids(traits, (ALIAS, ALIAS), FEED)
    assert traits.keyed_by_link
    assert note_guids(traits, (KNOWN, KNOWN), FEED) == traits


def test_configured_identity_wins() -> None:
    given_up = Traits(guid_changes=3, keyed_by_link=True)
    by_guid = replace(FEED, identity=Identity.GUID)
    by_link = replace(FEED, identity=Identity.LINK)
    assert note_guids(given_up, (ALIAS, ALIAS), by_guid) == Traits()
    assert note_guids(Traits(), (ALIAS, ALIAS), by_link) == Traits()
