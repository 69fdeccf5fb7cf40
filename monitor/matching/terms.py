"""One term of a query: how its token is read, and what can be wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from monitor.matching import refusals
from monitor.matching.fields import RAW
from monitor.matching.lexing import Kind, Token
from monitor.matching.patterns import is_wildcard
from monitor.matching.syntax import Leaf
from monitor.model import QueryProblem, Severity
from monitor.text.words import UNSPACED, compounds

_UNSPACED = re.compile(f"[{UNSPACED}]")
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
    return Leaf(token.start, end, source, text, is_phrase, exact=sign == "=")


def problems_of(leaf: Leaf, scope: str) -> Iterator[QueryProblem]:
    """Yield what is wrong with a term that looks at the field `scope`."""
    if scope in RAW:
        if not leaf.text.strip():
            yield _problem(leaf, refusals.NO_WORD)
    elif is_wildcard(leaf.text) and not leaf.is_phrase:
        if fault := _wildcard_fault(leaf):
            yield _problem(leaf, fault)
    elif not compounds(leaf.text):
        yield _problem(leaf, refusals.NO_WORD)
    elif leaf.is_phrase and (star := _QUOTED_STAR.search(leaf.source)):
        at, text = leaf.start + star.start(), refusals.QUOTED_WILDCARD
        yield QueryProblem(Severity.WARNING, at, 1, text)


def _problem(leaf: Leaf, text: str) -> QueryProblem:
    return QueryProblem(Severity.ERROR, leaf.start, leaf.end - leaf.start, text)


def _wildcard_fault(leaf: Leaf) -> str:
    """Return what is wrong with a wildcard, empty if nothing."""
    if leaf.exact:
        return refusals.EXACT_WILDCARD
    if _UNSPACED.search(leaf.text):
        return refusals.UNSPACED_WILDCARD
    literals = sum(character.isalnum() for character in leaf.text)
    return refusals.TOO_FEW_LITERALS if literals < refusals.MIN_LITERALS else ""
