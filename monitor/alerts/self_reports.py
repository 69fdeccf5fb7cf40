"""What `ops` is told of the monitor itself: when, and in which words.

Each trouble is told once when it begins and once when it ends; where it could come and
go around one value, it ends later than it began.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from monitor.alerts.feed_reports import Report
from monitor.alerts.wording import counted, short
from monitor.model import LaneQueue, Space

_MB, _GB = 10**6, 10**9
_LOW_SHARE, _SMALL_SHARE = 20, 5  # a 20th of a disk; of a small one at most a 5th
_LOW_BYTES, _PLENTY = 500 * _MB, 10 * _GB

BEHIND = timedelta(minutes=15)
"""A channel whose oldest message waits longer than this falls behind."""

SLOW, QUICK = timedelta(seconds=10), timedelta(seconds=2)
"""How long the database may take for hardly anything; and when it is well again."""

QUIET = timedelta(minutes=15)
"""Without an error of its own for so long, the monitor is well again."""

_IDS, _PLACES = 10, 5


def low_water(total: int) -> int:
    """Return from how many free bytes on a disk of that size is nearly full.

    5 % or 500 MB, whichever is more; but at most 10 GB, and a fifth of a small disk.
    """
    wanted = max(total // _LOW_SHARE, _LOW_BYTES)
    return min(wanted, _PLENTY, total // _SMALL_SHARE)


def is_low(space: Space, *, was_low: bool) -> bool:
    """Say whether a disk is nearly full; it is well only with a quarter more."""
    limit = low_water(space.total)
    return space.free < (limit * 5 // 4 if was_low else limit)


def size(count: int) -> str:
    """Return a number of bytes for people: "1.5 GB", "480 MB"."""
    if count >= _GB:
        return f"{count / _GB:.1f} GB"
    return f"{count // _MB} MB"


def disk_low(space: Space, folder: str) -> Report:
    """Return the report that a disk is nearly full."""
    share = 100 * space.free / max(space.total, 1)
    text = (
        f"{size(space.free)} of {size(space.total)} are free ({share:.1f} %) where the "
        f"database lies, {folder}. When it is full nothing can be stored: entries wait "
        "at their publishers, alerts are not sent. Free some space."
    )
    return Report("the disk is nearly full", text)


def disk_well(space: Space) -> Report:
    """Return the report that a disk has room again."""
    text = f"{size(space.free)} are free."
    return Report("the disk has room again", text, is_calm=True)


def falls_behind(waiting: LaneQueue, now: datetime) -> bool:
    """Say whether a channel's oldest message has waited for too long."""
    return now - waiting.oldest_at > BEHIND


def behind(waiting: LaneQueue, now: datetime) -> Report:
    """Return the report that a channel falls behind."""
    minutes = int((now - waiting.oldest_at) / timedelta(minutes=1))
    text = (
        f"{counted(waiting.count, 'message waits', 'messages wait')}, the oldest for "
        f"{minutes} minutes, and they do not get fewer. They are kept and go out in "
        "their order. Why: see `monitor channels list`."
    )
    return Report(f"channel {waiting.channel} falls behind", text)


def caught_up(channel: str) -> Report:
    """Return the report that a channel has caught up."""
    text = "What comes goes out at once."
    return Report(f"channel {channel} has caught up", text, is_calm=True)


def more_dead(channel: str, alerts: Sequence[int]) -> Report:
    """Return the report on alerts that died after the one that was told."""
    ids = " ".join(map(str, alerts[:_IDS]))
    more = len(alerts) - _IDS
    rest = f" (and {more} more; all of them: monitor alerts retry --all)" * (more > 0)
    text = f"To try again: monitor alerts retry {ids}{rest}"
    what = counted(len(alerts), "more alert")
    return Report(f"{what} did not reach channel {channel}", text)


def clock_jumped(jump: timedelta) -> Report:
    """Return the report that wall and monotonic time parted."""
    way = "ahead" if jump > timedelta(0) else "back"
    text = (
        f"The clock went {short(abs(jump))} {way} at once: it was set, or the "
        "machine slept. Polls and deliveries go on from the time it is now. If nobody "
        "did it, see to the machine's time service."
    )
    return Report("the clock jumped", text)


def slow_writer(took: timedelta) -> Report:
    """Return the report that the database answers slowly."""
    text = (
        f"It took {took.total_seconds():.0f} seconds for hardly anything. Is the disk "
        "slow or failing, or does another program lock the database?"
    )
    return Report("the database is slow", text)


def quick_writer() -> Report:
    """Return the report that the database is well again."""
    return Report("the database is quick again", "", is_calm=True)


def own_errors(places: Sequence[str], last: str) -> Report:
    """Return the report that work of the monitor's own fails."""
    named = ", ".join(places[:_PLACES])
    more = f" and {len(places) - _PLACES} more" if len(places) > _PLACES else ""
    text = (
        f"{named}{more}. The last error: {last}. It is tried again by itself; the log "
        "has all of it (event `trouble`)."
    )
    return Report("the monitor has errors of its own", text)


def no_errors() -> Report:
    """Return the report that the monitor's own errors have ended."""
    minutes = int(QUIET / timedelta(minutes=1))
    text = f"There was none for {minutes} minutes."
    return Report("the monitor's own errors have ended", text, is_calm=True)
