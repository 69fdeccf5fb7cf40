"""The place in a query that is being read, and what was found wrong so far."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from monitor.matching import refusals
from monitor.matching.lexing import Kind, Token
from monitor.matching.syntax import Node
from monitor.model import QueryProblem, Severity

OPERATORS: Final = frozenset({Kind.AND, Kind.OR, Kind.NOT})
_SAID: Final = OPERATORS | {Kind.NEAR}


class Cursor:
    """The tokens of a query, read one after the other; the last is an END.

    One place is complained of once: what comes second there follows from the first.
    """

    def __init__(self, text: str, found: Iterable[Token]) -> None:
        self.text = text
        self.tokens = list(found)
        self.at = 0
        self.problems: list[QueryProblem] = []
        self.gave_up = False
        self._places: set[int] = set()
        self._texts: set[str] = set()

    def peek(self) -> Token:
        """Return the token that comes next."""
        return self.tokens[self.at]

    def before(self) -> Token | None:
        """Return the token that was taken last."""
        return self.tokens[self.at - 1] if self.at else None

    def next(self) -> Token:
        """Take the token that comes next; the END can be taken again."""
        token = self.tokens[self.at]
        self.at = min(self.at + 1, len(self.tokens) - 1)
        if token.meant not in ("", "-") and token.kind in _SAID:
            is_near = token.kind is Kind.NEAR
            operator = token.text if is_near else token.kind
            self.problem(token, refusals.did_you_mean(token.text, operator))
        return token

    def source(self, node: Node) -> str:
        """Return how a node was written."""
        return self.text[node.start : node.end]

    def problem(self, where: Token | Node, text: str, *, warning: bool = False) -> None:
        """Note what is wrong with a token or node."""
        if where.start in self._places:
            return
        self._places.add(where.start)
        severity = Severity.WARNING if warning else Severity.ERROR
        length = max(1, where.end - where.start)
        self.problems.append(QueryProblem(severity, where.start, length, text))

    def problem_once(self, where: Token | Node, text: str) -> None:
        """Note what a writer does all through a query, such as ``+a +b``."""
        if text not in self._texts:
            self._texts.add(text)
            self.problem(where, text)

    def give_up(self, where: Token, text: str) -> None:
        """Note what makes the rest unreadable, and read no further."""
        self.problem(where, text)
        self.gave_up = True
        self.at = len(self.tokens) - 1
