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
from monitor.feeds import after_poll, body_hash, decide
from monitor.jobs.health import report_feed, report_held
from monitor.jobs.hosts import Pauses, neighbours
from monitor.jobs.in_force import InForce
from monitor.jobs.release import tell
from monitor.jobs.storing import store_with_patience
from monitor.model import (
    Feed,
    FeedState,
    FeedStatus,
    Fetched,
    FetchOutcome,
    FetchRequest,
    HoldReason,
    Novelty,
    ParsedFeed,
    PollCounts,
    StoredAlert,
    Validators,
    Verdict,
)
from monitor.ports import Clock, Fetcher, Journal, Parser, Store, Transaction

CLAIM = timedelta(minutes=10)
"""After a poll that could not be stored its feed is due again when this is over."""

_LONGEST_RETRY_AFTER = timedelta(hours=24)
_LONGEST_PAUSE = timedelta(days=7)  # a publisher's skipDays, all but one hour
_NEW = (Novelty.NEW, Novelty.REUSED)
_RELEASABLE = (HoldReason.FIRST_POLL, HoldReason.OUTAGE, HoldReason.OLD_BURST)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one fetch brought: `parsed` is None where there was nothing to read."""

    state: FeedState
    feed: Feed
    fetched: Fetched
    parsed: ParsedFeed | None = None
    error: str = ""


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

    async def claim_due(self, limit: int) -> tuple[FeedState, ...]:
        """Claim at most `limit` feeds that are due now; return them."""
        now, horizon = self.clock.now(), longest_wait(self.in_force())
        return await self.store.transact(
            lambda tx: tx.claim_due(
                now, until=now + CLAIM, limit=limit, horizon=horizon
            )
        )

    async def claim_now(self, names: Sequence[str]) -> tuple[FeedState, ...]:
        """Claim those of the feeds that may be asked at once, due or not.

        Only the floor and a Retry-After bind here; gone feeds stay gone.
        """
        now, floor = self.clock.now(), self.in_force().settings.poll.floor

        def claim(tx: Transaction) -> tuple[FeedState, ...]:
            wanted = [s for s in tx.feed_states() if s.name in names]
            ids = [s.id for s in wanted if may_ask(s, now, floor)]
            return tx.claim(ids, now, until=now + CLAIM)

        return await self.store.transact(claim)

    async def poll(self, state: FeedState) -> PollCounts:
        """Poll one claimed feed; return what that did.

        Raises:
            StoreError: nothing was stored; the claim ends by itself.
        """
        feed = self.in_force().feeds.get(state.name)
        if feed is None:  # it left the configuration since it was claimed
            return PollCounts()
        until = self.pauses.until(feed.url, self.clock.now())
        if until is not None:
            await self.store.transact(lambda tx: tx.save_feed(_waiting(state, until)))
            return PollCounts(not_due=1)
        reading = await self._read(state, feed)
        now, jitter = self.clock.now(), self.clock.jitter()
        in_force = self.in_force()
        result = await store_with_patience(
            self.store,
            lambda tx: record(tx, in_force, reading, now, jitter),
            tries=self.tries,
            clock=self.clock,
            journal=self.journal,
        )
        self.pauses.note(feed.url, result.after.not_before_at)
        self._log(reading, result)
        return _counts(reading, result)

    async def _read(self, state: FeedState, feed: Feed) -> Reading:
        # What the old address said of itself is no use at a new one.
        validators = state.validators if state.url == feed.url else Validators()
        request = FetchRequest(feed.url, feed.headers, validators)
        fetched = await self.fetcher().fetch(request)
        reading = Reading(state, feed, fetched)
        is_new = body_hash(fetched.body) != state.body_hash
        if fetched.outcome is not FetchOutcome.OK or not is_new:
            return reading
        try:
            parsed = await self.parser.parse(
                fetched.body, content_type=fetched.content_type, url=fetched.url
            )
        except FeedError as error:
            # It quotes what was served, and that may be what was sent to it.
            return replace(reading, error=self.redact(str(error)))
        return replace(reading, parsed=parsed)

    def _log(self, reading: Reading, result: PollResult) -> None:
        after, fetched = result.after, reading.fetched
        is_ok = after.status is FeedStatus.OK
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
            error=after.error,
            redirects=fetched.redirects,
            seconds=round(fetched.elapsed.total_seconds(), 3),
            next_poll_at=after.next_poll_at,
        )


def _waiting(state: FeedState, until: datetime) -> FeedState:
    return replace(state, not_before_at=until, next_poll_at=until)


def longest_wait(in_force: InForce) -> timedelta:
    """Return how far ahead a due time can lie, unless the clock went back since."""
    floor = in_force.settings.poll.floor
    slowest = max((f.every for f in in_force.feeds.values()), default=floor)
    return 2 * max(slowest, floor, _LONGEST_RETRY_AFTER) + _LONGEST_PAUSE


def may_ask(state: FeedState, now: datetime, floor: timedelta) -> bool:
    """Say whether a person may have the feed asked now."""
    if state.status is FeedStatus.GONE:
        return False
    asked = state.polled_at
    is_too_soon = asked is not None and now - floor < asked <= now
    wait = state.not_before_at
    must_wait = wait is not None and now < wait <= now + _LONGEST_RETRY_AFTER
    return not is_too_soon and not must_wait


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
    after = after_poll(
        reading.state,
        reading.fetched,
        reading.parsed,
        error=reading.error,
        feed=reading.feed,
        policy=in_force.settings.poll,
        now=now,
        jitter=jitter,
    )
    tx.save_feed(after)
    intake = _Intake(tx, in_force, reading.feed, now, PollResult(after))
    if reading.parsed is not None:
        intake.take_in(_verdicts(tx, reading, reading.parsed, now))
    if after.not_before_at is not None:
        others = neighbours(reading.feed, in_force.feeds)
        tx.leave_alone(others, after.not_before_at)
    answer = reading.fetched.status
    report_feed(tx, in_force, reading.state, after, now, answer=answer)
    report_held(tx, in_force, after, intake.result.held, now)
    return intake.result


def _verdicts(
    tx: Transaction, reading: Reading, parsed: ParsedFeed, now: datetime
) -> tuple[Verdict, ...]:
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
        failed=int(result.after.status is not FeedStatus.OK),
        entries_new=sum(result.novelties[novelty] for novelty in _NEW),
        entries_changed=result.novelties[Novelty.EDITED],
        matches=result.matches,
        alerts=result.alerts,
        held=dict(result.held),
    )
