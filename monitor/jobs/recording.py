"""One poll, or one push, stored whole: state, entries, matches, alerts, outbox."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

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
from monitor.jobs.alerting import Alerting
from monitor.jobs.feed_days import day_of_poll, day_of_push
from monitor.jobs.health import report_feed, report_held
from monitor.jobs.hosts import host_of, neighbours
from monitor.jobs.in_force import InForce
from monitor.jobs.network import Reach
from monitor.jobs.seen import note_seen
from monitor.jobs.websub import note_poll
from monitor.model import (
    Feed,
    FeedState,
    Fetched,
    FullText,
    HoldReason,
    Novelty,
    ParsedFeed,
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
    result = PollResult(after)
    alerting = Alerting(tx, in_force, reading.feed, now, result, stories)
    _take_in(alerting, result, verdicts)
    if after.not_before_at is not None:
        hosts = {host_of(reading.asked), host_of(reading.fetched.url)}
        others = neighbours(reading.feed, hosts, in_force.feeds)
        tx.leave_alone(others, after.not_before_at)
        tx.leave_articles_alone(hosts, after.not_before_at)
    report_held(tx, in_force, after, result.held, now)
    day = day_of_poll(
        reading.state,
        after,
        reading.fetched,
        error=reading.error,
        entries_new=result.entries_new,
        now=now,
    )
    tx.note_day(after.id, day)
    return result


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
    result = PollResult(state)
    alerting = Alerting(tx, in_force, reading.feed, now, result, stories)
    _take_in(alerting, result, _verdicts(tx, reading, now))
    report_held(tx, in_force, state, result.held, now)
    tx.note_day(state.id, day_of_push(result.entries_new, now))
    return result


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


def _take_in(
    alerting: Alerting, result: PollResult, verdicts: Sequence[Verdict]
) -> None:
    """Store what is new or changed, with its alerts; note the rest as seen."""
    tx, now = alerting.tx, alerting.now
    result.novelties.update(verdict.novelty for verdict in verdicts)
    others = (v for v in verdicts if v.novelty is not Novelty.UNCHANGED)
    fresh = [_with_article(tx, verdict) for verdict in others]
    ids = tx.save_entries(result.after.id, fresh, now)
    numbered = list(zip(ids, fresh, strict=True))
    for entry_id, verdict in numbered:
        alerting.alert(verdict, entry_id)
    if alerting.feed.full_text is not FullText.NEVER:
        tx.ask_for_articles(
            (entry_id, verdict.hold)
            for entry_id, verdict in numbered
            if verdict.novelty is not Novelty.ALIAS
        )
    seen = [v.known.id for v in verdicts if v.known is not None]
    if seen:
        tx.touch_entries(seen, now)


def _with_article(tx: Transaction, verdict: Verdict) -> Verdict:
    """Return what is decided of an edited entry with its article, if it was read.

    What the feed does not say of it was taken from the article, and is kept.
    """
    known = None if verdict.novelty.is_new else verdict.known
    article = "" if known is None else tx.article_text(known.id)
    if known is None or not article:
        return verdict
    entry = replace(
        verdict.entry,
        article=article,
        language=verdict.entry.language or known.entry.language,
        published_at=verdict.entry.published_at or known.entry.published_at,
    )
    return replace(verdict, entry=entry)
