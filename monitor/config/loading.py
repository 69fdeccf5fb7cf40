"""All files at once: the configuration, the rules, and what is wrong with them."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from monitor.config.config_model import RuleDefaults
from monitor.config.names import CONSOLE, Names
from monitor.config.places import rule_files, rules_path, shown, unreadable
from monitor.config.rule_file import ReadRules, read_rules
from monitor.config.rule_set import Defaults
from monitor.config.settings import ReadConfig, read_config
from monitor.config.source import Source, read_source
from monitor.config.taking_over import TakenOver, take_all, take_good
from monitor.config.yaml_file import YamlFile, mapping
from monitor.model import ChannelSpec, Diagnostic, Rule, Settings

CheckUrl = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the files say, as far as they can be used.

    `settings` is None where ``monitor.yaml`` cannot be used, or not with these rules:
    what is in force has to stay so. `sources` is the text in force of each rule file
    by its name; `reverted` names the files of which that is the last good text,
    `left_out` those that are broken and have none. `contacts` is the channel that
    each file names for its errors. `failed_tests` are the diagnostics of examples.
    """

    settings: Settings | None
    rules: tuple[Rule, ...] = ()
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()
    reverted: tuple[str, ...] = ()
    contacts: Mapping[str, str] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    failed_tests: tuple[Diagnostic, ...] = ()

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
) -> Loaded:
    """Return what the configuration at `path` and its rule files say.

    `check_url` raises ChannelError for a channel URL that no service accepts.
    `last_good` holds the last good text of each rule file; a broken one falls back on
    it. Without, the files are taken as they stand. With `check_secrets` a reference
    that is not set is an error; it is a note otherwise. `environ` is the process's
    environment unless another is given.
    """
    source = read_source(path, str(path))
    if isinstance(source, Diagnostic):
        return Loaded(None, diagnostics=(source,))
    file = YamlFile(source)
    environ = os.environ if environ is None else environ
    config = read_config(
        file, path.parent, environ, check_url, check_secrets=check_secrets
    )
    return _Loading(path, file, config, last_good).loaded()


@dataclass(frozen=True)
class _Loading:
    path: Path
    file: YamlFile
    config: ReadConfig
    last_good: Mapping[str, str] | None

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
            read = self._read(rule_files(folder))
        except OSError as error:
            return Loaded(
                None, diagnostics=(*self.config.diagnostics, unreadable(folder, error))
            )
        return self._together(folder, read)

    def _read(self, paths: Iterable[Path]) -> dict[str, ReadRules]:
        return {path.name: _read_file(path, self.config.names) for path in paths}

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
            failed_tests=tuple(taken.check.failed_tests),
        )

    def _channels(
        self, settings: Settings, told: Collection[str]
    ) -> tuple[ChannelSpec, ...]:
        """Return the channels; the console that nobody wrote only if it is told."""
        used = {*told, *settings.ops, *settings.default_rule_channels}
        written = mapping(mapping(self.file.data).get("channels"))
        return tuple(
            spec
            for spec in settings.channels
            if spec.name != CONSOLE or CONSOLE in used or CONSOLE in written
        )

    def _taken(self, folder: Path, read: Mapping[str, ReadRules]) -> TakenOver:
        settings = self.config.settings
        if settings is None:
            fallback = RuleDefaults()
            return take_all(read, Defaults(fallback.channels, fallback.priority))
        defaults = Defaults(
            settings.default_rule_channels, settings.default_rule_priority
        )
        if self.last_good is None:
            return take_all(read, defaults)
        reread = partial(_read_text, self.config.names, folder)
        return take_good(read, self.last_good, defaults, reread)

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
