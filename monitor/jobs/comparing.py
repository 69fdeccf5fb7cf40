"""Two sets of rules over the same entries: what an edit gains, loses and costs.

Only rules that differ are evaluated twice; the same rule is true of the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Final

from monitor.alerts.reasons import beyond_feed
from monitor.jobs.in_force import InForce
from monitor.matching import RuleSet
from monitor.model import Because, Feed, Rule, StoredEntry

LOUD: Final = 20
"""So many alerts a day are more than people read."""

_SAMPLES: Final = 3
_DAY: Final = timedelta(days=1)


@dataclass(slots=True)
class RuleChange:
    """What becomes of one rule; `state` is new, changed, removed or same.

    `before` and `after` count matches, `by_article` those of `after` that need words
    which only the article has, `alerts` those that would be told; the samples are
    titles.
    """

    name: str
    state: str
    before: int = 0
    after: int = 0
    by_article: int = 0
    gained: int = 0
    lost: int = 0
    alerts: int = 0
    samples_gained: list[str] = field(default_factory=list)
    samples_lost: list[str] = field(default_factory=list)

    def gain(self, title: str) -> None:
        """Count a match that comes with the edit."""
        self.gained += 1
        self.samples_gained += [title] if len(self.samples_gained) < _SAMPLES else []

    def lose(self, title: str) -> None:
        """Count a match that goes with the edit."""
        self.lost += 1
        self.samples_lost += [title] if len(self.samples_lost) < _SAMPLES else []


class Comparison:
    """Counts, entry by entry; `only_changes` looks only at the rules that differ."""

    def __init__(
        self, old: InForce, new: InForce, now: datetime, *, only_changes: bool = False
    ) -> None:
        today = new.today(now)
        after = _counting(new, today)
        before = _named_anew(_counting(old, today), after)
        self._rules = after
        self._feeds = new.feeds
        self.changes = {
            name: RuleChange(name, _state(before, after, name))
            for name in dict.fromkeys((*after, *before))
        }
        differ = {n for n, change in self.changes.items() if change.state != "same"}
        self._differ = differ
        self._old = _subset(old, [r for n, r in before.items() if n in differ])
        looked = [r for n, r in after.items() if n in differ or not only_changes]
        self._new = _subset(new, looked)
        self.entries = 0
        self.oldest: datetime | None = None
        self.channels: Counter[str] = Counter()
        self._told: set[tuple[str, str]] = set()

    @property
    def has_changes(self) -> bool:
        """Whether any rule differs."""
        return bool(self._differ)

    def look(self, stored: StoredEntry) -> None:
        """Count an entry; the newest comes first."""
        feed = self._feeds.get(stored.feed)
        self.oldest = stored.first_seen_at
        if feed is None:
            return
        self.entries += 1
        after = _true_of(self._new, stored, feed)
        before = _true_of(self._old, stored, feed)
        for name, because in after.items():
            change = self.changes[name]
            change.after += 1
            change.by_article += bool(beyond_feed(because))
            if name not in self._differ:
                change.before += 1
            elif name not in before:
                change.gain(stored.entry.title)
            self._count_alert(name, stored.story)
        for name in before:
            self.changes[name].before += 1
            if name not in after:
                self.changes[name].lose(stored.entry.title)

    def _count_alert(self, name: str, story: str) -> None:
        if (name, story) not in self._told:
            self._told.add((name, story))
            self.changes[name].alerts += 1
            self.channels.update(set(self._rules[name].channels))

    def days(self, now: datetime) -> float:
        """Return how many days were looked at, at least one."""
        return max(1.0, (now - (self.oldest or now)) / _DAY)

    def dead(self) -> list[str]:
        """Return the rules that differ and are true of nothing."""
        return [
            name
            for name, change in self.changes.items()
            if change.state in ("new", "changed") and not change.after
        ]

    def loud(self, now: datetime) -> list[str]:
        """Return the rules that differ and would tell more than people read."""
        days = self.days(now)
        return [n for n in self._differ if self.changes[n].alerts / days > LOUD]


def _counting(in_force: InForce, today: date) -> dict[str, Rule]:
    rules = in_force.rules.values()
    return {rule.name: rule for rule in rules if rule.is_in_force(today)}


def _named_anew(
    before: Mapping[str, Rule], after: Mapping[str, Rule]
) -> dict[str, Rule]:
    """Return rules by the names that they have now: one with another is the same."""
    new = {old: rule.name for rule in after.values() for old in rule.renamed_from}
    taken = after.keys() & before.keys()
    new = {old: name for old, name in new.items() if not {old, name} & taken}
    names = {name: new.get(name, name) for name in before}
    return {names[n]: replace(rule, name=names[n]) for n, rule in before.items()}


def _state(before: Mapping[str, Rule], after: Mapping[str, Rule], name: str) -> str:
    if name not in before:
        return "new"
    if name not in after:
        return "removed"
    is_same = before[name].version == after[name].version
    return "same" if is_same else "changed"


def _subset(in_force: InForce, rules: Sequence[Rule]) -> RuleSet | None:
    return in_force.only(rules) if rules else None


def _true_of(
    rules: RuleSet | None, stored: StoredEntry, feed: Feed
) -> dict[str, tuple[Because, ...]]:
    """Return which of the rules are true of an entry, and why."""
    if rules is None:
        return {}
    return {match.rule: match.because for match in rules.matches(stored.entry, feed)}
