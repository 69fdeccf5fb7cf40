"""``monitor poll``: one round, for those who start the monitor by cron."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

import typer
from rich.progress import Progress

from monitor.cli.frame import (
    OK,
    PROBLEM,
    UNUSABLE,
    open_store,
    surroundings,
    usable_files,
)
from monitor.cli.output import console, print_json, say
from monitor.config import parse_duration
from monitor.errors import LockHeld, StoreError
from monitor.jobs.asking import may_ask
from monitor.jobs.recording import release_hints
from monitor.jobs.round import DeliveryCounts, article_round, deliver_round, poll_round
from monitor.log import LogFormat, LogLevel
from monitor.model import FeedState, HoldReason, PollCounts
from monitor.ports import Transaction
from monitor.wiring import Runtime, Surroundings, running

_ADVICE = {
    HoldReason.CHANNEL_BROKEN: "see `monitor channels list`, repair its URL, then type "
    "`monitor channels test`",
    HoldReason.ORPHANED: "see `monitor alerts list --state held`; to send, type "
    "`monitor alerts release --reason orphaned --to CHANNEL`",
}

_INDEXED = 2000
"""More than a round brings, unless it is the first one: the next ones do the rest."""

LONGEST_CLAIM = 100_000
"""More feeds than anybody has: a round takes all that are due."""


def poll(
    context: typer.Context,
    feeds: Annotated[
        list[str] | None, typer.Argument(help="Only these feeds, by name.")
    ] = None,
    *,
    all_feeds: Annotated[
        bool,
        typer.Option(
            "--all",
            help="Also feeds that are not due; never before floor or Retry-After.",
        ),
    ] = False,
    wait: Annotated[
        str, typer.Option(help="How long to wait for retries of deliveries.")
    ] = "10s",
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the counts as one object.")
    ] = False,
    log_format: Annotated[
        LogFormat, typer.Option(help="How log lines are written.")
    ] = LogFormat.TEXT,
    log_level: Annotated[
        LogLevel, typer.Option(help="From which level up log lines are written.")
    ] = LogLevel.WARNING,
) -> None:
    """Poll once what is due, deliver once, and exit. Feeds that are named are due.

    Beside a running daemon the feeds are marked as due, and the daemon polls them.
    Example: monitor poll --all --json
    """
    around = surroundings(
        context,
        log_format=log_format,
        log_level=log_level,
        is_console_on_stderr=as_json,
    )
    patience = parse_duration(wait)
    if patience is None:
        raise typer.BadParameter(
            f"{wait!r} is no duration: write 10s or 1m", param_hint="--wait"
        )
    names = _known(around, feeds) if feeds else ()
    is_forced = all_feeds or bool(feeds)
    try:
        code = asyncio.run(_round(around, names, is_forced, patience, as_json))
    except LockHeld as held:
        if held.owner != "run":
            raise
        code = _queue(around, names, as_json)
    raise typer.Exit(code)


def _known(around: Surroundings, names: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the feeds, if there are such feeds."""
    _, settings = usable_files(around)
    known = tuple(feed.name for feed in settings.feeds)
    for name in names:
        if name not in known:
            say(f"monitor: there is no feed {name!r}; there are: {', '.join(known)}")
            raise typer.Exit(UNUSABLE)
    return tuple(names)


async def _round(
    around: Surroundings,
    names: Sequence[str],
    is_forced: bool,  # noqa: FBT001 - one of four facts about one call
    patience: timedelta,
    as_json: bool,  # noqa: FBT001
) -> int:
    async with running(around, "poll") as runtime:
        names = names or tuple(runtime.in_force.feeds)
        claimed = await _claim(runtime, names, is_forced)
        with _progress(len(claimed)) as done:
            polled = await poll_round(runtime.poll, claimed, done)
        await runtime.aftermath.settled()  # what new rules catch up goes out too
        polled.feeds = len(names)
        polled.not_due = len(names) - polled.polled
        delivered = await deliver_round(
            runtime.deliver, runtime.store, around.clock, patience
        )
        read = await article_round(runtime.articles)
        if read.alerts:  # after the others, which wait for no article
            polled.add(PollCounts(matches=read.matches, alerts=read.alerts))
            polled.held = dict(Counter(polled.held) + read.held)
            delivered.add(
                await deliver_round(
                    runtime.deliver, runtime.store, around.clock, patience
                )
            )
        await runtime.retain.run_if_due()
        with suppress(StoreError):  # all that was asked for is done
            await runtime.index.run(_INDEXED)
    _report(polled, delivered, as_json)
    return OK if delivered.is_clean else PROBLEM


async def _claim(
    runtime: Runtime,
    names: Sequence[str],
    is_forced: bool,  # noqa: FBT001
) -> Sequence[FeedState]:
    if is_forced:
        return await runtime.poll.claim_now(names)
    return await runtime.poll.claim_due(LONGEST_CLAIM)


@contextmanager
def _progress(count: int) -> Iterator[Callable[[FeedState], None]]:
    """Show a bar on a terminal while feeds are polled; lend what moves it on."""
    shown = console(stderr=True)
    with Progress(
        console=shown, transient=True, disable=not shown.is_terminal
    ) as progress:
        task = progress.add_task("polling", total=count)
        yield lambda _: progress.advance(task)


def _report(polled: PollCounts, delivered: DeliveryCounts, as_json: bool) -> None:  # noqa: FBT001
    held = {**polled.held, **(delivered.held or {})}
    if as_json:
        counts = {**asdict(polled), "held": held}
        print_json(
            counts
            | {
                "sent": delivered.sent,
                "pending": delivered.pending,
                "dead": delivered.dead,
            }
        )
        return
    say(
        f"{polled.polled} of {polled.feeds} feeds polled ({polled.not_modified} not "
        f"modified, {polled.failed} failed, {polled.not_due} not due); "
        f"{polled.entries_new} entries new, {polled.entries_changed} changed; "
        f"{polled.matches} matches, {polled.alerts} alerts; "
        f"{delivered.sent} sent, {delivered.pending} pending, {delivered.dead} dead"
    )
    for hint in [*release_hints(held), *_channel_hints(held)]:
        say(hint)


def _channel_hints(held: Mapping[str, int]) -> list[str]:
    """Return what to do about deliveries that wait for a channel."""
    return [
        f"{held[reason]} deliveries held ({reason}): {advice}"
        for reason, advice in _ADVICE.items()
        if held.get(reason)
    ]


def _queue(around: Surroundings, names: Sequence[str], as_json: bool) -> int:  # noqa: FBT001
    """Let the daemon that holds the lock poll the feeds; return the exit code."""
    _, settings = usable_files(around)
    now, floor = around.clock.now(), settings.poll.floor

    def mark(tx: Transaction) -> int:
        wanted = [s for s in tx.feed_states() if not names or s.name in names]
        ids = [s.id for s in wanted if may_ask(s, now, floor)]
        tx.make_due(ids)
        return len(ids)

    with open_store(settings, around.config) as store:
        queued = store.run(mark)
    if as_json:
        print_json({"queued": queued})
    else:
        say(f"the running daemon polls {queued} feeds now")
    return OK
