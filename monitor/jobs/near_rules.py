"""How the rules stand to one entry now: true, or what keeps them from being it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from monitor.matching import Document, Query, QueryCompiler, Shortfall, Truth, selects
from monitor.model import Entry, Feed, FullText, Rule


class Standing(StrEnum):
    """How a rule stands to an entry."""

    TRUE = "true"
    OPEN = "open"  # it becomes true if the article, which is waited for, says the rest
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

        A rule that is not asked came near only if it would be true; one that waits for
        every article that could make it true is near them all.
        """
        match self.standing:
            case Standing.OUT_OF_SCOPE | Standing.NOT_IN_FORCE:
                return not self.shortfall.unmet
            case Standing.OPEN if self.rule.full_text is FullText.ALWAYS:
                return True
            case _:
                return not self.shortfall.unmet or bool(self.shortfall.met)


def outlooks(
    rules: Iterable[Rule],
    compiler: QueryCompiler,
    entry: Entry,
    feed: Feed,
    today: date,
    *,
    only: Collection[str] = (),
    awaits_article: bool = False,
) -> Iterator[RuleOutlook]:
    """Yield how some rules stand to an entry: those of `only`, else what came near.

    `awaits_article` says that the article of the entry is still to be read.
    """
    whole = Document.of(entry, feed)
    fed = Document.of(replace(entry, article=""), feed)
    for rule in rules:
        if only and rule.name not in only:
            continue
        query = compiler.compile(rule.query, bound=bool(rule.feeds))
        reads = rule.full_text is not FullText.NEVER
        document = whole if reads else fed
        found = query.shortfall(document)
        standing = _standing(rule, feed, today, found)
        if standing is Standing.NOT_TRUE and reads and awaits_article:
            standing = _unread(query, document)
        outlook = RuleOutlook(rule, standing, found)
        if only or outlook.came_near:
            yield outlook


def _unread(query: Query, document: Document) -> Standing:
    """Return whether a query that is not true could become it by the article."""
    value = query.value(document, article_read=False)
    return Standing.OPEN if value is Truth.OPEN else Standing.NOT_TRUE


def _standing(rule: Rule, feed: Feed, today: date, found: Shortfall) -> Standing:
    if not rule.is_in_force(today):
        return Standing.NOT_IN_FORCE
    if not selects(rule.feeds, feed):
        return Standing.OUT_OF_SCOPE
    return Standing.NOT_TRUE if found.unmet else Standing.TRUE
