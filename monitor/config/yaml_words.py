"""YAML's own complaints, in words for people who write rules and not YAML."""

from __future__ import annotations

import re

QUERY_HINT = (
    "if it is a query, write `query: >-` and the query on the next line, indented"
)

_RESERVED = re.compile(r"[ \t]*(?:- +)?[^\s#:'\"][^#:\r\n]*: +[\"'@*!%&\[{>|`]")
_BY_PROBLEM = (
    (
        "mapping values are not allowed",
        (
            "a second `: ` in one value, or lines indented unlike each other; "
            "a text that holds `: ` must stand in quotes"
        ),
    ),
    ("expected ':'", "this line has no `: `; write `key: value`"),
    ("unexpected end of stream", "the quote that opens here is never closed"),
    (
        "unknown escape",
        "`\\` begins an escape inside double quotes; write single quotes",
    ),
    (
        "Unicode character escape",
        "this escape stands for no character; write the character itself",
    ),
    (
        "expected ',' or ']'",
        (
            "the `[` that opens in line {line} is not closed before this; "
            "items are separated by commas"
        ),
    ),
    (
        "expected ',' or '}'",
        (
            "the `{{` that opens in line {line} is not closed before this; "
            "pairs are separated by commas"
        ),
    ),
    (
        "expected key",  # the other loader says: expected <block end>
        (
            "the value before this is complete, or this line is indented unlike "
            "the lines above"
        ),
    ),
    (
        "expected '-' indicator",
        "in a list every line begins with `- ` at the same indentation",
    ),
    (
        "block sequence entries",
        "a list that begins with `- ` must begin on its own line",
    ),
    (
        "comment or",  # "expected (a) comment or (a) line break"
        "`>` and `|` end their line; the text goes on the next line, indented",
    ),
    ("maximum nesting depth", "too many brackets inside each other"),
    ("<document start>", "nothing may stand after the end of the document (`...`)"),
    (
        "cannot start any token",
        "no value may begin with `{found}` unless it is in quotes",
    ),
)


def explain(problem: str, text: str, index: int, context_line: int) -> str:
    """Return what is wrong at `index` of the source and what to write instead.

    `context_line` (from 1) is where the construct begins that could not be ended.
    """
    found = text[index : index + 1]
    if found == "\t" and "token" in problem:
        return "a tab, which YAML does not take here; lines are indented with spaces"
    for part, words in _BY_PROBLEM:
        if part in problem:
            return "YAML: " + words.format(found=found, line=context_line)
    return f"YAML cannot be read from here: {problem}"


def may_be_query(text: str, index: int) -> bool:
    """Say whether `index` is in a line whose value begins with what YAML reserves."""
    begin = max(text.rfind("\n", 0, index), text.rfind("\r", 0, index)) + 1
    return _RESERVED.match(text, begin) is not None
