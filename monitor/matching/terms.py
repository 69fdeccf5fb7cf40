"""One term of a query: how its token is read, and what can be wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from monitor.matching import refusals
from monitor.matching.fields import ADDRESSES, RAW
from monitor.matching.lexing import Kind, Token
from monitor.matching.regexes import fault_of
from monitor.matching.syntax import Leaf, RegexLeaf
from monitor.matching.wildcards import is_wildcard
from monitor.model import QueryProblem, Severity
from monitor.text.words import UNSPACED_TEXT, compounds

_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(?![^_-])")
_FEW_LETTERS = 3
_QUOTED_STAR = re.compile(r"(?<=\w)\*(?!in(?:nen)?\b)|(?<!\w)\*(?=\w)")


def leaf_of(token: Token) -> Leaf:
    """Return the term that a WORD, PHRASE or RAW token writes."""
    source = token.text
    sign = source[0] if token.kind is not Kind.RAW and source[0] in "=~" else ""
    text = source.removeprefix(sign)
    if token.kind is Kind.PHRASE:
        text = text[1:-1]
    elif token.kind is Kind.WORD:
        source, text = source.rstrip(":"), text.rstrip(":")
    end = token.start + len(source)
    is_phrase = token.kind is Kind.PHRASE
    is_raw = token.kind is Kind.RAW
    return Leaf(token.start, end, source, text, is_phrase, sign, is_raw)


def regex_of(token: Token) -> RegexLeaf:
    """Return the regular expression that a REGEX token writes."""
    pattern, _, flags = token.text[1:].rpartition("/")
    return RegexLeaf(token.start, token.end, token.text, pattern, flags)


def regex_problems(leaf: RegexLeaf) -> Iterator[QueryProblem]:
    """Yield what is wrong with a regular expression, at its place in it."""
    fault = fault_of(leaf.text, leaf.flags)
    if fault is not None:
        at = leaf.start + 1 + fault.start
        yield QueryProblem(Severity.ERROR, at, fault.length, fault.text)


def problems_of(leaf: Leaf, scope: str) -> Iterator[QueryProblem]:
    """Yield what is wrong with a term that looks at the field `scope`."""
    if scope in RAW:
        yield from _raw_problems(leaf, scope)
    elif is_wildcard(leaf.text) and not leaf.is_phrase:
        if fault := _wildcard_fault(leaf):
            yield _problem(leaf, fault)
        elif _is_in_very_many_words(leaf.text):
            yield _problem(leaf, refusals.SHORT_WILDCARD, Severity.WARNING)
    elif not compounds(leaf.text):
        yield _problem(leaf, refusals.NO_WORD)
    elif leaf.is_phrase and (star := _QUOTED_STAR.search(leaf.source)):
        at, text = leaf.start + star.start(), refusals.QUOTED_WILDCARD
        yield QueryProblem(Severity.WARNING, at, 1, text)


def _raw_problems(leaf: Leaf, scope: str) -> Iterator[QueryProblem]:
    """Yield what is wrong with a value that is no text."""
    if not leaf.text.strip():
        yield _problem(leaf, refusals.NO_WORD)
    elif scope == "lang" and not _LANGUAGE.match(leaf.text):
        yield _problem(leaf, refusals.LANGUAGE, Severity.WARNING)
    elif scope in ADDRESSES and "*" in leaf.text.removeprefix("*."):
        yield _problem(leaf, refusals.RAW_WILDCARD, Severity.WARNING)


def _problem(
    leaf: Leaf, text: str, severity: Severity = Severity.ERROR
) -> QueryProblem:
    return QueryProblem(severity, leaf.start, leaf.end - leaf.start, text)


def _wildcard_fault(leaf: Leaf) -> str:
    """Return what is wrong with a wildcard, empty if nothing."""
    if leaf.sign:
        is_exact = leaf.sign == "="
        return refusals.EXACT_WILDCARD if is_exact else refusals.WIDE_WILDCARD
    if UNSPACED_TEXT.search(leaf.text):
        return refusals.UNSPACED_WILDCARD
    literals = sum(character.isalnum() for character in leaf.text)
    return refusals.TOO_FEW_LITERALS if literals < refusals.MIN_LITERALS else ""


def _is_in_very_many_words(wildcard: str) -> bool:
    """Say whether words by the thousand begin, end or are filled with this."""
    literals = [sum(map(str.isalnum, piece)) for piece in wildcard.split("*")]
    is_open = not (literals[0] or literals[-1])
    return len(literals) > 1 and sum(literals) <= _FEW_LETTERS + is_open
