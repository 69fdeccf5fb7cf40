"""What a poll leaves behind: validators, health, and when to poll next.

The next poll is never nearer than the feed's interval: `every`, and no less than the
`floor`. It is farther where asking gains nothing (the feed publishes seldom, the body
stays the same, the publisher or the cache headers say so), and with every failure; it
is nearer only for a while after entries were lost between two polls.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from operator import itemgetter

from monitor.feeds.address import returned
from monitor.feeds.backoff import backoff, busy_until
from monitor.feeds.habit import patient_interval
from monitor.feeds.hours import next_welcome
from monitor.feeds.learning import taught
from monitor.model import (
    Feed,
    FeedState,
    FeedStatus,
    Fetched,
    FetchOutcome,
    ParsedFeed,
    PollPolicy,
    Traits,
    Validators,
    Verdict,
    Wait,
    changed,
)

_SHORTEST = timedelta(seconds=1)  # where neither `every` nor the floor says more
_SPREAD = 0.1  # of the interval: how far the dice may delay a poll
_VALIDATORS_LAST = timedelta(days=8)
_PATIENCE = timedelta(hours=1)  # the most that a publisher's wishes delay a poll
_ABSURD = timedelta(days=7)  # a longer max-age was not meant for a feed
_EQUAL = 3  # bodies in a row: one alone says little of a busy feed
_WATCHFUL = timedelta(days=7)  # how long a feed that lost entries is polled oftener
_MANY = 1_000  # failures: a new address that is gone is given up at once
_GOOD = frozenset({FetchOutcome.OK, FetchOutcome.NOT_MODIFIED})
_GONE = 410


def after_poll(
    state: FeedState,
    fetched: Fetched,
    parsed: ParsedFeed | None,
    *,
    verdicts: Sequence[Verdict] = (),
    seen: str = "",
    error: str = "",
    is_offline: bool = False,
    is_pushed: bool = False,
    feed: Feed,
    policy: PollPolicy,
    now: datetime,
    jitter: float,
) -> FeedState:
    """Return the state of a feed after a poll.

    `parsed` is None where nothing was parsed: a 304, an equal body, a failure;
    `verdicts` are on its entries, `seen` is the hash of the body if that is known.
    `error` says why a body was no feed. `is_offline`
    says that our own network is down, which is no fault of the feed, `is_pushed` that
    a hub which is trusted pushes its entries. `jitter` is a random number in [0, 1).
    """
    still = state.not_before_at if _is_after(state.not_before_at, now) else None
    polled = replace(state, polled_at=now, not_before_at=still)
    if is_offline:
        wait, why = _least_wait(feed, policy)
        return _due(polled, feed, wait, why, now + wait * (1 + _SPREAD * jitter))
    if is_failure(fetched, error):
        failing = _failing(polled, fetched, error, now)
        # An error is no reason to ask more often than when all was well.
        least, _ = max(_waits(failing, feed, policy, now), key=itemgetter(0))
        return _with_backoff(
            failing, fetched, feed, least=least, now=now, jitter=jitter
        )
    traits = taught(state, fetched, parsed, verdicts, feed=feed, now=now)
    well = _well(_answered(polled, fetched, seen, now), traits, parsed, now)
    waits = _waits(well, feed, policy, now)
    if is_pushed:
        waits.append((_PATIENCE, Wait.PUSHED))
    interval, why = max(waits, key=itemgetter(0))  # the first of equals
    is_first = state.succeeded_at is None
    spread = _place(feed.url, jitter) if is_first else _SPREAD * jitter
    due = _due(well, feed, interval, why, now + interval * (1 + spread))
    return _welcome(due, now, spread)


def is_failure(fetched: Fetched, error: str) -> bool:
    """Say whether a poll failed: no good answer, or none that is a feed."""
    return bool(error) or fetched.outcome not in _GOOD


def body_hash(body: bytes) -> str:
    """Return a hash by which equal bodies are known."""
    return sha256(body).hexdigest()


def _is_after(at: datetime | None, now: datetime) -> bool:
    return at is not None and at > now


def _answered(
    state: FeedState, fetched: Fetched, seen: str, now: datetime
) -> FeedState:
    """Return the state with what a good answer says of its own lifetime."""
    if fetched.outcome is FetchOutcome.NOT_MODIFIED:
        kept = _confirmed(state, fetched.validators, now)
        return changed(state, validators=kept, equal_bodies=0)
    seen = seen or body_hash(fetched.body)
    return replace(
        state,
        validators=fetched.validators,
        validators_at=now,
        body_hash=seen,
        equal_bodies=state.equal_bodies + 1 if seen == state.body_hash else 0,
    )


def _confirmed(state: FeedState, said: Validators, now: datetime) -> Validators:
    """Return the validators after a 304: none once the last 200 is too long ago.

    A server that is stuck on 304 is thus asked for the whole body again.
    """
    since = state.validators_at
    if since is not None and now - since > _VALIDATORS_LAST:
        return Validators()
    old = state.validators
    return Validators(
        etag=old.etag if said.etag is None else said.etag,
        last_modified=(
            old.last_modified if said.last_modified is None else said.last_modified
        ),
    )


def _well(
    state: FeedState, traits: Traits, parsed: ParsedFeed | None, now: datetime
) -> FeedState:
    return replace(
        state,
        traits=traits,
        title=(parsed.title if parsed else "") or state.title,
        succeeded_at=now,
        errors=0,
        status=FeedStatus.OK,
        error="",
        failing_since=None,
    )


def _least_wait(feed: Feed, policy: PollPolicy) -> tuple[timedelta, Wait]:
    if feed.every >= max(policy.floor, _SHORTEST):
        return feed.every, Wait.EVERY
    return max(policy.floor, _SHORTEST), Wait.FLOOR


def _waits(
    state: FeedState, feed: Feed, policy: PollPolicy, now: datetime
) -> list[tuple[timedelta, Wait]]:
    """Return how long a healthy feed is left alone at least, by each that decides.

    What the feed's user wrote on the feed binds, but for what costs the publisher
    most: bodies that stay equal, and answers that are said to be fresh for longer.
    """
    own, why = _least_wait(feed, policy)
    waits = [(own, why)]
    if not feed.every_is_own:
        if _is_after(state.traits.gap_at, now - _WATCHFUL):
            waits = [_watchful_wait(feed, policy)]
        else:
            waits += [(patient_interval(state.traits.habit, own, now), Wait.SELDOM)]
        waits += [(_within_patience(state.traits.min_interval), Wait.TTL)]
    waits += [
        (_while_equal(state, own), Wait.EQUAL),
        (_cached(state.traits), Wait.CACHE),
    ]
    return waits


def _watchful_wait(feed: Feed, policy: PollPolicy) -> tuple[timedelta, Wait]:
    least, why = _least_wait(replace(feed, every=feed.every / 2), policy)
    return least, Wait.GAP if why is Wait.EVERY else why


def _while_equal(state: FeedState, own: timedelta) -> timedelta:
    """Return the interval of a feed that is served whole although it stays equal."""
    if state.validators or state.equal_bodies < _EQUAL:
        return timedelta(0)
    return min(2 * own, max(own, _PATIENCE))


def _cached(traits: Traits) -> timedelta:
    fresh = traits.fresh_for or timedelta(0)
    return timedelta(0) if fresh > _ABSURD else min(fresh, _PATIENCE)


def _within_patience(wish: timedelta | None) -> timedelta:
    return min(wish or timedelta(0), _PATIENCE)


def _place(url: str, jitter: float) -> float:
    """Return the feed's own place in the interval, in [0, 1).

    Feeds that were added together are thus not polled together for ever.
    """
    place = int.from_bytes(sha256(url.encode()).digest()[:4], "big") / 2**32
    return (1 - _SPREAD) * place + _SPREAD * jitter


def _welcome(due: FeedState, now: datetime, spread: float) -> FeedState:
    """Return the state of a healthy feed, due when its publisher lets it be."""
    at = due.next_poll_at or now
    welcome, traits = next_welcome(at, due.traits), due.traits
    if welcome > at:  # in that hour, but not every feed in its first second
        traits = replace(traits, interval=welcome - now, wait=Wait.SKIP)
        welcome += min(traits.interval or _PATIENCE, _PATIENCE) * spread
    if due.not_before_at is not None and due.not_before_at > welcome:
        traits = replace(traits, wait=Wait.RETRY_AFTER)
        welcome = due.not_before_at
    return changed(due, next_poll_at=welcome, traits=traits)


def _due(
    state: FeedState, feed: Feed, interval: timedelta, why: Wait, at: datetime | None
) -> FeedState:
    chosen = changed(state.traits, wanted=feed.every, interval=interval, wait=why)
    return replace(state, next_poll_at=at, traits=chosen)


def _failing(
    state: FeedState, fetched: Fetched, error: str, now: datetime
) -> FeedState:
    """Return the state after a failure; what is known of the feed stays."""
    return replace(
        state,
        errors=state.errors + 1,
        status=FeedStatus.FAILING,
        error=error or fetched.detail or fetched.outcome.value.replace("_", " "),
        failing_since=state.failing_since or now,
        not_before_at=busy_until(fetched, now) or state.not_before_at,
    )


def _with_backoff(
    state: FeedState,
    fetched: Fetched,
    feed: Feed,
    *,
    least: timedelta,
    now: datetime,
    jitter: float,
) -> FeedState:
    """Return the state after a failure, due later with each one in a row."""
    is_gone = fetched.outcome is FetchOutcome.HTTP_ERROR and fetched.status == _GONE
    if is_gone and not state.traits.address:
        return replace(state, status=FeedStatus.GONE, next_poll_at=None)
    setbacks = _MANY if is_gone else state.errors
    back = replace(state, traits=returned(state.traits, setbacks))
    wait = backoff(fetched, state.errors, least)
    at, why = now + wait, Wait.BACKOFF
    if state.not_before_at is not None and state.not_before_at > at:
        at, why = state.not_before_at, Wait.RETRY_AFTER
    return _due(back, feed, wait, why, at + wait * _SPREAD * jitter)
