"""All rule files together: names, lists, queries and the tests that stand in them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import (
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final

from monitor.config.defaults_model import RuleDefaults
from monitor.config.fillings import Fillings, digest
from monitor.config.remarks import (
    comment_after,
    contained,
    in_days,
    what_yaml_did,
)
from monitor.config.renames import Claim, wrong_claims
from monitor.config.rule_file import ReadRules, document_of, tests_of
from monitor.config.rules_model import RuleEntry
from monitor.config.settings import default_rule
from monitor.config.yaml_file import KEY, Location
from monitor.config.yaml_words import QUERY_HINT
from monitor.errors import LexiconError, QueryError
from monitor.matching import (
    ListProblem,
    Query,
    QueryCompiler,
    check_list,
    contained_rules,
)
from monitor.matching.forms import Forms
from monitor.matching.needs import needed_terms
from monitor.matching.notes import NO_FORMS
from monitor.model import Because, Diagnostic, QueryProblem, Rule, RuleTest, Severity

_ANYTHING = ("x",)  # stands for a list that is wrong by itself, which was said


_SAID: Final = frozenset(RuleDefaults.model_fields)
"""What a rule may leave to the defaults."""

_PLAIN: Final = default_rule(RuleDefaults())

_SOON: Final = timedelta(days=14)  # a rule's end within it is worth a note


def no_forms(terms: Collection[str]) -> Forms:  # noqa: ARG001 - as it is called
    """Return no forms: every term is met only as it was typed."""
    return NO_FORMS


@dataclass(frozen=True, slots=True)
class Defaults:
    """What rules are read with, beside what they say themselves.

    `rule` is a rule that says nothing. `forms_of` returns the word forms of terms as
    `needed_terms` names them. `today` is the day by which rules expire, None to say
    nothing of that. With `compares` rules that say nothing new beside another are
    remarked on, which takes a while.
    """

    rule: Rule
    forms_of: Callable[[Collection[str]], Forms] = no_forms
    today: date | None = None
    compares: bool = False


@dataclass(slots=True)
class RuleSetCheck:
    """What files say together; findings by file, and which of them are failed tests.

    With a `lexicon_error` some forms are missing, and no test was run. `compiler` has
    compiled the rules.
    """

    rules: list[Rule] = field(default_factory=list)
    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)
    forms: Forms = field(default_factory=dict)
    found: defaultdict[str, list[Diagnostic]] = field(
        default_factory=lambda: defaultdict(list)
    )
    failed_tests: list[Diagnostic] = field(default_factory=list)
    lexicon_error: str = ""
    compiler: QueryCompiler | None = None

    def errors(self) -> dict[str, list[Diagnostic]]:
        """Return the errors, by file; files without one are left out."""
        kept = {
            name: [each for each in found if each.severity is Severity.ERROR]
            for name, found in self.found.items()
        }
        return {name: errors for name, errors in kept.items() if errors}


def check_set(files: Sequence[ReadRules], defaults: Defaults) -> RuleSetCheck:
    """Return what the files say together; of equal names the first file's counts.

    Where lists of a file could not be read, a list that is missing may be one of
    them, and is not complained of.
    """
    return _Checking(files, defaults).checked()


class _Checking:
    def __init__(self, files: Sequence[ReadRules], defaults: Defaults) -> None:
        self._files = files
        self._defaults = defaults
        self._is_partial = any(read.hides_lists for read in files)
        self._result = RuleSetCheck()
        self._lists: dict[str, tuple[str, ...]] = {}
        self._fillings = Fillings({})
        self._queries: dict[str, Query] = {}

    def checked(self) -> RuleSetCheck:
        """Return the result."""
        owners = self._collect_lists()
        self._fillings = Fillings(self._lists)
        self._result.forms = self._forms()
        for name, read in owners.items():
            self._check_list(read, name)
        compiler = QueryCompiler(self._lists, self._result.forms)
        self._result.compiler = compiler
        seen: dict[str, ReadRules] = {}
        for read in self._files:
            for name, entry in read.model.rules.items() if read.model else ():
                if name in seen:
                    self._twice(read, ("rules", name), seen[name])
                else:
                    seen[name] = read
                    self._check_rule(compiler, read, name, entry)
        for claim, finding in wrong_claims(_claims(seen), seen):
            self._report(seen[claim.name], finding)
        if self._defaults.compares:
            self._remark_contained(seen)
        self._result.rules.sort(key=lambda rule: rule.path)
        return self._result

    def _forms(self) -> Forms:
        queries = [
            entry.query
            for read in self._files
            for entry in (read.model.rules.values() if read.model else ())
        ]
        try:
            return self._defaults.forms_of(needed_terms(queries, self._lists))
        except LexiconError as error:
            self._result.lexicon_error = str(error)
            return error.known

    def _report(self, read: ReadRules, finding: Diagnostic) -> None:
        self._result.found[read.name].append(finding)

    def _twice(self, read: ReadRules, location: Location, first: ReadRules) -> None:
        line = first.file.line((*location, KEY))
        what = f"`{location[-1]}` stands twice; the first is in {first.name}:{line}"
        self._report(read, read.file.at((*location, KEY), what))

    # --- lists ---

    def _collect_lists(self) -> Mapping[str, ReadRules]:
        """Return the file that each list stands in."""
        owners: dict[str, ReadRules] = {}
        for read in self._files:
            for name, items in read.model.lists.items() if read.model else ():
                if name in owners:
                    self._twice(read, ("lists", name), owners[name])
                else:
                    owners[name] = read
                    self._result.lists[name] = items
        broken = (name for read in self._files for name in read.list_names)
        self._lists = {**dict.fromkeys(broken, _ANYTHING), **self._result.lists}
        return owners

    def _check_list(self, read: ReadRules, name: str) -> None:
        items = self._result.lists[name]
        for place, problem in check_list(name, items, self._lists, self._result.forms):
            if not self._is_excused(problem, items[place]):
                self._report(
                    read,
                    read.file.at(
                        ("lists", name, place),
                        problem.text,
                        problem.severity,
                        problem.start,
                    ),
                )

    def _is_excused(self, problem: QueryProblem, text: str) -> bool:
        """Say whether the cause is reported elsewhere, or may stand in no file read."""
        is_of_list = text[problem.start : problem.start + 1] == "$"
        is_error = problem.severity is Severity.ERROR
        return self._is_partial and is_error and is_of_list

    # --- rules ---

    def _check_rule(
        self, compiler: QueryCompiler, read: ReadRules, name: str, entry: RuleEntry
    ) -> None:
        query = self._compiled(compiler, read, name, entry)
        if query is None:
            return
        tests = []
        for key, place, test in tests_of(entry):
            tests.append(test)
            # Else an example may lack what was wrong in it, or a word's forms.
            if read.is_sound and not self._result.lexicon_error:
                document = document_of(test, self._said(entry).full_text)
                found = query.match(document)
                self._run_test(read, ("rules", name, key, place), found, test)
        self._result.rules.append(self._rule(read, name, entry, tests))
        self._queries[name] = query
        self._remark_expiry(read, name, entry.expires)

    def _remark_contained(self, files: Mapping[str, ReadRules]) -> None:
        enabled = [rule for rule in self._result.rules if rule.enabled]
        pairs = [(rule, self._queries[rule.name]) for rule in enabled]
        for inner, outer in contained_rules(pairs):
            location = ("rules", inner.name, KEY)
            severity, what = contained(inner, outer)
            read = files[inner.name]
            self._report(read, read.file.at(location, what, severity))

    def _remark_expiry(self, read: ReadRules, name: str, last: date | None) -> None:
        today, location = self._defaults.today, ("rules", name, "expires")
        if last is None or today is None:
            return
        if last < today:
            what = f"this rule is out of force since {last}; delete it, or let it last"
            self._report(read, read.file.at(location, what, Severity.WARNING))
        elif last - today <= _SOON:
            days = (last - today).days
            what = f"this rule ends {in_days(days)}, after {last}"
            self._report(read, read.file.at(location, what, Severity.NOTE))

    def _compiled(
        self, compiler: QueryCompiler, read: ReadRules, name: str, entry: RuleEntry
    ) -> Query | None:
        try:
            query = compiler.compile(entry.query, bound=read.is_bound(name))
        except QueryError as error:
            self._report_problems(read, name, entry, error.problems)
            return None
        self._report_problems(read, name, entry, query.problems)
        self._warn_of_comment(read, name)
        return query

    def _report_problems(
        self,
        read: ReadRules,
        name: str,
        entry: RuleEntry,
        problems: Iterable[QueryProblem],
    ) -> None:
        location = ("rules", name, "query")
        for problem in problems:
            if isinstance(problem, ListProblem):
                continue  # said where the list stands
            if not self._is_excused(problem, entry.query):
                more = what_yaml_did(read, location, problem)
                self._report(
                    read,
                    read.file.at(
                        location, problem.text + more, problem.severity, problem.start
                    ),
                )

    def _warn_of_comment(self, read: ReadRules, name: str) -> None:
        location = ("rules", name, "query")
        comment = comment_after(read, location)
        if re.match(r"#[^\s#]", comment):
            what = f"YAML drops `{comment}` as a comment; {QUERY_HINT}"
            self._report(read, read.file.at(location, what, Severity.WARNING))

    def _run_test(
        self,
        read: ReadRules,
        location: Location,
        because: tuple[Because, ...] | None,
        test: RuleTest,
    ) -> None:
        if (because is not None) is test.expected:
            return
        what = "this should match, and does not"
        if because is not None:
            words = ", ".join(dict.fromkeys(f"`{each.text}`" for each in because))
            what = "this should not match, and does" + (f": {words}" if words else "")
        finding = read.file.at(location, what)
        self._report(read, finding)
        self._result.failed_tests.append(finding)

    def _rule(
        self, read: ReadRules, name: str, entry: RuleEntry, tests: Iterable[RuleTest]
    ) -> Rule:
        said = self._said(entry)
        lists = self._fillings.of(entry.query)
        decides: list[object] = [
            entry.query,
            lists,
            entry.feeds,
            said.channels,
            said.priority,
        ]
        decides += _bounds(said)
        if not entry.enabled or entry.expires:
            decides += [entry.enabled, str(entry.expires)]
        return replace(
            said,
            name=name,
            query=entry.query,
            feeds=entry.feeds,
            tests=tuple(tests),
            path=read.file.source.path,
            version=digest(decides),
            enabled=entry.enabled,
            expires=entry.expires,
            lookback=entry.lookback,
            renamed_from=entry.renamed_from,
        )

    def _said(self, entry: RuleEntry) -> Rule:
        """Return what the rule says of its alerts, or the defaults do."""
        said = {key: getattr(entry, key) for key in _SAID & entry.model_fields_set}
        return replace(self._defaults.rule, **said)


def _bounds(rule: Rule) -> list[object]:
    """Return what bounds a rule's alerts, where it is not what it is by itself."""
    names = sorted(_SAID - {"channels", "priority"})
    said = [(name, getattr(rule, name)) for name in names]
    return [f"{n}={value}" for n, value in said if value != getattr(_PLAIN, n)]


def _claims(files: Mapping[str, ReadRules]) -> Iterator[Claim]:
    """Yield what each rule was called before; `files` has the file of each."""
    for name, read in files.items():
        if read.model is not None:
            old = read.model.rules[name].renamed_from
            yield Claim(name, old, read.file, ("rules", name))
