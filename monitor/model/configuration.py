"""What the files say: feeds, channels, rules, and findings about them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import IntEnum, StrEnum

from monitor.model.articles import FullText
from monitor.model.history import Retention
from monitor.model.watching import Watching


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
class Rate:
    """At most so many in any such span of time."""

    count: int
    per: timedelta


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Hours of the week in which a channel is left in peace.

    `days` are those on which they begin, 0 is Monday. `start` and `end` are minutes
    of the day; an end that is not after the start lies on the next day.
    """

    days: frozenset[int]
    start: int
    end: int


class FeedKind(StrEnum):
    """What stands at a subscribed URL."""

    FEED = "feed"  # RSS, Atom or JSON Feed
    SITEMAP = "sitemap"  # the news sitemap of a publisher without a feed


class Identity(StrEnum):
    """What an entry of a feed is known by."""

    AUTO = "auto"  # by its guid, until the guids prove to be unstable
    GUID = "guid"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Feed:
    """A subscribed URL with its policy, as configured.

    `url` and `headers` hold ``${...}`` unexpanded. `every_is_own` says that
    `every` was written on the feed itself, not taken from the defaults.
    `full_text` says whether its articles are read.
    `encoding` is the charset that its user knows better than the server, "" if none.
    """

    name: str
    url: str
    every: timedelta
    lookback: timedelta = timedelta(0)
    tags: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    every_is_own: bool = False
    encoding: str = ""
    kind: FeedKind = FeedKind.FEED
    identity: Identity = Identity.AUTO
    renamed_from: tuple[str, ...] = ()
    full_text: FullText = FullText.AUTO


@dataclass(frozen=True, slots=True)
class MessageTemplate:
    """Words of the operator's own for messages; an empty part is the built-in one."""

    name: str
    title: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True)
class ChannelSpec:
    """A named place with one or more Apprise URLs, ``${...}`` unexpanded.

    `digest` is a cron expression, "" for none. `fallback` is the channel that gets what
    cannot be delivered here, "" for none. `rates` are how much it takes, all of them at
    once; None: as much as its service is known to take. `probe` says whether it is
    tried by itself while it is broken. `template` has words of the operator's own.
    """

    name: str
    urls: tuple[str, ...]
    quiet_hours: tuple[QuietHours, ...] = ()
    digest: str = ""
    fallback: str = ""
    rates: tuple[Rate, ...] | None = None
    probe: bool = True
    renamed_from: tuple[str, ...] = ()
    template: MessageTemplate | None = None


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
class WebSub:
    """Where hubs find us: what is listened at, and how it is reached from outside."""

    host: str
    port: int
    public_url: str


@dataclass(frozen=True, slots=True)
class RuleTest:
    """One ``should_match`` or ``should_not_match``; `fields` are name and text."""

    fields: tuple[tuple[str, str], ...]
    expected: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """The user's unit: a query, where it applies, and who hears of it.

    `feeds` holds selectors: a feed's name, ``tag:NAME``, or either after ``-``.
    `version` is a hash of all that decides what the rule does. `expires` is its last
    day; `lookback` is how far back a new or corrected rule looks once. `throttle`,
    `cooldown` and `digest` (a cron expression, "" for none) bound how much it tells a
    channel; `min_sources` publishers must tell a story before it does. With `on_edit`
    it tells of an edit of what it told. `full_text` says whether it reads articles.
    """

    name: str
    query: str
    feeds: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    priority: Priority = Priority.NORMAL
    tests: tuple[RuleTest, ...] = ()
    path: str = ""
    version: str = ""
    enabled: bool = True
    expires: date | None = None
    lookback: timedelta = timedelta(hours=24)
    throttle: Rate | None = None
    cooldown: timedelta = timedelta(0)
    digest: str = ""
    min_sources: int = 1
    renamed_from: tuple[str, ...] = ()
    on_edit: bool = False
    full_text: FullText = FullText.AUTO

    def is_in_force(self, today: date) -> bool:
        """Say whether it counts on a day: it is enabled, and its last day not over."""
        return self.enabled and (self.expires is None or today <= self.expires)


@dataclass(frozen=True, slots=True)
class Settings:
    """A whole valid configuration, without the rules.

    `default_rule` is a rule that says nothing itself.
    """

    database: str
    rules_path: str
    timezone: str
    poll: PollPolicy
    channels: tuple[ChannelSpec, ...]
    ops: tuple[str, ...]
    feeds: tuple[Feed, ...]
    default_rule: Rule = Rule("", "", channels=("console",))
    languages: tuple[str, ...] = ("de", "en")
    websub: WebSub | None = None
    retain: Retention = Retention()  # noqa: RUF009 - it is frozen
    watching: Watching = field(default_factory=Watching)
