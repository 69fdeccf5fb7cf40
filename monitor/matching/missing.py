"""Near misses: what alone kept a query from being true."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.matching.conditions import Condition
from monitor.matching.connectives import All, Any, Never, Quorum
from monitor.matching.document import View
from monitor.matching.proximity import AtLeast, Near
from monitor.matching.rendering import render


def lacking(condition: Condition, view: View) -> str | None:
    """Return the one thing that an entry lacks, None if it is nothing or more."""
    if condition.places(view) is not None:
        return None
    match condition:
        case All(children=children):
            return _of_all(children, view)
        case Any(children=children):
            found = (lacking(child, view) for child in children)
            return next((lack for lack in found if lack is not None), None)
        case Near(children=children):
            absent = [each for each in children if each.places(view) is None]
            return _of_near(condition, absent)
        case Quorum() | AtLeast() if _is_nearly_met(condition, view):
            return render(condition)
        case _:
            return None


def _is_nearly_met(condition: Quorum | AtLeast, view: View) -> bool:
    if isinstance(condition, AtLeast):
        return condition.child.places(view) is not None
    met = sum(child.places(view) is not None for child in condition.children)
    return 0 < met == condition.count - 1


def _of_near(condition: Near, absent: Sequence[Condition]) -> str | None:
    """Return the operand that is lacking, the whole where all stand too far apart."""
    if not absent:
        return render(condition)
    is_one = len(absent) == 1 < len(condition.children)
    return _missing(absent[0]) if is_one else None


def _of_all(children: Sequence[Condition], view: View) -> str | None:
    """Return what is lacking where one of several is, and another is there."""
    found = [child.places(view) for child in children]
    false = [c for c, places in zip(children, found, strict=True) if places is None]
    if len(false) != 1 or isinstance(false[0], Never) or not any(found):
        return None
    return lacking(false[0], view) or _missing(false[0])


def _missing(condition: Condition) -> str | None:
    """Return what is wholly missing, as written; several required things are none."""
    return None if isinstance(condition, All | Never) else render(condition)
