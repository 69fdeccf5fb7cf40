"""The way of alerts to their channels: told now, or waiting; and let go at last."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Final

from monitor.alerts import PlannedAlert, compose, digest
from monitor.alerts.digests import digest_title, items_of, waited
from monitor.alerts.holding_back import ORDER, Situation, hold_back, look_back
from monitor.jobs.in_force import InForce
from monitor.jobs.stories import with_story
from monitor.model import (
    EVERYTHING,
    ChannelSpec,
    HeldQuery,
    Hold,
    HoldReason,
    Message,
    Route,
    Rule,
    StoredAlert,
)
from monitor.ports import Transaction

_AT_ONCE: Final = 1000


def tell(
    tx: Transaction, in_force: InForce, alerts: Sequence[StoredAlert], now: datetime
) -> list[Hold]:
    """Put the alerts of one entry on their way: one message for each channel.

    Returns what holds those back that wait for a channel.
    """
    return _Ways(tx, in_force, now).tell(alerts)


def release(
    tx: Transaction, in_force: InForce, query: HeldQuery, now: datetime
) -> tuple[StoredAlert, ...]:
    """Let go what is held and `query` names; return the alerts.

    Those that were held whole go their way; what waited for a channel is told now.
    """
    ways = _Ways(tx, in_force, now)
    held = tx.held_alerts(query)
    waiting: tuple[Route, ...] = ()
    if not query.reason or HoldReason(query.reason).ends_by_itself:
        waiting = tx.waiting_routes(query, _AT_ONCE)
    for _, alerts in groupby(held, key=lambda alert: alert.entry_id):
        ways.tell(tuple(alerts))
    tx.unhold([alert.id for alert in held], now)
    ways.tell_together(waiting)
    let_go = {alert.id: alert for alert in (*held, *(r.alert for r in waiting))}
    return tuple(let_go.values())


def release_due(tx: Transaction, in_force: InForce, now: datetime) -> int:
    """Tell what has waited long enough, or let it wait for the next reason.

    Returns how many alerts, for a channel, were told.
    """
    ways, free = _Ways(tx, in_force, now), []
    for route in tx.due_routes(now, _AT_ONCE):
        at = ORDER.index(route.hold.reason)
        hold = ways.hold(route.alert, route.channel, ORDER[at + 1 :])
        if hold is None:
            free.append(route)
        else:
            tx.postpone([route.id], hold, now)
    ways.tell_together(free)
    return len(free)


def revisit(tx: Transaction, in_force: InForce, now: datetime) -> None:
    """Let what waits wait by the rules and channels that are in force now."""
    ways = _Ways(tx, in_force, now)
    for route in tx.waiting_routes(EVERYTHING, _AT_ONCE):
        if route.hold.until <= now:
            continue  # due before the files were read: its time is not put off
        at = ORDER.index(route.hold.reason)
        hold = ways.hold(route.alert, route.channel, ORDER[at:])
        # What no longer holds is due now, and told with others by the next sweep.
        fresh = hold or replace(route.hold, until=now)
        if fresh != route.hold:
            tx.postpone([route.id], fresh, now)


@dataclass(frozen=True, slots=True)
class _Ways:
    """The ways to the channels, at one moment, inside one transaction."""

    tx: Transaction
    in_force: InForce
    now: datetime

    def tell(self, alerts: Sequence[StoredAlert]) -> list[Hold]:
        channels = {alert.id: self._channels(alert) for alert in alerts}
        return [
            hold
            for channel in dict.fromkeys(c for some in channels.values() for c in some)
            for hold in self._route(
                channel, [alert for alert in alerts if channel in channels[alert.id]]
            )
        ]

    def _channels(self, alert: StoredAlert) -> tuple[str, ...]:
        # A rule that was given other channels since means the new ones.
        rule = self.in_force.rules.get(alert.rule)
        return alert.channels if rule is None else rule.channels

    def _route(self, channel: str, alerts: Sequence[StoredAlert]) -> list[Hold]:
        """Tell a channel what may be told now; return what holds the rest."""
        free, holds = [], []
        for alert in alerts:
            hold = self.hold(alert, channel)
            if hold is None:
                free.append(alert)
            else:
                self.tx.add_route(alert, channel, self.now, hold=hold)
                holds.append(hold)
        if free:
            message_id = self._enqueue(channel, _message(free, channel), free)
            for alert in free:
                self.tx.add_route(alert, channel, self.now, message_id=message_id)
        return holds

    def hold(
        self, alert: StoredAlert, channel: str, asked: Sequence[HoldReason] = ORDER
    ) -> Hold | None:
        """Return what holds an alert back for a channel, of the reasons asked.

        A rule or a channel that left the configuration holds nothing.
        """
        rule = self.in_force.rules.get(alert.rule) or Rule(alert.rule, "")
        spec = self.in_force.channels.get(channel) or ChannelSpec(channel, ())
        tx, (span, most) = self.tx, look_back(rule)
        since = self.now - span
        situation = Situation(
            now=self.now,
            zone=self.in_force.zone,
            told_at=tx.told_at(rule.name, channel, since, most) if span else (),
            waits_until=tx.waits_until(rule.name, channel),
        )
        return hold_back(rule, spec, alert.priority, situation, asked=asked)

    def tell_together(self, routes: Sequence[Route]) -> None:
        """Tell what waited: each channel, for each reason, in a digest."""
        for (channel, reason, rule), some in _together(routes).items():
            alerts = {route.alert.id: route.alert for route in some}
            count = len({alert.entry_id for alert in alerts.values()})
            if count == 1:
                message = _message([*alerts.values()], channel)
                remark = waited(some[0], self.in_force.zone)
                messages = [replace(message, labels=(*message.labels, remark))]
            else:
                title = digest_title(reason, rule, count)
                priority = max(alert.priority for alert in alerts.values())
                messages = [*digest(title, items_of(some), priority)]
            for message in messages:
                self._send(channel, message, [alerts[n] for n in message.alerts])

    def _send(
        self, channel: str, message: Message, alerts: Sequence[StoredAlert]
    ) -> None:
        message_id = self._enqueue(channel, message, alerts)
        ids = [alert.id for alert in alerts]
        self.tx.note_told(ids, channel, message_id, self.now)

    def _enqueue(
        self, channel: str, message: Message, alerts: Sequence[StoredAlert]
    ) -> int:
        entries = {alert.entry_id for alert in alerts}
        return self.tx.enqueue(
            channel,
            with_story(self.tx, message),
            self.in_force.places.get(channel, 1),
            self.now,
            entry_id=entries.pop() if len(entries) == 1 else None,
        )


def _together(
    routes: Iterable[Route],
) -> dict[tuple[str, HoldReason, str], list[Route]]:
    """Return what goes into one digest; a rule that told too much has its own."""
    found: defaultdict[tuple[str, HoldReason, str], list[Route]] = defaultdict(list)
    for route in routes:
        reason = route.hold.reason
        is_of_rule = reason in {HoldReason.COOLDOWN, HoldReason.THROTTLED}
        rule = route.alert.rule if is_of_rule else ""
        found[route.channel, reason, rule].append(route)
    return found


def _message(alerts: Sequence[StoredAlert], channel: str) -> Message:
    """Return the one message that tells a channel of the alerts of one entry."""
    first = alerts[0]
    ((_, message),) = compose(
        first.entry,
        [_planned(alert, channel) for alert in alerts],
        source=first.source,
        first_seen_at=first.first_seen_at,
        label=first.label,
        story=first.story,
    )
    return message


def _planned(alert: StoredAlert, channel: str) -> PlannedAlert:
    return PlannedAlert(
        id=alert.id,
        rule=alert.rule,
        channels=(channel,),
        priority=alert.priority,
        because=alert.because,
    )
