"""The lines of a page as a reader sees them, and which of them are an article's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile

from lxml import etree
from lxml.html import HtmlElement

from monitor.articles.wording import (
    COMMENTS_HEADING,
    LABEL_EDGES,
    LINE_NOISE,
    RELATED_HEADING,
    offers_the_rest,
)
from monitor.text import tidy

_INLINE_NAMES = (
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd mark q s"
    " samp small span strike strong sub sup time tt u var wbr nobr"
)
_INLINE = frozenset(_INLINE_NAMES.split())
_LIST_MARK = re.compile(r"^(?:[-*•–|]\s+)+|\s*\|\s*$")  # noqa: RUF001
_NOT_LETTERS = re.compile(r"[\W_]+")
_MOSTLY = 0.5
_LONGEST_NOISE = 160
_LONGEST_HINT = 250
_LABEL = 40
_LONGEST_LEAD = 6
"""Lines before an article, labels such as those of its authors included."""

_PROSE_END = tuple(".!?…:\"“”»«'’)؟۔।。！？」』）")  # noqa: RUF001
_ENOUGH = 250
_COVERED = 0.7
_AGREED = 0.6


def runs(element: HtmlElement) -> Iterator[str]:
    """Yield the lines of an element, but those that are mostly links.

    A line ends where a block begins or ends, as it does on a screen.
    """
    words: list[str] = []
    linked = 0
    depth = 0
    for event, each in etree.iterwalk(element, events=("start", "end")):
        if each.tag not in _INLINE:
            yield from _line(words, linked)
            words, linked = [], 0
        is_start = event == "start"
        if each.tag == "a":
            depth += 1 if is_start else -1
        text = each.text if is_start else each.tail if each is not element else ""
        words.append(text or "")
        linked += len(text or "") if depth else 0
    yield from _line(words, linked)


def _line(words: list[str], linked: int) -> Iterator[str]:
    text = tidy("".join(words))
    if text and linked <= _MOSTLY * len(text):
        yield text


def prose(lines: Iterable[str]) -> list[str]:
    """Return the lines that look like sentences: no labels, captions of buttons."""
    return [line for line in lines if len(line) > _LABEL or _ends(line)]


def own_lines(lines: Iterable[str]) -> list[str]:
    """Return the lines that are an article's own, each as it is matched.

    Gone are those left of buttons, offers to subscribe, and links to other articles;
    repeated ones are there once; below the heading of the comments there is none.
    """
    kept: dict[str, None] = {}
    for line in lines:
        text = tidy(_LIST_MARK.sub("", line))
        label = text.strip(LABEL_EDGES + ".")
        if COMMENTS_HEADING.fullmatch(label):
            if _size(kept) >= _ENOUGH:
                break
        elif label and not is_noise(text, label):
            kept.setdefault(text)
    return _without_loose_headings(list(kept))


def is_noise(text: str, label: str) -> bool:
    """Say whether a line is no part of any article."""
    if len(text) <= _LONGEST_NOISE and LINE_NOISE.fullmatch(label):
        return True
    if len(text) <= _LONGEST_HINT and offers_the_rest(text):
        return True
    is_heading = not text.endswith(".") and RELATED_HEADING.fullmatch(label) is not None
    return is_heading or _leads_on(text)


def _leads_on(text: str) -> bool:
    """Say whether a line is "Read also: ..." with the title of another article."""
    label, _, rest = text.replace("：", ":").partition(":")  # noqa: RUF001
    is_title = 0 < len(rest) <= _LONGEST_NOISE
    return is_title and bool(RELATED_HEADING.fullmatch(label.strip(LABEL_EDGES)))


def _without_loose_headings(lines: list[str]) -> list[str]:
    """Return the lines up to the last that is more than a label."""
    while lines and len(lines[-1]) <= _LABEL and not _ends(lines[-1]):
        lines.pop()
    return lines


def lead(there: Sequence[str], found: Sequence[str]) -> list[str]:
    """Return the sentences that are there before the first that was found."""
    before = list(takewhile(lambda line: line not in found, there))
    is_lead = 0 < len(before) < min(_LONGEST_LEAD, len(there))
    long = (line for line in before if len(line) > _LABEL and _ends(line))
    return list(long) if is_lead else []


def _ends(line: str) -> bool:
    return line.endswith(_PROSE_END)


def agreed(lines: Sequence[str], body: Sequence[str]) -> list[str]:
    """Return what the page shows and its data for machines both say.

    Where they are not of one mind, it is the one that has more: the data may hold
    an excerpt only, the page may hold its text where nobody finds it.
    """
    shown, told = _size(lines), _size(body)
    if told < _COVERED * shown or not told:
        return list(lines)
    letters = _letters(" ".join(body))
    both = [line for line in lines if _letters(line) in letters]
    return both if _size(both) >= _AGREED * told else list(body)


def _size(lines: Iterable[str]) -> int:
    return sum(map(len, lines))


def _letters(text: str) -> str:
    return _NOT_LETTERS.sub("", text.casefold())
