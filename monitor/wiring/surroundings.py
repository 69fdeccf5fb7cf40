"""What a process brings along, and the parts that follow from it alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO
from zoneinfo import ZoneInfo

from monitor.config import Loaded, Secrets, load
from monitor.errors import ConfigError
from monitor.jobs.in_force import InForce
from monitor.model import Settings
from monitor.net.channels import ChannelSet, check_url
from monitor.net.fetcher import HttpFetcher
from monitor.net.limits import MayBegin, at_once
from monitor.ports import Clock, Journal
from monitor.wiring.word_forms import WordForms


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a process brings along: where its files are, its clock, its streams."""

    config: Path
    secrets: Secrets
    clock: Clock
    journal: Journal
    console: TextIO
    forms: WordForms = field(default_factory=WordForms)

    def read_files(
        self,
        last_good: Mapping[str, str] | None = None,
        *,
        texts: Mapping[str, str] | None = None,
    ) -> Loaded:
        """Return what the files say now, or `texts` in place of the rule files.

        See `config.load`.
        """
        loaded = load(
            self.config,
            check_url=check_url,
            last_good=last_good,
            forms_of=self.forms,
            now=self.clock.now(),
            texts=texts,
        )
        for url in _secret_urls(loaded.settings):
            self.secrets.protect(url)
        return loaded


def _secret_urls(settings: Settings | None) -> Iterable[str]:
    if settings is not None:
        if settings.watching.heartbeat is not None:
            yield settings.watching.heartbeat.url
        for spec in settings.channels:
            yield from spec.urls


def in_force_of(loaded: Loaded) -> InForce:
    """Return what can be used of the files as the value that the jobs work by.

    Raises:
        ConfigError: the configuration cannot be used.
    """
    if loaded.settings is None:
        raise ConfigError(loaded.diagnostics)
    return InForce.of(
        loaded.settings,
        loaded.rules,
        loaded.lists,
        loaded.forms,
        compiler=loaded.compiler,
    )


def require_usable(loaded: Loaded) -> None:
    """Refuse a start with a broken file that was never good.

    Raises:
        ConfigError: there is one, or the configuration itself is broken.
    """
    if not loaded.is_usable:
        raise ConfigError(loaded.diagnostics)


def make_channels(
    around: Surroundings, settings: Settings, *, after: ChannelSet | None = None
) -> ChannelSet:
    """Return the configured channels, each ready to be connected to at first use.

    `after` is the set before an edit.
    """
    return ChannelSet(
        settings.channels,
        clock=around.clock,
        zone=ZoneInfo(settings.timezone),
        resolve=around.secrets.resolve,
        redact=around.secrets.redact,
        console=around.console,
        after=after,
    )


def make_fetcher(
    around: Surroundings,
    settings: Settings,
    *,
    may_begin: MayBegin = at_once,
    after: HttpFetcher | None = None,
) -> HttpFetcher:
    """Return the HTTP client with the configured manners.

    No request begins before `may_begin` has returned; `after` is the one before it.
    """
    secrets = around.secrets
    return HttpFetcher(
        settings.poll,
        clock=around.clock,
        resolve=secrets.resolve,
        redact=secrets.redact,
        may_begin=may_begin,
        after=after,
    )
