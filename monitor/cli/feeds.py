"""``monitor feeds``: what is subscribed, and what a URL or a file would give."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from monitor.cli import feeds_discover, feeds_edit, feeds_history, feeds_opml
from monitor.cli.feeds_health import health
from monitor.cli.frame import (
    OK,
    PROBLEM,
    Command,
    group,
    open_views,
    surroundings,
    usable_files,
)
from monitor.cli.output import cell, console, print_json, print_rows, say
from monitor.cli.web import configured_policy, web
from monitor.errors import FeedError
from monitor.feeds import likely_kind
from monitor.model import Feed, FeedState, FetchOutcome, FetchRequest, ParsedFeed
from monitor.net.fetcher import HttpFetcher
from monitor.net.parser import ParserProcess

app = group("The subscribed feeds.")
app.command("discover", cls=Command)(feeds_discover.discover)
app.command("add", cls=Command)(feeds_edit.add)
app.command("remove", cls=Command)(feeds_edit.remove)
app.command("import", cls=Command)(feeds_opml.import_feeds)
app.command("export", cls=Command)(feeds_opml.export_feeds)
app.command("health", cls=Command)(health)
app.command("history", cls=Command)(feeds_history.history)

_ENTRY_KEYS = (
    "key",
    "guid",
    "title",
    "link",
    "author",
    "published_at",
    "updated_at",
    "summary",
    "content",
    "categories",
)
_COLUMNS = ("name", "status", "title", "every", "succeeded_at", "next_poll_at", "error")


@app.command("list", cls=Command)
def list_feeds(
    context: typer.Context,
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one object for each feed.")
    ] = False,
) -> None:
    """Show every feed with its state. Example: monitor feeds list --json."""
    around = surroundings(context)
    _, settings = usable_files(around)
    with open_views(settings, around.config) as views:
        states = {} if views is None else views.feeds()
    rows = [_row(feed, states.get(feed.name)) for feed in settings.feeds]
    print_rows(rows, _COLUMNS, as_json=as_json)


def _row(feed: Feed, state: FeedState | None) -> dict[str, object]:
    return {
        "name": feed.name,
        "url": feed.url,
        "tags": feed.tags,
        "every": duration(int(feed.every.total_seconds())),
        "full_text": feed.full_text,
        "status": state.status if state and state.polled_at else "never polled",
        "title": state.title if state else "",
        "polled_at": state.polled_at if state else None,
        "succeeded_at": state.succeeded_at if state else None,
        "next_poll_at": state.next_poll_at if state else None,
        "errors": state.errors if state else 0,
        "error": state.error if state else "",
    }


def duration(seconds: int) -> str:
    """Return seconds as they are written in the configuration (``90s``, ``10m``)."""
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


@app.command("preview", cls=Command)
def preview(
    context: typer.Context,
    sources: Annotated[list[str], typer.Argument(metavar="URL|FILE...")],
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one object for each source.")
    ] = False,
) -> None:
    """Fetch or read feeds and show their entries; nothing is stored.

    Example: monitor feeds preview https://www.tagesschau.de/index~rss2.xml
    """
    has_failed = asyncio.run(_preview(context, sources, as_json))
    raise typer.Exit(PROBLEM if has_failed else OK)


async def _preview(context: typer.Context, sources: list[str], as_json: bool) -> bool:  # noqa: FBT001
    has_failed = False
    async with web(configured_policy(context)) as (fetcher, parser):
        for source in sources:
            try:
                parsed = await _read(source, fetcher, parser)
            except FeedError as error:
                has_failed = True
                _show_error(source, str(error), as_json)
            else:
                _show(source, parsed, as_json)
    return has_failed


async def _read(source: str, fetcher: HttpFetcher, parser: ParserProcess) -> ParsedFeed:
    """Return the feed of a URL or file.

    Raises:
        FeedError: there is none; the text says why.
    """
    if "://" not in source:
        body = _file(source)
        kind = likely_kind(body)
        return await parser.parse(body, content_type="", url="", kind=kind)
    fetched = await fetcher.fetch(FetchRequest(source))
    if fetched.outcome is not FetchOutcome.OK:
        raise FeedError(fetched.detail)
    return await parser.parse(
        fetched.body,
        content_type=fetched.content_type,
        url=fetched.url,
        kind=likely_kind(fetched.body),
    )


def _file(name: str) -> bytes:
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise FeedError(f"cannot read the file: {error.strerror}") from error


def _show_error(source: str, error: str, as_json: bool) -> None:  # noqa: FBT001
    if as_json:
        print_json({"source": source, "error": error})
    else:
        say(f"{source}: {error}")


def _show(source: str, parsed: ParsedFeed, as_json: bool) -> None:  # noqa: FBT001
    if as_json:
        feed = {name: getattr(parsed, name) for name in ("title", "link", "language")}
        entries = [{k: getattr(e, k) for k in _ENTRY_KEYS} for e in parsed.entries]
        print_json(
            {"source": source, "tier": parsed.tier, "feed": feed, "entries": entries}
        )
        return
    out = console()
    out.print(Text(parsed.title or source, style="bold"))
    count = len(parsed.entries)
    out.print(Text(f"{source}: {count} entries, read by tier {parsed.tier}", "dim"))
    if parsed.missing:
        say(f"{source}: {parsed.missing} more entries could not be read")
    for entry in parsed.entries:
        at = cell(entry.published_at) or "undated"
        out.print(Text.assemble((f"{at:16}  ", "cyan"), entry.title or "(no title)"))
        if entry.link:
            out.print(Text(f"{'':18}{entry.link}", "dim"), soft_wrap=True)
