"""What a query says, as a tree; every node knows where it was written.

`start` and `end` are character offsets into the query.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from monitor.matching.fields import RAW


class Leaf(NamedTuple):
    """One term: `source` as written, `text` without its sign and quotes.

    `is_phrase` says that it was quoted; `sign` is ``=`` (exactly so), ``~`` (of a
    word: compounds too; of a phrase: in any inflection) or empty. `is_raw`: it is a
    value that is taken as it stands.
    """

    start: int
    end: int
    source: str
    text: str
    is_phrase: bool = False
    sign: str = ""
    is_raw: bool = False

    @property
    def is_inflected(self) -> bool:
        """Whether its words are met in other forms too."""
        return self.sign == "~" or not (self.sign or self.is_phrase or self.is_raw)


@dataclass(frozen=True, slots=True)
class RegexLeaf:
    """A regular expression: `source` with slashes and flags, `text` without."""

    start: int
    end: int
    source: str
    text: str
    flags: str


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
class Gap:
    """How far two neighbours may stand apart: `words` at most between them."""

    words: int
    in_order: bool = False


@dataclass(frozen=True, slots=True)
class Near:
    """True where each operand stands near the one before it; one gap for each pair."""

    start: int
    end: int
    children: tuple[Node, ...]
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class Quorum:
    """True where at least `count` of the children are."""

    start: int
    end: int
    children: tuple[Node, ...]
    count: int


@dataclass(frozen=True, slots=True)
class AtLeast:
    """True where the child is found in at least `count` places."""

    start: int
    end: int
    child: Node
    count: int


@dataclass(frozen=True, slots=True)
class Failed:
    """What could not be read; a problem says why."""

    start: int
    end: int


Node = (
    Leaf
    | RegexLeaf
    | ListRef
    | Scoped
    | Group
    | Not
    | And
    | Or
    | Near
    | Quorum
    | AtLeast
    | Failed
)


@dataclass(frozen=True, slots=True)
class Syntax:
    """A query as read: its tree, the lists it names, its terms, its depth.

    `placed` are those of the lists whose places count: operands of NEAR and ATLEAST.
    """

    tree: Node
    lists: tuple[ListRef, ...]
    leaves: tuple[Leaf | RegexLeaf, ...]
    negations: tuple[Not, ...]
    placed: tuple[ListRef, ...]
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
        case Quorum(children=children, count=count):
            return sum(map(is_true_of_nothing, children)) >= count
        case _:
            return False


def unplaced(node: Node) -> Iterator[Node]:
    """Yield what is in an operand of NEAR or ATLEAST and has no places of words.

    Such an operand is a term, a phrase, a list, or a group of these with OR.
    """
    match node:
        case Scoped(field=field) if field in RAW:
            yield node
        case Group(child=child) | Scoped(child=child):
            yield from unplaced(child)
        case Or(children=children):
            for each in children:
                yield from unplaced(each)
        case Leaf() | ListRef() | Failed():
            return
        case _:
            yield node


def list_refs(node: Node) -> Iterator[ListRef]:
    """Yield the lists that an operand of NEAR or ATLEAST names."""
    match node:
        case Group(child=child) | Scoped(child=child):
            yield from list_refs(child)
        case Or(children=children):
            for each in children:
                yield from list_refs(each)
        case ListRef():
            yield node
        case _:
            return
