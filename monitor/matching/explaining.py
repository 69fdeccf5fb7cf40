"""What a query was understood to be, in words that can be shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from monitor.matching.conditions import Condition, Phrase, Signals, Term, Word
from monitor.matching.forms import Affix, WordForm
from monitor.matching.index import UnitIndex
from monitor.matching.rendering import field_of, render
from monitor.matching.units import Unit
from monitor.matching.walking import terms_of, units_by_signal

_SHOWN = {
    Affix.NONE: "{}".format,
    Affix.PREFIX: "{}...".format,
    Affix.SUFFIX: "...{}".format,
    Affix.INFIX: "...{}...".format,
}


@dataclass(frozen=True, slots=True)
class ExplainedTerm:
    """A term as typed, the field it looks at, and the words it stands for.

    `field` is ``text`` for title, summary and content together. A form is shown as
    the lexicon writes it, ``...form`` where a word need only end so; ``form
    (capital)`` is met only where the text writes it with a capital. Without forms
    the term stands for itself.
    """

    term: str
    field: str
    forms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Anchor:
    """The terms of which an entry has one where the query is true.

    `keys` are the keys of their words; None where they cannot be listed (a wildcard,
    a compound), so that an entry cannot be ruled out by its words.
    """

    terms: tuple[str, ...]
    keys: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """A query as understood; `anchor` is None where no word need be there."""

    parsed: str
    terms: tuple[ExplainedTerm, ...]
    anchor: Anchor | None


def explanation(condition: Condition, index: UnitIndex) -> Explanation:
    """Return what a query was understood to be."""
    terms = dict.fromkeys(
        ExplainedTerm(term.source, field_of(term), tuple(_forms(term, index)))
        for term in terms_of(condition)
    )
    return Explanation(render(condition), tuple(terms), _anchor(condition, index))


def _forms(term: Term, index: UnitIndex) -> Iterator[str]:
    units: tuple[int, ...] = ()
    if isinstance(term, Word):
        units = (term.unit,)
    elif isinstance(term, Phrase):
        units = tuple(unit for step in term.pattern.steps for unit in step[-1])
    for unit in units:
        yield from map(_shown, index.units[unit].forms)


def _shown(form: WordForm) -> str:
    text = _SHOWN[form.affix](form.text)
    if form.is_except:
        return f"not {text}"
    return f"{text} (capital)" if form.is_capital else text


def _anchor(condition: Condition, index: UnitIndex) -> Anchor | None:
    def unit(signal: int) -> Unit:
        return index.units[index.unit_of(signal)]

    def cost(signals: Signals) -> float:
        """Return a guess how often one of some words is there: short ones often."""
        return sum(1 / (1 + len(unit(each).text)) for each in signals)

    anchor = condition.anchor(cost)
    if anchor is None:
        return None
    terms = dict.fromkeys(
        term.source
        for term in terms_of(condition)
        if not anchor.isdisjoint(units_by_signal(term))
    )
    keys: set[str] = set()
    for signal in anchor:
        listed = unit(signal).listed_keys
        if listed is None:
            return Anchor(tuple(terms), None)
        keys |= listed
    return Anchor(tuple(terms), frozenset(keys))
