"""The life of a subscription: what is to be done, and what follows from an answer.

::

    off -> pending      the hub was asked                          (asked)
    pending -> active   it came back, and we did mean it           (confirmed)
    active -> active    asked again at 80 % of the lease           (asked, confirmed)
    any -> denied       the hub said no; asked again after a day   (denied)
    active -> leaving   feed, hub or our own address is another    (parted)

What a hub leaves undone is met by time alone: every request has a time at which it
is made again, later with each, until the hub confirms one.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.feeds.holding import dated_at
from monitor.feeds.websub import is_private_way, is_same_feed, why_not
from monitor.model import (
    Advert,
    Feed,
    HubAnswer,
    Novelty,
    PushMode,
    PushReason,
    PushState,
    Subscription,
    Verdict,
    WebSub,
)

LEASE = timedelta(days=10)
"""How long a hub is asked to push."""

MOST_MISSED = 2
"""So many polls in a row that found what no push had brought are told to `ops`."""

_LONGEST_LEASE = timedelta(days=30)
_RENEWED_AT = 0.8
_SHORTEST_WAIT = timedelta(seconds=1)
_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(days=1)
_MOST_DOUBLINGS = 16
_DENIED_FOR = timedelta(days=1)
_FAREWELLS = 3
_LATE = timedelta(minutes=10)  # a push that comes at all comes sooner
_SECONDS = re.compile(r"[0-9]{1,10}")
_SIGNATURES = {
    "sha1": hashlib.sha1,
    "sha256": hashlib.sha256,
    "sha384": hashlib.sha384,
    "sha512": hashlib.sha512,
}


class Step(StrEnum):
    """What is to be done about a subscription that is due."""

    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"
    PART = "part"
    REST = "rest"
    FORGET = "forget"


def noted(
    current: Subscription | None, feed_id: int, feed: str, said: Advert, now: datetime
) -> tuple[Subscription, ...]:
    """Return what is to be stored after a poll that read `said`; mostly nothing."""
    hub, topic = said.hub or "", said.topic or ""
    if current is None:
        fresh = Subscription(0, feed_id, feed, hub, topic, said.served, due_at=now)
        return (fresh,) if hub else ()
    if current.hub == hub and _is_still(current, topic):
        is_off = current.state is PushState.OFF  # and may be wanted now
        due_at = now if is_off else current.due_at
        moved = replace(current, served=said.served, due_at=due_at)
        return (moved,) if current.served != said.served else ()
    leaving, fresh = _apart(current, now)
    fresh = replace(fresh, hub=hub, topic=topic, served=said.served)
    return (*leaving, fresh)


def _is_still(current: Subscription, topic: str) -> bool:
    """Say whether the topic is the one of now: what works outlives a new spelling."""
    if current.state is PushState.ACTIVE:
        return is_same_feed(current.topic, topic)
    return current.topic == topic


def next_step(
    sub: Subscription,
    feed: Feed | None,
    websub: WebSub | None,
    *,
    is_listening: bool,
) -> tuple[Step, PushReason]:
    """Return what a subscription needs now, and why.

    `feed` is None where it left the configuration, `websub` where it is switched
    off; only while we are listening a hub can be told that we leave.
    """
    if sub.state is PushState.LEAVING:
        is_over = not is_listening or sub.tries >= _FAREWELLS
        return Step.FORGET if is_over else Step.UNSUBSCRIBE, sub.reason
    reason = _unwanted(sub, feed, websub)
    if reason is None:
        return Step.SUBSCRIBE, PushReason.ASKED
    if sub.state is PushState.ACTIVE:
        return Step.PART, reason
    is_over = reason is PushReason.REMOVED
    return Step.FORGET if is_over else Step.REST, reason


def _unwanted(
    sub: Subscription, feed: Feed | None, websub: WebSub | None
) -> PushReason | None:
    if feed is None:
        return PushReason.REMOVED
    if websub is None:
        return PushReason.SWITCHED_OFF
    is_moved = sub.state is PushState.ACTIVE and not _is_ours(sub, websub)
    reason = why_not(feed, sub.hub, sub.topic, sub.served)
    return PushReason.MOVED if is_moved and reason is None else reason


def _is_ours(sub: Subscription, websub: WebSub) -> bool:
    return sub.token is not None and sub.callback == _callback(websub, sub.token)


def _callback(websub: WebSub, token: str) -> str:
    return f"{websub.public_url.rstrip('/')}/{token}"


def rested(sub: Subscription, reason: PushReason) -> Subscription:
    """Return the subscription as one that is not asked for, until something changes."""
    return replace(
        sub,
        state=PushState.OFF,
        reason=reason,
        detail="",
        asking=None,
        token=None,
        due_at=None,
        tries=0,
        verified_at=None,
        lease_ends_at=None,
    )


def parted(
    sub: Subscription, reason: PushReason, now: datetime
) -> tuple[Subscription, ...]:
    """Return what is left at its hub, and beside it one that may begin anew."""
    leaving, fresh = _apart(sub, now)
    return tuple(replace(one, reason=reason) for one in (*leaving, fresh))


def _apart(
    sub: Subscription, now: datetime
) -> tuple[tuple[Subscription, ...], Subscription]:
    """Return what has to be ended at its hub, if any, and what takes its place."""
    fresh = replace(rested(sub, PushReason.NOT_ASKED), due_at=now, missed=0)
    if sub.state is not PushState.ACTIVE:
        return (), fresh
    leaving = replace(
        sub,
        state=PushState.LEAVING,
        reason=PushReason.MOVED,
        asking=None,
        due_at=now,
        tries=0,
    )
    return (leaving,), replace(fresh, id=0)


def asked(
    sub: Subscription,
    mode: PushMode,
    websub: WebSub | None,
    now: datetime,
    *,
    token: str,
    secret: str,
) -> Subscription:
    """Return a subscription whose hub is about to be asked.

    `token` and `secret` are new random texts, used where there is none yet.
    """
    if websub is not None and mode is PushMode.SUBSCRIBE and not _is_ours(sub, websub):
        sub = replace(
            sub,
            token=token,
            callback=_callback(websub, token),
            secret=secret if is_private_way(sub.hub) else "",
        )
    tried = replace(sub, asking=mode, tries=sub.tries + 1, due_at=now + _wait(sub))
    if mode is PushMode.UNSUBSCRIBE or sub.is_live(now):
        return tried
    return replace(tried, state=PushState.PENDING, reason=_why_pending(sub))


def _wait(sub: Subscription) -> timedelta:
    doubled = _FIRST_WAIT * (1 << min(sub.tries, _MOST_DOUBLINGS))
    return min(doubled, _LONGEST_WAIT)


def _why_pending(sub: Subscription) -> PushReason:
    if sub.state is PushState.ACTIVE:
        return PushReason.LAPSED
    if sub.tries == 0:
        return PushReason.ASKED
    is_unanswered = sub.reason is PushReason.ASKED
    return PushReason.UNANSWERED if is_unanswered else sub.reason


def answered(
    sub: Subscription, answer: HubAnswer, now: datetime
) -> Subscription | None:
    """Return the subscription after its hub took or refused a request.

    None means that nothing follows, as when it was confirmed meanwhile.
    """
    if sub.asking is None:
        return None
    if answer.accepted:
        is_mended = sub.reason is PushReason.HUB_FAILED
        return replace(sub, reason=PushReason.ASKED, detail="") if is_mended else None
    # A hub that said no is not expected; one that said nothing may still come.
    asking = sub.asking if answer.status is None else None
    wait = min(answer.retry_after or timedelta(0), _LONGEST_WAIT)
    is_pending = sub.state is PushState.PENDING
    return replace(
        sub,
        asking=asking,
        reason=PushReason.HUB_FAILED if is_pending else sub.reason,
        detail=answer.detail,
        due_at=max(sub.due_at or now, now + wait),
    )


def confirmed(
    sub: Subscription, mode: str, topic: str, lease: str, now: datetime
) -> Subscription | None:
    """Return the subscription after its hub asked whether we mean it.

    None means that we do not: only what is pending is confirmed. `lease` is in
    seconds, as the hub wrote it. An unsubscription leaves one that is off.
    """
    if sub.asking is None or mode != sub.asking or topic != sub.topic:
        return None
    if sub.asking is PushMode.UNSUBSCRIBE:
        return rested(sub, sub.reason)
    lasts = _lease(lease)
    return replace(
        sub,
        state=PushState.ACTIVE,
        reason=PushReason.VERIFIED,
        detail="",
        asking=None,
        tries=0,
        verified_at=sub.verified_at if sub.is_live(now) else now,
        lease_ends_at=now + lasts,
        due_at=now + max(lasts * _RENEWED_AT, _SHORTEST_WAIT),
    )


def _lease(seconds: str) -> timedelta:
    """Return how long a hub will push; one that does not say, as long as was asked."""
    if not _SECONDS.fullmatch(seconds) or not int(seconds):
        return LEASE
    return min(timedelta(seconds=int(seconds)), _LONGEST_LEASE)


def denied(
    sub: Subscription, topic: str, why: str, now: datetime
) -> Subscription | None:
    """Return the subscription after its hub refused it, None if it is not its to."""
    if topic != sub.topic or sub.state not in _DENIABLE:
        return None
    refused = rested(sub, PushReason.DENIED_BY_HUB)
    if sub.state is PushState.LEAVING:
        return refused
    again = now + _DENIED_FOR
    return replace(refused, state=PushState.DENIED, detail=why, due_at=again)


_DENIABLE = (PushState.PENDING, PushState.ACTIVE, PushState.LEAVING)


def pushed(sub: Subscription, now: datetime) -> Subscription:
    """Return the subscription after a push that counts."""
    return replace(sub, pushes=sub.pushes + 1, pushed_at=now, missed=0)


def polled(
    sub: Subscription, verdicts: Sequence[Verdict], now: datetime
) -> Subscription:
    """Return the subscription after a poll: it may have found what no push brought.

    Such an entry is dated since the subscription began, and minutes ago: what is
    younger may be on its way. A subscription that twice in a row failed so is asked
    for again at once; its hub may have lost it.
    """
    since = sub.verified_at
    if since is None or not sub.is_live(now):
        return sub
    new = (v.entry for v in verdicts if v.novelty is Novelty.NEW)
    dates = (dated_at(entry, now) for entry in new)
    if not any(date and since < date < now - _LATE for date in dates):
        return sub
    missed = sub.missed + 1
    is_first = missed == MOST_MISSED
    return replace(sub, missed=missed, due_at=now if is_first else sub.due_at)


def is_signed(secret: str, signature: str, body: bytes) -> bool:
    """Say whether a push bears the signature of who knows the secret.

    `signature` is ``METHOD=HEX``, as in the header X-Hub-Signature (section 8 of the
    recommendation); without a secret there is nothing to check.
    """
    if not secret:
        return True
    method, _, given = signature.strip().partition("=")
    digest = _SIGNATURES.get(method.lower())
    if digest is None:
        return False
    expected = hmac.new(secret.encode(), body, digest).hexdigest()
    found = given.strip().lower().encode("utf-8", "replace")
    return hmac.compare_digest(expected.encode(), found)
