"""The table of ``monitor feeds health``: a line for each feed, notes below it.

No name is ever cut: one that is too long for its column stands on a line of its own.
In a pipe each feed has one line, whatever its length, with the notes at its end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

from rich.console import Console
from rich.text import Text

from monitor.cli.output import console

_BLOCKS = "▁▂▃▄▅▆▇█"
_NONE = "·"
_GAP, _NARROW_GAP = "  ", " "
_NARROW = 100  # columns of a terminal
_INDENT = "    "
_HEADS = ("name", "status", "entries", "success", "next", "every", "tier", "delay")
_NOTE_HEADS = ("pace", "remarks", "what to do")


@dataclass(frozen=True, slots=True)
class Line:
    """What is shown of one feed; all texts are for people, empty ones say nothing.

    `pace` is empty where the feed is polled as wanted.
    """

    name: str
    status: str
    is_well: bool
    needs_person: bool
    entries_per_day: Sequence[int]
    last_success: str
    next_poll: str
    every: str
    tier: str
    delay: str
    pace: str
    remarks: tuple[str, ...]
    advice: str

    @property
    def cells(self) -> tuple[str, ...]:
        """Return the columns that every feed has."""
        return (
            self.name,
            self.status,
            sparkline(self.entries_per_day),
            self.last_success,
            self.next_poll,
            self.every,
            self.tier,
            self.delay,
        )

    @property
    def notes(self) -> tuple[str, str, str]:
        """Return what stands below, or behind, in the order of their heads."""
        return self.pace, "; ".join(self.remarks), self.advice

    @property
    def style(self) -> str:
        """Return the colour of the state."""
        if self.is_well:
            return "green"
        return "red" if self.needs_person else "yellow"


def sparkline(counts: Sequence[int]) -> str:
    """Return a block for each number, as high as it is against the largest."""
    most = max(counts, default=0)
    return "".join(
        _BLOCKS[(len(_BLOCKS) - 1) * count // most] if count else _NONE
        for count in counts
    )


def print_lines(lines: Sequence[Line]) -> None:
    """Print the table on standard output."""
    out = console()
    if out.is_terminal:
        for text in _below(lines, out.width):
            _put(out, text)
    else:
        for text in _behind(lines):
            _put(out, text)


def _put(out: Console, text: Text) -> None:
    text.rstrip()
    out.print(text, soft_wrap=True)


def _behind(lines: Sequence[Line]) -> list[Text]:
    rows = [(*_HEADS, *_NOTE_HEADS), *((*line.cells, *line.notes) for line in lines)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [Text(_joined(row, widths)) for row in rows]


def _below(lines: Sequence[Line], width: int) -> list[Text]:
    rows = [_HEADS, *(line.cells for line in lines)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    gap = _GAP if width >= _NARROW else _NARROW_GAP
    room = width - sum(widths[1:]) - len(gap) * len(widths[1:])
    widths[0] = min(widths[0], max(room, len(_HEADS[0])))
    shown = [Text(_joined(_HEADS, widths, gap), style="bold")]
    for line in lines:
        name, status, *others = line.cells
        if len(name) > widths[0]:
            shown.append(Text(name))
            name = ""
        shown.append(
            Text.assemble(
                _joined([name], widths, gap) + gap,
                (_joined([status], widths[1:], gap), line.style),
                gap + _joined(others, widths[2:], gap),
            )
        )
        for note in filter(None, line.notes):
            shown += [Text(_INDENT + part, "dim") for part in _folded(note, width)]
    return shown


def _joined(cells: Sequence[str], widths: Sequence[int], gap: str = _GAP) -> str:
    pairs = zip(cells, widths, strict=False)
    return gap.join(f"{cell:{width}}" for cell, width in pairs)


def _folded(note: str, width: int) -> list[str]:
    # An address stays whole, so that it can be opened.
    room = max(width - len(_INDENT), 20)
    return wrap(note, room, break_long_words=False, break_on_hyphens=False)
