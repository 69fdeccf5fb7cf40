"""Whether a feed was reset: everything in it is new, and hardly any of it news.

It happens when a publisher changes his software or his address: guids and links are
new, often the dates too, and the entries are those we know.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

_SOME = 2  # one entry that reads like an earlier one may be a daily one
_BLOCK = 5  # so many dates from the past are no late entries
_LATE = timedelta(days=1)  # some publishers give only the day, and so its midnight


def known_again(known: Sequence[bool]) -> tuple[bool, ...]:
    """Return which entries are no news, by `known`: which are like an earlier one."""
    return tuple(sum(known) >= _SOME and is_known for is_known in known)


def no_news(
    known: Sequence[bool],
    dates: Sequence[datetime | None],
    *,
    since: datetime,
    newest: datetime | None,
) -> tuple[bool, ...]:
    """Return which entries of a document that is all new are no news.

    `known` are those from `known_again`, `since` is the last good poll, and `newest`
    the latest date before this one. If half of the entries are known or dated before,
    all are old but those that are dated after `since`; and these are too if a known
    entry is dated so: then the whole document was given new dates.
    """
    old = [_is_old(date, since, newest) for date in dates]
    found = sum(map(any, zip(known, old, strict=True)))
    if 2 * found < len(dates) or (found < _BLOCK and not any(known)):
        return tuple(known)
    after = [date is not None and date >= since for date in dates]
    if any(map(all, zip(known, after, strict=True))):
        return (True,) * len(dates)
    return tuple(not is_after for is_after in after)


def _is_old(date: datetime | None, since: datetime, newest: datetime | None) -> bool:
    """Say whether a date is too old for an entry that was only put in late."""
    if date is None or date >= since:
        return False
    return date < since - _LATE or (newest is not None and date <= newest)
