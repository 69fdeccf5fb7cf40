"""``monitor feeds add`` and ``monitor feeds remove``: the list of feeds, edited."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import typer

from monitor.alerts.wording import counted
from monitor.cli.feeds_discover import COLUMNS, checked_url, say_tried
from monitor.cli.frame import OK, PROBLEM, given_config
from monitor.cli.output import cell, print_json, print_rows, say, show
from monitor.cli.web import web
from monitor.config import (
    ConfigText,
    NewFeed,
    find_config,
    format_diagnostic,
    has_literal_password,
    open_config,
    slug,
)
from monitor.config.near import did_you_mean
from monitor.errors import ConfigError
from monitor.jobs.discover import discover
from monitor.jobs.subscribing import (
    Choice,
    Chosen,
    Subscribed,
    choose,
    free_name,
    is_sitemap,
)
from monitor.net.channels import check_url

DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show what would be done, write nothing.")
]
Tags = Annotated[
    list[str] | None, typer.Option("--tag", help="A tag; may be given again.")
]


def add(
    context: typer.Context,
    urls: Annotated[list[str], typer.Argument(metavar="URL...")],
    *,
    name: Annotated[str, typer.Option(help="What rules and commands call it.")] = "",
    tag: Tags = None,
    every: Annotated[str, typer.Option(help="How often it is polled: 5m.")] = "",
    unchecked: Annotated[
        bool, typer.Option("--unchecked", help="Ask nobody whether it is a feed.")
    ] = False,
    dry_run: DryRun = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one object for each URL.")
    ] = False,
) -> None:
    """Look at feeds and write them into the configuration, all else kept as it is.

    Of a page its one feed is taken; where it has several, they are listed. A secret
    in a URL is written as ${NAME}, in single quotes for the shell.
    Example: monitor feeds add https://www.tagesschau.de/ --tag de
    """
    if name and len(urls) > 1:
        raise typer.BadParameter("--name is for one URL")
    asked = _Asked(
        tuple(checked_url(url) for url in urls), name, tuple(tag or ()), every
    )
    config = opened(context)
    _warn_of_passwords(asked.urls)
    taken = subscribed(config)
    chosen = asyncio.run(_chosen(config, asked, taken, unchecked=unchecked))
    feeds = _new_feeds(chosen, asked, taken)
    text = config.with_feeds(list(feeds.values()))
    if feeds and not dry_run:
        config.write(text)
    for one in chosen:
        new = feeds.get(one.given)
        if as_json:
            print_json(_object(one, new))
        else:
            _tell(config, one, new)
    say_written(config, len(feeds), "added", dry_run=dry_run)
    raise typer.Exit(OK if len(feeds) == len(chosen) else PROBLEM)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the command line says of the new feeds."""

    urls: tuple[str, ...]
    name: str
    tags: tuple[str, ...]
    every: str


def opened(context: typer.Context) -> ConfigText:
    """Return the configuration, to be changed.

    Raises:
        ConfigError: there is none, or it has errors.
    """
    return open_config(
        find_config(given_config(context), os.environ), check_url=check_url
    )


def subscribed(config: ConfigText) -> Subscribed:
    """Return the names and addresses that are taken."""
    return Subscribed((feed.name, feed.url) for feed in config.settings.feeds)


def _warn_of_passwords(urls: Iterable[str]) -> None:
    for url in urls:
        if has_literal_password(url):
            say(
                f"warning: the password in the URL of {slug(url)} is stored and shown; "
                "write '${NAME}' in its place, in single quotes"
            )


async def _chosen(
    config: ConfigText, asked: _Asked, taken: Subscribed, *, unchecked: bool
) -> list[Chosen]:
    known = {url: _taken(url, asked.name, taken) for url in dict.fromkeys(asked.urls)}
    if unchecked:
        return [k or Chosen(url, Choice.ADDED) for url, k in known.items()]
    async with web(config.settings.poll) as (fetcher, parser):
        return [
            k or choose(url, await discover(url, fetcher, parser), taken)
            for url, k in known.items()
        ]


def _taken(url: str, name: str, taken: Subscribed) -> Chosen | None:
    """Return why the URL need not be asked for, None if it has to be."""
    if name in taken.names:
        return Chosen(url, Choice.KNOWN_NAME, known=name)
    known = taken.at(url)
    return None if known is None else Chosen(url, Choice.KNOWN_URL, known=known)


def _new_feeds(
    chosen: list[Chosen], asked: _Asked, taken: Subscribed
) -> dict[str, NewFeed]:
    """Return what is written, by the URL that was given; of equal ones the first."""
    new: dict[str, NewFeed] = {}
    for one in chosen:
        url = one.feed.url if one.feed else one.given
        if one.choice is not Choice.ADDED or taken.at(url) is not None:
            continue
        name = asked.name or free_name(slug(url), taken.names)
        taken.take(name, url)
        written = "" if name == slug(url) else name
        new[one.given] = NewFeed(
            url, written, asked.tags, asked.every, is_sitemap=is_sitemap(one.feed)
        )
    return new


def _object(one: Chosen, new: NewFeed | None) -> dict[str, object]:
    return {
        "given": one.given,
        "outcome": one.choice,
        "url": new.url if new else None,
        "name": (new.name or slug(new.url)) if new else one.known or None,
        "title": one.feed.title if one.feed else None,
        "entries": one.feed.entries if one.feed else None,
        "newest_at": one.feed.newest_at if one.feed else None,
        "rivals": [feed.url for feed in one.rivals],
    }


def _tell(config: ConfigText, one: Chosen, new: NewFeed | None) -> None:
    if new:
        show(f"{new.name or slug(new.url)}  {new.url}")
        if one.feed:
            _tell_content(one.feed.title, one.feed.entries, one.feed.newest_at)
    elif one.choice is Choice.SEVERAL:
        say(f"{one.given}: several feeds; add one of these by its URL:")
        print_rows([_plain(feed) for feed in one.rivals], COLUMNS, as_json=False)
    elif one.choice is Choice.NO_FEED:
        say(f"{one.given}: no feed was found (--unchecked adds it all the same)")
        say_tried(one.tried)
    else:
        say(f"{one.given}: {known_text(config, one)}")


def _plain(feed: object) -> dict[str, object]:
    return {name: getattr(feed, name) for name in COLUMNS}


def _tell_content(title: str, entries: int, newest_at: datetime | None) -> None:
    newest = f", the newest of {cell(newest_at)}" if newest_at else ""
    show(f"  {title or '(no title)'}: {entries} entries{newest}")


def known_text(config: ConfigText, one: Chosen) -> str:
    """Return what is said of a feed that is there already."""
    names = [feed.name for feed in config.settings.feeds]
    if one.known not in names:
        return "named twice"
    place = f"{config.path}:{config.line_of(one.known)}"
    if one.choice is Choice.KNOWN_NAME:
        return f"a feed in {place} is called `{one.known}` already; choose another name"
    return f"subscribed already, as `{one.known}` in {place}"


def say_written(config: ConfigText, count: int, done: str, *, dry_run: bool) -> None:
    """Say what became of the file."""
    would = "would be " if dry_run else ""
    say(f"{config.path}: {counted(count, 'feed')} {would}{done}")


def remove(
    context: typer.Context,
    feeds: Annotated[list[str], typer.Argument(metavar="NAME|URL...")],
    *,
    dry_run: DryRun = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one object for each feed.")
    ] = False,
) -> None:
    """Take feeds out of the configuration, all else kept as it is.

    What was stored of them stays. A feed that a rule names is not removed.
    Example: monitor feeds remove tagesschau
    """
    config = opened(context)
    taken = subscribed(config)
    names = [n if n in taken.names else taken.at(n) or n for n in dict.fromkeys(feeds)]
    unknown = [name for name in dict.fromkeys(names) if name not in taken.names]
    for name in unknown:
        say(f"there is no feed `{name}`; {did_you_mean(name, taken.names)}")
    if unknown:
        say("nothing was removed")
        raise typer.Exit(PROBLEM)
    text = _without(config, list(dict.fromkeys(names)))
    if not dry_run:
        config.write(text)
    for name in dict.fromkeys(names):
        row = {"name": name, "url": taken.names[name]}
        print_json(row) if as_json else show(f"{name}  {taken.names[name]}")
    say_written(config, len(set(names)), "removed", dry_run=dry_run)


def _without(config: ConfigText, names: list[str]) -> str:
    try:
        return config.without(names)
    except ConfigError as error:
        for found in error.diagnostics:
            say(format_diagnostic(found))
        say("nothing was removed: rules name the feed; take it out of them first")
        raise typer.Exit(PROBLEM) from error
