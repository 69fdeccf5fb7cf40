"""``monitor feeds discover``: which feeds a site has."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

import typer

from monitor.alerts.wording import counted
from monitor.cli.frame import OK, PROBLEM
from monitor.cli.output import print_rows, say
from monitor.cli.web import configured_policy, web
from monitor.config import feed_url
from monitor.feeds.discovery import Why
from monitor.jobs.discover import MOST, Discovered, Tried
from monitor.jobs.discover import discover as search

COLUMNS = ("url", "title", "kind", "why", "tier", "entries", "newest_at")
_SHOWN = 6
_WHERE = {
    Why.ITSELF: "the address itself",
    Why.SITE: "where such a site keeps its feeds",
    Why.LINK: "what the page declares",
    Why.ANCHOR: "what the page links to",
    Why.WELL_KNOWN: "well-known places",
    Why.ROBOTS: "news sitemaps of robots.txt",
}


def discover(
    context: typer.Context,
    url: str,
    *,
    most: Annotated[
        int, typer.Option(min=1, help="How many addresses are asked at most.")
    ] = MOST,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one object for each feed.")
    ] = False,
) -> None:
    """Find the feeds of a site and look into each; nothing is stored.

    Asks the page, what it links to and, where that gives nothing, well-known places.
    Example: monitor feeds discover https://www.tagesschau.de/
    """
    found = asyncio.run(_search(context, checked_url(url), most))
    rows = [asdict(feed) for feed in found.found]
    if rows or as_json:
        print_rows(rows, COLUMNS, as_json=as_json)
    if not rows:
        say(f"{url}: no feed was found")
        say_tried(found.tried)
    if found.left:
        say(f"{counted(found.left, 'more address')} not asked; raise --most")
    raise typer.Exit(OK if rows else PROBLEM)


def checked_url(url: str) -> str:
    """Return the URL as it is asked for.

    Raises:
        BadParameter: it is none.
    """
    try:
        return feed_url(url)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


async def _search(context: typer.Context, url: str, most: int) -> Discovered:
    async with web(configured_policy(context)) as (fetcher, parser):
        return await search(url, fetcher, parser, most=most)


def say_tried(tried: Sequence[Tried]) -> None:
    """Say what was asked for, and what is there instead."""
    for why, where in _WHERE.items():
        problems: dict[str, list[str]] = {}
        for one in tried:
            if one.why is why:
                problems.setdefault(one.problem, []).append(one.url)
        if problems:
            say(f"  {where}:")
        for problem, urls in list(problems.items())[:_SHOWN]:
            say(f"    {problem}: {' '.join(urls)}")
        if len(problems) > _SHOWN:
            say(f"    and {len(problems) - _SHOWN} more")
