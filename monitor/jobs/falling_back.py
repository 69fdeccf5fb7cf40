"""What a channel cannot deliver also goes through its fallback, once.

::

    stranded   a lane that is broken, or whose circuit is open for five minutes
    note       one message stays in it: its people hear of the detour when it is well,
               and it is the probe that finds that out
    copy       what waits goes to the fallback, marked; the original is held
"""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.alerts import detour_note, sent_instead
from monitor.alerts.wording import at_local_time
from monitor.jobs.in_force import InForce
from monitor.model import Stranded
from monitor.ports import Transaction

OPEN_FOR = timedelta(minutes=5)
"""A circuit that is open for less is left alone: most outages are over by then."""

_AT_ONCE = 200
"""So many in one transaction; the next sweep takes the next."""


def fall_back(tx: Transaction, in_force: InForce, now: datetime) -> int:
    """Tell through the fallbacks what waits in stranded lanes; return how much."""
    count = 0
    for stranded in tx.stranded_lanes(now - OPEN_FOR):
        fallback = in_force.fallback_of(stranded.lane.channel)
        if fallback in in_force.places:
            count += _tell(tx, in_force, stranded, fallback, now)
    return count


def _tell(
    tx: Transaction,
    in_force: InForce,
    stranded: Stranded,
    fallback: str,
    now: datetime,
) -> int:
    lane = stranded.lane
    waiting = tx.stranded_deliveries(lane, _AT_ONCE)
    if waiting and not stranded.is_told:
        since = at_local_time(stranded.since, in_force.zone)
        tx.note_in(lane, detour_note(lane.channel, fallback, since), now)
    for one in waiting:
        copy = sent_instead(one.message, lane.channel, is_broken=stranded.is_broken)
        tx.tell_elsewhere(one.delivery_id, fallback, copy, in_force.places[fallback])
    return len(waiting)
