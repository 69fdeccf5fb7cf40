"""One URL that is subscribed twice is fetched once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from monitor.feeds import address_of, usable_validators
from monitor.model import Feed, FeedState, FetchRequest, Validators
from monitor.ports import Transaction


class Twins:
    """The feeds that are polled together with another one that was claimed."""

    def __init__(self) -> None:
        self._of: dict[int, tuple[FeedState, ...]] = {}

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
        if not _shares(feeds.values()):
            return tuple(claimed)
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

    def of(self, state: FeedState) -> tuple[FeedState, ...]:
        """Return those that are polled together with a feed, once."""
        return self._of.pop(state.id, ())


def _shares(feeds: Collection[Feed]) -> bool:
    """Say whether two feeds have one configured URL."""
    return len({_page(feed.url) for feed in feeds}) < len(feeds)


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
