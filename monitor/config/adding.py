"""Feeds into the text of ``monitor.yaml``, all else kept byte for byte."""

from __future__ import annotations

import re
from collections.abc import Sequence

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from monitor.config.editing import (
    Edit,
    Lines,
    content_end,
    empty_list,
    feeds_in,
    root_of,
)
from monitor.config.new_feed import Form, NewFeed

_DOCUMENT_END = re.compile(r"^\.\.\.(?=\s|$)", re.MULTILINE)
_NOTHING = re.compile(r"[ \t]*\[[ \t]*\]")
_DASH = re.compile(r"[ ]*-[ ]+")
_REST_OF_ITEM = re.compile(r"[ \t]*(,)?[ \t]*(?:#[^\r\n]*)?(?=[\r\n])")


def adding(text: str, feeds: Sequence[NewFeed]) -> list[Edit]:
    """Return the edits that put feeds behind those that the text has.

    Without a key ``feeds`` it is made, at the end; without feeds to add, as ``[]``.

    Raises:
        NotEditable: the text is no mapping, or its ``feeds`` no list.
    """
    lines = Lines(text)
    root = root_of(text)
    if root is None:
        return _at_the_end(lines, feeds, 0)
    found = feeds_in(root)
    if found is None:
        if root.flow_style:
            return _pair_in_flow(root, feeds)
        return _at_the_end(lines, feeds, root.start_mark.column)
    key, listed = found
    if not feeds:
        return [] if listed else [empty_list(text, key)]
    return _to_list(lines, root, key, listed, feeds)


def _to_list(
    lines: Lines,
    root: MappingNode,
    key: ScalarNode,
    listed: SequenceNode | None,
    feeds: Sequence[NewFeed],
) -> list[Edit]:
    if listed is None:
        return _below(lines, key, key, feeds)
    if not listed.flow_style:
        return _after_block(lines, listed, feeds)
    empty = _NOTHING.search(lines.text, key.end_mark.index, listed.end_mark.index)
    if empty and not listed.value and not root.flow_style:
        gone = Edit(empty.start(), empty.end())
        return [gone, *_below(lines, key, listed, feeds)]
    form = Form.JSON if root.flow_style else Form.FLOW
    return _in_flow(lines, listed, [feed.lines(form)[0] for feed in feeds])


def _pair_in_flow(root: MappingNode, feeds: Sequence[NewFeed]) -> list[Edit]:
    items = ", ".join(feed.lines(Form.JSON)[0] for feed in feeds)
    if not root.value:
        place = root.start_mark.index + 1
        return [Edit(place, place, f'"feeds": [{items}]')]
    place = root.value[-1][1].end_mark.index
    return [Edit(place, place, f', "feeds": [{items}]')]


def _at_the_end(lines: Lines, feeds: Sequence[NewFeed], column: int) -> list[Edit]:
    """Return the edit that makes the key as the last of the file."""
    end = _DOCUMENT_END.search(lines.text)
    place = end.start() if end else len(lines.text)
    key = " " * column + ("feeds:" if feeds else "feeds: []")
    said = key + _items(lines, feeds, " " * (column + 2) + "- ", Form.BLOCK)
    is_line_open = lines.start(place) != place
    said = lines.newline + said if is_line_open else said + lines.newline
    return [Edit(place, place, said)]


def _below(
    lines: Lines, key: ScalarNode, last: Node, feeds: Sequence[NewFeed]
) -> list[Edit]:
    """Return the edit that begins a list below a key and its empty value."""
    place = lines.end(last.end_mark.index)
    prefix = " " * (key.start_mark.column + 2) + "- "
    return [Edit(place, place, _items(lines, feeds, prefix, Form.BLOCK))]


def _after_block(
    lines: Lines, listed: SequenceNode, feeds: Sequence[NewFeed]
) -> list[Edit]:
    """Return the edit that goes on with a list, in the style of its last items."""
    column, last = listed.start_mark.column, listed.value[-1]
    start = last.start_mark.index
    written = lines.text[lines.start(start) : start]
    prefix = written if _DASH.fullmatch(written) else " " * column + "- "
    mappings = [item for item in listed.value if isinstance(item, MappingNode)]
    form = Form.FLOW if mappings and mappings[-1].flow_style else Form.BLOCK
    place = lines.end_of_item(last, column)
    return [Edit(place, place, _items(lines, feeds, prefix, form))]


def _items(lines: Lines, feeds: Sequence[NewFeed], prefix: str, form: Form) -> str:
    """Return list items, a line break before each line."""
    indent = lines.newline + " " * len(prefix)
    return "".join(
        f"{lines.newline}{prefix}{indent.join(feed.lines(form))}" for feed in feeds
    )


def _in_flow(lines: Lines, listed: SequenceNode, items: Sequence[str]) -> list[Edit]:
    """Return the edits that put items at the end of ``[...]``."""
    if not listed.value:
        place = listed.start_mark.index + 1
        return [Edit(place, place, ", ".join(items))]
    last = listed.value[-1]
    end, start = content_end(last), last.start_mark.index
    indent = lines.text[lines.start(start) : start]
    rest = _REST_OF_ITEM.match(lines.text, end)
    if indent.strip() or rest is None:
        return [Edit(end, end, "".join(f", {item}" for item in items))]
    listed_below = f",{lines.newline}{indent}".join(items) + ("," if rest[1] else "")
    comma = [] if rest[1] else [Edit(end, end, ",")]
    below = Edit(rest.end(), rest.end(), f"{lines.newline}{indent}{listed_below}")
    return [*comma, below]
