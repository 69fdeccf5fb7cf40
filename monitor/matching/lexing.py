"""A query's text to tokens; what cannot be read becomes a token that says why."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Final, NamedTuple

from monitor.matching import fields
from monitor.text.folding import APOSTROPHES, DASHES, INVISIBLE
from monitor.text.marks import MARKS


class Kind(StrEnum):
    """What a token is."""

    OPEN = "open"
    CLOSE = "close"
    COMMA = "comma"
    AND = "and"
    OR = "or"
    NOT = "not"
    NEAR = "near"
    QUORUM = "quorum"
    ATLEAST = "atleast"
    FIELD = "field"
    GAP = "gap"  # a field with a space beside its colon
    LIST = "list"
    WORD = "word"
    PHRASE = "phrase"
    RAW = "raw"  # a value of a field that is not read as words
    REGEX = "regex"
    PLUS = "plus"
    SUFFIX = "suffix"  # what Lucene puts behind a term
    ADDRESS = "address"
    UNCLOSED = "unclosed"  # a quotation mark without its other half
    BAD = "bad"
    END = "end"


OPERANDS: Final = frozenset(
    {
        *(Kind.OPEN, Kind.QUORUM, Kind.ATLEAST, Kind.FIELD, Kind.GAP, Kind.LIST),
        *(Kind.WORD, Kind.PHRASE, Kind.RAW, Kind.REGEX, Kind.PLUS),
        *(Kind.ADDRESS, Kind.UNCLOSED, Kind.BAD),
    }
)


class Token(NamedTuple):
    """One token; `text` is how it was written, `start` where, in characters.

    `meant` is the operator that a lower-case word was probably meant to be;
    empty for every other token, and "-" for a word that an error before covers.
    """

    kind: Kind
    start: int
    text: str
    meant: str = ""

    @property
    def end(self) -> int:
        """Return where the token ends."""
        return self.start + len(self.text)


_ENDS: Final = frozenset(
    {
        *(Kind.WORD, Kind.PHRASE, Kind.RAW, Kind.CLOSE, Kind.LIST, Kind.REGEX),
        *(Kind.SUFFIX, Kind.BAD, Kind.ADDRESS),
    }
)
QUOTES: Final = '"„“”‟«»‹›＂'  # noqa: RUF001 - as pasted from a word processor
_DASH = re.escape(DASHES)
_MARKS = MARKS + INVISIBLE
_BODY = rf"[\w{_MARKS}{_DASH}.{APOSTROPHES}+/@*?]"
_WHOLE = rf"(?!{_BODY})"
_KNOWN = "|".join([*fields.NAMES, *fields.ALIASES])
_BRACKETS = r"(?>\[\^?\]?(?:[^\]\\\n]|\\.)*\])"
_FORM = r"(?i:in|innen)(?!\w)"  # Journalist:innen is a word, not a field
_PATTERNS: Final = {
    Kind.ADDRESS: r"(?i:https?|ftp)://[^\s)]*",
    Kind.PHRASE: rf"[=~]?[{QUOTES}][^{QUOTES}]*[{QUOTES}]",
    Kind.UNCLOSED: rf"[=~]?[{QUOTES}][^{QUOTES}]*\Z",
    Kind.NEAR: rf"O?NEAR(?:/\d+f?)?{_WHOLE}",
    Kind.QUORUM: r"\d+\s*(?i:OF|VON)(?=\s*\()",
    Kind.ATLEAST: rf"(?i:ATLEAST)/\d+{_WHOLE}",
    Kind.AND: rf"&&|(?:AND|UND){_WHOLE}",
    Kind.OR: rf"\|\|?|(?:OR|ODER){_WHOLE}",
    Kind.NOT: rf"!|(?:NOT|NICHT){_WHOLE}",
    Kind.GAP: rf"(?i:{_KNOWN})(?:\s+:\s*|:(?=[\s)]|\Z))",
    Kind.FIELD: rf"(?:(?i:{_KNOWN}):|[^\W\d_][\w-]*:(?!{_FORM}))(?=[^\s)])",
    Kind.LIST: r"\$[\w-]+",
    # In brackets / is a character; unless these are never closed, which is said.
    Kind.REGEX: (
        rf"/(?:[^/\\\n\[]|\\.|{_BRACKETS})+/[a-zA-Z]*|/(?:[^/\\\n]|\\.)+/[a-zA-Z]*"
    ),
    Kind.WORD: (
        rf"[=~]?(?:[^\W_]|[@*?])(?:{_BODY}|&(?!&)|(?<=\d),(?=\d)|(?<=\w):{_FORM})*"
        r"(?::(?=[\s)]|\Z))?"
    ),
    Kind.PLUS: r"\+",
    Kind.OPEN: r"\(",
    Kind.CLOSE: r"\)",
    Kind.COMMA: r",",
    Kind.BAD: (
        r"'[^']*'|[‚‘][^‘’]*[‘’]"  # noqa: RUF001
        rf"|[^\w\s()|!&,$=~+@*?/:{_MARKS}{_DASH}{QUOTES}]+|."
    ),
}
_LOWER_CASE = {
    "and": Kind.AND,
    "und": Kind.AND,
    "or": Kind.OR,
    "oder": Kind.OR,
    "not": Kind.NOT,
    "nicht": Kind.NOT,
}
# No word where it could be an operator.
RESERVED: Final = frozenset({*_LOWER_CASE, "near", "onear"})
_NEAR = re.compile(r"o?near(?:/\d+f?)?", re.IGNORECASE)
_KINDS: Final = {kind.value: kind for kind in Kind}
# Most tokens by far: they need not be tried against all patterns.
_LETTERS = re.compile(r"[^\W\d_]+(?=[\s()]|\Z)(?!\s+:)")
_IN_CAPITALS: Final = {
    **dict.fromkeys(("AND", "UND"), Kind.AND),
    **dict.fromkeys(("OR", "ODER"), Kind.OR),
    **dict.fromkeys(("NOT", "NICHT"), Kind.NOT),
    **dict.fromkeys(("NEAR", "ONEAR"), Kind.NEAR),
}
# A query of words and parentheses alone has no other tokens than these.
_SIMPLE = re.compile(r"[^\W\d_]+|[()]")
_ALL_SIMPLE = re.compile(r"(?:[^\W\d_]|[\s()])+")
_SIMPLE_KINDS: Final = {**_IN_CAPITALS, "(": Kind.OPEN, ")": Kind.CLOSE}
_SUFFIX = re.compile(r"~[\w.]*|\^[\w.]*")
_SPACE = re.compile(rf"[\s{INVISIBLE}]+")
_MINUS = re.compile(rf"[{_DASH}](?=[^\s)])")
_TOKEN = re.compile(
    "|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _PATTERNS.items()), re.DOTALL
)
# A comma at the end is no part of it: 2 OF (tag:a, tag:b).
_VALUE = re.compile(rf"[^\s(){QUOTES}]*[^\s(),{QUOTES}]")
_VALUE_IN_GROUP = re.compile(rf"[^\s(),{QUOTES}]+")
# What keeps its meaning where values are raw: directly after the colon, in a group.
_AFTER_COLON = frozenset({Kind.PHRASE, Kind.UNCLOSED, Kind.LIST, Kind.OPEN})
_IN_GROUP = _AFTER_COLON | {Kind.AND, Kind.OR, Kind.NOT, Kind.FIELD, Kind.CLOSE}


def tokens(text: str) -> list[Token]:
    """Return the tokens of a query, an END last; every text has some."""
    if _ALL_SIMPLE.fullmatch(text):
        return [
            *(
                Token(
                    _SIMPLE_KINDS.get(simple[0], Kind.WORD), simple.start(), simple[0]
                )
                for simple in _SIMPLE.finditer(text)
            ),
            Token(Kind.END, len(text), ""),
        ]
    found: list[Token] = []
    raw_groups: list[bool] = []
    at = 0
    while at < len(text):
        if space := _SPACE.match(text, at):
            at = space.end()
            continue
        before = found[-1] if found else None
        token = _token(text, at, before, in_raw=bool(raw_groups and raw_groups[-1]))
        if token.kind is Kind.OPEN:
            inherited = bool(raw_groups and raw_groups[-1])
            raw_groups.append(_is_raw(before, at, otherwise=inherited))
        elif token.kind is Kind.CLOSE and raw_groups:
            raw_groups.pop()
        found.append(token)
        at = token.end
    return [*found, Token(Kind.END, len(text), "")]


def field_name(token: Token) -> str:
    """Return the field that a FIELD or GAP token names, known or not."""
    name = token.text.strip().rstrip(":").rstrip().lower()
    return fields.ALIASES.get(name, name)


def _is_raw(before: Token | None, at: int, *, otherwise: bool) -> bool:
    """Say whether a value at that place is taken as it stands."""
    if before is None or before.kind is not Kind.FIELD or before.end != at:
        return otherwise
    return field_name(before) in fields.RAW


def _token(text: str, at: int, before: Token | None, *, in_raw: bool) -> Token:
    plain = _LETTERS.match(text, at)
    if plain and not in_raw and (before is None or before.end < at):
        return Token(_IN_CAPITALS.get(plain[0], Kind.WORD), at, plain[0])
    after_colon = before and before.kind is Kind.FIELD and before.end == at
    starts = before is None or before.kind is Kind.OPEN or before.end < at
    if starts and text[at] in DASHES and (minus := _MINUS.match(text, at)):
        return Token(Kind.NOT, at, minus.group())
    ends = not starts and before is not None and before.kind in _ENDS
    if ends and (suffix := _SUFFIX.match(text, at)):
        return Token(Kind.SUFFIX, at, suffix.group())
    match = _TOKEN.match(text, at)
    if match is None:  # pragma: no cover - BAD takes any character
        raise AssertionError
    kind = _KINDS[match.lastgroup or ""]
    if _is_raw(before, at, otherwise=in_raw):
        kept, value = (
            (_AFTER_COLON, _VALUE) if after_colon else (_IN_GROUP, _VALUE_IN_GROUP)
        )
        if kind not in kept and (run := value.match(text, at)):
            return Token(Kind.RAW, at, run.group())
    return Token(kind, at, match.group())


def with_meant_operators(found: list[Token]) -> Iterator[Token]:
    """Yield the tokens; lower-case operator words between terms become operators."""
    before: Token | None = None
    for token, after in zip(found, [*found[1:], found[-1]], strict=True):
        kind = _meant(token, before, after)
        if kind is not None:
            covered = before is not None and before.meant
            token = Token(kind, token.start, token.text, "-" if covered else kind)  # noqa: PLW2901
        yield token
        before = token


def _operator_like(token: Token) -> Kind | None:
    """Return the operator that a word would be in capitals."""
    lower = token.text.lower()
    if lower.startswith(("near", "onear")) and _NEAR.fullmatch(token.text):
        return Kind.NEAR
    return _LOWER_CASE.get(lower)


def _meant(token: Token, before: Token | None, after: Token) -> Kind | None:
    """Return the operator that a word between terms was probably meant to be."""
    kind = _operator_like(token) if token.kind is Kind.WORD else None
    if kind is None:
        return None
    small = token.text.islower()
    ends = before is not None and (
        before.kind in OPERANDS - {Kind.OPEN, Kind.FIELD, Kind.GAP}
        or before.kind is Kind.CLOSE
    )
    starts = after.kind in OPERANDS or after.kind is Kind.NOT
    if kind is Kind.NOT:
        return kind if starts and (small or ends) else None
    return kind if ends and (small or starts) else None
