"""All rules at once: which of them are true of an entry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from monitor.matching.document import Document, View
from monitor.matching.query import Query, QueryCompiler
from monitor.model import Entry, Feed, Match, Rule

_TAG: Final = "tag:"


class RuleSet:
    """The rules in force, indexed by a word that each of them needs.

    A rule is looked at only where its anchor occurs; one without an anchor (a
    wildcard, an address, only negations) is always looked at.

    Raises:
        QueryError: a rule cannot be read.
    """

    def __init__(
        self,
        rules: Sequence[Rule],
        lists: Mapping[str, Sequence[str]],
        feeds: Sequence[Feed],
    ) -> None:
        self._rules = tuple(rules)
        compiler = QueryCompiler(lists)
        self._queries = [
            compiler.compile(rule.query, bound=bool(rule.feeds)) for rule in self._rules
        ]
        self._in_scope = {feed: self._selected(feed) for feed in feeds}
        self._by_key: dict[str, list[int]] = {}
        self._always: list[int] = []
        for n, query in enumerate(self._queries):
            self._index(n, query)

    def matches(self, entry: Entry, feed: Feed) -> tuple[Match, ...]:
        """Return the rules that are true of an entry of a feed, in their order."""
        view = View(Document.of(entry, feed))
        scope = self._in_scope.get(feed)
        if scope is None:
            scope = self._selected(feed)
        found: list[Match] = []
        for n in sorted(scope.intersection(self._candidates(view))):
            because = self._queries[n].places(view)
            if because is not None:
                found.append(Match(self._rules[n].name, because))
        return tuple(found)

    def _selected(self, feed: Feed) -> frozenset[int]:
        """Return the rules that apply to a feed."""
        numbered = enumerate(self._rules)
        return frozenset(n for n, rule in numbered if selects(rule.feeds, feed))

    def _index(self, n: int, query: Query) -> None:
        anchor = query.condition.anchor()
        if anchor is None:
            self._always.append(n)
            return
        for key in anchor:
            self._by_key.setdefault(key, []).append(n)

    def _candidates(self, view: View) -> Iterator[int]:
        """Yield the rules that may be true, some more than once."""
        yield from self._always
        for key in view.known_keys():
            yield from self._by_key.get(key, ())


def selects(selectors: Sequence[str], feed: Feed) -> bool:
    """Say whether a rule's ``feeds`` include a feed.

    Without selectors, and where all begin with ``-``, it is every feed but those.
    """
    excluded = [s.removeprefix("-") for s in selectors if s.startswith("-")]
    included = [s for s in selectors if not s.startswith("-")]
    return not any(_names(s, feed) for s in excluded) and (
        not included or any(_names(s, feed) for s in included)
    )


def _names(selector: str, feed: Feed) -> bool:
    if selector.startswith(_TAG):
        return selector.removeprefix(_TAG) in feed.tags
    return selector == feed.name
