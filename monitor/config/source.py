"""One file's text, with lines and columns that count from 1, in characters."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from pathlib import Path

from monitor.config.masking import mask
from monitor.model import Diagnostic, Severity

_LINE_END = re.compile(r"\r\n|[\n\r]")


class Source:
    """The text of a file and the path under which a person knows it."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(found.end() for found in _LINE_END.finditer(self.text))]

    def place(self, index: int) -> tuple[int, int]:
        """Return line and column of an offset into the text."""
        line = bisect_right(self._line_starts, index)
        return line, index - self._line_starts[line - 1] + 1

    def rest_of_line(self, index: int) -> str:
        """Return what stands from an offset to the end of its line."""
        return _LINE_END.split(self.text[index:], maxsplit=1)[0]

    def diagnostic(
        self, index: int, text: str, severity: Severity = Severity.ERROR
    ) -> Diagnostic:
        """Return a finding at an offset into the text; URLs in it are masked."""
        line, column = self.place(min(index, len(self.text)))
        start = self._line_starts[line - 1]
        shown = mask(self.rest_of_line(start))
        return Diagnostic(self.path, line, column, severity, mask(text), shown)


def read_source(path: Path, shown: str) -> Source | Diagnostic:
    """Return the text of a file, or why there is none."""
    content = read_content(path, shown)
    return content if isinstance(content, Diagnostic) else decoded(content, shown)


def read_content(path: Path, shown: str) -> bytes | Diagnostic:
    """Return the bytes of a file, or why there are none."""
    if path.exists() and not path.is_file():
        return no_source(shown, "this is not a file")
    try:
        return path.read_bytes()
    except OSError as error:
        return no_source(shown, f"the file cannot be read: {error.strerror}")


def decoded(content: bytes, shown: str) -> Source | Diagnostic:
    """Return the text that bytes stand for, or why they are none."""
    content = content.removeprefix(b"\xef\xbb\xbf")
    try:
        return Source(shown, content.decode())
    except UnicodeDecodeError as error:
        good = Source(shown, content[: error.start].decode())
        byte = content[error.start]
        what = f"the byte 0x{byte:02X} is not UTF-8; save the file as UTF-8"
        return good.diagnostic(len(good.text), what)


def no_source(shown: str, text: str) -> Diagnostic:
    """Return a finding about a file that has no text."""
    return Diagnostic(shown, 1, 1, Severity.ERROR, text)
