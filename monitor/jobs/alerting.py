"""What the rules are true of becomes alerts, inside the transaction that stores it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Protocol

from monitor.feeds.story_index import StoryIndex
from monitor.jobs.in_force import InForce
from monitor.jobs.release import tell
from monitor.jobs.retelling import retold
from monitor.jobs.silences import Silences
from monitor.jobs.sources import for_now, told_by_enough
from monitor.jobs.stories import Placed, note_alerted, place
from monitor.model import Feed, HoldReason, Rule, StoredAlert, Verdict
from monitor.ports import Transaction


class AlertCounts(Protocol):
    """What is counted of alerts; `held` by reason."""

    matches: int
    alerts: int
    held: Counter[str]


@dataclass(frozen=True)
class Alerting:
    """Makes alerts of the entries of one feed, and puts them on their way."""

    tx: Transaction
    in_force: InForce
    feed: Feed
    now: datetime
    counts: AlertCounts
    stories: StoryIndex

    def alert(self, verdict: Verdict, entry_id: int) -> None:
        """Store the new matches of a stored entry, and tell what they become."""
        if alerts := self._alerts(verdict, entry_id):
            self._tell(alerts)

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
        return Silences(self.tx, self.in_force, self.now)

    def _tell(self, alerts: Sequence[StoredAlert]) -> None:
        held = [alert.hold for alert in alerts if alert.hold is not None]
        self.counts.matches += len(alerts)
        self.counts.alerts += len(alerts) - held.count(HoldReason.SAME_STORY)
        self.counts.held.update(reason.value for reason in held)
        self._route([alert for alert in alerts if alert.hold is None])

    def _route(self, alerts: Sequence[StoredAlert]) -> None:
        """Put alerts of one entry on their way; count what has to wait."""
        waiting = tell(self.tx, self.in_force, alerts, self.now)
        self.counts.held.update(hold.reason.value for hold in waiting)
