"""What of an alert that may be told waits for a channel all the same, and why.

In this order: the rule cools down, it told too much of late, the channel's hours are
quiet, it is told with others at a set time. The first that applies is the reason;
when its wait is over, those behind it are asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from types import MappingProxyType
from typing import Final

from monitor.alerts.quiet import quiet_until
from monitor.alerts.timetable import next_time
from monitor.model import ChannelSpec, Hold, HoldReason, Priority, Rule

ORDER: Final = (
    HoldReason.COOLDOWN,
    HoldReason.THROTTLED,
    HoldReason.QUIET_HOURS,
    HoldReason.DIGEST,
)
"""The reasons that end by themselves, in the order in which they are asked."""

TOGETHER: Final = (HoldReason.COOLDOWN, HoldReason.THROTTLED)
"""Those of a rule's past: what comes while others wait for it goes with them."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What else decides: the moment, and what the rule told this channel of late.

    `told_at` are the times of its messages, the newest first; `waits_until` says of
    what waits already, for each reason, until when.
    """

    now: datetime
    zone: tzinfo
    told_at: Sequence[datetime]
    waits_until: Mapping[HoldReason, datetime]


def look_back(rule: Rule) -> tuple[timedelta, int]:
    """Return how far back, and of how many messages, a rule's past is of interest."""
    rate = rule.throttle
    span = max(rule.cooldown, rate.per if rate else timedelta(0))
    return span, rate.count if rate else 1


def hold_back(
    rule: Rule,
    channel: ChannelSpec,
    priority: Priority,
    situation: Situation,
    *,
    asked: Sequence[HoldReason] = ORDER,
) -> Hold | None:
    """Return why an alert of the rule waits for the channel now, None if it does not.

    `asked` are the reasons that count, in their order.
    """
    for reason in asked:
        until = _STEPS[reason](rule, channel, priority, situation)
        if until is not None:
            return Hold(reason, until)
    return None


def _cooling_until(
    rule: Rule, _channel: ChannelSpec, _priority: Priority, situation: Situation
) -> datetime | None:
    if not rule.cooldown:
        return None
    last = max(situation.told_at, default=None)
    return _with_others(HoldReason.COOLDOWN, situation, last and last + rule.cooldown)


def _throttled_until(
    rule: Rule, _channel: ChannelSpec, _priority: Priority, situation: Situation
) -> datetime | None:
    rate = rule.throttle
    if rate is None:
        return None
    # A message that seems to be of the future was sent before the clock went back.
    told = [at for at in situation.told_at if at <= situation.now]
    is_full = len(told) >= rate.count
    free_at = told[rate.count - 1] + rate.per if is_full else None
    return _with_others(HoldReason.THROTTLED, situation, free_at)


def _with_others(
    reason: HoldReason, situation: Situation, until: datetime | None
) -> datetime | None:
    """Return until when to wait: with what waits already, so that it goes together."""
    waiting = situation.waits_until.get(reason)
    if waiting is not None:
        return waiting
    return until if until is not None and until > situation.now else None


def _quiet_until(
    _rule: Rule, channel: ChannelSpec, priority: Priority, situation: Situation
) -> datetime | None:
    if priority is Priority.URGENT:
        return None
    return quiet_until(channel.quiet_hours, situation.now, situation.zone)


def _digest_at(
    rule: Rule, channel: ChannelSpec, priority: Priority, situation: Situation
) -> datetime | None:
    """Return the time of the rule's digest, else of the channel's."""
    cron = rule.digest
    if not cron and priority is not Priority.URGENT:
        cron = channel.digest
    if not cron:
        return None
    return next_time(cron, situation.zone, situation.now)


_STEPS: Final = MappingProxyType(
    {
        HoldReason.COOLDOWN: _cooling_until,
        HoldReason.THROTTLED: _throttled_until,
        HoldReason.QUIET_HOURS: _quiet_until,
        HoldReason.DIGEST: _digest_at,
    }
)
