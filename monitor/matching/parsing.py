"""Tokens to a tree, by recursive descent: one function for each level of the grammar.

::

    or > and > unary (NOT, -) > prox (NEAR) > scoped (field:) > primary

A fault is noted where it is and the reading goes on; what could not be read is a
Failed node, beside which nothing is reported again.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import takewhile

from monitor.matching import refusals
from monitor.matching.cursor import OPERATORS, Cursor
from monitor.matching.fields import NAMES
from monitor.matching.lexing import (
    OPERANDS,
    Kind,
    Token,
    field_name,
    tokens,
    with_meant_operators,
)
from monitor.matching.syntax import (
    And,
    Failed,
    Group,
    Leaf,
    ListRef,
    Node,
    Not,
    Or,
    Scoped,
    Syntax,
)
from monitor.matching.terms import leaf_of, problems_of
from monitor.model import QueryProblem, Severity

_FIELDS = frozenset({Kind.FIELD, Kind.GAP})
_PREFIXES = frozenset({Kind.PLUS, Kind.ATLEAST})
_LATER = {
    Kind.QUORUM: "write the combinations with AND and OR",
    Kind.ATLEAST: "write the term alone, which asks for it once",
    Kind.REGEX: "write the words with OR, or a wildcard (Waffen*)",
}
_LEAVES = frozenset({Kind.WORD, Kind.PHRASE, Kind.RAW})


def parse(text: str, *, item: bool = False) -> tuple[Syntax, tuple[QueryProblem, ...]]:
    """Return what a query says, and every problem found, by its place.

    With `item` it is an item of a list, where several bare words are a phrase.
    """
    if len(text) > refusals.MAX_LENGTH:
        excess = len(text) - refusals.MAX_LENGTH
        return _refused(refusals.MAX_LENGTH, excess, refusals.TOO_LONG)
    found = tokens(text)
    if item and _is_bare_phrase(found):
        stripped = text.strip()
        leaf = Leaf(found[0].start, found[-2].end, stripped, stripped, is_phrase=True)
        return Syntax(leaf, (), (leaf,), (), 0), ()
    if len(found) == 1:
        return _refused(0, 1, refusals.EMPTY)
    parser = _Parser(text, with_meant_operators(found))
    syntax = parser.read()
    errors = [p for p in parser.problems if p.severity is Severity.ERROR]
    return syntax, tuple(sorted(errors or parser.problems, key=lambda p: p.start))


def _refused(
    start: int, length: int, text: str
) -> tuple[Syntax, tuple[QueryProblem, ...]]:
    problem = QueryProblem(Severity.ERROR, start, length, text)
    return Syntax(Failed(start, start), (), (), (), 0), (problem,)


def _is_bare_phrase(found: list[Token]) -> bool:
    """Say whether the tokens are several words without signs and wildcards."""
    return (
        len(found) > 2  # noqa: PLR2004 - two words and the end
        and all(
            token.kind is Kind.WORD and not set(token.text) & set("=~*?")
            for token in found[:-1]
        )
    )


class _Parser(Cursor):
    """The reading of one query."""

    def __init__(self, text: str, found: Iterable[Token]) -> None:
        super().__init__(text, found)
        self.lists: list[ListRef] = []
        self.leaves: list[Leaf] = []
        self.negations: list[Not] = []
        self.depth = self.deepest = 0
        self.scope = "text"

    def read(self) -> Syntax:
        """Return the tree of the whole query."""
        self._drop_stray()
        tree = self._or()
        while self.peek().kind is not Kind.END:
            self.problem_once(self.next(), refusals.COMMA)
            tree = Failed(tree.start, self._or().end)
        found = (tuple(self.lists), tuple(self.leaves), tuple(self.negations))
        return Syntax(tree, *found, self.deepest)

    def _drop_stray(self) -> None:
        """Report and pass over every ) that closes nothing."""
        kept: list[Token] = []
        depth = 0
        for token in self.tokens:
            depth += (token.kind is Kind.OPEN) - (token.kind is Kind.CLOSE)
            if depth < 0:
                depth = 0
                self.problem_once(token, refusals.STRAY_CLOSE)
            else:
                kept.append(token)
        self.tokens = kept

    def _or(self) -> Node:
        items = [self._and()]
        while self.peek().kind is Kind.OR:
            self.next()
            items.append(self._and())
        if len(items) == 1:
            return items[0]
        for mixed in [item for item in items if isinstance(item, And)][:1]:
            start, end = mixed.operator
            text = refusals.mixed(self.source(mixed))
            self.problem(Failed(start, end), text, warning=True)
        return Or(items[0].start, items[-1].end, tuple(items))

    def _and(self) -> Node:
        items = [self._unary()]
        operator: tuple[int, int] | None = None
        in_run = False
        while (token := self.peek()).kind in OPERANDS | {Kind.AND, Kind.NOT}:
            operator = operator or (token.start, token.end)
            if token.kind is Kind.AND:
                self.next()
            items.append(self._unary())
            joined = token.kind in OPERATORS
            if not joined and not in_run and token.kind is not Kind.PLUS:
                self._no_operator(items[-2], items[-1])
            in_run = not joined
        if operator is None:
            return items[0]
        return And(items[0].start, items[-1].end, tuple(items), operator)

    def _no_operator(self, left: Node, right: Node) -> None:
        """Report two operands side by side, with the words that follow them."""
        if _is_failed(left) or _is_failed(right):
            return
        sources = [self.source(left), self.source(right)]
        phrase = ""
        if _is_word(left) and _is_word(right):
            rest = takewhile(lambda t: t.kind is Kind.WORD, self.tokens[self.at :])
            sources.extend(token.text for token in rest)
            phrase = f'"{" ".join(sources)}"'
        self.problem(right, refusals.no_operator(sources, phrase))

    def _unary(self) -> Node:
        start, negated = self.peek().start, False
        while self.peek().kind is Kind.NOT:
            self.next()
            negated = not negated
        if self.peek().kind not in OPERANDS:
            self._missing()
            if self.peek().kind is not Kind.NEAR:
                return Failed(start, start)
        child = self._prox()
        if not negated:
            return child
        negation = Not(start, child.end, child)
        self.negations.append(negation)
        return negation

    def _missing(self) -> None:
        """Report that an operand is missing here, unless something else says so."""
        before, token = self.before(), self.peek()
        was = before if before and before.kind in OPERATORS else None
        is_operator = token.kind in OPERATORS
        if was is None and not is_operator:
            return
        where = token if is_operator or was is None else was
        after = token.text if is_operator else ""
        self.problem(where, refusals.missing(was.text if was else "", after))

    def _prox(self) -> Node:
        left: Node = Failed(self.peek().start, self.peek().start)
        if self.peek().kind is not Kind.NEAR:
            left = self._scoped()
        while self.peek().kind is Kind.NEAR:
            near = self.next()
            instead = "write AND, or a phrase in quotation marks"
            self.problem(near, refusals.later(near.text, instead))
            if self.peek().kind in OPERANDS:
                left = Failed(left.start, self._scoped().end)
        return left

    def _scoped(self) -> Node:
        token = self.peek()
        if token.kind not in _FIELDS:
            return self._primary()
        name = self._field()
        while self.peek().kind in _FIELDS:
            self.problem(self.next(), refusals.ONE_FIELD)
        if self.peek().kind not in OPERANDS:
            self.problem(token, refusals.no_value(name))
            return Failed(token.start, token.end)
        if token.kind is Kind.GAP:
            self.problem(token, refusals.gap(name))
        outer, self.scope = self.scope, name
        child = self._primary()
        self.scope = outer
        return Scoped(token.start, child.end, name, child)

    def _field(self) -> str:
        token = self.next()
        name = field_name(token)
        if name not in NAMES:
            colon = Failed(token.start, token.end - 1)
            self.problem(colon, refusals.unknown_field(token.text[:-1].lower()))
            return "text"
        return name

    def _primary(self) -> Node:
        token = self.next()
        while token.kind in _PREFIXES and self.peek().kind in OPERANDS:
            self._refused(token)
            token = self.next()
        if token.kind is Kind.OPEN:
            node = self._group(token)
        elif token.kind is Kind.LIST:
            node = ListRef(token.start, token.end, token.text[1:], self.depth)
            self.lists.append(node)
        elif token.kind in _LEAVES:
            node = self._leaf(token)
        else:
            node = self._refused(token)
        while self.peek().kind is Kind.SUFFIX:
            suffix = self.next()
            text = refusals.behind_a_term(suffix.text, self.source(node))
            self.problem_once(suffix, text)
        return node

    def _group(self, opening: Token, *, commas: bool = False) -> Node:
        if self.depth == refusals.MAX_DEPTH:
            self.give_up(opening, refusals.TOO_DEEP)
            return Failed(opening.start, opening.end)
        if self.peek().kind is Kind.CLOSE:
            end = self.next().end
            self.problem(Failed(opening.start, end), refusals.EMPTY_GROUP)
            return Failed(opening.start, end)
        self.depth += 1
        self.deepest = max(self.deepest, self.depth)
        child = self._or()
        while self.peek().kind not in {Kind.CLOSE, Kind.END}:
            comma = self.next()
            if not commas:
                self.problem_once(comma, refusals.COMMA)
            child = Failed(child.start, self._or().end)
        self.depth -= 1
        if self.peek().kind is Kind.CLOSE:
            return Group(opening.start, self.next().end, child)
        if not self.gave_up:
            self.problem(opening, refusals.UNCLOSED_GROUP)
        return Group(opening.start, child.end, child)

    def _leaf(self, token: Token) -> Node:
        leaf = leaf_of(token)
        self.leaves.append(leaf)
        self.problems.extend(problems_of(leaf, self.scope))
        if token.kind is not Kind.RAW and token.text.startswith("~"):
            instead = f"write {leaf.text} OR *{leaf.text.lower()}"
            if leaf.is_phrase:
                instead = "write each form of the phrase in quotation marks, with OR"
            self.problem(token, refusals.later(f"~ ({leaf.source})", instead))
        return leaf

    def _refused(self, token: Token) -> Node:
        """Report a token that no term can begin with, or not yet."""
        if token.kind is Kind.UNCLOSED:
            self.give_up(token, refusals.UNCLOSED_QUOTE)
        elif token.kind is Kind.PLUS:
            self.problem_once(token, refusals.PLUS)
        elif token.kind in _LATER:
            shown = refusals.clipped(token.text)
            self.problem(token, refusals.later(shown, _LATER[token.kind]))
        else:
            is_address = token.kind is Kind.ADDRESS
            text = refusals.ADDRESS if is_address else refusals.unreadable(token.text)
            self.problem_once(token, text)
        if token.kind is Kind.QUORUM:
            return self._group(self.next(), commas=True)
        return Failed(token.start, token.end)


def _is_word(node: Node) -> bool:
    """Say whether a node is a bare word, which could stand in a phrase."""
    if not isinstance(node, Leaf) or node.is_phrase:
        return False
    return not set(node.source) & set("=~*?")


def _is_failed(node: Node) -> bool:
    while isinstance(node, Scoped | Group | Not):
        node = node.child
    return isinstance(node, Failed)
