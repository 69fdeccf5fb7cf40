"""Settings to running parts: the one place that knows every part.

::

    start     files -> lock -> database -> the last good rules -> running parts
    reload    files -> the same parts, with the new settings and rules in force
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TextIO
from zoneinfo import ZoneInfo

from monitor.config import Loaded, Secrets, format_diagnostic, load
from monitor.errors import ConfigError
from monitor.jobs.deliver import DeliverJob
from monitor.jobs.in_force import InForce
from monitor.jobs.poll import PollJob
from monitor.jobs.report import tell_ops
from monitor.model import Diagnostic, Settings, Severity
from monitor.net.channels import ChannelSet, check_url
from monitor.net.fetcher import HttpFetcher
from monitor.net.parser import ParserProcess
from monitor.ports import Clock, Journal, Transaction
from monitor.store.database import Database, database_path
from monitor.store.lock import StateLock, require_owner
from monitor.store.transaction import SqlStore


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a process brings along: where its files are, its clock, its streams."""

    config: Path
    secrets: Secrets
    clock: Clock
    journal: Journal
    console: TextIO

    def read_files(self, last_good: dict[str, str] | None = None) -> Loaded:
        """Return what the files say now; see `config.load`."""
        loaded = load(self.config, check_url=check_url, last_good=last_good)
        for url in _channel_urls(loaded.settings):
            self.secrets.protect(url)
        return loaded


def _channel_urls(settings: Settings | None) -> Iterable[str]:
    if settings is not None:
        for spec in settings.channels:
            yield from spec.urls


def in_force_of(loaded: Loaded) -> InForce:
    """Return what can be used of the files as the value that the jobs work by.

    Raises:
        ConfigError: the configuration cannot be used.
    """
    if loaded.settings is None:
        raise ConfigError(loaded.diagnostics)
    return InForce.of(loaded.settings, loaded.rules, loaded.lists)


def require_usable(loaded: Loaded) -> None:
    """Refuse a start with a broken file that was never good.

    Raises:
        ConfigError: there is one, or the configuration itself is broken.
    """
    if not loaded.is_usable:
        raise ConfigError(loaded.diagnostics)


def make_channels(around: Surroundings, settings: Settings) -> ChannelSet:
    """Return the configured channels, each ready to be connected to at first use."""
    return ChannelSet(
        settings.channels,
        clock=around.clock,
        zone=ZoneInfo(settings.timezone),
        resolve=around.secrets.resolve,
        redact=around.secrets.redact,
        console=around.console,
    )


def make_fetcher(around: Surroundings, settings: Settings) -> HttpFetcher:
    """Return the HTTP client with the configured manners."""
    secrets = around.secrets
    return HttpFetcher(
        settings.poll,
        clock=around.clock,
        resolve=secrets.resolve,
        redact=secrets.redact,
    )


class Runtime:
    """The running parts of one process that holds the lock."""

    def __init__(
        self,
        around: Surroundings,
        store: SqlStore,
        in_force: InForce,
        resources: AsyncExitStack,
        tries: int,
    ) -> None:
        self.around = around
        self.store = store
        self.in_force = in_force
        self._resources = resources
        self._channels = make_channels(around, in_force.settings)
        self._fetcher = make_fetcher(around, in_force.settings)
        parser = ParserProcess()
        self._opening: tuple[HttpFetcher, ParserProcess] = (self._fetcher, parser)
        self.poll = PollJob(
            store=store,
            fetcher=lambda: self._fetcher,
            parser=parser,
            clock=around.clock,
            journal=around.journal,
            in_force=lambda: self.in_force,
            redact=around.secrets.redact,
            tries=tries,
        )
        self.deliver = DeliverJob(
            store=store,
            channels=lambda: self._channels,
            clock=around.clock,
            journal=around.journal,
            in_force=lambda: self.in_force,
        )

    async def begin(self, loaded: Loaded) -> None:
        """Open what has to be opened, and take over what the last owner left."""
        for part in self._opening:
            await self._resources.enter_async_context(part)
        self._resources.callback(self._close_channels)
        await self.store.transact(lambda tx: tx.free_leases())
        await self._settle_in(loaded)

    def _close_channels(self) -> None:
        self._channels.close()  # those in force then, not those of now

    async def _settle_in(self, loaded: Loaded) -> None:
        now, in_force = self.around.clock.now(), self.in_force
        orphaned = await self.store.transact(
            lambda tx: settle_in(tx, in_force, loaded, now)
        )
        broken = loaded.reverted or loaded.left_out
        self.around.journal.event(
            "files",
            level="warning" if broken or orphaned or self._unset() else "info",
            outcome="reverted" if broken else "in_force",
            feeds=len(in_force.feeds),
            rules=len(in_force.rules),
            channels=len(in_force.places),
            reverted=list(loaded.reverted),
            left_out=list(loaded.left_out),
            orphaned_deliveries=orphaned,
            unset_secrets=self._unset(),
            errors=_errors(loaded.diagnostics),
        )

    def _unset(self) -> list[str]:
        """Return the ${...} references that would fail where they are used."""
        settings = self.in_force.settings
        texts = [url for spec in settings.channels for url in spec.urls]
        for feed in settings.feeds:
            texts += [feed.url, *(value for _, value in feed.headers)]
        return [unset for text in texts for unset in self.around.secrets.unset(text)]

    async def reload(self) -> None:
        """Read the files again; what cannot be used leaves what is in force."""
        known = await self.store.transact(lambda tx: dict(tx.rule_files()))
        loaded = await asyncio.to_thread(self.around.read_files, known)
        try:
            in_force = in_force_of(loaded)
        except ConfigError as error:
            await self._refuse(error.diagnostics)
            return
        await self._adopt(in_force)
        await self._settle_in(loaded)

    async def _adopt(self, in_force: InForce) -> None:
        if in_force.settings.database != self.in_force.settings.database:
            text = "another database is used from the next start on"
            self.around.journal.event("files", level="warning", outcome=text)
        if in_force.settings.poll != self.in_force.settings.poll:
            fetcher = make_fetcher(self.around, in_force.settings)
            # The old one closes at the end: polls that it serves go on.
            self._fetcher = await self._resources.enter_async_context(fetcher)
        old = self._channels
        self.in_force = in_force
        self._channels = make_channels(self.around, in_force.settings)
        old.close()

    async def _refuse(self, diagnostics: Sequence[Diagnostic]) -> None:
        errors = _errors(diagnostics)
        self.around.journal.event(
            "files", level="error", outcome="refused", errors=errors
        )
        now, in_force = self.around.clock.now(), self.in_force
        text = "What was in force stays in force.\n" + "\n".join(errors)

        def report(tx: Transaction) -> None:
            if tx.open_report(_CONFIG, text, now):
                tell_ops(tx, in_force, "the configuration is refused", text, now)

        await self.store.transact(report)

    def watched(self) -> tuple[Path, ...]:
        """Return the file and the folder whose edits count."""
        return (self.around.config, Path(self.in_force.settings.rules_path))

    def concurrency(self) -> int:
        """Return how many feeds may be polled at once."""
        return self.in_force.settings.poll.concurrency


_CONFIG = "config"
_DAEMON_TRIES = 3600  # an hour, one a second; `monitor poll` is not to hang


def settle_in(tx: Transaction, in_force: InForce, loaded: Loaded, now: datetime) -> int:
    """Make the database follow the files; return how many deliveries are orphaned."""
    tx.sync_feeds(in_force.settings.feeds, now)
    orphaned = tx.sync_outbox(in_force.lanes, in_force.rules)
    tx.save_rule_files(loaded.sources, now)
    tx.probe_broken(now)
    if tx.close_report(_CONFIG):
        tell_ops(tx, in_force, "the configuration is good again", "", now)
    report_files(tx, in_force, loaded, now)
    return orphaned


def report_files(
    tx: Transaction, in_force: InForce, loaded: Loaded, now: datetime
) -> None:
    """Tell `ops` and its contact of each rule file that is broken, or good again."""
    broken = {*loaded.reverted, *loaded.left_out}
    for name in {*loaded.sources, *broken}:
        key, contact = f"rules:{name}", loaded.contacts.get(name, "")
        also = [contact] if contact else []
        if name in broken:
            text = _what_counts(name, loaded) + "\n".join(
                _errors(loaded.diagnostics, name)
            )
            if tx.open_report(key, text, now):
                title = f"rule file {name} is broken"
                tell_ops(tx, in_force, title, text, now, also=also)
        elif tx.close_report(key):
            title = f"rule file {name} is good again"
            tell_ops(tx, in_force, title, "It is in force.", now, also=also)


def _what_counts(name: str, loaded: Loaded) -> str:
    if name in loaded.reverted:
        return "Its last good version stays in force.\n"
    return "Nothing of it is in force.\n"


def _errors(diagnostics: Sequence[Diagnostic], name: str = "") -> list[str]:
    """Return each error on one line: what it points at is seen by `monitor check`."""
    return [
        format_diagnostic(found).splitlines()[0]
        for found in diagnostics
        if found.severity is Severity.ERROR
        and (not name or Path(found.path).name == name)
    ]


@asynccontextmanager
async def running(around: Surroundings, command: str) -> AsyncIterator[Runtime]:
    """Lend the running parts to `command` (``run`` or ``poll``), alone on the database.

    Raises:
        ConfigError: the files cannot be used, and there is no good version before.
        LockHeld: another process works on this database.
        StoreError: the database cannot be used.
    """
    loaded = around.read_files()
    if loaded.settings is None:
        raise ConfigError(loaded.diagnostics)
    path = database_path(loaded.settings.database)
    if not path.exists():
        require_usable(loaded)  # before anything is made
    require_owner(path.parent, f"--config {around.config}")
    with StateLock(path, command):
        store = SqlStore(Database.open(loaded.settings.database))
        async with AsyncExitStack() as resources:
            resources.callback(store.close)
            known = store.run(lambda tx: dict(tx.rule_files()))
            loaded = around.read_files(known)
            require_usable(loaded)
            tries = _DAEMON_TRIES if command == "run" else 1
            runtime = Runtime(around, store, in_force_of(loaded), resources, tries)
            await runtime.begin(loaded)
            yield runtime
