"""``monitor demo``: the real daemon against a small news site on this machine."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.demo_site import DemoSite
from monitor.cli.frame import OK, PROBLEM
from monitor.cli.output import say
from monitor.cli.run import daemon_parts
from monitor.clock import SystemClock
from monitor.config import Secrets
from monitor.daemon.embedded import Embedded
from monitor.log import LogFormat, LogJournal, LogLevel, set_up
from monitor.model import DeliveryState
from monitor.wiring import Runtime, Surroundings, running

RULES = """\
rules:
  waffen:
    query: Aserbaidschan AND Waffenlieferungen
    priority: high
"""

_PACE = timedelta(seconds=1.5)
"""Between two stories: slow enough to be read, soon enough for the promised alert."""

_LOOK = timedelta(seconds=0.2)
_PATIENCE = 60.0
"""Seconds after which even the slowest machine has shown the alert."""


def demo(
    *,
    once: Annotated[
        bool, typer.Option("--once", help="End after the first alert.")
    ] = False,
) -> None:
    """Show what the monitor does: no account, no network, an alert in ten seconds.

    Serves a small news site on this machine and runs the real daemon against it.
    Example: monitor demo --once
    """
    secrets = Secrets(os.environ)
    set_up(LogFormat.TEXT, LogLevel.WARNING, sys.stderr, secrets.redact)
    with tempfile.TemporaryDirectory(prefix="monitor-demo-") as folder:
        clock = SystemClock()
        with DemoSite(clock.now) as site:
            around = Surroundings(
                _write_files(Path(folder), site),
                secrets,
                clock,
                LogJournal(),
                sys.stdout,
            )
            has_alerted = asyncio.run(_show(around, site, once=once))
    say(
        "\nNext: put your feeds into config/monitor.yaml and your words into rules/, "
        "then type: monitor check, and: monitor run"
    )
    raise typer.Exit(OK if has_alerted else PROBLEM)


def _write_files(root: Path, site: DemoSite) -> Path:
    """Write the demo's configuration and rule; return the configuration's path."""
    (root / "config").mkdir()
    (root / "rules").mkdir()
    (root / "rules" / "demo.yaml").write_text(RULES, encoding="utf-8")
    settings = {
        "poll": {
            "floor": "0s",
            "per_host": {"connections": "4", "spacing": "0s"},
            "allow_networks": ["127.0.0.0/8"],
        },
        "channels": {"console": "console://"},
        "defaults": {"feed": {"every": "1s"}},
        "feeds": [{"name": name, "url": url} for name, url in site.feeds],
    }
    path = root / "config" / "monitor.yaml"
    path.write_text(json.dumps(settings), encoding="utf-8")  # JSON is YAML
    return path


async def _show(around: Surroundings, site: DemoSite, *, once: bool) -> bool:
    """Run daemon and newsroom side by side; say whether an alert was shown."""
    stop, reload = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    say(f"A news site on this machine: {site.url}")
    say("The rule: Aserbaidschan AND Waffenlieferungen. Stories appear; Ctrl-C ends.\n")
    async with running(around, "run") as runtime:
        daemon = asyncio.create_task(Embedded(daemon_parts(runtime)).run(stop, reload))
        newsroom = asyncio.create_task(_publish(runtime, site))
        has_alerted = await _watch(runtime, stop, once=once)
        stop.set()
        newsroom.cancel()
        await daemon
    return has_alerted


async def _publish(runtime: Runtime, site: DemoSite) -> None:
    await _until(lambda: _all_polled(runtime))
    while (story := site.publish_next()) is not None:
        say(f"  published: {story.title}")
        await asyncio.sleep(_PACE.total_seconds())


async def _watch(runtime: Runtime, stop: asyncio.Event, *, once: bool) -> bool:
    """Wait for the first alert, or without `once` for the end; say if there was one."""
    try:
        async with asyncio.timeout(_PATIENCE):
            await _until(lambda: stop.is_set() or _has_sent(runtime))
    except TimeoutError:
        say("monitor: no alert after a minute; please report this with the lines above")
        return False
    if not once:
        await stop.wait()
    return _has_sent(runtime)


async def _until(holds: Callable[[], bool]) -> None:
    while not holds():  # noqa: ASYNC110 - what is waited for happens in the database
        await asyncio.sleep(_LOOK.total_seconds())


def _all_polled(runtime: Runtime) -> bool:
    states = runtime.store.run(lambda tx: tx.feed_states())
    return all(state.succeeded_at is not None for state in states)


def _has_sent(runtime: Runtime) -> bool:
    counts = runtime.store.run(lambda tx: tx.delivery_counts())
    return counts[DeliveryState.SENT] > 0
