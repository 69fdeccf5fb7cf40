"""``monitor.yaml`` to Settings: what the schema alone cannot tell, and the paths."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from monitor.config.channel_findings import channel_findings
from monitor.config.config_model import Channel, Config, FeedEntry
from monitor.config.defaults_model import RuleDefaults
from monitor.config.feed_url import has_literal_password, slug
from monitor.config.masking import REFERENCE
from monitor.config.names import CONSOLE, CONSOLE_URL, Names
from monitor.config.places import default_database, system_time_zone
from monitor.config.renames import Claim, wrong_claims
from monitor.config.secrets import Secrets
from monitor.config.template_findings import template_findings, templates
from monitor.config.validate import validate
from monitor.config.yaml_file import YamlFile, mapping, texts
from monitor.feeds.websub import is_private_way
from monitor.model import (
    CanarySpec,
    ChannelSpec,
    Diagnostic,
    Feed,
    HeartbeatSpec,
    MessageTemplate,
    PollPolicy,
    Retention,
    Rule,
    Settings,
    Severity,
    Watching,
    WebSub,
)


@dataclass(frozen=True, slots=True)
class ReadConfig:
    """A configuration as far as it can be used; `settings` is None if it cannot."""

    settings: Settings | None
    names: Names
    diagnostics: tuple[Diagnostic, ...]


def read_config(
    file: YamlFile,
    folder: Path,
    environ: Mapping[str, str],
    check_url: Callable[[str], None],
    *,
    check_secrets: bool,
) -> ReadConfig:
    """Return what a configuration in `folder` says, with every finding.

    A secret that is not set is a note, with `check_secrets` an error.
    """
    names = names_of(file, check_url)
    if not file.root:
        empty = file.at((), "the file is empty; it needs at least `feeds:`")
        return ReadConfig(None, names, file.faults or (empty,))
    config, errors = validate(file, Config, names)
    severity = Severity.ERROR if check_secrets else Severity.NOTE
    found = [*file.faults, *errors, *_unset(file, folder, environ, severity)]
    if config is not None:
        found += _feed_findings(file, config)
        found += channel_findings(file, config)
        found += _ca_findings(file, config, folder)
        found += _websub_findings(file, config)
        found += _watch_findings(file, config)
        found += template_findings(file, config)
    is_good = all(each.severity is not Severity.ERROR for each in found)
    settings = _settings(config, folder, environ) if config and is_good else None
    return ReadConfig(settings, names, tuple(found))


def names_of(file: YamlFile, check_url: Callable[[str], None]) -> Names:
    """Return the names that a configuration gives, as far as it can be read."""
    data = mapping(file.data)
    if not data or not set(data) <= set(Config.model_fields):
        return Names(check_url)
    channels = data.get("channels")
    if channels is None and not file.is_refused(("channels",)):
        channels = {}
    feeds = _named_feeds(data.get("feeds"))
    tags = None if feeds is None else dict.fromkeys(t for _, ts in feeds for t in ts)
    return Names(
        check_url,
        channels=(
            *mapping(channels),
            *([] if CONSOLE in mapping(channels) else [CONSOLE]),
        )
        if isinstance(channels, dict)
        else None,
        feeds=None if feeds is None else tuple(name for name, _ in feeds),
        tags=None if tags is None else tuple(tags),
    )


def _named_feeds(items: object) -> list[tuple[str, list[str]]] | None:
    """Return name and tags of every feed, None if one of them cannot be told."""
    if not isinstance(items, list):
        return None
    found = [_named_feed(item) for item in items]
    told = [feed for feed in found if feed is not None]
    return told if len(told) == len(found) else None


def _named_feed(item: object) -> tuple[str, list[str]] | None:
    entry = {"url": item} if isinstance(item, str) else mapping(item)
    name, url = entry.get("name"), entry.get("url")
    if not set(entry) <= set(FeedEntry.model_fields):
        return None
    try:
        known = name if isinstance(name, str) else slug(str(url))
    except ValueError:
        return None
    return known, texts(entry.get("tags"))


# --- findings -------------------------------------------------------------------


def _unset(
    file: YamlFile, folder: Path, environ: Mapping[str, str], severity: Severity
) -> Iterator[Diagnostic]:
    """Yield a finding for every reference that cannot be resolved now."""
    secrets = Secrets(environ)
    for location in _secret_locations(mapping(file.data)):
        text = file.text(location)
        for found in REFERENCE.finditer(text):
            for _, why in secrets.missing(anchored(found[0], folder)):
                yield file.at(location, why, severity, found.start())


def _secret_locations(data: Mapping[str, object]) -> Iterator[tuple[int | str, ...]]:
    """Yield where ``${...}`` may stand."""
    yield "poll", "proxy"
    for at in (("heartbeat",), ("ops", "heartbeat")):
        yield at
        yield *at, "url"
    for name, channel in mapping(data.get("channels")).items():
        listed = channel if isinstance(channel, list) else mapping(channel).get("urls")
        yield "channels", name
        for place in range(len(texts(listed))):
            yield "channels", name, "urls", place
    feeds = data.get("feeds")
    for place, feed in enumerate(feeds if isinstance(feeds, list) else ()):
        yield "feeds", place, "url"
        for header in mapping(mapping(feed).get("headers")):
            yield "feeds", place, "headers", header


def _feed_findings(file: YamlFile, config: Config) -> Iterator[Diagnostic]:
    yield from _old_names(file, config)
    by_name: dict[str, int] = {}
    by_url: dict[str, int] = {}
    for place, entry in enumerate(config.feeds):
        known = entry.name or slug(entry.url)
        location = ("feeds", place, "name") if entry.name else ("feeds", place, "url")
        line = file.line(("feeds", by_name.setdefault(known, place)))
        if by_name[known] != place:
            what = f"the feed in line {line} is called `{known}` too"
            yield file.at(location, f"{what}; give one of them a `name:` of its own")
        elif by_url.setdefault(entry.url, place) != place:
            line = file.line(("feeds", by_url[entry.url]))
            what = f"the feed in line {line} has this URL too; its entries alert once"
            yield file.at(("feeds", place, "url"), what, Severity.WARNING)
        if has_literal_password(entry.url):
            what = "a password in a URL is stored and shown; write ${NAME} in its place"
            yield file.at(("feeds", place, "url"), what, Severity.WARNING)


def _old_names(file: YamlFile, config: Config) -> Iterator[Diagnostic]:
    claims = [
        Claim(entry.name or slug(entry.url), entry.renamed_from, file, ("feeds", place))
        for place, entry in enumerate(config.feeds)
    ]
    names = {claim.name for claim in claims}
    yield from (found for _, found in wrong_claims(claims, names))


def _ca_findings(file: YamlFile, config: Config, folder: Path) -> Iterator[Diagnostic]:
    path = config.poll.ca_file
    if path and not (folder / path).is_file():
        yield file.at(("poll", "ca_file"), f"there is no file {folder / path}")


def _websub_findings(file: YamlFile, config: Config) -> Iterator[Diagnostic]:
    url = config.websub.public_url if config.websub else ""
    if url and not is_private_way(url):
        what = "what hubs send there can be read and changed on the way; write https://"
        yield file.at(("websub", "public_url"), what, Severity.WARNING)


def _watch_findings(file: YamlFile, config: Config) -> Iterator[Diagnostic]:
    if config.heartbeat and config.ops.heartbeat:
        line = file.line(("ops", "heartbeat"))
        what = f"`heartbeat` stands under `ops` in line {line} too; keep one of them"
        yield file.at(("heartbeat",), what)


# --- values ---------------------------------------------------------------------


def anchored(text: str, folder: Path) -> str:
    """Return the text with the relative paths of its ``${file:...}`` made absolute."""
    return REFERENCE.sub(
        lambda found: (
            f"${{file:{(folder / found[1][5:]).absolute()}}}"
            if found[1].startswith("file:")
            else found[0]
        ),
        text,
    )


def _settings(config: Config, folder: Path, environ: Mapping[str, str]) -> Settings:
    return Settings(
        database=_database(config.database, folder, environ),
        rules_path=config.rules or "",
        timezone=config.timezone or system_time_zone(environ),
        poll=_policy(config, folder),
        channels=_channels(config, folder),
        ops=config.ops.channels,
        feeds=tuple(_feed(entry, config, folder) for entry in config.feeds),
        default_rule=default_rule(config.defaults.rule),
        languages=tuple(dict.fromkeys(config.languages)),
        websub=_websub(config),
        retain=Retention(**config.retain.model_dump()),
        watching=_watching(config, folder),
    )


def _websub(config: Config) -> WebSub | None:
    if config.websub is None:
        return None
    host, port = config.websub.listen
    return WebSub(host, port, config.websub.public_url.rstrip("/"))


def _watching(config: Config, folder: Path) -> Watching:
    beat = config.ops.heartbeat or config.heartbeat
    return Watching(
        heartbeat=HeartbeatSpec(anchored(beat.url, folder), beat.every)
        if beat
        else None,
        report=config.ops.report,
        canary=CanarySpec(config.canary.every, config.canary.channels),
    )


def _database(given: str | None, folder: Path, environ: Mapping[str, str]) -> str:
    if given is None:
        path = default_database(folder, environ)
    else:
        path = folder / given.removeprefix("sqlite:///")
    return f"sqlite:///{path.absolute()}"


def _policy(config: Config, folder: Path) -> PollPolicy:
    poll = config.poll
    return PollPolicy(
        floor=poll.floor,
        concurrency=poll.concurrency,
        host_connections=poll.per_host.connections,
        host_spacing=poll.per_host.spacing,
        max_body=poll.max_body,
        allow_networks=poll.allow_networks,
        contact=poll.contact,
        proxy=anchored(poll.proxy, folder),
        ca_file=str((folder / poll.ca_file).absolute()) if poll.ca_file else "",
    )


def _channels(config: Config, folder: Path) -> tuple[ChannelSpec, ...]:
    known = templates(config)
    channels = {
        name: _channel(name, channel, known.get(channel.template), folder)
        for name, channel in config.channels.items()
    }
    channels.setdefault(CONSOLE, ChannelSpec(CONSOLE, (CONSOLE_URL,)))
    return tuple(channels.values())


def _channel(
    name: str, channel: Channel, template: MessageTemplate | None, folder: Path
) -> ChannelSpec:
    given = () if channel.throttle is None else (channel.throttle,)
    return ChannelSpec(
        name,
        urls=tuple(anchored(url, folder) for url in channel.urls),
        quiet_hours=channel.quiet_hours,
        digest=channel.digest or "",
        fallback=channel.fallback or "",
        rates=given if "throttle" in channel.model_fields_set else None,
        probe=channel.probe,
        template=template,
        renamed_from=channel.renamed_from,
    )


def default_rule(defaults: RuleDefaults) -> Rule:
    """Return a rule that says nothing itself."""
    return Rule(
        "",
        "",
        channels=defaults.channels,
        priority=defaults.priority,
        throttle=defaults.throttle,
        cooldown=defaults.cooldown,
        digest=defaults.digest or "",
        min_sources=defaults.min_sources,
        on_edit=defaults.on_edit,
        full_text=defaults.full_text,
    )


def _feed(entry: FeedEntry, config: Config, folder: Path) -> Feed:
    defaults = config.defaults.feed
    return Feed(
        name=entry.name or slug(entry.url),
        url=anchored(entry.url, folder),
        every=entry.every or defaults.every,
        lookback=defaults.lookback if entry.lookback is None else entry.lookback,
        tags=entry.tags,
        headers=tuple((k, anchored(v, folder)) for k, v in entry.headers.items()),
        every_is_own=entry.every is not None,
        encoding=entry.encoding or "",
        kind=entry.kind,
        identity=entry.identity,
        renamed_from=entry.renamed_from,
        full_text=entry.full_text or config.defaults.full_text or defaults.full_text,
    )
