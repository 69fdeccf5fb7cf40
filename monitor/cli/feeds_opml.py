"""``monitor feeds import`` and ``export``: lists of feeds as OPML."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.feeds_edit import (
    DryRun,
    Tags,
    known_text,
    opened,
    say_written,
    subscribed,
)
from monitor.cli.frame import OK, PROBLEM, surroundings, usable_files
from monitor.cli.output import print_json, say, show
from monitor.config import NewFeed, feed_url, has_literal_password, slug
from monitor.errors import FeedError
from monitor.feeds.opml import Outline, read_opml, write_opml
from monitor.feeds.opml import slug as name_of
from monitor.jobs.subscribing import Choice, Chosen, Subscribed, free_name

_LARGEST = 20_000_000


def import_feeds(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE.opml|-")],
    *,
    tag: Tags = None,
    references: Annotated[
        bool,
        typer.Option("--references", help="Take URLs with ${...}: the file is yours."),
    ] = False,
    dry_run: DryRun = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one object for each feed.")
    ] = False,
) -> None:
    """Add the feeds of an OPML file to the configuration; nobody is asked.

    Folders become tags, titles become names; feeds that are there already are left
    out, and so are URLs with ${...}, by which a stranger's file could ask for your
    secrets. Example: monitor feeds import subscriptions.opml --dry-run
    """
    config = opened(context)
    taken = subscribed(config)
    outlines = read_opml(_content(file))
    news: list[NewFeed] = []
    for listed in outlines:
        outline = replace(listed, tags=(*listed.tags, *(tag or ())))
        one, new = _imported(outline, taken, references=references)
        news += [new] if new else []
        if as_json:
            print_json(_object(outline, one, new))
        elif new:
            show(
                f"{new.name or slug(new.url)}  {new.url}  {' '.join(new.tags)}".rstrip()
            )
        else:
            say(f"{outline.url}: {_why_not(one) or known_text(config, one)}")
    text = config.with_feeds(news)
    if news and not dry_run:
        config.write(text)
    say_written(config, len(news), "added", dry_run=dry_run)
    raise typer.Exit(OK if outlines else PROBLEM)


def _content(file: str) -> bytes:
    try:
        if file == "-":
            content = sys.stdin.buffer.read(_LARGEST + 1)
        else:
            with Path(file).open("rb") as opened_file:
                content = opened_file.read(_LARGEST + 1)
    except OSError as error:
        raise FeedError(f"{file}: cannot be read: {error.strerror}") from error
    if len(content) > _LARGEST:
        raise FeedError(f"{file}: larger than {_LARGEST // 1_000_000} MB")
    return content


def _imported(
    outline: Outline, taken: Subscribed, *, references: bool
) -> tuple[Chosen, NewFeed | None]:
    """Return what becomes of a feed of the list."""
    try:
        url = feed_url(outline.url)
    except ValueError:
        return Chosen(outline.url, Choice.NO_URL), None
    if "${" in url and not references:
        return Chosen(url, Choice.REFERENCE), None
    known = taken.at(url)
    if known is not None:
        return Chosen(url, Choice.KNOWN_URL, known=known), None
    name = free_name(name_of(outline.title) or slug(url), taken.names)
    taken.take(name, url)
    written = "" if name == slug(url) else name
    return Chosen(url, Choice.ADDED), NewFeed(url, written, outline.tags)


def _why_not(one: Chosen) -> str:
    if one.choice is Choice.NO_URL:
        return "left out: no address that begins with http:// or https://"
    if one.choice is Choice.REFERENCE:
        return "left out: it asks for a secret; --references takes it all the same"
    return ""


def _object(outline: Outline, one: Chosen, new: NewFeed | None) -> dict[str, object]:
    return {
        "given": outline.url,
        "outcome": one.choice,
        "url": new.url if new else None,
        "name": (new.name or slug(new.url)) if new else one.known or None,
        "title": outline.title,
        "tags": outline.tags,
    }


def export_feeds(context: typer.Context) -> None:
    """Print the subscribed feeds as OPML, tags as folders and categories.

    References stay as they are written; intervals and headers are left out.
    Example: monitor feeds export > subscriptions.opml
    """
    around = surroundings(context)
    _, settings = usable_files(around)
    for feed in settings.feeds:
        if has_literal_password(feed.url):
            say(f"warning: the URL of {feed.name} holds its password")
    outlines = [Outline(feed.url, feed.name, feed.tags) for feed in settings.feeds]
    show('<?xml version="1.0" encoding="UTF-8"?>')
    show(write_opml(outlines, title="Feeds of feed-monitor"))
