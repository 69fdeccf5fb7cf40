"""Rounds inside a daemon that is warm; prints one JSON object for each."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from pathlib import Path

from monitor.clock import SystemClock
from monitor.config import Secrets
from monitor.jobs.round import poll_round
from monitor.testing import ListJournal
from monitor.wiring import Runtime, Surroundings, running


def processor_time() -> float:
    """Return the seconds of this process and of its workers."""
    ticks = os.sysconf("SC_CLK_TCK")
    total = sum(os.times()[:2])
    for task in Path("/proc/self/task").iterdir():
        for pid in (task / "children").read_text().split():
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += (int(fields[11]) + int(fields[12])) / ticks
    return total


async def one_round(runtime: Runtime, healthy: str) -> dict[str, float]:
    """Return what a round over all feeds cost and did."""
    last: dict[str, float] = {}
    names = list(runtime.in_force.feeds)
    begun, cpu = time.perf_counter(), processor_time()
    claimed = await runtime.poll.claim_now(names)
    counts = await poll_round(
        runtime.poll,
        claimed,
        lambda state: last.update({state.url: time.perf_counter() - begun}),
    )
    wall, polled = time.perf_counter() - begun, processor_time()
    await runtime.articles.decide()
    return {
        "wall": wall,
        "cpu": polled - cpu,
        "polled": counts.polled,
        "not_modified": counts.not_modified,
        "entries_new": counts.entries_new,
        "failed": counts.failed,
        "last_healthy": max(
            (at for url, at in last.items() if healthy in url), default=0.0
        ),
        "deciding": processor_time() - polled,
    }


async def main() -> None:
    """Do as many rounds as the second argument says, with the configuration's feeds."""
    around = Surroundings(
        config=Path(sys.argv[1]),
        secrets=Secrets(os.environ),
        clock=SystemClock(),
        journal=ListJournal(),
        console=sys.stderr,
    )
    async with running(around, "run") as runtime:
        await runtime.aftermath.settled()
        for _ in range(int(sys.argv[2])):
            print(json.dumps(await one_round(runtime, sys.argv[3])), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
