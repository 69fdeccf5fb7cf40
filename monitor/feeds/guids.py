"""Whether a feed's guids are of use: an entry should keep its own for life."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.model import Feed, HoldReason, Identity, Novelty, Traits, Verdict, changed

_UNSTABLE = 3  # a publisher who changes all guids once has changed his software
_SOME = 2  # one entry under a new guid is an entry that was put in again


def note_guids(traits: Traits, verdicts: Sequence[Verdict], feed: Feed) -> Traits:
    """Return the traits after a poll: guids that change at three polls are given up.

    A poll counts when at least two of the entries that were known have a new guid, or
    all of them if there are fewer. One at which none has starts the count anew.
    """
    if feed.identity is Identity.GUID:  # an operator has judged them
        return changed(traits, guid_changes=0, keyed_by_link=False)
    if feed.identity is Identity.LINK or traits.keyed_by_link:
        return traits
    known = [v for v in verdicts if v.known or v.hold is HoldReason.RESET]
    renamed = sum(map(_has_new_guid, known))
    if not renamed:
        changes = 0 if known else traits.guid_changes
    else:
        changes = traits.guid_changes + (renamed >= min(_SOME, len(known)))
    return changed(traits, guid_changes=changes, keyed_by_link=changes >= _UNSTABLE)


def _has_new_guid(verdict: Verdict) -> bool:
    guid, known = verdict.entry.guid, verdict.known
    if not guid:
        return False
    if known is None:  # it was held as one that is known by its title
        return True
    is_alias = verdict.novelty is Novelty.ALIAS
    return is_alias and known.entry.guid not in {None, guid}
