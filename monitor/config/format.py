"""A finding as people read it: place, text, the line, and a caret under the culprit."""

from __future__ import annotations

import unicodedata

from monitor.model import Diagnostic, Severity

_TAB = "    "
_BEFORE, _WIDTH = 90, 160  # of a very long line this much is shown around the culprit


def format_diagnostic(found: Diagnostic) -> str:
    """Return ``PATH:LINE:COL: error: TEXT``, then the line and a caret, if known."""
    head = f"{found.path}:{found.line}:{found.column}: {found.severity}: {found.text}"
    if not found.source_line:
        return head
    at = found.column - 1
    cut = max(0, at - _BEFORE)
    piece = found.source_line[cut : cut + _WIDTH]
    dots = "…" if cut else ""
    line = dots + "".join(map(_shown, piece))
    caret = " " * (len(dots) + sum(map(_width, piece[: at - cut]))) + "^"
    return f"{head}\n{line.rstrip()}\n{caret}"


_COMMANDS = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.NOTE: "notice",
}


def format_for_github(found: Diagnostic) -> str:
    """Return a command of GitHub's workflows, which shows it beside the line."""
    command, path = _COMMANDS[found.severity], _property(found.path)
    where = f"file={path},line={found.line},col={found.column}"
    return f"::{command} {where}::{_data(found.text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _shown(character: str) -> str:
    """Return what a terminal may be told to print for a character."""
    if character == "\t":
        return _TAB
    is_control = unicodedata.category(character).startswith("C")
    return "\N{REPLACEMENT CHARACTER}" if is_control else character


def _width(character: str) -> int:
    """Return how many cells of a terminal a character takes."""
    if character == "\t":
        return len(_TAB)
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
