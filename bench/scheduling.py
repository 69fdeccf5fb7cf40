"""Thirty days of polling a thousand feeds, by an injected clock.

The feeds publish at the rates of 140 real ones (quantiles below, in entries a day),
by day more than by night, each in a time zone of its own; a fifth has no validators.
Fixed is a poller that asks every feed every 10 or 60 minutes, whatever it hears. The
others are the monitor's own decisions, where `every` stands in the defaults.

Usage: scheduling.py [FEEDS [DAYS]]
"""

from __future__ import annotations

import random
import sys
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import exp, log
from statistics import median, quantiles
from time import process_time

from monitor.feeds import after_poll
from monitor.model import (
    Entry,
    Feed,
    FeedState,
    Fetched,
    FetchOutcome,
    Novelty,
    ParsedFeed,
    PollPolicy,
    Tier,
    Validators,
    Verdict,
)

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
RATES = (
    (0.0, 0.003),
    (0.05, 0.006),
    (0.25, 0.03),
    (0.5, 0.15),
    (0.75, 3.9),
    (0.9, 37.0),
    (0.95, 65.0),
    (1.0, 200.0),
)
"""How many entries a day the feeds of each quantile publish."""

PROFILE = (2, 1, 1, 1, 1, 2, 4, 6, 8, 9, 9, 9, 8, 8, 8, 8, 8, 7, 6, 5, 5, 4, 4, 3)
"""How many of a day's entries come in each hour, in parts of their sum."""

WINDOW = 30  # entries in a document
VALIDATORS = Validators('"v"')
POLICY = PollPolicy()
WITH_VALIDATORS = 0.8  # of the feeds
DICE = random.Random()


@dataclass
class Result:
    """What a policy cost, and how long entries waited for their poll (seconds)."""

    polls: int = 0
    unchanged: int = 0
    lost: int = 0
    delays: list[float] = field(default_factory=list)

    def count(self, now: datetime, new: Sequence[datetime], *, lost: int) -> None:
        """Take note of one poll."""
        self.polls += 1
        self.unchanged += not new
        self.lost += lost
        self.delays += [(now - at).total_seconds() for at in new]


def rate(share: float) -> float:
    """Return the rate at a quantile, between the known ones on a logarithmic scale."""
    place = min(bisect_right([q for q, _ in RATES], share), len(RATES) - 1)
    (q0, r0), (q1, r1) = RATES[place - 1], RATES[place]
    return exp(log(r0) + (log(r1) - log(r0)) * (share - q0) / (q1 - q0))


def life(per_day: float, days: int) -> list[datetime]:
    """Return when a feed publishes: from a month before the beginning to the end."""
    zone, most = DICE.randrange(24), max(PROFILE)
    peak = per_day / 24 * most / (sum(PROFILE) / 24)
    at, found = -30 * 24.0, []
    while at < days * 24:
        at += DICE.expovariate(peak)
        if DICE.random() * most < PROFILE[(int(at) + zone) % 24]:
            found.append(BEGIN + timedelta(hours=at))
    return found


def verdict(at: datetime, novelty: Novelty = Novelty.NEW) -> Verdict:
    """Return what a poll decides about the entry of that time."""
    return Verdict(Entry(key=str(at), published_at=at), novelty, "", "")


def adapting(feed: Feed, born: list[datetime], end: datetime, result: Result) -> None:
    """Poll one feed until the end, as the monitor does."""
    validators = VALIDATORS if DICE.random() < WITH_VALIDATORS else Validators()
    state = FeedState(1, feed.name, feed.url)
    now, read = BEGIN, 0
    while now < end:
        there = bisect_right(born, now)
        new = born[max(read, there - WINDOW) : there]
        is_first = state.succeeded_at is None
        verdicts: tuple[Verdict, ...] = ()
        if new or is_first:
            known = born[max(there - WINDOW, 0) : there - len(new)]
            verdicts = (
                *(verdict(at, Novelty.UNCHANGED) for at in known),
                *(verdict(at) for at in new),
            )
        if not is_first:
            result.count(now, new, lost=max(there - WINDOW - read, 0))
        state = after_poll(
            state,
            answer(feed, there, validators, is_same=not (new or is_first)),
            document(verdicts) if new or is_first else None,
            verdicts=verdicts,
            feed=feed,
            policy=POLICY,
            now=now,
            jitter=DICE.random(),
        )
        read = there
        now = state.next_poll_at or end


def answer(feed: Feed, there: int, validators: Validators, *, is_same: bool) -> Fetched:
    """Return what the publisher answers."""
    if is_same and validators:
        return Fetched(FetchOutcome.NOT_MODIFIED, feed.url, 304)
    body = str(there).encode()
    return Fetched(FetchOutcome.OK, feed.url, 200, body, validators=validators)


def document(verdicts: tuple[Verdict, ...]) -> ParsedFeed:
    """Return what is read of the answer."""
    return ParsedFeed(Tier.STRICT, entries=tuple(one.entry for one in verdicts))


def fixed(feed: Feed, born: list[datetime], end: datetime, result: Result) -> None:
    """Poll one feed until the end, each `every`, from some moment on."""
    now, read = BEGIN + feed.every * DICE.random(), bisect_right(born, BEGIN)
    while now < end:
        there = bisect_right(born, now)
        result.count(now, born[read:there], lost=max(there - WINDOW - read, 0))
        now, read = now + feed.every, there


def run(
    feeds: int,
    days: int,
    every: timedelta,
    follow: Callable[[Feed, list[datetime], datetime, Result], None],
) -> Result:
    """Return what it costs to poll all the feeds."""
    DICE.seed(20261127)
    lives = [life(rate((number + 0.5) / feeds), days) for number in range(feeds)]
    result = Result()
    for number, born in enumerate(lives):
        feed = Feed(f"f{number}", f"https://{number}.example/", every)
        follow(feed, born, BEGIN + timedelta(days=days), result)
    return result


def main() -> None:
    """Print the table."""
    feeds, days = (int(text) for text in [*sys.argv[1:], "1000", "30"][:2])
    print(f"{feeds} feeds, {days} days")
    print(
        "| polled | requests a day | of them 304 or equal | lost in gaps "
        "| median delay | p95 | CPU s |"
    )
    print("|---|---|---|---|---|---|---|")
    for follow, minutes in ((fixed, 10), (fixed, 60), (adapting, 7), (adapting, 10)):
        started = process_time()
        got = run(feeds, days, timedelta(minutes=minutes), follow)
        late = quantiles(got.delays, n=20)[-1]
        print(
            f"| {follow.__name__}, every {minutes} minutes "
            f"| {got.polls / days:,.0f} | {got.unchanged / got.polls:.1%} "
            f"| {got.lost} | {median(got.delays) / 60:.1f} min | {late / 60:.1f} min "
            f"| {process_time() - started:.0f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
