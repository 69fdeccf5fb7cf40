"""``monitor rules explain``: how a rule is read, word by word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Annotated

import typer

from monitor.cli.frame import UNUSABLE, surroundings, usable_files
from monitor.cli.grep import format_problem
from monitor.cli.output import print_json, say, show
from monitor.config import Loaded
from monitor.config.remarks import contained
from monitor.matching import Query, QueryCompiler, check_list, contained_rules
from monitor.matching.fields import RAW
from monitor.matching.forms import Affix, Forms, WordForm
from monitor.matching.leaves import inflected_words
from monitor.matching.lists import with_lists
from monitor.matching.narrowing import anchor_keys
from monitor.matching.parsing import parse
from monitor.matching.syntax import (
    And,
    AtLeast,
    Group,
    Leaf,
    ListRef,
    Near,
    Node,
    Not,
    Or,
    Quorum,
    RegexLeaf,
    Scoped,
)
from monitor.model import FullText, Rule
from monitor.text.words import compounds

_STEP = "  "
_ITEMS_SHOWN = 50
_WAYS = {
    "": Affix.NONE,
    "and longer words that begin with ": Affix.PREFIX,
    "or end in ": Affix.SUFFIX,
    "or hold ": Affix.INFIX,
}
_SHAPES = {Affix.PREFIX: "{}…", Affix.SUFFIX: "…{}", Affix.INFIX: "…{}…"}


def explain(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The rule.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one object.")] = False,
) -> None:
    """Show how a rule is read: its parts, the forms of its words, what to mind.

    Example: monitor rules explain waffen
    """
    loaded, _ = usable_files(surroundings(context))
    loaded.require_forms()
    rules = {rule.name: rule for rule in loaded.rules}
    if name not in rules:
        say(f"monitor: there is no rule {name!r}; there are: {', '.join(rules)}")
        raise typer.Exit(UNUSABLE)
    rule = rules[name]
    compiler = QueryCompiler(loaded.lists, loaded.forms)
    query = compiler.compile(rule.query, bound=bool(rule.feeds))
    tree = list(_Outline(loaded).lines(parse(query.text)[0].tree, "text", 0))
    remarks = list(_remarks(rule, loaded, compiler))
    if as_json:
        print_json(_object(rule, query, tree, loaded, remarks))
    else:
        _print(rule, query, tree, remarks)


def _object(
    rule: Rule, query: Query, tree: list[str], loaded: Loaded, remarks: list[str]
) -> dict[str, object]:
    keys = anchor_keys(query)
    return {
        "name": rule.name,
        "query": rule.query,
        "feeds": rule.feeds,
        "full_text": rule.full_text,
        "parsed": tree,
        "forms": _all_forms(rule.query, loaded),
        "anchor": None if keys is None else sorted(keys),
        "problems": query.problems,
        "remarks": remarks,
    }


def _remarks(rule: Rule, loaded: Loaded, compiler: QueryCompiler) -> Iterator[str]:
    """Yield what is to be said beside the query: of its lists, of other rules."""
    names = (name for name, _ in with_lists(rule.query, loaded.lists) if name)
    for name in dict.fromkeys(names):
        items = loaded.lists[name]
        for place, problem in check_list(name, items, loaded.lists, loaded.forms):
            yield f"{problem.severity}: in ${name}, {items[place]}: {problem.text}"
    pairs = [
        (each, compiler.compile(each.query, bound=bool(each.feeds)))
        for each in loaded.rules
        if each.enabled
    ]
    for inner, outer in contained_rules(pairs):
        if inner.name == rule.name:
            severity, text = contained(inner, outer)
            yield f"{severity}: {text}"


def _all_forms(query: str, loaded: Loaded) -> dict[str, list[str]]:
    """Return the forms of each inflected word, by the term that it stands in."""
    return {
        leaf.source: list(map(_shape, found))
        for _, syntax in with_lists(query, loaded.lists)
        for leaf in syntax.leaves
        if isinstance(leaf, Leaf) and (found := _forms(leaf, loaded.forms))
    }


def _forms(leaf: Leaf, forms: Forms) -> list[WordForm]:
    """Return the forms of a term, those of a word with hyphens whole."""
    asked = inflected_words(leaf)
    found = dict.fromkeys(form for name in asked for form in forms.get(name, ()))
    parts = compounds(leaf.text)[0].parts if not leaf.is_phrase else ()
    head = leaf.text.removesuffix(parts[-1]) if len(parts) > 1 else ""
    return [replace(form, text=head + form.text) for form in found]


def _shape(form: WordForm) -> str:
    shape = _SHAPES.get(form.affix, "{}").format(form.text)
    return f"not {shape}" if form.is_except else shape


def _said(forms: Sequence[WordForm]) -> Iterator[str]:
    """Yield the words in a line, and below it how the longer words of ``~`` look."""
    for start, affix in _WAYS.items():
        found = [f.text for f in forms if f.affix is affix and not f.is_except]
        if found:
            yield start + ", ".join(dict.fromkeys(found))
    if taken_back := [form.text for form in forms if form.is_except]:
        yield f"but not those of {', '.join(dict.fromkeys(taken_back))}"


class _Outline:
    """Writes a query as an outline: one line for each part, those inside indented."""

    def __init__(self, loaded: Loaded) -> None:
        self._loaded = loaded
        self._open: list[str] = []

    def lines(self, node: Node, scope: str, depth: int) -> Iterator[str]:
        """Yield the lines of a node whose terms look at `scope`."""
        while isinstance(node, Group | Scoped):
            scope = node.field if isinstance(node, Scoped) else scope
            node = node.child
        indent = _STEP * depth
        match node:
            case Leaf() | RegexLeaf():
                first, *below = self._leaf(node, scope)
                yield indent + first
                yield from (f"{indent}{_STEP}{line}" for line in below)
            case ListRef(name=name):
                yield f"{indent}any of ${name}"
                yield from self._items(name, scope, depth + 1)
            case Not(child=child) | AtLeast(child=child):
                yield indent + _heading(node)
                yield from self.lines(child, scope, depth + 1)
            case And() | Or() | Near() | Quorum():
                yield indent + _heading(node)
                for child in node.children:
                    yield from self.lines(child, scope, depth + 1)
            case _:  # pragma: no cover - what has Failed nodes is refused before
                raise AssertionError(node)

    def _items(self, name: str, scope: str, depth: int) -> Iterator[str]:
        items = self._loaded.lists[name]
        for item in items[:_ITEMS_SHOWN]:
            yield from self.lines(parse(item, item=True)[0].tree, scope, depth)
        if (more := len(items) - _ITEMS_SHOWN) > 0:
            yield f"{_STEP * depth}and {more} more"

    def _leaf(self, leaf: Leaf | RegexLeaf, scope: str) -> Iterator[str]:
        where = f"{scope}:" if scope != "text" else ""
        forms = []
        if isinstance(leaf, Leaf) and scope not in RAW:
            forms = _forms(leaf, self._loaded.forms)
        words, *longer = _said(forms) if forms else [""]
        yield f"{where}{leaf.source}" + (f"  =  {words}" if words else "")
        yield from longer


def _heading(node: Node) -> str:
    """Return what is said above the parts of a node."""
    match node:
        case Quorum(count=count):
            return f"at least {count} of"
        case AtLeast(count=count):
            return f"at least {count} times"
        case Near(gaps=gaps):
            widest = max(gap.words for gap in gaps)
            order = ", in this order" if any(gap.in_order for gap in gaps) else ""
            return f"near each other, at most {widest} words between{order}"
        case _:
            return {And: "all of", Or: "any of"}.get(type(node), "not")


def _print(rule: Rule, query: Query, tree: list[str], remarks: list[str]) -> None:
    show(f"{rule.name}: {rule.query.strip()}")
    show(f"feeds: {', '.join(rule.feeds) or 'all'}")
    show("fields: title, summary and content, where a term names no other")
    if rule.full_text is not FullText.AUTO:
        show(f"full_text: {rule.full_text}")
    if not rule.enabled:
        show("it is not enabled, and never alerts")
    if rule.expires:
        show(f"its last day is {rule.expires}")
    show("")
    for line in tree:
        show(line)
    show("")
    anchor = query.explain().anchor
    if anchor is None:
        show("anchor: none; every entry is looked at")
    else:
        terms = " or ".join(anchor.terms)
        show(f"anchor: {terms}; only entries that have it are looked at")
    for problem in query.problems:
        show(format_problem(rule.query, problem))
    for remark in remarks:
        show(remark)
