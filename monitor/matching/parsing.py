"""Tokens to a tree, by recursive descent: one function for each level of the grammar.

::

    or > and > unary (NOT, -) > prox (NEAR) > scoped (field:) > primary

A fault is noted where it is and the reading goes on; what could not be read is a
Failed node, beside which nothing is reported again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import takewhile

from typing_extensions import override

from monitor.matching import refusals
from monitor.matching.cursor import OPERATORS
from monitor.matching.fields import SPACELESS
from monitor.matching.lexing import (
    OPERANDS,
    RESERVED,
    Kind,
    Token,
    tokens,
    with_meant_operators,
)
from monitor.matching.operands import Operands
from monitor.matching.syntax import (
    And,
    Failed,
    Gap,
    Group,
    Leaf,
    Near,
    Node,
    Not,
    Or,
    Scoped,
    Syntax,
)
from monitor.model import QueryProblem, Severity

_JOINTS = OPERATORS | {Kind.COMMA}
_NUMBER = re.compile(r"\d+")
_OPERAND = r'(?:NOT )?(?:[^\W\d_]+|"[^\W\d_]+(?: [^\W\d_]+)*")'
_FLAT = re.compile(
    rf"{_OPERAND}(?: (?P<operator>AND|OR) {_OPERAND}(?: (?P=operator) {_OPERAND})*)?"
)
_FLAT_OPERAND = re.compile(r'(NOT )?(?:"([^"]*)"|([^ ]+))')


def parse(text: str, *, item: bool = False) -> tuple[Syntax, tuple[QueryProblem, ...]]:
    """Return what a query says, and every problem found, by its place.

    With `item` it is an item of a list, where several bare words are a phrase.
    """
    if len(text) > refusals.MAX_LENGTH:
        excess = len(text) - refusals.MAX_LENGTH
        return _refused(refusals.MAX_LENGTH, excess, refusals.TOO_LONG)
    if (syntax := _flat(text)) is not None:
        return syntax, ()
    found = tokens(text)
    if item and _is_bare_phrase(found):
        stripped = text.strip()
        place = (found[0].start, found[-2].end)
        leaf = Leaf(*place, stripped, stripped, is_phrase=True, sign="~")
        return Syntax(leaf, (), (leaf,), (), (), 0), ()
    if len(found) == 1:
        return _refused(0, 1, refusals.EMPTY)
    parser = _Parser(text, with_meant_operators(found))
    syntax = parser.read()
    errors = [p for p in parser.problems if p.severity is Severity.ERROR]
    return syntax, tuple(sorted(errors or parser.problems, key=lambda p: p.start))


def _flat(text: str) -> Syntax | None:
    """Return what a row of words and phrases says, with one operator between.

    Most queries are like that, and need not go through the whole grammar.
    """
    found = _FLAT.fullmatch(text)
    if found is None:
        return None
    operator = found["operator"] or ""
    leaves: list[Leaf] = []
    operands: list[Leaf | Not] = []
    at = 0
    while at < len(text) and (operand := _FLAT_OPERAND.match(text, at)):
        negation, phrase, word = operand.groups()
        if word and word.lower() in RESERVED:
            return None
        start, at = operand.end(1) if negation else at, operand.end()
        leaf = Leaf(start, at, text[start:at], word or phrase, is_phrase=not word)
        leaves.append(leaf)
        operands.append(Not(operand.start(), at, leaf) if negation else leaf)
        at += len(operator) + 2
    tree: Node = operands[0]
    if operator == "AND":
        first = tree.end + 1
        tree = And(0, len(text), tuple(operands), (first, first + len(operator)))
    elif operator:
        tree = Or(0, len(text), tuple(operands))
    negations = tuple(each for each in operands if isinstance(each, Not))
    return Syntax(tree, (), tuple(leaves), negations, (), 0)


def _refused(
    start: int, length: int, text: str
) -> tuple[Syntax, tuple[QueryProblem, ...]]:
    problem = QueryProblem(Severity.ERROR, start, length, text)
    return Syntax(Failed(start, start), (), (), (), (), 0), (problem,)


def _is_bare_phrase(found: list[Token]) -> bool:
    """Say whether the tokens are several words without signs and wildcards."""
    return (
        len(found) > 2  # noqa: PLR2004 - two words and the end
        and all(
            token.kind is Kind.WORD and not set(token.text) & set("=~*?")
            for token in found[:-1]
        )
    )


class _Parser(Operands):
    """The reading of one query."""

    def __init__(self, text: str, found: Iterable[Token]) -> None:
        super().__init__(text, found)
        self.negations: list[Not] = []

    def read(self) -> Syntax:
        """Return the tree of the whole query."""
        self._drop_stray()
        tree = self.read_or()
        while self.peek().kind is not Kind.END:
            self.problem_once(self.next(), refusals.COMMA)
            tree = Failed(tree.start, self.read_or().end)
        return Syntax(
            tree,
            tuple(self.lists),
            tuple(self.leaves),
            tuple(self.negations),
            tuple(self.placed),
            self.deepest,
        )

    def _drop_stray(self) -> None:
        """Report and pass over every ) that closes nothing."""
        if ")" not in self.text:
            return
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

    @override
    def read_or(self) -> Node:
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
        field, phrase = "", ""
        if isinstance(left, Scoped) and left.field not in SPACELESS:
            field, left = self.text[left.start : left.child.start], left.child
        if _is_word(left) and _is_word(right):
            rest = takewhile(lambda t: t.kind is Kind.WORD, self.tokens[self.at :])
            sources.extend(token.text for token in rest)
            phrase = f'{field}"{" ".join(sources).removeprefix(field)}"'
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
        was = before if before and before.kind in _JOINTS else None
        is_operator = token.kind in _JOINTS
        if was is None and not is_operator:
            return
        where = token if is_operator or was is None else was
        after = token.text if is_operator else ""
        self.problem(where, refusals.missing(was.text if was else "", after))

    def _prox(self) -> Node:
        items: list[Node] = []
        gaps: list[Gap] = []
        if self.peek().kind is not Kind.NEAR:
            items.append(self.scoped())
        while self.peek().kind is Kind.NEAR:
            near = self.next()
            gaps.append(self._gap(near))
            if self.peek().kind in OPERANDS and items:
                items.append(self.scoped())
            else:
                self._lonely(near, has_left=bool(items))
                items.append(Failed(near.start, near.end))
        if not gaps:
            return items[0]
        for item in items:
            self.check_placed("NEAR", item)
        return Near(items[0].start, items[-1].end, tuple(items), tuple(gaps))

    def _gap(self, near: Token) -> Gap:
        number = _NUMBER.search(near.text)
        words = int(number[0]) if number else refusals.DEFAULT_GAP
        if words > refusals.MAX_GAP:
            self.problem(near, refusals.TOO_FAR)
        if not number and self._is_followed_by_number():
            apart = self.next().text
            self.problem(near, refusals.no_number(near.text.upper(), apart))
        in_order = near.text[0] in "oO" or near.text[-1] == "f"
        return Gap(words, in_order=in_order)

    def _is_followed_by_number(self) -> bool:
        token, after = self.peek(), self.tokens[min(self.at + 1, len(self.tokens) - 1)]
        return token.text.isdigit() and after.kind in OPERANDS

    def _lonely(self, near: Token, *, has_left: bool) -> None:
        """Report NEAR without a term on one side; what follows is read all the same."""
        if has_left:
            self.problem(near, refusals.missing(near.text, ""))
        else:
            self.problem(near, refusals.missing("", near.text))
            if self.peek().kind in OPERANDS:
                self.scoped()


def _is_word(node: Node) -> bool:
    """Say whether a node is a bare word, which could stand in a phrase."""
    if not isinstance(node, Leaf) or node.is_phrase:
        return False
    return not set(node.source) & set("=~*?")


def _is_failed(node: Node) -> bool:
    while isinstance(node, Scoped | Group | Not):
        node = node.child
    return isinstance(node, Failed)
