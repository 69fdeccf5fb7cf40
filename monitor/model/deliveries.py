"""Messages on their way: forms, attempts, outcomes, states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.model.alerts import Message
from monitor.model.configuration import Priority


class Form(StrEnum):
    """The shape a message takes for a kind of service."""

    CONSOLE = "console"
    EMAIL = "email"
    SLACK = "slack"
    TELEGRAM = "telegram"
    DISCORD = "discord"
    MATRIX = "matrix"
    TEAMS = "teams"
    NTFY = "ntfy"
    JSON = "json"
    PLAIN = "plain"


class BodyFormat(StrEnum):
    """How a rendered body is marked up."""

    TEXT = "text"
    HTML = "html"
    MARKDOWN = "markdown"


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message in a service's own form, ready to send.

    `link` is set where a service may make the whole message clickable, `plain` where
    it takes a second form beside the body. `key` names the delivery, the same at each
    try; `references` name what it belongs to, the story first. `answers` is the
    receipt of the message that it answers. `fields` are the parts of the message, for
    services that take data.
    """

    title: str
    body: str
    body_format: BodyFormat
    priority: Priority = Priority.NORMAL
    link: str | None = None
    plain: str = ""
    key: str = ""
    references: tuple[str, ...] = ()
    answers: str = ""
    fields: Mapping[str, object] = field(default_factory=dict)


class SendOutcome(StrEnum):
    """How one attempt ended, as the sender sees it."""

    SENT = "sent"
    RETRY = "retry"  # 408 425 429 5xx, network
    UNKNOWN = "unknown"  # a timeout: it may have arrived
    CHANNEL_BROKEN = "channel_broken"  # 401 403 404 410: the place is wrong
    MESSAGE_REFUSED = "message_refused"  # 400 413 422: this message is wrong


@dataclass(frozen=True, slots=True)
class SendResult:
    """One attempt's end; `detail` is redacted and can be shown and stored.

    `receipt` is what the service calls the message that arrived, so that a later one
    can answer it; empty where nothing can.
    """

    outcome: SendOutcome
    status: int | None = None
    retry_after: timedelta | None = None
    detail: str = ""
    receipt: str = ""


class DeliveryState(StrEnum):
    """Where one message is on its way to one URL of a channel."""

    PENDING = "pending"
    LEASED = "leased"
    HELD = "held"
    SENT = "sent"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Lane:
    """One URL of a channel: the unit of order, of one worker, of being broken.

    `place` is the position of the URL in the channel, from 0.
    """

    channel: str
    place: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message on its way to one lane, as claimed for an attempt.

    `attempts` counts tries begun, this one included, `failed` those that ended and
    failed: one that was cut off by a crash says nothing of the service. `maybe_sent`
    says that an earlier try may have arrived. `bare` asks for plain text after a
    refusal. `failures` is how often in a row its lane had failed before for a reason
    that passes, `lane_is_broken` that this try is the probe of a broken lane.
    `overtaken` says that others arrived while the service failed at this one.
    `answers` is the receipt of the message that told this lane of the story first.
    """

    id: int
    lane: Lane
    message: Message
    created_at: datetime
    attempts: int
    first_attempt_at: datetime
    maybe_sent: bool = False
    bare: bool = False
    failed: int = 0
    failures: int = 0
    lane_is_broken: bool = False
    overtaken: bool = False
    answers: str = ""


class LaneChange(StrEnum):
    """What an attempt made of its lane, where that is news."""

    BROKEN = "broken"  # the place is wrong: all is held until a person mends it
    OPENED = "opened"  # its circuit: one delivery at a time tries whether it is back
    MENDED = "mended"  # it was broken or its circuit open, and it works again


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits in a lane, and since when the oldest does (None if nothing does)."""

    count: int
    oldest_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Stranded:
    """A lane that does not deliver since then; `is_told` if its people were told."""

    lane: Lane
    since: datetime
    is_broken: bool
    is_told: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """A delivery that waits in a stranded lane, and that nobody told elsewhere."""

    delivery_id: int
    message: Message
    created_at: datetime
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Settled:
    """What becomes of a delivery after an attempt.

    `next_attempt_at` is set for PENDING; `breaks_lane` says that the lane's other
    deliveries are held too, `mends_lane` that they are let go again. `failures` is
    how often in a row the lane failed now, `opens_lane` that this is too often: then
    only a probe tries it, at `probe_at`. `doubts` says that it may be this delivery
    and not the lane: the next probe is another. A broken lane has its next probe at
    `probe_at` too, None for never by itself.
    """

    state: DeliveryState
    reason: str = ""
    next_attempt_at: datetime | None = None
    maybe_sent: bool = False
    bare: bool = False
    breaks_lane: bool = False
    mends_lane: bool = False
    failures: int = 0
    opens_lane: bool = False
    doubts: bool = False
    probe_at: datetime | None = None
