"""The running parts of one process, put together, reloaded, taken apart.

::

    start     files -> lock -> database -> the last good rules -> running parts
    reload    files -> the same parts, with the new settings and rules in force
    after     new rules caught up, `ops` told
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
)
from dataclasses import replace
from pathlib import Path

from monitor.config import Loaded
from monitor.errors import ConfigError, LexiconError
from monitor.feeds import parse_sound
from monitor.feeds.story_index import StoryIndex
from monitor.jobs.articles import ArticleJob
from monitor.jobs.backlog import Backlog
from monitor.jobs.deliver import DeliverJob
from monitor.jobs.in_force import InForce
from monitor.jobs.indexing import IndexJob
from monitor.jobs.poll import PollJob
from monitor.jobs.pushes import PushJob
from monitor.jobs.report import tell_ops
from monitor.jobs.retain import RetainJob
from monitor.jobs.stories import remember_stories
from monitor.jobs.websub import WebSubJob
from monitor.net.article_reader import ArticleReader
from monitor.net.articles import Articles
from monitor.net.fetcher import HttpFetcher
from monitor.net.hub import HubClient
from monitor.net.parser import ParserProcess
from monitor.net.quick_parser import QuickParser
from monitor.ports import Transaction
from monitor.store.database import Database, database_path
from monitor.store.lock import StateLock, require_owner
from monitor.store.transaction import SqlStore
from monitor.wiring.aftermath import Aftermath
from monitor.wiring.door import Door
from monitor.wiring.settling import CONFIG, errors, report_forms, settle_in
from monitor.wiring.surroundings import (
    Surroundings,
    in_force_of,
    make_channels,
    make_fetcher,
    require_usable,
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
        self._backlog = Backlog()
        self._stories = StoryIndex()
        self._fetcher = self._new_fetcher(in_force)
        process = ParserProcess()
        reader = ArticleReader()
        source = Articles(lambda: self._fetcher, reader, around.clock)
        self._opening: tuple[AbstractAsyncContextManager[object], ...]
        self._opening = (self._fetcher, process, reader, source)
        parser = QuickParser(parse_sound, process)
        self.poll = PollJob(
            store=store,
            fetcher=lambda: self._fetcher,
            parser=parser,
            clock=around.clock,
            journal=around.journal,
            in_force=lambda: self.in_force,
            redact=around.secrets.redact,
            tries=tries,
            backlog=self._backlog,
            stories=self._stories,
        )
        self.articles = ArticleJob(
            store=store,
            source=source,
            clock=around.clock,
            journal=around.journal,
            in_force=lambda: self.in_force,
            tries=tries,
            pauses=self.poll.pauses,
            network=self.poll.network,
            stories=self._stories,
        )
        self.deliver = DeliverJob(
            store=store,
            channels=lambda: self._channels,
            clock=around.clock,
            journal=around.journal,
            in_force=lambda: self.in_force,
        )
        self.pushes = PushJob(
            store=store,
            parser=parser,
            clock=around.clock,
            journal=around.journal,
            in_force=lambda: self.in_force,
            redact=around.secrets.redact,
            tries=tries,
            stories=self._stories,
        )
        self.index = IndexJob(store)
        self.door = Door(around, store, self.pushes, lambda: self.in_force)
        self.websub = WebSubJob(
            store=store,
            hubs=HubClient(lambda: self._fetcher, around.clock, around.secrets.redact),
            clock=around.clock,
            journal=around.journal,
            in_force=lambda: self.in_force,
            token=secrets.token_urlsafe,
            is_listening=lambda: self.door.is_open,
        )
        self.retain = RetainJob(
            store, around.clock, around.journal, lambda: self.in_force
        )
        self.aftermath = Aftermath(
            store,
            around.clock,
            around.journal,
            lambda: self.in_force,
            tries=tries,
            stories=self._stories,
        )

    def _new_fetcher(
        self, in_force: InForce, after: HttpFetcher | None = None
    ) -> HttpFetcher:
        return make_fetcher(
            self.around, in_force.settings, may_begin=self._backlog.room, after=after
        )

    async def begin(self, loaded: Loaded) -> None:
        """Open what has to be opened, and take over what the last owner left."""
        for part in self._opening:
            await self._resources.enter_async_context(part)
        self._resources.callback(self._close_channels)
        await self.store.transact(lambda tx: tx.free_leases())
        now = self.around.clock.now()
        await self.store.transact(lambda tx: remember_stories(tx, self._stories, now))
        await self._settle_in(loaded)
        self._resources.push_async_callback(self.aftermath.end)
        self.aftermath.begin()

    async def listen(self) -> None:
        """Let hubs push, if the configuration says where.

        Raises:
            ListenError: the address cannot be listened at.
        """
        self._resources.push_async_callback(self.door.close)
        await self.door.open()

    def _close_channels(self) -> None:
        self._channels.close()  # those in force then, not those of now

    async def _settle_in(self, loaded: Loaded) -> None:
        now, in_force = self.around.clock.now(), self.in_force
        forms = self.around.forms
        orphaned = await self.store.transact(
            lambda tx: settle_in(tx, in_force, loaded, now)
        )
        await self.store.transact(forms.save)
        forms.forget_unused(in_force.forms)
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
            errors=errors(loaded.diagnostics),
        )

    def _unset(self) -> list[str]:
        """Return the ${...} references that would fail where they are used."""
        settings = self.in_force.settings
        texts = [url for spec in settings.channels for url in spec.urls]
        beat = settings.watching.heartbeat
        texts += [] if beat is None else [beat.url]
        for feed in settings.feeds:
            texts += [feed.url, *(value for _, value in feed.headers)]
        return [unset for text in texts for unset in self.around.secrets.unset(text)]

    async def reload(self) -> None:
        """Read the files again; what cannot be used leaves what is in force."""
        known = await self.store.transact(lambda tx: dict(tx.rule_files()))
        try:
            loaded = await asyncio.to_thread(self.around.read_files, known)
            loaded.require_forms()
            in_force = await asyncio.to_thread(in_force_of, loaded)
        except ConfigError as error:
            await self._refuse(errors(error.diagnostics))
            return
        except LexiconError as error:
            await self._wait_for_forms(str(error))
            return
        old = self.in_force
        await self._adopt(in_force)
        await self.door.follow()
        await self._settle_in(loaded)
        self.aftermath.begin(old)

    async def _adopt(self, in_force: InForce) -> None:
        if in_force.settings.database != self.in_force.settings.database:
            text = "another database is used from the next start on"
            self.around.journal.event("files", level="warning", outcome=text)
        if in_force.settings.poll != self.in_force.settings.poll:
            fetcher = self._new_fetcher(in_force, self._fetcher)
            # The old one closes at the end: polls that it serves go on.
            self._fetcher = await self._resources.enter_async_context(fetcher)
        old = self._channels
        self.in_force = in_force
        self._channels = make_channels(self.around, in_force.settings, after=old)
        old.close()

    async def _refuse(self, errors: Sequence[str]) -> None:
        self.around.journal.event(
            "files", level="error", outcome="refused", errors=list(errors)
        )
        now, in_force = self.around.clock.now(), self.in_force
        text = "What was in force stays in force.\n" + "\n".join(errors)

        def report(tx: Transaction) -> None:
            if tx.open_report(CONFIG, text, now):
                tell_ops(tx, in_force, "the configuration is refused", text, now)

        await self.store.transact(report)

    async def _wait_for_forms(self, error: str) -> None:
        """Leave what is in force: with half of their words new rules miss too much."""
        self.around.journal.event(
            "files", level="error", outcome="refused", errors=[error]
        )
        now, in_force = self.around.clock.now(), self.in_force
        await self.store.transact(lambda tx: report_forms(tx, in_force, error, now))

    def watched(self) -> tuple[Path, ...]:
        """Return the file and the folder whose edits count."""
        return (self.around.config, Path(self.in_force.settings.rules_path))

    def concurrency(self) -> int:
        """Return how many polls may be under way at once.

        Most of them wait for their host, and hold nothing while they do; how many
        requests there are at once is limited by the fetcher.
        """
        return _UNDER_WAY * self.in_force.settings.poll.concurrency


_UNDER_WAY = 20
_DAEMON_TRIES = 3600  # an hour, one a second; `monitor poll` is not to hang


def _good_files(
    around: Surroundings, read: Loaded, last_good: Mapping[str, str]
) -> Loaded:
    """Return what counts at a start; without new word forms, what counted before.

    What was `read` without the last good files counts if there is nothing to mend.

    Raises:
        LexiconError: nothing did.
    """
    if read.is_usable and not read.lexicon_error:
        return read
    loaded = around.read_files(last_good)
    if not loaded.lexicon_error:
        return loaded
    if not last_good:
        loaded.require_forms()
    before = around.read_files(texts=last_good)
    return replace(before, lexicon_error=loaded.lexicon_error)


@asynccontextmanager
async def running(around: Surroundings, command: str) -> AsyncIterator[Runtime]:
    """Lend the running parts to `command` (``run`` or ``poll``), alone on the database.

    Raises:
        ConfigError: the files cannot be used, and there is no good version before.
        LexiconError: no word forms, and no rule was in force before.
        ListenError: hubs are to push to an address that cannot be listened at.
        LockHeld: another process works on this database.
        StoreError: the database cannot be used.
    """
    loaded = around.read_files()
    if loaded.settings is None:
        raise ConfigError(loaded.diagnostics)
    path = database_path(loaded.settings.database)
    if not path.exists():
        require_usable(loaded)  # before anything is made
        loaded.require_forms()
    require_owner(path.parent, f"--config {around.config}")
    with StateLock(path, command):
        store = SqlStore(Database.open(loaded.settings.database))
        async with AsyncExitStack() as resources:
            resources.callback(store.close)
            last_good = store.run(lambda tx: dict(tx.rule_files()))
            loaded = _good_files(around, loaded, last_good)
            require_usable(loaded)
            tries = _DAEMON_TRIES if command == "run" else 1
            runtime = Runtime(around, store, in_force_of(loaded), resources, tries)
            await runtime.begin(loaded)
            if command == "run":
                await runtime.listen()
            yield runtime
