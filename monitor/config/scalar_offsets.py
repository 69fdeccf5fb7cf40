"""From a character of a scalar's value to its place in the YAML source.

YAML folds lines, drops indentation and resolves escapes, but it keeps the order of
what is written, and it drops nothing but white space. So value and source are laid
side by side: every character that is not white space finds its own place exactly;
white space that was folded is placed where the folding began.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from yaml.scanner import Scanner

_SPACE = frozenset(" \t\n\r\x85\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}")
_DOUBLE_QUOTED = re.compile(
    r"\\(?:(?P<fold>\r\n|[\n\r])|x(?P<x>.{2})|u(?P<u>.{4})|U(?P<U>.{8})|(?P<short>.))"
    r"|(?P<plain>.)",
    re.DOTALL,
)
_Unit = tuple[int, str]


def source_offsets(
    text: str, start: int, end: int, style: str, value: str
) -> list[int]:
    """Return for every character of `value`, and for its end, an offset into `text`.

    `style` is the scalar's first character as PyYAML names it: ``'``, ``"``, ``|``,
    ``>``, or empty for a plain one.
    """
    units = list(_units(text, start, end, style))
    offsets, at, after = [], 0, units[0][0] if units else start
    last = after
    for character in value:
        at = _next_unit(units, at, character)
        is_here = at < len(units) and _fits(units[at][1], character)
        offsets.append(units[at][0] if is_here else after)
        if is_here:
            at += 1
            after = _end_of(units, at, end, style)
            last = last if character in _SPACE else after
    return [*offsets, last]


def _next_unit(units: list[_Unit], at: int, character: str) -> int:
    if character in _SPACE:
        return at
    while at < len(units) and units[at][1] != character:
        at += 1
    return at


def _fits(written: str, character: str) -> bool:
    return written == character or (written in _SPACE and character in _SPACE)


def _end_of(units: list[_Unit], at: int, end: int, style: str) -> int:
    """Return where the unit before `at` ends."""
    if at < len(units):
        return units[at][0]
    return end - 1 if style in ("'", '"') and style else end


def _units(text: str, start: int, end: int, style: str) -> Iterator[_Unit]:
    """Yield what is written, piece by piece, with the character it stands for."""
    if style == "'":
        yield from _single_quoted(text, start + 1, end - 1)
    elif style == '"':
        yield from _double_quoted(text, start + 1, end - 1)
    else:
        begin = _after_header(text, start) if style else start
        yield from ((n, text[n]) for n in range(begin, end))


def _after_header(text: str, start: int) -> int:
    """Return where the lines of a block begin: after ``>-`` and its comment."""
    found = re.compile(r"\r\n|[\n\r]").search(text, start)
    return found.end() if found else len(text)


def _single_quoted(text: str, start: int, end: int) -> Iterator[_Unit]:
    for found in re.compile("''|.", re.DOTALL).finditer(text, start, end):
        yield found.start(), found[0][0]


def _double_quoted(text: str, start: int, end: int) -> Iterator[_Unit]:
    for found in _DOUBLE_QUOTED.finditer(text, start, end):
        kind = found.lastgroup
        if kind in ("x", "u", "U"):
            yield found.start(), chr(int(found[kind], 16))
        elif kind == "short":
            yield (
                found.start(),
                Scanner.ESCAPE_REPLACEMENTS.get(found[kind], found[kind]),
            )
        elif kind == "plain":
            yield found.start(), found[kind]
