"""WebSub: what a feed says of its hub, and what is stored of a subscription."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Advert:
    """Where a feed says that it can be subscribed to.

    `hub` and `topic` are None where it does not say; `served` is the address that
    its document came from.
    """

    hub: str | None
    topic: str | None
    served: str


class PushMode(StrEnum):
    """What a hub is asked for, or says; the values of ``hub.mode``."""

    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"
    DENIED = "denied"


class PushState(StrEnum):
    """Where a subscription stands."""

    OFF = "off"  # not asked for, or no more
    PENDING = "pending"  # the hub was asked and has not come back
    ACTIVE = "active"  # the hub asked whether we mean it, and we did
    DENIED = "denied"  # the hub refused for good
    LEAVING = "leaving"  # to be ended at its hub


class PushReason(StrEnum):
    """Why a subscription is in its state."""

    NOT_ASKED = "not_asked"
    SWITCHED_OFF = "switched_off"
    NO_HUB = "no_hub"
    NO_TOPIC = "no_topic"
    OTHER_TOPIC = "other_topic"
    OWN_HEADERS = "own_headers"
    SECRET_IN_URL = "secret_in_url"  # noqa: S105 - the name of a reason
    ASKED = "asked"
    HUB_FAILED = "hub_failed"
    UNANSWERED = "unanswered"
    VERIFIED = "verified"
    LAPSED = "lapsed"
    DENIED_BY_HUB = "denied_by_hub"
    MOVED = "moved"  # the hub, the topic or our own address is another now
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Subscription:
    """What is stored of a feed's subscription; `id` 0 is one that is not stored yet.

    `callback` is the address that only its hub knows, `token` its last part, and
    `secret` what the hub signs with (empty where it is given none). `asking` is what
    the hub may come back for. `due_at` is when there is something to do, None for
    never. `tries` counts requests since the hub last confirmed one. `missed` counts
    polls in a row that found what no push had brought.
    """

    id: int
    feed_id: int
    feed: str
    hub: str
    topic: str
    served: str
    state: PushState = PushState.OFF
    reason: PushReason = PushReason.NOT_ASKED
    detail: str = ""
    callback: str = ""
    token: str | None = None
    secret: str = ""
    asking: PushMode | None = None
    due_at: datetime | None = None
    tries: int = 0
    verified_at: datetime | None = None
    lease_ends_at: datetime | None = None
    pushed_at: datetime | None = None
    pushes: int = 0
    refused: int = 0
    missed: int = 0

    def is_live(self, now: datetime) -> bool:
        """Say whether its hub promised to push, and the lease has not ended."""
        ends = self.lease_ends_at
        return self.state is PushState.ACTIVE and ends is not None and now < ends

    def is_trusted(self, now: datetime) -> bool:
        """Say whether it is live and no poll found what it failed to bring."""
        return self.missed == 0 and self.is_live(now)


@dataclass(frozen=True, slots=True)
class HubRequest:
    """What a hub is asked for; `feed_url` is the feed's own, which binds the guard."""

    feed_url: str
    hub: str
    mode: PushMode
    topic: str
    callback: str
    lease: timedelta
    secret: str = ""


@dataclass(frozen=True, slots=True)
class HubAnswer:
    """How a hub took a request; `detail` says in plain words what went wrong.

    `status` is None where no answer came. `retry_after` is how long it asks to wait,
    None where it does not.
    """

    accepted: bool
    status: int | None = None
    detail: str = ""
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Push:
    """What arrived at a callback, not looked at yet; `signature` is its header's."""

    token: str
    body: bytes
    content_type: str = ""
    signature: str = ""
