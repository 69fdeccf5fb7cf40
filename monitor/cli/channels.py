"""``monitor channels``: where alerts go, and whether they arrive there."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from textwrap import indent
from typing import Annotated

import typer

from monitor.alerts import test_message
from monitor.cli.channel_table import COLUMNS, lines_of, rates_in_words
from monitor.cli.frame import (
    OK,
    PROBLEM,
    UNUSABLE,
    Command,
    group,
    open_store,
    open_views,
    surroundings,
    usable_files,
)
from monitor.cli.output import console, print_json, print_rows, say, show
from monitor.errors import ChannelError, SecretError, StoreError
from monitor.jobs.in_force import InForce
from monitor.jobs.lane_reports import mend_lane
from monitor.model import (
    ChannelSpec,
    Lane,
    Rendered,
    SendOutcome,
    SendResult,
    Settings,
)
from monitor.ports import Transaction
from monitor.wiring import Surroundings, in_force_of, make_channels

app = group("The places that alerts go to.")


@app.command("list", cls=Command)
def list_channels(
    context: typer.Context,
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one object for each channel.")
    ] = False,
) -> None:
    """Show every channel: how it is, its backlog, its last error.

    Several URLs of a channel share a line for as long as they are alike.
    Example: monitor channels list
    """
    around = surroundings(context)
    _, settings = usable_files(around)
    with open_views(settings, around.config) as views:
        seen = {} if views is None else views.lanes()
    found = lines_of(
        settings.channels,
        seen,
        _rates(around, settings),
        ops=settings.ops,
        urls=_urls(settings),
    )
    if as_json:
        for line in found:
            print_json(line.as_data())
        return
    now = around.clock.now()
    rows = [row for line in found for row in line.as_lines(now)]
    print_rows(rows, COLUMNS, as_json=False)


def shown_url(url: str) -> str:
    """Return what may be shown of a channel's URL: its reference, or its kind."""
    if url.startswith("${") and url.find("}") == len(url) - 1:
        return url
    kind, _, rest = url.partition("://")
    return f"{kind}://***" if rest else url


def _urls(settings: Settings) -> dict[Lane, str]:
    return {
        Lane(spec.name, place): shown_url(url)
        for spec in settings.channels
        for place, url in enumerate(spec.urls)
    }


def _rates(around: Surroundings, settings: Settings) -> dict[Lane, str]:
    """Return how much each URL takes; nothing of those that cannot be read now."""
    channels = make_channels(around, settings)
    found = {}
    for lane in channels.lanes():
        with suppress(ChannelError, SecretError):
            found[lane] = rates_in_words(channels.rates(lane))
    return found


@app.command("test", cls=Command)
def send_tests(
    context: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(help="Only these channels, by name.")
    ] = None,
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one object for each URL.")
    ] = False,
) -> None:
    """Send a test message to every URL of the channels, and say what came of it.

    Shown is what was sent, how long it took, and what the service says if it refuses.
    A channel that was broken and works again lets its held deliveries go.
    Example: monitor channels test newsroom
    """
    around = surroundings(context, is_console_on_stderr=as_json)
    loaded, settings = usable_files(around)
    known = {spec.name: spec for spec in settings.channels}
    for name in names or []:
        if name not in known:
            say(f"monitor: there is no channel {name!r}; there are: {', '.join(known)}")
            raise typer.Exit(UNUSABLE)
    lanes = [
        Lane(name, place)
        for name in names or known
        for place in range(len(known[name].urls))
    ]
    results = asyncio.run(_test(around, settings, lanes))
    for lane, ending in results.items():
        _show(lane, known[lane.channel], ending, as_json=as_json)
    arrived = [lane for lane, ending in results.items() if ending.has_arrived]
    _mend(around, settings, in_force_of(loaded), arrived)
    raise typer.Exit(OK if len(arrived) == len(results) else PROBLEM)


@dataclass(frozen=True, slots=True)
class _Ending:
    """How a test went: what was sent (None: nothing, or the console printed it)."""

    result: SendResult
    seconds: float
    sent: Rendered | None

    @property
    def has_arrived(self) -> bool:
        return self.result.outcome is SendOutcome.SENT


async def _test(
    around: Surroundings, settings: Settings, lanes: list[Lane]
) -> dict[Lane, _Ending]:
    channels = make_channels(around, settings)

    async def send(lane: Lane) -> _Ending:
        message, begun = test_message(lane.channel), around.clock.monotonic()
        result = await channels.send(
            lane,
            message,
            created_at=around.clock.now(),
            maybe_sent=False,
            bare=False,
        )
        seconds = around.clock.monotonic() - begun
        with suppress(ChannelError, SecretError):
            return _Ending(result, seconds, channels.rendered(lane, message))
        return _Ending(result, seconds, None)

    shown = console(stderr=True)
    with shown.status(f"sending {len(lanes)} test messages"):
        found = await asyncio.gather(*(send(lane) for lane in lanes))
    channels.close()
    return dict(zip(lanes, found, strict=True))


def _show(lane: Lane, spec: ChannelSpec, ending: _Ending, *, as_json: bool) -> None:
    url, result, sent = shown_url(spec.urls[lane.place]), ending.result, ending.sent
    if as_json:
        print_json(
            {
                "name": lane.channel,
                "place": lane.place,
                "url": url,
                "arrived": ending.has_arrived,
                "outcome": result.outcome,
                "status": result.status,
                "detail": result.detail,
                "seconds": round(ending.seconds, 3),
                "sent": None
                if sent is None
                else {"title": sent.title, "body": sent.body},
            }
        )
        return
    verb = "arrived in" if ending.has_arrived else "did not arrive, after"
    why = "" if ending.has_arrived else f": {result.detail}"
    which = f"URL {lane.place + 1}, " if len(spec.urls) > 1 else ""
    show(f"{lane.channel} ({which}{url}): {verb} {ending.seconds:.1f} s{why}")
    if sent is not None:
        text = f"{sent.title}\n{sent.body}".strip()
        show(indent(text, "  | ", lambda _: True))


def _mend(
    around: Surroundings, settings: Settings, in_force: InForce, lanes: list[Lane]
) -> None:
    now = around.clock.now()

    def mended(tx: Transaction) -> list[str]:
        ill = [lane for lane in lanes if mend_lane(tx, in_force, lane, now)]
        return list(dict.fromkeys(lane.channel for lane in ill))

    try:
        with open_store(settings, around.config) as store:
            for name in store.run(mended):
                say(f"{name}: what was held goes out now")
    except StoreError:
        # Without a database nothing was held.
        return
