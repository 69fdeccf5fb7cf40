"""The values that cross the borders between packages: frozen, typed, without I/O.

Times are aware and in UTC; durations are `timedelta`. What the words mean stands
in ``docs/glossary.md``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

# --- configuration ----------------------------------------------------------


class Severity(StrEnum):
    """How much a diagnostic matters; only ``error`` makes a file unusable."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding about one place in a file; `line` and `column` count from 1.

    `source_line` is the text of that line, for the caret.
    """

    path: str
    line: int
    column: int
    severity: Severity
    text: str
    source_line: str = ""


@dataclass(frozen=True, slots=True)
class QueryProblem:
    """One finding about one place in a query; `start` is a character offset.

    `length` is how many characters are at fault, at least 1.
    """

    severity: Severity
    start: int
    length: int
    text: str


class Priority(IntEnum):
    """How urgent a rule is; the order is the order of urgency."""

    LOW = 0
    NORMAL = 1
    HIGH = 2
    URGENT = 3


@dataclass(frozen=True, slots=True)
class Feed:
    """A subscribed URL with its policy, as configured.

    `url` and `headers` hold ``${...}`` unexpanded. `every_is_own` says that
    `every` was written on the feed itself, not taken from the defaults.
    """

    name: str
    url: str
    every: timedelta
    lookback: timedelta = timedelta(0)
    tags: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    every_is_own: bool = False


@dataclass(frozen=True, slots=True)
class ChannelSpec:
    """A named place with one or more Apprise URLs, ``${...}`` unexpanded."""

    name: str
    urls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PollPolicy:
    """How all feeds are polled; the defaults are the documented ones."""

    floor: timedelta = timedelta(minutes=1)
    concurrency: int = 50
    host_connections: int = 2
    host_spacing: timedelta = timedelta(seconds=1)
    max_body: int = 16_000_000
    allow_networks: tuple[str, ...] = ()
    contact: str = ""
    proxy: str = ""
    ca_file: str = ""


@dataclass(frozen=True, slots=True)
class RuleTest:
    """One ``should_match`` or ``should_not_match``; `fields` are name and text."""

    fields: tuple[tuple[str, str], ...]
    expected: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """The user's unit: a query, where it applies, and who hears of it.

    `feeds` holds selectors: a feed's name, ``tag:NAME``, or either after ``-``.
    `version` is a hash of all that decides what the rule does.
    """

    name: str
    query: str
    feeds: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    priority: Priority = Priority.NORMAL
    tests: tuple[RuleTest, ...] = ()
    path: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """A whole valid configuration, without the rules."""

    database: str
    rules_path: str
    timezone: str
    poll: PollPolicy
    channels: tuple[ChannelSpec, ...]
    ops: tuple[str, ...]
    feeds: tuple[Feed, ...]
    default_rule_channels: tuple[str, ...] = ("console",)
    default_rule_priority: Priority = Priority.NORMAL


# --- fetching -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Validators:
    """ETag and Last-Modified, byte for byte as the server wrote them."""

    etag: str | None = None
    last_modified: str | None = None

    def __bool__(self) -> bool:
        """Say whether a conditional request is possible at all."""
        return self.etag is not None or self.last_modified is not None


class FetchOutcome(StrEnum):
    """How one HTTP exchange ended."""

    OK = "ok"
    NOT_MODIFIED = "not_modified"
    HTTP_ERROR = "http_error"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TIMEOUT = "timeout"
    NETWORK = "network"
    BLOCKED = "blocked"  # the guard refused the address or the scheme
    REDIRECT = "redirect"  # too many hops, a loop, or no usable target
    BAD_ENCODING = "bad_encoding"  # the Content-Encoding does not decode
    SECRET = "secret"  # noqa: S105 - a ${...} of the URL or headers is not set


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """What the fetcher is asked for; `url` and `headers` hold ``${...}`` unexpanded."""

    url: str
    headers: tuple[tuple[str, str], ...] = ()
    validators: Validators = Validators()


@dataclass(frozen=True, slots=True)
class Fetched:
    """One finished HTTP exchange; never an exception for what a server does.

    `url` is where the answer came from (after redirects; secrets not shown).
    `cacheable_for` is what Cache-Control or Expires allow, None where silent.
    `retry_after` is set only on 429 and 503 that carry a usable value.
    `detail` says in plain words what went wrong, empty when nothing did.
    """

    outcome: FetchOutcome
    url: str
    status: int | None = None
    body: bytes = b""
    content_type: str = ""
    validators: Validators = Validators()
    retry_after: timedelta | None = None
    cacheable_for: timedelta | None = None
    redirects: int = 0
    detail: str = ""
    elapsed: timedelta = timedelta(0)


# --- entries ------------------------------------------------------------------


class Tier(StrEnum):
    """Which parser served a document."""

    STRICT = "strict"
    REPAIRED = "repaired"
    FEEDPARSER = "feedparser"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in a feed; every text is plain text as it is matched.

    `guid` is the publisher's id verbatim, `key` our identity of the entry within
    its feed, `link` the address for people, `canonical_link` the one for comparing.
    """

    key: str
    title: str = ""
    summary: str = ""
    content: str = ""
    guid: str | None = None
    link: str | None = None
    canonical_link: str | None = None
    enclosure: str | None = None
    author: str = ""
    published_at: datetime | None = None
    updated_at: datetime | None = None
    categories: tuple[str, ...] = ()
    language: str = ""


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A feed document: what it says of itself, and its entries in its order.

    `min_interval` is the publisher's ttl or sy:updatePeriod; `skip_hours` (GMT,
    0 to 23) and `skip_days` (Monday = 0) are when it asks not to be polled.
    `missing` is how many entries its tags promise that could not be read.
    """

    tier: Tier
    title: str = ""
    link: str | None = None
    language: str = ""
    entries: tuple[Entry, ...] = ()
    min_interval: timedelta | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()
    missing: int = 0


@dataclass(frozen=True, slots=True)
class KnownEntry:
    """An entry that is already stored, as far as identity needs it."""

    id: int
    keys: tuple[str, ...]
    entry: Entry
    fingerprint: str
    last_seen_at: datetime


class Novelty(StrEnum):
    """What an entry of a document is to what is stored of its feed."""

    NEW = "new"
    EDITED = "edited"  # same key, other fingerprint
    ALIAS = "alias"  # a known entry under a new guid
    REUSED = "reused"  # a known guid on a new entry
    UNCHANGED = "unchanged"


class HoldReason(StrEnum):
    """Why an alert or a delivery waits although nothing is wrong with it."""

    FIRST_POLL = "first_poll"
    OUTAGE = "outage"
    OLD_BURST = "old_burst"
    SAME_STORY = "same_story"
    CHANNEL_BROKEN = "channel_broken"
    ORPHANED = "orphaned"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one poll decides about one entry of the document.

    `entry` carries the key under which it is kept (for ALIAS: the new key that
    leads to `known`). `story` is the key of the story it belongs to. `hold` is
    why its alerts wait, None when they may go out. `label` is a remark for the
    message ("dated 12 days ago").
    """

    entry: Entry
    novelty: Novelty
    fingerprint: str
    story: str
    known: KnownEntry | None = None
    hold: HoldReason | None = None
    label: str = ""


class FeedStatus(StrEnum):
    """The state of a feed."""

    OK = "ok"
    FAILING = "failing"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class FeedState:
    """What is stored about a feed between two polls.

    `polled_at` is the last try, `succeeded_at` the last good answer (304 counts),
    both None before the first. `validators_at` is when the last 200 came.
    `not_before_at` is the end of a Retry-After. `equal_bodies` counts polls in a
    row whose body was the same without a 304.
    """

    id: int
    name: str
    url: str
    title: str = ""
    validators: Validators = Validators()
    validators_at: datetime | None = None
    body_hash: str = ""
    polled_at: datetime | None = None
    succeeded_at: datetime | None = None
    next_poll_at: datetime | None = None
    not_before_at: datetime | None = None
    errors: int = 0
    equal_bodies: int = 0
    status: FeedStatus = FeedStatus.OK
    error: str = ""
    failing_since: datetime | None = None


# --- matches, alerts, deliveries ----------------------------------------------


@dataclass(frozen=True, slots=True)
class Because:
    """One place that made a rule true: `text` is field[start:end], in characters."""

    field: str
    term: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that is true of an entry, with the words that made it true."""

    rule: str
    because: tuple[Because, ...]


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A sentence that matched; `marks` are (start, end) of the words in `text`."""

    field: str
    text: str
    marks: tuple[tuple[int, int], ...] = ()


class MessageKind(StrEnum):
    """What a message is about."""

    ALERT = "alert"
    OPS = "ops"  # the monitor reports its own troubles
    TEST = "test"  # `monitor channels test`


@dataclass(frozen=True, slots=True)
class Message:
    """One to n alerts of one entry for one channel, before any service's form.

    `alerts` are the alerts' short ids and `rules` their rules, in one order.
    For OPS and TEST `title` and `text` say everything and the rest stays empty.
    """

    kind: MessageKind
    title: str
    priority: Priority = Priority.NORMAL
    alerts: tuple[int, ...] = ()
    rules: tuple[str, ...] = ()
    source: str = ""
    link: str | None = None
    author: str = ""
    published_at: datetime | None = None
    first_seen_at: datetime | None = None
    excerpts: tuple[Excerpt, ...] = ()
    terms: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    text: str = ""


class Form(StrEnum):
    """The shape a message takes for a kind of service."""

    CONSOLE = "console"
    EMAIL = "email"
    SLACK = "slack"
    TELEGRAM = "telegram"
    DISCORD = "discord"
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

    `link` is set where a service may make the whole message clickable.
    """

    title: str
    body: str
    body_format: BodyFormat
    priority: Priority = Priority.NORMAL
    link: str | None = None


class SendOutcome(StrEnum):
    """How one attempt ended, as the sender sees it."""

    SENT = "sent"
    RETRY = "retry"  # 408 425 429 5xx, network
    UNKNOWN = "unknown"  # a timeout: it may have arrived
    CHANNEL_BROKEN = "channel_broken"  # 401 403 404 410: the place is wrong
    MESSAGE_REFUSED = "message_refused"  # 400 413 422: this message is wrong


@dataclass(frozen=True, slots=True)
class SendResult:
    """One attempt's end; `detail` is redacted and can be shown and stored."""

    outcome: SendOutcome
    status: int | None = None
    retry_after: timedelta | None = None
    detail: str = ""


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

    `attempts` counts tries begun, this one included. `maybe_sent` says that an
    earlier try may have arrived. `bare` asks for plain text after a refusal.
    """

    id: int
    lane: Lane
    message: Message
    created_at: datetime
    attempts: int
    first_attempt_at: datetime
    maybe_sent: bool = False
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Settled:
    """What becomes of a delivery after an attempt.

    `next_attempt_at` is set for PENDING; `breaks_lane` says that the lane's other
    deliveries are held too, `mends_lane` that they are let go again.
    """

    state: DeliveryState
    reason: str = ""
    next_attempt_at: datetime | None = None
    maybe_sent: bool = False
    bare: bool = False
    breaks_lane: bool = False
    mends_lane: bool = False


@dataclass(frozen=True, slots=True)
class StoredAlert:
    """An alert with the entry it tells of; `hold` is why it waits, None if not."""

    id: int
    rule: str
    story: str
    priority: Priority
    channels: tuple[str, ...]
    because: tuple[Because, ...]
    entry_id: int
    entry: Entry
    feed: str
    source: str
    first_seen_at: datetime
    created_at: datetime
    label: str = ""
    hold: HoldReason | None = None


@dataclass(frozen=True, slots=True)
class HeldQuery:
    """Which held alerts are meant; an empty field narrows nothing."""

    ids: tuple[int, ...] = ()
    reason: str = ""
    feed: str = ""
    rule: str = ""


# --- counts that commands print -------------------------------------------------


@dataclass(slots=True)
class PollCounts:
    """What one round of polls did, in the words of ``monitor poll --json``."""

    feeds: int = 0
    polled: int = 0
    not_modified: int = 0
    failed: int = 0
    not_due: int = 0
    entries_new: int = 0
    entries_changed: int = 0
    matches: int = 0
    alerts: int = 0
    held: dict[str, int] = field(default_factory=dict)
