"""Which text of each rule file is in force: what stands there, or the last good.

A file is judged by itself first, then all together. A change that harms only its own
file is undone there; a change that breaks other files is undone where it was made.
What was undone is tried once more when the rest is sound, so that a file which only
suffered from another's mistake is taken over after all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from monitor.config.rule_file import ReadRules
from monitor.config.rule_set import Defaults, RuleSetCheck, check_set
from monitor.model import Diagnostic


@dataclass(frozen=True, slots=True)
class TakenOver:
    """The files in force, and everything that is wrong with those that stand there.

    `reverted` keep their last good text; `left_out` have none, so nothing of them
    is in force. Where not even the last good texts go together, which is the fault
    of the configuration, `unsound` says why.
    """

    files: Mapping[str, ReadRules]
    check: RuleSetCheck
    diagnostics: tuple[Diagnostic, ...]
    reverted: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    unsound: tuple[Diagnostic, ...] = ()

    @property
    def is_sound(self) -> bool:
        """Say whether the files in force go together, and with the configuration."""
        return not self.unsound


def take_all(read: Mapping[str, ReadRules], defaults: Defaults) -> TakenOver:
    """Return the files as they stand there, with everything that is wrong with them."""
    alone = [each for file in read.values() for each in file.diagnostics]
    check = check_set(list(read.values()), defaults)
    errors = check.errors()
    together = [each for found in check.found.values() for each in found]
    return TakenOver(
        files={
            n: file for n, file in read.items() if file.is_sound and n not in errors
        },
        check=check,
        diagnostics=(*alone, *together),
        left_out=tuple(
            n for n, file in read.items() if not file.is_sound or n in errors
        ),
    )


def take_good(
    read: Mapping[str, ReadRules],
    last_good: Mapping[str, str],
    defaults: Defaults,
    reread: Callable[[str, str], ReadRules],
) -> TakenOver:
    """Return the largest choice of files that is sound, found as the module says.

    `reread` reads a name's last good text.
    """
    return _Choosing(read, last_good, defaults, reread).choose()


@dataclass
class _Choosing:
    read: Mapping[str, ReadRules]
    last_good: Mapping[str, str]
    defaults: Defaults
    reread: Callable[[str, str], ReadRules]
    chosen: dict[str, ReadRules] = field(default_factory=dict)
    undone: set[str] = field(default_factory=set)
    found: list[Diagnostic] = field(default_factory=list)

    def choose(self) -> TakenOver:
        """Return the choice."""
        self.chosen = dict(self.read)
        self._undo(name for name, file in self.read.items() if not file.is_sound)
        check = self._check(self.chosen)
        while check.errors() and self._changed():
            self._undo(self._culprits(check))
            check = self._check(self.chosen)
        if self.undone and not check.errors():
            for name in sorted(self.undone):
                self._try_again(name)
            check = self._check(self.chosen)
        left_out = self.undone - set(self.chosen)
        return TakenOver(
            files=self.chosen,
            check=check,
            diagnostics=(*self._alone(), *self.found, *self._remarks(check)),
            reverted=tuple(sorted(self.undone & set(self.chosen))),
            left_out=tuple(sorted(left_out)),
            unsound=tuple(self._unsound(check, left_out & set(self.last_good))),
        )

    def _check(self, files: Mapping[str, ReadRules]) -> RuleSetCheck:
        """Check files together; those that did not change have the older right."""
        changed = set(self._changes())
        ordered = sorted(files, key=lambda name: (name in changed, name))
        return check_set([files[name] for name in ordered], self.defaults)

    def _changes(self) -> Iterable[str]:
        """Return the files that are not what they were when all was good."""
        for name in sorted({*self.read, *self.last_good}):
            file = self.read.get(name)
            if (None if file is None else file.text) != self.last_good.get(name):
                yield name

    def _changed(self) -> list[str]:
        return [name for name in self._changes() if name not in self.undone]

    def _culprits(self, check: RuleSetCheck) -> list[str]:
        """Return the changes to undo: in the broken files, else what broke them."""
        changed = self._changed()
        own = [name for name in changed if name in check.errors()]
        if own:
            return own
        before = sum(map(len, check.errors().values()))
        for name in changed:
            without = self._check(self._without(name))
            if sum(map(len, without.errors().values())) < before:
                return [name]
        return changed

    def _without(self, name: str) -> dict[str, ReadRules]:
        """Return the choice with one change undone."""
        files = {other: file for other, file in self.chosen.items() if other != name}
        good = self.last_good.get(name)
        if good is not None and (old := self.reread(name, good)).is_sound:
            files[name] = old
        return files

    def _undo(self, names: Iterable[str]) -> None:
        for name in list(names):
            self.chosen = self._without(name)
            self.undone.add(name)

    def _try_again(self, name: str) -> None:
        """Take a change over after all if the rest allows it; say why if not."""
        file = self.read.get(name)
        if file is not None and not file.is_sound:
            return
        others = {other: each for other, each in self.chosen.items() if other != name}
        trial = others if file is None else {**others, name: file}
        errors = self._check(trial).errors()
        if not errors:
            self.chosen = trial
            self.undone.discard(name)
            return
        self.found += errors.pop(name, [])
        for finding in _all(errors):
            self.found.append(self._breaks(name, finding))

    def _breaks(self, name: str, finding: Diagnostic) -> Diagnostic:
        place = f"{finding.path}:{finding.line}:{finding.column}"
        what = f"this change breaks {place} ({finding.text})"
        file = self.read.get(name)
        if file is None:
            gone = self.chosen[name].file.source.path
            return Diagnostic(
                gone, 1, 1, finding.severity, f"without this file {what[12:]}"
            )
        return file.file.at((), what)

    def _unsound(self, check: RuleSetCheck, lost: set[str]) -> Iterable[Diagnostic]:
        """Yield what is wrong with last good texts."""
        yield from _all(check.errors())
        for name in sorted(lost):
            yield from self.reread(name, self.last_good[name]).diagnostics

    def _remarks(self, check: RuleSetCheck) -> Iterable[Diagnostic]:
        """Return what is to be said of the files in force, as they stand there."""
        if check.errors():
            return _all(check.found)
        return _all({n: f for n, f in check.found.items() if n not in self.undone})

    def _alone(self) -> Iterable[Diagnostic]:
        return (each for file in self.read.values() for each in file.diagnostics)


def _all(found: Mapping[str, Iterable[Diagnostic]]) -> list[Diagnostic]:
    return [each for findings in found.values() for each in findings]
