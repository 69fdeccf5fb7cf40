"""What a poll leaves behind: validators, health, and when to poll next.

The next poll is never nearer than the feed's interval: `every`, and no less than the
`floor`. It is farther where asking gains nothing (the body stays the same, the
publisher or the cache headers say so), and with every failure.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from monitor.feeds.backoff import backoff, busy_until
from monitor.feeds.hours import next_welcome
from monitor.model import (
    Feed,
    FeedState,
    FeedStatus,
    Fetched,
    FetchOutcome,
    ParsedFeed,
    PollPolicy,
    Validators,
)

_SHORTEST = timedelta(seconds=1)  # where neither `every` nor the floor says more
_SPREAD = 0.1  # of the interval: how far the dice may delay a poll
_VALIDATORS_LAST = timedelta(days=8)
_PATIENCE = timedelta(hours=1)  # the most that a publisher's wishes delay a poll
_ABSURD = timedelta(days=7)  # a longer max-age was not meant for a feed
_MOST_DOUBLINGS = 2
_GOOD = frozenset({FetchOutcome.OK, FetchOutcome.NOT_MODIFIED})
_GONE = 410


def after_poll(
    state: FeedState,
    fetched: Fetched,
    parsed: ParsedFeed | None,
    *,
    error: str = "",
    feed: Feed,
    policy: PollPolicy,
    now: datetime,
    jitter: float,
) -> FeedState:
    """Return the state of a feed after a poll.

    `parsed` is None where nothing was parsed: a 304, an equal body, a failure. `error`
    says why a body was no feed. `jitter` is a random number in [0, 1).
    """
    still = state.not_before_at if _is_after(state.not_before_at, now) else None
    polled = replace(state, polled_at=now, not_before_at=still)
    own = max(feed.every, policy.floor, _SHORTEST)
    if error or fetched.outcome not in _GOOD:
        failing = _failing(polled, fetched, error, now)
        return _with_backoff(failing, fetched, own, now, jitter)
    well = _well(_answered(polled, fetched, now), parsed, now)
    interval = max(own, _while_equal(well, own), _cached(fetched))
    if not feed.every_is_own:
        interval = max(interval, _wished(parsed))
    is_first = state.succeeded_at is None
    spread = _place(feed.url, jitter) if is_first else _SPREAD * jitter
    return replace(well, next_poll_at=_next(well, parsed, interval, spread, now))


def body_hash(body: bytes) -> str:
    """Return a hash by which equal bodies are known."""
    return sha256(body).hexdigest()


def _is_after(at: datetime | None, now: datetime) -> bool:
    return at is not None and at > now


def _answered(state: FeedState, fetched: Fetched, now: datetime) -> FeedState:
    """Return the state with what a good answer says of its own lifetime."""
    if fetched.outcome is FetchOutcome.NOT_MODIFIED:
        kept = _confirmed(state, fetched.validators, now)
        return replace(state, validators=kept, equal_bodies=0)
    seen = body_hash(fetched.body)
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


def _well(state: FeedState, parsed: ParsedFeed | None, now: datetime) -> FeedState:
    return replace(
        state,
        title=(parsed.title if parsed else "") or state.title,
        succeeded_at=now,
        errors=0,
        status=FeedStatus.OK,
        error="",
        failing_since=None,
    )


def _while_equal(state: FeedState, own: timedelta) -> timedelta:
    """Return the interval of a feed that is served whole although it stays equal."""
    if state.validators:
        return own
    return min(own * (1 << min(state.equal_bodies, _MOST_DOUBLINGS)), _PATIENCE)


def _cached(fetched: Fetched) -> timedelta:
    fresh = fetched.cacheable_for or timedelta(0)
    return timedelta(0) if fresh > _ABSURD else min(fresh, _PATIENCE)


def _wished(parsed: ParsedFeed | None) -> timedelta:
    wish = parsed.min_interval if parsed else None
    return min(wish or timedelta(0), _PATIENCE)


def _place(url: str, jitter: float) -> float:
    """Return the feed's own place in the interval, in [0, 1).

    Feeds that were added together are thus not polled together for ever.
    """
    place = int.from_bytes(sha256(url.encode()).digest()[:4], "big") / 2**32
    return (1 - _SPREAD) * place + _SPREAD * jitter


def _next(
    state: FeedState,
    parsed: ParsedFeed | None,
    interval: timedelta,
    spread: float,
    now: datetime,
) -> datetime:
    """Return when a healthy feed is polled next, `spread` of an interval later."""
    at = now + interval * (1 + spread)
    welcome = next_welcome(at, parsed) if parsed else at
    if welcome > at:  # in that hour, but not every feed in its first second
        welcome += min(interval, _PATIENCE) * spread
    return max(welcome, state.not_before_at or welcome)


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
    interval: timedelta,
    now: datetime,
    jitter: float,
) -> FeedState:
    if fetched.outcome is FetchOutcome.HTTP_ERROR and fetched.status == _GONE:
        return replace(state, status=FeedStatus.GONE, next_poll_at=None)
    wait = backoff(fetched, state.errors, interval)
    at = max(now + wait, state.not_before_at or now)
    return replace(state, next_poll_at=at + wait * _SPREAD * jitter)
