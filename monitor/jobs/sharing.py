"""One URL that is subscribed twice is fetched once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from monitor.feeds import address_of, usable_validators
from monitor.model import Feed, FeedState, FetchRequest, Validators
from monitor.ports import Transaction


class Twins:
    """The feeds that are polled together with another one that was claimed."""

    def __init__(self) -> None:
        self._of: dict[int, tuple[FeedState, ...]] = {}
        self._known: Mapping[str, Feed] | None = None
        self._shared: frozenset[str] = frozenset()

    def gather(
        self,
        tx: Transaction,
        claimed: Sequence[FeedState],
        feeds: Mapping[str, Feed],
        now: datetime,
        *,
        until: datetime,
    ) -> tuple[FeedState, ...]:
        """Claim the twins of claimed feeds too; return one feed of each kind."""
        shared = self._shared_pages(feeds)
        if not any(_page(state.url) in shared for state in claimed):
            return tuple(claimed)  # nearly always: nothing is read for it
        ids = {state.id for state in claimed}
        kinds = {_kind(feeds[s.name], s) for s in claimed if s.name in feeds}
        idle = [
            state.id
            for state in tx.feed_states()
            if state.id not in ids and _kind(feeds[state.name], state) in kinds
        ]
        groups: dict[object, list[FeedState]] = {}
        for state in (*claimed, *tx.claim(idle, now, until=until)):
            feed = feeds.get(state.name)
            kind = state.id if feed is None else _kind(feed, state)
            groups.setdefault(kind, []).append(state)
        for first, *others in groups.values():
            self._of[first.id] = tuple(others)
        return tuple(first for first, *_ in groups.values())

    def _shared_pages(self, feeds: Mapping[str, Feed]) -> frozenset[str]:
        """Return what two feeds or more are subscribed to; counted once a reload."""
        if feeds is not self._known:
            pages = Counter(_page(feed.url) for feed in feeds.values())
            self._known = feeds
            self._shared = frozenset(page for page, n in pages.items() if n > 1)
        return self._shared

    def of(self, state: FeedState) -> tuple[FeedState, ...]:
        """Return those that are polled together with a feed, once."""
        return self._of.pop(state.id, ())


def _page(url: str) -> str:
    """Return what is asked for: a fragment is not sent."""
    return url.partition("#")[0]


def _kind(feed: Feed, state: FeedState) -> tuple[object, ...]:
    """Return what two feeds have in common whose documents are the same."""
    return _page(address_of(feed, state)), feed.headers, feed.encoding, feed.kind


def request_for(feeds: Mapping[str, Feed], states: Sequence[FeedState]) -> FetchRequest:
    """Return the one request for feeds of a kind.

    It is conditional where all of them have read the same document.
    """
    first, *others = states
    feed = feeds[first.name]
    validators = usable_validators(feed, first)
    known = (validators, first.traits.source, first.body_hash)
    for other in others:
        theirs = usable_validators(feeds[other.name], other)
        if (theirs, other.traits.source, other.body_hash) != known:
            validators = Validators()
    return FetchRequest(
        address_of(feed, first),
        feed.headers,
        validators,
        first.traits.source if validators else "",
    )
