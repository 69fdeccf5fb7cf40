"""A query, ready to be asked of entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from monitor.errors import QueryError
from monitor.matching.conditions import (
    All,
    Any,
    Condition,
    Filled,
    Never,
    ValueTerm,
    WordsTerm,
    in_reading_order,
)
from monitor.matching.document import Document, View
from monitor.matching.fields import RAW, searched
from monitor.matching.lists import ListBook
from monitor.matching.patterns import is_wildcard, wildcard_pattern, words_pattern
from monitor.matching.syntax import And, Group, Leaf, ListRef, Node, Not, Or, Scoped
from monitor.matching.values import COMPARISONS
from monitor.model import Because, QueryProblem, Severity

NO_LISTS: Mapping[str, Sequence[str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Query:
    """A query that can be read; `problems` are warnings and notes about it."""

    text: str
    problems: tuple[QueryProblem, ...]
    condition: Condition

    def match(self, document: Document) -> tuple[Because, ...] | None:
        """Return the places that make it true, in reading order, None if it is false.

        A query that is true only by what is not there has no places.
        """
        return self.places(View(document))

    def places(self, view: View) -> tuple[Because, ...] | None:
        """Return what `match` does, for a document whose words may be split already."""
        found = self.condition.places(view)
        return None if found is None else in_reading_order(found)


def compile_query(
    text: str, lists: Mapping[str, Sequence[str]] = NO_LISTS, *, bound: bool = False
) -> Query:
    """Return a query as written by a person, with its lists filled in.

    `bound` says that the rule is bound to feeds, which allows only negations.

    Raises:
        QueryError: it cannot be read; carries every problem found, by its place.
    """
    return QueryCompiler(lists).compile(text, bound=bound)


class QueryCompiler:
    """Compiles any number of queries over the same lists, each list once."""

    def __init__(self, lists: Mapping[str, Sequence[str]]) -> None:
        self._book = ListBook(lists)
        self._lists: dict[tuple[str, str], Condition] = {}

    def compile(self, text: str, *, bound: bool) -> Query:
        """Return the query.

        Raises:
            QueryError: it cannot be read.
        """
        syntax, problems = self._book.check(text, bound=bound)
        if any(problem.severity is Severity.ERROR for problem in problems):
            raise QueryError(problems)
        return Query(text, problems, self._condition(syntax.tree, "text"))

    def _condition(self, node: Node, scope: str) -> Condition:
        while isinstance(node, Group | Scoped):
            scope = node.field if isinstance(node, Scoped) else scope
            node = node.child
        match node:
            case Leaf():
                return _term(node, scope)
            case ListRef(name=name):
                return self._list(name, scope)
            case Not(child=child):
                inner = self._condition(child, scope)
                return inner.child if isinstance(inner, Never) else Never(inner)
            case And(children=children):
                return All(self._conditions(children, scope))
            case Or(children=children):
                return Any(self._conditions(children, scope))
            case _:  # pragma: no cover - what has Failed nodes is refused before
                raise AssertionError(node)

    def _conditions(self, nodes: Sequence[Node], scope: str) -> tuple[Condition, ...]:
        return tuple(self._condition(node, scope) for node in nodes)

    def _list(self, name: str, scope: str) -> Condition:
        known = self._lists.get((name, scope))
        if known is None:
            items = [item.tree for item in self._book.get(name).items]
            known = Filled(Any(self._conditions(items, scope)))
            self._lists[name, scope] = known
        return known


def _term(leaf: Leaf, scope: str) -> Condition:
    if scope in RAW:
        return ValueTerm(leaf.source, scope, COMPARISONS[scope](leaf.text))
    if is_wildcard(leaf.text) and not leaf.is_phrase:
        pattern = wildcard_pattern(leaf.text)
    else:
        pattern = words_pattern(leaf.text, exact=leaf.exact)
    return WordsTerm(leaf.source, searched(scope), pattern)
