"""How each rule has done: its matches, its terms, and what it shares with others."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import permutations
from typing import Final

from monitor.matching.lists import with_lists
from monitor.matching.syntax import Leaf, ListRef, RegexLeaf, Syntax
from monitor.model import Rule, StoredMatch

_MOST_RULES: Final = 50  # an entry that more rules are true of says nothing of a pair


@dataclass(slots=True)
class RuleReport:
    """What a rule gave; `suppressed` counts by reason, `terms` and `shared` by name."""

    name: str
    matches: int = 0
    stories: int = 0
    suppressed: Counter[str] = field(default_factory=Counter)
    terms: Counter[str] = field(default_factory=Counter)
    silent: tuple[str, ...] = ()
    shared: Counter[str] = field(default_factory=Counter)


def report_on(
    rules: Sequence[Rule],
    lists: Mapping[str, Sequence[str]],
    matches: Iterable[StoredMatch],
) -> list[RuleReport]:
    """Return a report on each rule, in their order."""
    reports = {rule.name: RuleReport(rule.name) for rule in rules}
    stories: set[tuple[str, int]] = set()
    of_entry: defaultdict[int, list[str]] = defaultdict(list)
    for match in matches:
        if match.rule in reports:
            _count(reports[match.rule], match)
            of_entry[match.entry_id].append(match.rule)
            if match.alert_id is not None:
                stories.add((match.rule, match.alert_id))
    for name, other in _pairs(of_entry.values()):
        reports[name].shared[other] += 1
    for name, _ in stories:
        reports[name].stories += 1
    for rule in rules:
        report = reports[rule.name]
        found = terms_of(rule.query, lists)
        report.silent = tuple(term for term in found if term not in report.terms)
    return list(reports.values())


def _pairs(of_entries: Iterable[Sequence[str]]) -> Iterator[tuple[str, ...]]:
    for names in of_entries:
        if len(names) <= _MOST_RULES:
            yield from permutations(names, 2)


def _count(report: RuleReport, match: StoredMatch) -> None:
    report.matches += 1
    report.terms.update(sorted(match.terms))  # in one order, whatever a set does
    if match.suppressed:
        report.suppressed[match.suppressed] += 1


def terms_of(query: str, lists: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return the terms that can make a query true, as written, lists filled in."""
    syntaxes = (syntax for _, syntax in with_lists(query, lists, _is_wanted))
    wanted = (
        leaf.source
        for syntax in syntaxes
        for leaf in syntax.leaves
        if _is_wanted(syntax, leaf)
    )
    return tuple(dict.fromkeys(wanted))


def _is_wanted(syntax: Syntax, node: Leaf | RegexLeaf | ListRef) -> bool:
    return not any(n.start <= node.start < n.end for n in syntax.negations)
