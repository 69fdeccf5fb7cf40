"""One poll, or one push, stored whole: state, entries, matches, alerts, outbox."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from monitor.feeds import (
    address_of,
    after_poll,
    decide,
    identity_in_force,
    keyed,
    note_guids,
    sought_keys,
)
from monitor.feeds.health import with_health
from monitor.feeds.story_index import StoryIndex
from monitor.feeds.websub import advert
from monitor.jobs.feed_days import day_of_poll, day_of_push
from monitor.jobs.health import report_feed, report_held
from monitor.jobs.hosts import host_of, neighbours
from monitor.jobs.in_force import InForce
from monitor.jobs.network import Reach
from monitor.jobs.release import tell
from monitor.jobs.retelling import retold
from monitor.jobs.seen import note_seen
from monitor.jobs.silences import Silences
from monitor.jobs.sources import for_now, told_by_enough
from monitor.jobs.stories import Placed, note_alerted, place
from monitor.jobs.websub import note_poll
from monitor.model import (
    Feed,
    FeedState,
    Fetched,
    HoldReason,
    Novelty,
    ParsedFeed,
    Rule,
    StoredAlert,
    Verdict,
    changed,
)
from monitor.ports import Transaction


@dataclass(frozen=True, slots=True)
class Reading:
    """What one fetch brought: `parsed` is None where there was nothing to read.

    `reach` is what it says of our own network, `seen` the hash of its body.
    """

    state: FeedState
    feed: Feed
    fetched: Fetched
    parsed: ParsedFeed | None = None
    error: str = ""
    reach: Reach = Reach.UP
    seen: str = ""

    @property
    def asked(self) -> str:
        """Return the URL that was asked, before redirects."""
        return address_of(self.feed, self.state)


@dataclass(slots=True)
class PollResult:
    """What one poll of one feed did; `held` counts by reason."""

    after: FeedState
    novelties: Counter[Novelty] = field(default_factory=Counter)
    matches: int = 0
    alerts: int = 0
    held: Counter[str] = field(default_factory=Counter)

    @property
    def entries_new(self) -> int:
        """Return how many entries were not known before."""
        return sum(count for found, count in self.novelties.items() if found.is_new)


def release_hints(held: Mapping[str, int], feed: str = "") -> list[str]:
    """Return a line for each reason: how many wait, why, and what releases them."""
    of_feed = f" --feed {feed}" if feed else ""
    return [
        f"{count} held ({reason}): to send{_at_once(reason)}, type "
        f"`monitor alerts release{of_feed} --reason {reason}`"
        for reason, count in held.items()
        if HoldReason(reason).is_for_a_person or HoldReason(reason).ends_by_itself
    ]


def _at_once(reason: str) -> str:
    return " before its time" if HoldReason(reason).ends_by_itself else ""


def record(
    tx: Transaction,
    in_force: InForce,
    reading: Reading,
    now: datetime,
    jitter: float,
    *,
    stories: StoryIndex,
) -> PollResult:
    """Store one poll, whole: state, entries, matches, alerts, outbox.

    `stories` are those of the last two days, among which the new ones have a place.
    """
    verdicts = _verdicts(tx, reading, now)
    after = _after(tx, in_force, reading, verdicts, now=now, jitter=jitter)
    if tx.save_feed(after):
        report_feed(tx, reading.state, after, now)
    intake = _Intake(tx, in_force, reading.feed, now, PollResult(after), stories)
    intake.take_in(verdicts)
    if after.not_before_at is not None:
        hosts = {host_of(reading.asked), host_of(reading.fetched.url)}
        others = neighbours(reading.feed, hosts, in_force.feeds)
        tx.leave_alone(others, after.not_before_at)
    report_held(tx, in_force, after, intake.result.held, now)
    day = day_of_poll(
        reading.state,
        after,
        reading.fetched,
        error=reading.error,
        entries_new=intake.result.entries_new,
        now=now,
    )
    tx.note_day(after.id, day)
    return intake.result


def _after(
    tx: Transaction,
    in_force: InForce,
    reading: Reading,
    verdicts: Sequence[Verdict],
    *,
    now: datetime,
    jitter: float,
) -> FeedState:
    """Return the state in which the poll leaves its feed."""
    parsed = reading.parsed
    said = None if parsed is None else advert(reading.fetched, parsed)
    is_pushed = note_poll(tx, in_force, reading.state, said, verdicts, now=now)
    after = after_poll(
        reading.state,
        reading.fetched,
        parsed,
        verdicts=verdicts,
        seen=reading.seen,
        error=reading.error,
        is_offline=reading.reach is Reach.DOWN,
        is_pushed=is_pushed,
        feed=reading.feed,
        policy=in_force.settings.poll,
        now=now,
        jitter=jitter,
    )
    traits = note_guids(after.traits, verdicts, reading.feed)
    after = changed(after, traits=traits)
    after = note_seen(tx, after, now, is_read=parsed is not None)
    return with_health(
        reading.state, after, reading.fetched, parsed, verdicts=verdicts, now=now
    )


def record_push(
    tx: Transaction,
    in_force: InForce,
    reading: Reading,
    now: datetime,
    *,
    stories: StoryIndex,
) -> PollResult:
    """Store the entries of a pushed document, as those of a poll.

    Of the feed it says nothing: it may hold one entry of many, so that validators,
    body hash and next poll stay.
    """
    state = reading.state
    intake = _Intake(tx, in_force, reading.feed, now, PollResult(state), stories)
    intake.take_in(_verdicts(tx, reading, now))
    report_held(tx, in_force, state, intake.result.held, now)
    tx.note_day(state.id, day_of_push(intake.result.entries_new, now))
    return intake.result


def _verdicts(tx: Transaction, reading: Reading, now: datetime) -> tuple[Verdict, ...]:
    if reading.parsed is None:
        return ()
    state, feed = reading.state, reading.feed
    by = identity_in_force(feed, state.traits)
    entries = keyed(reading.parsed.entries, by)
    links = {e.canonical_link for e in entries if e.canonical_link is not None}
    known = tx.known_entries(state.id, sought_keys(entries, by), links)
    return decide(
        entries,
        known,
        state=state,
        feed=feed,
        now=now,
        earlier=lambda limit: tx.latest_entries(state.id, limit),
    )


@dataclass(frozen=True)
class _Intake:
    """Takes the entries of one document in, inside the transaction of the poll."""

    tx: Transaction
    in_force: InForce
    feed: Feed
    now: datetime
    result: PollResult
    stories: StoryIndex

    def take_in(self, verdicts: Sequence[Verdict]) -> None:
        """Store what is new or changed, with its alerts; note the rest as seen."""
        self.result.novelties.update(verdict.novelty for verdict in verdicts)
        fresh = [v for v in verdicts if v.novelty is not Novelty.UNCHANGED]
        ids = self.tx.save_entries(self.result.after.id, fresh, self.now)
        for verdict, entry_id in zip(fresh, ids, strict=True):
            if alerts := self._alerts(verdict, entry_id):
                self._tell(alerts)
        seen = [v.known.id for v in verdicts if v.known is not None]
        if seen:
            self.tx.touch_entries(seen, self.now)

    def _alerts(self, verdict: Verdict, entry_id: int) -> list[StoredAlert]:
        """Store the entry's new matches; return what each of these becomes."""
        found = list(self.in_force.matches(verdict.entry, self.feed, self.now))
        told = {rule.name: because for rule, because in found}
        edits = retold(
            self.tx,
            self.in_force,
            verdict,
            told,
            self.now,
            silence_of=lambda rule: self._silence(rule, verdict),
        )
        if not found:
            return [*edits]
        placed = place(self.stories, verdict, self.feed, self.now)
        alerts = []
        for rule, because in found:
            match_id = self.tx.add_match(rule, entry_id, because, self.now)
            if match_id is not None:
                alerts.append(self._alert(rule, match_id, placed))
        return [*alerts, *edits]

    def _alert(self, rule: Rule, match_id: int, placed: Placed) -> StoredAlert:
        """Store the alert of a match; what waited for one more publisher goes out."""
        tx, verdict = self.tx, placed.verdict
        silence_id = self._silence(rule, verdict)
        begun = for_now(verdict, rule)
        alert = tx.add_alert(match_id, rule, begun, self.now, silence_id=silence_id)
        note_alerted(tx, self.stories, placed, alert, match_id)
        for one in told_by_enough(tx, rule, alert, self.now):
            if one.id == alert.id and alert.hold is HoldReason.FEW_SOURCES:
                alert = replace(alert, hold=None)
            else:
                self._route([one])
        return alert

    def _silence(self, rule: Rule, verdict: Verdict) -> int | None:
        found = self._silences.holding(rule, verdict.entry, self.feed)
        return None if found is None else found.id

    @cached_property
    def _silences(self) -> Silences:
        """Return what is silenced: of most polls nobody asks."""
        return Silences(self.tx.silences(self.now), self.in_force)

    def _tell(self, alerts: Sequence[StoredAlert]) -> None:
        held = [alert.hold for alert in alerts if alert.hold is not None]
        self.result.matches += len(alerts)
        self.result.alerts += len(alerts) - held.count(HoldReason.SAME_STORY)
        self.result.held.update(reason.value for reason in held)
        self._route([alert for alert in alerts if alert.hold is None])

    def _route(self, alerts: Sequence[StoredAlert]) -> None:
        """Put alerts of one entry on their way; count what has to wait."""
        waiting = tell(self.tx, self.in_force, alerts, self.now)
        self.result.held.update(hold.reason.value for hold in waiting)
