"""Named lists: read once, checked for what leads nowhere or back to itself."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from monitor.matching import refusals
from monitor.matching.forms import Forms
from monitor.matching.notes import NO_FORMS, notes_on, sense_of
from monitor.matching.parsing import parse
from monitor.matching.syntax import (
    Leaf,
    ListRef,
    RegexLeaf,
    Syntax,
    is_true_of_nothing,
    list_refs,
    unplaced,
)
from monitor.model import QueryProblem, Severity

Sized = Leaf | RegexLeaf | ListRef


@dataclass(frozen=True, slots=True)
class ListProblem(QueryProblem):
    """A query is bad because a list that it names is; the list says it itself.

    `cycle` are the names of the lists that lead back to it, if that is what is bad.
    """

    cycle: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NamedList:
    """A list as read: its items, and how large and deep it is with all filled in.

    `fault` says why it cannot be used, empty where it can; `cycle` are the names
    of the lists that lead back to it.
    """

    items: tuple[Syntax, ...] = ()
    leaves: int = 0
    depth: int = 0
    fault: str = ""
    cycle: tuple[str, ...] = ()

    @property
    def unplaced(self) -> int:
        """The number of the first item that is more than words and phrases, or 0."""
        return next(
            (n for n, item in enumerate(self.items, 1) if any(unplaced(item.tree))), 0
        )


class ListBook:
    """All named lists; each is read when it is first asked for."""

    def __init__(self, lists: Mapping[str, Sequence[str]]) -> None:
        self.lists = lists
        self._read: dict[str, NamedList] = {}
        self._open: list[str] = []

    def get(self, name: str) -> NamedList:
        """Return the list of that name, which exists."""
        if name in self._open:
            cycle = (*self._open[self._open.index(name) :], name)
            return NamedList(fault=refusals.cycle(cycle), cycle=cycle)
        if len(self._open) >= refusals.MAX_DEPTH:
            return NamedList(fault=refusals.TOO_DEEP)
        known = self._read.get(name)
        if known is None:
            self._open.append(name)
            known = self._named(name)
            self._open.pop()
            self._read[name] = known
        return known

    def _named(self, name: str) -> NamedList:
        items: list[Syntax] = []
        fault: NamedList | None = None
        for n, text in enumerate(self.lists[name], start=1):
            syntax, problems = self.check(text, item=True)
            errors = [p for p in problems if p.severity is Severity.ERROR]
            if errors and fault is None:
                fault = _fault(n, errors[0])
            items.append(syntax)
        if fault is not None:
            return fault
        sizes = [self._sizes(item) for item in items]
        leaves = sum(count for item in sizes for _, count in item)
        return NamedList(tuple(items), leaves, max(map(self._depth, items)))

    def check(
        self, text: str, *, item: bool = False, bound: bool = False
    ) -> tuple[Syntax, tuple[QueryProblem, ...]]:
        """Return what a query says, and every problem with it and its lists.

        `bound` allows a query that is true where nothing is found.
        """
        syntax, problems = parse(text, item=item)
        found = [*problems]
        for ref in syntax.lists:
            found.extend(self._list_problems(ref))
        if not any(problem.severity is Severity.ERROR for problem in found):
            found.extend(self._operand_problems(syntax.placed))
            found.extend(self._size_problems(syntax))
            if not bound and is_true_of_nothing(syntax.tree):
                found.append(_only_negations(text, syntax))
        return syntax, tuple(sorted(found, key=lambda problem: problem.start))

    def check_item(self, name: str, text: str) -> Iterator[QueryProblem]:
        """Yield what is to be said at an item of the list `name`."""
        self._open.append(name)
        for problem in self.check(text, item=True)[1]:
            if not isinstance(problem, ListProblem) or self._leads(name, problem):
                yield problem
        self._open.pop()

    def _leads(self, name: str, problem: ListProblem) -> bool:
        """Say whether `name` is the first list of the cycle that is bad."""
        return name == next((n for n in self.lists if n in problem.cycle), "")

    def _list_problems(self, ref: ListRef) -> Iterator[QueryProblem]:
        place = (Severity.ERROR, ref.start, ref.end - ref.start)
        if ref.name not in self.lists:
            yield QueryProblem(*place, refusals.unknown_list(ref.name, self.lists))
            return
        if not self.lists[ref.name]:
            yield QueryProblem(*place, refusals.empty_list(ref.name))
            return
        named = self.get(ref.name)
        if named.fault == refusals.TOO_DEEP:
            yield QueryProblem(*place, refusals.TOO_DEEP)
        elif named.fault:
            text = f"list ${ref.name} cannot be used: {named.fault}"
            yield ListProblem(*place, text, named.cycle)
        elif ref.depth + 1 + named.depth > refusals.MAX_DEPTH:
            yield QueryProblem(*place, refusals.TOO_DEEP)

    def _operand_problems(self, placed: Iterable[ListRef]) -> Iterator[QueryProblem]:
        """Yield what is wrong with lists whose places count."""
        for ref in placed:
            for name in self._reached(ref.name):
                if item := self.get(name).unplaced:
                    text = refusals.unplaced_list("NEAR or ATLEAST", name, item)
                    length = ref.end - ref.start
                    yield QueryProblem(Severity.ERROR, ref.start, length, text)
                    break

    def _reached(self, name: str) -> list[str]:
        """Return the names of a list and of all that it names, each once."""
        found = [name]
        for each in found:
            items = self.get(each).items
            inner = (ref.name for item in items for ref in list_refs(item.tree))
            found.extend(ref for ref in dict.fromkeys(inner) if ref not in found)
        return found

    def _size_problems(self, syntax: Syntax) -> Iterator[QueryProblem]:
        if not syntax.lists and len(syntax.leaves) <= refusals.MAX_LEAVES:
            return
        sizes = sorted(self._sizes(syntax), key=lambda size: size[0].start)
        total = sum(count for _, count in sizes)
        if total <= refusals.MAX_LEAVES:
            return
        sums = accumulate(count for _, count in sizes)
        at = next(n for n, upto in enumerate(sums) if upto > refusals.MAX_LEAVES)
        node, text = sizes[at][0], refusals.too_many_leaves(total)
        yield QueryProblem(Severity.ERROR, node.start, node.end - node.start, text)

    def _sizes(self, syntax: Syntax) -> list[tuple[Sized, int]]:
        """Return every term and list of a query with the number of its terms."""
        terms: list[tuple[Sized, int]] = [(leaf, 1) for leaf in syntax.leaves]
        return terms + [(ref, self.get(ref.name).leaves) for ref in syntax.lists]

    def _depth(self, syntax: Syntax) -> int:
        depths = [ref.depth + 1 + self.get(ref.name).depth for ref in syntax.lists]
        return max([syntax.depth, *depths])


def with_lists(
    query: str,
    lists: Mapping[str, Sequence[str]],
    follows: Callable[[Syntax, ListRef], bool] = lambda *_: True,
) -> Iterator[tuple[str, Syntax]]:
    """Yield a query that can be read, and the items of the lists it leads to.

    Each comes with the name of its list, the query itself with an empty one. A list
    comes once; `follows` says whether a place that names one leads there.
    """
    seen: set[str] = set()
    waiting = deque([("", parse(query)[0])])
    while waiting:
        name, syntax = waiting.popleft()
        yield name, syntax
        for ref in syntax.lists:
            if ref.name not in seen and follows(syntax, ref):
                seen.add(ref.name)
                items = lists.get(ref.name, ())
                waiting.extend((ref.name, parse(i, item=True)[0]) for i in items)


def check_list(
    name: str,
    items: Sequence[str],
    lists: Mapping[str, Sequence[str]],
    forms: Forms = NO_FORMS,
) -> tuple[tuple[int, QueryProblem], ...]:
    """Return what is wrong with the items of a list, each with the item's index.

    That another list is bad is said there; a cycle is said once, at its first list.
    """
    book = ListBook({**lists, name: items})
    found: list[tuple[int, QueryProblem]] = []
    seen: dict[Hashable, int] = {}
    for n, text in enumerate(items):
        found.extend((n, problem) for problem in book.check_item(name, text))
        leaves = parse(text, item=True)[0].leaves
        found.extend((n, note) for note in notes_on(leaves, forms))
        first = seen.setdefault(sense_of(text, leaves), n)
        if first < n:
            found.append((n, _twice(text, first)))
    return tuple(found)


def _twice(text: str, first: int) -> QueryProblem:
    words = refusals.twice(first + 1)
    return QueryProblem(Severity.WARNING, 0, max(1, len(text)), words)


def _fault(number: int, problem: QueryProblem) -> NamedList:
    """Return a list that cannot be used because of one of its items."""
    if isinstance(problem, ListProblem) and problem.cycle:
        return NamedList(fault=refusals.cycle(problem.cycle), cycle=problem.cycle)
    if problem.text == refusals.TOO_DEEP:
        return NamedList(fault=problem.text)
    return NamedList(fault=f"item {number}: {problem.text}")


def _only_negations(text: str, syntax: Syntax) -> QueryProblem:
    first = min(syntax.negations, key=lambda node: node.start)
    shown = refusals.only_negations(text[first.start : first.end])
    length = first.end - first.start
    return QueryProblem(Severity.ERROR, first.start, length, shown)
