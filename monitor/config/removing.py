"""A feed out of the text of ``monitor.yaml``, with the comments that are its own."""

from __future__ import annotations

import re

from yaml.nodes import Node, ScalarNode, SequenceNode

from monitor.config.editing import (
    Edit,
    Lines,
    NotEditable,
    content_end,
    empty_list,
    feeds_in,
    root_of,
)

_FILLING = re.compile(r"(?:\s|#[^\r\n]*)*")
_REST = re.compile(r"[ \t]*,?[ \t]*(?:#[^\r\n]*)?(?=[\r\n]|$)")
_SPACES = re.compile(r"[ \t]*")


def removing(text: str, place: int) -> list[Edit]:
    """Return the edits that take out the feed at a place of the list, from 0.

    Raises:
        NotEditable: it stands there in a way that is not changed here.
    """
    root = root_of(text)
    key, listed = (root and feeds_in(root)) or (None, None)
    if key is None or listed is None:
        raise NotEditable("there is no list of feeds")
    lines = Lines(text)
    if listed.flow_style:
        return _from_flow(lines, listed, place)
    return _from_block(lines, key, listed, place)


# --- a list with dashes -----------------------------------------------------------


def _from_block(
    lines: Lines, key: ScalarNode, listed: SequenceNode, place: int
) -> list[Edit]:
    column = listed.start_mark.column
    item = listed.value[place]
    start = _dash_line(lines, item, column)
    end = lines.end_of_item(item, column)
    start = _with_comment(lines, start, end, column)
    gone = _whole_lines(lines, start, end)
    if len(listed.value) > 1:
        return [gone]
    return [empty_list(lines.text, key), gone]


def _dash_line(lines: Lines, item: Node, column: int) -> int:
    """Return where the line of an item's dash begins, at or above what it says."""
    dash = re.compile(rf"[ ]{{{column}}}-(?=\s)")
    start = lines.start(item.start_mark.index)
    while not dash.match(lines.text, start):
        if start == 0 or lines.text[start : start + column].strip():
            raise NotEditable(
                "the item does not begin with a dash on a line of its own"
            )
        start = lines.start(start - 1)
    return start


def _with_comment(lines: Lines, start: int, end: int, column: int) -> int:
    """Return where the item begins with the comment above it, if that is its own.

    A comment above several items that follow each other heads them all, and stays.
    """
    below = lines.next(end)
    item = re.compile(rf"[ ]{{{column}}}-(?=\s)")
    if below is not None and item.match(lines.text, below):
        return start
    own = re.compile(rf"[ ]{{{column}}}#")  # deeper ones are of the item before
    while start and own.match(lines.text, above := lines.start(start - 1)):
        start = above
    return start


def _whole_lines(lines: Lines, start: int, end: int) -> Edit:
    """Return the deletion of lines; at the end of the file, of the break before."""
    below = lines.next(end)
    if below is not None or start == 0:
        return Edit(start, below or end)
    is_pair = lines.text[start - 2 : start] == "\r\n"
    return Edit(start - (2 if is_pair else 1), end)


# --- a list in brackets -----------------------------------------------------------


def _from_flow(lines: Lines, listed: SequenceNode, place: int) -> list[Edit]:
    item = listed.value[place]
    start, end = item.start_mark.index, content_end(item)
    comma = _comma_after(lines.text, end)
    if comma is not None:
        spaces = _SPACES.match(lines.text, comma + 1)
        stop = spaces.end() if spaces else comma + 1
        return [_line_if_alone(lines, start, end, Edit(start, stop))]
    if place == 0:
        return [_line_if_alone(lines, start, end, Edit(start, end))]
    before = content_end(listed.value[place - 1])
    comma = _comma_after(lines.text, before)
    if comma is None:
        raise NotEditable("the list has no comma where one is expected")
    gap = lines.text[comma + 1 : start]
    if not gap.strip(" \t"):
        return [Edit(comma, end)]
    gone = _line_if_alone(lines, start, end, Edit(start, end))
    return [Edit(comma, comma + 1), gone]


def _comma_after(text: str, index: int) -> int | None:
    filling = _FILLING.match(text, index)
    comma = filling.end() if filling else index
    return comma if text[comma : comma + 1] == "," else None


def _line_if_alone(lines: Lines, start: int, end: int, otherwise: Edit) -> Edit:
    """Return the deletion of whole lines where nothing else stands on them."""
    first = lines.start(start)
    rest = _REST.match(lines.text, end)
    below = lines.next(end)
    if lines.text[first:start].strip() or rest is None or below is None:
        return otherwise
    return Edit(first, below)
