"""The real clock and the real dice; everything else asks through `ports.Clock`."""

from __future__ import annotations

import asyncio
import random
import time
from datetime import UTC, datetime, timedelta


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        """Return the wall-clock time, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds from an arbitrary start that never go back."""
        return time.monotonic()

    def jitter(self) -> float:
        """Return a random number in [0, 1)."""
        return random.random()  # noqa: S311 - spreads requests, guards nothing

    async def sleep(self, duration: timedelta) -> None:
        """Wait that long."""
        await asyncio.sleep(duration.total_seconds())
