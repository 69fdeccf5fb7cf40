"""Why a rule fired, word by word: where, what stands there, and which term it met."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from monitor.alerts.wording import cut, one_line
from monitor.model import Because

_LONGEST: Final = 80
_MOST: Final = 12


def reason(because: Because) -> str:
    """Return "title: Aserbaidschans ~ Aserbaidschan", "title: Kiew" for Kiew as typed.

    The mark of a ``~`` term is left out: what stands beside it shows what it did.
    """
    text = cut(one_line(because.text), _LONGEST)
    term = cut(one_line(because.term.removeprefix("~")), _LONGEST)
    is_same = term.strip('"').casefold() == text.casefold()
    return f"{because.field}: {text}" + ("" if is_same else f" ~ {term}")


def reasons(because: Sequence[Because]) -> tuple[str, ...]:
    """Return each reason once, in order; of very many the first and how many more."""
    found = tuple(dict.fromkeys(map(reason, because)))
    more = len(found) - _MOST
    return (*found[:_MOST], f"and {more} more") if more > 0 else found


def beyond_feed(because: Sequence[Because]) -> tuple[Because, ...]:
    """Return the first word of each term that is in the article alone, in order.

    What the feed has of the entry, its title included, does not have the term.
    """
    fed = {word.term for word in because if word.field != "article"}
    found: dict[str, Because] = {}
    for word in because:
        if word.term not in fed:
            found.setdefault(word.term, word)
    return tuple(found.values())
