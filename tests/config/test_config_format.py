"""The caret stands under the culprit, whatever stands before it."""

from __future__ import annotations

import pytest

from monitor.config import format_diagnostic
from monitor.model import Diagnostic, Severity


def shown(line: str, column: int) -> tuple[str, str, str]:
    found = Diagnostic("a.yaml", 3, column, Severity.ERROR, "wrong", line)
    head, source, caret = format_diagnostic(found).split("\n")
    return head, source, caret


@pytest.mark.parametrize(
    ("line", "culprit", "cells"),
    [
        ("  a: Öl und X", "X", 12),
        ("a:\tX", "X", 6),
        ("中文 X", "X", 5),
        ("e\N{COMBINING ACUTE ACCENT} X", "X", 2),
        ("𝄞 X", "X", 2),
    ],
)
def test_caret(line: str, culprit: str, cells: int) -> None:
    head, source, caret = shown(line, line.index(culprit) + 1)
    assert head == f"a.yaml:3:{line.index(culprit) + 1}: error: wrong"
    assert caret == " " * cells + "^"
    assert source.endswith("X")


def test_caret_at_the_end_of_a_line() -> None:
    assert shown("a: x", 5)[2] == "    ^"


def test_long_lines_are_cut_around_the_culprit() -> None:
    line = "x" * 5000 + "Y" + "x" * 5000
    _, source, caret = shown(line, 5001)
    assert len(source) < 200
    assert source[caret.index("^")] == "Y"


def test_terminal_is_not_controlled() -> None:
    _, source, _ = shown("a: \x1b[2J \N{RIGHT-TO-LEFT OVERRIDE} x", 1)
    assert "\x1b" not in source
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in source


def test_without_a_line() -> None:
    found = Diagnostic("a.yaml", 1, 1, Severity.NOTE, "gone")
    assert format_diagnostic(found) == "a.yaml:1:1: note: gone"
