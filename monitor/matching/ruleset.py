"""All rules at once: which of them are true of an entry."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from typing import Final

from monitor.matching.anchors import Anchors
from monitor.matching.document import Document, View
from monitor.matching.forms import Forms
from monitor.matching.notes import NO_FORMS
from monitor.matching.presence import Presence
from monitor.matching.query import QueryCompiler
from monitor.matching.wanting import Wanting
from monitor.model import (
    ArticleWish,
    Entry,
    Feed,
    FullText,
    Match,
    Rule,
    WishReason,
)

_TAG: Final = "tag:"


class RuleSet:
    """The rules in force, indexed by a word that each of them needs.

    A rule is looked at only where its anchor occurs; one without an anchor (an
    address, a regular expression, only negations) is always looked at. With a
    `compiler`, whose lists and forms are then used, what it compiled is not compiled
    again.

    Raises:
        QueryError: a rule cannot be read.
    """

    def __init__(
        self,
        rules: Sequence[Rule],
        lists: Mapping[str, Sequence[str]],
        feeds: Sequence[Feed],
        forms: Forms = NO_FORMS,
        *,
        compiler: QueryCompiler | None = None,
    ) -> None:
        compiler = compiler or QueryCompiler(lists, forms)
        self._rules = tuple(rules)
        self.index = compiler.index
        with _without_collection():
            self._queries = [
                compiler.compile(rule.query, bound=bool(rule.feeds))
                for rule in self._rules
            ]
            self._conditions = [query.condition for query in self._queries]
            self._anchors = Anchors(self._conditions, self.index)
        self._bound = [n for n, rule in enumerate(self._rules) if rule.feeds]
        self._feed_only = frozenset(
            n for n, r in enumerate(rules) if r.full_text is FullText.NEVER
        )
        self._out_of_scope = {
            feed.name: (feed, self._deselected(feed)) for feed in feeds
        }

    def matches(self, entry: Entry, feed: Feed) -> tuple[Match, ...]:
        """Return the rules that are true of an entry of a feed, in their order.

        One that is never to read articles does not, be it there.
        """
        presence = Presence(entry, self.index)
        candidates = self._anchors.candidates(presence)
        if self._bound and candidates:
            candidates -= self._out_of_scope_of(feed)
        if not candidates:
            return ()
        document = Document.of(entry, feed)
        view = fed = View(document, self.index, presence.look)
        if entry.article and self._feed_only:
            fed = View(replace(document, article=""), self.index)
        found: list[Match] = []
        for n in sorted(candidates):
            because = self._queries[n].places(fed if n in self._feed_only else view)
            if because is not None:
                found.append(Match(self._rules[n].name, because))
        return tuple(found)

    def wishes(self, entry: Entry, feed: Feed) -> Iterator[ArticleWish]:
        """Yield who wants the article of an entry to be read, in their order.

        These are rules that are not true and that more text could make true; before
        them stands the feed, if all its articles are read. Of a feed whose articles
        are never read there are none.
        """
        if feed.full_text is FullText.NEVER:
            return
        if feed.full_text is FullText.ALWAYS:
            yield ArticleWish("", WishReason.FEED)
        view = View(Document.of(entry, feed), self.index)
        candidates = self._wanting.candidates(view.presence)
        if self._bound and candidates:
            candidates -= self._out_of_scope_of(feed)
        yield from self._wanting.wishes(sorted(candidates), view)

    @cached_property
    def _wanting(self) -> Wanting:
        with _without_collection():
            return Wanting(self._rules, self._conditions, self.index)

    def _out_of_scope_of(self, feed: Feed) -> frozenset[int]:
        known = self._out_of_scope.get(feed.name)
        if known is not None and (known[0] is feed or known[0] == feed):
            return known[1]
        return self._deselected(feed)

    def _deselected(self, feed: Feed) -> frozenset[int]:
        """Return the rules that do not apply to a feed."""
        return frozenset(
            n for n in self._bound if not selects(self._rules[n].feeds, feed)
        )


@contextmanager
def _without_collection() -> Iterator[None]:
    """Make objects without looking for garbage among them.

    Of the hundreds of thousands that ten thousand rules are made of none is garbage;
    to look at them again and again takes a third of the time.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


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
