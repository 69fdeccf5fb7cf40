"""One YAML file: its data as plain text, and the way back from data to a place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from monitor.config.scalar_offsets import source_offsets
from monitor.config.source import Source
from monitor.config.yaml_tree import (
    ListNode,
    MapNode,
    Node,
    RefusedNode,
    TextNode,
    read_tree,
)
from monitor.model import Diagnostic, Severity

Location = Sequence[int | str]
"""The keys and positions that lead from the top of a file to a value."""

KEY = "[key]"
"""At the end of a location: the key itself, not its value."""


class YamlFile:
    """A file that was read; `faults` is what the YAML itself must not hold."""

    def __init__(self, source: Source, hint: str = "") -> None:
        self.source = source
        self.hint = hint
        tree = read_tree(source.text, hint)
        self.root = tree.root
        self.faults = tuple(source.diagnostic(f.index, f.text) for f in tree.faults)

    @cached_property
    def data(self) -> object:
        """The file as dicts, lists, texts, and None where nothing was written."""
        return {} if self.root is None else _data(self.root)

    def node(self, location: Location) -> Node | None:
        """Return the deepest node on the way; a step that leads nowhere is skipped."""
        node = self.root
        for step in location:
            node = _child(node, step) or node
        return node

    def is_refused(self, location: Location) -> bool:
        """Say whether a fault was already reported for this value."""
        return isinstance(self.node(location), RefusedNode)

    def text(self, location: Location) -> str:
        """Return the text of a value, empty if it is none."""
        node = self.node(location)
        return node.value if isinstance(node, TextNode) else ""

    def line(self, location: Location) -> int:
        """Return the line in which a value begins."""
        return self.source.place(self.index(location))[0]

    def index(self, location: Location, offset: int | None = None) -> int:
        """Return where a value stands, or the character at `offset` of its text.

        A location that ends with `KEY` is the place of the key before that.
        """
        if location and location[-1] == KEY:
            parent, key = self.node(location[:-2]), location[-2]
            if isinstance(parent, MapNode) and key in parent.keys:
                return parent.keys[str(key)].start
            location = location[:-1]
        node = self.node(location)
        if node is None:
            return 0
        if offset is None or not isinstance(node, TextNode):
            return node.start
        offsets = source_offsets(
            self.source.text, node.start, node.end, node.style, node.value
        )
        return offsets[min(offset, len(node.value))]

    def at(
        self,
        location: Location,
        text: str,
        severity: Severity = Severity.ERROR,
        offset: int | None = None,
    ) -> Diagnostic:
        """Return a finding about a value, or about the character at `offset` of it."""
        return self.source.diagnostic(self.index(location, offset), text, severity)


def _child(node: Node | None, step: int | str) -> Node | None:
    if isinstance(node, MapNode):
        return node.values.get(str(step))
    if isinstance(node, ListNode) and isinstance(step, int) and step < len(node.items):
        return node.items[step]
    return None


def _data(node: Node) -> object:
    if isinstance(node, TextNode):
        return None if node.is_nothing else node.value
    if isinstance(node, ListNode):
        return [_data(item) for item in node.items]
    if isinstance(node, MapNode):
        return {key: _data(value) for key, value in node.values.items()}
    return None


def texts(value: object) -> list[str]:
    """Return the texts of a list, none if it is no list."""
    return [v for v in value if isinstance(v, str)] if isinstance(value, list) else []


def mapping(value: object) -> Mapping[str, object]:
    """Return the value if it is a mapping, else an empty one."""
    return value if isinstance(value, dict) else {}
