"""`ops` hears of lanes that fail or work again."""

from __future__ import annotations

from datetime import datetime

from monitor.alerts.wording import at_local_time
from monitor.jobs.in_force import InForce
from monitor.jobs.report import tell_ops
from monitor.model import (
    Backlog,
    HoldReason,
    Lane,
    LaneChange,
    SendResult,
)
from monitor.ports import Transaction


def report_lane(
    tx: Transaction,
    in_force: InForce,
    lane: Lane,
    change: LaneChange,
    *,
    result: SendResult,
    now: datetime,
) -> None:
    """Tell `ops` once how a lane changed, through channels other than a broken one."""
    if change is LaneChange.MENDED:
        _tell_mended(tx, in_force, lane, now)
        return
    name = _shown(in_force, lane)
    backlog = _in_words(tx.backlog(lane), in_force)
    elsewhere = _elsewhere(in_force, lane)
    if change is LaneChange.BROKEN:
        title, text = f"{name} is broken", _broken(in_force, lane)
    else:
        title, text = f"{name} does not answer", _PATIENCE
    words = f"{result.detail}. {backlog} {text}{elsewhere}"
    tell_ops(tx, in_force, title, words, now, without=lane.channel)


def mend_lane(tx: Transaction, in_force: InForce, lane: Lane, now: datetime) -> bool:
    """Let go what waits in a lane that took a test; say whether it was ill.

    `ops` hears of it, as if a delivery had found it out.
    """
    was_ill = tx.mend(lane)
    if was_ill:
        _tell_mended(tx, in_force, lane, now)
    return was_ill


def _tell_mended(tx: Transaction, in_force: InForce, lane: Lane, now: datetime) -> None:
    title = f"{_shown(in_force, lane)} works again"
    tell_ops(tx, in_force, title, _GOES_OUT, now, again=lane.channel, is_calm=True)


_GOES_OUT = "What waited goes out now."
_PATIENCE = (
    "One of them at a time tries it, with pauses that grow to an hour. The others "
    "wait in order, and none is given up meanwhile."
)


def _broken(in_force: InForce, lane: Lane) -> str:
    spec = in_force.channel(lane.channel)
    tries = spec is None or spec.probe
    probe = (
        "one is tried every 15 minutes"
        if tries
        else "none is tried, for `probe` is off"
    )
    return (
        f"Its deliveries are held ({HoldReason.CHANNEL_BROKEN}) and {probe}. Repair "
        f"the channel's URL, or look: `monitor channels test {lane.channel}`."
    )


def _elsewhere(in_force: InForce, lane: Lane) -> str:
    fallback = in_force.fallback_of(lane.channel)
    return f" What waits is sent to channel {fallback} instead." if fallback else ""


def _shown(in_force: InForce, lane: Lane) -> str:
    count = in_force.places.get(lane.channel, 1)
    which = f" (URL {lane.place + 1} of {count})" if count > 1 else ""
    return f"channel {lane.channel}{which}"


def _in_words(backlog: Backlog, in_force: InForce) -> str:
    if backlog.oldest_at is None:
        return "Nothing waits."
    since = at_local_time(backlog.oldest_at, in_force.zone)
    return f"Waiting: {backlog.count}, the oldest since {since}."
