"""The canary: an entry of our own that goes the whole way at set times.

::

    parse     the real parser reads real bytes
    match     the rules in force are asked, then a rule that is true of it alone
    store     the feed, the entry, the match, the alert, the message: as one poll
    outbox    the message is leased and settled, as if it had been sent
    undone    all of this is taken back: nothing of it is ever seen
    channel   those that are to hear of it get a message of their own

What is stored runs in a transaction that is undone at its end, so that no list, no
count and no search has to know of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import NoReturn

from monitor.alerts.canary import (
    AGAIN_AFTER,
    CANARY,
    PATIENCE,
    URL,
    canary_document,
    canary_failed,
    canary_feed,
    canary_message,
    canary_rule,
    canary_title,
    failed_at,
    not_taken,
)
from monitor.errors import FeedError, StoreError
from monitor.feeds.story_index import StoryIndex
from monitor.jobs.in_force import InForce
from monitor.jobs.recording import PollResult, Reading, record
from monitor.jobs.report import tell_ops
from monitor.model import (
    CanaryStep,
    ChannelSpec,
    DeliveryState,
    Fetched,
    FetchOutcome,
    Lane,
    ParsedFeed,
    Run,
    RunName,
    SendOutcome,
    SendResult,
    Settled,
)
from monitor.ports import Clock, Journal, Parser, Store, Transaction

_LANE = Lane(CANARY, 0)
_EVER = timedelta(days=1)  # of the feed that is lent; nobody polls it
_LEASE = timedelta(minutes=1)


class _Undo(Exception):  # noqa: N818 - no error: how a transaction is taken back
    """The canary has flown; `failure` is where it fell, "" if it did not."""

    def __init__(self, failure: str) -> None:
        super().__init__(failure)
        self.failure = failure


@dataclass(frozen=True, slots=True)
class CanaryJob:
    """Sends the canary when it is time, and looks after the one under way."""

    store: Store
    parser: Parser
    clock: Clock
    journal: Journal
    in_force: Callable[[], InForce]

    async def run(self) -> None:
        """Do what is to be done about the canary now.

        Raises:
            StoreError: the database cannot be written.
        """
        now, every = self.clock.now(), self.in_force().settings.watching.canary.every
        if every is None:
            return
        last = (await self.store.transact(lambda tx: tx.runs())).get(RunName.CANARY)
        if is_due(last, every, now):
            await self._fly(now)
        elif last is not None and last.good_at != last.ran_at:
            await self.store.transact(partial(self._look_after, last, now))

    async def _fly(self, now: datetime) -> None:
        failure = await self._failure(now)
        run = await self.store.transact(partial(self._note, failure, now))
        self.journal.event(
            "canary",
            level="error" if run.detail else "info",
            error=run.detail,
            channels=list(self._channels()),
        )

    async def _failure(self, now: datetime) -> str:
        """Let it fly as far as the outbox; return where it fell, "" if it did not."""
        in_force = self.in_force()
        try:
            parsed = await self.parser.parse(
                canary_document(now), content_type="application/rss+xml", url=URL
            )
        except FeedError as error:
            return canary_failed(CanaryStep.PARSE, str(error))
        except Exception as error:  # noqa: BLE001 - as below: it is what the canary is for
            return canary_failed(CanaryStep.PARSE, repr(error))
        if len(parsed.entries) != 1:
            what = f"{len(parsed.entries)} entries were read, 1 expected"
            return canary_failed(CanaryStep.PARSE, what)
        flight = _Flight(in_force, parsed, now, self.clock.jitter())
        try:
            await self.store.transact(flight)
        except _Undo as end:
            return end.failure

    def _channels(self) -> tuple[str, ...]:
        in_force = self.in_force()
        asked = in_force.settings.watching.canary.channels
        return tuple(name for name in asked if name in in_force.places)

    def _note(self, failure: str, now: datetime, tx: Transaction) -> Run:
        """Store how the flight ended, and let the channels hear of it."""
        in_force = self.in_force()
        last = tx.runs().get(RunName.CANARY)
        if last is not None:
            tx.drop_canary(last.ran_at)  # what nobody took by now is no news
        channels = () if failure else self._channels()
        for name in channels:
            tx.enqueue(name, canary_message(name), in_force.places[name], now)
        before = None if last is None else last.good_at
        is_good = not failure and not channels
        run = Run(RunName.CANARY, now, now if is_good else before, failure)
        self._settle(tx, run, now)
        return run

    def _look_after(self, run: Run, now: datetime, tx: Transaction) -> None:
        """See whether the channels took their messages."""
        if failed_at(run.detail) not in {None, CanaryStep.CHANNEL}:
            return
        states = tx.canary_states(run.ran_at)
        left = {
            channel: reason or state
            for channel, found in states.items()
            for state, reason in found
            if state is not DeliveryState.SENT
        }
        if not left:
            tx.drop_canary(run.ran_at)
            self._settle(tx, replace(run, good_at=run.ran_at, detail=""), now)
        elif now - run.ran_at >= PATIENCE and not run.detail:
            failed = canary_failed(CanaryStep.CHANNEL, not_taken(left))
            self._settle(tx, replace(run, detail=failed), now, without=next(iter(left)))

    def _settle(
        self, tx: Transaction, run: Run, now: datetime, *, without: str = ""
    ) -> None:
        """Store the run, and tell `ops` where a canary failed or that it is well."""
        tx.save_run(run)
        in_force = self.in_force()
        if run.detail and tx.open_report(CANARY, run.detail, now):
            title = f"the canary failed at step {failed_at(run.detail)}"
            text = f"{run.detail}. Alerts may be lost on the same way: {_ADVICE}"
            tell_ops(tx, in_force, title, text, now, without=without)
        elif run.good_at == run.ran_at and tx.close_report(CANARY):
            text = "An entry came the whole way again."
            tell_ops(tx, in_force, "the canary is well again", text, now, is_calm=True)


_ADVICE = "look at `monitor status`, `monitor channels list` and the log."


def is_due(last: Run | None, every: timedelta, now: datetime) -> bool:
    """Say whether a canary is to be sent: one that failed within, sooner."""
    if last is None or now < last.ran_at:  # or the clock went back
        return True
    is_within = failed_at(last.detail) not in {None, CanaryStep.CHANNEL}
    return now - last.ran_at >= (min(AGAIN_AFTER, every) if is_within else every)


@dataclass(frozen=True, slots=True)
class _Flight:
    """The way of one canary through the store, as the work of one transaction."""

    in_force: InForce
    parsed: ParsedFeed
    now: datetime
    jitter: float

    def __call__(self, tx: Transaction) -> NoReturn:
        """Go the whole way.

        Raises:
            _Undo: always, or what was done would stay.
            StoreError: the database does not do its part.
        """
        raise _Undo(self._failure(tx))

    def _failure(self, tx: Transaction) -> str:
        step = CanaryStep.MATCH
        try:
            self._ask_all_rules()
            step = CanaryStep.STORE
            result = self._recorded(tx)
            step, what = self._judged(result)
            if not what:
                step = CanaryStep.OUTBOX
                what = self._sent(tx)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever broke on the way is what the canary is for
            what = repr(error)
        return canary_failed(step, what) if what else ""

    def _ask_all_rules(self) -> None:
        """Ask the rules in force; what they say of it does not matter."""
        for entry in self.parsed.entries:
            list(self.in_force.matches(entry, canary_feed(_EVER), self.now))

    def _recorded(self, tx: Transaction) -> PollResult:
        feed = canary_feed(_EVER)
        state = tx.lend_feed(feed, self.now - _EVER)
        fetched = Fetched(FetchOutcome.OK, URL, status=200)
        reading = Reading(state, feed, fetched, self.parsed)
        return record(
            tx, self._alone(), reading, self.now, self.jitter, stories=StoryIndex()
        )

    def _alone(self) -> InForce:
        """Return what is in force for the canary: its own feed, rule and channel."""
        settings = replace(
            self.in_force.settings,
            feeds=(canary_feed(_EVER),),
            channels=(ChannelSpec(CANARY, (URL,)),),
            ops=(),
        )
        return InForce.of(settings, [canary_rule()], {})

    def _judged(self, result: PollResult) -> tuple[CanaryStep, str]:
        """Return the first step that the poll did not take, and what it did instead."""
        held = ", ".join(result.held)
        steps = (
            (CanaryStep.STORE, result.entries_new, "entries are new"),
            (CanaryStep.MATCH, result.matches, "matches"),
            (CanaryStep.ALERT, result.alerts, "alerts"),
            (CanaryStep.ALERT, 0 if held else 1, f"may go out ({held})"),
        )
        for step, count, what in steps:
            if count != 1:
                return step, f"{count} {what}, 1 expected"
        return CanaryStep.OUTBOX, ""

    def _sent(self, tx: Transaction) -> str:
        """Let the message leave the outbox; return what is wrong with it."""
        delivery = tx.lease(_LANE, self.now, until=self.now + _LEASE)
        if delivery is None:
            return "there is nothing to send"
        if delivery.message.title != canary_title(self.now):
            return "another message came out than went in"
        sent = SendResult(SendOutcome.SENT)
        tx.settle(delivery, Settled(DeliveryState.SENT), sent, self.now)
        return ""
