"""What a query says, as a tree; every node knows where it was written.

`start` and `end` are character offsets into the query. Proximity, quorum,
frequency and regular expressions are read by the parser but have no node yet.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Leaf:
    """One term: `source` as written, `text` without its sign and quotes.

    `is_phrase` says that it was quoted; `exact` that it was written with ``=``.
    """

    start: int
    end: int
    source: str
    text: str
    is_phrase: bool = False
    exact: bool = False


@dataclass(frozen=True, slots=True)
class ListRef:
    """A named list; `depth` is how deep in the query it stands."""

    start: int
    end: int
    name: str
    depth: int


@dataclass(frozen=True, slots=True)
class Scoped:
    """A node whose terms look at one field, unless one inside names its own."""

    start: int
    end: int
    field: str
    child: Node


@dataclass(frozen=True, slots=True)
class Group:
    """A node in parentheses, which `start` and `end` include."""

    start: int
    end: int
    child: Node


@dataclass(frozen=True, slots=True)
class Not:
    """True where the child is false."""

    start: int
    end: int
    child: Node


@dataclass(frozen=True, slots=True)
class And:
    """True where all children are; `operator` is where the first operator stands."""

    start: int
    end: int
    children: tuple[Node, ...]
    operator: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Or:
    """True where one of the children is."""

    start: int
    end: int
    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Failed:
    """What could not be read; a problem says why."""

    start: int
    end: int


Node = Leaf | ListRef | Scoped | Group | Not | And | Or | Failed


@dataclass(frozen=True, slots=True)
class Syntax:
    """A query as read: its tree, the lists it names, its terms, its depth."""

    tree: Node
    lists: tuple[ListRef, ...]
    leaves: tuple[Leaf, ...]
    negations: tuple[Not, ...]
    depth: int


def is_true_of_nothing(node: Node) -> bool:
    """Say whether a query is true where none of its terms is found."""
    match node:
        case Group(child=child) | Scoped(child=child):
            return is_true_of_nothing(child)
        case Not(child=child):
            return not is_true_of_nothing(child)
        case And(children=children):
            return all(map(is_true_of_nothing, children))
        case Or(children=children):
            return any(map(is_true_of_nothing, children))
        case _:
            return False
