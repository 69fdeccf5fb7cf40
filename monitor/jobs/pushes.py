"""What hubs send to our callbacks: questions whether we mean it, denials, and pushes.

::

    confirm   only what is pending is confirmed, and only under its own token
    accept    a push gets its answer at once, and waits here
    take      its signature is checked; then it takes the way of a poll, in one
              transaction, by the same rules

A push that is lost (the process was killed) is found by the next poll: polling goes on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from monitor.errors import FeedError
from monitor.feeds.story_index import StoryIndex
from monitor.feeds.subscribing import confirmed, denied, is_signed, pushed
from monitor.jobs.in_force import InForce
from monitor.jobs.recording import PollResult, Reading, record_push
from monitor.jobs.report import tell_ops
from monitor.jobs.storing import store_with_patience
from monitor.jobs.websub import report_key
from monitor.model import (
    Fetched,
    FetchOutcome,
    ParsedFeed,
    Push,
    PushMode,
    PushState,
    Subscription,
)
from monitor.ports import Clock, Journal, Parser, Store, Transaction

_MOST_WAITING = 64
_MOST_BODIES = 4  # of the largest size, that is
_LONGEST_REASON = 200


class Accepted(StrEnum):
    """What becomes of a push that arrived."""

    TAKEN = "taken"
    UNKNOWN = "unknown"  # no subscription has this callback
    ENDED = "ended"  # it had one
    BUSY = "busy"  # too much waits already


class Taken(StrEnum):
    """What came of a push that was accepted."""

    STORED = "stored"
    BAD_SIGNATURE = "bad_signature"
    NO_FEED = "no_feed"  # what was pushed is none
    NOT_POLLED = "not_polled"  # before the first poll, or after feed or hub were left


class PushJob:
    """Answers hubs, and takes in what they push.

    `redact` takes every secret out of a text. `tries` is how many seconds a push
    waits for a full disk.
    """

    def __init__(
        self,
        *,
        store: Store,
        parser: Parser,
        clock: Clock,
        journal: Journal,
        in_force: Callable[[], InForce],
        redact: Callable[[str], str],
        tries: int = 1,
        stories: StoryIndex | None = None,
    ) -> None:
        self._store = store
        self._parser = parser
        self._clock = clock
        self._journal = journal
        self._in_force = in_force
        self._redact = redact
        self._tries = tries
        self._stories = StoryIndex() if stories is None else stories
        self._arrived: asyncio.Queue[Push] = asyncio.Queue()
        self._waiting = 0
        self._bytes = 0

    @property
    def largest(self) -> int:
        """Return how many bytes one push may have."""
        return self._in_force().settings.poll.max_body

    async def confirm(self, token: str, query: Mapping[str, str]) -> str | None:
        """Return what to answer a hub that asks, None where nothing of it is pending.

        That is its challenge, or nothing where it only told us of a denial.

        Raises:
            StoreError: it could not be noted, so it is not to be confirmed.
        """
        now = self._clock.now()
        after = await self._store.transact(
            lambda tx: _note_question(tx, token, query, now)
        )
        mode = query.get("hub.mode", "")
        self._journal.event(
            "websub",
            level="info" if after else "warning",
            feed=after.feed if after else None,
            hub=after.hub if after else None,
            mode=mode if mode in tuple(PushMode) else None,
            outcome=after.reason if after else "not_pending",
            lease_ends_at=after.lease_ends_at if after else None,
            error=self._redact(after.detail) if after else "",
        )
        if after is None:
            return None
        return "" if mode == PushMode.DENIED else query.get("hub.challenge", "")

    async def expects(self, token: str) -> Accepted:
        """Say what would become of a push under this token, before it is read.

        Raises:
            StoreError: nobody can tell whose it is.
        """
        sub = await self._store.transact(lambda tx: tx.subscription(token))
        if sub is None:
            return Accepted.UNKNOWN
        if not _takes_pushes(sub):
            return Accepted.ENDED
        return Accepted.BUSY if self._waiting >= _MOST_WAITING else Accepted.TAKEN

    def accept(self, push: Push) -> bool:
        """Take an expected push into what waits; say whether there was room."""
        room = _MOST_BODIES * self.largest - self._bytes
        if self._waiting >= _MOST_WAITING or len(push.body) > room:
            return False
        self._waiting += 1
        self._bytes += len(push.body)
        self._arrived.put_nowait(push)
        return True

    async def next(self) -> Push:
        """Return the push that has waited longest; wait until there is one."""
        return await self._arrived.get()

    async def take(self, push: Push) -> PollResult | None:
        """Store what was pushed; return what that did, None if it was dropped.

        Raises:
            StoreError: it was not stored; the next poll finds it.
        """
        try:
            return await self._take(push)
        finally:
            self._waiting -= 1
            self._bytes -= len(push.body)

    async def _take(self, push: Push) -> PollResult | None:
        sub = await self._store.transact(lambda tx: tx.subscription(push.token))
        if sub is None:
            return None
        if not await asyncio.to_thread(
            is_signed, sub.secret, push.signature, push.body
        ):
            await self._store.transact(lambda tx: note_refused(tx, push.token))
            self._log(sub, push, Taken.BAD_SIGNATURE)
            return None
        try:
            parsed = await self._parser.parse(
                push.body, content_type=push.content_type, url=sub.served
            )
        except FeedError as error:
            self._log(sub, push, Taken.NO_FEED, error=self._redact(str(error)))
            return None
        return await self._stored(sub, push, parsed)

    async def _stored(
        self, sub: Subscription, push: Push, parsed: ParsedFeed
    ) -> PollResult | None:
        now, in_force = self._clock.now(), self._in_force()
        result = await store_with_patience(
            self._store,
            lambda tx: _record(tx, in_force, sub, parsed, now, stories=self._stories),
            tries=self._tries,
            clock=self._clock,
            journal=self._journal,
        )
        if result is None:
            self._log(sub, push, Taken.NOT_POLLED)
        else:
            self._log(
                sub,
                push,
                Taken.STORED,
                tier=parsed.tier,
                entries=len(parsed.entries),
                new=result.entries_new,
                matches=result.matches,
                alerts=result.alerts,
                held=dict(result.held),
            )
        return result

    def _log(
        self, sub: Subscription, push: Push, outcome: Taken, **more: object
    ) -> None:
        self._journal.event(
            "push",
            level="info" if outcome is Taken.STORED else "warning",
            feed=sub.feed,
            hub=sub.hub,
            outcome=outcome,
            bytes=len(push.body),
            **more,
        )


def _takes_pushes(sub: Subscription) -> bool:
    """Say whether a push may come: it was confirmed, and is not being ended."""
    is_wanted = sub.state in (PushState.ACTIVE, PushState.PENDING)
    return is_wanted and sub.verified_at is not None


def _note_question(
    tx: Transaction, token: str, query: Mapping[str, str], now: datetime
) -> Subscription | None:
    """Store what follows from a hub's question; return the subscription after it."""
    sub = tx.subscription(token)
    if sub is None:
        return None
    mode, topic = query.get("hub.mode", ""), query.get("hub.topic", "")
    if mode == PushMode.DENIED:
        why = query.get("hub.reason", "")
        after = denied(sub, topic, _one_line(why), now)
    else:
        lease = query.get("hub.lease_seconds", "")
        after = confirmed(sub, mode, topic, lease, now)
    if after is None:
        return None
    if after.state is PushState.OFF:
        tx.forget_subscription(after.id)
    else:
        tx.save_subscription(after)
    return after


def _one_line(text: str) -> str:
    shown = "".join(c if c.isprintable() else " " for c in text[:_LONGEST_REASON])
    return " ".join(shown.split())


def note_refused(tx: Transaction, token: str) -> None:
    """Count a push that was not signed as it should be, if its callback is ours."""
    sub = tx.subscription(token)
    if sub is not None:
        tx.save_subscription(replace(sub, refused=sub.refused + 1))


def _record(
    tx: Transaction,
    in_force: InForce,
    sub: Subscription,
    parsed: ParsedFeed,
    now: datetime,
    *,
    stories: StoryIndex,
) -> PollResult | None:
    """Store a push with what it says of its subscription; None if it is too early."""
    current = tx.subscription(sub.token or "")
    feed, state = in_force.feeds.get(sub.feed), tx.feed_state(sub.feed_id)
    if feed is None or state is None or state.succeeded_at is None or current is None:
        return None
    tx.save_subscription(pushed(current, now))
    if tx.close_report(report_key(sub.feed)):
        title = f"feed {sub.feed}: its hub pushes again"
        text = "It is polled slowly beside that."
        tell_ops(tx, in_force, title, text, now, is_calm=True)
    fetched = Fetched(FetchOutcome.OK, sub.served)
    reading = Reading(state, feed, fetched, parsed)
    return record_push(tx, in_force, reading, now, stories=stories)
