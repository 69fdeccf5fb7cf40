"""Poll: from a feed that is due to alerts in the outbox, top to bottom.

::

    fetch      one HTTP exchange; what a server does is an outcome, no error
    parse      bytes to entries that carry their identity, off the event loop
    decide     what is new, edited, known; what is held back, and why
    match      every rule in scope against every entry that is not unchanged
    alert      one for a rule and a story; those that wait keep their reason
    outbox     one message for an entry and a channel

From *decide* on it is one transaction, with the feed's state: a crash before its
commit leaves the feed as it was, and the next poll does all of it again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from monitor.errors import FeedError
from monitor.feeds import (
    address_of,
    after_poll,
    body_hash,
    decide,
    is_failure,
    is_read,
)
from monitor.jobs.asking import longest_wait, may_ask
from monitor.jobs.health import report_feed, report_held
from monitor.jobs.hosts import Pauses, neighbours
from monitor.jobs.in_force import InForce
from monitor.jobs.network import Network, Reach
from monitor.jobs.release import tell
from monitor.jobs.sharing import Twins, request_for
from monitor.jobs.storing import store_with_patience
from monitor.model import (
    Feed,
    FeedState,
    FeedStatus,
    Fetched,
    FetchOutcome,
    HoldReason,
    Novelty,
    ParsedFeed,
    PollCounts,
    StoredAlert,
    Verdict,
)
from monitor.ports import Clock, Fetcher, Journal, Parser, Store, Transaction

CLAIM = timedelta(minutes=10)
"""After a poll that could not be stored its feed is due again when this is over."""

_NEW = (Novelty.NEW, Novelty.REUSED)
_RELEASABLE = (HoldReason.FIRST_POLL, HoldReason.OUTAGE, HoldReason.OLD_BURST)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one fetch brought: `parsed` is None where there was nothing to read.

    `reach` is what it says of our own network.
    """

    state: FeedState
    feed: Feed
    fetched: Fetched
    parsed: ParsedFeed | None = None
    error: str = ""
    reach: Reach = Reach.UP


@dataclass(slots=True)
class PollResult:
    """What one poll of one feed did; `held` counts by reason."""

    after: FeedState
    novelties: Counter[Novelty] = field(default_factory=Counter)
    matches: int = 0
    alerts: int = 0
    held: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class PollJob:
    """Polls feeds that were claimed; one bad feed harms only itself.

    `redact` takes every secret out of a text. `tries` is how many seconds a poll
    waits for a full disk rather than lose what the publisher was asked for.
    """

    store: Store
    fetcher: Callable[[], Fetcher]
    parser: Parser
    clock: Clock
    journal: Journal
    in_force: Callable[[], InForce]
    redact: Callable[[str], str]
    tries: int = 1
    pauses: Pauses = field(default_factory=Pauses)
    network: Network = field(default_factory=Network)
    twins: Twins = field(default_factory=Twins)

    async def claim_due(self, limit: int) -> tuple[FeedState, ...]:
        """Claim at most `limit` feeds that are due now; return them.

        Of feeds with one URL the first is returned, and polled for all of them.
        """
        now, in_force = self.clock.now(), self.in_force()
        until, horizon = now + CLAIM, longest_wait(in_force)

        def claim(tx: Transaction) -> tuple[FeedState, ...]:
            due = tx.claim_due(now, until=until, limit=limit, horizon=horizon)
            return self.twins.gather(tx, due, in_force.feeds, now, until=until)

        return await self.store.transact(claim)

    async def claim_now(self, names: Sequence[str]) -> tuple[FeedState, ...]:
        """Claim those of the feeds that may be asked at once, due or not.

        Only the floor and a Retry-After bind here; gone feeds stay gone. Of feeds
        with one URL the first is returned, and polled for all of them.
        """
        now, in_force = self.clock.now(), self.in_force()
        until, floor = now + CLAIM, in_force.settings.poll.floor

        def claim(tx: Transaction) -> tuple[FeedState, ...]:
            wanted = [s for s in tx.feed_states() if s.name in names]
            ids = [s.id for s in wanted if may_ask(s, now, floor)]
            claimed = tx.claim(ids, now, until=until)
            return self.twins.gather(tx, claimed, in_force.feeds, now, until=until)

        return await self.store.transact(claim)

    async def poll(self, state: FeedState) -> PollCounts:
        """Poll one claimed feed, and those with the same URL; return what that did.

        Raises:
            StoreError: nothing was stored; the claim ends by itself.
        """
        feeds = self.in_force().feeds
        states = [s for s in (state, *self.twins.of(state)) if s.name in feeds]
        if not states:  # it left the configuration since it was claimed
            return PollCounts()
        address = address_of(feeds[states[0].name], states[0])
        until = self.pauses.until(address, self.clock.now())
        if until is not None:
            await self.store.transact(lambda tx: _leave_alone(tx, states, until))
            return PollCounts(not_due=len(states))
        total = PollCounts()
        for reading in await self._read(feeds, states):
            result = await self._record(reading)
            self.pauses.note(address, result.after.not_before_at)
            self._log(reading, result)
            total.add(_counts(reading, result))
        return total

    async def _record(self, reading: Reading) -> PollResult:
        now, jitter = self.clock.now(), self.clock.jitter()
        in_force = self.in_force()

        def work(tx: Transaction) -> PollResult:
            self.network.report(tx, in_force, reading.reach, now)
            return record(tx, in_force, reading, now, jitter)

        result = await store_with_patience(
            self.store, work, tries=self.tries, clock=self.clock, journal=self.journal
        )
        self.network.note(reading.reach)
        return result

    async def _read(
        self, feeds: Mapping[str, Feed], states: Sequence[FeedState]
    ) -> list[Reading]:
        """Return what one fetch brought to each of the feeds, which have one URL."""
        fetched = await self.fetcher().fetch(request_for(feeds, states))
        first = feeds[states[0].name]
        reach = self.network.heard(
            fetched,
            first,
            feeds,
            self.clock.now(),
            was_well=states[0].status is FeedStatus.OK,
        )
        readings = [Reading(s, feeds[s.name], fetched, reach=reach) for s in states]
        seen = body_hash(fetched.body)
        if fetched.outcome is not FetchOutcome.OK or all(
            is_read(one.feed, one.state, seen) for one in readings
        ):
            return readings
        try:
            parsed = await self.parser.parse(
                fetched.body, content_type=fetched.content_type, url=fetched.url
            )
        except FeedError as error:
            # It quotes what was served, and that may be what was sent to it.
            text = self.redact(str(error))
            return [replace(one, error=text) for one in readings]
        return [replace(one, parsed=parsed) for one in readings]

    def _log(self, reading: Reading, result: PollResult) -> None:
        after, fetched = result.after, reading.fetched
        is_ok = not is_failure(fetched, reading.error)
        self.journal.event(
            "poll",
            level="info" if is_ok else "warning",
            feed=after.name,
            outcome=fetched.outcome,
            status=fetched.status,
            tier=reading.parsed.tier if reading.parsed else None,
            bytes=len(fetched.body),
            entries=len(reading.parsed.entries) if reading.parsed else None,
            unreadable=reading.parsed.missing if reading.parsed else None,
            new=sum(result.novelties[novelty] for novelty in _NEW),
            changed=result.novelties[Novelty.EDITED],
            matches=result.matches,
            alerts=result.alerts,
            held=dict(result.held),
            release=release_hints(result.held, after.name),
            error=reading.error or fetched.detail,
            reach=reading.reach,
            redirects=fetched.redirects,
            seconds=round(fetched.elapsed.total_seconds(), 3),
            next_poll_at=after.next_poll_at,
            wait=after.traits.wait,
        )


def _leave_alone(tx: Transaction, states: Sequence[FeedState], until: datetime) -> None:
    for state in states:
        tx.save_feed(replace(state, not_before_at=until, next_poll_at=until))


def release_hints(held: Mapping[str, int], feed: str = "") -> list[str]:
    """Return a line for each reason: how many wait, why, and what releases them."""
    of_feed = f" --feed {feed}" if feed else ""
    return [
        f"{count} held ({reason}): to send, type "
        f"`monitor alerts release{of_feed} --reason {reason}`"
        for reason, count in held.items()
        if reason in _RELEASABLE
    ]


def record(
    tx: Transaction, in_force: InForce, reading: Reading, now: datetime, jitter: float
) -> PollResult:
    """Store one poll, whole: state, entries, matches, alerts, outbox."""
    verdicts = _verdicts(tx, reading, now)
    after = after_poll(
        reading.state,
        reading.fetched,
        reading.parsed,
        verdicts=verdicts,
        error=reading.error,
        is_offline=reading.reach is Reach.DOWN,
        feed=reading.feed,
        policy=in_force.settings.poll,
        now=now,
        jitter=jitter,
    )
    tx.save_feed(after)
    intake = _Intake(tx, in_force, reading.feed, now, PollResult(after))
    intake.take_in(verdicts)
    if after.not_before_at is not None:
        others = neighbours(reading.feed, in_force.feeds)
        tx.leave_alone(others, after.not_before_at)
    answer = reading.fetched.status
    report_feed(tx, in_force, reading.state, after, now, answer=answer)
    report_held(tx, in_force, after, intake.result.held, now)
    return intake.result


def _verdicts(tx: Transaction, reading: Reading, now: datetime) -> tuple[Verdict, ...]:
    parsed = reading.parsed
    if parsed is None:
        return ()
    keys = {entry.key for entry in parsed.entries}
    links = {e.canonical_link for e in parsed.entries if e.canonical_link is not None}
    known = tx.known_entries(reading.state.id, keys, links)
    return decide(
        parsed.entries, known, state=reading.state, feed=reading.feed, now=now
    )


@dataclass(frozen=True, slots=True)
class _Intake:
    """Takes the entries of one document in, inside the transaction of the poll."""

    tx: Transaction
    in_force: InForce
    feed: Feed
    now: datetime
    result: PollResult

    def take_in(self, verdicts: Sequence[Verdict]) -> None:
        """Store what is new or changed, with its alerts; note the rest as seen."""
        for verdict in verdicts:
            self.result.novelties[verdict.novelty] += 1
            if verdict.novelty is not Novelty.UNCHANGED:
                self._tell(self._alerts(verdict))
        seen = [v.known.id for v in verdicts if v.known is not None]
        self.tx.touch_entries(seen, self.now)

    def _alerts(self, verdict: Verdict) -> list[StoredAlert]:
        """Store the entry and its new matches; return what each of these becomes."""
        entry_id = self.tx.save_entry(self.result.after.id, verdict, self.now)
        alerts = []
        found = self.in_force.matches(verdict.entry, self.feed, self.now)
        for rule, because in found:
            match_id = self.tx.add_match(rule, entry_id, because, self.now)
            if match_id is not None:
                alerts.append(self.tx.add_alert(match_id, rule, verdict, self.now))
        return alerts

    def _tell(self, alerts: Sequence[StoredAlert]) -> None:
        held = [alert.hold for alert in alerts if alert.hold is not None]
        self.result.matches += len(alerts)
        self.result.alerts += len(alerts) - held.count(HoldReason.SAME_STORY)
        self.result.held.update(reason.value for reason in held)
        free = [alert for alert in alerts if alert.hold is None]
        tell(self.tx, self.in_force, free, self.now)


def _counts(reading: Reading, result: PollResult) -> PollCounts:
    is_same = reading.fetched.outcome is FetchOutcome.NOT_MODIFIED
    return PollCounts(
        polled=1,
        not_modified=int(is_same),
        failed=int(is_failure(reading.fetched, reading.error)),
        entries_new=sum(result.novelties[novelty] for novelty in _NEW),
        entries_changed=result.novelties[Novelty.EDITED],
        matches=result.matches,
        alerts=result.alerts,
        held=dict(result.held),
    )
