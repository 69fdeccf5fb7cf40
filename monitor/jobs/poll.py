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

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from monitor.errors import FeedError
from monitor.feeds import (
    address_of,
    body_hash,
    is_failure,
    is_read,
)
from monitor.feeds.story_index import StoryIndex
from monitor.jobs.asking import Asked, longest_wait, may_ask
from monitor.jobs.backlog import Backlog
from monitor.jobs.hosts import Pauses
from monitor.jobs.in_force import InForce
from monitor.jobs.network import Network
from monitor.jobs.recording import PollResult, Reading, record, release_hints
from monitor.jobs.sharing import Twins, request_for
from monitor.jobs.storing import store_with_patience
from monitor.model import (
    CLAIM,
    Feed,
    FeedState,
    FeedStatus,
    FetchOutcome,
    Novelty,
    PollCounts,
)
from monitor.ports import Clock, Fetcher, Journal, Parser, Store, Transaction


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
    asked: Asked = field(default_factory=Asked)
    backlog: Backlog = field(default_factory=Backlog)
    stories: StoryIndex = field(default_factory=StoryIndex)

    async def claim_due(self, limit: int) -> tuple[FeedState, ...]:
        """Claim at most `limit` feeds that are due now; return them.

        Of feeds with one URL the first is returned, and polled for all of them.
        """
        now, in_force = self.clock.now(), self.in_force()
        until, horizon = now + CLAIM, longest_wait(in_force)

        def claim(tx: Transaction) -> tuple[FeedState, ...]:
            due = tx.claim_due(now, until=until, limit=limit, horizon=horizon)
            rested = self._put_off(tx, due, in_force.feeds, now)
            return self.twins.gather(tx, rested, in_force.feeds, now, until=until)

        return await self.store.transact(claim)

    def _put_off(
        self,
        tx: Transaction,
        due: Sequence[FeedState],
        feeds: Mapping[str, Feed],
        now: datetime,
    ) -> list[FeedState]:
        """Put off feeds whose URL was asked within the interval; return the others.

        Without a time for the next poll it is a person who wants one.
        """
        at, rested = self.clock.monotonic(), []
        for state in due:
            feed = feeds.get(state.name)
            rest = None
            if feed is not None and state.next_poll_at is not None:
                rest = self.asked.rest(address_of(feed, state), feed, state, at)
            if rest:
                tx.save_feed(replace(state, next_poll_at=now + rest))
            else:
                rested.append(state)
        return rested

    async def claim_now(self, names: Sequence[str]) -> tuple[FeedState, ...]:
        """Claim those of the feeds that may be asked at once, due or not.

        Only the floor and a Retry-After bind here; gone feeds stay gone. Of feeds
        with one URL the first is returned, and polled for all of them.
        """
        now, in_force = self.clock.now(), self.in_force()
        until, floor = now + CLAIM, in_force.settings.poll.floor
        meant = frozenset(names)

        def claim(tx: Transaction) -> tuple[FeedState, ...]:
            wanted = [s for s in tx.feed_states() if s.name in meant]
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
        with self.backlog.ends(state.id):
            return await self._poll(feeds, states)

    async def _poll(
        self, feeds: Mapping[str, Feed], states: Sequence[FeedState]
    ) -> PollCounts:
        total = PollCounts()
        for reading in await self._read(feeds, states):
            result = await self._record(reading)
            for url in (reading.asked, reading.fetched.url):
                self.pauses.note(url, result.after.not_before_at)
            self._log(reading, result)
            total.add(_counts(reading, result))
        return total

    async def _record(self, reading: Reading) -> PollResult:
        now, jitter = self.clock.now(), self.clock.jitter()
        in_force = self.in_force()

        def work(tx: Transaction) -> PollResult:
            self.network.report(tx, in_force, reading.reach, now)
            return record(tx, in_force, reading, now, jitter, stories=self.stories)

        result = await store_with_patience(
            self.store, work, tries=self.tries, clock=self.clock, journal=self.journal
        )
        self.network.note(reading.reach)
        was_by_link = reading.state.traits.keyed_by_link
        if result.after.traits.keyed_by_link and not was_by_link:
            name = reading.feed.name
            self.journal.event("guids_unstable", level="warning", feed=name)
        return result

    async def _read(
        self, feeds: Mapping[str, Feed], states: Sequence[FeedState]
    ) -> list[Reading]:
        """Return what one fetch brought to each of the feeds, which have one URL."""
        request = request_for(feeds, states)
        self.asked.note(request.url, self.clock.monotonic())
        fetched = await self.fetcher().fetch(request)
        self.backlog.note(states[0].id, fetched)
        first = feeds[states[0].name]
        reach = self.network.heard(
            fetched,
            first,
            feeds,
            self.clock.now(),
            was_well=states[0].status is FeedStatus.OK,
        )
        seen = body_hash(fetched.body) if fetched.body else ""
        readings = [
            Reading(s, feeds[s.name], fetched, reach=reach, seen=seen) for s in states
        ]
        if fetched.outcome is not FetchOutcome.OK or all(
            is_read(one.feed, one.state, seen) for one in readings
        ):
            return readings
        try:
            parsed = await self.parser.parse(
                fetched.body,
                content_type=fetched.content_type,
                url=fetched.url,
                encoding=first.encoding,
                kind=first.kind,
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
            new=result.entries_new,
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


def _counts(reading: Reading, result: PollResult) -> PollCounts:
    is_same = reading.fetched.outcome is FetchOutcome.NOT_MODIFIED
    return PollCounts(
        polled=1,
        not_modified=int(is_same),
        failed=int(is_failure(reading.fetched, reading.error)),
        entries_new=result.entries_new,
        entries_changed=result.novelties[Novelty.EDITED],
        matches=result.matches,
        alerts=result.alerts,
        held=dict(result.held),
    )
