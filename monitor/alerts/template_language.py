"""What a message template may say: a part of Jinja2 that always comes to its end.

Texts, values, conditions, and loops over the lists of a message. What could grow or
run without bounds (calls, macros, sums, products, assignments) is no part of it, so
that the size of a template bounds the time and the room it takes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from types import MappingProxyType

from jinja2 import Environment, TemplateSyntaxError, nodes

LONGEST = 10_000
"""How many characters a template may have."""

DEEPEST_LOOP = 2

LISTS = frozenset(
    "alerts also because excerpts items labels remarks rules silence".split()  # noqa: SIM905 - a table
)
VARIABLES = LISTS | frozenset(
    "author change first_alert id kind link priority rule".split()  # noqa: SIM905
    + "source text time title url".split()  # noqa: SIM905
)
_LOOP = frozenset({"index", "first", "last", "length"})
_ITEM = frozenset(
    "alerts also change id link rule rules source time title url waited".split()  # noqa: SIM905
)

FILTERS = frozenset(
    "capitalize default first join last length lower title trim truncate upper".split()  # noqa: SIM905
)
_TESTS = frozenset({"defined", "none"})

_ALLOWED: tuple[type[nodes.Node], ...] = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.Getattr,
    nodes.If,
    nodes.For,
    nodes.Filter,
    nodes.Test,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.CondExpr,
    nodes.Concat,
    nodes.List,
    nodes.Tuple,
    nodes.Keyword,
)

_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "Call": "a call",
        "Getitem": "a place in brackets",
        "Assign": "`set`",
        "AssignBlock": "`set`",
        "Macro": "`macro`",
        "Include": "`include`",
        "Import": "`import`",
        "FromImport": "`import`",
        "Extends": "`extends`",
        "Block": "`block`",
        "FilterBlock": "a block of `filter`",
        "CallBlock": "`call`",
        "With": "`with`",
        "Scope": "`autoescape`",
    }
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a template, and at which character of it."""

    offset: int
    text: str


@lru_cache(maxsize=64)
def faults(text: str) -> tuple[Fault, ...]:
    """Return everything that a template may not say, in its order."""
    if len(text) > LONGEST:
        return (Fault(LONGEST, f"a template has at most {LONGEST} characters"),)
    try:
        tree = Environment(autoescape=False).parse(text)  # noqa: S701 - never rendered
    except TemplateSyntaxError as error:
        return (Fault(_start_of(text, error.lineno), error.message or "not readable"),)
    except RecursionError:
        return (Fault(0, "it is nested too deep"),)
    found = [Fault(_place(text, node, word), why) for node, word, why in _wrong(tree)]
    return tuple(sorted(found, key=lambda fault: fault.offset))


@lru_cache(maxsize=64)
def names_in(text: str) -> frozenset[str]:
    """Return the names of the values that a template without faults uses."""
    tree = Environment(autoescape=False).parse(text)  # noqa: S701
    return frozenset(name.name for name in tree.find_all(nodes.Name))


_Wrong = tuple[nodes.Node, str, str]


def _wrong(tree: nodes.Template) -> Iterator[_Wrong]:
    """Yield what is not allowed: where, at which word, and why."""
    own = {name.name for name in tree.find_all(nodes.Name) if name.ctx == "store"}
    for node in _all(tree):
        if not isinstance(node, _ALLOWED):
            kind = type(node).__name__
            what = _NAMES.get(kind, f"`{kind.lower()}`")
            yield node, "", f"{what} is not possible in a template"
        elif isinstance(node, nodes.Name):
            yield from _wrong_name(node, own)
        elif isinstance(node, nodes.Getattr):
            yield from _wrong_part(node)
        elif isinstance(node, nodes.Filter | nodes.Test):
            yield from _wrong_word(node)
    yield from _wrong_loops(tree, 0)


def _all(node: nodes.Node) -> Iterator[nodes.Node]:
    """Yield a node and all below it; of what is not allowed only the top."""
    yield node
    if isinstance(node, _ALLOWED):
        for child in node.iter_child_nodes():
            yield from _all(child)


def _wrong_name(node: nodes.Name, own: set[str]) -> Iterator[_Wrong]:
    if node.name not in VARIABLES | own | {"loop"}:
        near = _near(node.name, VARIABLES)
        yield node, node.name, f"there is no value `{node.name}`{near}"


def _wrong_part(node: nodes.Getattr) -> Iterator[_Wrong]:
    is_loop = isinstance(node.node, nodes.Name) and node.node.name == "loop"
    known = _LOOP if is_loop else _ITEM
    if not isinstance(node.node, nodes.Name) or node.attr not in known:
        yield (
            node,
            node.attr,
            f"there is no part `.{node.attr}`{_near(node.attr, known)}",
        )


def _wrong_word(node: nodes.Filter | nodes.Test) -> Iterator[_Wrong]:
    kind, known = (
        ("filter", FILTERS) if isinstance(node, nodes.Filter) else ("test", _TESTS)
    )
    if node.name not in known:
        near = _near(node.name, known)
        yield node, node.name, f"there is no {kind} `{node.name}`{near}"


def _wrong_loops(node: nodes.Node, depth: int) -> Iterator[_Wrong]:
    if isinstance(node, nodes.For):
        depth += 1
        if depth > DEEPEST_LOOP:
            yield node, "for", f"more than {DEEPEST_LOOP} loops in each other"
        if not _is_list(node.iter):
            known = ", ".join(sorted(LISTS))
            yield node, "for", f"a loop goes over a list of the message: {known}"
    for child in node.iter_child_nodes():
        yield from _wrong_loops(child, depth)


def _is_list(node: nodes.Node) -> bool:
    name = node.name if isinstance(node, nodes.Name) else ""
    part = node.attr if isinstance(node, nodes.Getattr) else ""
    return name in LISTS or part in LISTS


def _near(word: str, known: frozenset[str]) -> str:
    near = get_close_matches(word, sorted(known), n=1)
    return f"; did you mean `{near[0]}`?" if near else f"; there are {_listed(known)}"


def _listed(known: frozenset[str]) -> str:
    return ", ".join(sorted(known))


def _start_of(text: str, line: int) -> int:
    """Return where the words of a line begin; lines count from 1."""
    before = text.split("\n")[: line - 1]
    start = sum(len(one) + 1 for one in before)
    rest = text[start:]
    return min(start + len(rest) - len(rest.lstrip(" ")), len(text))


def _place(text: str, node: nodes.Node, word: str) -> int:
    """Return where a word stands in the line of its node, else where that begins."""
    start = _start_of(text, node.lineno or 1)  # a scope has none
    line = text[start:].partition("\n")[0]
    found = re.search(rf"(?<!\w){re.escape(word)}(?!\w)", line) if word else None
    return start + (found.start() if found else 0)
