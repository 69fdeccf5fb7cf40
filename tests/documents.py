"""The documentation as data: its code blocks, tables, links and headings.

A fenced block says by its info string what it is:

- ``yaml title=config/monitor.yaml``: a whole file, which must be valid; `broken` after
  the title says that it is shown because it is not;
- ``yaml`` alone: a piece of ``monitor.yaml``;
- any other kind with a ``title=``: a file that the examples below it read;
- ``console``: commands after ``$``, and what they print; ``...`` stands for anything;
- ``sh``, ``crontab``: commands that are not run here: they need root or the network.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
DOCUMENTS = (
    README,
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").rglob("*.md")),
)

_FENCE = re.compile(r"^(```+)(.*)$")
_SPAN = re.compile(r"(`+)(.+?)\1")
_LINK = re.compile(r"\[[^\]\[]*\]\(([^()\s]+)\)")
_HEADING = re.compile(r"^#{1,6} (.+?)\s*$")


@dataclass(frozen=True)
class Block:
    """A fenced block; `line` is where its text begins."""

    path: Path
    line: int
    info: str
    text: str

    @property
    def kind(self) -> str:
        return self.info.split()[0] if self.info else ""

    @property
    def title(self) -> str:
        found = re.search(r"title=(\S+)", self.info)
        return found[1] if found else ""

    @property
    def is_broken(self) -> bool:
        return "broken" in self.info.split()

    @property
    def place(self) -> str:
        return f"{name_of(self.path)}:{self.line}"


@dataclass(frozen=True)
class Row:
    """A row of a table, its cells by their headings."""

    path: Path
    line: int
    cells: dict[str, str]

    @property
    def place(self) -> str:
        return f"{name_of(self.path)}:{self.line}"


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def lines_of(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def blocks(path: Path) -> Iterator[Block]:
    """Yield the fenced blocks of a document."""
    fence, info, start, held = "", "", 0, list[str]()
    for number, line in enumerate(lines_of(path), 1):
        found = _FENCE.match(line)
        if not fence and found:
            fence, info, start, held = found[1], found[2].strip(), number + 1, []
        elif fence and line == fence:
            yield Block(path, start, info, "".join(f"{each}\n" for each in held))
            fence = ""
        elif fence:
            held.append(line)
    assert not fence, f"{path}:{start}: this block is never closed"


def prose(path: Path) -> Iterator[tuple[int, str]]:
    """Yield number and text of each line outside the blocks."""
    fence = ""
    for number, line in enumerate(lines_of(path), 1):
        found = _FENCE.match(line)
        if found and not fence:
            fence = found[1]
        elif fence:
            fence = "" if line == fence else fence
        else:
            yield number, line


def spans(text: str) -> list[str]:
    """Return what stands between backticks."""
    return [found[2].strip() for found in _SPAN.finditer(text)]


def rows(path: Path) -> Iterator[Row]:
    """Yield the rows of every table."""
    heads: list[str] = []
    for (_, before), (number, line) in pairwise([(0, ""), *prose(path)]):
        if not line.startswith("|"):
            heads = []
        elif not before.startswith("|"):
            heads = _cells(line)
        elif not set(line) <= set("|-: "):
            yield Row(path, number, dict(zip(heads, _cells(line), strict=True)))


def _cells(line: str) -> list[str]:
    parts = re.split(r"(?<!\\)\|", line.strip().strip("|"))
    return [part.strip().replace(r"\|", "|") for part in parts]


def links(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the line and the target of each link."""
    for number, line in prose(path):
        for found in _LINK.finditer(_SPAN.sub("", line)):
            yield number, found[1]


def anchors(path: Path) -> set[str]:
    """Return the headings of a document as links name them."""
    found = (_HEADING.match(line) for _, line in prose(path))
    return {_anchor(heading[1]) for heading in found if heading}


def _anchor(heading: str) -> str:
    kept = re.sub(r"[^\w\- ]", "", heading.lower())
    return kept.replace(" ", "-")


def put(folder: Path, block: Block) -> Path:
    """Write a block's file; a new configuration begins without rules."""
    path = folder / block.title
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.name == "monitor.yaml":
        rules = path.parent.parent / "rules"
        rules.mkdir(exist_ok=True)
        for old in rules.iterdir():
            old.unlink()
    path.write_text(block.text, encoding="utf-8")
    return path
