"""The way of alerts to their channels: told now, or waiting; and let go at last."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Final, NamedTuple, TypeVar

from monitor.alerts import PlannedAlert, compose, digest
from monitor.alerts.digests import digest_title, items_of, text_of, waited
from monitor.alerts.holding_back import ORDER, TOGETHER, Situation, hold_back, look_back
from monitor.jobs.in_force import InForce
from monitor.jobs.stories import with_story
from monitor.model import (
    ChannelSpec,
    HeldQuery,
    Hold,
    HoldReason,
    Message,
    Priority,
    Route,
    RouteWait,
    Rule,
    StoredAlert,
)
from monitor.ports import Transaction

H = TypeVar("H", bound=Hold | None)

_AT_ONCE: Final = 1000
"""How many alerts one transaction tells of: the writer is soon free for others."""


def tell(
    tx: Transaction, in_force: InForce, alerts: Sequence[StoredAlert], now: datetime
) -> list[Hold]:
    """Put the alerts of one entry on their way: one message for each channel.

    Returns what holds those back that wait for a channel.
    """
    return _Ways(tx, in_force, now).tell(alerts)


def tellable(
    tx: Transaction, in_force: InForce, alerts: Sequence[StoredAlert], now: datetime
) -> tuple[list[StoredAlert], list[Hold]]:
    """Return alerts with the channels that may be told now, and what holds the rest.

    Where they have to wait they do; an alert that waits everywhere is left out. They
    may be of many entries, and those of a rule fare alike.
    """
    ways = _Ways(tx, in_force, now)
    known: dict[tuple[str, str, Priority], Hold | None] = {}
    free, holds = [], []
    for alert in alerts:
        told = []
        for channel in alert.channels:
            kind = (alert.rule, channel, alert.priority)
            if kind not in known:
                known[kind] = ways.hold(*kind)
            if (hold := known[kind]) is None:
                told.append(channel)
            else:
                tx.add_route(alert, channel, now, hold=hold)
                holds.append(hold)
        if told:
            free.append(replace(alert, channels=tuple(told)))
    return free, holds


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
        waiting = tx.waiting_routes(query)
    for _, alerts in groupby(held, key=text_of):
        ways.tell(tuple(alerts))
    tx.unhold([alert.id for alert in held], now)
    ways.tell_together(waiting)
    names = {route.channel for route in waiting}.union(*map(ways.channels, held))
    if not names <= in_force.places.keys():
        tx.sync_outbox(in_force.lanes, in_force.rules)  # holds it as orphaned
    let_go = {alert.id: alert for alert in (*held, *(r.alert for r in waiting))}
    return tuple(let_go.values())


def parts(tx: Transaction, query: HeldQuery) -> tuple[HeldQuery, ...]:
    """Return queries that together name what is held and `query` names.

    Each of them is released in a transaction of its own: however much is held, others
    can write in between.
    """
    ids = tx.held_ids(query)
    starts = range(0, len(ids), _AT_ONCE)
    return tuple(replace(query, ids=ids[i : i + _AT_ONCE]) for i in starts)


def release_due(tx: Transaction, in_force: InForce, now: datetime) -> int:
    """Tell what has waited long enough, or let it wait for the next reason.

    Of very much that is due, a part: the rest stays due. Returns how many alerts, for a
    channel, were told.
    """
    ways = _Ways(tx, in_force, now)
    held = _by_hold(tx.waits_over(now), ways.next_hold)
    free = held.get(None, [])[:_AT_ONCE]
    for hold, some in held.items():
        if hold is not None:
            tx.postpone([wait.id for wait in some], hold, now)
    routes = tx.routes([wait.id for wait in free])
    ways.tell_together(routes)
    if not all(map(ways.is_wanted, routes)):
        tx.sync_outbox(in_force.lanes, in_force.rules)  # holds it as orphaned
    return len(free)


def revisit(tx: Transaction, in_force: InForce, now: datetime) -> None:
    """Let what waits wait by the rules and channels that are in force now."""
    # What was due before the files were read is not put off.
    waits = [wait for wait in tx.waits() if wait.hold.until > now]
    held = _by_hold(waits, _Ways(tx, in_force, now).same_hold)
    for hold, some in held.items():
        tx.postpone([wait.id for wait in some if wait.hold != hold], hold, now)


def _by_hold(
    waits: Iterable[RouteWait], hold_of: Callable[[RouteWait], H]
) -> dict[H, list[RouteWait]]:
    """Return what waits by what holds it now; of what is alike, one is asked."""
    found: defaultdict[H, list[RouteWait]] = defaultdict(list)
    known: dict[RouteWait, H] = {}
    for wait in waits:
        kind = replace(wait, id=0)
        if kind not in known:
            known[kind] = hold_of(wait)
        found[known[kind]].append(wait)
    return found


@dataclass(frozen=True, slots=True)
class _Ways:
    """The ways to the channels, at one moment, inside one transaction."""

    tx: Transaction
    in_force: InForce
    now: datetime

    def tell(self, alerts: Sequence[StoredAlert]) -> list[Hold]:
        channels = {alert.id: self.channels(alert) for alert in alerts}
        return [
            hold
            for channel in dict.fromkeys(c for some in channels.values() for c in some)
            for hold in self._route(
                channel, [alert for alert in alerts if channel in channels[alert.id]]
            )
        ]

    def channels(self, alert: StoredAlert) -> tuple[str, ...]:
        """Return the channels to which an alert goes."""
        # A rule that was given other channels since means the new ones.
        rule = self.in_force.rules.get(alert.rule)
        return alert.channels if rule is None else rule.channels

    def _route(self, channel: str, alerts: Sequence[StoredAlert]) -> list[Hold]:
        """Tell a channel what may be told now; return what holds the rest."""
        free, holds = [], []
        for alert in alerts:
            hold = self.hold(alert.rule, channel, alert.priority)
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

    def next_hold(self, wait: RouteWait) -> Hold | None:
        """Return what holds back of the reasons behind that which is over."""
        behind = ORDER[ORDER.index(wait.hold.reason) + 1 :]
        return self.hold(wait.rule, wait.channel, wait.priority, asked=behind)

    def same_hold(self, wait: RouteWait) -> Hold:
        """Return what holds back by what is in force now, whoever waits already.

        What nothing holds is due now, and told with others by the next sweep.
        """
        asked = ORDER[ORDER.index(wait.hold.reason) :]
        hold = self.hold(
            wait.rule, wait.channel, wait.priority, asked=asked, with_others=False
        )
        return hold or replace(wait.hold, until=self.now)

    def hold(
        self,
        rule_name: str,
        channel: str,
        priority: Priority,
        *,
        asked: Sequence[HoldReason] = ORDER,
        with_others: bool = True,
    ) -> Hold | None:
        """Return what holds a rule's alerts back for a channel, of the reasons asked.

        A rule or a channel that left the configuration holds nothing.
        """
        rule = self.in_force.rules.get(rule_name) or Rule(rule_name, "")
        spec = self.in_force.channels.get(channel) or ChannelSpec(channel, ())
        span, most = look_back(rule)
        since = self.now - span
        situation = Situation(
            now=self.now,
            zone=self.in_force.zone,
            told_at=self.tx.told_at(rule_name, channel, since, most) if span else (),
            waits_until=self._waits_until(rule_name, channel) if with_others else {},
        )
        return hold_back(rule, spec, priority, situation, asked=asked)

    def _waits_until(self, rule: str, channel: str) -> dict[HoldReason, datetime]:
        found = {why: self.tx.waits_until(rule, channel, why) for why in TOGETHER}
        return {why: until for why, until in found.items() if until is not None}

    def is_wanted(self, route: Route) -> bool:
        """Say whether rule, channel and feed are still configured."""
        return (
            route.alert.rule in self.in_force.rules
            and route.channel in self.in_force.places
            and route.alert.feed in self.in_force.feeds
        )

    def tell_together(self, routes: Sequence[Route]) -> None:
        """Tell what waited: each channel, for each reason, in a digest.

        What has lost its rule, channel or feed is told apart from the others.
        """
        found = _together(routes, self.is_wanted)
        for (channel, reason, rule, _), some in found.items():
            alerts = {route.alert.id: route.alert for route in some}
            items = items_of(some)
            if len(items) == 1:
                message = _message([*alerts.values()], channel)
                remark = waited(some[0], self.in_force.zone)
                messages = [replace(message, labels=(*message.labels, remark))]
            else:
                title = digest_title(reason, rule, len(items))
                priority = max(alert.priority for alert in alerts.values())
                messages = [*digest(title, items, priority)]
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


class _OfDigest(NamedTuple):
    """What all entries of one digest have in common."""

    channel: str
    reason: HoldReason
    rule: str
    is_wanted: bool


def _together(
    routes: Iterable[Route], is_wanted: Callable[[Route], bool]
) -> dict[_OfDigest, list[Route]]:
    """Return what goes into one digest; a rule that told too much has its own."""
    found: defaultdict[_OfDigest, list[Route]] = defaultdict(list)
    for route in routes:
        reason = route.hold.reason
        is_of_rule = reason in {HoldReason.COOLDOWN, HoldReason.THROTTLED}
        rule = route.alert.rule if is_of_rule else ""
        kind = _OfDigest(route.channel, reason, rule, is_wanted(route))
        found[kind].append(route)
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
