"""The heartbeat: a URL that is asked for while the whole way works, and not else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.alerts.heartbeat import why_silent
from monitor.jobs.in_force import InForce
from monitor.model import NoBeat, Run, RunName
from monitor.ports import Clock, Journal, Store, Transaction
from monitor.ports.machine import Pinger

_AGAIN = timedelta(minutes=1)
"""After one that was not sent, or not heard, the next one is tried so soon."""


@dataclass(slots=True)
class HeartbeatJob:
    """Asks for the URL when it is time; `tick_age` is how long ago the daemon ticked.

    What it did last is stored, so that `monitor status` can show it.
    """

    store: Store
    pinger: Pinger
    clock: Clock
    journal: Journal
    in_force: Callable[[], InForce]
    _next: float | None = None

    def is_due(self) -> bool:
        """Say whether it is time for a heartbeat; none is due where none is wanted."""
        spec = self.in_force().settings.watching.heartbeat
        if spec is None:
            return False
        return self._next is None or self.clock.monotonic() >= self._next

    async def run(self, tick_age: timedelta) -> None:
        """Ask for the URL if the whole way works; store and log what came of it.

        Raises:
            StoreError: the database cannot be written; the URL was not asked for,
                or that it was could not be noted.
        """
        spec = self.in_force().settings.watching.heartbeat
        if spec is None:
            return
        now, every = self.clock.now(), spec.every
        self._wait(min(every, _AGAIN))
        silence = await self.store.transact(lambda tx: self._begin(tx, tick_age, now))
        if silence is None:
            detail = await self.pinger.ping(spec.url)
        else:
            detail = f"not sent: {silence}"
        was = await self.store.transact(lambda tx: _note(tx, detail, now))
        if not detail:
            self._wait(every)
        if detail != was:  # a line for each of them nobody would read
            self.journal.event(
                "heartbeat",
                level="warning" if detail else "info",
                error=detail,
                reason=None if silence is None else silence.name.lower(),
            )

    def _wait(self, pause: timedelta) -> None:
        self._next = self.clock.monotonic() + pause.total_seconds()

    def _begin(
        self, tx: Transaction, tick_age: timedelta, now: datetime
    ) -> NoBeat | None:
        """Return why no heartbeat may be sent, None if it may.

        It is noted before that one is tried: a database that can only be read takes
        no alert either.
        """
        tx.save_run(replace(_last(tx, now), ran_at=now))
        return why_silent(
            tick_age=tick_age,
            overdue=tx.overdue(now),
            canary=tx.runs().get(RunName.CANARY),
            canary_every=self.in_force().settings.watching.canary.every,
            now=now,
        )


def _note(tx: Transaction, detail: str, now: datetime) -> str:
    """Store how it went; return why the one before was not good."""
    last = _last(tx, now)
    good_at = last.good_at if detail else now
    tx.save_run(replace(last, ran_at=now, good_at=good_at, detail=detail))
    return last.detail


def _last(tx: Transaction, now: datetime) -> Run:
    return tx.runs().get(RunName.HEARTBEAT) or Run(RunName.HEARTBEAT, now)
