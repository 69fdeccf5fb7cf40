"""How the rules stand to one entry now: true, or what keeps them from being it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from monitor.matching import Document, QueryCompiler, Shortfall, selects
from monitor.model import Entry, Feed, Rule


class Standing(StrEnum):
    """How a rule stands to an entry."""

    TRUE = "true"
    NOT_TRUE = "not_true"
    OUT_OF_SCOPE = "out_of_scope"  # its `feeds` leave this one out
    NOT_IN_FORCE = "not_in_force"  # not enabled, or expired


@dataclass(frozen=True, slots=True)
class RuleOutlook:
    """A rule as it is now, and what of it the entry as it is stored meets."""

    rule: Rule
    standing: Standing
    shortfall: Shortfall

    @property
    def came_near(self) -> bool:
        """Whether it is true now, or a word of it is there.

        A rule that is not asked came near only if it would be true.
        """
        if self.standing in (Standing.TRUE, Standing.NOT_TRUE):
            return self.standing is Standing.TRUE or bool(self.shortfall.met)
        return not self.shortfall.unmet


def outlooks(
    rules: Iterable[Rule],
    compiler: QueryCompiler,
    entry: Entry,
    feed: Feed,
    today: date,
    *,
    only: Collection[str] = (),
) -> Iterator[RuleOutlook]:
    """Yield how some rules stand to an entry: those of `only`, else what came near."""
    document = Document.of(entry, feed)
    for rule in rules:
        if only and rule.name not in only:
            continue
        query = compiler.compile(rule.query, bound=bool(rule.feeds))
        found = query.shortfall(document)
        outlook = RuleOutlook(rule, _standing(rule, feed, today, found), found)
        if only or outlook.came_near:
            yield outlook


def _standing(rule: Rule, feed: Feed, today: date, found: Shortfall) -> Standing:
    if not rule.is_in_force(today):
        return Standing.NOT_IN_FORCE
    if not selects(rule.feeds, feed):
        return Standing.OUT_OF_SCOPE
    return Standing.NOT_TRUE if found.unmet else Standing.TRUE
