"""Our own network: where nothing at all answers, the fault is not the feeds'."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from monitor.alerts.wording import at_local_time
from monitor.jobs.hosts import host_of
from monitor.jobs.in_force import InForce
from monitor.jobs.report import tell_ops
from monitor.model import Feed, Fetched, FetchOutcome
from monitor.ports import Transaction

_WITNESSES = 3  # so many hosts that answered before and do not any more
_SHOWN = 3
_KEY = "network"

_UNANSWERED = frozenset({FetchOutcome.NETWORK, FetchOutcome.TIMEOUT})
_UNASKED = frozenset({FetchOutcome.SECRET, FetchOutcome.BLOCKED})


class Reach(StrEnum):
    """What one answer, or none, says of our own network."""

    UP = "up"
    DOWN = "down"
    BACK = "back"  # the first answer after it was down, or after a start


class Network:
    """Which hosts have fallen silent since any host answered last."""

    def __init__(self) -> None:
        self._silent: dict[str, datetime] = {}
        self._may_be_reported = True  # by a process before this one

    def heard(
        self,
        fetched: Fetched,
        feed: Feed,
        feeds: Mapping[str, Feed],
        now: datetime,
        *,
        was_well: bool,
    ) -> Reach:
        """Take note of how a fetch ended; return what that says of the network.

        It is down once three hosts, or all there are if there are two, that answered
        before (`was_well`) do not answer one after the other, and no other does.
        """
        if fetched.outcome in _UNASKED:
            return Reach.UP
        if fetched.outcome not in _UNANSWERED:
            self._silent.clear()
            return Reach.BACK if self._may_be_reported else Reach.UP
        if was_well:
            self._silent.setdefault(host_of(feed.url), now)
        return Reach.DOWN if self.is_down(feeds) else Reach.UP

    def is_down(self, feeds: Mapping[str, Feed]) -> bool:
        """Say whether all that was heard last is silence."""
        if len(self._silent) >= _WITNESSES:
            return True
        hosts = {host_of(feed.url) for feed in feeds.values()}
        return len(hosts) == len(self._silent) > 1

    def note(self, reach: Reach) -> None:
        """Take note that what `reach` says was stored."""
        if reach is not Reach.UP:
            self._may_be_reported = reach is Reach.DOWN

    def report(
        self, tx: Transaction, in_force: InForce, reach: Reach, now: datetime
    ) -> None:
        """Tell `ops` when the network is down, and when it is back."""
        if reach is Reach.DOWN and tx.open_report(_KEY, "", now):
            since = at_local_time(min(self._silent.values()), in_force.zone)
            some = ", ".join(list(self._silent)[:_SHOWN])
            text = (
                f"Since {since} no host answers ({some} ...). Feeds "
                "are polled at their usual times and not counted as failing."
            )
            tell_ops(tx, in_force, "our own network seems to be down", text, now)
        if reach is Reach.BACK and tx.close_report(_KEY):
            title, text = "the network works again", "Hosts answer."
            tell_ops(tx, in_force, title, text, now, is_calm=True)
