"""What becomes of a delivery after an attempt: sent, again later, held, dead."""

from __future__ import annotations

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

_BASE = timedelta(seconds=5)
_LONGEST_BACKOFF = timedelta(hours=1)
_LONGEST_RETRY_AFTER = timedelta(days=6)
"""The outbox takes a wait of more than seven days for a clock that was set back."""

_GIVE_UP_AFTER = timedelta(days=7)
_DOUBLINGS = 10
"""From here on the backoff is at its longest; no need for greater numbers."""


def settle(
    delivery: Delivery, result: SendResult, *, now: datetime, jitter: float
) -> Settled:
    """Return what the end of one attempt makes of its delivery.

    `jitter` is a random number in [0, 1). The next try is never in the past and
    never before a Retry-After (of which at most six days are heard).
    """
    match result.outcome:
        case SendOutcome.SENT:
            return Settled(DeliveryState.SENT, mends_lane=True)
        case SendOutcome.CHANNEL_BROKEN:
            reason = HoldReason.CHANNEL_BROKEN.value
            return Settled(DeliveryState.HELD, reason, breaks_lane=True)
        case SendOutcome.MESSAGE_REFUSED:
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
    may_have_arrived = result.outcome is SendOutcome.UNKNOWN
    if now - delivery.first_attempt_at >= _GIVE_UP_AFTER:
        reason = _with_detail("given up after 7 days", result)
        return Settled(DeliveryState.DEAD, reason, maybe_sent=may_have_arrived)
    asked = min(result.retry_after or timedelta(0), _LONGEST_RETRY_AFTER)
    return Settled(
        DeliveryState.PENDING,
        result.outcome.value,
        next_attempt_at=now + max(asked, jitter * _backoff(delivery.attempts)),
        maybe_sent=may_have_arrived,
    )


def _backoff(attempts: int) -> timedelta:
    """Return the longest wait after that many attempts; the dice take a part of it."""
    doublings = min(max(attempts - 1, 0), _DOUBLINGS)
    return min(_LONGEST_BACKOFF, _BASE * (1 << doublings))


def _with_detail(reason: str, result: SendResult) -> str:
    return f"{reason}: {result.detail}" if result.detail else reason
