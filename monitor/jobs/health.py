"""What the operator is told of a feed: once when it begins, once when it ends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from monitor.jobs.in_force import InForce
from monitor.jobs.report import tell_ops
from monitor.model import FeedState, FeedStatus, HoldReason
from monitor.ports import Transaction

_PATIENCE = timedelta(days=1)
"""How long a feed may fail before it is told; most failures mend themselves."""

_REFUSALS = (401, 403)
_TOLD_AT_ONCE = (HoldReason.OUTAGE, HoldReason.OLD_BURST)


def report_feed(
    tx: Transaction,
    in_force: InForce,
    before: FeedState,
    after: FeedState,
    now: datetime,
    *,
    answer: int | None,
) -> None:
    """Tell `ops` of a feed that is gone, refuses us or fails for a day; or no more.

    `answer` is the HTTP status of this poll, None where there was none.
    """
    key = f"feed:{after.name}"
    if after.status is FeedStatus.OK:
        if before.status is not FeedStatus.OK and tx.close_report(key):
            title = f"feed {after.name} works again"
            tell_ops(tx, in_force, title, "It is polled as before.", now)
        return
    text = _trouble(after, answer, now)
    title = f"feed {after.name} is {after.status.value}"
    if text and tx.open_report(key, title, now):
        tell_ops(tx, in_force, title, f"{after.error}. {text}", now)


def _trouble(state: FeedState, answer: int | None, now: datetime) -> str:
    """Return what is to be said of a feed that does not work, empty if nothing yet."""
    if state.status is FeedStatus.GONE:
        return "It is polled no more. Remove it, or give it a new URL."
    if answer in _REFUSALS:
        return "It is asked seldom from now on. Does it need credentials?"
    since = state.failing_since
    if since is not None and now - since >= _PATIENCE:
        return f"It has failed since {since:%Y-%m-%d %H:%M} UTC and is still tried."
    return ""


def report_held(
    tx: Transaction,
    in_force: InForce,
    state: FeedState,
    held: Mapping[str, int],
    now: datetime,
) -> None:
    """Tell `ops` what a guard held back, and how to let it go."""
    for reason in _TOLD_AT_ONCE:
        if count := held.get(reason, 0):
            title = f"feed {state.name}: {count} alerts held ({reason})"
            text = (
                f"To send them: monitor alerts release --feed {state.name} "
                f"--reason {reason}"
            )
            tell_ops(tx, in_force, title, text, now)
