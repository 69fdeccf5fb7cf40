"""What the operator is told of feeds: once when it begins, once when it ends."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from monitor.alerts.feed_reports import to_tell, untold
from monitor.feeds.health import recorded
from monitor.jobs.hosts import host_of
from monitor.jobs.in_force import InForce
from monitor.jobs.report import tell_ops
from monitor.model import FeedState, FeedTrouble, HoldReason
from monitor.ports import Transaction

_TOLD_AT_ONCE = (HoldReason.OUTAGE, HoldReason.OLD_BURST, HoldReason.RESET)


def report_feed(
    tx: Transaction, before: FeedState, after: FeedState, now: datetime
) -> None:
    """Put on record what troubles a feed came to, or is rid of, by a poll.

    `ops` hears of it in `tell_troubles`, together with the other feeds of the host.
    """
    present = after.traits.health.troubles
    if before.traits.health.troubles == present:
        return
    known = tx.feed_troubles(after.name)
    rows = recorded(known, after, host_of(after.url), now)
    kept = {row.trouble for row in rows}
    tx.drop_troubles([row for row in known if row.trouble not in kept])
    tx.save_troubles(rows)


def tell_troubles(tx: Transaction, in_force: InForce, now: datetime) -> None:
    """Tell `ops` what began and what ended, once the feeds of a host had their turn."""
    if not tx.has_untold_troubles():
        return
    rows = tx.feed_troubles()
    gathering = _gathering(tx, in_force, rows, now)
    telling = to_tell(rows, gathering, now, zone=in_force.zone)
    tx.drop_troubles(telling.dropped)
    tx.save_troubles(telling.changed)
    for report in telling.reports:
        tell_ops(tx, in_force, report.title, report.text, now, is_calm=report.is_calm)


def _gathering(
    tx: Transaction, in_force: InForce, rows: Sequence[FeedTrouble], now: datetime
) -> Collection[str]:
    """Return the hosts with other feeds that are being asked at this moment."""
    waiting = untold(rows)
    on_host: dict[str, list[str]] = defaultdict(list)
    if waiting:
        for name, feed in in_force.feeds.items():
            on_host[host_of(feed.url)].append(name)
    return {
        host
        for host, since in waiting.items()
        if tx.are_awaited(on_host[host], since, now)
    }


def report_held(
    tx: Transaction,
    in_force: InForce,
    state: FeedState,
    held: Mapping[str, int],
    now: datetime,
) -> None:
    """Tell `ops` what a guard held back, and how to let it go."""
    for reason in _TOLD_AT_ONCE:
        count = held.get(reason, 0)
        if count and _is_news(tx, state, reason, now):
            title = f"feed {state.name}: {count} alerts held ({reason})"
            text = (
                f"To send them: monitor alerts release --feed {state.name} "
                f"--reason {reason}"
            )
            tell_ops(tx, in_force, title, text, now)


def _is_news(
    tx: Transaction, state: FeedState, reason: HoldReason, now: datetime
) -> bool:
    """Say whether to tell it: a feed may bring old entries anew with every poll."""
    if reason is not HoldReason.RESET:
        return True
    return tx.open_report(f"reset:{state.name}", f"{now:%Y-%m-%d}", now)
