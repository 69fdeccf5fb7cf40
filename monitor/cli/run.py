"""``monitor run``: the daemon."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import Annotated

import typer

from monitor.cli.frame import surroundings
from monitor.daemon.embedded import Embedded, Parts
from monitor.daemon.hubs import HubParts
from monitor.daemon.systemd import Notifier, watchdog_interval
from monitor.log import LogFormat, LogLevel
from monitor.wiring import Runtime, Surroundings, running
from monitor.wiring.watching import watch_parts


def run(
    context: typer.Context,
    log_format: Annotated[
        LogFormat, typer.Option(help="How log lines are written.")
    ] = LogFormat.TEXT,
    log_level: Annotated[
        LogLevel, typer.Option(help="From which level up log lines are written.")
    ] = LogLevel.INFO,
) -> None:
    """Poll, match and deliver until SIGTERM; edited files take effect by themselves.

    SIGHUP reads the files again at once. Example: monitor run --log-format json
    """
    around = surroundings(context, log_format=log_format, log_level=log_level)
    asyncio.run(serve(around))


async def serve(around: Surroundings) -> None:
    """Run the daemon until SIGTERM or SIGINT.

    Raises:
        ConfigError: the files cannot be used, and there is no good version before.
        ListenError: `websub.listen` cannot be listened at.
        LockHeld: another process works on this database.
        StoreError: the database cannot be used.
    """
    stop, reload = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    loop.add_signal_handler(signal.SIGHUP, reload.set)
    async with running(around, "run") as runtime:
        around.journal.event("started", pid=os.getpid())
        await Embedded(daemon_parts(runtime)).run(stop, reload)
    around.journal.event("stopped", pid=os.getpid())


def daemon_parts(runtime: Runtime) -> Parts:
    """Return the running parts as the daemon wants them."""
    return Parts(
        store=runtime.store,
        poll=runtime.poll,
        deliver=runtime.deliver,
        clock=runtime.around.clock,
        journal=runtime.around.journal,
        notifier=Notifier(os.environ),
        watchdog=watchdog_interval(os.environ),
        reload=runtime.reload,
        watched=runtime.watched,
        concurrency=runtime.concurrency,
        retain=runtime.retain,
        index=runtime.index.run,
        articles=runtime.articles,
        hubs=HubParts(runtime.websub, runtime.pushes, runtime.door.close),
        watching=watch_parts(runtime),
    )
