"""A query, ready to be asked of entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import cast

from monitor.errors import QueryError
from monitor.matching.conditions import (
    Condition,
    Placed,
    in_reading_order,
)
from monitor.matching.connectives import All, Any, Filled, Never, Quorum
from monitor.matching.document import Document, View
from monitor.matching.explaining import Explanation, explanation
from monitor.matching.forms import Forms
from monitor.matching.index import UnitIndex
from monitor.matching.leaves import Leaves
from monitor.matching.lists import ListBook
from monitor.matching.missing import lacking
from monitor.matching.notes import NO_FORMS, notes_on
from monitor.matching.outlook import Truth, value_of
from monitor.matching.proximity import AtLeast, Near
from monitor.matching.shortfall import Shortfall, shortfall
from monitor.matching.syntax import (
    And,
    Group,
    Leaf,
    ListRef,
    Node,
    Not,
    Or,
    RegexLeaf,
    Scoped,
)
from monitor.matching.syntax import AtLeast as AtLeastNode
from monitor.matching.syntax import Near as NearNode
from monitor.matching.syntax import Quorum as QuorumNode
from monitor.model import Because, QueryProblem, Severity

NO_LISTS: Mapping[str, Sequence[str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Query:
    """A query that can be read; `problems` are warnings and notes about it."""

    text: str
    problems: tuple[QueryProblem, ...]
    condition: Condition
    index: UnitIndex

    def match(self, document: Document) -> tuple[Because, ...] | None:
        """Return the places that make it true, in reading order, None if it is false.

        A query that is true only by what is not there has no places.
        """
        return self.places(View(document, self.index))

    def places(self, view: View) -> tuple[Because, ...] | None:
        """Return what `match` does, for a document whose words may be split already."""
        found = self.condition.places(view)
        return None if found is None else in_reading_order(found)

    def value(self, document: Document, *, article_read: bool) -> Truth:
        """Return whether it is true, false, or open until the article is read."""
        view = View(document, self.index)
        return value_of(self.condition, view, is_read=article_read)

    def near_miss(self, document: Document) -> str | None:
        """Return the one required term that the document lacks, as written.

        That is a term, a list or a whole group without which the query would be true.
        None where it is true, where more is missing, or where nothing else is met.
        """
        return lacking(self.condition, View(document, self.index))

    def shortfall(self, document: Document) -> Shortfall:
        """Return what of it the document meets, and what keeps it from being true."""
        return shortfall(self.condition, View(document, self.index))

    def explain(self) -> Explanation:
        """Return what the query was understood to be."""
        return explanation(self.condition, self.index)


def compile_query(
    text: str,
    lists: Mapping[str, Sequence[str]] = NO_LISTS,
    *,
    bound: bool = False,
    forms: Forms = NO_FORMS,
) -> Query:
    """Return a query as written by a person, with its lists filled in.

    `bound` says that the rule is bound to feeds, which allows only negations.

    Raises:
        QueryError: it cannot be read; carries every problem found, by its place.
    """
    return QueryCompiler(lists, forms).compile(text, bound=bound)


class QueryCompiler:
    """Compiles any number of queries over the same lists, each list once.

    Its queries share what they look for: one index holds the words of all of them.
    """

    def __init__(
        self, lists: Mapping[str, Sequence[str]], forms: Forms = NO_FORMS
    ) -> None:
        self.lists = lists
        self.forms = forms
        self.index = UnitIndex()
        self._book = ListBook(lists)
        self._leaves = Leaves(forms, self.index)
        self._filled: dict[tuple[str, str], Condition] = {}
        self._known: dict[tuple[str, bool], Query] = {}

    def compile(self, text: str, *, bound: bool) -> Query:
        """Return the query, each compiled once.

        Raises:
            QueryError: it cannot be read.
        """
        known = self._known.get((text, bound))
        if known is None:
            known = self._known[text, bound] = self._compiled(text, bound=bound)
        return known

    def _compiled(self, text: str, *, bound: bool) -> Query:
        syntax, problems = self._book.check(text, bound=bound)
        if any(problem.severity is Severity.ERROR for problem in problems):
            raise QueryError(problems)
        problems += tuple(notes_on(syntax.leaves, self.forms))
        return Query(text, problems, self._condition(syntax.tree, "text"), self.index)

    def _condition(self, node: Node, scope: str) -> Condition:
        while isinstance(node, Group | Scoped):
            scope = node.field if isinstance(node, Scoped) else scope
            node = node.child
        match node:
            case Leaf() | RegexLeaf():
                return self._leaves.condition(node, scope)
            case ListRef(name=name):
                return self._list(name, scope)
            case Not(child=child):
                inner = self._condition(child, scope)
                return inner.child if isinstance(inner, Never) else Never(inner)
            case And(children=children):
                return All(self._conditions(children, scope))
            case Or(children=children):
                return Any(self._conditions(children, scope))
            case _:
                return self._counting(node, scope)

    def _counting(self, node: Node, scope: str) -> Condition:
        match node:
            case NearNode(children=children, gaps=gaps):
                operands = self._conditions(children, scope)
                return Near(cast("tuple[Placed, ...]", operands), gaps)
            case QuorumNode(children=children, count=count):
                return Quorum(self._conditions(children, scope), count)
            case AtLeastNode(child=child, count=count):
                return AtLeast(cast("Placed", self._condition(child, scope)), count)
            case _:  # pragma: no cover - what has Failed nodes is refused before
                raise AssertionError(node)

    def _conditions(self, nodes: Sequence[Node], scope: str) -> tuple[Condition, ...]:
        return tuple(self._condition(node, scope) for node in nodes)

    def _list(self, name: str, scope: str) -> Condition:
        known = self._filled.get((name, scope))
        if known is None:
            items = [item.tree for item in self._book.get(name).items]
            written = f"${name}" if scope == "text" else f"{scope}:${name}"
            known = Filled(written, Any(self._conditions(items, scope)))
            self._filled[name, scope] = known
        return known
