"""What becomes of a delivery after an attempt: sent, again later, held, dead.

And what becomes of its lane. Five failures in a row that pass by themselves open its
circuit (Nygard, "Release It!"): from then on one delivery at a time tries the lane,
with pauses that grow, and the time until it is back counts against none of them.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from monitor.model import (
    Delivery,
    DeliveryState,
    HoldReason,
    SendOutcome,
    SendResult,
    Settled,
)

PROBE_AFTER = timedelta(minutes=15)
"""How long a broken channel rests before its oldest delivery tries it again."""

FAILURES_TO_OPEN = 5
"""So many failures in a row open the circuit of a lane."""

FAILURES_TO_DOUBT = 12
"""After so many (an hour or so) it may be the one message that the service fails at.

If it does answer, every third probe from here on is the next in line.
"""

_BASE = timedelta(seconds=5)
_LONGEST_BACKOFF = timedelta(hours=1)
_LONGEST_RETRY_AFTER = timedelta(days=6)
"""The outbox takes a wait of more than seven days for a clock that was set back."""

_GIVE_UP_AFTER = timedelta(days=7)
_DOUBLINGS = 10
"""From here on the backoff is at its longest; no need for greater numbers."""


def settle(
    delivery: Delivery,
    result: SendResult,
    *,
    now: datetime,
    jitter: float,
    probes: bool = True,
) -> Settled:
    """Return what the end of one attempt makes of its delivery.

    `jitter` is a random number in [0, 1). The next try is never in the past and
    never before a Retry-After (of which at most six days are heard). `probes` says
    whether its lane is tried by itself while it is broken.
    """
    if result.outcome is SendOutcome.SENT:
        return Settled(DeliveryState.SENT, mends_lane=True)
    settled = _unsent(delivery, result, now, jitter)
    if settled.breaks_lane or delivery.lane_is_broken:
        return replace(settled, probe_at=now + PROBE_AFTER if probes else None)
    return settled


def _unsent(
    delivery: Delivery, result: SendResult, now: datetime, jitter: float
) -> Settled:
    if result.outcome is SendOutcome.CHANNEL_BROKEN:
        reason = HoldReason.CHANNEL_BROKEN.value
        return Settled(DeliveryState.HELD, reason, breaks_lane=True)
    if result.outcome is SendOutcome.MESSAGE_REFUSED:
        return _refused(delivery, result, now)
    return _again(delivery, result, now, jitter)


def _refused(delivery: Delivery, result: SendResult, now: datetime) -> Settled:
    if delivery.bare:
        return Settled(DeliveryState.DEAD, _with_detail("refused", result))
    return Settled(
        DeliveryState.PENDING, "refused_once", next_attempt_at=now, bare=True
    )


def _again(
    delivery: Delivery, result: SendResult, now: datetime, jitter: float
) -> Settled:
    # What fails while others arrive says nothing of its lane.
    failures = delivery.failures + (0 if delivery.overtaken else 1)
    opens = failures >= FAILURES_TO_OPEN
    asked = min(result.retry_after or timedelta(0), _LONGEST_RETRY_AFTER)
    before = max(delivery.failed, failures - 1)
    again_at = now + max(asked, jitter * _backoff(before))
    settled = Settled(
        DeliveryState.PENDING,
        result.outcome.value,
        # Where the circuit is open it is the lane that rests, and not the delivery.
        next_attempt_at=now + asked if opens else again_at,
        maybe_sent=result.outcome is SendOutcome.UNKNOWN,
        failures=failures,
        opens_lane=opens,
        probe_at=again_at if opens else None,
        doubts=_doubts(failures, result),
    )
    if now - delivery.first_attempt_at < _GIVE_UP_AFTER:
        return settled
    reason = _with_detail("given up after 7 days", result)
    return replace(
        settled, state=DeliveryState.DEAD, reason=reason, next_attempt_at=None
    )


def _doubts(failures: int, result: SendResult) -> bool:
    """Say whether it may be the message: somebody is there, and fails for long."""
    has_answered = result.status is not None
    return has_answered and failures >= FAILURES_TO_DOUBT and failures % 3 == 0


def _backoff(failures: int) -> timedelta:
    """Return the longest wait after a failure that so many came before.

    The dice take a part of it.
    """
    doublings = min(failures, _DOUBLINGS)
    return min(_LONGEST_BACKOFF, _BASE * (1 << doublings))


def _with_detail(reason: str, result: SendResult) -> str:
    return f"{reason}: {result.detail}" if result.detail else reason
