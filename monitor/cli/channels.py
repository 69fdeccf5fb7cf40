"""``monitor channels``: where alerts go, and whether they arrive there."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from monitor.alerts import test_message
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
from monitor.errors import StoreError
from monitor.model import ChannelSpec, Lane, SendOutcome, SendResult, Settings
from monitor.store.views import ChannelView
from monitor.wiring import Surroundings, make_channels

app = group("The places that alerts go to.")

_COLUMNS = (
    "name",
    "urls",
    "waiting",
    "held",
    "dead",
    "sent_at",
    "broken_since",
    "error",
)


@app.command("list", cls=Command)
def list_channels(
    context: typer.Context,
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one object for each channel.")
    ] = False,
) -> None:
    """Show every channel, its backlog and its last error.

    Example: monitor channels list
    """
    around = surroundings(context)
    _, settings = usable_files(around)
    with open_views(settings, around.config) as views:
        seen = {} if views is None else views.channels()
    specs = {spec.name: spec for spec in settings.channels}
    rows = [_row(s, seen.get(s.name, ChannelView()), settings) for s in specs.values()]
    left = [ChannelSpec(name, ()) for name in seen if name not in specs]
    rows += [
        _row(spec, seen[spec.name], settings)
        for spec in left
        if _waits(seen[spec.name])
    ]
    print_rows(rows, _COLUMNS, as_json=as_json)


def shown_url(url: str) -> str:
    """Return what may be shown of a channel's URL: its reference, or its kind."""
    if url.startswith("${") and url.find("}") == len(url) - 1:
        return url
    kind, _, rest = url.partition("://")
    return f"{kind}://***" if rest else url


def _waits(view: ChannelView) -> bool:
    return bool(view.waiting or view.held or view.dead)


def _row(spec: ChannelSpec, view: ChannelView, settings: Settings) -> dict[str, object]:
    urls = [shown_url(url) for url in spec.urls]
    return {
        "name": spec.name,
        "urls": urls or ["not configured any more"],
        "is_ops": spec.name in settings.ops,
        "waiting": view.waiting,
        "held": view.held,
        "dead": view.dead,
        "sent_at": view.sent_at,
        "broken_since": view.broken_since,
        "error": view.error,
    }


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

    A channel that was broken and works again lets its held deliveries go.
    Example: monitor channels test newsroom
    """
    around = surroundings(context, is_console_on_stderr=as_json)
    _, settings = usable_files(around)
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
    for lane, (result, seconds) in results.items():
        _show(lane, known[lane.channel], result, seconds, as_json)
    _mend(
        around,
        settings,
        [lane for lane, found in results.items() if _arrived(found[0])],
    )
    is_clean = all(_arrived(result) for result, _ in results.values())
    raise typer.Exit(OK if is_clean else PROBLEM)


def _arrived(result: SendResult) -> bool:
    return result.outcome is SendOutcome.SENT


async def _test(
    around: Surroundings, settings: Settings, lanes: list[Lane]
) -> dict[Lane, tuple[SendResult, float]]:
    channels = make_channels(around, settings)

    async def send(lane: Lane) -> tuple[SendResult, float]:
        begun = around.clock.monotonic()
        result = await channels.send(
            lane,
            test_message(lane.channel),
            created_at=around.clock.now(),
            maybe_sent=False,
            bare=False,
        )
        return result, around.clock.monotonic() - begun

    shown = console(stderr=True)
    with shown.status(f"sending {len(lanes)} test messages"):
        found = await asyncio.gather(*(send(lane) for lane in lanes))
    channels.close()
    return dict(zip(lanes, found, strict=True))


def _show(
    lane: Lane,
    spec: ChannelSpec,
    result: SendResult,
    seconds: float,
    as_json: bool,  # noqa: FBT001
) -> None:
    url = shown_url(spec.urls[lane.place])
    if as_json:
        print_json(
            {
                "name": lane.channel,
                "url": url,
                "arrived": _arrived(result),
                "outcome": result.outcome,
                "status": result.status,
                "detail": result.detail,
                "seconds": round(seconds, 3),
            }
        )
        return
    ending = f"arrived in {seconds:.1f} s" if _arrived(result) else result.detail
    show(f"{lane.channel} ({url}): {ending}")


def _mend(around: Surroundings, settings: Settings, lanes: list[Lane]) -> None:
    try:
        with open_store(settings, around.config) as store:
            for name in store.run(lambda tx: [n.channel for n in lanes if tx.mend(n)]):
                say(f"{name}: what was held goes out now")
    except StoreError:
        # Without a database nothing was held.
        return
