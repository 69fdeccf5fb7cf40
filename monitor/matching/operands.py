"""The lower levels of the grammar: a field, and the term or group behind it."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable

from monitor.matching import refusals
from monitor.matching.cursor import Cursor
from monitor.matching.fields import NAMES, RAW
from monitor.matching.lexing import OPERANDS, Kind, Token, field_name
from monitor.matching.syntax import (
    AtLeast,
    Failed,
    Group,
    Leaf,
    ListRef,
    Node,
    Quorum,
    RegexLeaf,
    Scoped,
    list_refs,
    unplaced,
)
from monitor.matching.terms import leaf_of, problems_of, regex_of, regex_problems
from monitor.text.folding import DASHES

_FIELDS = frozenset({Kind.FIELD, Kind.GAP})
_LEAVES = frozenset({Kind.WORD, Kind.PHRASE, Kind.RAW})
_COUNTED = _LEAVES | {Kind.LIST}
_DASHES = frozenset(DASHES)
_NUMBER = re.compile(r"\d+")


class Operands(Cursor, ABC):
    """The reading of what stands between operators."""

    def __init__(self, text: str, found: Iterable[Token]) -> None:
        super().__init__(text, found)
        self.lists: list[ListRef] = []
        self.placed: list[ListRef] = []
        self.leaves: list[Leaf | RegexLeaf] = []
        self.depth = self.deepest = 0
        self.scope = "text"

    @abstractmethod
    def read_or(self) -> Node:
        """Return the node of the level above all others."""

    def scoped(self) -> Node:
        """Return an operand with its field."""
        token = self.peek()
        if token.kind not in _FIELDS:
            return self._primary()
        name = self._field()
        while self.peek().kind in _FIELDS:
            self.problem(self.next(), refusals.ONE_FIELD)
        if self.peek().kind is Kind.NOT or self.peek().text in _DASHES:
            self.problem(self.next(), refusals.negated_value(name))
        if self.peek().kind not in OPERANDS:
            self.problem(token, refusals.no_value(name))
            return Failed(token.start, token.end)
        if token.kind is Kind.GAP:
            self.problem(token, refusals.gap(name))
        outer, self.scope = self.scope, name
        child = self._primary()
        self.scope = outer
        return Scoped(token.start, child.end, name, child)

    def check_placed(self, operator: str, operand: Node) -> None:
        """Report what has no places of words, and keep the lists to look into."""
        for node in unplaced(operand):
            self.problem(node, refusals.unplaced(operator, self.source(node)))
        self.placed.extend(list_refs(operand))

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
        while token.kind is Kind.PLUS and self.peek().kind in OPERANDS:
            self._refused(token)
            token = self.next()
        node = self._operand(token)
        while self.peek().kind is Kind.SUFFIX:
            suffix = self.next()
            if not isinstance(node, Failed):
                text = refusals.behind_a_term(suffix.text, self.source(node))
                self.problem_once(suffix, text)
        return node

    def _operand(self, token: Token) -> Node:
        match token.kind:
            case Kind.OPEN:
                return self._group(token)
            case Kind.LIST | Kind.WORD | Kind.PHRASE | Kind.RAW:
                return self._term(token)
            case Kind.QUORUM:
                return self._quorum(token)
            case Kind.ATLEAST:
                return self._at_least(token)
            case Kind.REGEX:
                leaf = regex_of(token)
                self.leaves.append(leaf)
                self.problems.extend(regex_problems(leaf))
                return leaf
            case _:
                return self._refused(token)

    def _term(self, token: Token) -> Leaf | ListRef:
        if token.kind is Kind.LIST:
            ref = ListRef(token.start, token.end, token.text[1:], self.depth)
            self.lists.append(ref)
            return ref
        leaf = leaf_of(token)
        self.leaves.append(leaf)
        self.problems.extend(problems_of(leaf, self.scope))
        return leaf

    def _group(self, opening: Token) -> Node:
        items, end = self._items(opening, commas=False)
        return Group(opening.start, end, items[0]) if items else Failed(*_at(opening))

    def _quorum(self, token: Token) -> Node:
        self._in_capitals(token)
        items, end = self._items(self.next(), commas=True)
        number = _NUMBER.match(token.text)
        count = int(number[0]) if number else 0
        if count == 0:
            self.problem(token, refusals.TOO_FEW)
        elif items and count > len(items):
            few = refusals.QUORUM_ITEMS, refusals.too_many_of(count, len(items))
            self.problem(token, few[len(items) > 1])
        return Quorum(token.start, end, tuple(items), count)

    def _items(self, opening: Token, *, commas: bool) -> tuple[list[Node], int]:
        """Return what stands between parentheses, and where these end."""
        if self.depth == refusals.MAX_DEPTH:
            self.give_up(opening, refusals.TOO_DEEP)
            return [], opening.end
        if self.peek().kind is Kind.CLOSE:
            end = self.next().end
            self.problem(Failed(opening.start, end), refusals.EMPTY_GROUP)
            return [], end
        self.depth += 1
        self.deepest = max(self.deepest, self.depth)
        items = [self.read_or()]
        while self.peek().kind not in {Kind.CLOSE, Kind.END}:
            comma = self.next()
            if not commas:
                self.problem_once(comma, refusals.COMMA)
            items.append(self.read_or())
        self.depth -= 1
        if self.peek().kind is Kind.CLOSE:
            return items, self.next().end
        if not self.gave_up:
            self.problem(opening, refusals.UNCLOSED_GROUP)
        return items, items[-1].end

    def _in_capitals(self, token: Token) -> None:
        if not token.text.isupper():
            self.problem(token, refusals.did_you_mean(token.text, token.text))

    def _at_least(self, token: Token) -> Node:
        self._in_capitals(token)
        number = _NUMBER.search(token.text)
        count = int(number[0]) if number else 0
        if self.peek().kind not in OPERANDS:
            self.problem(token, refusals.missing(token.text, ""))
            return Failed(*_at(token))
        if self.peek().kind not in _COUNTED:
            self.problem(token, self._uncounted(token))
            return Failed(*_at(token))
        if count == 0:
            self.problem(token, refusals.TOO_FEW)
        child = self._term(self.next())
        self.check_placed("ATLEAST", child)
        return AtLeast(token.start, child.end, child, count)

    def _uncounted(self, token: Token) -> str:
        after = self.peek()
        name = field_name(after) if after.kind is Kind.FIELD else ""
        if name in NAMES and name not in RAW:
            return refusals.field_inside(token.text, name)
        return refusals.ATLEAST_OPERAND

    def _refused(self, token: Token) -> Node:
        """Report a token that no term can begin with."""
        if token.kind is Kind.UNCLOSED:
            self.give_up(token, refusals.UNCLOSED_QUOTE)
        elif token.kind is Kind.PLUS:
            self.problem_once(token, refusals.PLUS)
        else:
            is_address = token.kind is Kind.ADDRESS
            text = refusals.ADDRESS if is_address else refusals.unreadable(token.text)
            self.problem_once(token, text)
        return Failed(*_at(token))


def _at(token: Token) -> tuple[int, int]:
    return token.start, token.end
