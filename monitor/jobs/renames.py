"""What is stored follows the names in the files: ``renamed_from``.

To look for an old name reads whole tables, and the line may stand in the file for
years. So it is noted since when a renaming is followed, and after an hour it is left
alone: by then whatever was under way under the old name has ended. An old name that
comes into force again ends the note, so that it can be renamed once more.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from monitor.jobs.in_force import InForce
from monitor.ports import Transaction

FOLLOWED_FOR: Final = timedelta(hours=1)

_FEED, _RULE, _CHANNEL = "feed", "rule", "channel"
_BETWEEN = "\t"  # no name has one
_WORK = f"renamed{_BETWEEN}"


@dataclass(frozen=True, slots=True)
class _Renaming:
    kind: str
    old: str
    new: str

    @property
    def begun(self) -> str:
        """Return the name under which it stands since when it is followed."""
        return _WORK + _BETWEEN.join((self.kind, self.old, self.new))

    @property
    def ended(self) -> str:
        """Return the name under which it stands when it was followed last."""
        return f"{self.begun}{_BETWEEN}ended"


def follow_names(tx: Transaction, in_force: InForce, now: datetime) -> None:
    """Move what is stored under old names; this comes before all else of a reload."""
    moves: Mapping[str, Callable[[str, str], None]] = {
        _FEED: tx.rename_feed,
        _RULE: tx.rename_rule,
        _CHANNEL: tx.rename_channel,
    }
    done = _noted(tx, in_force)
    for one in _renamings(in_force):
        if one.ended in done:
            continue
        moves[one.kind](one.old, one.new)
        if one.begun not in done:
            tx.note_done(one.begun, now)
        elif now - done[one.begun] > FOLLOWED_FOR:
            tx.note_done(one.ended, now)


def _renamings(in_force: InForce) -> Iterator[_Renaming]:
    for feed in in_force.settings.feeds:
        for old in feed.renamed_from:
            yield _Renaming(_FEED, old, feed.name)
    for rule in in_force.rules.values():
        for old in rule.renamed_from:
            yield _Renaming(_RULE, old, rule.name)
    for channel in in_force.settings.channels:
        for old in channel.renamed_from:
            yield _Renaming(_CHANNEL, old, channel.name)


def _noted(tx: Transaction, in_force: InForce) -> dict[str, datetime]:
    """Return what is noted of renamings, but of names that are in force again."""
    names: Mapping[str, Collection[str]] = {
        _FEED: {feed.name for feed in in_force.settings.feeds},
        _RULE: in_force.rules.keys(),
        _CHANNEL: in_force.places.keys(),
    }
    done = dict(tx.done_works(_WORK))
    for work in list(done):
        _, kind, old, *_ = work.split(_BETWEEN)
        if old in names[kind]:
            tx.forget_work(work)
            del done[work]
    return done
