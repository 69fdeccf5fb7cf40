"""How much a place takes: so many messages in any such time, several bounds at once.

What came is remembered, not refilled into a bucket: a bucket that is full takes twice
its bound in one span, and it is the services that count in spans. An attempt counts
from its end, so that none arrives too early however long the one before it took.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType

from monitor.model import Form, Rate

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)

_OF_SERVICES: Mapping[Form, tuple[Rate, ...]] = MappingProxyType(
    {
        Form.TELEGRAM: (Rate(1, SECOND),),  # core.telegram.org/bots/faq
        Form.SLACK: (Rate(1, SECOND),),  # docs.slack.dev/apis/web-api/rate-limits
        Form.DISCORD: (Rate(5, 2 * SECOND),),  # what its webhooks' headers say
        Form.NTFY: (),  # a server's own business, which it says by 429
        Form.EMAIL: (),
        Form.JSON: (),
        Form.CONSOLE: (),
    }
)
"""What services say themselves of one chat, one channel, one webhook."""

_TELEGRAM_GROUP = Rate(20, MINUTE)

_MADE_UP = 5.5
"""Seconds that Apprise waits where it knows nothing of a service."""


def service_rates(
    form: Form, *, declared: float, is_group: bool = False
) -> tuple[Rate, ...]:
    """Return how much a service takes in one place, nothing if that is not known.

    `declared` is how many seconds Apprise's sender would wait between two messages.
    Its general 5.5 s is no bound of any service. `is_group` is Telegram's.
    """
    if form in _OF_SERVICES:
        known = _OF_SERVICES[form]
        return (*known, _TELEGRAM_GROUP) if is_group else known
    if declared <= 0 or declared == _MADE_UP:
        return ()
    return (Rate(1, timedelta(seconds=declared)),)


class Pace:
    """Says how long a place has to be left alone, by what it was given so far."""

    def __init__(self, rates: Sequence[Rate] = ()) -> None:
        self._rates = tuple(rates)
        self._came: deque[float] = deque()

    def bound(self, rates: Sequence[Rate]) -> None:
        """Keep to other bounds from now on; what came is remembered."""
        self._rates = tuple(rates)

    def note(self, at: float) -> None:
        """Remember that something came `at` these seconds of the monotonic clock."""
        self._came.append(at)
        most = max((rate.count for rate in self._rates), default=0)
        while len(self._came) > most:
            self._came.popleft()

    def pause(self, at: float) -> timedelta:
        """Return how long after `at` the next one may come."""
        free = [
            self._came[-rate.count] + rate.per.total_seconds()
            for rate in self._rates
            if len(self._came) >= rate.count
        ]
        return timedelta(seconds=max(0.0, max(free, default=at) - at))
