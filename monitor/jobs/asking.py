"""When a feed may be asked, whatever its due time says."""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.jobs.in_force import InForce
from monitor.model import Feed, FeedState, FeedStatus

_LONGEST_RETRY_AFTER = timedelta(hours=24)
_LONGEST_PAUSE = timedelta(days=7)  # a publisher's skipDays, all but one hour


def longest_wait(in_force: InForce) -> timedelta:
    """Return how far ahead a due time can lie, unless the clock went back since."""
    floor = in_force.settings.poll.floor
    slowest = max((f.every for f in in_force.feeds.values()), default=floor)
    return 2 * max(slowest, floor, _LONGEST_RETRY_AFTER) + _LONGEST_PAUSE


def may_ask(state: FeedState, now: datetime, floor: timedelta) -> bool:
    """Say whether a person may have the feed asked now."""
    if state.status is FeedStatus.GONE:
        return False
    asked = state.polled_at
    is_too_soon = asked is not None and now - floor < asked <= now
    wait = state.not_before_at
    must_wait = wait is not None and now < wait <= now + _LONGEST_RETRY_AFTER
    return not is_too_soon and not must_wait


class Asked:
    """When each URL was asked last in this process, by a clock that nobody sets.

    Due times are of the wall clock and of a feed's name; a clock that jumps and a
    feed that is renamed are no reason to ask a publisher twice in an interval.
    """

    def __init__(self) -> None:
        self._at: dict[str, float] = {}

    def note(self, url: str, at: float) -> None:
        """Note that a URL is asked; `at` is in seconds of the monotonic clock."""
        self._at[url] = at

    def rest(
        self, url: str, feed: Feed, state: FeedState, at: float
    ) -> timedelta | None:
        """Return how long a URL is to be left alone yet, None if it may be asked."""
        asked = self._at.get(url)
        if asked is None:
            return None
        least = min(feed.every, state.traits.interval or feed.every)
        rest = least - timedelta(seconds=at - asked)
        return rest if rest > timedelta(0) else None
