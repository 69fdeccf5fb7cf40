"""What a lexicon must be asked before queries can be compiled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from monitor.matching.forms import asked
from monitor.matching.leaves import inflected_words
from monitor.matching.notes import quoted_words
from monitor.matching.parsing import parse
from monitor.matching.syntax import Leaf, RegexLeaf


def needed_terms(
    queries: Iterable[str], lists: Mapping[str, Sequence[str]]
) -> frozenset[str]:
    """Return what is `asked` for all words of queries and lists that have forms.

    That is every bare word, every word of a ``~`` phrase and of a list's item of
    several words, and those of other phrases too, to say what these do not match. A
    query that cannot be read is passed over.
    """
    found: set[str] = set()
    for text in queries:
        found.update(_asked(parse(text)[0].leaves))
    for items in lists.values():
        for item in items:
            found.update(_asked(parse(item, item=True)[0].leaves))
    return frozenset(found)


def _asked(leaves: Iterable[Leaf | RegexLeaf]) -> Iterator[str]:
    for leaf in leaves:
        if isinstance(leaf, Leaf):
            yield from inflected_words(leaf)
            yield from map(asked, quoted_words(leaf))
