"""Catch up: what a new or corrected rule would have told since it looks back.

::

    which      rules whose version is not the one that was saved last
    look       over stored entries, page by page, off the loop; nothing is written
    store      matches, alerts, one message for each channel, and the versions, whole;
               what a silence, a rule or a channel holds back waits as in a poll

A crash before the last step leaves the versions as they were: the next start looks
again, and what was stored meanwhile is not stored twice.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from monitor.alerts import catch_up_messages
from monitor.feeds.story_index import StoryIndex
from monitor.jobs.in_force import InForce
from monitor.jobs.release import tellable
from monitor.jobs.silences import Silences
from monitor.jobs.sources import for_now, told_by_enough
from monitor.jobs.stories import note_alerted, place
from monitor.matching import RuleSet
from monitor.model import (
    Because,
    HoldReason,
    Novelty,
    Rule,
    StoredAlert,
    StoredEntry,
    Verdict,
)
from monitor.ports import Clock, Journal, Store, Transaction

_PAGE: Final = 200

_Hit = tuple[Rule, StoredEntry, tuple[Because, ...]]


@dataclass(frozen=True, slots=True)
class CatchUpJob:
    """Lets rules that are new look back, once.

    After about `most` matches it ends: rules that are true of everything tell nothing.
    """

    store: Store
    clock: Clock
    journal: Journal
    in_force: Callable[[], InForce]
    most: int = 10_000
    stories: StoryIndex = field(default_factory=StoryIndex)

    async def run(self) -> int:
        """Return how many alerts new or corrected rules gave that nothing holds whole.

        Raises:
            StoreError: nothing was stored; the next run looks again.
        """
        in_force, now = self.in_force(), self.clock.now()
        known = await self.store.transact(lambda tx: tx.rule_versions())
        rules = [] if known is None else _looking_back(in_force, known, now)
        hits = await self._look(in_force, rules, now) if rules else []
        alerts, held = await self.store.transact(
            lambda tx: _record(tx, in_force, hits, rules, now, stories=self.stories)
        )
        if rules:
            self.journal.event(
                "catch_up",
                rules=[rule.name for rule in rules],
                matches=len(hits),
                alerts=len(alerts),
                **({"held": dict(held)} if held else {}),
            )
        return len(alerts)

    async def _look(
        self, in_force: InForce, rules: Sequence[Rule], now: datetime
    ) -> list[_Hit]:
        rule_set = await asyncio.to_thread(in_force.only, rules)
        since = now - max(rule.lookback for rule in rules)
        by_name = {rule.name: rule for rule in rules}
        hits: list[_Hit] = []
        before: int | None = None
        while len(hits) < self.most:
            page = await self.store.transact(
                lambda tx, before=before: tx.some_entries(  # type: ignore[misc]
                    since, before=before, limit=_PAGE
                )
            )
            if not page:
                break
            before = page[-1].id
            found = await asyncio.to_thread(_matches, rule_set, page, in_force)
            hits += [
                (by_name[name], stored, because)
                for name, stored, because in found
                if _dated(stored) >= now - by_name[name].lookback
            ]
        return hits


def _looking_back(
    in_force: InForce, known: Mapping[str, str], now: datetime
) -> list[Rule]:
    today = in_force.today(now)
    return [
        rule
        for rule in in_force.rules.values()
        if known.get(rule.name) != rule.version
        and rule.is_in_force(today)
        and rule.lookback > timedelta(0)
    ]


def _matches(
    rule_set: RuleSet, page: Sequence[StoredEntry], in_force: InForce
) -> list[tuple[str, StoredEntry, tuple[Because, ...]]]:
    return [
        (match.rule, stored, match.because)
        for stored in page
        if stored.feed in in_force.feeds
        for match in rule_set.matches(stored.entry, in_force.feeds[stored.feed])
    ]


def _dated(stored: StoredEntry) -> datetime:
    """Return when an entry was news: a feed's first poll brings old ones too."""
    published = stored.entry.published_at or stored.first_seen_at
    return min(published, stored.first_seen_at)


def _record(
    tx: Transaction,
    in_force: InForce,
    hits: Sequence[_Hit],
    rules: Sequence[Rule],
    now: datetime,
    *,
    stories: StoryIndex,
) -> tuple[list[StoredAlert], Counter[str]]:
    """Store all that was found; return the alerts that are told, and what waits why."""
    alerts = _alerts(tx, in_force, hits, now, stories=stories)
    told = [alert for alert in alerts if alert.hold is None]
    free, waits = tellable(tx, in_force, told, now)
    lookbacks = {rule.name: rule.lookback for rule in rules}
    for channel, message in catch_up_messages(free, lookbacks):
        places = in_force.places.get(channel, 1)
        message_id = tx.enqueue(channel, message, places, now)
        for alert in [alert for alert in free if channel in alert.channels]:
            tx.add_route(alert, channel, now, message_id=message_id)
    tx.save_rule_versions({r.name: r.version for r in in_force.rules.values()})
    held = Counter(str(alert.hold) for alert in alerts if alert.hold is not None)
    held.update(str(hold.reason) for hold in waits)
    return told, held


def _alerts(
    tx: Transaction,
    in_force: InForce,
    hits: Sequence[_Hit],
    now: datetime,
    *,
    stories: StoryIndex,
) -> list[StoredAlert]:
    """Store the matches; return what each story of them becomes, held or not."""
    silences = Silences(tx, in_force, now)
    alerts: dict[int, StoredAlert] = {}
    for rule, stored, because in reversed(hits):  # the oldest entry tells the story
        match_id = tx.add_match(rule, stored.id, because, now)
        if match_id is None:
            continue
        feed, at = in_force.feeds[stored.feed], stored.first_seen_at
        placed = place(stories, _verdict(stored), feed, at)
        silence = silences.holding(rule, stored.entry, feed)
        silence_id = None if silence is None else silence.id
        begun = for_now(placed.verdict, rule)
        alert = tx.add_alert(match_id, rule, begun, now, silence_id=silence_id)
        note_alerted(tx, stories, placed, alert, match_id)
        if alert.hold is not HoldReason.SAME_STORY:
            alerts[alert.id] = alert
        for one in told_by_enough(tx, rule, alert, now):
            alerts[one.id] = replace(one, hold=None)
    return list(alerts.values())


def _verdict(stored: StoredEntry) -> Verdict:
    return Verdict(
        stored.entry,
        Novelty.NEW,
        stored.fingerprint,
        stored.story,
        label=stored.label,
    )
