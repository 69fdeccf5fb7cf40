"""HTML or plain text of a feed to the text that is matched and shown.

Every step is linear in the length of its input, whatever the input is: no pattern
here can look at the same character again and again.
"""

from __future__ import annotations

import html
import re
import unicodedata

_ROUNDS = 5
"""How often text is taken apart again after its entities were resolved."""

_INLINE_NAMES = (
    "a abbr acronym b bdi bdo big blink cite code data del dfn em font i ins kbd"
    " mark nobr q s samp small span strike strong sub sup time tt u var wbr"
)
_INLINE = frozenset(_INLINE_NAMES.split())
"""Tags that stand inside a word or a sentence; every other tag parts two words."""

# Spelled out, for a pattern that ignores case looks at each character.
_HIDDEN_START = re.compile(
    r"<(?:!--|([sS][cC][rR][iI][pP][tT]|[sS][tT][yY][lL][eE]"
    r"|[tT][eE][mM][pP][lL][aA][tT][eE])(?=[\s/>]))"
)
_HIDDEN_END = {
    name: re.compile(rf"</{name}(?=[\s/>])[^<>]*>", re.IGNORECASE)
    for name in ("script", "style", "template")
}
_CDATA_MARK = re.compile(r"<!\[CDATA\[|\]\]>")
_QUOTED = r"""(?:"[^"]{0,2000}"|'[^']{0,2000}')"""
# Attributes whose quotes hold a `>` first, bounded; then whatever has no bracket.
_TAG = re.compile(
    r"</?([a-zA-Z][a-zA-Z0-9:._-]*+)(?=[\s/>])"
    rf"(?:[^<>\"']{{0,2000}}+(?:{_QUOTED}[^<>\"']{{0,2000}}+){{0,50}}+>|[^<>]*+>)"
    r"|<[!?][a-zA-Z][^<>]*+>"
)
_ENTITY = re.compile(
    r"&(?:#[0-9]{1,8}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});"
)

_MARK_RUN = re.compile(r"[^\w\s\x00-\u02ff]{31,}")
_MARKS_KEPT = 30
"""Of combining marks in a row; sorting a longer run takes quadratic time."""

_UNSEEN = (
    *range(0x09),  # control characters; those that are white space part words
    *range(0x0E, 0x1C),
    0x7F,
    0x00AD,  # soft hyphen
    0x034F,
    0x061C,  # bidi controls, zero-width characters, the byte order mark
    0x180E,
    *range(0x200B, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2070),
    *range(0xD800, 0xE000),  # halves of characters, which no file can hold
    0xFEFF,
    *range(0xFFF9, 0xFFFC),
)
_DASHES = (*range(0x2010, 0x2016), 0x2212, 0xFE58, 0xFE63, 0xFF0D)
_OF_WINDOWS = {
    code: bytes([code]).decode("cp1252", "ignore")
    for code in range(0x80, 0xA0)
    if code != 0x85  # noqa: PLR2004 - a line's end, in Unicode's own eyes
}
"""What those mean who write control characters of ISO 8859-1."""

_TIDY = {
    **dict.fromkeys(_UNSEEN),
    **dict.fromkeys(_DASHES, "-"),
    **_OF_WINDOWS,
    0x96: "-",  # they mean dashes
    0x97: "-",
}

_ODD = re.compile(
    "[^\\t-\\r\\x1c-~\\x85\\xa0-\\xac\\xae-\\u02ff\\u0388-\\u0482\\u048a-\\u052f"
    "\\u2016-\\u2027\\u20ac\\u3041-\\u3096\\u30a1-\\u30fa\\u4e00-\\u9fff\\uac00-\\ud7a3]"
)
"""What may have to be tidied: the others stand for themselves, and never combine."""


def plain_text(markup: str) -> str:
    """Return what a reader of the markup sees, on one line.

    Tags are gone (an inline one leaves no gap, any other a space), so are comments,
    scripts and styles; entities are resolved until nothing changes, because titles
    come escaped twice. A ``<`` that begins no tag stays. The rest is `tidy`.
    """
    text = markup
    for _ in range(_ROUNDS):
        if "<" not in text and "&" not in text:
            break
        before = text
        if "<" in text:
            text = _without_tags(text)
        if "&" in text:
            text = _ENTITY.sub(_character, text)
        if text == before:
            break
    return tidy(text)


def tidy(text: str) -> str:
    """Return plain text as it is matched, on one line.

    It is in NFC, without soft hyphens, zero-width, bidi and control characters; all
    dashes are ``-``, all runs of white space one space, none at the ends.
    """
    # What can be printed has no white space but " ", which is known quickly.
    is_line = text.isprintable()
    if not (is_line and text.isascii()) and _ODD.search(text):
        text = _MARK_RUN.sub(_bounded_marks, text.translate(_TIDY))
        text = unicodedata.normalize("NFC", text)
        is_line = False
    if is_line and "  " not in text:
        return text.strip(" ")
    return " ".join(text.split())


def _character(entity: re.Match[str]) -> str:
    return _CHARACTERS.get(entity[0]) or html.unescape(entity[0])


_CHARACTERS = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&nbsp;": "\xa0"}
"""The entities that are met most."""


def _without_tags(text: str) -> str:
    if "]]>" in text or "<![CDATA[" in text:
        text = _CDATA_MARK.sub("", text)
    if _HIDDEN_START.search(text):
        text = _without_hidden(text)
    pieces = _TAG.split(text)  # every second one is the name of a tag
    pieces[1::2] = [_GAPS.get(name) or _gap(name) for name in pieces[1::2]]
    return "".join(pieces)


def _gap(name: str | None) -> str:
    """Return what parts the words beside a tag; a declaration has no name."""
    return "" if name and name.lower() in _INLINE else " "


_GAPS = dict.fromkeys(("p", "br", "img", "div", "li", "td"), " ")
"""The tags that are met most."""


def _without_hidden(text: str) -> str:
    """Return the text without comments, scripts and styles.

    A script without an end hides the rest; a comment without one is no comment, so
    that a summary that was cut off keeps its words.
    """
    kept: list[str] = []
    position = 0
    comments = True
    for start in _HIDDEN_START.finditer(text):
        if start.start() < position or not (start[1] or comments):
            continue
        kept.append(text[position : start.start()])
        end = _hidden_end(text, start)
        comments = comments and (end is not None or bool(start[1]))
        position = end or (len(text) if start[1] else start.end())
    kept.append(text[position:])
    return "".join(kept)


def _hidden_end(text: str, start: re.Match[str]) -> int | None:
    """Return where the hidden part ends, None if it does not."""
    if not start[1]:
        found = text.find("-->", start.start() + 2)
        return None if found < 0 else found + 3
    end = _HIDDEN_END[start[1].lower()].search(text, start.end())
    return None if end is None else end.end()


def _bounded_marks(run: re.Match[str]) -> str:
    kept: list[str] = []
    marks = 0
    for character in run[0]:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= _MARKS_KEPT:
            kept.append(character)
    return "".join(kept)
