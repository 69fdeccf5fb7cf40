"""The configuration that the jobs work by, as one value that is replaced whole."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from monitor.matching import QueryCompiler, RuleSet
from monitor.matching.forms import Forms
from monitor.matching.notes import NO_FORMS
from monitor.model import (
    ArticleWish,
    Because,
    ChannelSpec,
    Entry,
    Feed,
    Lane,
    Rule,
    Settings,
)


@dataclass(frozen=True, slots=True)
class InForce:
    """Settings and rules as they are in force between two reloads.

    `rules` has all of them, `rule_set` those that are enabled.
    """

    settings: Settings
    rules: Mapping[str, Rule]
    rule_set: RuleSet
    feeds: Mapping[str, Feed]
    channels: Mapping[str, ChannelSpec]
    places: Mapping[str, int]
    lists: Mapping[str, Sequence[str]]
    forms: Forms

    @classmethod
    def of(
        cls,
        settings: Settings,
        rules: Sequence[Rule],
        lists: Mapping[str, Sequence[str]],
        forms: Forms = NO_FORMS,
        *,
        compiler: QueryCompiler | None = None,
    ) -> InForce:
        """Return the settings and rules, indexed for the jobs.

        What `compiler` has compiled with these lists and forms is not compiled again.
        """
        enabled = [rule for rule in rules if rule.enabled]
        return cls(
            settings=settings,
            rules={rule.name: rule for rule in rules},
            rule_set=RuleSet(enabled, lists, settings.feeds, forms, compiler=compiler),
            feeds={feed.name: feed for feed in settings.feeds},
            channels={spec.name: spec for spec in settings.channels},
            places={spec.name: len(spec.urls) for spec in settings.channels},
            lists=lists,
            forms=forms,
        )

    def channel(self, name: str) -> ChannelSpec | None:
        """Return a channel as it is configured, None if it is not any more."""
        return self.channels.get(name)

    def fallback_of(self, name: str) -> str:
        """Return the channel that stands in for one, empty if none does."""
        spec = self.channel(name)
        return "" if spec is None else spec.fallback

    @property
    def lanes(self) -> Collection[Lane]:
        """Return every URL of every channel."""
        return frozenset(
            Lane(name, place)
            for name, count in self.places.items()
            for place in range(count)
        )

    @property
    def zone(self) -> ZoneInfo:
        """Return the configured zone."""
        return ZoneInfo(self.settings.timezone)

    def today(self, now: datetime) -> date:
        """Return the day by which rules expire, in the configured zone."""
        return now.astimezone(self.zone).date()

    def matches(
        self, entry: Entry, feed: Feed, now: datetime
    ) -> Iterator[tuple[Rule, tuple[Because, ...]]]:
        """Yield the rules that are in force now and true of an entry, and why."""
        found = self.rule_set.matches(entry, feed)
        if not found:  # of most entries nothing is, and a day costs more than that
            return
        today = self.today(now)
        for match in found:
            rule = self.rules[match.rule]
            if rule.is_in_force(today):
                yield rule, match.because

    def wish(self, entry: Entry, feed: Feed, now: datetime) -> ArticleWish | None:
        """Return who wants the article of an entry first, None if nobody does."""
        today = self.today(now)
        for wish in self.rule_set.wishes(entry, feed):
            if not wish.rule or self.rules[wish.rule].is_in_force(today):
                return wish
        return None

    def edits_wanted(self, now: datetime) -> list[Rule]:
        """Return the rules in force now that tell of edits."""
        wanted = [rule for rule in self.rules.values() if rule.on_edit]
        today = self.today(now) if wanted else date.min
        return [rule for rule in wanted if rule.is_in_force(today)]

    def only(self, rules: Sequence[Rule]) -> RuleSet:
        """Return some of the rules as a set of their own, over the same lists."""
        return RuleSet(rules, self.lists, self.settings.feeds, self.forms)
