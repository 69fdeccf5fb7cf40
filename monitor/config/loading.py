"""All files at once: the configuration, the rules, and what is wrong with them."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from monitor.config.defaults_model import RuleDefaults
from monitor.config.names import CONSOLE, Names
from monitor.config.places import rule_files, rules_path, shown, unreadable
from monitor.config.rule_file import ReadRules, read_rules
from monitor.config.rule_set import Defaults
from monitor.config.settings import ReadConfig, default_rule, read_config
from monitor.config.source import Source, read_source
from monitor.config.taking_over import TakenOver, take_all, take_good
from monitor.config.yaml_file import YamlFile, mapping
from monitor.errors import LexiconError
from monitor.matching import QueryCompiler
from monitor.matching.forms import Forms
from monitor.model import ChannelSpec, Diagnostic, Rule, Settings

CheckUrl = Callable[[str], None]
FormsOf = Callable[[Collection[str], Settings], Forms]
"""Terms to their word forms; the settings name languages and database."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the files say, as far as they can be used.

    `settings` is None where ``monitor.yaml`` cannot be used, or not with these rules:
    what is in force has to stay so. `sources` is the text in force of each rule file
    by its name; `reverted` names the files of which that is the last good text,
    `left_out` those that are broken and have none. `contacts` is the channel that
    each file names for its errors. `forms` are those of all terms of the rules and
    lists; where `lexicon_error` says that some could not be read, no example was run.
    `failed_tests` are the diagnostics of examples; `compiler` has compiled the rules.
    """

    settings: Settings | None
    rules: tuple[Rule, ...] = ()
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()
    reverted: tuple[str, ...] = ()
    contacts: Mapping[str, str] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    forms: Forms = field(default_factory=dict)
    failed_tests: tuple[Diagnostic, ...] = ()
    lexicon_error: str = ""
    compiler: QueryCompiler | None = None

    def require_forms(self) -> None:
        """Refuse what was read without all word forms.

        Raises:
            LexiconError: some could not be read.
        """
        if self.lexicon_error:
            raise LexiconError(self.lexicon_error, self.forms)

    @property
    def is_usable(self) -> bool:
        """Say whether a start is possible: every file is good, or was once."""
        return self.settings is not None and not self.left_out


def load(
    path: Path,
    *,
    check_url: CheckUrl,
    last_good: Mapping[str, str] | None = None,
    check_secrets: bool = False,
    environ: Mapping[str, str] | None = None,
    forms_of: FormsOf | None = None,
    now: datetime | None = None,
    texts: Mapping[str, str] | None = None,
    compares: bool = False,
    text: str | None = None,
) -> Loaded:
    """Return what the configuration at `path` and its rule files say.

    `check_url` raises ChannelError for a channel URL that no service accepts.
    `last_good` holds the last good text of each rule file; a broken one falls back on
    it. Without, the files are taken as they stand. With `check_secrets` a reference
    that is not set is an error; it is a note otherwise. `environ` is the process's
    environment unless another is given. `forms_of` gives the forms of the rules' words;
    without, they are met as they were typed. `now` is the time by which rules expire.
    `texts` are read in place of the rule files that stand there. With `compares` a
    rule that another one contains is remarked on. `text` is read in place of the file
    at `path`.
    """
    source = read_source(path, str(path)) if text is None else Source(str(path), text)
    if isinstance(source, Diagnostic):
        return Loaded(None, diagnostics=(source,))
    file = YamlFile(source)
    environ = os.environ if environ is None else environ
    config = read_config(
        file, path.parent, environ, check_url, check_secrets=check_secrets
    )
    given = (last_good, forms_of, now, texts)
    return _Loading(path, file, config, *given, compares).loaded()


@dataclass(frozen=True)
class _Loading:
    path: Path
    file: YamlFile
    config: ReadConfig
    last_good: Mapping[str, str] | None
    forms_of: FormsOf | None
    now: datetime | None
    texts: Mapping[str, str] | None
    compares: bool

    def loaded(self) -> Loaded:
        """Return everything."""
        given = mapping(self.file.data).get("rules")
        text = given if isinstance(given, str) else ""
        folder, looked = rules_path(text, self.path.parent)
        if folder is None:
            what = f"there are no rules; looked for {looked}"
            missing = self.file.at(("rules",) if text else (), what)
            return Loaded(None, diagnostics=(*self.config.diagnostics, missing))
        try:
            read = self._given(folder) or self._read(rule_files(folder))
        except OSError as error:
            return Loaded(
                None, diagnostics=(*self.config.diagnostics, unreadable(folder, error))
            )
        return self._together(folder, read)

    def _read(self, paths: Iterable[Path]) -> dict[str, ReadRules]:
        return {path.name: _read_file(path, self.config.names) for path in paths}

    def _given(self, folder: Path) -> dict[str, ReadRules]:
        texts = self.texts or {}
        return {n: _read_text(self.config.names, folder, n, texts[n]) for n in texts}

    def _together(self, folder: Path, read: Mapping[str, ReadRules]) -> Loaded:
        taken = self._taken(folder, read)
        settings = self.config.settings
        found = [*self.config.diagnostics, *taken.diagnostics]
        if settings is not None and not taken.is_sound:
            settings = None
            found += [self._blame(each) for each in taken.unsound]
        contacts = self._contacts(read, taken.files)
        if settings is not None:
            told = {*contacts.values()}.union(*(r.channels for r in taken.check.rules))
            settings = replace(
                settings,
                rules_path=str(folder),
                channels=self._channels(settings, told),
            )
        return Loaded(
            settings=settings,
            rules=tuple(taken.check.rules),
            lists=taken.check.lists,
            sources={name: file.text for name, file in taken.files.items()},
            diagnostics=tuple(_in_order(self.file.source.path, found)),
            reverted=taken.reverted,
            contacts=contacts,
            left_out=taken.left_out,
            forms=taken.check.forms,
            failed_tests=tuple(taken.check.failed_tests),
            lexicon_error=taken.check.lexicon_error,
            compiler=taken.check.compiler,
        )

    def _channels(
        self, settings: Settings, told: Collection[str]
    ) -> tuple[ChannelSpec, ...]:
        """Return the channels; the console that nobody wrote only if it is told."""
        used = {
            *told,
            *settings.ops,
            *settings.default_rule.channels,
            *settings.watching.canary.channels,
            *(spec.fallback for spec in settings.channels),
        }
        written = mapping(mapping(self.file.data).get("channels"))
        return tuple(
            spec
            for spec in settings.channels
            if spec.name != CONSOLE or CONSOLE in used or CONSOLE in written
        )

    def _taken(self, folder: Path, read: Mapping[str, ReadRules]) -> TakenOver:
        settings = self.config.settings
        if settings is None:
            return take_all(read, Defaults(default_rule(RuleDefaults())))
        defaults = self._defaults(settings)
        if self.last_good is None:
            return take_all(read, defaults)
        reread = partial(_read_text, self.config.names, folder)
        return take_good(read, self.last_good, defaults, reread)

    def _defaults(self, settings: Settings) -> Defaults:
        zone = ZoneInfo(settings.timezone)
        return Defaults(
            settings.default_rule,
            forms_of=partial(self._forms, settings),
            today=None if self.now is None else self.now.astimezone(zone).date(),
            compares=self.compares,
        )

    def _forms(self, settings: Settings, terms: Collection[str]) -> Forms:
        return {} if self.forms_of is None else self.forms_of(terms, settings)

    def _blame(self, finding: Diagnostic) -> Diagnostic:
        place = f"{finding.path}:{finding.line}:{finding.column}"
        what = f"nothing of this file is taken over: {place} does not go with it"
        return self.file.at((), f"{what} ({finding.text})")

    def _contacts(
        self, read: Mapping[str, ReadRules], in_force: Mapping[str, ReadRules]
    ) -> dict[str, str]:
        known = self.config.names.channels or ()
        said = {
            name: [files[name].contact for files in (read, in_force) if name in files]
            for name in {*read, *in_force}
        }
        return {
            name: next(contact for contact in contacts if contact in known)
            for name, contacts in said.items()
            if any(contact in known for contact in contacts)
        }


def _read_file(path: Path, names: Names) -> ReadRules:
    source = read_source(path, shown(path))
    if isinstance(source, Diagnostic):
        return ReadRules(path.name, YamlFile(Source(source.path, "")), None, (source,))
    return read_rules(path.name, source, names)


def _read_text(names: Names, folder: Path, name: str, text: str) -> ReadRules:
    path = folder / name if folder.is_dir() else folder
    return read_rules(name, Source(shown(path), text), names)


def _in_order(first: str, found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return the findings once each, by place, the configuration's first."""
    return sorted(
        dict.fromkeys(found),
        key=lambda each: (each.path != first, each.path, each.line, each.column),
    )
