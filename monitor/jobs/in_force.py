"""The configuration that the jobs work by, as one value that is replaced whole."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from monitor.matching import RuleSet
from monitor.model import Feed, Lane, Rule, Settings


@dataclass(frozen=True, slots=True)
class InForce:
    """Settings and rules as they are in force between two reloads."""

    settings: Settings
    rules: Mapping[str, Rule]
    rule_set: RuleSet
    feeds: Mapping[str, Feed]
    places: Mapping[str, int]

    @classmethod
    def of(
        cls,
        settings: Settings,
        rules: Sequence[Rule],
        lists: Mapping[str, Sequence[str]],
    ) -> InForce:
        """Return the settings and rules, indexed for the jobs."""
        return cls(
            settings=settings,
            rules={rule.name: rule for rule in rules},
            rule_set=RuleSet(rules, lists, settings.feeds),
            feeds={feed.name: feed for feed in settings.feeds},
            places={spec.name: len(spec.urls) for spec in settings.channels},
        )

    @property
    def lanes(self) -> Collection[Lane]:
        """Return every URL of every channel."""
        return frozenset(
            Lane(name, place)
            for name, count in self.places.items()
            for place in range(count)
        )
