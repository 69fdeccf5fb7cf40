"""What ``monitor.yaml`` may say."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field
from typing_extensions import override

from monitor.config.defaults_model import Defaults
from monitor.config.strict import Strict
from monitor.config.typed import (
    FEED_URL_SCHEMA,
    AtLeastOne,
    ChannelUrl,
    Concurrency,
    Connections,
    Contact,
    Cron,
    DatabaseUrl,
    Duration,
    Encoding,
    FeedName,
    FeedUrl,
    FullTextName,
    HeaderName,
    HeaderValue,
    IdentityName,
    Interval,
    KeptFor,
    Kind,
    KnownChannel,
    Language,
    ListenAddress,
    Name,
    Network,
    OldNames,
    ProxyUrl,
    PublicUrl,
    QuietTimes,
    RateOrNone,
    Size,
    Tag,
    Text,
    YesNo,
    Zone,
)
from monitor.config.watch_model import Canary, Heartbeat, Ops
from monitor.model import (
    FeedKind,
    Identity,
    PollPolicy,
    Retention,
)

_POLICY = PollPolicy()
_KEPT = Retention()


class PerHost(Strict):
    """How gently one host (a hostname with its port) is treated."""

    connections: Connections = Field(
        default=_POLICY.host_connections,
        description="Connections to one host at the same time.",
    )
    spacing: Duration = Field(
        default=_POLICY.host_spacing,
        description="The pause between two requests to one host.",
    )


class Poll(Strict):
    """How all feeds are polled."""

    floor: Duration = Field(
        default=_POLICY.floor,
        description="No URL is asked more often than this, whatever else is set.",
    )
    concurrency: Concurrency = Field(
        default=_POLICY.concurrency, description="Feeds polled at the same time."
    )
    per_host: PerHost = Field(default=PerHost())
    max_body: Size = Field(
        default=_POLICY.max_body,
        description="The largest feed that is read, decoded: 16MB, 512kB.",
    )
    allow_networks: tuple[Network, ...] = Field(
        default=(),
        description="Private networks that feeds may live in, as 10.0.0.0/8.",
    )
    contact: Contact = Field(
        default="",
        description="A URL or address that publishers see in the User-Agent.",
    )
    proxy: ProxyUrl = Field(
        default="", description="An http(s) proxy for feeds and articles."
    )
    ca_file: Text = Field(
        default="", description="A private certificate authority, as a PEM file."
    )


class Channel(Strict):
    """A named place: an Apprise URL, a list of them, or a mapping with `urls`."""

    short_for: ClassVar[str] = "urls"

    urls: Annotated[tuple[ChannelUrl, ...], AtLeastOne()] = Field(
        description="Apprise URLs; each message goes to all of them."
    )
    quiet_hours: QuietTimes = Field(
        default=(),
        description="Hours in which only urgent alerts are told, as 22:00-07:00 or "
        "sat,sun 00:00-24:00; the others come together at their end.",
    )
    digest: Cron | None = Field(
        default=None,
        description="When its alerts come, together, as `0 8,17 * * *`; urgent ones "
        "come at once.",
    )
    fallback: KnownChannel | None = Field(
        default=None,
        description="The channel that gets what cannot be delivered here.",
    )
    throttle: RateOrNone = Field(
        default=None,
        description="How much each URL takes, as 20/1m, or none; default: what its "
        "service is known to take.",
    )
    probe: YesNo = Field(
        default=True,
        description="Whether it is tried every 15 minutes while it is broken.",
    )
    renamed_from: OldNames = Field(
        default=(),
        description="What it was called before, a name or a list: what is stored "
        "under that name moves here.",
    )
    template: Text = Field(
        default="", description="The template for its messages, by its name."
    )

    @classmethod
    @override
    def lengthened(cls, value: object) -> object:
        """Return the mapping that a URL or a list of URLs stands for."""
        if isinstance(value, str):
            return {"urls": [value]}
        return {"urls": value} if isinstance(value, list) else value

    @classmethod
    @override
    def short_schema(cls) -> list[dict[str, Any]]:
        """Return the schemas of a URL and of a list of URLs."""
        urls = {"type": "array", "items": {"type": "string"}, "minItems": 1}
        return [{"type": "string"}, urls]


class Template(Strict):
    """Words of your own for messages, in a part of Jinja2's language."""

    title: Text = Field(default="", description="The title; default: the built-in one.")
    body: Text = Field(default="", description="The body; default: the built-in one.")


class FeedEntry(Strict):
    """A feed: its URL, or a mapping with `url` and its policy."""

    short_for: ClassVar[str] = "url"

    @classmethod
    @override
    def short_schema(cls) -> list[dict[str, Any]]:
        """Return the schema of a URL."""
        return [FEED_URL_SCHEMA]

    url: FeedUrl = Field(
        description="http or https; ${NAME} may stand anywhere and is never stored."
    )
    name: FeedName | None = Field(
        default=None,
        description="What rules and commands call it; default: from the URL.",
    )
    tags: tuple[Tag, ...] = Field(
        default=(), description="Words that rules can choose feeds by: tag:NAME."
    )
    every: Interval | None = Field(
        default=None,
        description="How often it is polled; wins over the publisher's own wish.",
    )
    lookback: Duration | None = Field(
        default=None,
        description="On its first poll, entries younger than this may alert.",
    )
    headers: dict[HeaderName, HeaderValue] = Field(
        default={}, description="HTTP headers, sent to this origin only."
    )
    encoding: Encoding | None = Field(
        default=None,
        description="Its charset, as windows-1251, where it declares a wrong one.",
    )
    kind: Kind = Field(
        default=FeedKind.FEED,
        description="What stands there: a feed, or a news sitemap.",
    )
    identity: IdentityName = Field(
        default=Identity.AUTO,
        description="What an entry is known by: its guid for as long as that is of "
        "use (auto), always its guid, or always its link.",
    )
    full_text: FullTextName | None = Field(
        default=None,
        description="Whether its articles are read: where a rule may become true by "
        "it (auto), always, or never.",
    )
    renamed_from: OldNames = Field(
        default=(),
        description="What it was called before, a name or a list: what is stored "
        "under that name moves here.",
    )


class WebSub(Strict):
    """Where hubs push the entries of feeds that name one."""

    listen: ListenAddress = Field(
        description="The address and port to listen at, as 127.0.0.1:8090."
    )
    public_url: PublicUrl = Field(
        description="The URL under which hubs reach that address from outside."
    )


class Retain(Strict):
    """How long is kept what is over."""

    alerts: KeptFor = Field(
        default=_KEPT.alerts,
        description="Alerts with their text and deliveries, polls of each day, "
        "versions of rules: 365d, 2y, forever.",
    )
    entries: KeptFor = Field(
        default=_KEPT.entries,
        description="Entries that no rule was true of, from when they were last seen.",
    )
    articles: KeptFor = Field(
        default=_KEPT.articles, description="The texts of articles that were read."
    )
    article_space: Size = Field(
        default=_KEPT.article_space,
        description="How much room they may take, compressed: 200MB; the oldest go.",
    )


class Config(Strict):
    """The configuration of the monitor."""

    database: DatabaseUrl | None = Field(
        default=None,
        description="sqlite:///PATH; default: $STATE_DIRECTORY/monitor.db, "
        "else ../var/monitor.db.",
    )
    rules: Text | None = Field(
        default=None,
        description="A folder of *.yaml and *.yml, or one file; "
        "default: rules/ beside this file, else ../rules.",
    )
    timezone: Zone | None = Field(
        default=None,
        description="The zone in which times are shown, as Europe/Berlin; "
        "default: the system's.",
    )
    languages: Annotated[tuple[Language, ...], AtLeastOne()] = Field(
        default=("de", "en"),
        description="The languages whose word forms a bare word of a rule stands for.",
    )
    poll: Poll = Field(default=Poll())
    channels: dict[Name, Channel] = Field(
        default={}, description="Named places that alerts can go to."
    )
    templates: dict[Name, Template] = Field(
        default={}, description="Named forms that channels can give their messages."
    )
    ops: Ops = Field(default=Ops())
    heartbeat: Heartbeat | None = Field(
        default=None, description="The same as `heartbeat` under `ops`."
    )
    canary: Canary = Field(default=Canary())
    defaults: Defaults = Field(default=Defaults())
    retain: Retain = Field(default=Retain())
    websub: WebSub | None = Field(
        default=None,
        description="Lets hubs push entries, so that they arrive within a second.",
    )
    feeds: tuple[FeedEntry, ...] = Field(description="What is polled.")
