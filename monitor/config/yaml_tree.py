"""YAML text to a tree in which every scalar is text and every node knows its place.

The tree is built from the parser's events, so that an alias has a place of its own,
nothing is ever constructed, and YAML's guesses (``NO``, ``22:00``) are not made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from monitor.config.yaml_words import explain, may_be_query

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST = 30
_FORBIDDEN = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What the YAML itself must not hold: an offset into the text, and why."""

    index: int
    text: str


@dataclass(frozen=True, slots=True)
class TextNode:
    """A scalar; `style` is its first character, empty for a plain one."""

    start: int
    end: int
    value: str
    style: str = ""

    @property
    def is_nothing(self) -> bool:
        """Say whether nothing was written at all."""
        return not self.value and not self.style


@dataclass(frozen=True, slots=True)
class ListNode:
    """A sequence."""

    start: int
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class MapNode:
    """A mapping, every key once."""

    start: int
    keys: dict[str, TextNode] = field(default_factory=dict)
    values: dict[str, Node] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RefusedNode:
    """What was refused already, so that nothing more is said about it."""

    start: int


Node = TextNode | ListNode | MapNode | RefusedNode


@dataclass(frozen=True, slots=True)
class Tree:
    """What a text holds; `root` is None where nothing does, or it cannot be read."""

    root: Node | None
    faults: tuple[Fault, ...] = ()


class _TooDeep(Exception):  # noqa: N818 - never leaves this file
    def __init__(self, index: int) -> None:
        self.index = index


def read_tree(text: str, hint: str = "") -> Tree:
    """Return the tree of the text, or the one fault that prevents it.

    `hint` says what to write instead where the culprit may be a query.
    """
    forbidden = _FORBIDDEN.search(text)
    if forbidden:
        what = f"the invisible character U+{ord(forbidden[0]):04X} must not stand here"
        return Tree(None, (Fault(forbidden.start(), what),))
    try:
        return _Builder(text, hint).tree()
    except _TooDeep as deep:
        return Tree(None, (Fault(deep.index, "too many levels inside each other"),))
    except yaml.MarkedYAMLError as error:
        return Tree(None, (_syntax_fault(text, error, hint),))


def _syntax_fault(text: str, error: yaml.MarkedYAMLError, hint: str) -> Fault:
    mark, context = error.problem_mark, error.context_mark
    index = len(text) if mark is None else mark.index
    problem = error.problem or "it is not YAML"
    begins = ("unexpected end of stream", "expected ':'")  # told where it begins
    is_at_end = not text[index:].strip()  # nothing there that could be shown
    if context is not None and (is_at_end or any(part in problem for part in begins)):
        index = context.index
    line = 1 if context is None else context.line + 1
    what = explain(problem, text, index, line)
    more = f"; {hint}" if hint and may_be_query(text, index) else ""
    return Fault(min(index, len(text)), what + more)


def _start(event: Event) -> int:
    """Return where an event begins; both of PyYAML's loaders always tell."""
    return 0 if event.start_mark is None else event.start_mark.index


class _Builder:
    """One pass over the events of a text."""

    def __init__(self, text: str, hint: str) -> None:
        self._text = text
        self._hint = hint
        self._events: Iterator[Event] = iter(yaml.parse(text, Loader=_LOADER))
        self._faults: list[Fault] = []
        self._anchors: dict[str, int] = {}
        self._used: set[str] = set()

    def tree(self) -> Tree:
        """Return the one document."""
        root: Node | None = None
        documents = 0
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._fault(
                        event, "a second document begins here; a file holds one"
                    )
                    break
            elif isinstance(event, NodeEvent):
                root = self._node(event, 0)
        self._refuse_unused_anchors()
        return Tree(root, tuple(self._faults))

    def _fault(self, event: Event, text: str) -> None:
        self._faults.append(Fault(_start(event), text))

    def _refuse_unused_anchors(self) -> None:
        for name, index in self._anchors.items():
            if name not in self._used:
                instead = self._hint or "write it in quotes if it is text"
                text = f"YAML reads `&{name}` as an anchor, not as text; {instead}"
                self._faults.append(Fault(index, text))

    def _node(self, event: Event, depth: int) -> Node:
        start = _start(event)
        if depth > _DEEPEST:
            raise _TooDeep(start)
        if isinstance(event, AliasEvent):
            return self._alias(event)
        node = self._plain_node(event, depth)
        anchor = getattr(event, "anchor", None)
        if anchor:
            self._anchors[anchor] = start
        if getattr(event, "tag", None):
            written = re.compile(r"\S*").match(self._text, start)
            tag = written[0] if written else ""
            instead = self._hint or "write it in quotes if it is text"
            self._fault(event, f"YAML reads `{tag}` as a tag, not as text; {instead}")
            return RefusedNode(start)
        return node

    def _alias(self, event: AliasEvent) -> Node:
        self._used.add(str(event.anchor))
        instead = self._hint or "write the value itself"
        what = f"YAML reads `*{event.anchor}` as an alias, which is not used here"
        self._fault(event, f"{what}; {instead}")
        return RefusedNode(_start(event))

    def _plain_node(self, event: Event, depth: int) -> Node:
        start = _start(event)
        if isinstance(event, ScalarEvent):
            style = event.style or ""
            end = start if event.end_mark is None else event.end_mark.index
            return TextNode(start, end, event.value, style)
        if isinstance(event, SequenceStartEvent):
            return ListNode(start, tuple(self._items(depth)))
        if isinstance(event, MappingStartEvent):
            return self._mapping(start, depth)
        raise _TooDeep(start)

    def _items(self, depth: int) -> Iterator[Node]:
        while not isinstance(event := next(self._events), SequenceEndEvent):
            yield self._node(event, depth + 1)

    def _mapping(self, start: int, depth: int) -> MapNode:
        mapping = MapNode(start)
        while not isinstance(event := next(self._events), MappingEndEvent):
            key = self._node(event, depth + 1)
            value = self._node(next(self._events), depth + 1)
            self._add(mapping, key, value)
        return mapping

    def _add(self, mapping: MapNode, key: Node, value: Node) -> None:
        if isinstance(key, RefusedNode):
            return
        if not isinstance(key, TextNode):
            self._faults.append(Fault(key.start, "a key must be a plain text"))
        elif key.value == "<<" and not key.style:
            if not isinstance(value, RefusedNode):
                text = (
                    "YAML's merge key `<<` is not used here; write the keys themselves"
                )
                self._faults.append(Fault(key.start, text))
        elif key.value in mapping.keys:
            first = self._line_of(mapping.keys[key.value].start)
            text = f"`{key.value}` stands here twice; the first is in line {first}"
            self._faults.append(Fault(key.start, text))
        else:
            mapping.keys[key.value] = key
            mapping.values[key.value] = value

    def _line_of(self, index: int) -> int:
        return len(re.findall(r"\r\n|[\n\r]", self._text[:index])) + 1
