r"""Regular expressions by RE2, which never takes longer than the text is long.

RE2 reads ``\w``, ``\d``, ``\s`` and ``\b`` as ASCII; here they mean Unicode. The
first three become classes. ``\b`` cannot: RE2 does not look around. So marks are put
into the text where words begin and end, ``\b`` becomes such a mark, and everything
that takes a character passes over the marks before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import re2

from monitor.text.marks import MARKS

_EDGE, _INSIDE = "\ue000", "\ue001"  # for private use: they stand in no text
_OURS = f"{_EDGE}{_INSIDE}"
_REPEATED: Final = 3  # so many \b in a row, between groups, can each have its own
_WORD = r"\p{L}\p{M}\p{N}_"
_SPACE = r"\t-\r\x{85}\p{Z}"
_CLASSES: Final = {"w": _WORD, "d": r"\p{Nd}", "s": _SPACE}
_TOKEN = re.compile(
    r"(?P<look>\(\?<?[=!])"
    r"|(?P<atomic>\(\?>)"
    r"|(?P<condition>\(\?\()"
    r"|(?P<group>\((?:\?(?:P?<\w+>|:))?(?!\?))"
    r"|(?P<flags>\(\?[a-zA-Z-]+[:)])"
    r"|(?P<back>\\[1-9]|\\k|\(\?P=)"
    r"|(?P<quote>\\[QE])|(?P<byte>\\C)"
    r"|(?P<edge>\\b)|(?P<inside>\\B)"
    r"|(?P<end>\\z|\$)|(?P<begin>\\A|\^)"
    r"|(?P<short>\\[wdsWDS])"
    r"|(?P<set>(?>\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\]))"
    r"|(?P<unclosed>\[.*)"
    r"|(?P<any>\.)"
    r"|(?P<repeat>(?:[*+?]|\{\d+(?:,\d*)?\})(?P<greed>[+?]?))"
    r"|(?P<other>[|)])"
    r"|(?P<atom>\\(?:[pP](?:\{\^?\w+\}|\w)|x\{\w+\}|x\w\w|[0-7]{1,3}|.)|.)",
    re.DOTALL,
)
_REFUSED: Final = {
    "look": "look around; write the other text as a term of its own, with AND or NOT",
    "atomic": "need (?>...): nothing is given back; write (?:...)",
    "condition": "do conditions; write the ways with |",
    "flags": "change flags inside; write i or s behind the last slash: /.../i",
    "back": "refer back to a group; write the text again",
    "quote": "do \\Q...\\E; write a backslash before each sign",
    "byte": "do \\C; write . for any character",
}
_TOO_LARGE: Final = (
    "a count goes to 1,000 at most, those inside one another multiplied; write + or *"
)
_ADVICE: Final = {
    "bad repetition operator": "write one of the two",
    "invalid escape sequence": (
        "write the sign without the backslash, \\x{e4} for a character by its number"
    ),
    "invalid perl operator": "write (?:...) for a group",
    "invalid repetition size": _TOO_LARGE,
    "missing )": "write \\( for the sign itself",
    "missing ]": "write \\[ for the sign itself",
    "no argument for repetition operator": "write a backslash before the sign itself",
    "pattern too large - compile failed": _TOO_LARGE,
    "unexpected )": "write \\) for the sign itself",
}
_IN_SET = re.compile(r"\\(?:([wds])|([WDS])|.)|.", re.DOTALL)
_EVERYTHING: Final = 0x110000
_EDGES = rf"(?<![\w{MARKS}])(?=[\w{MARKS}])|(?<=[\w{MARKS}])(?![\w{MARKS}])"
_BORDER = re.compile(_EDGES)
_PLACE = re.compile(f"(?P<edge>{_EDGES})|")
_FOREIGN: Final = dict.fromkeys(map(ord, _OURS), "\ufffd")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a regular expression, and where in it."""

    start: int
    length: int
    text: str


class Regex:
    """A regular expression that can be searched for.

    Raises:
        ValueError: RE2 cannot read it.
    """

    def __init__(self, pattern: str, flags: str) -> None:
        options = re2.Options()
        options.log_errors = False
        options.never_capture = True
        options.case_sensitive = "i" not in flags
        options.dot_nl = "s" in flags
        tokens = list(_TOKEN.finditer(pattern))
        kinds = {token.lastgroup for token in tokens}
        self._has_inside = "inside" in kinds
        self._is_marked = self._has_inside or "edge" in kinds
        _re2(pattern, options)  # what is wrong is said about what was written
        pieces = [
            _over_marks(token, dots_meet_all="s" in flags)
            if self._is_marked
            else _unicode(token)
            for token in tokens
        ]
        self._regex = _re2("".join(pieces), options)

    def places(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield start and end of the places that are not empty."""
        found = self._unmarked(text) if self._is_marked else self._spans(text)
        return (place for place in found if place[0] < place[1])

    def _spans(self, text: str) -> Iterator[tuple[int, int]]:
        return (match.span() for match in self._regex.finditer(text))

    def _unmarked(self, text: str) -> Iterator[tuple[int, int]]:
        marked = _with_marks(text, inside=self._has_inside)
        at = start = 0
        for first, last in self._spans(marked):
            start += first - at - _marks_in(marked, at, first)
            yield start, start + last - first - _marks_in(marked, first, last)
            at = first

    def meets_nothing(self) -> bool:
        """Say whether it is found in the empty text."""
        return next(self._spans(""), None) is not None


def _unicode(token: re.Match[str]) -> str:
    """Return a piece of a regex with Unicode's short classes."""
    match token.lastgroup:
        case "short":
            letter = token[0][1]
            no = "^" if letter.isupper() else ""
            return f"[{no}{_CLASSES[letter.lower()]}]"
        case "set":
            return "[" + "".join(map(_in_set, _IN_SET.finditer(token[0][1:])))
        case _:
            return token[0]


def _over_marks(token: re.Match[str], *, dots_meet_all: bool) -> str:
    """Return a piece that passes over marks in the text, or asks for one."""
    match token.lastgroup:
        case "edge":
            return _EDGE
        case "inside":
            return _INSIDE
        case "end":
            return f"(?:[{_OURS}]*$)"
        case "any":
            piece = f"[^{_OURS}]" if dots_meet_all else rf"[^\n{_OURS}]"
        case "short" | "set" | "atom":
            piece = _without_marks(_unicode(token))
        case _:
            return token[0]
    return f"(?:[{_OURS}]*{piece})"


def _without_marks(piece: str) -> str:
    """Return a piece that meets no mark."""
    if piece.startswith("[^"):
        return f"[^{_OURS}{piece[2:]}"
    return f"[^{_OURS}\\p{piece[2:]}]" if piece.startswith(r"\P") else piece


def _in_set(token: re.Match[str]) -> str:
    if token[1]:
        return _CLASSES[token[1]]
    return _all_but(token[2].lower()) if token[2] else token[0]


@lru_cache(len(_CLASSES))
def _all_but(short: str) -> str:
    """Return the ranges of all characters that are not of a short class."""
    every = "".join(map(chr, range(_EVERYTHING)))
    if short == "w":  # Python takes marks for no letters
        every = re.sub(f"[{MARKS}]", "_", every)
    runs = re.finditer(f"[^\\{short}\ud800-\udfff{_OURS}]+", every)
    return "".join(f"\\x{{{run.start():x}}}-\\x{{{run.end() - 1:x}}}" for run in runs)


def _with_marks(text: str, *, inside: bool) -> str:
    clean = text.translate(_FOREIGN)
    edges = _EDGE * _REPEATED
    if not inside:
        return _BORDER.sub(edges, clean)
    return _PLACE.sub(
        lambda place: edges if place["edge"] is not None else _INSIDE * _REPEATED, clean
    )


def _marks_in(marked: str, start: int, end: int) -> int:
    return marked.count(_EDGE, start, end) + marked.count(_INSIDE, start, end)


def _re2(pattern: str, options: re2.Options) -> Any:  # noqa: ANN401 - it has no types
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        raise ValueError(_said(error)) from None


def _said(error: re2.error) -> str:
    """Return RE2's words."""
    (words,) = error.args
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)


def fault_of(pattern: str, flags: str) -> Fault | None:
    """Return what is wrong with a regular expression, None where it can be used."""
    for n, flag in enumerate(flags):
        if flag not in "is":
            what = f"{flag} is no flag; write i (any case) or s (. meets line ends)"
            return Fault(len(pattern) + 1 + n, 1, what)
    for token in _TOKEN.finditer(pattern):
        if reason := _refusal(token):
            return Fault(token.start(), len(token[0]), reason)
    try:
        regex = compiled(pattern, flags)
    except ValueError as error:
        return _located(pattern, str(error))
    if regex.meets_nothing():
        what = "it meets the empty text, and so everything; write what must be there"
        return Fault(0, len(pattern), what)
    return None


@lru_cache(512)
def compiled(pattern: str, flags: str) -> Regex:
    """Return a regular expression, each compiled once.

    Raises:
        ValueError: RE2 cannot read it.
    """
    return Regex(pattern, flags)


def _refusal(token: re.Match[str]) -> str:
    """Return why a piece is refused, empty where it is not."""
    if token.lastgroup in _REFUSED:
        return f"regular expressions cannot {_REFUSED[token.lastgroup]}"
    if token["greed"] == "+":
        return f"{token[0]} is not needed: nothing is given back; write {token[0][:-1]}"
    return ""


def _advice(reason: str, piece: str) -> str:
    """Return what to write instead, empty where RE2's words say it all."""
    if piece.startswith(("\\p", "\\P")):
        return (
            "there is no such class; there are \\p{L}, \\p{Lu}, \\p{Greek} and the like"
        )
    return _ADVICE.get(reason, "")


def _located(pattern: str, said: str) -> Fault:
    """Return RE2's words, at the piece of the regex that they quote."""
    reason, _, piece = said.partition(": ")
    at = pattern.find(piece) if piece else -1
    start, length = (at, len(piece)) if at >= 0 else (0, len(pattern))
    what = f"this regular expression cannot be read: {reason or said}"
    if advice := _advice(reason, piece):
        what = f"{what}; {advice}"
    return Fault(start, max(1, length), what)
