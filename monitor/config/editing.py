"""The text of a YAML file by its lines and nodes, for changes that keep the rest.

The places come from the marks of PyYAML's nodes; a change is an insertion or deletion
of text, never a new writing of the file. Whether the result says what was meant is for
the caller to check, by reading it (`changing`).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import yaml
from yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_COLON = re.compile(r"[ \t]*:")
_BREAK = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class Edit:
    """One change: the text from `start` to `end` becomes `text`."""

    start: int
    end: int
    text: str = ""


class NotEditable(ValueError):  # noqa: N818 - a condition, as the house names it
    """The file is written in a way that is not changed here; the text says which."""


def edited(text: str, edits: Iterable[Edit]) -> str:
    """Return the text after all edits, whose places are those of the text before."""
    parts, place = list[str](), 0
    for edit in sorted(edits, key=lambda e: (e.start, e.end)):
        parts += [text[place : edit.start], edit.text]
        place = edit.end
    return "".join(parts) + text[place:]


def root_of(text: str) -> MappingNode | None:
    """Return the mapping that the text is, None where it holds nothing.

    Raises:
        NotEditable: it is something else.
    """
    node = yaml.compose(text, Loader=_LOADER)
    if isinstance(node, ScalarNode) and not node.value:
        return None
    if node is None or isinstance(node, MappingNode):
        return node
    raise NotEditable("the file is no mapping of keys")


def feeds_in(root: MappingNode) -> tuple[ScalarNode, SequenceNode | None] | None:
    """Return the key ``feeds`` and its list, which is None where nothing is written.

    Raises:
        NotEditable: it is something else than a list.
    """
    for key, value in root.value:
        if isinstance(key, ScalarNode) and key.value == "feeds":
            if isinstance(value, SequenceNode):
                return key, value
            if isinstance(value, ScalarNode) and not value.value:
                return key, None
            raise NotEditable("`feeds` is no list")
    return None


def empty_list(text: str, key: ScalarNode) -> Edit:
    """Return the edit that writes ``[]`` as the value of a key that has none.

    Raises:
        NotEditable: the key is written in an unusual way.
    """
    colon = _COLON.match(text, key.end_mark.index)
    if colon is None:
        raise NotEditable("the key `feeds` is not followed by its colon")
    return Edit(colon.end(), colon.end(), " []")


def content_end(node: Node) -> int:
    """Return where what a node says ends, without the comments behind it."""
    if isinstance(node, CollectionNode) and node.value and not node.flow_style:
        return max(map(content_end, _children(node)))
    return int(node.end_mark.index)


def _children(node: CollectionNode) -> Iterator[Node]:
    for child in node.value:
        if isinstance(child, tuple):
            yield from child
        else:
            yield child


class Lines:
    """A text, by lines."""

    def __init__(self, text: str) -> None:
        self.text = text
        first = _BREAK.search(text)
        self.newline = first[0] if first else "\n"

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(found.end() for found in _BREAK.finditer(self.text))]

    def end(self, index: int) -> int:
        """Return where the line ends in which `index` is, before its break."""
        found = _BREAK.search(self.text, index)
        return found.start() if found else len(self.text)

    def start(self, index: int) -> int:
        """Return where the line begins in which `index` is."""
        return self._starts[bisect_right(self._starts, index) - 1]

    def next(self, index: int) -> int | None:
        """Return where the next line begins, None if `index` is in the last."""
        after = bisect_right(self._starts, index)
        return self._starts[after] if after < len(self._starts) else None

    def end_of_item(self, node: Node, column: int) -> int:
        """Return where an item ends: its line, and the comments that are its own.

        Its own are those right below that are indented deeper than its dash.
        """
        said = len(self.text[: content_end(node)].rstrip())  # a block may end later
        end = self.end(max(said, node.start_mark.index))
        own = re.compile(rf"[ ]{{{column + 1},}}#")
        while (below := self.next(end)) is not None and own.match(self.text, below):
            end = self.end(below)
        return end
