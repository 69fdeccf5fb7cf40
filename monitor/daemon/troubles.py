"""What goes wrong in one piece of work is said, and the loop goes on."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

from monitor.errors import StoreError
from monitor.ports import Clock, Journal

_SAY_AGAIN = timedelta(minutes=1)
"""A full disk fails every second; the log says so once a minute."""

SCHEDULER = "scheduler"
"""Where the trouble is when APScheduler has something to say."""

Work = Callable[[], Coroutine[Any, Any, None]]


class Troubles:
    """Says each trouble when it begins, and then once a minute while it lasts."""

    def __init__(self, clock: Clock, journal: Journal) -> None:
        self._clock = clock
        self._journal = journal
        self._said: dict[tuple[str, str], float] = {}
        self.listener: Callable[[str, str], None] | None = None
        """Who hears of each trouble, also of one that was said just now."""

    def note(self, where: str, text: str, trace: str = "") -> None:
        """Log a trouble unless it was said within the last minute."""
        if self.listener is not None:
            self.listener(where, text)
        key, now = (where, text), self._clock.monotonic()
        last = self._said.get(key)
        again = _SAY_AGAIN.total_seconds()
        if last is not None and now - last < again:
            return
        self._said = {k: at for k, at in self._said.items() if now - at < again}
        self._said[key] = now
        self._journal.event(
            "trouble", level="error", where=where, error=text, trace=trace
        )

    def guarded(self, where: str, work: Work) -> Work:
        """Return `work` so that no error of it leaves; each is noted instead."""

        async def run() -> None:
            try:
                await work()
            except StoreError as error:
                self.note(where, str(error))
            except Exception as error:  # noqa: BLE001 - a defect of ours must not stop the other feeds and channels
                self.note(where, repr(error), traceback.format_exc())

        return run
