"""The watch over the monitor itself, put together."""

from __future__ import annotations

from monitor import __version__
from monitor.daemon.watching import WatchParts
from monitor.jobs.canary import CanaryJob
from monitor.jobs.heartbeat import HeartbeatJob
from monitor.jobs.watching import WatchJob
from monitor.jobs.weekly import WeeklyJob
from monitor.net.pinger import HttpPinger
from monitor.store.database import database_path
from monitor.store.disk import DatabaseDisk
from monitor.wiring.runtime import Runtime


def watch_parts(runtime: Runtime) -> WatchParts:
    """Return the jobs of the watch over a running process."""
    around, store = runtime.around, runtime.store
    disk = DatabaseDisk(database_path(runtime.in_force.settings.database))
    pinger = HttpPinger(
        lambda: runtime.in_force.settings.poll,
        resolve=around.secrets.resolve,
        redact=around.secrets.redact,
    )
    return WatchParts(
        watch=WatchJob(store, around.clock, disk, lambda: runtime.in_force),
        canary=CanaryJob(
            store,
            runtime.poll.parser,
            around.clock,
            around.journal,
            lambda: runtime.in_force,
        ),
        weekly=WeeklyJob(
            store, around.clock, disk, lambda: runtime.in_force, __version__
        ),
        heartbeat=HeartbeatJob(
            store, pinger, around.clock, around.journal, lambda: runtime.in_force
        ),
    )
