"""A query as it was understood, written out."""

from __future__ import annotations

from monitor.matching.conditions import (
    Condition,
    Expression,
    Phrase,
    Term,
    Value,
    Word,
)
from monitor.matching.connectives import All, Any, Filled, Never, Quorum
from monitor.matching.fields import READ_BY_DEFAULT
from monitor.matching.proximity import AtLeast, Near


def render(condition: Condition) -> str:
    """Return a query with all its parentheses, fields and operators."""
    text = _joined(condition)
    return _single(condition) if text is None else text


def field_of(term: Term) -> str:
    """Return the field that a term looks at, ``text`` for the three read by default."""
    if isinstance(term, Value):
        return term.field
    return "text" if term.fields == READ_BY_DEFAULT else term.fields[0]


def _inner(condition: Condition) -> str:
    text = _joined(condition)
    return _single(condition) if text is None else f"({text})"


def _joined(condition: Condition) -> str | None:
    """Return what operators stand between, None where there are none."""
    match condition:
        case All(children=children):
            return " AND ".join(map(_inner, children))
        case Any(children=children):
            return " OR ".join(map(_inner, children))
        case Near(children=children, gaps=gaps):
            first, *others = map(_inner, children)
            pairs = zip(gaps, others, strict=True)
            return first + "".join(
                f" {'O' * gap.in_order}NEAR/{gap.words} {other}" for gap, other in pairs
            )
        case _:
            return None


def _single(condition: Condition) -> str:
    match condition:
        case Never(child=child):
            return f"NOT {_inner(child)}"
        case Filled(name=name):
            return name
        case Quorum(children=children, count=count):
            return f"{count} OF ({', '.join(map(_inner, children))})"
        case AtLeast(child=child, count=count):
            return f"ATLEAST/{count} {_inner(child)}"
        case Word() | Phrase() | Expression() | Value():
            field = field_of(condition)
            source = condition.source
            return source if field == "text" else f"{field}:{source}"
        case _:  # pragma: no cover - these are all
            raise AssertionError(condition)
